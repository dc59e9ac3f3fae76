"""What objectives share: the network with the data's statistics, previews, and the usual losses of speech.

An objective derives from `SingleOptimizerObjective`, or from `MelObjective` or `VocoderObjective`, which know
how to show what they make. One with a second optimizer names it in `optimizers` and says in `trained` what it
changes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import Auxiliary, Preview
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.data.fields import LANGUAGE_IDS, language_id
from soundalike.nn.length_regulator import symbol_of_frame
from soundalike.nn.masks import length_mask, masked_mean
from soundalike.nn.spectral import log_mel, stft

from .adversary import FOLDER, Adversary

Network = TypeVar("Network", bound=nn.Module)
Settings = TypeVar("Settings")


@runtime_checkable
class Probed(Protocol):
    """What can be asked for its outputs with nothing random in them: an objective, or a network that has
    nothing to train.
    """

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """Named outputs (B, ...) for a batch, padding zeroed."""
        ...


def language_places(codes: Sequence[str]) -> Tensor:
    """The place among some codes of the language of each id of data.fields; -1 of one that is not there."""
    places = torch.full((LANGUAGE_IDS,), -1)
    for place, code in enumerate(codes):
        if language_id(code):
            places[language_id(code)] = place
    return places


class SingleOptimizerObjective(ABC, Generic[Network, Settings]):
    """A network under training by one optimizer, "model"; subclasses give `forward`, `losses` and `probe`.

    The mean and spread of the training mels are copied into the network's buffers `mean` and `std`.
    """

    required_fields: frozenset[str] = frozenset()
    optimizers: tuple[str, ...] = ("model",)
    discriminators: Adversary | None = None  # that it is trained against, by an optimizer of their own

    def __init__(self, network: Network, settings: Settings, facts: DataFacts):
        self._network = network
        self.settings = settings
        self.adopt_facts(facts)

    def adopt_facts(self, facts: DataFacts) -> None:
        """Keep in the network what it must know of the training data."""
        self._network.get_buffer("mean").copy_(facts.mel_mean)
        self._network.get_buffer("std").copy_(facts.mel_std)

    def train_against(self, adversary: Adversary) -> None:
        """Let discriminators be trained beside the network, before it in each step."""
        self.discriminators = adversary
        self.optimizers = (FOLDER, "model")

    def network(self) -> Network:
        """What is shipped."""
        return self._network

    def trained(self, optimizer: str) -> nn.Module:
        """What that optimizer changes: the network, or the discriminators."""
        if optimizer == FOLDER and self.discriminators is not None:
            return self.discriminators.network
        return self._network

    @property
    def auxiliary_parts(self) -> Mapping[str, Auxiliary]:
        """The discriminators, where there are any."""
        return {} if self.discriminators is None else {FOLDER: self.discriminators.auxiliary}

    @abstractmethod
    def forward(self, batch: Batch) -> Output:
        """The network's outputs for a batch, as `losses` takes them."""

    @abstractmethod
    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Weighted losses by name."""

    def preview(self, batch: Batch) -> Preview | None:
        """Neither mel nor sound."""
        return None

    @abstractmethod
    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """Named outputs (B, ...) of the network with nothing random in them, padding zeroed."""


class MelObjective(SingleOptimizerObjective[Network, Settings]):
    """Of a network that makes a mel: `forward` gives a normalised "mel" (B, T, M)."""

    def preview(self, batch: Batch) -> Preview | None:
        """The log-mel of the first clip; its attention too, where `forward` gives "weights" (B, K, S)."""
        output = self.forward(batch)
        mel = self.log_mel(output["mel"])[0, : int(batch.lengths("mel")[0])]
        attention = output["weights"][0].float() if "weights" in output else None
        return Preview(mel=mel, attention=attention)

    def log_mel(self, mel: Tensor) -> Tensor:
        """A log-mel (..., M) out of a normalised one."""
        return mel.float() * self._network.get_buffer("std") + self._network.get_buffer("mean")


class VocoderObjective(SingleOptimizerObjective[Network, Settings]):
    """Of a network that makes sound: `forward` gives "samples" (B, N), `hop_length` for each frame after the
    first.
    """

    @property
    @abstractmethod
    def hop_length(self) -> int:
        """Samples from one frame of the mel to the next."""

    def preview(self, batch: Batch) -> Preview | None:
        """The samples of the first clip."""
        frames = int(batch.lengths("mel")[0])
        samples = self.forward(batch)["samples"][0, : (frames - 1) * self.hop_length]
        return Preview(samples=samples.float())

    def inside(self, batch: Batch, output: Output) -> tuple[Tensor, Tensor]:
        """The made samples (B, N), zero in the padding by the "mask" (B, T) of `forward`, and the recorded
        ones of that length.
        """
        made = output["samples"]
        real = batch["samples"][:, : made.shape[1]]
        real = F.pad(real, (0, made.shape[1] - real.shape[1]))
        return made * torch.repeat_interleave(output["mask"][:, 1:], self.hop_length, 1), real


# --- losses ----------------------------------------------------------------------------------------------


def symbol_mask(batch: Batch) -> Tensor:
    """(B, S): one for each symbol of a batch, zero in the padding."""
    return length_mask(batch.lengths("symbols"), batch["symbols"].shape[1])


def mel_mask(batch: Batch) -> Tensor:
    """(B, T): one for each frame of a batch's mel, zero in the padding."""
    return length_mask(batch.lengths("mel"), batch["mel"].shape[1])


def outside_prompt(batch: Batch, mask: Tensor) -> Tensor:
    """A mask (B, T) of frames without those that a clip's own prompt was cut from: those could be copied."""
    place = torch.arange(mask.shape[1], device=mask.device)
    first = batch["prompt_span"][:, :1]
    end = batch["prompt_span"][:, 1:]
    return mask * ((place < first) | (place >= end))


def mel_l1(made: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute error of normalised mels (B, T, M) where the mask (B, T) is one."""
    return masked_mean((made - target).abs(), mask)


def duration_l2(log_durations: Tensor, batch: Batch) -> Tensor:
    """Mean squared error of the logarithm of one plus the frames of each symbol (B, S)."""
    return masked_mean((log_durations - (batch["durations"] + 1.0).log()) ** 2, symbol_mask(batch))


def octave_l1(made: Tensor, octave: Tensor, voiced: Tensor) -> Tensor:
    """Mean absolute error of pitches (B, T) in octaves where the mask (B, T) says they are voiced."""
    return masked_mean((made - octave).abs(), voiced)


def spectral_distance(made: Tensor, real: Tensor, resolutions: tuple[int, ...]) -> Tensor:
    """Distance of the magnitudes of samples (B, N) at several resolutions: log magnitude, and half the
    spectral convergence.
    """
    total = torch.zeros((), device=made.device)
    for n_fft in resolutions:
        a = stft(made, n_fft, n_fft // 4).abs()
        b = stft(real, n_fft, n_fft // 4).abs()
        log = (a.clamp_min(1e-4).log() - b.clamp_min(1e-4).log()).abs().mean()
        convergence = (a - b).norm() / b.norm().clamp_min(1e-3)
        total = total + (log + 0.5 * convergence) / len(resolutions)
    return total


def mel_scales(mel: MelSpec, sizes: Sequence[tuple[int, int]]) -> list[MelSpec]:
    """A mel at other resolutions: n_fft and bands of each, its hop a quarter; the mel itself where none is
    named.
    """
    scales = [replace(mel, n_fft=n_fft, hop_length=n_fft // 4, n_mels=bands) for n_fft, bands in sizes]
    return scales or [mel]


def mel_distance(made: Tensor, real: Tensor, mels: Sequence[MelSpec]) -> Tensor:
    """Mean absolute error of the log-mels of samples (B, N) at several resolutions."""
    return torch.stack([(log_mel(made, mel) - log_mel(real, mel)).abs().mean() for mel in mels]).mean()


def zero_padding(values: Tensor, lengths: Tensor) -> Tensor:
    """Values (B, T, ...) with zeros beyond the length (B,) of each."""
    mask = length_mask(lengths, values.shape[1])
    return values * mask.reshape(*mask.shape, *[1] * (values.dim() - 2)).to(values.dtype)


def symbols_away(batch: Batch, reduction: int) -> Tensor:
    """How many symbols (B, K, S) each is away from the one that sounds in the middle frame of each step of
    `reduction` frames.
    """
    steps = -(-batch["mel"].shape[1] // reduction)
    middles = symbol_of_frame(batch["durations"], steps * reduction)[:, reduction // 2 :: reduction]
    sounding = middles.minimum(batch.lengths("symbols")[:, None] - 1)  # (B, K)
    return (torch.arange(batch["symbols"].shape[1], device=sounding.device) - sounding[..., None]).abs()


def stepped(mel: Tensor, reduction: int) -> Tensor:
    """The frames of a mel (B, T, M) by steps: (B, K, r M), made up to whole steps by zeros."""
    whole = F.pad(mel, (0, 0, 0, -mel.shape[1] % reduction))
    return whole.reshape(len(mel), -1, reduction * mel.shape[2])


def delayed(values: Tensor) -> Tensor:
    """Values (B, K, ...) of the step before each, zeros before the first."""
    return F.pad(values[:, :-1], (0, 0, 1, 0))
