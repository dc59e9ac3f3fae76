"""Reader of Kaldi's data folders, which ESPnet and icefall share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .clips import SOUNDS, Clip, Fault
from .entries import clip_of, list_folders
from .places import Places
from .text_files import read_lines

INDEX = "wav.scp"


def read_kaldi(source: Path) -> Iterator[Clip | Fault]:
    """Kaldi: `wav.scp` and `text`, with `utt2spk`, `utt2lang` and `segments` where they are there, in the
    source or in folders called as splits are.
    """
    for folder in kaldi_folders(source):
        yield from _read_folder(folder, source)


def kaldi_folders(source: Path) -> list[Path]:
    """The folders of a source that hold a `wav.scp`."""
    found = ([own for own in folders if (own / INDEX).is_file()] for folders in list_folders(source))
    return next((folders for folders in found if folders), [])


def _read_folder(folder: Path, source: Path) -> Iterator[Clip | Fault]:
    places = [Places(folder), Places(source)]
    faults: list[Fault] = []
    tables = {
        name: _table(folder / name, faults) for name in (INDEX, "text", "utt2spk", "utt2lang", "segments")
    }
    yield from faults
    recordings, segments = tables[INDEX], tables["segments"]
    for id in dict.fromkeys((*(segments or recordings), *tables["text"])):
        where = next(place[id][0] for place in (segments, tables["text"], recordings) if id in place)
        recording, _, times = segments.get(id, ("", id))[1].partition(" ")
        if recording not in recordings:
            reason = f"{folder / INDEX} has no line for '{recording}'"
            yield Fault("missing-file", where, reason, "Add the sound, or take the row out.", False)
            continue
        audio = _file_of(recordings[recording][1])
        if not audio:
            reason = f"the sound is made by a command: {recordings[recording][1][:80]!r}"
            yield Fault("missing-file", where, reason, "Write the sounds to files, and name these.", False)
            continue
        start, _, stop = times.strip().partition(" ")
        entry = {"id": id, "audio": audio, "start": start, "stop": stop.strip()}
        for key, name in (("text", "text"), ("speaker", "utt2spk"), ("language", "utt2lang")):
            entry[key] = tables[name].get(id, ("", ""))[1]
        yield clip_of(entry, places, where)


def _table(path: Path, faults: list[Fault]) -> dict[str, tuple[str, str]]:
    """Of each id its place in a file and the rest of its line; none of a file that is not there."""
    if not path.is_file():
        return {}
    lines, found = read_lines(path)
    faults += found
    table = {}
    for number, line in lines:
        id, *rest = line.split(maxsplit=1)
        table[id] = (f"{path}, line {number}", rest[0].strip() if rest else "")
    return table


def _file_of(command: str) -> str:
    """The file that a line of wav.scp names; of a command the first that is a sound, "" where none is."""
    if not command.endswith("|"):
        return command
    return next((word for word in command.split() if Path(word).suffix.lower() in SOUNDS), "")
