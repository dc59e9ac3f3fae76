"""Discriminators of sound, and the losses of a least-squares GAN (Mao et al. 2017) with feature matching.

Every discriminator takes samples (B, N) and returns its scores and the feature maps of its layers. One that
looks at the log magnitudes of a short-time spectrum with a window of a few milliseconds resolves fine
structure within a pitch period, where a vocoder that filters pulses and noise differs most from recordings
(at several resolutions: Jang et al. 2021, "UnivNet"). Multi-period ones (Kong et al. 2020, "HiFi-GAN") look
at every p-th sample. Those of several scales (Kumar et al. 2019, "MelGAN") look at the samples themselves, or
at means of neighbours.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .spectral import stft

Judgement = tuple[Tensor, list[Tensor]]  # scores, and feature maps from the first layer to the last
SLOPE = 0.1  # of the leaky rectifiers
FAINT = 1e-4  # added to magnitudes before the logarithm, where white noise of power 1 has magnitude 1
MEAN, SPREAD = -6.0, 2.0  # of log magnitudes of speech, about
PUBLISHED_GROWTH = (1, 4, 16, 32)  # of a period discriminator's layers
# Of a scale discriminator's layers: how many times its width, kernel, stride, groups
SCALE_LAYERS = (
    (1, 15, 1, 1),
    (1, 41, 2, 4),
    (2, 41, 2, 16),
    (4, 41, 4, 16),
    (8, 41, 4, 16),
    (8, 41, 1, 16),
    (8, 5, 1, 1),
)


def _conv(inputs: int, outputs: int, kernel: tuple[int, int], stride: tuple[int, int] = (1, 1)) -> nn.Conv2d:
    """A weight-normed convolution, "same" but for its stride; loud enough at first for features to differ."""
    conv = nn.Conv2d(inputs, outputs, kernel, stride, (kernel[0] // 2, kernel[1] // 2))
    nn.init.kaiming_normal_(conv.weight, SLOPE)
    return nn.utils.parametrizations.weight_norm(conv)


class SpectrogramDiscriminator(nn.Module):
    """Samples (B, N) to scores (B, T', F') and features (B, D, T', F'), by log magnitudes."""

    def __init__(self, n_fft: int, width: int):
        super().__init__()
        self.n_fft = n_fft
        self.power = 0.375 * n_fft  # of the Hann window
        self.layers = nn.ModuleList(
            [
                _conv(1, width, (5, 5), (1, 2)),
                _conv(width, width, (5, 5), (2, 2)),
                _conv(width, 2 * width, (5, 5), (2, 2)),
                _conv(2 * width, 2 * width, (5, 5)),
            ]
        )
        self.score = _conv(2 * width, 1, (3, 3))

    def forward(self, samples: Tensor) -> Judgement:
        """Scores and feature maps."""
        magnitude = stft(samples, self.n_fft, self.n_fft // 4).abs() / self.power**0.5  # (B, F, T)
        x = ((magnitude + FAINT).log() - MEAN) / SPREAD
        x = x.transpose(1, 2)[:, None]
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), SLOPE)
            features.append(x)
        return self.score(x)[:, 0], features


class PeriodDiscriminator(nn.Module):
    """Samples (B, N) to scores (B, N', P) and features (B, D, N', P) by every P-th sample.

    Its layers are `width` times each of `growth` wide. As published: 32, and PUBLISHED_GROWTH.
    """

    def __init__(self, period: int, width: int, growth: tuple[int, ...] = (1, 2, 4, 8)):
        super().__init__()
        self.period = period
        sizes = (1, *(width * times for times in growth))
        self.layers = nn.ModuleList([_conv(a, b, (5, 1), (3, 1)) for a, b in zip(sizes, sizes[1:])])
        self.layers.append(_conv(sizes[-1], sizes[-1], (5, 1)))
        self.score = _conv(sizes[-1], 1, (3, 1))

    def forward(self, samples: Tensor) -> Judgement:
        """Scores and feature maps."""
        x = F.pad(samples, (0, -samples.shape[1] % self.period)).unflatten(1, (-1, self.period))[:, None]
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), SLOPE)
            features.append(x)
        return self.score(x)[:, 0], features


class ScaleDiscriminator(nn.Module):
    """Samples (B, N) to scores (B, N') and features (B, D, N'), by samples halved in rate `halvings` times.

    The widths are `width` (a multiple of 16; 128 as published), twice, four and eight times that. Weights are
    normed by their length or, as published for the one of whole samples, by their spectral norm (Miyato et
    al. 2018), under which a thin one learns very slowly.
    """

    def __init__(self, halvings: int, width: int, spectral_norm: bool = False):
        super().__init__()
        self.halvings = halvings
        self.spectral_norm = spectral_norm
        self.layers = nn.ModuleList()
        inputs = 1
        for times, kernel, stride, groups in SCALE_LAYERS:
            conv = nn.Conv1d(inputs, times * width, kernel, stride, kernel // 2, groups=groups)
            self.layers.append(self._normed(conv))
            inputs = times * width
        self.score = self._normed(nn.Conv1d(inputs, 1, 3, padding=1))

    def _normed(self, conv: nn.Conv1d) -> nn.Module:
        """A convolution, loud enough at first for features to differ."""
        nn.init.kaiming_normal_(conv.weight, SLOPE)
        if self.spectral_norm:
            return nn.utils.parametrizations.spectral_norm(conv)
        return nn.utils.parametrizations.weight_norm(conv)

    def forward(self, samples: Tensor) -> Judgement:
        """Scores and feature maps."""
        x = samples[:, None]
        for _ in range(self.halvings):
            x = F.avg_pool1d(x, 4, 2, padding=2)
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), SLOPE)
            features.append(x)
        return self.score(x)[:, 0], features


class PictureDiscriminator(nn.Module):
    """Normalised log-mels (B, T, M) to scores (B, T/8, M/8) and features (B, D, T', M')."""

    def __init__(self, width: int):
        super().__init__()
        sizes = (1, width, 2 * width, 4 * width, 4 * width)
        self.layers = nn.ModuleList(
            [
                _conv(a, b, (5, 5), (2, 2) if i < 3 else (1, 1))
                for i, (a, b) in enumerate(zip(sizes, sizes[1:]))
            ]
        )
        self.score = _conv(sizes[-1], 1, (3, 3))

    def forward(self, mel: Tensor) -> Judgement:
        """Scores and feature maps."""
        x = mel[:, None]
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), SLOPE)
            features.append(x)
        return self.score(x)[:, 0], features


def discriminator_loss(real: list[Judgement], made: list[Judgement]) -> Tensor:
    """Scores of the real towards one, of the made towards zero: mean over discriminators, .5 by chance."""
    losses = [((r - 1) ** 2).mean() + (m**2).mean() for (r, _), (m, _) in zip(real, made)]
    return torch.stack(losses).mean()


def adversarial_loss(made: list[Judgement]) -> Tensor:
    """Scores of the made towards one; mean over the discriminators."""
    return torch.stack([((scores - 1) ** 2).mean() for scores, _ in made]).mean()


def matching_loss(real: list[Judgement], made: list[Judgement]) -> Tensor:
    """Distance of the made's features from the real's, relative to these: mean over all layers."""
    pairs = [(r, m) for (_, rs), (_, ms) in zip(real, made) for r, m in zip(rs, ms)]
    return torch.stack([(m - r).abs().mean() / r.abs().mean().clamp_min(1e-4) for r, m in pairs]).mean()


def published_matching_loss(real: list[Judgement], made: list[Judgement]) -> Tensor:
    """Distance of the made's features from the real's, summed over all layers, the scores as the last of
    each: eq. 4 of Kong et al. 2020.
    """
    pairs = [
        (r, m)
        for (real_scores, rs), (made_scores, ms) in zip(real, made)
        for r, m in zip([*rs, real_scores], [*ms, made_scores])
    ]
    return torch.stack([(m - r).abs().mean() for r, m in pairs]).sum()
