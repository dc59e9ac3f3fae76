"""One clip on its way into a batch: where its arrays are, which window of it is taken, and its prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.text.alphabet import encode

from .feature_store import FeatureStore
from .manifest import Row

if TYPE_CHECKING:
    from .dataset import DataConfig


@dataclass(frozen=True)
class Source:
    """A row of a manifest with the store of its features."""

    row: Row
    store: FeatureStore

    def has(self, kind: str) -> bool:
        """Whether there is an array of this kind."""
        return self.store.has(kind, self.row.id)

    def read(self, kind: str) -> np.ndarray:
        """An array. Raises DataError where there is none."""
        return self.store.read(kind, self.row.id)


class Clip:
    """What a field is loaded from: a clip, its window, random numbers, and its prompt.

    The window is in seconds, from the middle of its first frame to the middle of its last; every field cuts
    it out at its own rate.
    """

    def __init__(
        self,
        source: Source,
        config: DataConfig,
        mel_spec: MelSpec,
        rng: np.random.Generator,
        speaker: int,
        of_speaker: Sequence[Source],
    ):
        self.source = source
        self.config = config
        self.mel_spec = mel_spec
        self.rng = rng
        self.speaker = speaker  # index among the training speakers
        self.of_speaker = of_speaker  # all clips of the speaker, this one too
        self.first = 0
        if config.crop_frames:
            self.first = int(rng.integers(0, max(1, len(self.mel) - config.crop_frames + 1)))

    @property
    def row(self) -> Row:
        """The clip's row of the manifest."""
        return self.source.row

    @cached_property
    def mel(self) -> np.ndarray:
        """The log-mel (T, M) of the whole clip."""
        return self.source.read("mel").astype(np.float32)

    @cached_property
    def window(self) -> tuple[float, float]:
        """First and last moment of what is taken of the clip, in seconds."""
        last = len(self.mel)
        if self.config.crop_frames:
            last = min(last, self.first + self.config.crop_frames)
        rate = self.mel_spec.frames_per_second
        return self.first / rate, (last - 1) / rate

    @cached_property
    def prompt(self) -> Prompt:
        """The prompt, drawn when first asked for."""
        return Prompt.drawn(self)

    def cut(self, values: np.ndarray, rate: float) -> np.ndarray:
        """The window of values that come `rate` times a second, without the one at its end."""
        start, stop = self.window
        return values[round(start * rate) : round(stop * rate)]

    def frames_of(self, values: np.ndarray) -> np.ndarray:
        """The window of values (T, ...), one a frame of the mel."""
        start, stop = self.window
        rate = self.mel_spec.frames_per_second
        return values[round(start * rate) : round(stop * rate) + 1]

    def cut_whole(self, values: np.ndarray) -> np.ndarray:
        """The window of values that are spread evenly over the whole clip, at whatever rate; at least one."""
        return _share(values, self.window, len(self.mel), self.mel_spec)


@dataclass(frozen=True)
class Prompt:
    """A stretch of a clip that the voice is conditioned on."""

    source: Source
    whole: np.ndarray  # (T, M) log-mel of the clip that it is cut from
    first: int  # frame of that clip
    size: int  # frames
    span: np.ndarray  # (2,) which frames of the clip itself those are; 0, 0 of another clip's
    mel_spec: MelSpec
    is_degraded: bool = False  # whether its mel and embedding are those of a poor recording of it

    @staticmethod
    def drawn(clip: Clip) -> Prompt:
        """A prompt at random: from another clip of the speaker, where there is one."""
        rng = clip.rng
        longest = clip.config.prompt_frames
        others = [source for source in clip.of_speaker if source is not clip.source]
        source = others[rng.integers(len(others))] if others else clip.source
        # Drawn whether or not the clip has such a copy: what others draw does not depend on that
        share = clip.config.degraded
        is_degraded = bool(share) and rng.random() < share and source.has("degraded_mel")
        whole = source.read("degraded_mel" if is_degraded else "mel")
        # Of its only clip a speaker keeps half to be learned from
        most = len(whole) if others else len(whole) // 2
        size = max(1, min(most, int(rng.integers(longest // 2, longest + 1))))
        first = int(rng.integers(0, len(whole) - size + 1))
        own = (max(0, first - clip.first), max(0, first + size - clip.first))
        span = np.array((0, 0) if others else own)
        return Prompt(source, whole, first, size, span, clip.mel_spec, is_degraded)

    @property
    def mel(self) -> np.ndarray:
        """Its log-mel (T', M)."""
        return self.whole[self.first : self.first + self.size]

    @property
    def speaker_embedding(self) -> np.ndarray:
        """The speaker embedding (V,) of the clip that it is cut from."""
        return self.source.read("degraded_embedding" if self.is_degraded else "speaker_embedding")

    @property
    def symbols(self) -> np.ndarray:
        """The symbols (S',) said in it, by the clip's durations; at least one."""
        return self._said[0]

    @property
    def durations(self) -> np.ndarray:
        """How many of its frames each of those takes (S',); they sum to all."""
        return self._said[1]

    @property
    def _said(self) -> tuple[np.ndarray, np.ndarray]:
        ids = np.array(encode(self.source.row.phonemes, self.source.row.id))
        return said_within(ids, self.source.read("durations"), self.first, self.size)

    def frames_of(self, kind: str) -> np.ndarray:
        """Its stretch of an array with one value a frame of the mel."""
        return self.source.read(kind)[self.first : self.first + self.size]

    def cut_whole(self, kind: str) -> np.ndarray:
        """Its stretch of an array that is spread evenly over the whole clip; at least one value."""
        rate = self.mel_spec.frames_per_second
        window = (self.first / rate, (self.first + self.size - 1) / rate)
        return _share(self.source.read(kind), window, len(self.whole), self.mel_spec)


def said_within(
    symbols: np.ndarray, durations: np.ndarray, first: int, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """The symbols (S',) whose middle lies in a stretch of a clip, or the one nearest to its middle, and their
    frames in it (S',), which sum to its size; of the clip's symbols (S,) and durations (S,).
    """
    ends = durations.astype(np.int64).cumsum()
    middles = (ends + np.concatenate([[0], ends[:-1]])) / 2
    inside = (middles >= first) & (middles < first + size)
    if not inside.any():
        inside[np.abs(middles - (first + size / 2)).argmin()] = True
    # What is left of symbols cut off at either edge goes to the first and the last
    stops = (ends[inside] - first).clip(0, size)
    stops[-1] = size
    return symbols[inside], np.diff(stops, prepend=0)


def _share(values: np.ndarray, window: tuple[float, float], frames: int, mel: MelSpec) -> np.ndarray:
    """A window, in seconds, of values spread evenly over a clip of so many frames of a mel."""
    rate = len(values) / max(frames - 1, 1) * mel.frames_per_second  # values a second
    first = min(round(window[0] * rate), len(values) - 1)
    return values[first : max(first + 1, round(window[1] * rate))]
