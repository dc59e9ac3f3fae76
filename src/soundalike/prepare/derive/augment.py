"""More voices for an acoustic model to learn from: clips of languages without a lexicon, and people made by
resampling.

Speed perturbation as new speakers (Yamamoto et al. 2019, for speaker recognition): pitch, formants and pace
move together.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import soxr
import torch
from torch import nn
from tqdm import tqdm

from soundalike.audio.mel import MelSpec
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import Row, read_manifest, write_manifest
from soundalike.models.aligners.hmm.network import Aligner
from soundalike.models.aligners.hmm.phone_recognizer import recognize_phones
from soundalike.nn.spectral import log_mel

# Of pace, pitch and formants at once: one for each speaker
FACTORS = (0.89, 0.92, 0.95, 1.06, 1.09, 1.12, 1.15)
SEPARATOR = "~"  # between the id of a clip, or the name of a speaker, and the factor


def add_resampled(folder: str, mel: MelSpec, encoder: nn.Module, factors: tuple[float, ...] = FACTORS) -> int:
    """Add to a prepared folder every training clip with durations once more, resampled as if another person
    spoke; returns how many.

    All clips of a speaker get the same factor, their copies the same new speaker. `encoder` gives their
    vectors. Clips that are there already are left as they are.
    """
    store = FeatureStore(folder, mel)
    rows = read_manifest(folder)
    there = {row.id for row in rows}
    new = []
    chosen = [
        row
        for row in rows
        if row.split == "train" and SEPARATOR not in row.id and store.has("durations", row.id)
    ]
    for row in tqdm(chosen, desc="resample", unit="clip"):
        factor = factors[zlib.crc32(row.speaker.encode()) % len(factors)]
        made = replace(
            row,
            id=f"{row.id}{SEPARATOR}{factor}",
            speaker=f"{row.speaker}{SEPARATOR}{factor}",
            seconds=round(row.seconds / factor, 3),
        )
        if made.id not in there:
            _resample(row, made, factor, store, mel, encoder)
            new.append(made)
    write_manifest(folder, rows + new)
    return len(new)


@torch.inference_mode()
def _resample(
    row: Row, made: Row, factor: float, store: FeatureStore, mel: MelSpec, encoder: nn.Module
) -> None:
    """Write the features of a clip played at `factor` times its rate; whatever is measured of its quality
    stays.
    """
    samples = soxr.resample(
        store.read("samples", row.id).astype(np.float32) / 32768, mel.sample_rate * factor, mel.sample_rate
    )
    sound = log_mel(torch.from_numpy(samples.astype(np.float32))[None], mel)
    size = sound.shape[1]
    durations = store.read("durations", row.id).astype(np.int64)
    hertz = store.read("pitch", row.id)
    ends = np.round(durations.cumsum() * size / durations.sum()).astype(np.int64)
    place = np.arange(size) * (len(hertz) - 1) / max(1, size - 1)
    low, high, nearest = (hertz[step(place).astype(np.int64)] for step in (np.floor, np.ceil, np.round))
    # Never half voiced
    between = np.where((low > 0) & (high > 0), np.interp(place, np.arange(len(hertz)), hertz), nearest)
    store.write("durations", made.id, np.diff(ends, prepend=0).astype(np.int16))
    store.write("pitch", made.id, (between * factor).astype(np.float32))
    store.write("vector", made.id, encoder(sound, torch.tensor([size]))[0].numpy().astype(np.float16))
    if store.has("quality", row.id):
        store.write("quality", made.id, store.read("quality", row.id))
    store.write("mel", made.id, sound[0].numpy().astype(np.float16))


def add_recognized_phones(folder: str, aligner: Aligner, mel: MelSpec) -> int:
    """Give clips without phonemes those that the aligner hears in them, with their durations; returns how
    many are clear enough.

    About half of what it hears in English is what a lexicon says, and much of the rest is a neighbouring
    sound: good enough to learn voices from, not to learn a language.
    """
    store = FeatureStore(folder, mel)
    rows = read_manifest(folder)
    count = 0
    for index, row in enumerate(tqdm(rows, desc="hear", unit="clip")):
        if row.phonemes or not store.has("mel", row.id):
            continue
        heard = recognize_phones(torch.from_numpy(store.read("mel", row.id)).float(), aligner, mel)
        if heard is None:
            continue
        symbols, durations = heard
        store.write("durations", row.id, np.array(durations, np.int16))
        rows[index] = replace(row, phonemes=symbols)
        count = count + 1
    write_manifest(folder, rows)
    return count
