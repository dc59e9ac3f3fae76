"""Speech: the sound of spoken output, with what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from soundalike.core.languages import TextLanguage
from soundalike.core.types import Attention, QualityCheck, Timestamp, UnitTrace

from .audio import Audio, concatenate
from .io import encode_samples


@dataclass(frozen=True, repr=False)
class Speech(Audio):
    """Sound that was synthesised, with when each word is said, what the quality check of each sentence found,
    a note of its origin, which files of it carry, and each sentence's attention or units, of models that have
    them.
    """

    timestamps: tuple[Timestamp, ...] = ()
    checks: tuple[QualityCheck, ...] = ()
    origin: str = ""  # lines of JSON, one a voice
    attention: tuple[Attention, ...] = ()
    units: tuple[UnitTrace, ...] = ()
    language: TextLanguage | None = None  # its text was read in; None of a converted recording

    @property
    def words(self) -> tuple[Timestamp, ...]:
        """The words, in order, and when each is said."""
        return self._stamps("word")

    @property
    def phones(self) -> tuple[Timestamp, ...]:
        """The phones, in order, and when each is said."""
        return self._stamps("phoneme")

    @property
    def marks(self) -> tuple[Timestamp, ...]:
        """The marks that were set in the text, in order, and when each is reached."""
        return self._stamps("mark")

    def _stamps(self, kind: str) -> tuple[Timestamp, ...]:
        return tuple(timestamp for timestamp in self.timestamps if timestamp.kind == kind)

    def __repr__(self) -> str:
        facts = [f"{self.seconds:.2f} s", f"{self.rate} Hz"]
        if self.words:
            facts.append(f"{len(self.words)} words")
        doubts = sum(bool(check.doubts) for check in self.checks)
        if self.checks:
            facts.append(f"{doubts} of {len(self.checks)} sentences in doubt" if doubts else "checked")
        return f"Speech({', '.join(facts)})"

    def encode(self, format: str = "wav") -> bytes:
        """The sound as the bytes of a file in one of FORMATS, its origin in the file's comment.

        Raises AudioError for another format.
        """
        return encode_samples(self.samples, self.rate, format, self.origin)

    @classmethod
    def _joined(cls, pieces: Sequence[Audio]) -> Audio:
        """Pieces of speech one after the other."""
        return join([piece for piece in pieces if isinstance(piece, Speech)])


def join(pieces: Sequence[Speech]) -> Speech:
    """Pieces one after the other: timestamps moved to their places, checks and attention in order, each
    origin once. Raises AudioError unless all have one rate.
    """
    whole = concatenate(pieces)
    timestamps: list[Timestamp] = []
    at = 0
    for piece in pieces:
        timestamps += [timestamp.moved(at / whole.rate) for timestamp in piece.timestamps]
        at += len(piece.samples)
    origins = dict.fromkeys(line for piece in pieces for line in piece.origin.splitlines())
    return Speech(
        whole.samples,
        whole.rate,
        timestamps=tuple(timestamps),
        checks=tuple(check for piece in pieces for check in piece.checks),
        origin="\n".join(origins),
        attention=tuple(attention for piece in pieces for attention in piece.attention),
        units=tuple(trace for piece in pieces for trace in piece.units),
        language=pieces[0].language,
    )
