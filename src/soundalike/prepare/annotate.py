"""What trained parts add to a prepared folder: how long each symbol lasts, who speaks, how good it sounds."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from ..audio import Audio
from ..contract import ConfigError, Objective, Voice
from ..data import DataConfig, Dataset, FeatureStore, collate, read_manifest, write_manifest
from ..features import MelSpec
from ..listening import vectors
from ..text import Spoken
from ..text.alphabet import encode
from .aligner import Aligner

DISAGREEMENT = -4.0  # mean log-probability per phoneme under which a transcript is taken to be wrong


def write_durations(folder: str, aligner: Aligner, mel: MelSpec, least: float = DISAGREEMENT, again: bool = True) -> dict[str, float]:
    """Cache the durations of every clip with phonemes; returns each clip's agreement, the mean log-probability of its phonemes.

    Without `again`, clips that have durations are left as they are.

    Clips whose transcript and sound disagree get no durations and are listed in `FOLDER/unaligned.jsonl`.
    """
    store, agreement, left_out = FeatureStore(folder, mel), {}, []
    rows = [row for row in read_manifest(folder) if row.phonemes and (again or not store.has("durations", row.id))]
    for row in tqdm(rows, desc="align", unit="clip"):
        sound = torch.from_numpy(store.read("mel", row.id)).float()
        symbols = torch.tensor(encode(row.phonemes, row.id))
        sounded = aligner.class_of[symbols] > 0
        if len(sound) < 2 * int(sounded.sum()):
            left_out.append({"id": row.id, "reason": f"{len(sound)} frames are too few for {int(sounded.sum())} phonemes"})
            store.path("durations", row.id).unlink(missing_ok=True)
            continue
        durations, scores = aligner.align(sound, symbols)
        agreement[row.id] = float(scores[sounded].mean())
        if agreement[row.id] < least:
            left_out.append({"id": row.id, "reason": f"the transcript does not fit the sound (agreement {agreement[row.id]:.2f})"})
            store.path("durations", row.id).unlink(missing_ok=True)
        else:
            store.write("durations", row.id, durations.numpy().astype(np.int16))
    (Path(folder) / "unaligned.jsonl").write_text("".join(json.dumps(r) + "\n" for r in left_out), encoding="utf-8")
    return agreement


@torch.inference_mode()
def write_vectors(folder: str, encoder: nn.Module, mel: MelSpec, again: bool = True) -> int:
    """Cache the speaker vector of every clip among the features of `mel`; returns how many. `encoder` takes the log-mel (B, T, M) of its
    own spec and lengths (B,). Without `again`, clips that have a vector are left as they are.
    """
    store = FeatureStore(folder, mel)
    rows = [row for row in read_manifest(folder) if again or not store.has("vector", row.id)]
    for row in tqdm(rows, desc="embed", unit="clip"):
        if encoder.mel == mel:
            sound = torch.from_numpy(store.read("mel", row.id)).float()
            vector = encoder(sound[None], torch.tensor([len(sound)]))[0]
        else:
            vector = vectors(encoder, [Audio(store.read("samples", row.id) / np.float32(32768), mel.sample_rate)])[0]
        store.write("vector", row.id, vector.numpy().astype(np.float16))
    return len(rows)


@torch.no_grad()
def write_retold(folder: str, objective: Objective, settings: DataConfig, mel: MelSpec, seed: int = 0) -> int:
    """Cache the mel an acoustic model makes of every clip, told its true durations and pitch; returns how many.

    A vocoder trained on some of these learns to mend what that model smears. `objective` gives a normalised "mel" (B, T, M) of a
    batch and holds the network with its `mean` and `std`; `settings` choose the clips.
    """
    data, store, network = Dataset(settings, mel, objective.wants, seed), FeatureStore(folder, mel), objective.network().eval()
    torch.manual_seed(seed)
    for index, row in enumerate(tqdm(data.rows, desc="retell", unit="clip")):
        batch = collate([data.item(index, np.random.default_rng([seed, index]))])
        made = objective.forward(batch)["mel"][0, : int(batch.mel_lengths[0])] * network.std + network.mean
        store.write("retold", row.id, made.clamp_min(mel.silence).numpy().astype(np.float16))
    return len(data.rows)


VOICES = 3  # clips of a speaker, the longest, that a family is told voices from
LONGEST = 10.0  # seconds of each


@torch.inference_mode()
def write_told(folder: str, out: str, family: Any, settings: DataConfig, seed: int = 0) -> int:
    """Write the prepared folder `out`: the clips of `folder` as a family says their texts, in its own time and melody; returns how many there are.

    For one that learns slowly to learn from (sequence-level distillation, Kim and Rush 2016): one text in one voice always sounds the
    same, and its durations are exact. `family` is one that knows its `frames` before it sounds them; `settings` choose the clips. A clip is
    said in the voice of one of its speaker's VOICES longest, whose speaker vector it gets. Goes on where an earlier run stopped.
    """
    wants = frozenset({"symbols", "durations", "mel", "pitch", "vector"})
    data, told, rows = Dataset(settings, family.mel, wants, seed), FeatureStore(out, family.mel), []
    still = {field.name: 0.0 for field in fields(family.Options) if field.name == "temperature"}
    clips: dict[str, list[int]] = defaultdict(list)
    for index in sorted(range(len(data.rows)), key=lambda index: -min(data.rows[index].seconds, LONGEST)):
        clips[data.rows[index].speaker].append(index)
    Path(out).mkdir(parents=True, exist_ok=True)
    for index, row in enumerate(tqdm(data.rows, desc="tell", unit="clip")):
        source = int(np.random.default_rng([seed, index]).choice(clips[row.speaker][:VOICES]))
        if not told.has("mel", row.id):
            kept = round(LONGEST * family.mel.frames_per_second)
            heard = {kind: data.read(kind, source) for kind in ("mel", "pitch", "vector")}
            heard = {"prompt": heard["mel"][:kept], "prompt_pitch": heard["pitch"][:kept], "vector": heard["vector"]}
            voice = Voice({name: torch.from_numpy(value) for name, value in heard.items()}, {"mel": family.mel.digest})
            spoken = Spoken(row.phonemes, [row.text], [0] * len(row.phonemes))
            made = family.frames(spoken, voice, family.Options(**still))
            told.write("durations", row.id, made.durations.cpu().numpy().astype(np.int16))
            if made.pitch is not None:
                told.write("pitch", row.id, made.pitch.cpu().numpy().astype(np.float32))
            told.write("vector", row.id, heard["vector"])
            told.write("mel", row.id, made.mel.cpu().numpy().astype(np.float16))
        seconds = int(told.read("durations", row.id).sum()) / family.mel.frames_per_second
        rows.append(replace(row, seconds=round(seconds, 3)))
    write_manifest(out, rows)
    return len(rows)


SAMPLED = 1500  # clips whose quality is measured; the others' is predicted from them


def write_quality(folder: str, mel: MelSpec, sampled: int = SAMPLED, seed: int = 0) -> dict[str, float]:
    """Cache the predicted mean opinion score (DNSMOS P.835 overall, Reddy et al. 2022) of every clip; returns how good that prediction is.

    DNSMOS itself listens to so many clips; ridge regression from the level, spread and noise floor of the mel bands stands in
    for it on the rest. Returned: `clips`, `measured`, and `correlation` on a fifth of the measured clips that the regression
    has not seen. Raises ConfigError when speechmos is not installed.
    """
    try:
        from speechmos import dnsmos
    except ImportError:
        raise ConfigError("rating needs speechmos: pip install soundalike[rate].") from None
    import soxr

    store, rows = FeatureStore(folder, mel), read_manifest(folder)
    rows = [row for row in rows if store.has("mel", row.id) and store.has("samples", row.id)]
    chosen = np.random.default_rng(seed).permutation(len(rows))[:sampled]
    scores = np.zeros(len(chosen), np.float32)
    for i, index in enumerate(tqdm(chosen, desc="rate", unit="clip")):
        samples = store.read("samples", rows[index].id).astype(np.float32) / 32768
        scores[i] = dnsmos.run(np.clip(soxr.resample(samples, mel.sample_rate, 16_000), -1, 1), sr=16_000)["ovrl_mos"]
    known = np.stack([_portrait(store.read("mel", row.id)) for row in tqdm(rows, desc="mels", unit="clip")])
    known = (known - known.mean(0)) / known.std(0).clip(0.05)
    held = max(1, len(chosen) // 5)
    correlation = float(np.corrcoef(_ridge(known[chosen[held:]], scores[held:])(known[chosen[:held]]), scores[:held])[0, 1])
    predicted = _ridge(known[chosen], scores)(known).clip(1, 5)
    predicted[chosen] = scores
    for row, score in zip(rows, predicted):
        store.write("quality", row.id, np.float32(score))
    return {"clips": len(rows), "measured": len(chosen), "correlation": correlation}


def _portrait(mel: np.ndarray) -> np.ndarray:
    """What tells a good recording from a poor one in a mel (T, M): each band's floor, middle, top and spread."""
    mel = mel.astype(np.float32)
    return np.concatenate([*np.percentile(mel, [5, 25, 50, 75, 95], axis=0), mel.std(0), [np.log(len(mel))]])


def _ridge(x: np.ndarray, y: np.ndarray, weight: float = 300.0):
    """The function that predicts y (n,) from x (n, d), by ridge regression."""
    middle = y.mean()
    solution = np.linalg.solve(x.T @ x + weight * np.eye(x.shape[1]), x.T @ (y - middle))
    return lambda new: new @ solution + middle
