"""Measure the jobs of one system or two, going on where an earlier run stopped, and write the report."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.checkpoints.instruments import emotion_encoder
from soundalike.core.contracts import EmotionEncoder
from soundalike.core.errors import EvaluationError, SoundalikeError, TextError
from soundalike.core.files import write_atomic
from soundalike.core.progress import progress_bar
from soundalike.models.recognizers.whisper import Recogniser, open_recogniser
from soundalike.text.normalise import base_language

from . import emotions
from .jobs import (
    Excluded,
    Job,
    System,
    as_dict,
    fingerprint,
    keep_partners,
    name_apart,
    read_system,
    refuse_empty,
)
from .naturalness import Naturalness, open_naturalness
from .signal import SHORTEST, pitch_correlation, prosody, signal
from .similarity import VoiceEncoder, open_encoders
from .words import plain_words, score_words

RESULTS = "jobs.jsonl"
MEASURES = 2  # raised when a measure changes, so that earlier results are not mixed with new ones
# What one recording may raise; the others go on
FAULTS = (SoundalikeError, OSError, RuntimeError, ValueError)


class InstrumentError(EvaluationError):
    """An instrument that failed over one recording."""


@dataclass
class Instruments:
    """What measures each recording. Any may be left out; `notes` says which were and why."""

    language: str = "en"
    recogniser: Recogniser | None = None
    naturalness: Naturalness | None = None
    encoders: list[VoiceEncoder] = field(default_factory=list)
    emotion: EmotionEncoder | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def names(self) -> dict[str, Any]:
        """What report.json says of them."""
        names: dict[str, Any] = {
            "recogniser": self.recogniser.name if self.recogniser else None,
            "naturalness": self.naturalness.name if self.naturalness else None,
            "encoders": [encoder.name for encoder in self.encoders],
            "language": self.language,
        }
        return names if self.emotion is None else {**names, "emotion": "classifier of emotions"}


@dataclass
class Measured:
    """A system with a row of measures for each job, and the speaker embeddings of the references: encoder ->
    fingerprint -> (V,).
    """

    system: System
    rows: list[dict[str, Any]]
    references: dict[str, dict[str, np.ndarray]]


def open_instruments(
    language: str = "en",
    asr_model: str | None = None,
    words: bool = True,
    naturalness: bool = True,
    emotion: bool = False,
) -> Instruments:
    """Everything that is installed; what is not is left out with a note. Raises ConfigError for an unknown
    language, and where the classifier of emotions is asked for and not installed.
    """
    found = Instruments(base_language(language))
    if emotion:
        found.emotion = emotion_encoder()
    if words:
        try:
            found.recogniser = open_recogniser(found.language, asr_model)
        except EvaluationError as error:
            if asr_model is not None:  # asked for, so its absence is no footnote
                raise
            found.notes.append(f"Words are left out: {error}")
    else:
        found.notes.append("Words are left out: --no-words.")
    if naturalness:
        try:
            found.naturalness = open_naturalness()
        except EvaluationError as error:
            found.notes.append(f"Naturalness is left out: {error}")
    else:
        found.notes.append("Naturalness is left out: --no-naturalness.")
    found.encoders, broken = open_encoders()
    found.notes += [broken] if broken else []
    if all(encoder.conditions for encoder in found.encoders):
        found.notes.append(
            "Similarity is judged only by the encoder that conditions the built-in model, "
            "so it may flatter that "
            "model: not a headline. Install resemblyzer for a second opinion."
        )
    return found


def measure(job: Job, tools: Instruments) -> dict[str, Any]:
    """Everything measured of one job that does not depend on other jobs. Raises AudioError when its recording
    cannot be used.
    """
    audio = Audio.read(job.wav)
    if audio.seconds < SHORTEST:
        raise EvaluationError(
            f"{job.wav}: only {audio.seconds:.2f} s of sound. Give at least {SHORTEST:g} s."
        )
    real = Audio.read(job.real) if job.real else None
    wanted = plain_words(job.text, tools.language)
    if not wanted and not job.source:
        raise TextError("the text holds nothing that can be spoken")
    row: dict[str, Any] = {
        "length": audio.seconds,
        "text_words": len(wanted) or None,
        **signal(audio),
        **prosody(audio, len(wanted), real),
    }
    if tools.recogniser is not None and wanted:
        row |= asdict(
            score_words(job.text, _ask(tools.recogniser, tools.recogniser.transcribe, audio), tools.language)
        )
    if tools.naturalness is not None:
        row |= _ask(tools.naturalness, tools.naturalness.score, audio)
    encoders = tools.encoders if row["tail"] is not None else []  # silence is nobody's voice
    row["vectors"] = {
        encoder.name: np.round(_ask(encoder, encoder.embed, audio), 5).tolist() for encoder in encoders
    }
    if tools.emotion is not None:
        row[emotions.MEASURES] = emotions.measured(audio, tools.emotion)
    if job.source:
        source = Audio.read(job.source)
        row["pitch_correlation"] = pitch_correlation(audio, source)
        row["source_vectors"] = {
            encoder.name: np.round(_ask(encoder, encoder.embed, source), 5).tolist() for encoder in encoders
        }
    row["speed"] = job.seconds / audio.seconds if job.seconds else None
    return row


def _ask(instrument: Any, method: Callable[[Audio], Any], audio: Audio) -> Any:
    """What an instrument says. Raises InstrumentError for whatever it raises: it may be anybody's code."""
    try:
        return method(audio)
    except Exception as error:
        raise InstrumentError(f"{instrument.name} failed: {type(error).__name__}: {error}") from error


def _kind(error: Exception) -> str:
    if isinstance(error, TextError):
        return "text"
    return "instrument" if isinstance(error, InstrumentError) else "audio"


def result_key(job: Job, tools: Instruments) -> str:
    """Names a result: the job, its recording as it is now, and the instruments."""
    facts = as_dict(job)
    del facts["where"]
    state = [
        [os.path.getsize(path), os.path.getmtime(path)]
        for path in (job.wav, job.real, job.source)
        if path and os.path.isfile(path)
    ]
    return hashlib.sha256(
        json.dumps([MEASURES, facts, state, tools.names], sort_keys=True).encode()
    ).hexdigest()[:20]


def earlier_results(path: Path) -> dict[str, dict]:
    """Results of earlier runs by key; a last line that an interruption tore is left aside."""
    found = {}
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n") if path.is_file() else ():
        try:
            entry = json.loads(line)
            found[entry["key"]] = entry["row"]
        except (json.JSONDecodeError, KeyError, TypeError):
            continue
    return found


def measure_system(system: System, tools: Instruments, folder: Path) -> Measured:
    """A row for each job, kept in `folder` as they come. Jobs whose recording cannot be read become
    excluded.
    """
    path = folder / RESULTS
    done = earlier_results(path)
    rows = []
    kept = []
    with open(path, "a", encoding="utf-8") as file:
        if path.stat().st_size:
            file.write("\n")  # closes a line that an interruption tore; empty lines are skipped
        for job in progress_bar(system.jobs, desc=system.name, unit="job"):
            try:
                key = result_key(job, tools)
                if key not in done:
                    done[key] = measure(job, tools)
                    file.write(
                        json.dumps({"key": key, "job": as_dict(job), "row": done[key]}, ensure_ascii=False)
                        + "\n"
                    )
                    file.flush()
            except FAULTS as error:
                system.excluded.append(Excluded(job.where, _kind(error), str(error)))
                continue
            kept.append(job)
            rows.append(dict(done[key]))
    system.jobs = kept
    return Measured(system, rows, {})


def add_references(measured: list[Measured], tools: Instruments) -> list[str]:
    """Give every row its reference's fingerprint and length, and every system the embeddings of all
    references.

    Returns a note on every reference that cannot be used; it costs its jobs the similarity.
    """
    notes = []
    embeddings: dict[str, dict[str, np.ndarray]] = {encoder.name: {} for encoder in tools.encoders}
    known: dict[str, tuple[str, float] | None] = {}
    paths = dict.fromkeys(job.reference for one in measured for job in one.system.jobs if job.reference)
    for path in progress_bar(paths, desc="references", unit="file", disable=len(paths) < 2):
        try:
            audio = Audio.read(path)
            name = fingerprint(path)
            for encoder in tools.encoders:
                embeddings[encoder.name][name] = _ask(encoder, encoder.embed, audio)
            known[path] = (name, audio.seconds)
        except FAULTS as error:
            known[path] = None
            reason = str(error).removeprefix(f"{path}: ")
            notes.append(f"A reference cannot be used, so its jobs have no similarity: {path}: {reason}")
    for one in measured:
        one.references = embeddings
        for job, row in zip(one.system.jobs, one.rows):
            row["reference"], row["reference_seconds"] = known.get(job.reference or "") or (None, None)
    return notes


def evaluate(
    path: str | os.PathLike,
    out: str | os.PathLike,
    tools: Instruments,
    against: str | os.PathLike | None = None,
    players: int = 12,
    seed: int = 0,
) -> dict[str, Any]:
    """Measure, and write report.json, report.md and report.html into `out`; returns what report.json holds.

    Raises EvaluationError when no job can be used, or the two systems share none.
    """
    from .html import page
    from .report import build, markdown

    language = tools.language if tools.recogniser else None
    paths = [path] if against is None else [path, against]
    systems = [read_system(place, language) for place in paths]
    name_apart(systems, paths)
    if len(systems) > 1 and all(system.jobs for system in systems):
        keep_partners(systems)
    refuse_empty(systems)
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise EvaluationError(f"{out}: this is a file. Give a folder for the report with --out.")
    folder.mkdir(parents=True, exist_ok=True)
    measured = [measure_system(system, tools, folder) for system in systems]
    refuse_empty(systems)
    if len(systems) > 1:  # one of a pair may have turned out unreadable
        rows = [{id(job): row for job, row in zip(one.system.jobs, one.rows)} for one in measured]
        keep_partners(systems)
        for one, table in zip(measured, rows):
            one.rows = [table[id(job)] for job in one.system.jobs]
    notes = add_references(measured, tools)
    for one in measured if tools.emotion is not None else ():
        assert tools.emotion is not None
        notes += emotions.add_emotions(one.system.jobs, one.rows, tools.emotion)
    report = build(measured, tools, notes, seed)
    write_atomic(
        folder / "report.json", json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    )
    write_atomic(folder / "report.md", markdown(report))
    write_atomic(folder / "report.html", page(report, players))
    return report
