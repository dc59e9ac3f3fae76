"""The pitch of a mel, read by a small convolutional network: for vocoding a mel that comes without one."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.pitch import PITCH_CEILING, PITCH_FLOOR
from soundalike.nn.conv import Conv, ConvNeXtBlock
from soundalike.nn.masks import masked_cross_entropy, masked_mean

CLASSES = 72
CLASSES_AN_OCTAVE = 20
LOWEST = math.log2(55.0)  # log2 hertz of the first class
BLUR = 1.2  # classes: standard deviation of the target around the true pitch
NEAR = 2  # classes on either side of the likeliest that the pitch is the mean of


class PitchScores(NamedTuple):
    """What a pitch reader says of a mel."""

    pitch: Tensor  # (B, T, CLASSES or 1)
    voicing: Tensor  # (B, T) log-odds


class PitchReader(nn.Module):
    """Normalised log-mel (B, T, M) to log2 hertz and the log-odds of voicing, (B, T) each.

    The pitch is either regressed, or chosen among classes, sixty cents apart, and refined by the mean of its
    neighbours (Kim et al. 2018, "CREPE"): a mean of two candidates an octave apart is neither.
    """

    def __init__(self, n_mels: int, width: int, blocks: int, classes: bool):
        super().__init__()
        self.classes = classes
        self.first = Conv(n_mels, width, 5)
        self.blocks = nn.ModuleList([ConvNeXtBlock(width, 7, 2) for _ in range(blocks)])
        self.last = nn.Linear(width, (CLASSES if classes else 1) + 1)

    def forward(self, mel: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Log2 hertz and log-odds of voicing of a normalised mel (B, T, M) with a mask (B, T)."""
        pitch, voicing = self.scores(mel, mask)
        return self.octave(pitch), voicing

    def hertz(self, mel: Tensor, mask: Tensor) -> Tensor:
        """The pitch (B, T) in hertz, 0 where unvoiced, of a normalised mel (B, T, M) with a mask (B, T)."""
        octave, voicing = self(mel, mask)
        return torch.where(voicing > 0, (2.0**octave).clamp(PITCH_FLOOR, PITCH_CEILING), 0.0) * mask

    def scores(self, mel: Tensor, mask: Tensor) -> PitchScores:
        """What the network says of the pitch, (B, T, CLASSES or 1), and the log-odds of voicing (B, T)."""
        x = self.first(mel) * mask[..., None]
        for block in self.blocks:
            x = block(x, mask)
        x = self.last(x)
        return PitchScores(x[..., :-1], x[..., -1])

    def octave(self, scores: Tensor) -> Tensor:
        """Log2 hertz (B, T) of the scores of the pitch."""
        if not self.classes:
            return 7.5 + scores[..., 0]
        places = torch.arange(CLASSES, device=scores.device)
        likeliest = scores.argmax(-1, keepdim=True)
        near = (places - likeliest).abs() <= NEAR
        share = scores.masked_fill(~near, -math.inf).softmax(-1)
        return LOWEST + (share * places).sum(-1) / CLASSES_AN_OCTAVE

    def loss(self, scores: Tensor, octave: Tensor, voiced: Tensor) -> Tensor:
        """Of the scores against the true log2 hertz (B, T), where the mask (B, T) says that it is voiced:
        cross-entropy with classes, else five times the mean absolute error.
        """
        if not self.classes:
            return 5 * masked_mean((self.octave(scores) - octave).abs(), voiced)
        offset = (
            torch.arange(CLASSES, device=scores.device) - (octave[..., None] - LOWEST) * CLASSES_AN_OCTAVE
        )
        target = torch.softmax(-0.5 * (offset / BLUR) ** 2, -1)
        return masked_mean(-(target * F.log_softmax(scores, -1)).sum(-1), voiced)


def pitch_losses(
    reader: PitchReader, scores: PitchScores, hertz: Tensor, mask: Tensor, weight: float
) -> dict[str, Tensor]:
    """Weighted losses of the pitch read off a mel with a mask (B, T), and of its voicing, against the true
    pitch (B, T), 0 where unvoiced.
    """
    voiced = (hertz > 0).float() * mask
    octave = hertz.clamp_min(1.0).log2()
    return {
        "octave": weight * reader.loss(scores.pitch, octave, voiced),
        "voicing": weight * masked_cross_entropy(scores.voicing, voiced, mask),
    }


def jittered(hertz: Tensor, deviation: float) -> Tensor:
    """Pitches (B, T) of which every second clip has an error, of that standard deviation in octaves."""
    if not deviation:
        return hertz
    error = deviation * torch.randn(len(hertz), 1, device=hertz.device)
    return hertz * torch.where(torch.rand_like(error) < 0.5, 2.0**error, 1.0)


def mixed(hertz: Tensor, read: Tensor, share: float) -> Tensor:
    """Pitches (B, T), of a share of the clips those that were read off the mel instead."""
    chosen = torch.rand(len(hertz), 1, device=hertz.device) < share
    return torch.where(chosen, read, hertz)


def disturbed(mel: Tensor) -> Tensor:
    """Log-mels (B, T, M) as if recorded louder or fainter, with another tone; a third of them in noise."""
    bands = torch.linspace(-1, 1, mel.shape[2], device=mel.device)

    def each() -> Tensor:
        return torch.randn(len(mel), 1, 1, device=mel.device)

    noise = (
        mel.mean((1, 2), keepdim=True) - 2.25 + each() + 0.5 * each() * bands + 0.25 * torch.randn_like(mel)
    )
    noisy = torch.rand(len(mel), 1, 1, device=mel.device) < 0.3
    return torch.where(noisy, torch.logaddexp(mel, noise), mel) + 0.7 * each() + 0.6 * each() * bands
