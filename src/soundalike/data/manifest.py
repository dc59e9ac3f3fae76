"""The manifest of a prepared folder: `manifest.jsonl`, one Row a line."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from soundalike.core.command_line import as_word
from soundalike.core.errors import DataError
from soundalike.core.files import write_atomic


@dataclass(frozen=True)
class Row:
    """One clip of a manifest."""

    id: str
    audio: str  # absolute path, or relative to the manifest's folder
    text: str
    speaker: str
    language: str
    seconds: float
    split: str  # "train", "dev" (for choosing among models) or "test"
    corpus: str = ""
    licence: str = ""
    emotion: str = ""
    phonemes: list[str] = field(default_factory=list)  # symbols; empty where the language has none yet


REQUIRED = {"id", "audio", "text", "speaker", "language", "seconds", "split"}  # of every row


def write_manifest(folder: str | os.PathLike, rows: list[Row]) -> Path:
    """Write the manifest of a prepared folder, whole or not at all."""
    speakers: dict[str, str] = {}
    for row in rows:
        if speakers.setdefault(row.speaker, row.split) != row.split:
            raise DataError(
                f"{row.id}: speaker {row.speaker} is in two splits. Put all clips of a speaker into one."
            )
    path = Path(folder) / "manifest.jsonl"
    write_atomic(path, "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows))
    return path


def is_prepared(folder: str | os.PathLike) -> bool:
    """Whether a folder has a manifest that `prepare` made. Other programs call their lists so too (NeMo)."""
    path = Path(folder) / "manifest.jsonl"
    if not path.is_file():
        return False
    with open(path, encoding="utf-8", errors="replace") as file:
        first = file.readline()
    try:
        entry = json.loads(first) if first.strip() else {name: "" for name in REQUIRED}
    except json.JSONDecodeError:
        return False
    return isinstance(entry, dict) and entry.keys() >= REQUIRED


def read_manifest(folder: str | os.PathLike) -> list[Row]:
    """The rows of a prepared folder. Raises DataError if it is not one, naming the line at fault."""
    path = Path(folder) / "manifest.jsonl"
    if not path.is_file():
        raise DataError(
            f"{folder}: no manifest.jsonl here. "
            f"Make it with `soundalike data prepare SOURCE {as_word(folder)}`."
        )
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line:
            continue
        try:
            rows.append(Row(**json.loads(line)))
        except (json.JSONDecodeError, TypeError) as error:
            remedy = f"Make a folder for training of it: `soundalike data prepare {as_word(folder)} OUT`."
            raise DataError(f"{path}, line {number}: not a manifest row ({error}). {remedy}") from error
    return rows


def read_together(folders: tuple[str, ...]) -> list[tuple[Row, str]]:
    """The rows of prepared folders, each with its folder.

    In several folders names count within a corpus: speakers of one name are the same person where they have a
    corpus in common, and are else told apart by their folder's name; a speaker who is held out from training
    in one folder is so in all. Raises DataError for a clip of one corpus that is in two folders.
    """
    if len(folders) == 1:
        return [(row, folders[0]) for row in read_manifest(folders[0])]
    # Of each name: what they are called here, and their corpora
    people: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    clips: dict[tuple[str, str], int] = {}
    together = []
    splits = defaultdict(set)
    for number, folder in enumerate(folders):
        rows = read_manifest(folder)
        corpora = defaultdict(set)
        called = {}
        for row in rows:
            corpora[row.speaker].add(row.corpus)
            other = clips.setdefault((row.corpus, row.id), number)
            if other != number:
                reason = (
                    f"the clip '{row.id}' of the corpus '{row.corpus}' is in {folders[other]} and in {folder}"
                )
                raise DataError(
                    f"[data] manifest: {reason}. "
                    "Name one of the two only, or prepare one anew from a source of another name."
                )
        for name, own in corpora.items():
            person = next((person for person in people[name] if person[1] & own), None)
            if person is None:
                person = (f"{name} ({folder})" if people[name] else name, set())
                people[name].append(person)
            person[1].update(own)
            called[name] = person[0]
        for row in rows:
            splits[called[row.speaker]].add(row.split)
            together.append((replace(row, speaker=called[row.speaker]), folder))
    held = {speaker: max(own, key=lambda split: (split != "train", split)) for speaker, own in splits.items()}
    return [(replace(row, split=held[row.speaker]), folder) for row, folder in together]
