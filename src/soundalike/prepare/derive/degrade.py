"""Clips as a poor recording would hold them: in noise, in a room, over a telephone, through a lossy codec.

A model whose prompt is degraded and whose target is not learns to give a clean voice out of a bad recording.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Sequence

import numpy as np
import soundfile
import soxr

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec, log_mel
from soundalike.core.contracts import SpeakerEncoder
from soundalike.core.progress import progress_bar
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest

from .stored import stored_audio

LEVEL = -23.0  # dBFS RMS of speech, as of every prompt
NOISE_DB = (0.0, 30.0)  # signal-to-noise ratios
BABBLE_DB = (8.0, 25.0)
REVERBERATION = (0.15, 0.8)  # seconds until a room's echo has fallen by 60 dB
BANDS = ((300.0, 3400.0), (80.0, 4000.0), (60.0, 7000.0), (60.0, 8000.0))  # hertz that a channel lets through
CLIPPED = (3.0, 15.0)  # dB by which a clipped recording is too loud
BITRATES = (0.7, 0.85, 0.95)  # of lossy coding: soundfile's compression levels, .99 the poorest
FORMATS = (("MP3", "MPEG_LAYER_III", 24000), ("OGG", "OPUS", 24000))
TWICE = 0.35  # share of clips that are degraded in two ways

Waves = np.ndarray  # (N,) samples


def coloured_noise(size: int, rng: np.random.Generator) -> Waves:
    """Noise (N,) of unit power whose spectrum falls by 0 to 9 dB an octave, perhaps with a mains hum."""
    spectrum = np.fft.rfft(rng.standard_normal(size))
    bins = np.arange(len(spectrum)).clip(1)
    noise = np.fft.irfft(spectrum * bins ** -rng.uniform(0.0, 1.5), size)
    noise /= np.sqrt(np.mean(noise**2))
    return noise


def hum(size: int, rate: int, rng: np.random.Generator) -> Waves:
    """A mains hum (N,) of unit power: 50 or 60 hertz with some harmonics."""
    time = np.arange(size) / rate
    first = rng.choice((50.0, 60.0))
    made = sum(
        rng.uniform(0.2, 1.0) / order * np.sin(2 * np.pi * first * order * time + rng.uniform(0, 6.28))
        for order in range(1, 9)
    )
    return made / np.sqrt(np.mean(made**2))


def at_ratio(speech: Waves, noise: Waves, db: float) -> Waves:
    """Speech with noise added at a signal-to-noise ratio."""
    level = np.sqrt(np.mean(speech**2) / max(np.mean(noise**2), 1e-12)) * 10 ** (-db / 20)
    return speech + level * noise


def in_room(speech: Waves, rate: int, rng: np.random.Generator) -> Waves:
    """Speech in a room: the direct sound, and an echo of exponentially decaying noise."""
    seconds = rng.uniform(*REVERBERATION)
    size = int(seconds * rate)
    decay = np.exp(-6.9 * np.arange(size) / size)
    echo = rng.standard_normal(size) * decay
    echo[: int(0.002 * rate)] = 0.0
    echo *= 10 ** (-rng.uniform(-2.0, 10.0) / 20) / np.sqrt(np.sum(echo**2))
    span = len(speech) + size
    return speech + np.fft.irfft(np.fft.rfft(speech, span) * np.fft.rfft(echo, span), span)[: len(speech)]


def through_band(speech: Waves, rate: int, low: float, high: float) -> Waves:
    """Speech without what lies below and above two frequencies in hertz, over a third of an octave."""
    spectrum = np.fft.rfft(speech)
    hertz = np.fft.rfftfreq(len(speech), 1 / rate).clip(1.0)
    above = np.clip((np.log2(hertz / low) + 0.17) / 0.34, 0.0, 1.0)
    below = np.clip((np.log2(high / hertz) + 0.17) / 0.34, 0.0, 1.0)
    return np.fft.irfft(spectrum * above**2 * below**2, len(speech))


def coded(speech: Waves, rate: int, rng: np.random.Generator) -> Waves:
    """Speech after lossy coding; as long as before."""
    form = FORMATS[rng.integers(len(FORMATS))]
    return _coded(speech, rate, form, BITRATES[rng.integers(len(BITRATES))])


def coded_poorly(speech: Waves, rate: int) -> Waves:
    """Speech after an MP3 at the lowest bit rate."""
    return _coded(speech, rate, FORMATS[0], 0.99)


def _coded(speech: Waves, rate: int, form: tuple[str, str, int], level: float) -> Waves:
    kind, subtype, at = form
    samples = np.clip(soxr.resample(speech, rate, at), -1, 1)
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, at, format=kind, subtype=subtype, compression_level=level)
    buffer.seek(0)
    heard, back = soundfile.read(buffer)
    made = soxr.resample(heard, back, rate)[: len(speech)]
    return np.pad(made, (0, len(speech) - len(made)))


def clipped(speech: Waves, rng: np.random.Generator) -> Waves:
    """Speech recorded too loud."""
    gain = 10 ** (rng.uniform(*CLIPPED) / 20) / max(np.abs(speech).max(), 1e-6)
    return np.clip(speech * gain, -1, 1)


def degraded(audio: Audio, others: Sequence[Audio], rng: np.random.Generator) -> Audio:
    """A clip in one or two ways as a poor recording holds it, at the level of a prompt and as long as before.

    `others` are clips that babble is made of.
    """
    rate = audio.rate
    ways: list[Callable[[Waves], Waves]] = [
        lambda x: at_ratio(x, coloured_noise(len(x), rng), rng.uniform(*NOISE_DB)),
        lambda x: at_ratio(x, babble(len(x), others, rng), rng.uniform(*BABBLE_DB)),
        lambda x: at_ratio(x, hum(len(x), rate, rng), rng.uniform(*NOISE_DB)),
        lambda x: in_room(x, rate, rng),
        lambda x: through_band(x, rate, *BANDS[rng.integers(len(BANDS))]),
        lambda x: coded(x, rate, rng),
        lambda x: clipped(x, rng),
    ]
    odds = np.array((3, 2, 1, 3, 3, 1, 1), float)
    count = 2 if rng.random() < TWICE else 1
    made = audio.samples.astype(np.float64)
    # Sound is added before what a device does to it
    for way in sorted(rng.choice(len(ways), count, replace=False, p=odds / odds.sum())):
        made = ways[way](made)
    return Audio(made.astype(np.float32), rate).normalised(LEVEL)


def babble(size: int, others: Sequence[Audio], rng: np.random.Generator) -> Waves:
    """Some people (N,) who speak at once; noise where there are none."""
    if not others:
        return coloured_noise(size, rng)
    total = np.zeros(size)
    for _ in range(rng.integers(2, 6)):
        samples = others[int(rng.integers(len(others)))].normalised(LEVEL).samples
        total += np.roll(np.resize(samples, size), rng.integers(size))
    return total


def write_degraded(folder: str, mel: MelSpec, encoder: SpeakerEncoder) -> int:
    """Keep, for every training clip with samples, the mel and the speaker embedding of a degraded copy;
    returns how many. Clips that have them are left as they are. The same clip is degraded in the same way
    every time.
    """
    store = FeatureStore(folder, mel)
    rows = [row for row in read_manifest(folder) if row.split == "train" and store.has("samples", row.id)]
    missing = [row for row in rows if not store.has("degraded_embedding", row.id)]
    for row in progress_bar(missing, desc="degrade", unit="clip"):
        rng = np.random.default_rng(zlib.crc32(row.id.encode()))
        others = [stored_audio(store, rows[i].id, mel) for i in rng.integers(0, len(rows), 4)]
        made = degraded(stored_audio(store, row.id, mel), others, rng)
        frames = log_mel(made.samples, mel)
        embedding = encoder.embed_mel(frames) if encoder.mel == mel else encoder.embed([made])[0]
        store.write("degraded_mel", row.id, frames.astype(np.float16))
        store.write("degraded_embedding", row.id, embedding.astype(np.float16))
    return len(missing)
