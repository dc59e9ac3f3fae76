"""What only some synthesizers can do: ask with isinstance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from .contracts import Aligner, Converter, Progress
from .types import AcousticArrays, AcousticOutput, Attention, Timestamp, UnitTrace, Voice

if TYPE_CHECKING:
    import numpy as np

    from soundalike.audio.mel import MelSpec
    from soundalike.audio.speech import Speech
    from soundalike.text import Utterance


@runtime_checkable
class PredictsDurations(Protocol):
    """Predicts how long a sentence will take before it is spoken."""

    frame_rate: float

    def seconds(self, utterance: Utterance, voice: Voice, options: Any) -> float:
        """How long the sentence would be."""
        ...


@runtime_checkable
class WritesMel(Protocol):
    """Makes a mel before it makes sound."""

    mel: MelSpec

    def acoustic_output(self, utterance: Utterance, voice: Voice, options: Any) -> AcousticOutput:
        """The mel, pitch and durations of one sentence, before the vocoder."""
        ...


@runtime_checkable
class PlansTakes(Protocol):
    """Works out once what every take of a sentence shares."""

    def plan(self, utterance: Utterance, voice: Voice, options: Any) -> Any:
        """What `speak_planned` takes in place of the sentence and the voice, for options that differ in seed
        and pace alone.
        """
        ...

    def planned_seconds(self, plan: Any, options: Any) -> float:
        """How long the planned sentence would be."""
        ...

    def speak_planned(self, plan: Any, options: Any) -> Iterator[Speech]:
        """The planned sentence, as `speak` says it."""
        ...


@runtime_checkable
class Blends(Protocol):
    """Makes a voice between two others."""

    def blend(self, first: Voice, second: Voice, weight: float) -> Voice:
        """A voice `weight` of the way from the first to the second."""
        ...


@runtime_checkable
class Adapts(Protocol):
    """Can learn a voice better than by conditioning: from its prompt, or from minutes of recordings."""

    @property
    def can_adapt_to_prompt(self) -> bool:
        """Whether the parts that prompt adaptation needs are there."""
        ...

    @property
    def weights(self) -> str:
        """Twelve hexadecimal digits that name the weights a voice's adapter is a difference to."""
        ...

    @property
    def adaptation(self) -> str:
        """Twelve hexadecimal digits that name all that prompt adaptation depends on beside the voice: the
        weights of every part it uses, the method and its settings.
        """
        ...

    def adapt_to_prompt(
        self, voice: Voice, aligner: Aligner, progress: Progress | None = None
    ) -> dict[str, np.ndarray]:
        """A difference to the weights that brings the model nearer to a voice; empty where too little of the
        prompt is recognized.
        """
        ...


@runtime_checkable
class ShowsAttention(Protocol):
    """Can show its attention to the text while it speaks: its Speech carries `attention`."""

    def attention(self, utterance: Utterance, voice: Voice, options: Any) -> Attention:
        """The attention of each step to each symbol of one sentence."""
        ...


@runtime_checkable
class SelectsUnits(Protocol):
    """Puts speech together of stretches of recordings: its Speech carries `units`."""

    def unit_trace(self, utterance: Utterance, voice: Voice, options: Any) -> UnitTrace:
        """Which stretches one sentence is put together of."""
        ...


@runtime_checkable
class TakesEmotion(Protocol):
    """Speaks with a named emotion."""

    emotions: tuple[str, ...]


class Streams(ABC):
    """Writes the whole mel of a planned sentence (PlansTakes), then its sound in pieces, each made when it is
    asked for.
    """

    mel: MelSpec

    @property
    @abstractmethod
    def can_stream(self) -> bool:
        """Whether the vocoder that is there can make a sound in pieces."""

    @abstractmethod
    def planned_output(self, plan: Any, options: Any) -> AcousticArrays:
        """The mel, pitch and durations of the planned sentence, before any sound."""

    @abstractmethod
    def planned_timestamps(self, plan: Any, made: AcousticArrays) -> tuple[Timestamp, ...]:
        """When each word and phoneme of the planned sentence is said."""

    @abstractmethod
    def sound_in_pieces(self, made: AcousticArrays, options: Any) -> Iterator[np.ndarray]:
        """Samples (n,) float32, in order, which join to what `speak_planned` gives within 1e-3 of full
        scale.
        """


CAPABILITIES: dict[str, type] = {
    "durations": PredictsDurations,
    "mel": WritesMel,
    "blend": Blends,
    "adapt": Adapts,
    "attention": ShowsAttention,
    "units": SelectsUnits,
    "emotion": TakesEmotion,
    "stream": Streams,
    "convert": Converter,
}
