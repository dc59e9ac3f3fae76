"""Live voice conversion: blocks from a microphone, each converted with some of what was said before it and a
little of what comes after it.
"""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.levels import ACTIVE_DB, frame_power, speech_level
from soundalike.audio.loudness import soft_clip
from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import pitch
from soundalike.core.converting import BLOCK
from soundalike.core.errors import AudioError, ConfigError
from soundalike.core.options import changed
from soundalike.core.speaking import LOUDNESS
from soundalike.core.types import Voice
from soundalike.provenance import metadata, watermark

from .audio_devices import Devices
from .conversion import (
    ConversionRequest,
    check_conversion,
    check_converts,
    faded_in,
    of_length,
    wished_semitones,
)
from .conversion_source import USUAL_LEVEL

if TYPE_CHECKING:
    from .cloner import Cloner

AHEAD = 0.2  # seconds after a block that are waited for, as a sound depends on the next one
PAST = (2.0, 1.0, 0.5)  # seconds before a block that it is converted with: as many as there is time for
IN_TIME = 0.7  # share of a block in which it should be converted
TRIALS = 3
JOIN = 0.01  # seconds over which one block gives way to the next
REMEMBERED = 1000  # hundredths of a second whose power tells the level of the speech
STEADY = 300  # voiced frames from which on the mean pitch is trusted
SILENCE = 1e-3  # root mean square of speech below which nothing is said
SLOWLY = 0.2  # share of a new block in the gain of the output
MARGIN = watermark.WINDOW  # samples either side of a block that its watermark is made with


class LiveConverter:
    """Converts blocks of `block` samples at `rate` hertz, one after the other, into a voice. What it gives is
    AHEAD late. Raises ConfigError for a block or an option that cannot be had.
    """

    def __init__(
        self, cloner: Cloner, voice: Voice, request: ConversionRequest, seconds: float = 0.2, seed: int = 0
    ):
        check_conversion(request)
        if not BLOCK.low <= round(1000 * seconds) <= BLOCK.high:
            raise ConfigError(
                f"--block {1000 * seconds:g} is out of range. Choose {BLOCK.low:g} to {BLOCK.high:g} ms."
            )
        if request.strength != 1.0 or request.keep_breaths or request.transcript:
            raise ConfigError(
                "--strength, --keep-breaths and --transcript need a whole recording: not with --live."
            )
        self.model = check_converts(cloner.synthesizer)
        self.rate = cloner.sample_rate
        self.block = int(seconds * self.rate)
        self.ahead = int(AHEAD * self.rate)
        self.voice = voice
        self.request = request
        self.options = cloner.conversion_options(seed=seed)
        self.mark = metadata.mark_of(voice, cloner.model, request.day)
        self.spec = dataclasses.replace(MelSpec(), sample_rate=self.rate)
        self.keep(PAST[0])

    def keep(self, past: float) -> None:
        """Begin anew, with so many seconds before each block."""
        self.past = int(past * self.rate)
        self._heard = np.zeros(self.past + self.block + self.ahead, np.float32)
        self._tail = np.zeros(0, np.float32)
        self._before = np.zeros(MARGIN, np.float32)  # what was given last, without its mark
        self._powers: deque[float] = deque(maxlen=REMEMBERED)
        self._pitch = (0.0, 0)  # sum and number of the voiced frames so far, log2 of hertz
        self._gain: float | None = None
        self._at = 0

    def convert(self, samples: np.ndarray) -> np.ndarray:
        """What was said AHEAD before the next samples (`block`,), in the voice and with its watermark: as
        many.
        """
        self._heard = np.concatenate([self._heard[len(samples) :], samples.astype(np.float32)])
        self._powers.extend(frame_power(samples, self.rate).tolist())
        made = self._made()
        stop = self.past + self.block
        block = faded_in(self._tail, made[self.past : stop])
        self._tail = made[stop : stop + int(JOIN * self.rate)]
        given = self._marked(block, made[stop : stop + MARGIN])
        self._before = np.concatenate([self._before, block])[-MARGIN:]
        self._at += len(block)
        return given

    def _made(self) -> np.ndarray:
        """All that is held, in the voice; silence where nothing is said."""
        level = speech_level(np.array(self._powers))
        loudest = frame_power(self._heard[self.past :], self.rate).max(initial=0.0)
        if level < SILENCE or loudest < level**2 * 10 ** (-ACTIVE_DB / 10):
            return np.zeros_like(self._heard)
        source = Audio(self._heard * np.float32(USUAL_LEVEL / level), self.rate)
        options = changed(self.options, pitch=self._semitones(source))
        try:
            made = of_length(self.model.convert(source, self.voice, options).samples, len(self._heard))
        except AudioError:  # too little is understood
            return np.zeros_like(self._heard)
        gain = USUAL_LEVEL / speech_level(frame_power(made, self.rate))
        self._gain = gain if self._gain is None else (1 - SLOWLY) * self._gain + SLOWLY * gain
        louder = 10 ** ((self.request.loudness - LOUDNESS) / 20)
        return soft_clip(made * np.float32(self._gain * louder)).astype(np.float32)

    def _semitones(self, source: Audio) -> float:
        """Semitones beside the target's mean pitch for what is held, so that its melody lies about the mean
        of all that was heard.
        """
        hertz = pitch(source.samples, self.spec)
        octaves = np.where(hertz > 0, np.log2(np.maximum(hertz, 1.0)), np.nan)
        fresh = octaves[-round(self.block / self.spec.hop_length) :]
        total, count = self._pitch
        self._pitch = total + float(np.nansum(fresh)), count + int((~np.isnan(fresh)).sum())
        if not (hertz > 0).any():
            return wished_semitones(self.request, None, self.voice)
        here = float(np.nanmean(octaves))
        total, count = self._pitch
        whole = (total + here * max(0, STEADY - count)) / max(STEADY, count)
        return wished_semitones(self.request, whole, self.voice) + 12 * (here - whole)

    def _marked(self, block: np.ndarray, after: np.ndarray) -> np.ndarray:
        if not self.request.watermark:
            return block
        around = Audio(np.concatenate([self._before, block, after]), self.rate)
        marked = watermark.embed(around, self.mark, self._at - MARGIN).samples
        return marked[MARGIN : MARGIN + len(block)]

    def fit(self) -> float:
        """Choose as much of the past as there is time for; the seconds that a block then takes."""
        noise = 0.05 * np.random.default_rng(0).standard_normal(self.block)
        took = 0.0
        for past in PAST:
            self.keep(past)
            times = []
            for _ in range(1 + TRIALS):
                began = time.perf_counter()
                self.convert(noise.astype(np.float32))
                times.append(time.perf_counter() - began)
            took = float(np.median(times[1:]))
            if took <= IN_TIME * self.block / self.rate:
                break
        self.keep(past)
        return took


def convert_live(converter: LiveConverter, devices: Devices, note: Callable[[str], None]) -> None:
    """Convert what a microphone hears until it ends or is interrupted; `note` is told of the latency before
    and after.
    """
    note(latency_of(converter, [converter.fit()], devices))
    took: list[float] = []
    gaps = 0
    left = converter.ahead  # samples that are held back when the microphone ends
    try:
        while left > 0:
            data, lost = devices.read(converter.block)
            if len(data) < converter.block:
                left -= converter.block - len(data)
                data = np.pad(data, ((0, converter.block - len(data)), (0, 0)))
            began = time.perf_counter()
            made = converter.convert(data[:, 0])
            took.append(time.perf_counter() - began)
            gaps += bool(devices.write(made[:, None]) or lost)
    finally:
        if took:
            note(f"{latency_of(converter, took, devices)}; {gaps} of {len(took)} blocks came late")


def latency_of(converter: LiveConverter, took: list[float], devices: Devices) -> str:
    """How late the voice is, and why, in words."""
    block, ahead = (1000 * samples / converter.rate for samples in (converter.block, converter.ahead))
    own = 1000 * float(np.sum(devices.latency))
    usual = 1000 * float(np.median(took))
    parts = f"block {block:.0f}, look-ahead {ahead:.0f}, computing {usual:.0f}, devices {own:.0f}"
    late = "" if usual < block else "; a block takes longer than it lasts, so the sound will break up"
    return f"latency {block + ahead + usual + own:.0f} ms ({parts}){late}"
