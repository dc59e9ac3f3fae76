"""Judging a recording as a reference: its faults by name, its best stretch, one sentence of advice.

Thresholds were chosen by reasoning, and by looking at the bundled synthetic clips, at degradations of them
(tests/inference/test_reference_check.py), and at a few recordings of people; they were not trained, nor
checked on a large collection.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from soundalike.audio.audio import AUDIBLE_PEAK, Audio
from soundalike.audio.clipping import cut_off
from soundalike.core.errors import AudioError

from .reference_measures import RATE, measure, one_voice

# Seconds whose spectrum is looked at, about the middle of the best stretch: what is not used does no harm
LONGEST = 12.0
WINDOW = (4.0, 10.0)  # seconds: how long the best stretch may be
STEP = 0.1  # seconds: how finely it is chosen
LEAST_SPEECH = 1.0  # seconds of speech a reference must hold
HOPELESS = -10.0  # log-probability of a phoneme that cannot have been said

# the worst first: where a recording has several faults, advice is on the first of these
ADVICE = {
    "silence": "The recording is silent: give one in which somebody speaks.",
    "too-short": "There is little speech in it: give 5 to 10 s of it.",
    "two-speakers": "More than one person seems to speak: "
    "cut out a stretch in which only the wanted one does.",
    "transcript-mismatch": "The transcript does not fit what is said: correct it or leave it out.",
    "clipped": "The recording is clipped (overdriven): "
    "record it again at a lower level, or further from the microphone.",
    "noisy": "The recording is noisy: record it again in a quiet room, closer to the microphone.",
    "music": "Music or another steady tone sounds along: give a stretch without it.",
    "reverberant": "The room echoes: "
    "record it again closer to the microphone, or in a room with curtains and carpets.",
    "narrow-band": "The sound ends at {bandwidth_hertz:.0f} Hz, near telephone quality, "
    "and so will the clone: give a recording of 16 kHz or more that is not strongly compressed.",
    "hum": "The mains hums in it: use another cable or power supply, or filter out the hum.",
    "stereo-mismatch": "Its channels do not fit one another, so the louder one alone is used: "
    "give a recording of one channel.",
    "fast-or-slow": "The pace is unusual for speech: give a recording at its natural speed.",
    "quiet": "The recording is very quiet: record it again at a higher level.",
    "mostly-silence": "Most of it is silence: cut out the stretch in which somebody speaks.",
}


@dataclass(frozen=True)
class Report:
    """What was found in a recording; None where it could not be told."""

    seconds: float
    speech_seconds: float
    level_db: float  # of the speech, dBFS RMS
    snr_db: float | None  # of the speech over what sounds on beside it
    clipped: float  # share of the samples of speech that are cut off
    bandwidth_hertz: float  # highest frequency that sounds
    edge_db: float  # how steeply sound ends there
    reverberation_seconds: float | None  # how long the quickest fall by 60 dB would take
    hum_db: float | None  # of the mains' tones over their surroundings
    tones: float  # steady tones at a time, on average, as of music
    one_voice: float | None  # likeness of the parts most unlike, 1 for the same
    second: float  # share of the voiced frames with a second pitch
    rate: float | None  # syllables a second of speech
    quickness: float | None  # how fast its spectrum changes: 0.25 to 0.5 at a natural pace
    channels: str  # "one", "alike", "one silent", "inverted" or "different"
    language: str | None
    agreement: float | None  # mean log-probability of a transcript's phonemes
    window: tuple[float, float]  # seconds: the best stretch
    problems: list[str]  # of ADVICE's names, the worst first
    advice: str  # one sentence

    def to_dict(self) -> dict:
        """The report as plain values, as JSON takes them."""
        return {**asdict(self), "window": list(self.window)}


def mono(channels: np.ndarray) -> np.ndarray:
    """One channel (N,) of several (N, C): their mean where they fit one another, else the loudest."""
    if likeness(channels) in ("one", "alike"):
        return np.ascontiguousarray(channels.mean(axis=1), dtype=np.float32)
    return np.ascontiguousarray(channels[:, (channels**2).sum(axis=0).argmax()], dtype=np.float32)


def likeness(channels: np.ndarray) -> str:
    """How the two loudest channels of (N, C) fit: "one", "alike", "one silent", "inverted" or "different"
    ones.
    """
    if channels.shape[1] == 1:
        return "one"
    power = (channels.astype(np.float64) ** 2).mean(axis=0)
    first, second = np.argsort(-power)[:2]
    if power[first] <= 0:
        return "alike"
    if power[second] < 1e-2 * power[first]:
        return "one silent"
    correlation = float(
        (channels[:, first].astype(np.float64) * channels[:, second]).mean()
        / np.sqrt(power[first] * power[second])
    )
    if correlation < -0.3:
        return "inverted"
    return "alike" if correlation > 0.3 else "different"


def examine(
    audio: Audio,
    channels: np.ndarray | None = None,
    vectors: Callable[[list[Audio]], np.ndarray] | None = None,
    agreement: float | None = None,
) -> Report:
    """The report on a recording. `channels` (N, C) are its file's; `vectors` gives speaker vectors (n, V) of
    pieces of one length, without which a second speaker goes unheard; `agreement` is how well a transcript
    fits.
    """
    active = audio.activity()
    peak = float(np.abs(audio.samples).max()) if len(audio.samples) else 0.0
    channels = audio.samples[:, None] if channels is None else channels
    facts: dict[str, Any] = dict(
        seconds=round(audio.seconds, 2),
        speech_seconds=round(float(active.sum()) / 100, 2),
        level_db=-120.0,
        snr_db=None,
        clipped=0.0,
        bandwidth_hertz=0.0,
        edge_db=0.0,
        reverberation_seconds=None,
        hum_db=None,
        tones=0.0,
        one_voice=None,
        second=0.0,
        rate=None,
        quickness=None,
        channels=likeness(channels),
        language=None,
        agreement=agreement,
        window=(0.0, audio.seconds),
    )
    if peak < AUDIBLE_PEAK or not active.any():
        return Report(**facts, problems=["silence"], advice=ADVICE["silence"])
    flat = cut_off(audio.samples)
    facts["window"] = start, stop = best_window(audio, active, flat)
    middle = (start + stop) / 2
    first, last = (int(max(0.0, middle + side * LONGEST / 2) * audio.rate) for side in (-1, 1))
    seen = Audio(audio.samples[first:last], audio.rate).resample(RATE)
    facts["clipped"] = round(float(flat.sum()) / max(1, int(active.sum()) * audio.rate // 100), 6)
    facts |= measure(seen)
    if vectors is not None:
        facts["one_voice"] = one_voice(seen, vectors)
    facts = {
        name: round(float(value), 3)
        if isinstance(value, float | np.floating) and name != "clipped"
        else value
        for name, value in facts.items()
    }
    problems = faults(facts)
    advice = ADVICE[problems[0]].format(**facts) if problems else "A good reference."
    return Report(**facts, problems=problems, advice=advice)


def best_window(audio: Audio, active: np.ndarray, flat: np.ndarray) -> tuple[float, float]:
    """The stretch of WINDOW seconds with the most clean speech, (start, stop) in seconds; the whole of a
    shorter recording.

    Every step counts by its speech, less if it is clipped or rises little above the quiet about it; silence
    counts a little against.
    """
    hop = max(1, audio.rate // 100)
    size = int(STEP * 100)
    count = len(active) // size
    least, most = (int(seconds / STEP) for seconds in WINDOW)
    if count <= least:
        return 0.0, audio.seconds
    speech = active[: count * size].reshape(count, size).mean(axis=1)
    clipped = flat[: count * size * hop].reshape(count, -1).mean(axis=1)
    level = 10 * np.log10(
        (audio.samples[: count * size * hop].reshape(count * size, hop) ** 2).mean(axis=1) + 1e-10
    )
    near = 15  # steps: the quiet of 1.5 s either way, found every half a second
    each = 5
    floor = np.array(
        [np.percentile(level[max(0, i - near) * size : (i + near) * size], 10) for i in range(0, count, each)]
    )
    floor = np.repeat(floor, each)[:count]
    above = np.percentile(level, 90) - floor
    worth = np.where(speech > 0.2, speech * np.clip(above / 30, 0.3, 1.0), -0.1) - 20 * clipped
    sums = np.concatenate([[0.0], np.cumsum(worth)])
    best = max(((sums[n:] - sums[:-n]).max(), n) for n in range(least, min(most, count) + 1))[1]
    start = int((sums[best:] - sums[:-best]).argmax()) * STEP
    return round(start, 2), round(start + best * STEP, 2)


def _least_agreement() -> float:
    from soundalike.models.aligners.agreement import DISAGREEMENT

    return DISAGREEMENT


def faults(facts: dict) -> list[str]:
    """Names of ADVICE that hold, in its order."""
    music = facts["tones"] > 0.8  # steady sounds too: they would count as noise, and music as a second pitch
    hum = (facts["hum_db"] or 0.0) > 25.0
    snr = 99.0 if facts["snr_db"] is None else facts["snr_db"]
    noisy = snr < 18.0 and not music and not hum
    # Noise fills up the falls that echoes are told by
    echo = (facts["reverberation_seconds"] or 0.0) > 0.33 and not noisy and not music
    apart = facts["one_voice"] is not None and facts["one_voice"] < 0.42 and not noisy
    both = facts["second"] > 0.12 and not (music or noisy or echo)
    narrow = facts["bandwidth_hertz"] < 6500.0 and facts["edge_db"] > 30.0
    quick = 0.3 if facts["quickness"] is None else facts["quickness"]
    # Half the speed is half the bandwidth, too; calm speech comes near it
    pace_is_odd = not (0.2 if narrow else 0.165) < quick < 0.57
    holds = {
        "too-short": facts["speech_seconds"] < 2.0,
        "two-speakers": apart or both,
        "transcript-mismatch": facts["agreement"] is not None and facts["agreement"] < _least_agreement(),
        "clipped": facts["clipped"] > 5e-4,
        "noisy": noisy,
        "music": music,
        "reverberant": echo,
        "narrow-band": narrow,
        "hum": hum,
        "stereo-mismatch": facts["channels"] not in ("one", "alike"),
        "fast-or-slow": pace_is_odd and not (noisy or echo) and facts["speech_seconds"] >= 2.0,
        "quiet": facts["level_db"] < -45.0,
        "mostly-silence": facts["speech_seconds"] < 0.3 * facts["seconds"],
    }
    return [name for name in ADVICE if holds.get(name)]


LEAST_SPEECH = 1.0  # seconds of speech a reference must hold


def check_reference(report: Report, name: str) -> None:
    """Raise AudioError for a recording no voice can be taken from; warn of one that will give a poor
    voice.
    """
    if "silence" in report.problems:
        raise AudioError(f"{name}: the recording is silent. Give one in which somebody speaks.")
    if report.speech_seconds < LEAST_SPEECH:
        raise AudioError(
            f"{name}: only {report.speech_seconds:.1f} s of speech. "
            f"Give at least {LEAST_SPEECH:.0f} s; 5 to 10 s work best."
        )
    if report.problems:
        rest = f" (Also: {', '.join(report.problems[1:])}.)" if report.problems[1:] else ""
        warnings.warn(f"{name}: {report.advice}{rest}", stacklevel=3)
