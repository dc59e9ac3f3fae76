"""The values that rooms hand to one another.

Legend of shapes, used in every comment and docstring:
    B batch    S symbols    T frames    N samples    M mel bands    D width    F frequency bins
    V width of a speaker embedding    K steps of a decoder
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from . import registry
from .errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from soundalike.audio.audio import Audio


class Padded(NamedTuple):
    """Arrays of several clips in one tensor: values (B, ...) with zeros as padding, and the length of each
    (B,); lengths is None of a field with one value a clip.
    """

    values: Tensor
    lengths: Tensor | None


class Batch:
    """Clips padded together: a Padded for each field that was asked for, by its name (data.fields).

    `ids` are the clips' names, in order. Asking for a field that is not there raises DataError, so no field
    is ever None.
    """

    def __init__(self, ids: list[str], fields: Mapping[str, Padded]):
        self.ids = ids
        self.fields = dict(fields)

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def __getitem__(self, name: str) -> Tensor:
        """The values (B, ...) of a field."""
        return self._padded(name).values

    def lengths(self, name: str) -> Tensor:
        """The length of each clip (B,) along a field's axis."""
        lengths = self._padded(name).lengths
        if lengths is None:
            raise DataError(f"the field '{name}' has one value a clip, so it has no lengths.")
        return lengths

    def to(self, device: Any) -> Batch:
        """The same batch on another device."""
        moved = {
            name: Padded(values.to(device), None if lengths is None else lengths.to(device))
            for name, (values, lengths) in self.fields.items()
        }
        return Batch(self.ids, moved)

    def _padded(self, name: str) -> Padded:
        if name not in self.fields:
            raise DataError(f"the batch has no field '{name}', only {', '.join(self.fields) or 'none'}.")
        return self.fields[name]


Output = dict[str, Any]


@dataclass(frozen=True)
class DataFacts:
    """What an Objective may know of the training data as a whole."""

    speakers: int
    mel_mean: Tensor  # (M,)
    mel_std: Tensor  # (M,)
    languages: tuple[str, ...] = ()  # codes of those spoken in it, where they are known
    codec: str = ""  # digest of the codec that made the codes; empty: there are none
    codebooks: Tensor | None = None  # (Q, N, D) vectors that these codes stand for


@dataclass(frozen=True)
class AcousticOutput:
    """What an acoustic model gives to a vocoder, and the durations it was made with."""

    mel: Tensor  # (T, M) log-mel
    # (T,) hertz; 0 where unvoiced; None of a model that predicts none: the vocoder estimates it from the mel
    pitch: Tensor | None
    durations: Tensor  # (S,) frames of each symbol; sums to T


class AcousticArrays(NamedTuple):
    """An `AcousticOutput` in numpy."""

    mel: np.ndarray  # (T, M) log-mel
    pitch: np.ndarray  # (T,) hertz; 0 where unvoiced
    durations: np.ndarray  # (S,) frames of each symbol; sums to T


# Marks a field that a config got after models with it were published: `field(default=False,
# metadata=ADDED_LATER)`. Its default is how models without it are. At that it is left out of digests, so that
# the ids of those models stay as they are.
ADDED_LATER = {"added_later": True}


def added_later(config: Any) -> dict[str, Any]:
    """The defaults of a config's fields that were added later, by name."""
    return {one.name: one.default for one in fields(config) if one.metadata.get("added_later")}


@dataclass(frozen=True)
class Interface:
    """What a part reads or writes: a mel, a waveform, codes, an embedding, an alphabet; by kind and details.

    Two parts join where one writes what the other reads, detail by detail.
    """

    kind: str
    details: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that name the details."""
        text = json.dumps(dict(self.details), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def differences(self, other: Interface) -> list[tuple[str, Any, Any]]:
        """The details in which two interfaces differ: (name, mine, theirs)."""
        names = dict.fromkeys([*self.details, *other.details])
        pairs = ((name, self.details.get(name), other.details.get(name)) for name in names)
        return [(name, mine, theirs) for name, mine, theirs in pairs if mine != theirs]


@dataclass(frozen=True)
class Alignment:
    """Where each of S symbols is said."""

    durations: np.ndarray  # (S,) frames of each symbol; sums to the frames of the sound
    scores: np.ndarray  # (S,) mean log-probability of each symbol where it was found; 0 is certain
    frames_per_second: float

    def at_rate(self, frames_per_second: float, frames: int) -> np.ndarray:
        """The durations (S,) in frames of another rate, which sum to `frames`."""
        import numpy as np  # here, so that what only names these types need not wait for it

        if frames_per_second == self.frames_per_second and int(self.durations.sum()) == frames:
            return self.durations
        total = max(1, int(self.durations.sum()))
        ends = np.round(self.durations.cumsum() * (frames / total)).astype(np.int64)
        return np.diff(ends, prepend=0)


@dataclass(frozen=True)
class Reference:
    """A recording to take a voice from, with what is known of it."""

    audio: Audio
    transcript: str | None = None
    language: str | None = None
    emotion: str | None = None


USUAL_OCTAVE = 7.3  # log2 hertz of a voice none of whose frames is voiced
IDENTITY = "vector"  # the array of a voice that says who speaks, in every architecture
ADAPTER = "adapter."  # before the names of arrays that are a difference to a model's weights (nn.lora)


@dataclass(frozen=True)
class Voice:
    """What was learned from a reference: who speaks, arrays under the architecture's schema, and facts."""

    tensors: dict[str, np.ndarray]
    facts: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        facts = self.facts
        said = [repr(facts["name"])] if facts.get("name") else []
        if facts.get("speech_seconds") is not None:
            said.append(f"{facts['speech_seconds']:.1f} s of speech")
        if facts.get("pitch_hertz") is not None:
            said.append(f"{facts['pitch_hertz']:.0f} Hz")
        family = registry.current((facts.get("model") or {}).get("family", ""))
        said += [family] if family else []
        said += ["adapted"] if self.adapter else []
        said += ["with consent"] if "signature" in (facts.get("consent") or {}) else []
        return f"Voice({', '.join(said)})"

    def _repr_html_(self) -> str:
        """A player of the clip of its recording, where it has one, for notebooks."""
        from . import html

        clip = self.tensors.get("source")
        return html.captioned(repr(self)) if clip is None else html.player(clip.tobytes(), "ogg", repr(self))

    @property
    def identity(self) -> np.ndarray:
        """The speaker embedding (V,) that ids, consent and likeness go by."""
        return self.tensors[IDENTITY]

    @property
    def adapter(self) -> dict[str, np.ndarray]:
        """The difference to a model's weights that the voice brings, by tensor; empty of a voice without."""
        return {
            name.removeprefix(ADAPTER): value
            for name, value in self.tensors.items()
            if name.startswith(ADAPTER)
        }

    def is_adapted_to(self, weights: str) -> bool:
        """Whether the voice brings a difference to the weights of that name (capabilities.Adapts.weights)."""
        return bool(self.adapter) and self.facts.get("adapter", {}).get("weights") == weights

    def with_adapter(self, change: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> Voice:
        """The voice with such a difference in place of any it had, and how that was made: `method`, and the
        `weights` it is a difference to.
        """
        own = {name: value for name, value in self.tensors.items() if not name.startswith(ADAPTER)}
        added = {ADAPTER + name: value for name, value in change.items()}
        return Voice({**own, **added}, {**self.facts, "adapter": dict(facts)})

    def save(self, path: str | os.PathLike, source: bool = True) -> None:
        """Write one `.voice` file, without the stored clip of the recording if `source` is false. Raises
        CheckpointError if it cannot.
        """
        registry.find(registry.SERVICES, "write_voice", "service")(self, path, source)

    @staticmethod
    def load(path: str | os.PathLike) -> Voice:
        """Reopen a `.voice` file. Raises CheckpointError if the file is not one."""
        return registry.find(registry.SERVICES, "read_voice", "service")(path)


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
        """The same word or phoneme, so many seconds later."""
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
class Stretch:
    """A piece of a recording that a sentence was put together of."""

    recording: str  # its name; empty of what was made by a model instead
    start: float  # seconds in the recording
    stop: float
    at: float  # seconds in the sentence
    until: float
    sounds: tuple[str, ...]  # symbols said, wholly or in part
    units: int  # how many neighbouring units it is
    join_cost: float  # of the join before it; 0 of the first


@dataclass(frozen=True)
class UnitTrace:
    """Of one sentence: which recordings it was put together of, and what none of them holds."""

    text: str
    stretches: tuple[Stretch, ...]
    missing: tuple[tuple[str, str], ...] = ()  # a word and a diphone of it that no recording holds

    @property
    def mean_run(self) -> float:
        """How many neighbouring units a stretch has in the mean."""
        return sum(one.units for one in self.stretches) / max(1, len(self.stretches))


@dataclass(frozen=True)
class ProsodyControls:
    """How one utterance of S symbols is to be said. Its values are arrays, or tensors for a network
    that takes these.
    """

    tempo: Any  # (S,) or (1,): 2 is twice as fast
    octaves: Any  # (S,) or (1,): added to the pitch
    frames: int = 0  # exactly so many; 0: as many as come of themselves
    temperature: float = 1.0
    seed: int = 0
    energy: float = 0.0  # nats added to the energy
    expressiveness: float = 0.0  # 0: the pitch moves as far as predicted, 1: as far as that of the prompt
    # (S,) factor of how far the pitch lies from its line of declination in the utterance, and octaves by
    # which its end is raised against its beginning; None: as predicted
    spread: Any = None
    rise: Any = None
    # (S,) nats an octave by which the spectrum is to rise beside what is predicted; None: not at all
    tilt: Any = None


@dataclass(frozen=True)
class WordCheck:
    """One word of a sentence, and how sure it is that it was said: 0 to 1, 0.5 where it comes to be in
    doubt.
    """

    word: str
    confidence: float


@dataclass(frozen=True)
class QualityCheck:
    """What the check of a sentence found."""

    text: str
    seconds: float
    words: tuple[WordCheck, ...]
    likeness: float | None  # cosine of its speaker embedding and the voice's; None where too short
    doubts: tuple[str, ...]  # sentences; none where all is well
    takes: int = 1  # how often it was made
    kept: int = 1  # which of these it is
    redraws: int = 0  # how many of these because it was in doubt
