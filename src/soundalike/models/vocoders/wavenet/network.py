"""WaveNet (van den Oord et al. 2016): each sample from all before it, by a stack of dilated causal
convolutions conditioned on the mel.

Samples, or their excitation by linear prediction off the mel, are classes of the mu-law. Training sees all
samples at once; generation makes one at a time and keeps, for every layer, just the past that its dilation
reaches back to. Both give the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.models.common.pitch_reader import PitchReader
from soundalike.nn.conv import Conv
from soundalike.nn.masks import length_mask
from soundalike.nn.normalizer import MelNormalizer
from soundalike.nn.pulses import cycles

from .linear_prediction import PARTS, LinearPrediction, between
from .phase import harmonic_waves, heard_phase

LOUDEST = 16.0  # times its mean power, an excitation's largest value


@dataclass(frozen=True)
class WaveNetConfig:
    """Sizes of the network."""

    residual: int = 40  # width between layers
    gate: int = 40  # within them
    skip: int = 80
    cycles: int = 2
    doublings: int = 9  # layers of a cycle: dilations 1, 2, 4 ... 2 ** (doublings - 1)
    condition: int = 64  # width of the conditioning on the mel
    classes: int = 256
    # Of the linear prediction whose excitation is modelled; 0: the samples themselves, as published
    order: int = 24
    # Of the voice's phase that each sample is told, drawn at the pitch; 0: none, as published
    harmonics: int = 0
    # Of the small network that reads the pitch off a mel that comes without one, where harmonics are told
    pitch_width: int = 128
    pitch_blocks: int = 2


class DilatedLayer(nn.Module):
    """z = tanh(a) * sigmoid(b), with a, b a causal convolution of kernel two plus the conditioning (sections
    2.3, 2.5); then a residual and a skip connection.
    """

    def __init__(self, config: WaveNetConfig, dilation: int):
        super().__init__()
        self.dilation = dilation
        self.residual = config.residual
        # Of the sample `dilation` before, and this one
        self.places = nn.Linear(2 * config.residual, 2 * config.gate)
        self.told = nn.Linear(config.condition, 2 * config.gate, bias=False)
        self.outs = nn.Linear(config.gate, config.residual + config.skip)

    def forward(self, x: Tensor, before: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """The residual (..., R) and skip (..., S) outputs, of this sample and the one `dilation` before (...,
        R) and the layer's conditioning (..., 2 G).
        """
        a, b = (self.places(torch.cat([before, x], -1)) + condition).chunk(2, -1)
        on, out = self.outs(torch.tanh(a) * torch.sigmoid(b)).split(
            [self.residual, self.outs.out_features - self.residual], -1
        )
        return x + on, out


class WaveNet(MelNormalizer):
    """Log-mel (B, T, M) to samples (B, (T - 1) * hop_length); with harmonics also by the pitch (B, T), which
    is read off the mel where it is not given.
    """

    def __init__(self, config: WaveNetConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        c = config
        self.config = config
        self.mel = mel
        self.frames = nn.ModuleList([Conv(mel.n_mels, c.condition, 3), Conv(c.condition, c.condition, 3)])
        self.embed = nn.Embedding(c.classes, c.residual)
        self.layers = nn.ModuleList(
            [DilatedLayer(c, 2**k) for _ in range(c.cycles) for k in range(c.doublings)]
        )
        self.last = nn.Sequential(
            nn.ReLU(), nn.Linear(c.skip, c.skip), nn.ReLU(), nn.Linear(c.skip, c.classes)
        )
        self.prediction = LinearPrediction(c.order, mel)
        self.loudest = LOUDEST if c.order else 1.0
        if c.harmonics:
            self.phase = nn.Linear(2 * c.harmonics + 1, c.residual, bias=False)
            self.pitch_reader = PitchReader(mel.n_mels, c.pitch_width, c.pitch_blocks, classes=True)

    def classes_of(self, samples: Tensor) -> Tensor:
        """The mu-law class of each sample, or of each value of an excitation: 0 to classes - 1."""
        top = self.config.classes - 1
        samples = samples / self.loudest
        squeezed = samples.sign() * torch.log1p(top * samples.abs().clamp_max(1.0)) / math.log(top + 1)
        return ((squeezed + 1) / 2 * top + 0.5).long().clamp(0, top)

    def samples_of(self, classes: Tensor) -> Tensor:
        """The value of each mu-law class: the inverse of `classes_of`, but for rounding."""
        top = self.config.classes - 1
        squeezed = 2 * classes.float() / top - 1
        return self.loudest * squeezed.sign() * ((top + 1) ** squeezed.abs() - 1) / top

    @property
    def dilated(self) -> list[DilatedLayer]:
        """The layers, in order."""
        return cast("list[DilatedLayer]", list(self.layers))

    def condition(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """The conditioning of each layer for each part of a frame (L, B, P, 2 G), P = (T - 1) * PARTS."""
        mask = length_mask(lengths, mel.shape[1])
        x = self.normalised(mel, mask)
        for conv in self.frames:
            x = F.relu(conv(x)) * mask[..., None]
        x = between(x)
        return torch.stack([layer.told(x) for layer in self.dilated])

    def read_pitch(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """The pitch (B, T) in hertz, 0 where unvoiced, that a network with harmonics reads off a log-mel (B,
        T, M).
        """
        mask = length_mask(lengths, mel.shape[1])
        return self.pitch_reader.hertz(self.normalised(mel, mask), mask)

    def phase_states(self, pitch: Tensor, excitation: Tensor | None = None) -> Tensor:
        """What each sample is told of the voice's phase (B, N, R) by a pitch (B, T): where its pulses are in
        an excitation (B, N) if one is given, anywhere else.
        """
        rate = self.mel.sample_rate
        phase, voiced = cycles(pitch, self.mel.hop_length, rate)
        if excitation is not None:
            phase = heard_phase(phase, excitation, rate)
        return self.phase(harmonic_waves(phase, voiced, self.config.harmonics))

    def logits(self, mel: Tensor, lengths: Tensor, classes: Tensor, told: Tensor | None = None) -> Tensor:
        """Log-odds (B, N, classes) of each sample, of the classes (B, N) of those before it and what each is
        told of the phase (B, N, R).
        """
        condition = self.condition(mel, lengths)[..., None, :]  # (L, B, P, 1, 2 G)
        parts = (condition.shape[2], self.mel.hop_length // PARTS)
        # (B, P, n, R)
        x = self.embed(F.pad(classes, (1, 0), value=self.config.classes // 2)[:, :-1])
        x = (x if told is None else x + told).unflatten(1, parts)
        total = 0.0
        for layer, part in zip(self.dilated, condition):
            whole = x.flatten(1, 2)
            before = F.pad(whole, (0, 0, layer.dilation, 0))[:, : whole.shape[1]].unflatten(1, parts)
            x, out = layer(x, before, part)
            total = total + out
        return self.last(total).flatten(1, 2)

    @torch.inference_mode()
    def forward(
        self, mel: Tensor, lengths: Tensor, pitch: Tensor | None = None, noise: Tensor | None = None
    ) -> Tensor:
        """Samples (B, (T - 1) * hop). `noise`, of that shape, is white, of unit power: each sample's class is
        drawn with it.
        """
        hop = self.mel.hop_length
        size = (mel.shape[1] - 1) * self.mel.hop_length
        if noise is None:
            noise = torch.randn(len(mel), size, device=mel.device)
        chance = torch.special.ndtr(noise).T.cpu().numpy()[..., None]  # (N, B, 1) even between 0 and 1
        condition = self.condition(mel, lengths).permute(2, 0, 1, 3).cpu().numpy()  # (P, L, B, 2 G)
        known: np.ndarray | None = None  # (N, B, R)
        if self.config.harmonics:
            states = self.phase_states(self.read_pitch(mel, lengths) if pitch is None else pitch)
            known = states.transpose(0, 1).cpu().numpy()
        memory = Memory(self, len(mel))
        made = np.full((size + 1, len(mel)), self.config.classes // 2)
        for n in range(size):
            odds = memory.step(made[n], condition[n * PARTS // hop], None if known is None else known[n])
            sums = np.exp(odds - odds.max(-1, keepdims=True)).cumsum(-1)
            made[n + 1] = (sums < chance[n] * sums[:, -1:]).sum(-1).clip(0, self.config.classes - 1)
        samples = self.samples_of(torch.from_numpy(made[1:].T)).to(mel.device)
        if self.config.order:
            samples = self.prediction.sound(samples, mel).clamp(-1, 1)
        return samples * length_mask((lengths - 1) * hop, size)

    def infer_waveform(self, mel: np.ndarray, seed: int = 0) -> np.ndarray:
        """Samples (N,) of a log-mel (M, T), as `synthesize_spectrograms` gives it."""
        frames = torch.from_numpy(np.ascontiguousarray(mel.T))[None].to(self.mean)
        noise = torch.randn(
            1, (frames.shape[1] - 1) * self.mel.hop_length, generator=torch.Generator().manual_seed(seed)
        )
        return (
            self(
                frames, torch.tensor([frames.shape[1]], device=frames.device), None, noise.to(frames.device)
            )[0]
            .cpu()
            .numpy()
        )


class Memory:
    """Generation sample by sample on the CPU, in numpy, where small products take a fifth of the time they
    take in torch.

    Every layer's input is kept for as long as its dilation reaches back, so that what depends on the past is
    one product for all layers.
    """

    def __init__(self, network: WaveNet, rows: int):
        c = network.config
        places = _stacked(layer.places.weight.T for layer in network.dilated)  # (L, 2 R, 2 G)
        outs = _stacked(layer.outs.weight.T for layer in network.dilated)  # (L, G, R + S)
        self.half = np.repeat(np.array([1.0, 0.5], np.float32), c.gate)  # sigmoid(b) = (1 + tanh(b / 2)) / 2
        self.before = places[:, : c.residual] * self.half
        self.now = places[:, c.residual :] * self.half
        self.bias = _stacked(layer.places.bias for layer in network.dilated)[:, None]  # (L, 1, 2 G)
        self.on = outs[..., : c.residual] / 2
        self.out = outs[..., c.residual :].reshape(-1, c.skip) / 2
        biases = _stacked(layer.outs.bias for layer in network.dilated)
        self.on_bias = biases[:, : c.residual]
        self.out_bias = biases[:, c.residual :].sum(0)
        self.last = [
            (layer.weight.T.detach().cpu().numpy(), layer.bias.detach().cpu().numpy())
            for layer in network.last
            if isinstance(layer, nn.Linear)
        ]
        self.embed = network.embed.weight.detach().cpu().numpy()
        self.dilations = np.array([layer.dilation for layer in network.dilated])
        self.gate = c.gate
        self.n = 0
        # A ring of each layer's inputs
        self.past = np.zeros((len(network.layers), self.dilations.max(), rows, c.residual), np.float32)
        self.gated = np.zeros((rows, len(network.layers), c.gate), np.float32)

    def step(self, last: np.ndarray, condition: np.ndarray, told: np.ndarray | None = None) -> np.ndarray:
        """Log-odds (B, classes) of the next sample after the class (B,) of the last one; the conditioning of
        the layers is (L, B, 2 G), and what it is told of the phase (B, R).
        """
        rings = self.n % self.dilations
        past = self.past[np.arange(len(rings)), rings] @ self.before + (condition + self.bias) * self.half
        x = self.embed[last] if told is None else self.embed[last] + told
        for layer, ring in enumerate(rings):
            self.past[layer, ring] = x
            both = np.tanh(past[layer] + x @ self.now[layer])
            gated = both[:, : self.gate] * (1 + both[:, self.gate :])
            self.gated[:, layer] = gated
            x = x + gated @ self.on[layer] + self.on_bias[layer]
        self.n += 1
        x = self.gated.reshape(len(x), -1) @ self.out + self.out_bias
        for weight, bias in self.last:
            x = np.maximum(x, 0) @ weight + bias
        return x


def _stacked(tensors: Iterable[Tensor]) -> np.ndarray:
    """Tensors of one shape as one array with a first axis more."""
    return torch.stack(list(tensors)).detach().cpu().numpy()
