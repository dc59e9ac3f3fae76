"""Readers: a corpus in its own layout to rows."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from ..data import DataError, Row

COLUMNS = ("file", "speaker", "language", "emotion", "seconds", "split", "corpus", "licence", "text")


def read_ljspeech(source: Path) -> Iterator[Row]:
    """`metadata.csv` with `ID|raw|normalised` (or `ID|text`), no header, and `wavs/ID.wav`. One speaker."""
    with open(source / "metadata.csv", encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            fields = line.rstrip("\r\n").split("|")
            if len(fields) < 2:
                raise DataError(f"{source / 'metadata.csv'}, line {number}: expected `id|text`, found {line.strip()!r}.")
            audio = source / "wavs" / f"{fields[0]}.wav"
            if not audio.is_file():
                raise DataError(f"{source / 'metadata.csv'}, line {number}: there is no {audio}.")
            yield Row(fields[0], str(audio.resolve()), fields[-1], source.name, "en", _seconds(audio), "train", source.name)


def read_table(source: Path) -> Iterator[Row]:
    """`metadata.tsv` with a header naming file, speaker, language, seconds, split, corpus, licence, text; `audio/FILE`."""
    with open(source / "metadata.tsv", encoding="utf-8") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        missing = set(COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise DataError(f"{source / 'metadata.tsv'}, line 1: lacks the columns {', '.join(sorted(missing))}. It needs {', '.join(COLUMNS)}.")
        for number, row in enumerate(reader, 2):
            audio = source / "audio" / row["file"]
            if not audio.is_file():
                raise DataError(f"{source / 'metadata.tsv'}, line {number}: there is no {audio}.")
            yield Row(
                id=row["file"].rsplit(".", 1)[0], audio=str(audio.resolve()), text=row["text"], speaker=row["speaker"],
                language=row["language"], seconds=float(row["seconds"]), split=row["split"], corpus=row["corpus"],
                licence=row["licence"].split(" ")[0], emotion=row["emotion"],
            )  # fmt: skip


def read_vctk(source: Path) -> Iterator[Row]:
    """`txt/pNNN/pNNN_MMM.txt` and `wav48_silence_trimmed/pNNN/pNNN_MMM_mic1.flac` (or `wav48/pNNN/pNNN_MMM.wav`); clips with both."""
    sounds = source / "wav48_silence_trimmed"
    ending, folder = ("_mic1.flac", sounds) if sounds.is_dir() else (".wav", source / "wav48")
    for text in sorted((source / "txt").glob("*/*.txt")):
        audio = folder / text.parent.name / f"{text.stem}{ending}"
        if audio.is_file():
            yield _clip(audio, text, f"vctk/{text.stem}", text.parent.name, "vctk", "CC-BY-4.0")


def read_libritts(source: Path) -> Iterator[Row]:
    """LibriTTS and LibriTTS-R: `SET/SPEAKER/CHAPTER/ID.wav` beside `ID.normalized.txt`, SET such as train-clean-100 being the source or in it."""
    texts = sorted(source.glob("*/*/*.normalized.txt")) or sorted(source.glob("*/*/*/*.normalized.txt"))
    for text in texts:
        name = text.name.removesuffix(".normalized.txt")
        audio = text.with_name(f"{name}.wav")
        if audio.is_file():
            yield _clip(audio, text, f"libritts/{name}", f"libritts-{name.partition('_')[0]}", "libritts", "CC-BY-4.0")


def _clip(audio: Path, text: Path, id: str, speaker: str, corpus: str, licence: str) -> Row:
    return Row(id, str(audio.resolve()), text.read_text(encoding="utf-8").strip(), speaker, "en", _seconds(audio), "train", corpus, licence)


def _seconds(audio: Path) -> float:
    import soundfile

    try:
        return round(soundfile.info(str(audio)).duration, 3)
    except soundfile.LibsndfileError:
        return 0.0  # listed as rejected when its sound is read


READERS: dict[str, tuple[str, Callable[[Path], Iterator[Row]]]] = {  # name -> what lies in its folder, reader
    "ljspeech": ("metadata.csv", read_ljspeech),
    "table": ("metadata.tsv", read_table),
    "vctk": ("txt/*/*.txt", read_vctk),
    "libritts": ("**/*.normalized.txt", read_libritts),
}


def find_reader(source: Path, name: str | None = None) -> Callable[[Path], Iterator[Row]]:
    """The reader named, or the one whose files lie in the folder. Raises DataError listing the layouts known."""
    if name is not None:
        if name not in READERS:
            raise DataError(f"unknown layout '{name}'. Choose one of {', '.join(READERS)}.")
        return READERS[name][1]
    for index, reader in READERS.values():
        if next(source.glob(index), None) is not None:
            return reader
    known = "; ".join(f"{name}: {index}" for name, (index, _) in READERS.items())
    raise DataError(f"{source}: not a corpus of a known layout ({known}).")
