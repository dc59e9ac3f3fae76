"""Reader of folders of recordings, with texts or subtitles beside them or without."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from .clips import Clip, Fault
from .places import likened, sounds_in
from .text_files import read_lines, read_text

TEXTS = (".txt", ".lab", ".srt", ".vtt")  # what a text beside a recording ends in, the first that is there
SUBTITLES = (".srt", ".vtt")
NO_TEXTS = ("readme", "license", "licence", "copying", "notice", "changelog")  # of no recording
LONGEST = 12.0  # seconds of subtitles that are taken together, at most
PAUSE = 0.8  # seconds between two subtitles that end a clip
_CLOCK = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}.*")
_TAGS = re.compile(r"</?[^>]*>|\{\\[^}]*\}")
_NOT_SPOKEN = re.compile(r"[\[(][^\])]*[\])]|[♪♫#]+")


def read_recordings(source: Path) -> Iterator[Clip | Fault]:
    """A folder of recordings, long or short, each with what is said in a .txt or .lab beside it, with
    subtitles (.srt, .vtt), or without.

    A folder in it is a speaker; what lies in none is the source's own. Names of texts are compared as those
    of sounds are. A text that no recording has the name of is reported.
    """
    texts = _texts_in(source)
    used: set[Path] = set()
    for path in sounds_in(source):
        inside = path.relative_to(source)
        speaker = inside.parts[0] if len(inside.parts) > 1 else source.resolve().name
        id = unicodedata.normalize("NFC", inside.with_suffix("").as_posix())
        beside = texts.get(likened(id), [])
        written = min(beside, key=lambda file: TEXTS.index(file.suffix.lower()), default=None)
        used.update(beside)
        clip = Clip(
            id,
            str(path.resolve()),
            "",
            speaker,
            str(written or path),
            corpus=source.resolve().name,
            long=True,
        )
        yield from _with_text(clip, written)
    for path in sorted(file for files in texts.values() for file in files):
        if path not in used and not likened(path.stem).startswith(NO_TEXTS):
            remedy = "Name it as its recording, or take it out."
            yield Fault("unused-text", str(path), "no recording has the name of this text", remedy, False)


def _texts_in(source: Path) -> dict[str, list[Path]]:
    """The texts of a source by the names of their recordings."""
    found: dict[str, list[Path]] = {}
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.suffix.lower() in TEXTS and path.is_file() and not hidden:
            found.setdefault(likened(inside.with_suffix("").as_posix()), []).append(path)
    return found


def _with_text(clip: Clip, written: Path | None) -> Iterator[Clip | Fault]:
    if written is None:
        yield clip
    elif written.suffix.lower() in SUBTITLES:
        yield from _with_subtitles(clip, written)
    else:
        lines, faults = read_lines(written)
        yield from faults
        yield replace(clip, text="\n".join(line.strip() for _, line in lines))


@dataclass(frozen=True)
class Cue:
    """What is said between two moments of a recording."""

    start: float  # seconds
    stop: float
    text: str
    line: int  # of its times in the file


def _with_subtitles(clip: Clip, path: Path) -> Iterator[Clip | Fault]:
    """A clip for each sentence, or as many subtitles as fit into one."""
    text, faults = read_text(path)
    yield from faults
    cues = read_cues(text)
    if not cues:
        reason = "holds no subtitle"
        yield Fault(
            "subtitles", str(path), reason, "Write `00:00:01,000 --> 00:00:02,500`, then the text.", False
        )
    spoken = []
    for cue in cues:
        where = f"{path}, line {cue.line}"
        if not cue.text:
            yield Fault("subtitles", where, "the subtitle says no words", "Take it out.", False)
        elif cue.stop <= cue.start:
            yield Fault("subtitles", where, "the subtitle ends before it starts", "Mend its times.", False)
        else:
            spoken.append(cue)
    for group in _sentences(spoken):
        yield replace(
            clip,
            id=f"{clip.id}_{int(group[0].start * 1000):08d}",
            text=" ".join(cue.text for cue in group),
            where=f"{path}, line {group[0].line}",
            span=(group[0].start, group[-1].stop),
            long=False,
        )


def read_cues(text: str) -> list[Cue]:
    """The subtitles of an SRT or WebVTT file, without markup and what is not spoken (`[music]`)."""
    cues: list[Cue] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        times = _TIMES.fullmatch(line)
        if times is None:
            continue
        said = []
        for later in lines[number + 1 :]:
            if not later.strip():
                break
            said.append(re.sub(r"^\s*-\s+", "", _TAGS.sub("", later)))
        words = " ".join(_NOT_SPOKEN.sub(" ", " ".join(said)).split())
        moments = times.groups()
        cues.append(Cue(_seconds(moments[:4]), _seconds(moments[4:]), words, number + 1))
    return cues


def _seconds(clock: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = clock
    return 3600 * int(hours or 0) + 60 * int(minutes or 0) + int(seconds or 0) + float(f"0.{fraction or 0}")


def _sentences(cues: list[Cue]) -> Iterator[list[Cue]]:
    """Subtitles in groups that end with a sentence, before a pause, or where a clip would grow too long."""
    group: list[Cue] = []
    for cue in cues:
        if group and (
            group[-1].text.endswith((".", "!", "?", "…", '."', '!"', '?"'))
            or cue.start - group[-1].stop > PAUSE
            or cue.stop - group[0].start > LONGEST
        ):
            yield group
            group = []
        group.append(cue)
    if group:
        yield group
