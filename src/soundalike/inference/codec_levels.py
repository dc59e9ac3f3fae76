"""What each further level of a codec adds: measured, and as a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec, log_mel
from soundalike.audio.plots import drawn

from .codec import SpeechCodec

SPEECH = 5.0  # nats below the loudest frame down to which frames are compared
DECIBELS = 20 / np.log(10)  # in a neper
GAP = 3  # bands between the spectrograms of a picture


@dataclass(frozen=True)
class LevelCopy:
    """A recording as the first levels of a codec give it back."""

    levels: int
    bit_rate: float  # bits a second
    distance: float  # mean absolute difference of the log-mels where there is speech, decibels
    mel: np.ndarray  # (T, M)


@dataclass(frozen=True)
class LevelCopies:
    """A recording's log-mel (T, M), and its copies by one level, by two, and so on to all."""

    mel: np.ndarray
    copies: tuple[LevelCopy, ...]

    def picture(self) -> bytes:
        """A PNG: the recording, and below it the copies by all levels, by half as many, and so on to one."""
        chosen = [copy.mel for copy in self.copies if len(self.copies) % copy.levels == 0]
        spectrograms = [*chosen, self.mel]  # from below
        top = max(mel.max() for mel in spectrograms)
        gap = np.full((len(self.mel), GAP), top)
        rows = [row for mel in spectrograms for row in (mel, gap)][:-1]
        return drawn(np.concatenate(rows, axis=1))


def level_copies(codec: SpeechCodec, audio: Audio) -> LevelCopies:
    """A recording copied by one level of a codec, by two, and so on. Raises AudioError for one without
    samples.
    """
    spec = codec.codec.mel
    codes = codec.encode(audio)
    real = _mel(audio, spec)
    loud = real.mean(1) > real.mean(1).max() - SPEECH
    copies = []
    for levels in range(1, codes.levels + 1):
        made = _mel(codec.decode(codes, levels, watermark=False), spec)
        size = min(len(real), len(made))
        distance = np.abs(real[:size] - made[:size])[loud[:size]].mean() * DECIBELS
        padded = np.pad(made, ((0, max(0, len(real) - size)), (0, 0)), mode="edge")[: len(real)]
        copies.append(LevelCopy(levels, codes.with_levels(levels).bit_rate, float(distance), padded))
    return LevelCopies(real, tuple(copies))


def _mel(audio: Audio, spec: MelSpec) -> np.ndarray:
    """The log-mel (T, M) of a sound at its usual level."""
    return log_mel(Audio(audio.samples, audio.rate).resample(spec.sample_rate).normalised().samples, spec)
