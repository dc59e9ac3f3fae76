"""The values that rooms hand to one another, and the legend of tensor letters."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

if TYPE_CHECKING:
    from torch import Tensor


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
    # (B, 2) first and last-plus-one frame of the clip that its own prompt was cut from; 0, 0 of another clip
    prompt_span: Tensor | None = None
    # (B,) predicted mean opinion score of the clip, 1 to 5; NaN where not known
    quality: Tensor | None = None
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
class AcousticOutput:
    """What an acoustic model hands to a vocoder, and what it knows of its own timing."""

    mel: Tensor  # (T, M) log-mel
    # (T,) hertz; 0 where unvoiced; None of a model that does not know, and the vocoder reads it off the mel
    pitch: Tensor | None
    durations: Tensor  # (S,) frames of each symbol; sums to T


@dataclass(frozen=True)
class Voice:
    """What was learned from a reference: tensors, and facts about the recording."""

    tensors: dict[str, Tensor]
    facts: dict[str, Any] = field(default_factory=dict)

    def save(self, path: str | os.PathLike, source: bool = True) -> None:
        """Write one `.voice` file, without the stored clip of the recording if `source` is false. Raises
        CheckpointError if it cannot.
        """
        from soundalike.inference.voice_file import write

        write(self, path, source)

    @staticmethod
    def load(path: str | os.PathLike) -> Voice:
        """Reopen a `.voice` file. Raises CheckpointError if the file is not one."""
        from soundalike.inference.voice_file import read

        return read(path)


@dataclass(frozen=True)
class Timestamp:
    """Something said, and when: a "word" as written, a "phoneme", or a "mark" set in the text."""

    kind: str
    text: str
    start: float  # seconds
    stop: float
    span: tuple[int, int] = (0, 0)  # of a word: its first and last-plus-one character in the text
    after: str = ""  # of a word: the comma, full stop, question or exclamation mark that follows

    def moved(self, seconds: float) -> Timestamp:
        return replace(self, start=self.start + seconds, stop=self.stop + seconds)


@dataclass(frozen=True)
class Attention:
    """Of one sentence: the weights (K, S) of each step to each of its symbols, and how long a step is."""

    symbols: tuple[str, ...]
    weights: np.ndarray
    step: float  # seconds

    @property
    def places(self) -> np.ndarray:
        """The symbol (K,) that each step looked at most."""
        return self.weights.argmax(1)


@dataclass(frozen=True)
class ProsodyControls:
    """How one utterance of S symbols is to be said."""

    tempo: Tensor  # (S,) or (1,): 2 is twice as fast
    octaves: Tensor  # (S,) or (1,): added to the pitch
    frames: int = 0  # exactly so many; 0: as many as come of themselves
    temperature: float = 1.0
    seed: int = 0
    energy: float = 0.0  # nats added to the energy


@dataclass(frozen=True)
class WordCheck:
    """One word of a sentence, and how sure it is that it was said: 0 to 1, 0.5 where it comes to be in
    doubt.
    """

    word: str
    confidence: float


@dataclass(frozen=True)
class QualityCheck:
    """What was found when a sentence was listened to again."""

    text: str
    seconds: float
    words: tuple[WordCheck, ...]
    likeness: float | None  # cosine between its speaker vector and the voice's; None where too short to tell
    doubts: tuple[str, ...]  # sentences; none where all is well
    takes: int = 1  # how often it was made
    kept: int = 1  # which of these it is
    redraws: int = 0  # how many of these because it was in doubt
