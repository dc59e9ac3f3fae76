"""What tokens of what is said tell of phones and of speakers, beside units of log-mels at the same rate.

usage: python benchmarks/content.py DATA [DATA ...] --tokens FOLDER [--clips 600] [--split train|dev]
           [--picture FILE.png]

DATA are folders made by `soundalike data prepare`, with durations. `phone purity`: share of tokens whose
phone is the commonest of their code. `phone information` and `speaker information`: bits that a code tells of
each; with few clips both come out too high. The picture, by t-SNE, needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from soundalike.checkpoints.part import load_part
from soundalike.core.types import Batch
from soundalike.data.collate import collate
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.models.codecs.content_tokens.network import ContentTokens
from soundalike.models.common.codes import UNKNOWN
from soundalike.nn.clustering import lloyd_round, nearest

ROUNDS = 12  # of k-means over log-mels
SHOWN = 1500  # places in the picture
PHONES_SHOWN = 12  # the commonest


@dataclass(frozen=True)
class Places:
    """What is known of N places of recordings, one a token."""

    codes: np.ndarray  # (N,)
    latent: np.ndarray  # (N, C) what was quantized
    mel: np.ndarray  # (N, M) mean log-mel of the token's frames, without its clip's mean
    phones: np.ndarray  # (N,)
    speakers: np.ndarray  # (N,)


def purity(codes: np.ndarray, labels: np.ndarray) -> float:
    """Share of places (N,) whose label (N,) is the commonest of their code."""
    return float(_table(codes, labels).max(1).sum() / len(codes))


def information(codes: np.ndarray, labels: np.ndarray) -> float:
    """Bits that a code tells of a label: their mutual information."""
    share = _table(codes, labels) / len(codes)
    independent = share.sum(1, keepdims=True) * share.sum(0, keepdims=True)
    there = share > 0
    return float((share[there] * np.log2(share[there] / independent[there])).sum())


def _table(codes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How often each code has each label (K, L)."""
    one, other = (np.unique(values, return_inverse=True)[1] for values in (codes, labels))
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)
    return table


@torch.inference_mode()
def places_of(network: ContentTokens, data: Dataset, clips: int) -> Places:
    """The tokens of so many clips, evenly spread, whose phone is known."""
    chosen = np.unique(np.linspace(0, len(data.rows) - 1, min(clips, len(data.rows))).astype(int))
    found = []
    for number in chosen:
        item = data.item(int(number), np.random.default_rng(0))
        found.append(_places_of_clip(network, collate([item])))
    return Places(*(np.concatenate(column) for column in zip(*found)))


def _places_of_clip(network: ContentTokens, batch: Batch) -> tuple[np.ndarray, ...]:
    values, lengths = batch[network.reads_field], batch.lengths(network.reads_field)
    latent, _ = network.latent(values, lengths)
    codes = network.codes(values, lengths)[0, :, 0]
    frames = network.config.frames
    mel = batch["mel"][0] - batch["mel"][0].mean(0)
    count = min(len(codes), len(mel) // frames)  # whole tokens
    pooled = mel[: count * frames].unflatten(0, (count, frames)).mean(1)
    phones = batch["phones"][0, frames // 2 :: frames][:count]
    known = phones != UNKNOWN
    speaker = batch["speaker"].expand(count)
    arrays = (codes[:count], latent[0, :count], pooled, phones, speaker)
    return tuple(array[known].numpy() for array in arrays)


def units_of(points: np.ndarray, count: int) -> np.ndarray:
    """Units (N,) of points (N, D) by k-means with so many centroids."""
    given = torch.from_numpy(points).float()
    given = given / given.std(0).clamp_min(1e-3)
    order = torch.randperm(len(given), generator=torch.Generator().manual_seed(0))
    centroids = given[order[:count]]
    for _ in range(ROUNDS):
        centroids, _ = lloyd_round(given, centroids)
    return nearest(given, centroids)[0].numpy()


def measured(codes: np.ndarray, places: Places) -> dict[str, float]:
    """What codes tell of phones and speakers."""
    share = np.unique(codes, return_counts=True)[1] / len(codes)
    return {
        "codes in use": float(len(share)),
        "perplexity": float(np.exp(-(share * np.log(share)).sum())),
        "phone purity": purity(codes, places.phones),
        "phone information": information(codes, places.phones),
        "speaker information": information(codes, places.speakers),
    }


def draw(places: Places, path: Path) -> None:
    """Tokens and log-mels of the commonest phones, as t-SNE lays them out."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from sklearn.manifold import TSNE  # not a dependency of the package

    kinds, counts = np.unique(places.phones[places.phones > 0], return_counts=True)
    common = kinds[counts.argsort()[::-1][:PHONES_SHOWN]]
    shown = np.flatnonzero(np.isin(places.phones, common))
    shown = np.random.default_rng(0).permutation(shown)[:SHOWN]
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 5))
    for axis, (title, points) in zip(axes, (("tokens", places.latent), ("log-mel", places.mel))):
        laid = TSNE(random_state=0).fit_transform(points[shown])
        axis.scatter(*laid.T, c=np.searchsorted(np.sort(common), places.phones[shown]), cmap="tab20", s=4)
        axis.set_title(title)
        axis.set_axis_off()
    figure.savefig(path, dpi=110, bbox_inches="tight")
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", nargs="+")
    parser.add_argument("--tokens", required=True)
    parser.add_argument("--clips", type=int, default=600)
    parser.add_argument("--split", default="train")
    parser.add_argument("--picture", type=Path)
    asked = parser.parse_args()
    part = load_part(asked.tokens, "codec")
    fields = {"mel", "phones", "speaker", "symbols", "durations", part.network.reads_field}
    data = Dataset(DataConfig(tuple(asked.data)), part.mel, fields, split=asked.split)
    places = places_of(part.network, data, asked.clips)
    mels = units_of(places.mel, min(part.config.codes, len(places.mel) // 4))
    found = {
        "places": len(places.codes),
        "speakers": len(np.unique(places.speakers)),
        "tokens": measured(places.codes, places),
        "log-mel": measured(mels, places),
    }
    print(json.dumps(found, indent=1))
    if asked.picture:
        draw(places, asked.picture)


if __name__ == "__main__":
    main()
