"""Lists with columns: the mark between them, quoted fields over several lines, and what each column holds."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from .places import Places

SEPARATORS = ("|", "\t", ";", ",")
QUOTED = (";", ",")  # marks whose fields are quoted where they hold the mark, unless that fits worse
LOOKED_AT = 40  # rows whose names are looked for among the sounds
FIRST = 6  # columns in which they are looked for
LONGEST = 400  # letters of a name, under which
NAMES = {  # what programs call a column, the likeliest first
    "audio": (
        "audio",
        "audio_file",
        "audio_filepath",
        "audio_filename",
        "audio_path",
        "file_name",
        "file_path",
        "file",
        "filename",
        "filepath",
        "wav",
        "wav_path",
        "wav_file",
        "wav_filename",
        "path",
        "clip",
        "recording",
        "id",
    ),
    "text": (
        "normalized_text",
        "normalised_text",
        "normalized_transcription",
        "text",
        "sentence",
        "transcript",
        "transcription",
        "raw_text",
        "raw_transcription",
    ),
    "speaker": ("speaker", "speaker_name", "speaker_id", "spk", "spk_id", "client_id"),
    "language": ("language", "lang", "locale", "language_id", "lang_id", "source_lang"),
    "emotion": ("emotion", "emotion_name", "style"),
    "split": ("split", "subset"),
    "licence": ("licence", "license"),
    "corpus": ("corpus", "dataset"),
    "start": ("offset", "start", "start_time"),
    "stop": ("end", "end_time"),
    "seconds": ("duration", "seconds"),
}


class Row(NamedTuple):
    """A row of a list."""

    number: int  # of its first line
    fields: list[str]


@dataclass(frozen=True)
class Table:
    """The rows of a list, and what lies between their fields."""

    separator: str
    rows: list[Row]

    @property
    def width(self) -> int:
        """The number of fields that most rows have."""
        counts = Counter(len(row.fields) for row in self.rows)
        most = max(counts.values())
        return next(len(row.fields) for row in self.rows if counts[len(row.fields)] == most)


def read_rows(text: str, places: Places) -> Table | None:
    """The rows of a list, by the separator and quotes under which the most rows name a sound, and then the
    largest share agrees on the number of their fields; None where no separator makes more than one.

    Rows are counted, for a quote that nothing closes would make one of many, and so a larger share.
    """
    best: tuple[tuple[int, float], Table] | None = None
    for separator in SEPARATORS:
        if separator not in text:
            continue
        for quoted in (True, False) if separator in QUOTED else (False, True):
            rows = _quoted(text, separator) if quoted else _plain(text, separator)
            if not rows:
                continue
            table = Table(separator, rows)
            if table.width < 2:
                continue
            agreeing = sum(len(row.fields) == table.width for row in rows) / len(rows)
            worth = (_named(rows, places), agreeing)
            if best is None or worth > best[0]:
                best = (worth, table)
    return best[1] if best else None


def rows_between(text: str, separator: str) -> list[Row]:
    """The rows of a list whose separator is known: with quoted fields where more rows agree on the number of
    their fields then.
    """

    def agreeing(rows: list[Row]) -> float:
        return sum(len(row.fields) == len(rows[0].fields) for row in rows) / len(rows) if rows else 0.0

    return max(_plain(text, separator), _quoted(text, separator), key=agreeing)


def _plain(text: str, separator: str) -> list[Row]:
    """Rows of one line each. Quotes are taken off a row where they stand about all of its fields."""
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.split(separator)
        if all(len(field) > 1 and field[0] == field[-1] == '"' for field in map(str.strip, fields)):
            fields = [field.strip()[1:-1].replace('""', '"') for field in fields]
        if any(field.strip() for field in fields):
            rows.append(Row(number, fields))
    return rows


def _quoted(text: str, separator: str) -> list[Row]:
    """Rows as CSV says: a field in quotes may hold the separator, doubled quotes and line breaks. Empty where
    the text is no such list.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=separator != "\t"
    )
    rows = []
    first = 1
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                rows.append(Row(first, [" ".join(field.split("\n")) for field in fields]))
            first = reader.line_num + 1
    except csv.Error:
        return []
    return rows


def _named(rows: list[Row], places: Places) -> int:
    """How many rows have the name of a sound in the column where most of some have it."""
    column, share = sound_column(rows, places)
    return sum(_is_sound(row, column, places) for row in rows) if share else 0


def _is_sound(row: Row, column: int, places: Places) -> bool:
    return column < len(row.fields) and len(row.fields[column]) < LONGEST and places.holds(row.fields[column])


def sound_column(rows: list[Row], places: Places) -> tuple[int, float]:
    """The column in which most rows name a sound, and their share."""
    looked_at = rows[:: max(1, len(rows) // LOOKED_AT)]
    hits: Counter[int] = Counter()
    for row in looked_at:
        for column in range(FIRST):
            hits[column] += _is_sound(row, column, places)
    column = max(hits, key=lambda place: (hits[place], -place), default=0)
    return column, hits[column] / max(1, len(looked_at))


def header_columns(fields: list[str]) -> tuple[str, ...]:
    """What the columns of a header hold, "" for those that are of no use here; none where it is no header.

    Where several columns might hold one thing, it is the likeliest; an `id` beside the name of a sound stays
    the id.
    """
    names = [field.strip().strip('"').lower().replace(" ", "_").replace("-", "_") for field in fields]
    roles = [""] * len(names)
    for role, known in NAMES.items():
        ranked = sorted((known.index(name), place) for place, name in enumerate(names) if name in known)
        if ranked:
            roles[ranked[0][1]] = role
            roles = [
                "id" if role == "audio" and name == "id" and not own else own
                for name, own in zip(names, roles)
            ]
    return tuple(roles) if "audio" in roles else ()


def bare_columns(table: Table, places: Places) -> tuple[str, ...]:
    """What the columns of a list without a header hold; none where that cannot be told.

    Three columns are sound, speaker and text where the second never holds a space, sound, text and speaker
    where the third never does, else the two texts of LJSpeech. Four are GPT-SoVITS's, sound, speaker,
    language and text, where the third never holds a space.
    """
    whole = [[field.strip() for field in row.fields] for row in table.rows if len(row.fields) == table.width]

    def is_name(column: int) -> bool:
        return not any(" " in fields[column] for fields in whole)

    if table.width == 2:
        swapped = sound_column(table.rows, places)[0] == 1
        return ("text", "audio") if swapped else ("audio", "text")
    if table.width == 3:
        same = sum(likely[1].casefold() == likely[2].casefold() for likely in whole) > len(whole) / 2
        if is_name(1) and not same:
            return ("audio", "speaker", "text")
        return ("audio", "text", "speaker") if is_name(2) and not same else ("audio", "", "text")
    if table.width == 4 and is_name(1) and is_name(2):
        return ("audio", "speaker", "language", "text")
    return ()
