"""Faults of recordings and their texts, each with the file and row it is in and what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import load_part
from soundalike.core.errors import DataError, TextError
from soundalike.core.progress import progress_bar
from soundalike.core.vectors import unit
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import is_prepared, read_manifest
from soundalike.prepare.duration import uncovered
from soundalike.prepare.pipeline import given_language
from soundalike.prepare.readers.clips import Clip, Fault, same_id
from soundalike.prepare.readers.formats import find_reader
from soundalike.prepare.readers.languages import AUTO, language_of_text, name_of_language
from soundalike.text import encode, is_spoken, phonemize

from .finding import Finding
from .sounds import ClipMeasures, measure_clip
from .texts import read_through

# Cosine to a speaker's other clips under which a clip is not theirs; or by how much another speaker is nearer
UNLIKE = 0.6
NEARER = 0.05
ENOUGH = 3  # clips of a speaker from which on an odd one stands out
ALIKE = 0.9  # share of the sounds that must have one rate for the others to be odd


def lint(source: str, reader: str | None = None, language: str = "en", fast: bool = False) -> list[Finding]:
    """Look through what `prepare` reads, or a folder it made, by the built-in aligner and speaker encoder.
    `fast` does without them.

    Raises DataError where there is nothing to look at.
    """
    place = Path(source)
    prepared = reader is None and is_prepared(place)
    language = given_language(language)
    name, read = ("manifest", _manifest) if prepared else find_reader(place, reader)
    listed = list(read(place))
    clips = [entry for entry in listed if isinstance(entry, Clip)]
    listed += uncovered(clips)
    findings = [Finding(f.check, f.where, "", f.reason, f.remedy) for f in listed if isinstance(f, Fault)]
    if not listed:
        raise DataError(
            f"{source}: holds no clip (read as {name}). "
            "Give a corpus with recordings, or name its reader with --reader."
        )
    findings += _twice(clips) + list(_missing(clips))
    findings += _unspoken_languages(clips, language)
    measures: dict[str, ClipMeasures] = {}
    aligner = None if fast else load_part(BUILT_IN / "aligner", "aligner").instrument
    encoder = None if fast else load_part(BUILT_IN / "speaker", "speaker").instrument
    for clip in progress_bar(clips, desc="lint", unit="clip"):
        phonemes, more = _read_text(clip, _language_of(clip, language), name == "recordings")
        findings += more
        if Path(clip.audio).is_file():
            measured, more = measure_clip(clip, phonemes, aligner, encoder)
            findings += more
            if measured:
                measures[clip.id] = measured
    findings += _rates(clips, measures) + _same_sounds(clips, measures) + _speakers(clips, measures)
    if prepared:
        findings += _features(place, clips)
    order = {clip.where: number for number, clip in enumerate(clips)}
    return sorted(findings, key=lambda finding: order.get(finding.where, -1))


def _read_text(clip: Clip, language: str, may_lack: bool) -> tuple[list[str], list[Finding]]:
    """The phonemes of a clip's text, none of one that cannot be spoken, and the findings about it."""
    findings = read_through(clip, language, may_lack)
    if not clip.text or not is_spoken(language):
        return [], findings
    try:
        return phonemize(clip.text, clip.where, language).symbols, findings
    except TextError as error:
        reason = str(error).removeprefix(f"{clip.where}: ")
        findings.append(Finding("unspeakable", clip.where, clip.audio, reason, "Mend the text."))
        return [], findings


def _manifest(folder: Path) -> Iterator[Clip | Fault]:
    """The clips of a prepared folder."""
    for number, row in enumerate(read_manifest(folder), 1):
        where = f"{folder / 'manifest.jsonl'}, line {number}"
        audio = str(folder / row.audio)
        yield Clip(
            row.id,
            audio,
            row.text,
            row.speaker,
            where,
            row.language,
            row.split,
            row.corpus,
            row.licence,
            row.emotion,
        )


def _twice(clips: list[Clip]) -> list[Finding]:
    """Ids, sounds and speakers that are where they should not be again."""
    findings = []
    ids: dict[str, Clip] = {}
    sounds: dict[tuple, str] = {}
    splits: dict[str, str] = {}
    for clip in clips:
        if clip.id in ids:
            reason = same_id(clip, ids[clip.id])
            findings.append(Finding("duplicate-id", clip.where, clip.audio, reason, "Keep one of them."))
        elif (clip.audio, clip.span) in sounds:
            reason = f"the sound is used already ({sounds[clip.audio, clip.span]})"
            findings.append(Finding("duplicate-file", clip.where, clip.audio, reason, "Keep one of them."))
        if clip.split and splits.setdefault(clip.speaker, clip.split) != clip.split:
            reason = f"speaker {clip.speaker} is in '{splits[clip.speaker]}' and in '{clip.split}'"
            findings.append(
                Finding("split", clip.where, clip.audio, reason, "Put all clips of a speaker into one split.")
            )
        ids.setdefault(clip.id, clip)
        sounds.setdefault((clip.audio, clip.span), clip.where)
    return findings


def _missing(clips: list[Clip]) -> Iterator[Finding]:
    gone = [clip for clip in clips if not Path(clip.audio).is_file()]
    for clip in gone:
        first = (
            clip.where.endswith(", line 1")
            and len(clips) > 1
            and len(gone) < len(clips) / 2
            and Path(clip.audio).stem.isalpha()
        )
        if first and len(clip.text.split()) <= 2:
            yield Finding(
                "header",
                clip.where,
                clip.audio,
                f"the line looks like a header: {clip.id!r}, {clip.text!r}",
                "Name its columns audio, text and speaker, or take it out.",
            )
        else:
            yield Finding(
                "missing-file",
                clip.where,
                clip.audio,
                "there is no such file",
                "Add the sound, or take the row out.",
            )


def _language_of(clip: Clip, given: str) -> str:
    language = clip.language or given
    return language_of_text(clip.text) if language == AUTO else language


def _unspoken_languages(clips: list[Clip], given: str) -> list[Finding]:
    """One finding for each language that no phonemes can be made of."""
    findings = []
    counts: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        counts[_language_of(clip, given).partition("-")[0]].append(clip)
    for code, own in counts.items():
        if not is_spoken(code):
            reason = f"{name_of_language(code)} ({code}) is not spoken here: {len(own)} clips get no phonemes"
            remedy = (
                "They train vocoders and speaker encoders only; `soundalike data augment` hears phones, "
                "`soundalike languages add` adds a language."
            )
            findings.append(Finding("language", own[0].where, own[0].audio, reason, remedy))
    return findings


def _rates(clips: list[Clip], measures: dict[str, ClipMeasures]) -> list[Finding]:
    rates = [facts.rate for facts in measures.values()]
    common = max(set(rates), key=rates.count) if rates else 0
    many = rates.count(common) >= ALIKE * len(rates)
    findings = []
    for clip in clips:
        if clip.id not in measures:
            continue
        rate = measures[clip.id].rate
        if rate < 16_000:
            findings.append(
                Finding(
                    "rate",
                    clip.where,
                    clip.audio,
                    f"{rate} Hz holds nothing above {rate // 2} Hz",
                    "Record at 22,050 Hz or more.",
                )
            )
        elif many and rate != common:
            reason = f"{rate} Hz, while the others have {common} Hz"
            findings.append(Finding("rate", clip.where, clip.audio, reason, "Check that its header is true."))
    return findings


def _same_sounds(clips: list[Clip], measures: dict[str, ClipMeasures]) -> list[Finding]:
    findings = []
    seen: dict[str, Clip] = {}
    for clip in clips:
        if clip.id in measures:
            first = seen.setdefault(measures[clip.id].digest, clip)
            if first.audio != clip.audio:
                reason = f"holds the very sound of {first.audio} ({first.where})"
                findings.append(
                    Finding(
                        "duplicate-sound",
                        clip.where,
                        clip.audio,
                        reason,
                        "Keep one, or restore what was overwritten.",
                    )
                )
    return findings


def _speakers(clips: list[Clip], measures: dict[str, ClipMeasures]) -> list[Finding]:
    """Clips that sound unlike the others of their speaker."""
    embeddings = {
        id: measured.embedding for id, measured in measures.items() if measured.embedding is not None
    }
    judged = [clip for clip in clips if clip.id in embeddings]
    groups: dict[str, list[np.ndarray]] = defaultdict(list)
    for clip in judged:
        groups[clip.speaker].append(embeddings[clip.id])
    middles = {speaker: unit(np.mean(own, axis=0)) for speaker, own in groups.items()}
    findings = []
    for clip in judged:
        mine = groups[clip.speaker]
        if len(mine) < ENOUGH:
            continue
        embedding = embeddings[clip.id]
        own = float(embedding @ unit(np.sum(mine, axis=0) - embedding))
        others = {name: float(embedding @ middle) for name, middle in middles.items() if name != clip.speaker}
        nearest = max(others, key=lambda name: others[name], default="")
        if nearest and others[nearest] > own + NEARER:
            reason = f"sounds like {nearest} ({others[nearest]:.2f}) rather than {clip.speaker} ({own:.2f})"
            remedy = "Listen to it and correct the speaker."
        elif own < UNLIKE:
            reason = f"sounds unlike the other clips of {clip.speaker} ({own:.2f})"
            remedy = "Listen to it and correct the speaker, or take it out."
        else:
            continue
        findings.append(Finding("speaker", clip.where, clip.audio, reason, remedy))
    return findings


def _features(folder: Path, clips: list[Clip]) -> list[Finding]:
    """What a prepared folder lacks of its features."""
    store = FeatureStore(folder, MelSpec())
    findings = []
    for clip, row in zip(clips, read_manifest(folder)):
        lacking = [kind for kind in ("mel", "pitch", "samples") if not store.has(kind, row.id)]
        if lacking:
            findings.append(
                Finding(
                    "features",
                    clip.where,
                    clip.audio,
                    f"{', '.join(lacking)} missing",
                    "Run the same `soundalike data prepare` again.",
                )
            )
        elif store.has("durations", row.id):
            durations = store.read("durations", row.id)
            if len(durations) != len(encode(row.phonemes)) or durations.sum() != len(
                store.read("mel", row.id)
            ):
                findings.append(
                    Finding(
                        "durations",
                        clip.where,
                        clip.audio,
                        "the durations are of another text or sound",
                        "Run `soundalike data align`.",
                    )
                )
    return findings
