"""The manifest, one Dataset, one collate, batches by frame budget, the feature cache.

A prepared folder holds `manifest.jsonl` (one Row a line) and `features/DIGEST/KIND/ID.npy`, where DIGEST
names the MelSpec and KIND is mel (T, M) float16, pitch (T,) float32, samples (N,) int16, durations (S,)
int16, vector (V,) float16 (this package's speaker encoder), teacher (V,) float16 (another's), quality ()
float32 (predicted mean opinion score) or retold (T, M) float16 (the mel an acoustic model makes of the clip).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch
from soundalike.text.alphabet import encode

from .collate import collate
from .feature_store import FeatureStore
from .manifest import Row, read_together


@dataclass(frozen=True)
class DataConfig:
    """Which clips, how cropped, how many together."""

    manifest: str | tuple[str, ...] = ""  # folder made by `soundalike data prepare`, or several
    languages: tuple[str, ...] = ()  # empty: all
    corpora: tuple[str, ...] = ()  # prefixes; empty: all
    exclude: tuple[str, ...] = ()  # prefixes of corpora left out
    # Corpus prefix -> how often its clips appear in an epoch
    repeat: dict[str, float] = field(default_factory=dict)
    seconds: tuple[float, float] = (0.5, 16.0)
    batch_frames: int = 6000  # padded frames of a batch
    crop_frames: int = 0  # cut every clip to this many frames; 0: whole clips
    prompt_frames: int = 0  # frames of the prompt, at most; 0: no prompt
    # A batch holds so many clips of each of its speakers; 0: clips of like length, whoever speaks
    clips_per_speaker: int = 0
    # Share of clips whose mel is the one an acoustic model made of them (`soundalike data gta`)
    gta: float = 0.0
    limit: int = 0  # first so many clips only; 0: all

    @property
    def folders(self) -> tuple[str, ...]:
        """The prepared folders. Raises ConfigError where none is named."""
        named = (self.manifest,) if isinstance(self.manifest, str) else tuple(self.manifest)
        if not named or not all(named):
            raise ConfigError(
                "[data] manifest: names no folder. Give one that `soundalike data prepare` made, or a list of them."
            )
        return named


class Dataset:
    """Batches of prepared folders, addressed by number: batch `n` of a seed is always the same."""

    def __init__(
        self, config: DataConfig, mel: MelSpec, required_fields: frozenset[str], seed: int = 0, split: str = "train"
    ):
        self.config = config
        self.mel = mel
        self.required_fields = required_fields
        self.seed = seed
        self.name = ", ".join(config.folders)
        stores = {folder: FeatureStore(folder, mel) for folder in config.folders}
        rows = read_together(config.folders)
        splits = sorted({row.split for row, _ in rows})
        if split not in splits:
            held = f"it has {', '.join(splits)}" if splits else "it has no clip at all"
            raise ConfigError(
                f"{self.name}: no speaker is in the split '{split}' ({held}). Prepare it with --dev or --test, or with more."
            )
        rows = [(row, folder) for row, folder in rows if row.split == split and self._chosen(row)]
        for kind in ("durations", "mel", "samples", "vector"):
            if kind in required_fields:
                rows = [(row, folder) for row, folder in rows if stores[folder].has(kind, row.id)]
        if config.limit:
            rows = rows[: config.limit]
        if not rows:
            raise ConfigError(
                f"{self.name}: no clip fits the recipe's [data] with {sorted(required_fields)}. Loosen it or prepare more."
            )
        self.rows = [row for row, _ in rows]
        self._stores = [stores[folder] for _, folder in rows]
        self.speakers = sorted({row.speaker for row in self.rows})
        self._speaker_index = {name: i for i, name in enumerate(self.speakers)}
        self._clips = defaultdict(list)
        for i, row in enumerate(self.rows):
            self._clips[row.speaker].append(i)
        self._epochs: dict[int, list[list[int]]] = {}
        self._starts = [0]  # number of each epoch's first batch; epochs differ a little in length

    def _chosen(self, row: Row) -> bool:
        c = self.config
        low, high = c.seconds
        return (
            low <= row.seconds <= high
            and (not c.languages or row.language in c.languages)
            and (not c.corpora or row.corpus.startswith(tuple(c.corpora)))
            and not (c.exclude and row.corpus.startswith(tuple(c.exclude)))
            and (bool(row.phonemes) or not self.required_fields & {"symbols", "durations"})
        )

    def frames(self, index: int) -> int:
        """Frames of a clip as it will be in a batch."""
        whole = int(self.rows[index].seconds * self.mel.frames_per_second) + 1
        return min(whole, self.config.crop_frames) if self.config.crop_frames else whole

    def epoch(self, number: int) -> list[list[int]]:
        """The batches of an epoch: clips shuffled, neighbours of like length put together, batches
        shuffled.
        """
        if number not in self._epochs:
            rng = np.random.default_rng([self.seed, number])
            order = []
            for i, row in enumerate(self.rows):
                times = next(
                    (t for name, t in self.config.repeat.items() if row.corpus.startswith(name)), 1.0
                )
                order += [i] * (int(times) + int(rng.random() < times % 1))
            if self.config.clips_per_speaker:
                self._epochs = {number: self._by_speaker(order, rng)}
                return self._epochs[number]
            noisy = [self.frames(i) * (1 + 0.1 * rng.random()) for i in order]
            batches = []
            batch = []
            longest = 0
            for place in np.argsort(noisy, kind="stable"):
                index = order[place]
                longest = max(longest, self.frames(index))
                if batch and longest * (len(batch) + 1) > self.config.batch_frames:
                    batches.append(batch)
                    batch = []
                    longest = self.frames(index)
                batch.append(index)
            if batch:
                batches.append(batch)
            rng.shuffle(batches)
            self._epochs = {number: batches}
        return self._epochs[number]

    def _by_speaker(self, order: list[int], rng: np.random.Generator) -> list[list[int]]:
        """Batches of some clips of each of some speakers; clips too few to make up the number are left for
        another epoch.
        """
        each = self.config.clips_per_speaker
        clips = defaultdict(list)
        for index in rng.permutation(order).tolist():
            clips[self.rows[index].speaker].append(index)
        groups = [own[k : k + each] for own in clips.values() for k in range(0, len(own) - each + 1, each)]
        if not groups:
            raise ConfigError(f"{self.name}: no speaker has {each} clips. Lower data.clips_per_speaker.")
        rng.shuffle(groups)
        together = max(1, self.config.batch_frames // (each * max(self.frames(index) for index in order)))
        return [sum(groups[k : k + together], []) for k in range(0, len(groups), together)]

    def batch(self, number: int) -> Batch:
        """Batch `number`, counted from the first epoch on."""
        while self._starts[-1] <= number:
            self._starts.append(self._starts[-1] + len(self.epoch(len(self._starts) - 1)))
        epoch = int(np.searchsorted(self._starts, number, side="right")) - 1
        batches = self.epoch(epoch)
        number -= self._starts[epoch]
        rng = np.random.default_rng([self.seed, epoch, number, 1])
        return collate([self.item(i, rng) for i in batches[number]])

    def has(self, kind: str, index: int) -> bool:
        """Whether there is an array of this kind of a clip."""
        return self._stores[index].has(kind, self.rows[index].id)

    def read(self, kind: str, index: int) -> np.ndarray:
        """An array of a clip. Raises DataError where there is none."""
        return self._stores[index].read(kind, self.rows[index].id)

    def item(self, index: int, rng: np.random.Generator) -> dict:
        """One clip's fields as arrays, cropped alike, with a prompt from another clip where the speaker has
        one.
        """
        row = self.rows[index]
        required_fields = self.required_fields
        item: dict = {"id": row.id}
        if "symbols" in required_fields:
            item["symbols"] = np.array(encode(row.phonemes, row.id))
        if "durations" in required_fields:
            item["durations"] = self.read("durations", index).astype(np.int64)
        start = 0
        crop = self.config.crop_frames
        mel = self.read("mel", index).astype(np.float32)
        if crop:
            start = int(rng.integers(0, max(1, len(mel) - crop + 1)))
        stop = start + crop if crop else len(mel)
        if "mel" in required_fields:
            if self.config.gta and rng.random() < self.config.gta and self.has("retold", index):
                mel = self.read("retold", index).astype(np.float32)
            item["mel"] = mel[start:stop]
        if "pitch" in required_fields:
            item["pitch"] = self.read("pitch", index)[start:stop]
        if "samples" in required_fields:
            hop = self.mel.hop_length
            item["samples"] = self.read("samples", index)[
                start * hop : (start + len(mel[start:stop]) - 1) * hop
            ] / np.float32(32768)
        if "speaker" in required_fields:
            item["speaker"] = self._speaker_index[row.speaker]
        if "target_vector" in required_fields:
            known = self.has("teacher", index)
            item["target_known"] = float(known)
            item["target_vector"] = (
                self.read("teacher", index).astype(np.float32) if known else np.zeros(256, np.float32)
            )
        if "quality" in required_fields:
            known = self.has("quality", index)
            item["quality"] = self.read("quality", index).astype(np.float32) if known else np.float32("nan")
        if "prompt" in required_fields:
            others = [i for i in self._clips[row.speaker] if i != index]
            source = others[rng.integers(len(others))] if others else index
            frames = self.read("mel", source)
            # Of its only clip a speaker keeps half to be learned from
            longest = len(frames) if others else len(frames) // 2
            size = max(
                1,
                min(
                    longest, int(rng.integers(self.config.prompt_frames // 2, self.config.prompt_frames + 1))
                ),
            )
            at = int(rng.integers(0, len(frames) - size + 1))
            own = (max(0, at - start), max(0, at + size - start))
            item["prompt_span"] = np.array((0, 0) if others else own)
            item["prompt"] = frames[at : at + size].astype(np.float32)
            item["prompt_pitch"] = self.read("pitch", source)[at : at + size]
            if "vector" in required_fields:
                item["vector"] = self.read("vector", source).astype(np.float32)
        return item
