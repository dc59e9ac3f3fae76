"""Units of speech: the nearest of K centroids to each moment of a log-mel, found by k-means.

Discrete units of self-supervised features carry what is said and little of who says it (Lakhotia et al.
2021); those of a mel whose mean is taken off clip by clip are the simplest of the kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import DataError
from soundalike.core.types import Batch
from soundalike.nn.clustering import lloyd_round, nearest, plus_plus
from soundalike.nn.masks import length_mask

if TYPE_CHECKING:
    from soundalike.core.contracts import Progress

    from .objective import KMeansSettings


@dataclass(frozen=True)
class KMeansConfig:
    """How many units, and what they are found by."""

    units: int = 100
    context: int = 2  # frames either side that a frame is seen with


class KMeans(nn.Module):
    """Log-mel (B, T, M) to units (B, T), 0 to units - 1; the centroids are fitted, not trained."""

    required_fields: ClassVar[frozenset[str]] = frozenset({"mel"})
    std: Tensor
    centroids: Tensor

    def __init__(self, config: KMeansConfig, mel: MelSpec):
        super().__init__()
        self.config = config
        self.mel = mel
        self.register_buffer("std", torch.ones(mel.n_mels))
        self.register_buffer("centroids", torch.zeros(config.units, mel.n_mels * (2 * config.context + 1)))

    def forward(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """The unit (B, T) of each frame; zero in the padding."""
        features = self.features(mel, lengths)
        units = nearest(features.flatten(0, 1), self.centroids)[0].view(features.shape[:2])
        return units * length_mask(lengths, mel.shape[1]).long()

    def features(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """Each frame (B, T, D) with those around it, without the mean of its clip."""
        mask = length_mask(lengths, mel.shape[1])[..., None]
        mean = (mel * mask).sum(1, keepdim=True) / lengths[:, None, None]
        x = (mel - mean) / self.std * mask
        around = self.config.context
        padded = nn.functional.pad(x, (0, 0, around, around))
        return torch.cat([padded[:, k : k + x.shape[1]] for k in range(2 * around + 1)], -1)

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The units."""
        return {"units": self(batch["mel"], batch.lengths("mel"))}

    @torch.no_grad()
    def fit(
        self, batches: Iterator[Batch], settings: KMeansSettings, progress: Progress | None = None
    ) -> dict[str, float]:
        """Find the centroids: k-means++ (Arthur & Vassilvitskii 2007), then Lloyd's rounds until nothing
        moves; a centroid that nothing is nearest to begins again at the frame farthest from its own.

        Returns `frames`, `rounds`, `first_inertia` and `inertia`: the mean squared distance of a frame to its
        centroid at first and at last. Raises DataError for fewer frames than units.
        """
        generator = torch.Generator().manual_seed(settings.seed)
        frames = self._gathered(batches, settings, generator)
        if len(frames) < self.config.units:
            raise DataError(
                f"{len(frames)} frames are too few for {self.config.units} units. "
                "Give more clips or fewer units."
            )
        centroids = plus_plus(frames, self.config.units, generator)
        inertias: list[float] = []
        for done in range(settings.rounds):
            centroids, inertia = lloyd_round(frames, centroids)
            inertias.append(inertia)
            if progress is not None:
                progress(done + 1, settings.rounds)
            if len(inertias) > 1 and inertias[-2] - inertia <= settings.tolerance * inertia:
                break
        self.centroids.copy_(centroids)
        last = float(nearest(frames, centroids)[1].mean())
        first = inertias[0] if inertias else last
        return {
            "frames": float(len(frames)),
            "rounds": float(len(inertias)),
            "first_inertia": first,
            "inertia": last,
        }

    def _gathered(
        self, batches: Iterator[Batch], settings: KMeansSettings, generator: torch.Generator
    ) -> Tensor:
        """Frames (N, D) of the clips, at most so many, at random of those read; sets the spread."""
        mels, lengths, found = [], [], 0
        for batch in batches:
            mels.append(batch["mel"])
            lengths.append(batch.lengths("mel"))
            found += int(lengths[-1].sum())
            if found >= settings.frames * 2:
                break
        masks = [length_mask(length, mel.shape[1]) > 0 for mel, length in zip(mels, lengths)]
        if not mels:
            raise DataError("there are no clips to fit units to. Loosen the recipe's [data].")
        self.std.copy_(torch.cat([mel[mask] for mel, mask in zip(mels, masks)]).std(0).clamp_min(0.1))
        features = torch.cat(
            [self.features(mel, length)[mask] for mel, length, mask in zip(mels, lengths, masks)]
        )
        return features[torch.randperm(len(features), generator=generator)[: settings.frames]]
