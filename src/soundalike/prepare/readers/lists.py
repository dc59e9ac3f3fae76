"""Readers of lists with columns: tables of this package, CSVs of LJSpeech, Coqui, F5, Piper and Hugging Face,
lists of GPT-SoVITS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .clips import Clip, Fault
from .entries import clip_of, list_folders, root_of
from .places import Places, likened
from .tables import Row, Table, bare_columns, header_columns, read_rows, rows_between, sound_column
from .text_files import read_lines, read_text

COLUMNS = ("file", "speaker", "language", "emotion", "seconds", "split", "corpus", "licence", "text")
ENDINGS = (".csv", ".tsv", ".txt", ".psv")  # of lists that are known by what they hold


def read_table(source: Path) -> Iterator[Clip | Fault]:
    """`metadata.tsv` with a header naming file, speaker, language, emotion, seconds, split, corpus, licence,
    text; `audio/FILE`.
    """
    path = source / "metadata.tsv"
    text, faults = read_text(path)
    yield from faults
    header, *rows = rows_between(text, "\t") or [Row(1, [])]
    missing = set(COLUMNS) - set(header.fields)
    if missing:
        yield Fault(
            "columns",
            f"{path}, line 1",
            f"lacks the columns {', '.join(sorted(missing))}",
            f"It needs {', '.join(COLUMNS)}.",
        )
        return
    for number, fields in rows:
        if len(fields) != len(header.fields):
            line = " ".join(fields)[:80]
            yield Fault(
                "columns",
                f"{path}, line {number}",
                f"has not as many fields as the header: {line!r}",
                "Mend the tabs.",
            )
            continue
        row = dict(zip(header.fields, fields))
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


def is_table(source: Path) -> bool:
    """Whether a folder holds this package's own `metadata.tsv`, by most of its columns."""
    path = source / "metadata.tsv"
    if not path.is_file():
        return False
    header = read_text(path)[0].partition("\n")[0].split("\t")
    return len(set(header) & set(COLUMNS)) > len(COLUMNS) / 2


def read_csv(source: Path) -> Iterator[Clip | Fault]:
    """CSVs of LJSpeech (`id|raw|normalised`), Piper (`id|text`, `id|speaker|text`), F5, Coqui and Hugging
    Face (a header).

    Fields lie between bars, tabs, semicolons or commas, whichever fits all lines; they may be quoted. The
    sounds are where the list says, or in wavs/. `tables` says how columns without a header are told. Lists
    are those of `csv_lists`.
    """
    for path in csv_lists(source):
        yield from _read_list(path, source)


def read_gpt_sovits(source: Path) -> Iterator[Clip | Fault]:
    """GPT-SoVITS: `*.list` with `path|speaker|language|text`. A path of another machine is looked for by its
    name.
    """
    root = source if source.is_dir() else source.parent
    places = Places(root)
    for path in named_lists(root, ".list") if source.is_dir() else [source]:
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
            yield clip_of(dict(zip(("audio", "speaker", "language", "text"), fields)), [places], where)


def named_lists(folder: Path, *endings: str) -> list[Path]:
    """The files in a folder whose names end so, whatever their case; hidden ones are left out."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in endings and path.is_file() and not path.name.startswith(".")
    )


def csv_lists(source: Path) -> list[Path]:
    """The lists of a folder that `read_csv` reads, or the one given: `metadata*.csv`, `metadata.txt` and
    `metadata.tsv`; where there are none, tables that name sounds and their texts; else those in folders
    called as splits are.
    """
    if source.is_file():
        return [source]
    for folders in list_folders(source):
        for search in (_called_metadata, _lists_by_content):
            found = [path for folder in folders for path in search(folder, source)]
            if found:
                return found
    return []


def has_named_csv(source: Path) -> bool:
    """Whether a folder has a list that `read_csv` knows by its name."""
    return any(_called_metadata(folder, source) for folders in list_folders(source) for folder in folders)


def _called_metadata(folder: Path, source: Path) -> list[Path]:
    return [
        path
        for path in named_lists(folder, ".csv", ".txt", ".tsv")
        if likened(path.stem) == "metadata"
        or (path.suffix.lower() == ".csv" and likened(path.stem).startswith("metadata"))
    ]


def _lists_by_content(folder: Path, source: Path) -> list[Path]:
    """Tables most of whose rows name a sound and give it a text. What a recording of the same name lies
    beside is its text, and no list.
    """
    places = Places(source)
    found = []
    for path in named_lists(folder, *ENDINGS):
        if any(likened(sound.stem) == likened(path.stem) for sound in places.all):
            continue
        table = read_rows(read_text(path)[0], places)
        if table is None or sound_column(table.rows, places)[1] < 0.5:
            continue
        columns = header_columns(table.rows[0].fields) or bare_columns(table, places)
        if "text" in columns and _holds_words(table, columns.index("text")):
            found.append(path)
    return found


def _holds_words(table: Table, column: int) -> bool:
    texts = [row.fields[column] for row in table.rows if column < len(row.fields)]
    return sum(any(letter.isalpha() for letter in text) for text in texts) > len(texts) / 2


@dataclass(frozen=True)
class _Columns:
    """How the rows of a list are read."""

    names: tuple[str, ...]
    separator: str
    width: int

    def fault_of(self, fields: list[str], where: str) -> Fault | None:
        """What is wrong with a row's number of fields."""
        line = self.separator.join(fields)
        if not self.names or len(fields) < 2:
            return _no_columns(line, where, min(self.width, len(fields)))
        if len(fields) == len(self.names):
            return None
        reason = f"has {len(fields)} fields instead of {len(self.names)}: {line[:80]!r}"
        if len(fields) < len(self.names):
            return Fault("columns", where, reason, "Give all of them.")
        quote = ', or put "..." about the field' if self.separator in ",;" else ""
        return Fault("separator", where, reason, f"Take {self.separator!r} out of it{quote}.")


def _no_columns(line: str, where: str, width: int) -> Fault:
    expected = "expected `id|text`" if width < 3 else f"what {width} columns hold cannot be told"
    remedy = "Give the name of a sound and its text, | between, or name the columns in a header."
    return Fault("columns", where, f"{expected}, found {line.strip()[:80]!r}", remedy)


def _read_list(path: Path, source: Path) -> Iterator[Clip | Fault]:
    root = root_of(path, source)
    places = [Places(path.parent), *([Places(root)] if root != path.parent else [])]
    text, faults = read_text(path)
    yield from faults
    table = read_rows(text, places[-1])
    if table is None:
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield _no_columns(line, f"{path}, line {number}", 1)
        return
    rows = table.rows
    names = header_columns(rows[0].fields)
    if names and "text" not in names:
        reason = f"the header names no column of texts: {', '.join(rows[0].fields)}"
        yield Fault("columns", f"{path}, line {rows[0].number}", reason, "Call it text.")
        return
    if names:
        rows = rows[1:]
    columns = _Columns(names or bare_columns(table, places[-1]), table.separator, table.width)
    for row in rows:
        where = f"{path}, line {row.number}"
        fault = columns.fault_of(row.fields, where)
        yield fault or clip_of(dict(zip(columns.names, row.fields)), places, where)
