"""Corpus to prepared folder: manifest, phonemes, features. Each step skips what is already there."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from ..audio import Audio
from ..contract import AudioError, TextError
from ..data import FeatureStore, Row, read_manifest, write_manifest
from ..features import MelSpec, log_mel, pitch
from ..text import LANGUAGES, phonemize
from .corpora import find_reader

KINDS = ("mel", "pitch", "samples")


def prepare(
    source: str, out: str, layout: str | None = None, mel: MelSpec | None = None, kinds: tuple[str, ...] = KINDS, workers: int = 2
) -> list[Row]:
    """Read a corpus, write its manifest with phonemes, and cache its features under the MelSpec's digest.

    Clips that cannot be used are listed in `OUT/rejected.jsonl` with the reason. Safe to interrupt and start again.
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    known = {row.id: row for row in read_manifest(folder)} if (folder / "manifest.jsonl").is_file() else {}
    rows, rejected = [], []
    for row in tqdm(find_reader(Path(source), layout)(Path(source)), desc="read", unit="clip"):
        try:
            if row.id in known and known[row.id].text == row.text and known[row.id].phonemes:
                row = replace(row, phonemes=known[row.id].phonemes)
            elif row.language.partition("-")[0] in LANGUAGES:
                row = replace(row, phonemes=phonemize(row.text, row.id, row.language).symbols)
            rows.append(row)
        except TextError as error:
            rejected.append({"id": row.id, "reason": str(error)})
    write_manifest(folder, rows)
    mel = mel or MelSpec()
    work = [(str(folder), mel, row, kinds) for row in rows]
    if workers > 1:
        with ProcessPoolExecutor(workers) as pool:
            outcomes = list(tqdm(pool.map(extract, work, chunksize=32), total=len(work), desc="features", unit="clip"))
    else:
        outcomes = [extract(job) for job in tqdm(work, desc="features", unit="clip")]
    rejected += [{"id": row.id, "reason": reason} for row, reason in zip(rows, outcomes) if reason]
    (folder / "rejected.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rejected), encoding="utf-8")
    bad = {r["id"] for r in rejected}
    rows = [row for row in rows if row.id not in bad]
    write_manifest(folder, rows)
    return rows


def extract(job: tuple[str, MelSpec, Row, tuple[str, ...]]) -> str:
    """Cache the features of one clip; returns the reason when the clip cannot be used, else an empty string."""
    folder, mel, row, kinds = job
    torch.set_num_threads(1)
    store = FeatureStore(folder, mel)
    missing = [kind for kind in kinds if not store.has(kind, row.id)]
    if not missing:
        return ""
    try:
        audio = Audio.read(Path(folder) / row.audio).resample(mel.sample_rate).normalised()
    except AudioError as error:
        return str(error)
    if audio.speech_seconds() < 0.2:
        return f"{row.audio}: under 0.2 s of speech"
    if "mel" in missing:
        store.write("mel", row.id, log_mel(torch.from_numpy(audio.samples)[None], mel)[0].numpy().astype(np.float16))
    if "pitch" in missing:
        store.write("pitch", row.id, pitch(audio.samples, mel))
    if "samples" in missing:
        store.write("samples", row.id, (audio.samples * 32767).astype(np.int16))
    return ""
