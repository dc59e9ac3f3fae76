"""Readers of lists: tables of this package, CSVs of LJSpeech, Coqui, F5 and Piper, lists of GPT-SoVITS, JSON
lines; folders of recordings.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from .clips import SOUNDS, Clip, Fault, Places, read_lines, sounds_in

COLUMNS = ("file", "speaker", "language", "emotion", "seconds", "split", "corpus", "licence", "text")
NAMES = {  # what other programs call a column
    "audio": (
        "audio",
        "audio_file",
        "audio_filepath",
        "audio_path",
        "file_name",
        "file",
        "filename",
        "wav",
        "wav_path",
        "path",
        "id",
    ),
    "text": ("text", "sentence", "transcript", "transcription", "normalized_text"),
    "speaker": ("speaker", "speaker_name", "speaker_id", "client_id"),
    "language": ("language", "lang", "locale"),
    "emotion": ("emotion", "emotion_name", "style"),
    "split": ("split",),
    "licence": ("licence", "license"),
    "corpus": ("corpus", "dataset"),
}


def read_table(source: Path) -> Iterator[Clip | Fault]:
    """`metadata.tsv` with a header naming file, speaker, language, emotion, seconds, split, corpus, licence,
    text; `audio/FILE`.
    """
    path = source / "metadata.tsv"
    lines, faults = read_lines(path)
    yield from faults
    reader = csv.DictReader((line for _, line in lines), delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = set(COLUMNS) - set(reader.fieldnames or ())
    if missing:
        yield Fault(
            "columns",
            f"{path}, line 1",
            f"lacks the columns {', '.join(sorted(missing))}",
            f"It needs {', '.join(COLUMNS)}.",
        )
        return
    for (number, line), row in zip(lines[1:], reader):
        if None in row.values() or None in row:
            yield Fault(
                "columns",
                f"{path}, line {number}",
                f"has not as many fields as the header: {line[:80]!r}",
                "Mend the tabs.",
            )
            continue
        yield Clip(
            row["file"].rsplit(".", 1)[0],
            str((source / "audio" / row["file"]).resolve()),
            row["text"],
            row["speaker"],
            f"{path}, line {number}",
            row["language"],
            row["split"],
            row["corpus"],
            row["licence"].split(" ")[0],
            row["emotion"],
        )


def read_csv(source: Path) -> Iterator[Clip | Fault]:
    """CSVs of LJSpeech (`id|raw|normalised`), Piper (`id|text`, `id|speaker|text`), F5 and Coqui (a header),
    or with commas and a header.

    The sounds are where the list says, or in wavs/. Without a header three columns are id, speaker and text
    where the second never holds a space, else the two texts of LJSpeech. Lists are metadata*.csv,
    metadata.txt, or the file given.
    """
    root = source if source.is_dir() else source.parent
    places = Places(root)
    for path in csv_lists(source):
        lines, faults = read_lines(path)
        yield from faults
        if not lines:
            continue
        bar = next((mark for mark in ("|", "\t", ";", ",") if mark in lines[0][1]), "|")
        rows = [(number, line, _fields(line, bar)) for number, line in lines]
        columns = _columns(rows[0][2])
        if columns:
            rows = rows[1:]
        else:
            count = len(rows[0][2])
            piper = count == 3 and not any(
                " " in fields[1].strip() for _, _, fields in rows if len(fields) == 3
            )
            columns = {
                2: ("audio", "text"),
                3: ("audio", "speaker", "text") if piper else ("audio", "", "text"),
            }.get(count, ())
        for number, line, fields in rows:
            where = f"{path}, line {number}"
            if len(fields) < 2 or not columns:
                yield Fault(
                    "columns",
                    where,
                    f"expected `id|text`, found {line.strip()!r}",
                    "Give the name of a sound and its text, | between.",
                )
            elif len(fields) > len(columns):
                yield Fault(
                    "separator",
                    where,
                    f"has {len(fields)} fields instead of {len(columns)}: {line[:80]!r}",
                    f"Take {bar!r} out of it.",
                )
            elif len(fields) < len(columns):
                yield Fault(
                    "columns",
                    where,
                    f"has {len(fields)} fields instead of {len(columns)}: {line[:80]!r}",
                    "Give all of them.",
                )
            else:
                yield _clip(dict(zip(columns, fields)), places, root, where)


def read_gpt_sovits(source: Path) -> Iterator[Clip | Fault]:
    """GPT-SoVITS: `*.list` with `path|speaker|language|text`. A path of another machine is looked for by its
    name.
    """
    root = source if source.is_dir() else source.parent
    places = Places(root)
    for path in sorted(root.glob("*.list")) if source.is_dir() else [source]:
        lines, faults = read_lines(path)
        yield from faults
        for number, line in lines:
            fields = line.split("|", 3)
            where = f"{path}, line {number}"
            if len(fields) < 4:
                yield Fault(
                    "columns",
                    where,
                    f"expected `path|speaker|language|text`, found {line.strip()!r}",
                    "Give all four.",
                )
                continue
            names = ("audio", "speaker", "language", "text")
            yield _clip(
                dict(zip(names, fields)) | {"language": fields[2].strip().lower()}, places, root, where
            )


def read_jsonl(source: Path) -> Iterator[Clip | Fault]:
    """JSON lines: one object a clip with audio, and text, speaker, language, emotion, split, corpus, licence,
    id where known.
    """
    root = source if source.is_dir() else source.parent
    places = Places(root)
    for path in sorted(root.glob("*.jsonl")) if source.is_dir() else [source]:
        lines, faults = read_lines(path)
        yield from faults
        for number, line in lines:
            where = f"{path}, line {number}"
            try:
                entry = json.loads(line)
            except json.JSONDecodeError as error:
                yield Fault("json", where, f"not JSON ({error})", "Write one object a line.")
                continue
            named = (
                {key: entry[name] for key, names in NAMES.items() for name in names[::-1] if name in entry}
                if isinstance(entry, dict)
                else {}
            )
            if not isinstance(named.get("audio"), str):
                yield Fault(
                    "columns",
                    where,
                    "the field 'audio' is missing or not a string",
                    "Give the path of the sound.",
                )
                continue
            own = str(entry["id"]) if "id" in entry and named["audio"] != entry["id"] else ""
            yield _clip(
                {key: "" if value is None else str(value) for key, value in named.items()} | {"id": own},
                places,
                root,
                where,
            )


def read_recordings(source: Path) -> Iterator[Clip | Fault]:
    """A folder of recordings, long or short, each with what is said in a .txt (or .lab) beside it, or
    without.

    A folder in it is a speaker; what lies in none is the source's own.
    """
    for path in sounds_in(source):
        inside = path.relative_to(source)
        speaker = inside.parts[0] if len(inside.parts) > 1 else source.resolve().name
        written = next(
            (file for ending in (".txt", ".lab") if (file := path.with_suffix(ending)).is_file()), None
        )
        lines, faults = read_lines(written) if written else ([], [])
        yield from faults
        text = "\n".join(line.strip() for _, line in lines)
        yield Clip(
            inside.with_suffix("").as_posix(),
            str(path.resolve()),
            text,
            speaker,
            str(written or path),
            corpus=source.resolve().name,
            long=True,
        )


def csv_lists(source: Path) -> list[Path]:
    """The lists of a folder that `read_csv` reads, or the one given."""
    if source.is_file():
        return [source]
    return sorted([*source.glob("metadata*.csv"), *source.glob("metadata.txt")])


def _fields(line: str, bar: str) -> list[str]:
    return next(csv.reader([line])) if bar == "," else line.split(bar)


def _columns(fields: list[str]) -> tuple[str, ...]:
    """What the columns of a header hold; none where the line is not one."""
    named = tuple(
        next((key for key, names in NAMES.items() if field.strip().lower() in names), "") for field in fields
    )
    return named if "audio" in named and "text" in named else ()


def _clip(entry: dict[str, str], places: Places, root: Path, where: str) -> Clip:
    own = root.resolve().name
    name = entry["audio"].strip().replace("\\", "/")
    foreign = name.startswith("/") or name[1:2] == ":"  # a whole path, maybe of another machine
    plain = name.rsplit("/", 1)[-1] if foreign else name.removeprefix("wavs/")
    id = entry.get("id") or (plain[: plain.rindex(".")] if Path(plain).suffix.lower() in SOUNDS else plain)
    return Clip(
        id,
        places.find(name),
        entry.get("text", "").strip(),
        entry.get("speaker", "").strip() or own,
        where,
        entry.get("language", ""),
        entry.get("split", ""),
        entry.get("corpus") or own,
        entry.get("licence", ""),
        entry.get("emotion", "").lower(),
    )
