"""What an aligner hears in a recording to the patches that starling's decoder takes: the text encoder's place
in voice conversion.

Soft content features, as in van Niekerk et al. 2022 ("Soft-VC"): the aligner's last states, before it decides
on phones, say how each sound was said and what it may be; the envelope of the spectrum, what they leave out.
A few convolutions map both to what the text encoder would have given for the same words, so the decoder, its
attention to the prompt and an adapted voice serve conversion as they are.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.nn.conv import ConvNeXtBlock
from soundalike.nn.masks import length_mask

from .config import StarlingContentConfig

FAINTEST = 5.0  # nats from a recording's mean at which its log-mel is cut off


class StarlingContent(nn.Module):
    """An aligner's states (B, T, H), the log-mel they are of and a voice to patches (B, P, patch * (D + 3)),
    as `Starling.spread_out` gives them.
    """

    cosines: Tensor

    def __init__(self, config: StarlingContentConfig, mel: MelSpec):
        super().__init__()
        c = config
        self.config = config
        self.mel = mel
        self.norm = nn.LayerNorm(c.states)
        self.first = nn.Linear(c.patch * c.states, c.width)
        self.envelope = nn.Linear(c.patch * c.cepstra, c.width)
        self.blocks = nn.ModuleList(
            [ConvNeXtBlock(c.width, c.kernel, c.expansion, condition=c.voice) for _ in range(c.blocks)]
        )
        self.last_norm = nn.LayerNorm(c.width)
        self.last = nn.Linear(c.width, c.patch * (c.text + 3))
        self.register_buffer("cosines", _cosines(mel.n_mels, c.cepstra), persistent=False)

    def forward(
        self, states: Tensor, mel: Tensor, lengths: Tensor, voice: Tensor, mean: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Patches (B, P, patch * (D + 3)) and their mask (B, P), of states (B, T, H) and the log-mels (B, T,
        M) that they are of, each `lengths` (B,) frames long, and the conditioning's voice (B, V). `mean` (B,
        M) is that of the recording which the mels are a piece of; their own if left out.
        """
        patch = self.config.patch
        frames = length_mask(lengths, states.shape[1])
        if mean is None:
            mean = (mel * frames[..., None]).sum(1) / lengths[:, None]
        cepstra = (mel - mean[:, None]).clamp(-FAINTEST, FAINTEST) @ self.cosines
        mask = length_mask((lengths + patch - 1) // patch, -(-states.shape[1] // patch))
        x = self.first(self._patches(self.norm(states) * frames[..., None]))
        x = (x + self.envelope(self._patches(cepstra * frames[..., None]))) * mask[..., None]
        for block in self.blocks:
            x = block(x, mask, voice)
        return self.last(self.last_norm(x)) * mask[..., None], mask

    def _patches(self, x: Tensor) -> Tensor:
        """(B, T, D) to (B, P, patch * D)."""
        x = F.pad(x, (0, 0, 0, -x.shape[1] % self.config.patch))
        return x.reshape(len(x), x.shape[1] // self.config.patch, -1)


def _cosines(bands: int, count: int) -> Tensor:
    """The first cosines (M, C) over the bands: what is left of a log-mel by them is its envelope, without
    harmonics.
    """
    places = (torch.arange(bands) + 0.5) * math.pi / bands
    return torch.cos(places[:, None] * torch.arange(count)) * (0.2 * (2 / bands) ** 0.5)
