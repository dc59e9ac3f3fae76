"""Pitch and durations drawn instead of averaged, by flow matching.

A regression gives every sentence the mean melody of all the ways it could be said, which is flat. This small
network draws what a person's own reading adds to that mean: for each symbol, a difference of its log duration
and one of its pitch. It is trained by conditional flow matching (Lipman et al. 2023) from noise to the
differences of recordings, given the text encoder's states and the voice, so that the symbols of one drawing
belong together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.nn.conv import ConvNeXtBlock

STEPS = 8  # of Euler's method from noise to a drawing
SCALE = (0.35, 0.16)  # typical size of the differences: of log durations, and of octaves
WAVES = 16  # sines and cosines that say the time


@dataclass(frozen=True)
class StarlingProsodyConfig:
    """Sizes of the network; `text` and `conditioning` are the acoustic model's."""

    width: int = 192
    blocks: int = 5
    kernel: int = 11
    text: int = 256
    conditioning: int = 256


class StarlingProsody(nn.Module):
    """States of symbols (B, S, D) and a voice (B, V) to differences (B, S, 2) from the mean prosody: of
    log(1 + frames), and of the pitch in octaves.
    """

    scale: Tensor

    def __init__(self, config: StarlingProsodyConfig, mel: MelSpec):
        super().__init__()
        c = config
        self.config = config
        self.mel = mel
        self.states = nn.Linear(c.text, c.width)
        self.norm = nn.LayerNorm(c.text)
        self.moving = nn.Linear(2, c.width)
        self.mean = nn.Linear(1, c.width)
        condition = c.conditioning + 2 * WAVES
        self.blocks = nn.ModuleList(
            [ConvNeXtBlock(c.width, c.kernel, 3, condition=condition) for _ in range(c.blocks)]
        )
        self.last_norm = nn.LayerNorm(c.width)
        self.last = nn.Linear(c.width, 2)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)
        self.register_buffer("scale", torch.tensor(SCALE), persistent=False)

    def forward(
        self, moving: Tensor, time: Tensor, states: Tensor, log_durations: Tensor, mask: Tensor, voice: Tensor
    ) -> Tensor:
        """Velocities (B, S, 2) of differences (B, S, 2) in units of SCALE, at a time (B,) from 0, where they
        are noise, to 1. log_durations (B, S) are the mean ones; mask (B, S).
        """
        x = self.states(self.norm(states)) + self.moving(moving) + self.mean(log_durations[..., None])
        x = x * mask[..., None]
        condition = torch.cat([voice, waves(time)], -1)
        for block in self.blocks:
            x = block(x, mask, condition)
        return self.last(self.last_norm(x)) * mask[..., None]

    @torch.inference_mode()
    def draw(self, states: Tensor, log_durations: Tensor, voice: Tensor, noise: Tensor) -> Tensor:
        """Differences (B, S, 2) of whole sentences, out of noise (B, S, 2)."""
        mask = torch.ones(states.shape[:2], device=states.device)
        x = noise
        for step in range(STEPS):
            time = torch.full((len(states),), step / STEPS, device=states.device)
            x = x + self(x, time, states, log_durations, mask, voice) / STEPS
        return x * self.scale


def waves(time: Tensor) -> Tensor:
    """Times (B,) from 0 to 1 as sines and cosines (B, 2 * WAVES)."""
    rates = 2.0 ** torch.linspace(0, 6, WAVES, device=time.device)
    angles = time[:, None] * rates * math.pi
    return torch.cat([angles.sin(), angles.cos()], -1)


def between_symbols(octaves: Tensor, durations: Tensor) -> Tensor:
    """Octaves (S,), one a symbol, as a line (T,) through the middles of the symbols, which last whole frames
    (S,).
    """
    ends = durations.cumsum(0)
    middles = (ends - durations / 2).float()
    sounding = durations > 0
    middles, octaves = middles[sounding], octaves[sounding]
    frames = torch.arange(int(ends[-1]), device=octaves.device) + 0.5
    right = torch.searchsorted(middles, frames).clamp(1, max(1, len(middles) - 1))
    if len(middles) == 1:
        return octaves.expand(len(frames))
    left = right - 1
    share = ((frames - middles[left]) / (middles[right] - middles[left])).clamp(0, 1)
    return torch.lerp(octaves[left], octaves[right], share)


def symbol_means(values: Tensor, weight: Tensor, durations: Tensor) -> Tensor:
    """Means (B, S) of values (B, T) over each symbol's frames, by weights (B, T); where these sum to nothing,
    on a line between the neighbours that have some.
    """
    size = values.shape[1]
    ends = F.pad(durations.cumsum(1), (1, 0)).clamp_max(size)  # (B, S + 1)

    def sums(x: Tensor) -> Tensor:
        total = F.pad(x.double().cumsum(1), (1, 0))
        return total.gather(1, ends).diff(dim=1)

    count = sums(weight)
    means = (sums(values * weight) / count.clamp_min(1e-6)).float()
    return torch.stack([_filled(mean, has > 0) for mean, has in zip(means, count)])


def _filled(values: Tensor, known: Tensor) -> Tensor:
    """Values (S,) with those that are not known on lines between their neighbours; zero where none is."""
    place = torch.nonzero(known)[:, 0]
    if not len(place):
        return torch.zeros_like(values)
    if len(place) == 1:
        return values[place].expand(len(values))
    at = torch.arange(len(values), device=values.device)
    right = torch.searchsorted(place, at).clamp(1, len(place) - 1)
    left = right - 1
    share = ((at - place[left]) / (place[right] - place[left])).clamp(0, 1)
    return torch.lerp(values[place[left]], values[place[right]], share.to(values.dtype))
