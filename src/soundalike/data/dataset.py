"""The clips of prepared folders, and the batches that are made of them.

A prepared folder holds `manifest.jsonl` (one Row a line) and `features/DIGEST/KIND/ID.npy`, where DIGEST
names the MelSpec (feature_store lists the kinds).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Annotated, Any

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import ConfigError
from soundalike.core.options import Count, Number, Range, Share
from soundalike.core.types import Batch

from .clip import Clip, Source
from .collate import collate
from .feature_store import FeatureStore
from .fields import fields_of
from .manifest import read_together
from .sampler import Batches, BatchSampler
from .selection import select


@dataclass(frozen=True)
class DataConfig:
    """Which clips, how cropped, how many together."""

    manifest: str | tuple[str, ...] = ""  # folder made by `soundalike data prepare`, or several
    languages: tuple[str, ...] = ()  # empty: all
    corpora: tuple[str, ...] = ()  # prefixes; empty: all
    exclude: tuple[str, ...] = ()  # prefixes of corpora left out
    # Corpus prefix -> how often its clips appear in an epoch
    repeat: dict[str, Number] = field(default_factory=dict)
    seconds: tuple[Number, Number] = (0.5, 16.0)
    batch_frames: Annotated[int, Range(1, inf)] = 6000  # padded frames of a batch
    crop_frames: Count = 0  # cut every clip to this many frames; 0: whole clips
    prompt_frames: Count = 0  # frames of the prompt, at most; 0: no prompt
    # A batch holds so many clips of each of its speakers; 0: clips of like length, whoever speaks
    clips_per_speaker: Count = 0
    # Share of clips whose mel is the one an acoustic model made of them (`soundalike data gta`)
    gta: Share = 0.0
    # Share of prompts that are those of a poor recording of the clip (`soundalike data degrade`)
    degraded: Share = 0.0
    # Share of clips that are heard as a poor recording of them, where a network hears what it is to say clean
    degraded_heard: Share = 0.0
    limit: Count = 0  # first so many clips only; 0: all

    @property
    def folders(self) -> tuple[str, ...]:
        """The prepared folders. Raises ConfigError where none is named."""
        named = (self.manifest,) if isinstance(self.manifest, str) else tuple(self.manifest)
        if not named or not all(named):
            raise ConfigError(
                "[data] manifest: names no folder. "
                "Give one that `soundalike data prepare` made, or a list of them."
            )
        return named


class Dataset:
    """Batches of prepared folders, addressed by number: batch `n` of a seed is always the same."""

    def __init__(
        self,
        config: DataConfig,
        mel: MelSpec,
        required_fields: Iterable[str],
        seed: int = 0,
        split: str = "train",
    ):
        self.config = config
        self.mel = mel
        self.required_fields = frozenset(required_fields)
        self.name = ", ".join(config.folders)
        self._fields = fields_of(self.required_fields)
        self.left_out = ""  # which clips of the split are not taken, and why
        self._sources = self._chosen_sources(split)
        self.rows = [source.row for source in self._sources]
        self.speakers = sorted({row.speaker for row in self.rows})
        self._speaker_index = {name: i for i, name in enumerate(self.speakers)}
        self._of_speaker: dict[str, list[Source]] = defaultdict(list)
        for source in self._sources:
            self._of_speaker[source.row.speaker].append(source)
        self.seed = seed
        self._sampler = BatchSampler(
            self.rows,
            self.frames,
            config.batch_frames,
            seed,
            config.repeat,
            config.clips_per_speaker,
            self.name,
        )

    def frames(self, index: int) -> int:
        """Frames of a clip as it will be in a batch."""
        whole = int(self.rows[index].seconds * self.mel.frames_per_second) + 1
        return min(whole, self.config.crop_frames) if self.config.crop_frames else whole

    def epoch(self, number: int) -> Batches:
        """The batches of an epoch, each the numbers of its clips."""
        return self._sampler.epoch(number)

    def batch(self, number: int) -> Batch:
        """Batch `number`, counted from the first epoch on."""
        epoch, place, clips = self._sampler.locate(number)
        rng = np.random.default_rng([self.seed, epoch, place, 1])
        return collate([self.item(index, rng) for index in clips])

    def has(self, kind: str, index: int) -> bool:
        """Whether there is an array of this kind of a clip."""
        return self._sources[index].has(kind)

    def read(self, kind: str, index: int) -> np.ndarray:
        """An array of a clip. Raises DataError where there is none."""
        return self._sources[index].read(kind)

    def item(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """One clip's "id" and its fields as arrays, cut to one window."""
        source = self._sources[index]
        name = source.row.speaker
        clip = Clip(source, self.config, self.mel, rng, self._speaker_index[name], self._of_speaker[name])
        return {"id": source.row.id} | {
            field.name: np.array(field.load(clip), field.dtype) for field in self._fields
        }

    def _chosen_sources(self, split: str) -> list[Source]:
        """The clips of a split that the config chooses and that have all fields asked for."""
        stores = {folder: FeatureStore(folder, self.mel) for folder in self.config.folders}
        rows = read_together(self.config.folders)
        splits = sorted({row.split for row, _ in rows})
        if split not in splits:
            held = f"it has {', '.join(splits)}" if splits else "it has no clip at all"
            raise ConfigError(
                f"{self.name}: no speaker is in the split '{split}' ({held}). "
                "Prepare it with --dev or --test, or with more."
            )
        own = [Source(row, stores[folder]) for row, folder in rows if row.split == split]
        selection = select(own, self.config, self._fields, self.name)
        self.left_out = selection.left_out
        return selection.sources
