"""Readers of the published corpora, each in its own layout. Those of acted emotions are in `emotions`, plain
lists in `lists`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from .clips import Clip, Fault
from .places import Places
from .text_files import read_lines, read_text


def read_vctk(source: Path) -> Iterator[Clip | Fault]:
    """VCTK: `txt/pNNN/pNNN_MMM.txt` and `wav48_silence_trimmed/pNNN/pNNN_MMM_mic1.flac` (or
    `wav48/pNNN/pNNN_MMM.wav`).
    """
    sounds = source / "wav48_silence_trimmed"
    ending, folder = ("_mic1.flac", sounds) if sounds.is_dir() else (".wav", source / "wav48")
    for text in sorted((source / "txt").glob("*/*.txt")):
        audio = folder / text.parent.name / f"{text.stem}{ending}"
        yield from _with_text_file(audio, text, f"vctk/{text.stem}", text.parent.name, "vctk", "CC-BY-4.0")


def read_libritts(source: Path) -> Iterator[Clip | Fault]:
    """LibriTTS and LibriTTS-R: `SET/SPEAKER/CHAPTER/ID.wav` beside `ID.normalized.txt`, SET such as
    train-clean-100 being the source or in it.
    """
    for text in sorted(source.glob("*/*/*.normalized.txt")) or sorted(source.glob("*/*/*/*.normalized.txt")):
        name = text.name.removesuffix(".normalized.txt")
        speaker = f"libritts-{name.partition('_')[0]}"
        split = _split_of(text.parents[2].name)
        yield from _with_text_file(
            text.with_name(f"{name}.wav"), text, f"libritts/{name}", speaker, "libritts", "CC-BY-4.0", split
        )


def read_librispeech(source: Path) -> Iterator[Clip | Fault]:
    """LibriSpeech: `SET/SPEAKER/CHAPTER/SPEAKER-CHAPTER.trans.txt` with `ID TEXT IN CAPITALS` a line, and
    `ID.flac` beside it.
    """
    for path in sorted(source.rglob("*.trans.txt")):
        lines, faults = read_lines(path)
        yield from faults
        for number, line in lines:
            name, _, text = line.partition(" ")
            where = f"{path}, line {number}"
            speaker = name.partition("-")[0]
            if not text.strip():
                yield Fault(
                    "columns",
                    where,
                    f"expected `id TEXT`, found {line!r}",
                    "Write the id, a space and what is said.",
                )
                continue
            yield Clip(
                f"librispeech/{name}",
                str(path.with_name(f"{name}.flac")),
                text.strip().capitalize(),
                f"librispeech-{speaker}",
                where,
                "en",
                _split_of(path.parents[2].name),
                "librispeech",
                "CC-BY-4.0",
            )


def read_common_voice(source: Path) -> Iterator[Clip | Fault]:
    """Common Voice: `validated.tsv` (else train.tsv, dev.tsv, test.tsv) with client_id, path, sentence;
    sounds in `clips/`.

    Its own dev.tsv and test.tsv name the split of their speakers.
    """
    official = {
        name: _table(source / f"{name}.tsv")[0]
        for name in ("dev", "test")
        if (source / f"{name}.tsv").is_file()
    }
    split_of = {row["client_id"]: name for name, rows in official.items() for _, row in rows}
    names = (
        ["validated.tsv"] if (source / "validated.tsv").is_file() else ["train.tsv", "dev.tsv", "test.tsv"]
    )
    for path in (source / name for name in names if (source / name).is_file()):
        rows, faults = _table(path)
        yield from faults
        for number, row in rows:
            name = row["path"] if Path(row["path"]).suffix else f"{row['path']}.mp3"
            split = split_of.get(row["client_id"], "train" if split_of else "")
            language = row.get("locale") or source.name
            yield Clip(
                f"common_voice/{Path(name).stem}",
                str((source / "clips" / name).resolve()),
                row["sentence"],
                f"cv-{row['client_id'][:16]}",
                f"{path}, line {number}",
                language.partition("-")[0],
                split,
                f"commonvoice-{language}",
                "CC0",
            )


def is_common_voice(source: Path) -> bool:
    """Whether a folder holds Common Voice's tables, by the columns of `train.tsv`; `validated.tsv` is nobody
    else's.
    """
    path = source / "train.tsv"
    if (source / "validated.tsv").is_file() or not path.is_file():
        return (source / "validated.tsv").is_file()
    return {"client_id", "path", "sentence"} <= set(read_text(path)[0].partition("\n")[0].split("\t"))


def read_ruslan(source: Path) -> Iterator[Clip | Fault]:
    """RUSLAN: `metadata_RUSLAN_22200.csv` with `ID|text`, and `RUSLAN/ID.wav` (or wavs/ID.wav). One speaker
    of Russian.
    """
    places = Places(source)
    for path in sorted(source.glob("metadata_RUSLAN*.csv")):
        lines, faults = read_lines(path)
        yield from faults
        for number, line in lines:
            name, bar, text = line.partition("|")
            where = f"{path}, line {number}"
            if not bar:
                yield Fault(
                    "columns", where, f"expected `id|text`, found {line!r}", "Put a | between the two."
                )
                continue
            inside = source / "RUSLAN" / f"{name}.wav"
            audio = str(inside.resolve()) if inside.is_file() else places.find(f"{name}.wav")
            yield Clip(f"ruslan/{name}", audio, text, "ruslan", where, "ru", "", "ruslan", "CC-BY-NC-SA-4.0")


def read_mailabs(source: Path) -> Iterator[Clip | Fault]:
    """M-AILABS: `LANGUAGE/by_book/(female|male)/SPEAKER/BOOK/metadata.csv` with `ID|raw|normalised`, and
    `wavs/ID.wav` beside it.

    Books under `by_book/mix` name no speaker and are reported, not read.
    """
    for path in sorted(source.rglob("metadata.csv")):
        place = re.search(
            r"by_book/(?:(?:female|male)/([^/]+)|mix)/([^/]+)/metadata\.csv$", path.resolve().as_posix()
        )
        if place is None:
            continue
        speaker, book = place.groups()
        if speaker is None:
            remedy = "Make a list of its own with a column of speakers."
            yield Fault(
                "speaker", str(path), "a book of several readers does not say who reads what", remedy, False
            )
            continue
        language = re.search(r"/([a-z]{2})_[A-Z]{2}/", path.resolve().as_posix())
        lines, faults = read_lines(path)
        yield from faults
        for number, line in lines:
            fields = line.split("|")
            where = f"{path}, line {number}"
            if len(fields) != 3:
                yield Fault(
                    "columns",
                    where,
                    f"expected `id|raw|normalised`, found {line!r}",
                    "Give three columns with a | between.",
                )
                continue
            yield Clip(
                f"mailabs/{speaker}/{book}/{fields[0]}",
                str(path.parent.resolve() / "wavs" / f"{fields[0]}.wav"),
                fields[-1],
                f"mailabs-{speaker}",
                where,
                language.group(1) if language else "",
                "",
                "mailabs",
                "M-AILABS (BSD-like)",
            )


def _with_text_file(
    audio: Path, text: Path, id: str, speaker: str, corpus: str, licence: str, split: str = ""
) -> Iterator[Clip | Fault]:
    """A clip whose text is a file of its own."""
    lines, faults = read_lines(text)
    yield from faults
    yield Clip(
        id,
        str(audio.resolve()),
        " ".join(line.strip() for _, line in lines),
        speaker,
        str(text),
        "en",
        split,
        corpus,
        licence,
    )


def _split_of(name: str) -> str:
    """The split that the name of a set such as dev-clean begins with."""
    return next((split for split in ("train", "dev", "test") if name.startswith(split)), "")


def _table(path: Path) -> tuple[list[tuple[int, dict[str, str]]], list[Fault]]:
    """Numbered rows of a Common Voice table, and its faults."""
    lines, faults = read_lines(path)
    reader = csv.DictReader((line for _, line in lines), delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = {"client_id", "path", "sentence"} - set(reader.fieldnames or ())
    if missing:
        return [], [
            *faults,
            Fault(
                "columns",
                f"{path}, line 1",
                f"lacks the columns {', '.join(sorted(missing))}",
                "Restore the table's header.",
            ),
        ]
    rows = []
    for (number, line), row in zip(lines[1:], reader):
        if None in row.values() or None in row:
            faults.append(
                Fault(
                    "columns",
                    f"{path}, line {number}",
                    f"has not as many fields as the header: {line[:80]!r}",
                    "Mend the tabs.",
                )
            )
        else:
            rows.append((number, row))
    return rows, faults
