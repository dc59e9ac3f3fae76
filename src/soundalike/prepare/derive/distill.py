"""Distilled speech: a corpus as one model says it (sequence-level distillation)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from soundalike.core.types import Voice
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import write_manifest
from soundalike.text import Utterance

VOICES = 3  # clips of a speaker, the longest, that a family is told voices from


LONGEST = 10.0  # seconds of each


@torch.inference_mode()
def distill(folder: str, out: str, family: Any, settings: DataConfig, seed: int = 0) -> int:
    """Write the prepared folder `out`: the clips of `folder` as a family says their texts, in its own time
    and melody; returns how many there are.

    For one that learns slowly to learn from (sequence-level distillation, Kim and Rush 2016): one text in one
    voice always sounds the same, and its durations are exact. `family` is one that knows its `frames` before
    it sounds them; `settings` choose the clips. A clip is said in the voice of one of its speaker's VOICES
    longest, whose speaker vector it gets. Goes on where an earlier run stopped.
    """
    required_fields = frozenset({"symbols", "durations", "mel", "pitch", "speaker_embedding"})
    data = Dataset(settings, family.mel, required_fields, seed)
    told = FeatureStore(out, family.mel)
    rows = []
    still = {field.name: 0.0 for field in fields(family.Options) if field.name == "temperature"}
    clips: dict[str, list[int]] = defaultdict(list)
    for index in sorted(range(len(data.rows)), key=lambda index: -min(data.rows[index].seconds, LONGEST)):
        clips[data.rows[index].speaker].append(index)
    Path(out).mkdir(parents=True, exist_ok=True)
    for index, row in enumerate(tqdm(data.rows, desc="tell", unit="clip")):
        source = int(np.random.default_rng([seed, index]).choice(clips[row.speaker][:VOICES]))
        if not told.has("mel", row.id):
            kept = round(LONGEST * family.mel.frames_per_second)
            heard = {kind: data.read(kind, source) for kind in ("mel", "pitch", "speaker_embedding")}
            heard = {
                "prompt": heard["mel"][:kept],
                "prompt_pitch": heard["pitch"][:kept],
                "vector": heard["speaker_embedding"],
            }
            voice = Voice(
                {name: torch.from_numpy(value) for name, value in heard.items()}, {"mel": family.mel.digest}
            )
            utterance = Utterance(row.phonemes, [row.text], [0] * len(row.phonemes))
            made = family.frames(utterance, voice, family.Options(**still))
            told.write("durations", row.id, made.durations.cpu().numpy().astype(np.int16))
            if made.pitch is not None:
                told.write("pitch", row.id, made.pitch.cpu().numpy().astype(np.float32))
            told.write("speaker_embedding", row.id, heard["vector"])
            told.write("mel", row.id, made.mel.cpu().numpy().astype(np.float16))
        seconds = int(told.read("durations", row.id).sum()) / family.mel.frames_per_second
        rows.append(replace(row, seconds=round(seconds, 3)))
    write_manifest(out, rows)
    return len(rows)
