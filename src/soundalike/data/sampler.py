"""Which clips make a batch: of like length within a budget of frames, or so many of each of some speakers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from soundalike.core.errors import ConfigError

from .manifest import Row

Batches = list[list[int]]  # each the numbers of its clips


class BatchSampler:
    """The batches of each epoch, and where batch `n` of a run is: always the same of one seed."""

    def __init__(
        self,
        rows: Sequence[Row],
        frames: Callable[[int], int],
        batch_frames: int,
        seed: int,
        repeat: dict[str, float],
        clips_per_speaker: int = 0,
        name: str = "data",
    ):
        self.rows = rows
        self.frames = frames  # of a clip as it will be in a batch
        self.batch_frames = batch_frames
        self.seed = seed
        self.repeat = repeat  # corpus prefix -> how often its clips come in an epoch
        self.clips_per_speaker = clips_per_speaker
        self.name = name  # of the clips, for errors
        self._epoch: tuple[int, Batches] | None = None  # the one made last
        self._starts = [0]  # number of each epoch's first batch; epochs differ a little in length

    def epoch(self, number: int) -> Batches:
        """The batches of an epoch, shuffled."""
        if self._epoch is None or self._epoch[0] != number:
            rng = np.random.default_rng([self.seed, number])
            order = self._order(rng)
            made = self._by_speaker(order, rng) if self.clips_per_speaker else self._by_length(order, rng)
            self._epoch = (number, made)
        return self._epoch[1]

    def locate(self, number: int) -> tuple[int, int, list[int]]:
        """Batch `number`, counted from the first epoch on: its epoch, its place there, and its clips."""
        while self._starts[-1] <= number:
            self._starts.append(self._starts[-1] + len(self.epoch(len(self._starts) - 1)))
        epoch = int(np.searchsorted(self._starts, number, side="right")) - 1
        place = number - self._starts[epoch]
        return epoch, place, self.epoch(epoch)[place]

    def _order(self, rng: np.random.Generator) -> list[int]:
        """Every clip, as often as it comes in the epoch; a share of a time is drawn."""
        order = []
        for index, row in enumerate(self.rows):
            times = next((times for name, times in self.repeat.items() if row.corpus.startswith(name)), 1.0)
            order += [index] * (int(times) + int(rng.random() < times % 1))
        return order

    def _by_length(self, order: list[int], rng: np.random.Generator) -> Batches:
        """Neighbours of like length put together, as many as the budget of frames holds."""
        noisy = [self.frames(index) * (1 + 0.1 * rng.random()) for index in order]
        batches: Batches = []
        batch: list[int] = []
        longest = 0
        for place in np.argsort(noisy, kind="stable"):
            index = order[place]
            longest = max(longest, self.frames(index))
            if batch and longest * (len(batch) + 1) > self.batch_frames:
                batches.append(batch)
                batch = []
                longest = self.frames(index)
            batch.append(index)
        if batch:
            batches.append(batch)
        rng.shuffle(batches)
        return batches

    def _by_speaker(self, order: list[int], rng: np.random.Generator) -> Batches:
        """Some clips of each of some speakers; clips too few to make up the number are left for another
        epoch.
        """
        each = self.clips_per_speaker
        clips = defaultdict(list)
        for index in rng.permutation(order).tolist():
            clips[self.rows[index].speaker].append(index)
        groups = [own[k : k + each] for own in clips.values() for k in range(0, len(own) - each + 1, each)]
        if not groups:
            raise ConfigError(f"{self.name}: no speaker has {each} clips. Lower data.clips_per_speaker.")
        rng.shuffle(groups)
        together = max(1, self.batch_frames // (each * max(self.frames(index) for index in order)))
        return [sum(groups[k : k + together], []) for k in range(0, len(groups), together)]
