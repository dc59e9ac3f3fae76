"""Finetuning on a few minutes of one person: a better voice than conditioning alone gives.

The recordings are prepared and checked, some are held out, and a difference to the weights of the family's
parts (finetune_plans) is trained on the rest. The scorecard compares the voice before and after on the
held-out sentences; the adapted one is taken unless it is clearly worse.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from soundalike.audio.audio import Audio, concatenate
from soundalike.checkpoints.bundle import BUILT_IN, part_folder, read_model
from soundalike.checkpoints.part import load_part, load_state
from soundalike.core.adapting import ADAPTED, BEFORE
from soundalike.core.errors import AudioError, ConfigError, EvaluationError, TrainingError
from soundalike.core.installation import install_command
from soundalike.core.types import Voice
from soundalike.core.vectors import cosine
from soundalike.data.dataset import DataConfig
from soundalike.data.feature_store import FeatureStore
from soundalike.data.left_out import REJECTED, UNALIGNED, line_of, read_left_out
from soundalike.data.manifest import Row, write_manifest
from soundalike.models.recognizers.whisper import open_recogniser
from soundalike.nn.lora import difference, scaled
from soundalike.provenance.consent import LEAST_LIKENESS

from .finetune_comparison import FinetuneResult, compared
from .finetune_estimate import Work, estimated, probe
from .finetune_plans import FinetunePart, FinetunePlan, plan_of
from .finetune_settings import (
    FINETUNE_SCHEDULES,
    Finetunable,
    FinetuneSchedule,
    FinetuneSettings,
    FinetuneTools,
    choose,
)
from .loop import train
from .recipe import Recipe, TrainConfig

__all__ = [
    "FINETUNE_SCHEDULES",
    "FinetuneResult",
    "FinetuneSettings",
    "FinetuneTools",
    "adapt",
    "choose",
]

LEAST = 30.0  # seconds of speech to learn from
REFERENCE = 60.0  # seconds of the clips that the voice is first taken from
HELD_OUT = 0.15  # share of the clips that is held out, and how many
FEWEST = 6
MOST = 16
SENTENCE = (1.5, 15.0)  # seconds of a clip that may be held out
# Seconds of speech that the steps of a schedule are meant for; half as many for less, twice as many for more
USUAL = 180.0
TYPICAL = 6.0  # seconds of a clip, where recordings are still to be cut
TRIED = 20.0  # seconds of training after which it is known how long a step takes
NAMED = 8  # of what they hold, by name
HARMFUL = ("speaker", "transcript", "pace", "silence", "clipped")  # findings of lint whose clips are left out
KEPT_FACTS = ("consent", "language", "lexicon")  # of a voice that is replaced


def adapt(
    recordings: str | os.PathLike,
    work: str | os.PathLike,
    tools: FinetuneTools,
    settings: FinetuneSettings | None = None,
    known: Voice | None = None,
    tell: Callable[[str], None] = print,
) -> FinetuneResult:
    """Finetune a model to one voice from a folder of recordings, or whatever `prepare` reads, in about so
    many minutes.

    The scorecard compares it with a `known` voice of the same person, else with what conditioning and prompt
    adaptation make of the recordings; the result holds the better of the two. `tell` hears first how long it
    will take. Intermediate files lie in the folder `work`; the same call goes on from
    there. Raises KeyboardInterrupt where training was interrupted, AudioError where there is too little
    speech or `known` is somebody else, ConfigError for a model that cannot be adapted.
    """
    s = settings or FinetuneSettings()
    cloner = tools.load(s.model)
    model = cloner.synthesizer
    plan = plan_of(cloner.model["family"])
    if not isinstance(model, Finetunable):
        raise ConfigError("this model cannot be adapted to a voice. Leave --model out for the built-in one.")
    if s.minutes <= 0:
        raise ConfigError(f"--minutes {s.minutes:g}: give more than 0.")
    place = Path(work)
    folder = place / "data"
    tell(_estimate(recordings, tools, s, plan))
    training, held_out = divided(gather(recordings, folder, cloner, tools, s, tell))
    seconds = sum(row.seconds for row in training)
    if seconds < LEAST:
        raise AudioError(
            f"{recordings}: {seconds:.0f} s of speech to learn from, beside what is kept to compare. "
            f"Give at least {LEAST:.0f} s, better three minutes; or clone without adapting."
        )
    write_manifest(folder, training)
    voice = cloner.listen(reference_of_clips(training, folder))
    _check_same_person(known, voice, recordings)
    schedule = plan.chosen(s.method, seconds, s.minutes)
    tell(
        f"{len(training)} clips, {seconds / 60:.1f} minutes, to learn from ({schedule.method}); "
        f"{len(held_out)} kept aside"
    )
    source = Path(s.model or BUILT_IN)
    places = {slot: part_folder(source, slot, at) for slot, at in read_model(source)["parts"].items()}
    if plan.learns_of_codes:
        tools.encode(str(folder), load_part(places["codec"], "codec").instrument, model.mel)
    change: dict[str, Tensor] = {}
    for part in plan.parts:
        start = places[part.slot]
        network = finetuned(schedule, part, start, folder, place, seconds, s.minutes, s.seed)
        prefix = f"{part.slot}." if len(plan.parts) > 1 else ""
        found = scaled(difference(load_part(start).network, network, schedule.rank), schedule.share)
        change |= {prefix + name: value for name, value in found.items()}
    clips = (round(seconds, 1), len(training))
    after = adapted_voice(_with_facts_of(known, voice), model, change, schedule, clips)
    voices = {ADAPTED: after, BEFORE: cloner.adapt_to_prompt(known or voice)}
    return compared(cloner, voices, held_out, folder, place, tools, s)


def _estimate(
    recordings: str | os.PathLike, tools: FinetuneTools, settings: FinetuneSettings, plan: FinetunePlan
) -> str:
    """How much there is, and how long it will take, in words."""
    extent = tools.extent_of(recordings, settings.reader)
    seconds = extent.seconds
    learned = (1 - HELD_OUT) * seconds
    schedule = plan.chosen(settings.method, learned, settings.minutes)
    clips = max(extent.clips, round(seconds / TYPICAL))
    sentences = min(MOST, max(FEWEST, round(HELD_OUT * clips)))
    transcribe = extent.wordless > seconds / 2 and _can_transcribe(settings)
    steps = len(plan.parts) * steps_of(schedule, learned)
    work = Work(seconds, schedule, steps, sentences, transcribe)
    estimate = estimated(work, settings.minutes, probe())
    return f"{extent.clips} recordings, {seconds / 60:.1f} minutes: {estimate}"


def adapted_voice(
    voice: Voice,
    model: Finetunable,
    change: dict[str, Tensor],
    schedule: FinetuneSchedule,
    clips: tuple[float, int],
) -> Voice:
    """A voice with the difference from a model's weights to finetuned ones; `clips` are the seconds and the
    number of the clips these were trained on.
    """
    seconds, count = clips
    facts = {"method": schedule.method, "seconds": seconds, "clips": count, "weights": model.weights}
    return voice.with_adapter({name: value.numpy() for name, value in change.items()}, facts)


def _check_same_person(known: Voice | None, voice: Voice, recordings: str | os.PathLike) -> None:
    if known is None:
        return
    likeness = cosine(known.identity, voice.identity)
    if likeness < LEAST_LIKENESS:
        raise AudioError(
            f"{recordings}: another person is heard than the voice's ({likeness:.2f}). Choose another name."
        )


def _with_facts_of(known: Voice | None, voice: Voice) -> Voice:
    """The voice with what is to be kept of a known one of the same person."""
    if known is None:
        return voice
    kept = {fact: known.facts[fact] for fact in KEPT_FACTS if fact in known.facts}
    return Voice(voice.tensors, {**voice.facts, **kept})


def gather(
    recordings: str | os.PathLike,
    folder: Path,
    cloner: Any,
    tools: FinetuneTools,
    settings: FinetuneSettings,
    tell: Callable[[str], None],
) -> list[Row]:
    """The recordings prepared and checked, with their texts: the clips that can be trained on."""
    mel = cloner.synthesizer.mel
    transcribe = _can_transcribe(settings)
    rows = tools.prepare(
        recordings,
        folder,
        cloner.aligner,
        cloner.speaker_encoder,
        recognize_phones=not transcribe,
        layout=settings.reader,
        mel=mel,
        workers=1,
        shares=(0.0, 0.0),
        speaker="adapted",
        language=settings.language,
        transcribe=transcribe,
        asr_model=settings.asr_model,
    )
    if any(not row.text for row in rows):
        tell(
            f"no recogniser is installed ({install_command('asr')}): "
            "recordings without a text are heard as phones"
        )
    findings = [finding for finding in tools.lint(str(folder)) if finding.check in HARMFUL]
    clips = {(folder / row.audio).resolve(): row.id for row in rows}
    for finding in findings:
        tell(f"left out: {_told_of_clip(finding, clips)}")
    for line in _left_out_earlier(folder):
        tell(f"left out: {line}")
    bad = {Path(finding.file).resolve() for finding in findings}
    store = FeatureStore(str(folder), mel)
    return [
        row for row in rows if (folder / row.audio).resolve() not in bad and store.has("durations", row.id)
    ]


def _told_of_clip(finding: Any, clips: dict[Path, str]) -> str:
    """A fault by the name of its clip, which is that of the recording; where it lies between is no matter."""
    name = clips.get(Path(finding.file).resolve(), finding.where)
    return f"{name}: {finding.reason.rstrip('.')}. {finding.remedy}"


def _left_out_earlier(folder: Path) -> list[str]:
    """What preparing left out, with its reasons: the first NAMED, and how many more there are."""
    lines = [line_of(entry) for name in (REJECTED, UNALIGNED) for entry in read_left_out(folder, name)]
    return (
        lines if len(lines) <= NAMED else [*lines[:NAMED], f"{len(lines) - NAMED} more, listed in {folder}"]
    )


def _can_transcribe(settings: FinetuneSettings) -> bool:
    """Whether there is a recogniser; without one, recordings without a text are recognized as phones. Raises
    EvaluationError where one was asked for that is not there.
    """
    try:
        open_recogniser(settings.language, settings.asr_model)
    except EvaluationError:
        if settings.asr_model is not None:
            raise
        return False
    return True


def divided(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The clips to train on, and those held out for the scorecard: evenly spread, of usual length where there
    are enough of it.
    """
    usual = [row for row in rows if SENTENCE[0] <= row.seconds <= SENTENCE[1]]
    able = usual if len(usual) >= 3 else rows
    count = min(MOST, max(FEWEST, round(HELD_OUT * len(rows))), len(able) // 3)
    chosen = {able[int((number + 0.5) * len(able) / count)].id for number in range(count)}
    return [row for row in rows if row.id not in chosen], [row for row in rows if row.id in chosen]


def reference_of_clips(rows: list[Row], folder: Path) -> Audio:
    """The first REFERENCE seconds of the clips, one after the other: the recording that the voice is first
    taken from.
    """
    pieces = []
    seconds = 0.0
    for row in rows:
        if seconds < REFERENCE:
            pieces.append(Audio.read(folder / row.audio).resample(24_000))
            seconds += pieces[-1].seconds
    return concatenate(pieces)


def finetuned(
    schedule: FinetuneSchedule,
    own: FinetunePart,
    start: Path,
    folder: Path,
    work: Path,
    seconds: float,
    minutes: float,
    seed: int,
) -> nn.Module:
    """The network of a part trained by a schedule in a run's folder of its own, for as many steps as fit into
    its share of so many minutes.
    """
    minutes *= own.minutes
    out = work / (f"run-{schedule.method}" if own.slot == "acoustic" else f"run-{own.slot}")
    steps = steps_of(schedule, seconds)
    recipe = recipe_of(schedule, own, steps, start, folder, seed)
    train(recipe, out, max_seconds=min(TRIED, 6 * minutes))
    facts = _facts(out)
    # In steps, at the pace so far
    left = (60 * minutes - facts["seconds"]) * facts["step"] / max(facts["seconds"], 1e-3)
    steps = min(steps, facts["step"] + max(0, int(left)))
    train(recipe_of(schedule, own, steps, start, folder, seed), out)
    if _facts(out)["step"] < steps:
        raise KeyboardInterrupt
    return load_part(out).network


def steps_of(schedule: FinetuneSchedule, seconds: float) -> int:
    """The steps of a schedule for so much speech to learn from."""
    return max(1, round(schedule.steps * min(2.0, max(0.5, seconds / USUAL))))


def recipe_of(
    schedule: FinetuneSchedule, own: FinetunePart, steps: int, start: Path, folder: Path, seed: int
) -> Recipe:
    """The recipe of a schedule for the part in the folder `start`, against its discriminator where it has
    one.
    """
    part = load_part(start, own.slot)
    adversarial = (start / "adversary").is_dir()
    plan = TrainConfig(
        steps=steps,
        lr=schedule.lr,
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
        adapt=schedule.method,
        rank=schedule.rank,
        rates={"discriminator": 0.05} if adversarial else {},
        slow=dict(own.slow),
    )
    data = DataConfig(str(folder), seconds=(0.3, 20.0), batch_frames=2500, prompt_frames=own.prompt_frames)
    return Recipe(part.name, part.mel, part.config, own.objective(part.config, adversarial), data, plan)


def _facts(run: Path) -> dict[str, Any]:
    """The facts in the saved state of a run. Raises TrainingError where there is none."""
    saved = load_state(run)
    if saved is None:
        raise TrainingError(f"{run}: holds no state of a run. Run the same command again.")
    return saved[1]
