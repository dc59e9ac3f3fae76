"""What is done to a sentence once it sounds: rumble taken out, its loudness, the volume and pauses its text
asks for, clean ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.loudness import soft_clip
from soundalike.audio.speech import Speech
from soundalike.core.emotions import KEPT_LEVEL, Emotion, offsets_of
from soundalike.core.speaking import LOUDEST, LOUDNESS
from soundalike.core.types import Timestamp
from soundalike.text import Utterance
from soundalike.text.alphabet import COMMA, GAP

PAUSE = 0.12  # seconds of quiet put between sentences, beside those the model makes
# Hertz; below it there is next to no voice, but what the room of a recording hums, which a model copies with
# it
RUMBLE = 60.0
RUMBLE_REACH = 0.08  # seconds from which on a sound is not heard in another's, once rumble is out: 1e-5 of it
RUMBLE_GONE = 600.0  # hertz from which on the filter lets through all but 1e-8
FADE = 0.005  # seconds over which sound begins and ends beside inserted quiet
LEAST_CHANGE = 1e-6  # decibels from one word to the next that are more than a rounding


def ready(utterance: Utterance) -> Utterance:
    """A sentence whose words before a pause end as before a comma, so that the voice comes to rest there."""
    symbols = list(utterance.symbols)
    last = {word: place for place, word in enumerate(utterance.word_of)}
    for word in utterance.pauses:
        if word in last and symbols[last[word]] == GAP:
            symbols[last[word]] = COMMA
    return replace(utterance, symbols=symbols)


def pause_after(utterance: Utterance) -> float:
    """Seconds of quiet put between a sentence and the next; none where it goes on in the next utterance."""
    return 0.0 if utterance.goes_on else PAUSE


def asked_pauses(utterance: Utterance) -> float:
    """Seconds of quiet that a sentence's text asks for."""
    return sum(utterance.pauses.values())


def deliver(audio: Speech, utterance: Utterance, pause: float, loudness: float = LOUDNESS) -> Speech:
    """A sentence as the listener gets it: without rumble, levelled, words louder or softer as asked and as
    their emotions are, pauses and marks put in, ends faded, quiet after it.
    """
    _, volume = _levels(utterance)
    loudness = loudness_of(utterance, loudness)
    audio = replace(level(audio, loudness), timestamps=_as_written(audio.timestamps, utterance))
    words = [timestamp for timestamp in audio.timestamps if timestamp.kind == "word"]
    samples = audio.samples.copy()
    if volume and len(words) == len(utterance.words):
        samples = _limited(samples * _volume(volume, words, audio))
    cuts: dict[int, float] = {}  # sample -> seconds of quiet
    for word, seconds in utterance.pauses.items():
        if word < 0 or not words:
            place = 0.0
        elif word >= len(words) - 1:
            place = audio.seconds
        else:
            place = (words[word].stop + words[word + 1].start) / 2
        place = min(len(samples), round(place * audio.rate))
        cuts[place] = cuts.get(place, 0.0) + seconds
    cuts[len(samples)] = cuts.get(len(samples), 0.0) + pause
    marks = _marks(utterance, words, audio.seconds)
    parts = []
    timestamps = []
    at = 0
    shift = 0.0
    for place in sorted({0, *cuts}):
        parts.append(faded(samples[at:place], audio.rate))
        final = place == len(samples)
        timestamps += [
            timestamp.moved(shift)
            for timestamp in (*audio.timestamps, *marks)
            if at <= timestamp.start * audio.rate and (final or timestamp.start * audio.rate < place)
        ]
        quiet = int(cuts.get(place, 0.0) * audio.rate)
        parts.append(np.zeros(quiet, np.float32))
        shift += quiet / audio.rate
        at = place
    return Speech(np.concatenate(parts), audio.rate, _merged(timestamps))


def is_plain(utterance: Utterance) -> bool:
    """Whether a sentence can be delivered in pieces: nothing is put into it, and all of it is equally
    loud.
    """
    return not utterance.pauses and not _levels(utterance)[1]


def deliver_pieces(
    pieces: Iterator[np.ndarray], rate: int, size: int, pause: float, gain: float
) -> Iterator[np.ndarray]:
    """As `deliver`, of a plain sentence whose `size` samples come in pieces (n,), louder by a factor: the
    pieces as the listener gets them, a little shorter than they came. Each is given once the next is there.
    """
    reach = round(RUMBLE_REACH * rate)
    quiet = np.zeros(int(pause * rate), np.float32)
    at = 0
    for piece in in_context(pieces, reach, size, lambda around, _: without_rumble(around, rate)):
        made = faded(soft_clip(piece * np.float32(gain)), rate, at, size)
        at += len(piece)
        yield made if at < size else np.concatenate([made, quiet])


def in_context(
    pieces: Iterator[np.ndarray], reach: int, size: int, change: Callable[[np.ndarray, int], np.ndarray]
) -> Iterator[np.ndarray]:
    """What `change` makes of a whole of `size` samples that comes in pieces (n,). It takes a stretch (n,) and
    its first sample's place, gives as many, and looks at no more than `reach` samples on either side.
    """
    around = np.zeros(0, np.float32)  # what waits, and before it what was given already
    given = 0  # samples of it
    at = 0  # the place of its first
    for piece in pieces:
        around = np.concatenate([around, piece])
        ready = len(around) - (0 if at + len(around) == size else reach)
        if ready <= given:
            continue
        yield change(around, at)[given:ready]
        gone = max(0, ready - reach)
        around = around[gone:]
        at += gone
        given = ready - gone


def delivered_timestamps(
    timestamps: tuple[Timestamp, ...], utterance: Utterance, seconds: float
) -> tuple[Timestamp, ...]:
    """The timestamps of a plain sentence of so many seconds, and its marks, as `deliver` has them."""
    written = _as_written(timestamps, utterance)
    words = [timestamp for timestamp in written if timestamp.kind == "word"]
    return _merged([*written, *_marks(utterance, words, seconds)])


def loudness_of(utterance: Utterance, loudness: float) -> float:
    """The loudness in LUFS of a sentence where sentences have `loudness`, by its emotions."""
    return min(loudness + _levels(utterance)[0], max(LOUDEST, loudness))


def _marks(utterance: Utterance, words: list[Timestamp], seconds: float) -> list[Timestamp]:
    """When the marks of a sentence of so many seconds are reached, by its words."""
    ends = [words[index].start if index < len(words) else seconds for _, index in utterance.marks]
    return [Timestamp("mark", name, at, at) for (name, _), at in zip(utterance.marks, ends)]


def _levels(utterance: Utterance) -> tuple[float, list[float]]:
    """Decibels by which the whole sentence is louder than others, and by which each word is beside that; none
    where all are equal.
    """
    volume = utterance.volume
    felt = [KEPT_LEVEL * offsets_of(emotion or Emotion()).decibels for emotion in utterance.emotion]
    if not felt:
        return 0.0, volume
    common = float(np.mean(felt))
    rest = [own - common for own in felt]
    if volume:
        rest = [own + louder for own, louder in zip(rest, volume, strict=True)]
    return common, rest if any(abs(own) > LEAST_CHANGE for own in rest) else []


def level(audio: Speech, loudness: float = LOUDNESS) -> Speech:
    """A sound without rumble, at a loudness in LUFS."""
    return replace(audio, samples=without_rumble(audio.samples, audio.rate)).levelled(loudness)


def without_rumble(samples: np.ndarray, rate: int) -> np.ndarray:
    """Samples (N,) through a high-pass of no phase: a Butterworth filter of order four, forwards and
    backwards; half of the amplitude at RUMBLE.
    """
    # With quiet after it, that its end does not run into its beginning
    size = -(-(len(samples) + rate // 4) // 4096) * 4096
    spectrum = np.fft.rfft(samples, size)
    low = spectrum[: int(RUMBLE_GONE * size / rate)]  # above, nothing changes
    power = np.fft.rfftfreq(size, 1 / rate)[: len(low)] ** 8
    low *= power / (power + RUMBLE**8)
    return np.fft.irfft(spectrum, size)[: len(samples)].astype(np.float32)


def _volume(decibels: list[float], words: list[Timestamp], audio: Audio) -> np.ndarray:
    """The gain of each sample, sliding from word to word in their gaps."""
    times = [at for timestamp in words for at in (timestamp.start, timestamp.stop)]
    levels = [level for level in decibels for _ in range(2)]
    gain = np.interp(np.arange(len(audio.samples)) / audio.rate, times, levels)
    return (10 ** (gain / 20)).astype(np.float32)


def _limited(samples: np.ndarray) -> np.ndarray:
    peak = float(np.abs(samples).max()) if len(samples) else 0.0
    return samples * (0.98 / peak) if peak > 0.98 else samples


def faded(samples: np.ndarray, rate: int, at: int = 0, size: int | None = None) -> np.ndarray:
    """Samples (N,) that begin and end softly; or those from `at` on of a whole of `size` that does."""
    whole = len(samples) if size is None else size
    length = min(int(FADE * rate), whole // 2)
    ramp = np.linspace(0.0, 1.0, length, dtype=np.float32)
    samples = samples.copy()
    begun = ramp[at : at + len(samples)]
    samples[: len(begun)] *= begun
    ending = ramp[::-1][max(0, at - (whole - length)) :][: max(0, at + len(samples) - (whole - length))]
    if len(ending):
        samples[len(samples) - len(ending) :] *= ending
    return samples


def _as_written(timestamps: tuple[Timestamp, ...], utterance: Utterance) -> tuple[Timestamp, ...]:
    """The timestamps of a sentence, its words as they are written."""
    words = [timestamp for timestamp in timestamps if timestamp.kind == "word"]
    if len(words) != len(utterance.written):
        return timestamps
    shown = iter(utterance.written)
    return tuple(
        replace(timestamp, text=next(shown)) if timestamp.kind == "word" else timestamp
        for timestamp in timestamps
    )


def _merged(timestamps: list[Timestamp]) -> tuple[Timestamp, ...]:
    """Cues in order of time; several words that one written thing is read as become one cue."""
    merged: list[Timestamp] = []
    for timestamp in sorted(timestamps, key=lambda timestamp: (timestamp.start, timestamp.kind)):
        if timestamp.kind == "word" and timestamp.span[1] > timestamp.span[0]:
            number = next((i for i in range(len(merged) - 1, -1, -1) if merged[i].kind == "word"), None)
            before = None if number is None else merged[number]
            if number is not None and before is not None and before.span == timestamp.span:
                # A name of several words stands for one thing: an alias, an emoji
                text = f"{before.text} {timestamp.text}".rstrip()
                merged[number] = replace(before, text=text, stop=timestamp.stop, after=timestamp.after)
                continue
        merged.append(timestamp)
    return tuple(merged)
