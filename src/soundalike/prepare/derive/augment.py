"""Augmentation: clips of languages without a lexicon, by recognized phones, and new speakers by resampling.

Speed perturbation as new speakers (Yamamoto et al. 2019, for speaker recognition): pitch, formants and pace
move together.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import soxr

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec, log_mel
from soundalike.core.contracts import Aligner, SpeakerEncoder
from soundalike.core.progress import progress_bar
from soundalike.core.types import Alignment
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import Row, read_manifest, write_manifest

from .stored import aligner_mel, frames_of, stored_audio

# Of pace, pitch and formants at once: one for each speaker
FACTORS = (0.89, 0.92, 0.95, 1.06, 1.09, 1.12, 1.15)
SEPARATOR = "~"  # between the id of a clip, or the name of a speaker, and the factor


def add_resampled(
    folder: str, mel: MelSpec, encoder: SpeakerEncoder, factors: tuple[float, ...] = FACTORS
) -> int:
    """Add to a prepared folder every training clip with durations once more, resampled as if another person
    spoke; returns how many.

    All clips of a speaker get the same factor, their copies the same new speaker. `encoder` gives their
    speaker embeddings. Clips that are there already are left as they are.
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
    for row in progress_bar(chosen, desc="resample", unit="clip"):
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


def _resample(
    row: Row, made: Row, factor: float, store: FeatureStore, mel: MelSpec, encoder: SpeakerEncoder
) -> None:
    """Write the features of a clip played at `factor` times its rate; whatever is measured of its quality
    stays.
    """
    samples = stored_audio(store, row.id, mel).samples
    samples = soxr.resample(samples, mel.sample_rate * factor, mel.sample_rate).astype(np.float32)
    audio = Audio(samples, mel.sample_rate)
    frames = log_mel(samples, mel)
    size = len(frames)
    durations = store.read("durations", row.id).astype(np.int64)
    ends = np.round(durations.cumsum() * size / durations.sum()).astype(np.int64)
    store.write("durations", made.id, np.diff(ends, prepend=0).astype(np.int16))
    hertz = _stretched(store.read("pitch", row.id), size) * factor
    store.write("pitch", made.id, hertz.astype(np.float32))
    embedding = encoder.embed_mel(frames) if encoder.mel == mel else encoder.embed([audio])[0]
    store.write("speaker_embedding", made.id, embedding.astype(np.float16))
    if store.has("samples", row.id):
        store.write("samples", made.id, (samples.clip(-1, 1) * 32767).astype(np.int16))
    if store.has("quality", row.id):
        store.write("quality", made.id, store.read("quality", row.id))
    store.write("mel", made.id, frames.astype(np.float16))


def _stretched(hertz: np.ndarray, size: int) -> np.ndarray:
    """A pitch contour (T,) spread over `size` frames, no frame half voiced."""
    place = np.arange(size) * (len(hertz) - 1) / max(1, size - 1)
    low, high, nearest = (hertz[step(place).astype(np.int64)] for step in (np.floor, np.ceil, np.round))
    between = np.interp(place, np.arange(len(hertz)), hertz)
    return np.where((low > 0) & (high > 0), between, nearest)


def add_recognized_phones(folder: str, aligner: Aligner, mel: MelSpec) -> int:
    """Give clips without phonemes those that the aligner recognizes in them, with their durations in frames
    of `mel`; returns how many are clear enough.

    About half of what it recognizes in English is what a lexicon says, and much of the rest is a neighbouring
    sound: good enough to learn voices from, not to learn a language.
    """
    store = FeatureStore(folder, mel)
    rows = read_manifest(folder)
    count = 0
    for index, row in enumerate(progress_bar(rows, desc="recognize", unit="clip")):
        if row.phonemes or not store.has("mel", row.id):
            continue
        found = aligner.recognize_mel(aligner_mel(store, row.id, mel, aligner))
        if found is None:
            continue
        symbols, durations = found
        alignment = Alignment(np.array(durations), np.zeros(len(symbols)), aligner.mel.frames_per_second)
        scaled = alignment.at_rate(mel.frames_per_second, frames_of(store, row.id, mel))
        store.write("durations", row.id, scaled.astype(np.int16))
        rows[index] = replace(row, phonemes=symbols)
        count += 1
    write_manifest(folder, rows)
    return count
