"""More voices for an acoustic model to learn from: clips of languages without a lexicon, and people made by resampling.

Speed perturbation as new speakers (Yamamoto et al. 2019, for speaker recognition): pitch, formants and pace move together.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import soxr
import torch
from torch import nn
from tqdm import tqdm

from ..data import FeatureStore, Row, read_manifest, write_manifest
from ..features import MelSpec, log_mel
from ..text.alphabet import COMMA, GAP, PHONES, START, STOP
from .aligner import COMMONEST, LEAST, PRIOR_SCALE, Aligner

FACTORS = (0.89, 0.92, 0.95, 1.06, 1.09, 1.12, 1.15)  # of pace, pitch and formants at once: one for each speaker
SEPARATOR = "~"  # between the id of a clip, or the name of a speaker, and the factor
ENTERING = 3.0  # nats that a new phone costs: as many are then heard as are said
CLEAR = -1.8  # mean log-probability of heard phones under which a clip is left alone
PACE = (5.0, 22.0)  # heard phones a second that speech may have
PAUSE = 12  # frames of silence that are written as a comma


def add_resampled(folder: str, mel: MelSpec, encoder: nn.Module, factors: tuple[float, ...] = FACTORS) -> int:
    """Add to a prepared folder every training clip with durations once more, resampled as if another person spoke; returns how many.

    All clips of a speaker get the same factor, their copies the same new speaker. `encoder` gives their vectors. Clips that are there
    already are left as they are.
    """
    store, rows = FeatureStore(folder, mel), read_manifest(folder)
    there, new = {row.id for row in rows}, []
    chosen = [row for row in rows if row.split == "train" and SEPARATOR not in row.id and store.has("durations", row.id)]
    for row in tqdm(chosen, desc="resample", unit="clip"):
        factor = factors[zlib.crc32(row.speaker.encode()) % len(factors)]
        made = replace(row, id=f"{row.id}{SEPARATOR}{factor}", speaker=f"{row.speaker}{SEPARATOR}{factor}", seconds=round(row.seconds / factor, 3))
        if made.id not in there:
            _resample(row, made, factor, store, mel, encoder)
            new.append(made)
    write_manifest(folder, rows + new)
    return len(new)


@torch.inference_mode()
def _resample(row: Row, made: Row, factor: float, store: FeatureStore, mel: MelSpec, encoder: nn.Module) -> None:
    """Write the features of a clip played at `factor` times its rate; whatever is measured of its quality stays."""
    samples = soxr.resample(store.read("samples", row.id).astype(np.float32) / 32768, mel.sample_rate * factor, mel.sample_rate)
    sound = log_mel(torch.from_numpy(samples.astype(np.float32))[None], mel)
    size, durations, hertz = sound.shape[1], store.read("durations", row.id).astype(np.int64), store.read("pitch", row.id)
    ends = np.round(durations.cumsum() * size / durations.sum()).astype(np.int64)
    place = np.arange(size) * (len(hertz) - 1) / max(1, size - 1)
    low, high, nearest = (hertz[step(place).astype(np.int64)] for step in (np.floor, np.ceil, np.round))
    between = np.where((low > 0) & (high > 0), np.interp(place, np.arange(len(hertz)), hertz), nearest)  # never half voiced
    store.write("durations", made.id, np.diff(ends, prepend=0).astype(np.int16))
    store.write("pitch", made.id, (between * factor).astype(np.float32))
    store.write("vector", made.id, encoder(sound, torch.tensor([size]))[0].numpy().astype(np.float16))
    if store.has("quality", row.id):
        store.write("quality", made.id, store.read("quality", row.id))
    store.write("mel", made.id, sound[0].numpy().astype(np.float16))


def add_heard(folder: str, aligner: Aligner, mel: MelSpec) -> int:
    """Give clips without phonemes those that the aligner hears in them, with their durations; returns how many are clear enough.

    About half of what it hears in English is what a lexicon says, and much of the rest is a neighbouring sound: good enough to learn voices
    from, not to learn a language.
    """
    store, rows, count = FeatureStore(folder, mel), read_manifest(folder), 0
    for index, row in enumerate(tqdm(rows, desc="hear", unit="clip")):
        if row.phonemes or not store.has("mel", row.id):
            continue
        heard = hear(torch.from_numpy(store.read("mel", row.id)).float(), aligner, mel)
        if heard is None:
            continue
        symbols, durations = heard
        store.write("durations", row.id, np.array(durations, np.int16))
        rows[index], count = replace(row, phonemes=symbols), count + 1
    write_manifest(folder, rows)
    return count


def hear(sound: torch.Tensor, aligner: Aligner, mel: MelSpec) -> tuple[list[str], list[int]] | None:
    """The symbols heard in a log-mel (T, M) and the frames of each; None where they are too few or not clear."""
    with torch.inference_mode():
        log_probs = aligner(sound[None], torch.tensor([len(sound)]))[0].numpy()
    prior = aligner.log_prior.clamp_max(COMMONEST).numpy()
    spans = phone_loop(log_probs - PRIOR_SCALE * prior) if len(log_probs) >= LEAST else []
    phones = [span for span in spans if span[0]]
    pace = len(phones) / max(1, len(sound)) * mel.frames_per_second
    if len(phones) < 5 or not PACE[0] < pace < PACE[1] or np.mean([log_probs[a:b, c].mean() for c, a, b in phones]) < CLEAR:
        return None
    return _written(spans)


def _written(spans: list[tuple[int, int, int]]) -> tuple[list[str], list[int]]:
    """Heard spans as the symbols of a sentence with the frames of each: silences become marks."""
    symbols, durations = [START], [0]
    for number, (kind, start, stop) in enumerate(spans):
        if kind:
            symbols.append(PHONES[kind - 1])
            durations.append(stop - start)
        elif number == 0:
            durations[0] = stop - start
        elif number + 1 < len(spans):
            symbols.append(COMMA if stop - start > PAUSE else GAP)
            durations.append(stop - start)
    kind, start, stop = spans[-1]
    return [*symbols, STOP], [*durations, 0 if kind else stop - start]


def phone_loop(scores: np.ndarray, entering: float = ENTERING, least: int = LEAST) -> list[tuple[int, int, int]]:
    """The best way through scores (T, C) by classes of at least so many frames each: (class, first frame, last plus one) in order."""
    size, classes = scores.shape
    best = np.full((least, classes), -np.inf)  # by frames already spent in a class; the last row may go on
    best[0] = scores[0]
    came, stayed = np.zeros((size, classes), np.int64), np.zeros((size, classes), bool)
    for t in range(1, size):
        left = best[-1].copy()
        came[t] = left.argmax()
        entered = np.full(classes, left.max() - entering)
        entered[came[t, 0]] = -np.inf  # a class does not follow itself
        stayed[t] = best[-1] >= best[-2]
        best = np.concatenate([entered[None], best[:-2], np.maximum(best[-1], best[-2])[None]]) + scores[t]
    kind, t, end, spans = int(best[-1].argmax()), size - 1, size, []
    while True:
        while t > 0 and stayed[t, kind]:
            t -= 1
        start = t - (least - 1)
        if start <= 0:
            return [(kind, 0, end), *reversed(spans)]
        spans.append((kind, start, end))
        kind, t, end = int(came[start, kind]), start - 1, start
