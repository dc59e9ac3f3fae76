"""What readers give: clips as a corpus describes them, and faults of its lists."""

from __future__ import annotations

from dataclasses import dataclass

SOUNDS = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".webm", ".mp4", ".mkv", ".aif", ".aiff")


@dataclass(frozen=True)
class Clip:
    """One recording as its corpus describes it, before it is opened."""

    id: str
    audio: str  # a path; it need not exist
    text: str  # empty where the corpus gives none
    speaker: str
    where: str  # what names it, for messages: a list and its line, or a file
    language: str = ""  # a code, or auto; empty: the one asked for
    split: str = ""  # empty: to be dealt
    corpus: str = ""
    licence: str = ""
    emotion: str = ""
    long: bool = False  # to be cut at its pauses where it is longer than a clip should be
    span: tuple[float, float] | None = None  # seconds of the recording that are meant; None: all


def same_id(clip: Clip, earlier: Clip) -> str:
    """That a clip has the id of an earlier one, which is named by its place, or by its sound where both have
    one text.
    """
    place = f"{clip.audio} beside {earlier.audio}" if clip.where == earlier.where else earlier.where
    return f"the id '{clip.id}' is there already ({place})"


@dataclass(frozen=True)
class Fault:
    """Something wrong with a list itself.

    `prepare` stops at a fatal one and lists the others among what it left out, but for notes, by which
    nothing is lost. `lint` reports all.
    """

    check: str
    where: str
    reason: str
    remedy: str
    fatal: bool = True
    note: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}. {self.remedy}"
