"""A few minutes of one person, and the model learns that voice better than by listening alone.

The recordings are prepared and looked through, some are kept aside, a difference to the acoustic model's
weights is trained on the rest, and the scorecard says, on what was kept aside, whether the voice has become
better. Only then is it kept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from tqdm import tqdm

from soundalike.audio.audio import Audio, concatenate
from soundalike.audio.speech import join
from soundalike.checkpoints.bundle import BUILT_IN, part_folder, read_model
from soundalike.checkpoints.part import load_part, load_state
from soundalike.core.errors import AudioError, ConfigError, EvaluationError
from soundalike.core.types import Voice
from soundalike.data.dataset import DataConfig
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import Row, read_manifest, write_manifest
from soundalike.evaluate.evaluate import Instruments, evaluate, open_instruments
from soundalike.inference.cloner import Cloner
from soundalike.models.recognizers.whisper import open_recogniser
from soundalike.models.tts.starling.objective import JUDGED, StarlingSettings
from soundalike.nn.lora import Method, difference, scaled
from soundalike.prepare.lint.lint import lint
from soundalike.prepare.pipeline import prepare_dataset
from soundalike.provenance.consent import LEAST_LIKENESS, cosine
from soundalike.text import read

from .loop import train
from .recipe import Recipe, TrainConfig

LEAST = 30.0  # seconds of speech to learn from
HEARD = 60.0  # seconds that are listened to for the voice to begin with
ASIDE = 0.15  # share of the clips that is kept aside, and how many
FEWEST = 6
MOST = 16
SENTENCE = (1.5, 15.0)  # seconds of a clip worth being kept aside
# Seconds of speech that the steps of a course are meant for; half as many for less, twice as many for more
USUAL = 180.0
TRIED = 20.0  # seconds of training after which it is known how long a step takes
HARMFUL = ("speaker", "transcript", "pace", "silence", "clipped")  # findings of lint whose clips are left out
POINTS = 0.01  # of words, of predicted naturalness, that an adapted voice may lose
MARK = 0.1
SENTENCES = (  # said where the recordings have no texts
    "The weather turned colder towards the evening.",
    "She asked whether the train had already left.",
    "Nobody could explain where the old map came from.",
    "We should finish the work before the others return.",
    "A small boat was waiting under the bridge.",
    "He opened the window and listened to the rain.",
)


@dataclass(frozen=True)
class FinetuneSchedule:
    """How much is changed, and how long it is practised."""

    method: Method
    rank: int
    lr: float
    steps: int
    # Of what was learned, what is kept: words and sound suffer from the rest more than the likeness gains
    share: float


FINETUNE_SCHEDULES = {
    "embedding": FinetuneSchedule("embedding", 8, 1e-2, 100, 1.0),
    "lora": FinetuneSchedule("lora", 8, 2e-3, 150, 0.5),
    "full": FinetuneSchedule("full", 32, 2e-4, 300, 0.5),
}


@dataclass(frozen=True)
class FinetuneResult:
    """What came of it."""

    voice: Voice
    better: bool
    reason: str  # why it is no better; empty if it is
    before: dict[str, float]  # measure -> mean over what was kept aside
    after: dict[str, float]
    report: Path  # the scorecard, HTML


def choose(method: str, seconds: float, minutes: float) -> FinetuneSchedule:
    """The course for so much speech and so many minutes of training. Raises ConfigError for a method there is
    none of.
    """
    if method == "auto":
        method = (
            "embedding"
            if seconds < 60 or minutes < 2
            else "lora"
            if seconds < 120 or minutes < 10
            else "full"
        )
    if method not in FINETUNE_SCHEDULES:
        raise ConfigError(f"method '{method}': choose one of auto, {', '.join(FINETUNE_SCHEDULES)}.")
    return FINETUNE_SCHEDULES[method]


def adapt(
    recordings: str | os.PathLike,
    work: str | os.PathLike,
    model: str | os.PathLike | None = None,
    known: Voice | None = None,
    method: str = "auto",
    minutes: float = 20.0,
    reader: str | None = None,
    language: str = "en",
    asr_model: str | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = print,
) -> FinetuneResult:
    """Teach a model one voice from a folder of recordings, or whatever `prepare` reads, in about so many
    minutes.

    The scorecard compares it with a `known` voice of the same person, else with what listening and practice
    make of the recordings. Everything between lies in the folder `work`; the same call goes on from there.
    Raises KeyboardInterrupt where training was interrupted, AudioError where there is too little speech or
    `known` is somebody else, ConfigError for a model that cannot be adapted.
    """
    cloner = Cloner.load(model)
    place = Path(work)
    folder = Path(work) / "data"
    if not hasattr(getattr(cloner.family, "acoustic", None), "embedding"):
        raise ConfigError(
            "this family of models cannot be adapted to a voice. Leave --model out for the built-in one."
        )
    if minutes <= 0:
        raise ConfigError(f"--minutes {minutes:g}: give more than 0.")
    rows = gather(recordings, folder, cloner, reader, language, asr_model, tell)
    taught, aside = kept_aside(rows)
    seconds = sum(row.seconds for row in taught)
    if seconds < LEAST:
        raise AudioError(
            f"{recordings}: {seconds:.0f} s of speech to learn from. Give at least {LEAST:.0f} s, better three minutes; or clone without adapting."
        )
    write_manifest(folder, taught)
    voice = cloner.listen(first_impression(taught, folder))
    if known is not None and cosine(known, voice) < LEAST_LIKENESS:
        raise AudioError(
            f"{recordings}: another person is heard than the voice's ({cosine(known, voice):.2f}). Choose another name."
        )
    course = choose(method, seconds, minutes)
    tell(
        f"{len(taught)} clips, {seconds / 60:.1f} minutes, to learn from ({course.method}); {len(aside)} kept aside"
    )
    source = Path(model or BUILT_IN)
    start = part_folder(source, "acoustic", read_model(source)["parts"]["acoustic"])
    acoustic = teach(course, start, folder, place, seconds, minutes, seed)
    kept = {
        fact: known.facts[fact]
        for fact in ("consent", "language", "lexicon")
        if known is not None and fact in known.facts
    }
    change = scaled(difference(cloner.synthesizer.acoustic, acoustic, course.rank), course.share)
    facts = {
        "method": course.method,
        "seconds": round(seconds, 1),
        "clips": len(taught),
        "weights": cloner.synthesizer.weights,
    }
    taught_voice = Voice(voice.tensors, {**voice.facts, **kept}).with_adapter(change, facts)
    return compared(
        cloner,
        cloner.adapt_to_prompt(known or voice),
        taught_voice,
        aside,
        folder,
        place,
        open_instruments(language, asr_model),
    )


def gather(
    recordings: str | os.PathLike,
    folder: Path,
    cloner: Cloner,
    reader: str | None,
    language: str,
    asr_model: str | None,
    tell: Callable[[str], None],
) -> list[Row]:
    """The recordings prepared, looked through, and told what is said in them: those clips that can be learned
    from.
    """
    try:
        open_recogniser(language, asr_model)
        written = True
    except EvaluationError:
        if asr_model is not None:
            raise
        written = False  # what has no text is then heard as phones
    prepared = prepare_dataset(
        recordings,
        folder,
        cloner.aligner,
        cloner.speaker_encoder,
        recognize_phones=not written,
        layout=reader,
        mel=cloner.synthesizer.mel,
        workers=1,
        shares=(0.0, 0.0),
        speaker="adapted",
        language=language,
        transcribe=written,
        asr_model=asr_model,
    )
    if any(not row.text for row in prepared):
        tell(
            "no recogniser is installed (pip install 'soundalike[asr]'): recordings without a text are heard as phones"
        )
    mel = cloner.synthesizer.mel
    findings = [finding for finding in lint(str(folder)) if finding.check in HARMFUL]
    for finding in findings:
        tell(f"left out: {finding}")
    bad = {Path(finding.file).resolve() for finding in findings}
    store = FeatureStore(str(folder), mel)
    return [
        row
        for row in read_manifest(folder)
        if (folder / row.audio).resolve() not in bad and store.has("durations", row.id)
    ]


def kept_aside(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The clips to learn from, and those the scorecard is made with: evenly spread, of usual length."""
    able = [row for row in rows if SENTENCE[0] <= row.seconds <= SENTENCE[1]]
    count = min(MOST, max(FEWEST, round(ASIDE * len(rows))), len(able) // 3)
    chosen = {able[int((number + 0.5) * len(able) / count)].id for number in range(count)}
    return [row for row in rows if row.id not in chosen], [row for row in rows if row.id in chosen]


def first_impression(rows: list[Row], folder: Path) -> Audio:
    """The first HEARD seconds of the clips, one after the other, of which the best stretch becomes the
    prompt.
    """
    pieces = []
    seconds = 0.0
    for row in rows:
        if seconds < HEARD:
            pieces.append(Audio.read(folder / row.audio).resample(24_000))
            seconds += pieces[-1].seconds
    return concatenate(pieces)


def teach(
    course: FinetuneSchedule, start: Path, folder: Path, work: Path, seconds: float, minutes: float, seed: int
) -> torch.nn.Module:
    """Train by a course in a run's folder of its own, so long that it is done in time; returns the
    network.
    """
    part = load_part(start, "acoustic")
    judged = (start / "adversary").is_dir()
    out = work / f"run-{course.method}"
    data = DataConfig(str(folder), seconds=(0.3, 20.0), batch_frames=2500, prompt_frames=400)

    def recipe(steps: int) -> Recipe:
        plan = TrainConfig(
            steps=steps,
            lr=course.lr,
            warmup=10,
            decay=0.4,
            weight_decay=0.0,
            ema=0.9,
            seed=seed,
            save_every=50,
            keep=0,
            samples_every=0,
            log_every=10,
            start_from=str(start),
            adapt=course.method,
            rank=course.rank,
            rates={"discriminator": 0.05} if judged else {},
        )
        return Recipe(part.name, part.mel, part.config, JUDGED if judged else StarlingSettings(), data, plan)

    steps = max(1, round(course.steps * min(2.0, max(0.5, seconds / USUAL))))
    train(recipe(steps), out, max_seconds=min(TRIED, 6 * minutes))
    facts = load_state(out)[1]
    # In steps, at the pace so far
    left = (60 * minutes - facts["seconds"]) * facts["step"] / max(facts["seconds"], 1e-3)
    steps = min(steps, facts["step"] + max(0, int(left)))
    train(recipe(steps), out)
    if load_state(out)[1]["step"] < steps:
        raise KeyboardInterrupt
    return load_part(out).network


def compared(
    cloner: Cloner,
    before: Voice,
    after: Voice,
    aside: list[Row],
    folder: Path,
    work: Path,
    tools: Instruments,
) -> FinetuneResult:
    """Both voices say what was kept aside, and are measured against it."""
    doubts = {}
    for name, voice in (("adapted", after), ("before", before)):
        (work / name).mkdir(exist_ok=True)
        jobs = []
        for number, row in enumerate(tqdm(aside, desc=name, unit="sentence")):
            wav = work / name / f"{number:02d}.wav"
            text = row.text or SENTENCES[number % len(SENTENCES)]
            sound = join(
                list(cloner.speak(read(text, row.language if row.text else "en"), voice, watermark=False))
            )
            sound.write(wav)
            doubts.setdefault(name, []).extend(bool(check.doubts) for check in sound.checks)
            real = {"real": str(folder / row.audio)} if row.text else {}
            jobs.append({"wav": str(wav), "text": text, "reference": str(folder / row.audio), **real})
        (work / f"{name}.jsonl").write_text(
            "".join(json.dumps(job, ensure_ascii=False) + "\n" for job in jobs), encoding="utf-8"
        )
    report = evaluate(work / "adapted.jsonl", work / "scorecard", tools, work / "before.jsonl")
    scores = [
        {name: entry["value"] for name, entry in system["table"].items()}
        | {"doubted": sum(found) / max(1, len(found))}
        for system, found in zip(report["systems"], doubts.values())
    ]
    reason = fault(*reversed(scores))
    return FinetuneResult(after, not reason, reason, scores[1], scores[0], work / "scorecard" / "report.html")


def fault(before: dict[str, float], after: dict[str, float]) -> str:
    """Why an adapted voice is no better than the one before, by the means of what was measured of both; empty
    if it is.
    """
    words = "wer" if "wer" in before else "doubted"
    if after["similarity"] <= before["similarity"]:
        return f"it is no more alike ({before['similarity']:.3f} before, {after['similarity']:.3f} adapted)"
    if after[words] > before[words] + POINTS:
        what = "of the words are wrong" if words == "wer" else "of the sentences are in doubt"
        return f"more {what} ({100 * before[words]:.1f} % before, {100 * after[words]:.1f} % adapted)"
    if after.get("naturalness", 5.0) < before.get("naturalness", 0.0) - MARK:
        return (
            f"it sounds less natural ({before['naturalness']:.2f} before, {after['naturalness']:.2f} adapted)"
        )
    return ""
