"""Discriminators of sound for a vocoder: each looks at the magnitudes of one short-time spectrum.

Several resolutions after Jang et al. 2021 ("UnivNet"), each a few strided convolutions; least-squares GAN with feature matching
(Mao et al. 2017; Kumar et al. 2019). Magnitudes enter as logarithms: raised to a power instead, nothing was told apart for 150 steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..contract import ConfigError, DataFacts, PartKind
from ..features import MelSpec, stft

MEAN, SPREAD = -3.5, 2.4  # of log magnitudes of speech, about


@dataclass(frozen=True)
class SoundAdversaryConfig:
    resolutions: tuple[int, ...] = (256, 512, 1024)  # n_fft of each discriminator; hop is a quarter. Short windows see phases
    width: int = 16


class SpectrumDiscriminator(nn.Module):
    """Samples (B, N) to features of each layer and scores (B, T', F')."""

    def __init__(self, n_fft: int, width: int):
        super().__init__()
        self.n_fft = n_fft
        sizes, strides = (1, width, 2 * width, 4 * width, 4 * width), ((1, 2), (2, 2), (2, 2), (1, 2))
        layers = [nn.Conv2d(a, b, (3, 7), stride, (1, 3)) for a, b, stride in zip(sizes, sizes[1:], strides)]
        for layer in layers:
            nn.init.kaiming_normal_(layer.weight, 0.2)  # loud enough throughout for the first steps to tell anything
        norm = nn.utils.parametrizations.weight_norm
        self.layers = nn.ModuleList([norm(layer) for layer in layers])
        self.score = norm(nn.Conv2d(sizes[-1], 1, 3, padding=1))

    def forward(self, samples: Tensor) -> tuple[list[Tensor], Tensor]:
        spectrum = stft(samples, self.n_fft, self.n_fft // 4).transpose(1, 2)
        x, features = (spectrum.abs().clamp_min(1e-4).log()[:, None] - MEAN) / SPREAD, []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return features, self.score(x)[:, 0]


class SoundAdversary(nn.Module):
    """The discriminators of all resolutions."""

    def __init__(self, config: SoundAdversaryConfig, mel: MelSpec):
        super().__init__()
        self.config, self.mel = config, mel
        self.judges = nn.ModuleList([SpectrumDiscriminator(n_fft, config.width) for n_fft in config.resolutions])

    def told_apart(self, real: Tensor, made: Tensor) -> Tensor:
        """Real scores towards one, made ones towards zero: the discriminators' loss of samples (B, N)."""
        losses = [((judge(real)[1] - 1) ** 2).mean() + (judge(made)[1] ** 2).mean() for judge in self.judges]
        return torch.stack(losses).mean()

    def fooled(self, real: Tensor, made: Tensor) -> tuple[Tensor, Tensor]:
        """How far the made scores are from one, and the made features from the real ones (relative L1): the vocoder's losses."""
        fooling, matching = [], []
        for judge in self.judges:
            with torch.no_grad():
                wanted, _ = judge(real)
            features, scores = judge(made)
            fooling.append(((scores - 1) ** 2).mean())
            matching += [(a - b).abs().mean() / b.abs().mean().clamp_min(1e-4) for a, b in zip(features, wanted)]
        return torch.stack(fooling).mean(), torch.stack(matching).mean()


@dataclass(frozen=True)
class SoundAdversarySettings:
    """There is nothing to set: it is trained beside the vocoder."""


def _not_alone(network: SoundAdversary, settings: SoundAdversarySettings, facts: DataFacts) -> NoReturn:
    raise ConfigError("a sound_adversary is not trained alone, but beside a vocoder: see recipes/vocoder_adversarial.toml.")


PART = PartKind("adversary", SoundAdversaryConfig, SoundAdversary, SoundAdversarySettings, _not_alone)
