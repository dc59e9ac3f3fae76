"""The nouns every room shares, the legend of tensor letters, and the errors.

Legend of shapes, used in every comment and docstring:
    B batch    S symbols    T frames    N samples    M mel bands    D width    F frequency bins    V voice width
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .audio import Audio
    from .features import MelSpec
    from .text import Spoken


class SoundalikeError(Exception):
    """Anything this package refuses to do. The message names what is wrong and how to mend it."""


class AudioError(SoundalikeError):
    """A recording that cannot be used."""


class TextError(SoundalikeError):
    """A text that cannot be spoken."""


class ConfigError(SoundalikeError):
    """A recipe, option or table with an unknown or impossible value."""


class CheckpointError(SoundalikeError):
    """A model folder that does not say what it is, or parts that do not fit together."""


class EvaluationError(SoundalikeError):
    """Jobs that cannot be evaluated, or an instrument that cannot be used."""


class TrainingError(SoundalikeError):
    """A run that cannot go on: a loss that is not finite, a state of another run."""


@dataclass
class Batch:
    """Padded tensors with their lengths; only the fields an Objective wants are filled.

    Padding is zero everywhere. `ids` are the clips' names, in order.
    """

    ids: list[str]
    symbols: Tensor | None = None  # (B, S) int64
    symbol_lengths: Tensor | None = None  # (B,)
    mel: Tensor | None = None  # (B, T, M) log-mel
    mel_lengths: Tensor | None = None  # (B,)
    durations: Tensor | None = None  # (B, S) frames of each symbol; sums to mel_lengths
    pitch: Tensor | None = None  # (B, T) hertz; 0 where unvoiced
    samples: Tensor | None = None  # (B, N)
    prompt: Tensor | None = None  # (B, T', M) log-mel of another clip of the same speaker
    prompt_lengths: Tensor | None = None  # (B,)
    prompt_pitch: Tensor | None = None  # (B, T') hertz
    prompt_span: Tensor | None = None  # (B, 2) first and last-plus-one frame of the clip that its own prompt was cut from; 0, 0 of another clip
    quality: Tensor | None = None  # (B,) predicted mean opinion score of the clip, 1 to 5; NaN where not known
    vector: Tensor | None = None  # (B, V) speaker vector of the prompt's clip
    speaker: Tensor | None = None  # (B,) int64, index among the training speakers
    target_vector: Tensor | None = None  # (B, V) a teacher's speaker vector, where one is distilled
    target_known: Tensor | None = None  # (B,) 1 where target_vector is given

    def to(self, device: Any) -> Batch:
        moved = {k: v.to(device) if hasattr(v, "to") else v for k, v in vars(self).items()}
        return Batch(**moved)


Output = dict[str, Any]


@dataclass(frozen=True)
class DataFacts:
    """What an Objective may know of the training data as a whole."""

    speakers: int
    mel_mean: Tensor  # (M,)
    mel_std: Tensor  # (M,)


@dataclass(frozen=True)
class PartKind:
    """One kind of Part: how its network is built from a frozen config, and how it is trained."""

    role: str  # "acoustic", "vocoder", "speaker", "aligner" or "adversary"
    Config: type
    build: Callable[[Any, MelSpec], nn.Module]
    Settings: type  # frozen dataclass: the recipe's [objective]
    objective: Callable[[Any, Any, DataFacts], Objective] | None  # (network, settings, facts); None of a part with nothing to train


class Objective(Protocol):
    """A Part under training: what the loop sees."""

    wants: frozenset[str]
    turns: tuple[str, ...]

    def forward(self, batch: Batch) -> Output:
        """Once per batch. What is to be logged and not minimised goes into its entry "measures", a table of numbers."""
        ...

    def losses(self, turn: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        """Weighted losses of one turn; the loop minimises their sum."""
        ...

    def network(self) -> nn.Module:
        """What is shipped."""
        ...

    def trained(self, turn: str) -> nn.Module:
        """What that turn's step changes."""
        ...

    # An Objective may have `companions`: parts trained beside the network and saved under it, folder -> (registered name, config, network).


@dataclass(frozen=True)
class Frames:
    """What an acoustic model hands to a vocoder, and what it knows of its own timing."""

    mel: Tensor  # (T, M) log-mel
    pitch: Tensor | None  # (T,) hertz; 0 where unvoiced; None of a model that does not know, and the vocoder reads it off the mel
    durations: Tensor  # (S,) frames of each symbol; sums to T


@dataclass(frozen=True)
class Voice:
    """What was learned from a reference: tensors, and facts about the recording."""

    tensors: dict[str, Tensor]
    facts: dict[str, Any] = field(default_factory=dict)

    def save(self, path: str | os.PathLike, source: bool = True) -> None:
        """Write one `.voice` file, without the stored clip of the recording if `source` is false. Raises CheckpointError if it cannot."""
        from .voicefile import write

        write(self, path, source)

    @staticmethod
    def load(path: str | os.PathLike) -> Voice:
        """Reopen a `.voice` file. Raises CheckpointError if the file is not one."""
        from .voicefile import read

        return read(path)


@runtime_checkable
class Cloner(Protocol):
    """Parts assembled: it listens and it speaks."""

    sample_rate: int
    Options: type

    def listen(self, reference: Audio, transcript: str | None = None) -> Voice: ...

    def speak(self, spoken: Spoken, voice: Voice, options: Any = None) -> Iterator[Audio]: ...
