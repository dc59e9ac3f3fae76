"""Recordings to a prepared folder: manifest, phonemes, features. Each step skips what is already there.

Beside the manifest lie `journal.jsonl`, one line for every clip that was worked on (so that a run that was
killed goes on where it stopped), and `rejected.jsonl`, one line with the reason for every clip that was not
taken.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from soundalike.core.contracts import Aligner, SpeakerEncoder
from soundalike.core.errors import ConfigError, DataError
from soundalike.core.executors import run
from soundalike.core.files import write_atomic
from soundalike.core.progress import progress_bar
from soundalike.data.feature_store import FeatureStore
from soundalike.data.left_out import REJECTED
from soundalike.data.manifest import Row, read_manifest, write_manifest
from soundalike.prepare.readers.clips import Clip, Fault, same_id
from soundalike.prepare.readers.formats import find_reader
from soundalike.prepare.readers.languages import language_code

from .clip_worker import FROM_SOUND, FROM_TEXT, Job, Plan, keys_of, work
from .derive.augment import add_recognized_phones
from .derive.durations import write_durations
from .derive.embeddings import write_speaker_embeddings
from .duration import uncovered
from .slicing import detector

JOURNAL = "journal.jsonl"
# Of the speakers, for dev and for test, where a corpus has no splits of its own and twenty speakers or more
SHARE = 0.05


def prepare_dataset(
    source: str | os.PathLike,
    folder: str | os.PathLike,
    aligner: Aligner | None = None,
    encoder: SpeakerEncoder | None = None,
    *,
    align: bool = True,
    embed: bool = True,
    recognize_phones: bool = False,
    **settings: Any,
) -> list[Row]:
    """Prepare recordings, then add durations by an aligner and speaker embeddings by an encoder to the clips
    that have none; returns the rows of the manifest.

    The aligner also finds the words of long recordings that come with their text, even without `align`. With
    `recognize_phones`, clips without phonemes get those that the aligner recognizes in them. `settings` are
    those of `prepare`. Raises what `prepare` raises.
    """
    prepare(source, folder, aligner=aligner, **settings)
    mel = settings.get("mel") or Plan().mel
    place = os.fspath(folder)
    if aligner is not None and recognize_phones:
        add_recognized_phones(place, aligner, mel)
    if aligner is not None and align:
        write_durations(place, aligner, mel, again=False)
    if encoder is not None and embed:
        write_speaker_embeddings(place, encoder, mel, again=False)
    return read_manifest(folder)


def prepare(
    source: str | os.PathLike,
    out: str | os.PathLike,
    layout: str | None = None,
    *,
    workers: int = 2,
    shares: tuple[float, float] | None = None,
    aligner: Aligner | None = None,
    engine: str = "local",
    **settings: Any,
) -> list[Row]:
    """Read a corpus or a folder of recordings, write its manifest with phonemes, and cache its features under
    the MelSpec's digest.

    `shares` of the speakers go to dev and test (default: SHARE each); `aligner` finds the words of long
    recordings that come with their text; `settings` are those of Plan. Clips that cannot be used are listed
    in `OUT/rejected.jsonl` with the reason. Safe to interrupt, even to kill, and start again. Raises
    DataError where nothing can be used.
    """
    place = Path(source)
    folder = Path(out)
    plan = Plan(**{name: value for name, value in settings.items() if (name, value) != ("mel", None)})
    plan = replace(plan, vad=detector(plan.vad), language=given_language(plan.language))
    name, read = find_reader(place, layout)
    if place.is_dir() and folder.resolve().is_relative_to(place.resolve()):
        raise DataError(
            f"{out}: lies inside {source}, so that its clips would be read again. Choose another folder."
        )
    clips, rejected = _listed(place, name, read(place), plan.speaker)
    rejected += [{"id": fault.where, "reason": str(fault)} for fault in uncovered(clips)]
    folder.mkdir(parents=True, exist_ok=True)
    done = _journal(folder) or _adopted(folder, clips, plan)
    jobs = [job for clip in clips if (job := _job(clip, done.get(clip.id), plan, folder))]
    if not any(job.clip.long and job.clip.text for job in jobs):
        aligner = None  # nobody needs it
    task = partial(work, plan=plan, folder=str(folder), aligner=aligner)
    with open(folder / JOURNAL, "a", encoding="utf-8") as journal:
        for entry in progress_bar(
            run(engine, task, jobs, workers), total=len(jobs), desc="prepare", unit="clip"
        ):
            done[entry["id"]] = entry
            journal.write(json.dumps(entry, ensure_ascii=False) + "\n")
            journal.flush()
    entries = [done[clip.id] for clip in clips]
    rejected = [line for entry in entries for line in entry["rejected"]] + rejected
    _write_lines(folder / REJECTED, rejected)
    rows = [_manifest_row(clip, facts) for clip, entry in zip(clips, entries) for facts in entry["rows"]]
    if not rows:
        first = rejected[0]["reason"] if rejected else "it lists none"
        raise DataError(f"{source}: none of its {len(clips)} clips can be used. The first: {first}")
    rows = deal(rows, shares)
    write_manifest(folder, rows)
    _write_lines(folder / JOURNAL, entries)
    return rows


def _manifest_row(clip: Clip, facts: dict[str, Any]) -> Row:
    """A row of the manifest: what its corpus says of a clip, and what came of the work on it."""
    own = ("speaker", "split", "corpus", "licence", "emotion")
    return Row(**facts, **{name: getattr(clip, name) for name in own})


def deal(rows: list[Row], shares: tuple[float, float] | None = None) -> list[Row]:
    """The rows with a split each: a speaker's own where the corpus names it, else dealt by speaker, the same
    at every call.

    Raises ConfigError where a share that was asked for comes to no speaker.
    """
    given = {row.speaker: row.split for row in rows if row.split}
    free = sorted(
        {row.speaker for row in rows} - set(given), key=lambda name: hashlib.sha256(name.encode()).digest()
    )
    split_of: dict[str, str] = {}
    at = 0
    for split, share in zip(("dev", "test"), shares or (SHARE, SHARE)):
        count = int(share * len(free) + 1e-9)
        if shares and share > 0 and free and not count:
            reason = f"of {len(free)} speakers leaves the split '{split}' with no speaker"
            raise ConfigError(f"--{split} {share:g} {reason}. Ask for {1 / len(free):.2g} or more, or for 0.")
        split_of |= dict.fromkeys(free[at : at + count], split)
        at += count
    if free and at >= len(free):
        raise ConfigError(f"--dev and --test leave no speaker of {len(free)} for training. Ask for less.")
    return [
        row if row.split else replace(row, split=given.get(row.speaker) or split_of.get(row.speaker, "train"))
        for row in rows
    ]


def _listed(
    source: Path, name: str, found: Iterable[Clip | Fault], speaker: str
) -> tuple[list[Clip], list[dict[str, str]]]:
    """The clips of a source, and those rejected before they are opened."""
    clips: list[Clip] = []
    rejected: list[dict[str, str]] = []
    seen: dict[str, Clip] = {}
    for clip in found:
        if isinstance(clip, Fault):
            if clip.fatal:
                raise DataError(str(clip))
            if not clip.note:
                rejected.append({"id": clip.where, "reason": str(clip)})
        elif reason := _unusable_id(clip, seen):
            rejected.append({"id": clip.id, "reason": f"{clip.where}: {reason}"})
        else:
            seen[clip.id] = clip
            clips.append(clip)
    clips = _of_one(clips, speaker) if speaker else clips
    _check_splits(clips)
    if not clips and not rejected:
        raise DataError(
            f"{source}: holds no clip (read as {name}). "
            "Give a corpus with recordings, or name its reader with --reader."
        )
    return clips, rejected


def _of_one(clips: list[Clip], speaker: str) -> list[Clip]:
    """The clips, all of one speaker; in the split they share, if they do."""
    splits = {clip.split for clip in clips if clip.split}
    split = splits.pop() if len(splits) == 1 else ""
    return [replace(clip, speaker=speaker, split=split) for clip in clips]


def _check_splits(clips: list[Clip]) -> None:
    """Raise DataError for a speaker whose clips the source puts into two splits."""
    first: dict[str, Clip] = {}
    for clip in clips:
        other = first.setdefault(clip.speaker, clip) if clip.split else clip
        if other.split != clip.split:
            raise DataError(
                f"{clip.where}: speaker {clip.speaker} is in the split '{clip.split}', "
                f"and in '{other.split}' at {other.where}. Put all clips of a speaker into one split, "
                "or say with --speaker NAME that one person speaks in all; then all are for training."
            )


def given_language(language: str) -> str:
    """The code of the language that --language names, or "auto". Raises ConfigError for one not known."""
    code = language_code(language)
    if not code:
        raise ConfigError(
            f"--language {language}: not a known language. Give a code such as en or de, a name, or auto."
        )
    return code


def _unusable_id(clip: Clip, seen: dict[str, Clip]) -> str:
    """Why a clip's id cannot be taken, beside those seen before; empty where it can."""
    if clip.id in seen:
        return f"{same_id(clip, seen[clip.id])}."
    if not clip.id or clip.id.startswith("/") or ".." in clip.id.split("/"):
        return f"'{clip.id}' cannot name a file. Give a plain id."
    return ""


def _job(clip: Clip, entry: dict[str, Any] | None, plan: Plan, folder: Path) -> Job | None:
    """What is still to be done for a clip: all, or what is missing of its features, or nothing."""
    keys = keys_of(clip, plan)
    store = FeatureStore(folder, plan.mel)
    if entry is None or entry["keys"][0] != keys[0]:
        return Job(clip, plan.kinds, keys, (*FROM_TEXT, *FROM_SOUND))
    ids = [facts["id"] for facts in entry["rows"]]
    missing = tuple(kind for kind in plan.kinds if not all(store.has(kind, id) for id in ids))
    if entry["keys"][1] != keys[1]:
        return Job(clip, missing, keys, FROM_TEXT)
    return Job(clip, missing, keys) if missing else None


def _journal(folder: Path) -> dict[str, dict[str, Any]]:
    """The entries of clips worked on before; a line half written by a run that was killed is dropped."""
    path = folder / JOURNAL
    entries: dict[str, dict[str, Any]] = {}
    torn = False
    if not path.is_file():
        return {}
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            entry = json.loads(line) if line else None
            entries |= {entry["id"]: entry} if entry else {}
        except (json.JSONDecodeError, KeyError, TypeError):
            torn = True
    if torn:
        _write_lines(path, list(entries.values()))
    return entries


def _adopted(folder: Path, clips: list[Clip], plan: Plan) -> dict[str, dict[str, Any]]:
    """Entries for the clips of a folder prepared before there was a journal: its manifest says what was
    done.
    """
    if not (folder / "manifest.jsonl").is_file():
        return {}
    known = {row.id: row for row in read_manifest(folder)}
    store = FeatureStore(folder, plan.mel)
    entries = {}
    for clip in clips:
        row = known.get(clip.id)
        if (
            row
            and row.text == clip.text
            and not clip.long
            and all(store.has(kind, row.id) for kind in plan.kinds)
        ):
            facts = {
                name: getattr(row, name)
                for name in ("id", "audio", "text", "language", "seconds", "phonemes")
            }
            entries[clip.id] = {
                "id": clip.id,
                "keys": list(keys_of(clip, plan)),
                "rows": [facts],
                "rejected": [],
            }
    return entries


def _write_lines(path: Path, entries: list[dict[str, Any]]) -> None:
    write_atomic(path, "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries))
