"""Faults of recordings and their texts, each with the file and row it is in and what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import load_part
from soundalike.core.errors import DataError, TextError
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest
from soundalike.prepare.readers.clips import Clip, Fault, sounds_in
from soundalike.prepare.readers.formats import find_reader
from soundalike.text import LANGUAGES, encode, phonemize

from .finding import Finding
from .sounds import Heard, listen
from .texts import read_through

LISTS = ("csv", "gpt_sovits", "jsonl", "table")  # readers of lists that should name every sound beside them
# Cosine to a speaker's other clips under which a clip is not theirs; or by how much another speaker is nearer
UNLIKE, NEARER = 0.6, 0.05
ENOUGH = 3  # clips of a speaker from which on an odd one can be told
ALIKE = 0.9  # share of the sounds that must have one rate for the others to be odd


def lint(source: str, reader: str | None = None, language: str = "en", fast: bool = False) -> list[Finding]:
    """Look through what `prepare` reads, or a folder it made. `fast` does without the aligner and the speaker
    encoder.

    Raises DataError where there is nothing to look at.
    """
    place = Path(source)
    prepared = reader is None and (place / "manifest.jsonl").is_file()
    name, read = ("manifest", _manifest) if prepared else find_reader(place, reader)
    listed = list(read(place))
    clips = [entry for entry in listed if isinstance(entry, Clip)]
    findings = [Finding(f.check, f.where, "", f.reason, f.remedy) for f in listed if isinstance(f, Fault)]
    if not listed:
        raise DataError(
            f"{source}: holds no clip (read as {name}). Give a corpus with recordings, or name its reader with --reader."
        )
    findings += _twice(clips) + list(_missing(clips))
    if name in LISTS:
        findings += _unlisted(place if place.is_dir() else place.parent, clips)
    aligner, encoder = (
        (None, None) if fast else (load_part(BUILT_IN / role, role) for role in ("aligner", "speaker"))
    )
    heard: dict[str, Heard] = {}
    for clip in tqdm(clips, desc="lint", unit="clip"):
        tongue = clip.language or language
        phonemes = []
        findings += read_through(clip, tongue, name == "recordings")
        if clip.text and tongue.partition("-")[0] in LANGUAGES:
            try:
                phonemes = phonemize(clip.text, clip.where, tongue).symbols
            except TextError as error:
                findings.append(
                    Finding(
                        "unspeakable",
                        clip.where,
                        clip.audio,
                        str(error).removeprefix(f"{clip.where}: "),
                        "Mend the text.",
                    )
                )
        if Path(clip.audio).is_file():
            facts, more = listen(clip, phonemes, aligner, encoder)
            findings += more
            if facts:
                heard[clip.id] = facts
    findings += _rates(clips, heard) + _same_sounds(clips, heard) + _speakers(clips, heard)
    if prepared:
        findings += _features(place, clips)
    order = {clip.where: number for number, clip in enumerate(clips)}
    return sorted(findings, key=lambda finding: order.get(finding.where, -1))


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
    ids = {}
    sounds = {}
    splits = {}
    for clip in clips:
        if clip.id in ids:
            reason = f"the id '{clip.id}' is there already ({ids[clip.id]})"
            findings.append(Finding("duplicate-id", clip.where, clip.audio, reason, "Keep one of them."))
        elif clip.audio in sounds:
            reason = f"the sound is used already ({sounds[clip.audio]})"
            findings.append(Finding("duplicate-file", clip.where, clip.audio, reason, "Keep one of them."))
        if clip.split and splits.setdefault(clip.speaker, clip.split) != clip.split:
            reason = f"speaker {clip.speaker} is in '{splits[clip.speaker]}' and in '{clip.split}'"
            findings.append(
                Finding("split", clip.where, clip.audio, reason, "Put all clips of a speaker into one split.")
            )
        ids.setdefault(clip.id, clip.where)
        sounds.setdefault(clip.audio, clip.where)
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


def _unlisted(root: Path, clips: list[Clip]) -> list[Finding]:
    used = {clip.audio for clip in clips}
    extra = [path for path in sounds_in(root) if str(path.resolve()) not in used]
    return [
        Finding(
            "unlisted-file",
            str(path),
            str(path),
            "the list does not name this sound",
            "Add its row, or take it out.",
        )
        for path in extra
    ]


def _rates(clips: list[Clip], heard: dict[str, Heard]) -> list[Finding]:
    rates = [facts.rate for facts in heard.values()]
    common = max(set(rates), key=rates.count) if rates else 0
    many = rates.count(common) >= ALIKE * len(rates)
    findings = []
    for clip in clips:
        rate = heard[clip.id].rate if clip.id in heard else common
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


def _same_sounds(clips: list[Clip], heard: dict[str, Heard]) -> list[Finding]:
    findings = []
    seen = {}
    for clip in clips:
        if clip.id in heard:
            first = seen.setdefault(heard[clip.id].digest, clip)
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


def _speakers(clips: list[Clip], heard: dict[str, Heard]) -> list[Finding]:
    """Clips that sound unlike the others of their speaker."""
    told = [clip for clip in clips if clip.id in heard and heard[clip.id].vector is not None]
    groups = defaultdict(list)
    for clip in told:
        groups[clip.speaker].append(heard[clip.id].vector)
    middles = {speaker: _unit(np.mean(vectors, axis=0)) for speaker, vectors in groups.items()}
    findings = []
    for clip in told:
        mine = groups[clip.speaker]
        if len(mine) < ENOUGH:
            continue
        vector = heard[clip.id].vector
        own = float(vector @ _unit(np.sum(mine, axis=0) - vector))
        likeness = {
            speaker: float(vector @ middle) for speaker, middle in middles.items() if speaker != clip.speaker
        }
        nearest = max(likeness, key=lambda speaker: likeness[speaker], default="")
        if nearest and likeness[nearest] > own + NEARER:
            reason = f"sounds like {nearest} ({likeness[nearest]:.2f}) rather than {clip.speaker} ({own:.2f})"
            findings.append(
                Finding("speaker", clip.where, clip.audio, reason, "Listen to it and correct the speaker.")
            )
        elif own < UNLIKE:
            reason = f"sounds unlike the other clips of {clip.speaker} ({own:.2f})"
            findings.append(
                Finding(
                    "speaker",
                    clip.where,
                    clip.audio,
                    reason,
                    "Listen to it and correct the speaker, or take it out.",
                )
            )
    return findings


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector).clip(1e-9)


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
                    "Run the same `soundalike prepare` again.",
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
                        "Run `soundalike align`.",
                    )
                )
    return findings
