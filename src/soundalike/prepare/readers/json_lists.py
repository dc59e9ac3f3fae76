"""Readers of JSON: an object a line, a list of objects, or objects by the names of their clips; NeMo's
manifests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from soundalike.data.manifest import is_prepared

from .clips import Clip, Fault
from .entries import clip_of, list_folders, root_of
from .lists import named_lists
from .places import Places
from .tables import NAMES, header_columns
from .text_files import read_text

Entry = tuple[str, Any]  # where it stands, and what stands there


def read_json(source: Path) -> Iterator[Clip | Fault]:
    """JSON lines, or a list, of objects with audio (audio_filepath, path, ...), and text, speaker, language,
    emotion, split, corpus, licence, id where known; or such objects, or texts, by the names of their clips.

    NeMo's `offset` and `duration` cut a clip out of its recording. Lists are those of `json_lists`.
    """
    for path in json_lists(source):
        root = root_of(path, source)
        places = [Places(path.parent), *([Places(root)] if root != path.parent else [])]
        text, faults = read_text(path)
        yield from faults
        for where, entry in _entries(text, path):
            yield entry if isinstance(entry, Fault) else _clip(entry, places, where)


def json_lists(source: Path) -> list[Path]:
    """The lists of a folder that `read_json` reads, or the one given: `*.jsonl`, and `*.json` that name
    sounds; of a folder that `prepare` made only its manifest.
    """
    if source.is_file():
        return [source]
    if is_prepared(source):
        return [source / "manifest.jsonl"]
    for folders in list_folders(source):
        found = [
            path
            for folder in folders
            for path in named_lists(folder, ".jsonl", ".json")
            if path.suffix.lower() == ".jsonl" or _names_sounds(path)
        ]
        if found:
            return found
    return []


def _names_sounds(path: Path) -> bool:
    """Whether most of the first entries of a file are of clips."""
    first = [entry for _, (_, entry) in zip(range(10), _entries(read_text(path)[0], path))]
    return sum(isinstance(entry, Mapping) and "audio" in _named(entry) for entry in first) > len(first) / 2


def _entries(text: str, path: Path) -> Iterator[Entry]:
    """The entries of a file: one JSON value that holds them all, or JSON lines."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        whole = None
    if isinstance(whole, (dict, list)):
        for number, entry in enumerate(_in_whole(whole), 1):
            yield f"{path}, entry {number}", entry
        return
    for number, line in enumerate(text.split("\n"), 1):
        where = f"{path}, line {number}"
        if not line.strip():
            continue
        try:
            yield where, json.loads(line)
        except json.JSONDecodeError as error:
            remedy = "Write one object a line, or one list of objects."
            yield where, Fault("json", where, f"not JSON ({error})", remedy)


def _in_whole(whole: Any) -> list[Any]:
    """The entries of one JSON value."""
    if isinstance(whole, list):
        return whole
    if not isinstance(whole, dict):
        return []
    if "audio" in _named(whole):
        columns = {name: _values(column) for name, column in whole.items()}
        if all(column is not None for column in columns.values()):
            return [dict(zip(columns, values)) for values in zip(*columns.values())]
        return [whole]
    inside = next((own for own in whole.values() if isinstance(own, list)), None)
    if inside is not None and any(isinstance(entry, dict) for entry in inside):
        return inside
    if all(isinstance(own, dict) for own in whole.values()):
        return [{"audio": name} | own if "audio" not in _named(own) else own for name, own in whole.items()]
    if all(isinstance(own, str) for own in whole.values()):
        return [{"audio": name, "text": text} for name, text in whole.items()]
    return [whole]


def _values(column: Any) -> list[Any] | None:
    """The values of a column of a table in JSON; None of something else."""
    if isinstance(column, dict) and set(column) != {"path", "bytes"}:
        return list(column.values())
    return column if isinstance(column, list) else None


def _named(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry by the keys of NAMES."""
    keys = [key for key in entry if isinstance(key, str)]
    roles = header_columns(keys) or _without_audio(keys)
    return {role: entry[key] for role, key in zip(roles, keys) if role}


def _without_audio(keys: list[str]) -> tuple[str, ...]:
    return tuple(next((role for role, names in NAMES.items() if key.lower() in names), "") for key in keys)


def _clip(entry: Any, places: list[Places], where: str) -> Clip | Fault:
    named = _named(entry) if isinstance(entry, Mapping) else {}
    audio = named.get("audio")
    if isinstance(audio, Mapping):  # of Hugging Face: {"path": ..., "bytes": ...}
        audio = audio.get("path")
    if not isinstance(audio, str):
        reason = "no field names the sound"
        usual = ", ".join(NAMES["audio"][:3])
        return Fault("columns", where, reason, f"Give its path as {usual} or another usual name.")
    texts = {key: "" if value is None else str(value) for key, value in named.items()}
    return clip_of(texts | {"audio": audio}, places, where)
