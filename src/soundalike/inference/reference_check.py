"""What a recording is worth as a reference: its faults by name, its best stretch, one sentence of advice.

Thresholds were chosen by reasoning, and by looking at the bundled synthetic clips, at degradations of them
(tests/test_reference.py), and at a few recordings of people; they were not trained, nor checked on a large
collection.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import torch

from soundalike.audio.audio import AUDIBLE_PEAK, Audio
from soundalike.audio.clipping import cut_off
from soundalike.core.errors import AudioError
from soundalike.nn.spectral import stft

RATE = 24_000  # hertz at which a recording is looked at
# Seconds whose spectrum is looked at, about the middle of the best stretch: what is not used does no harm
LONGEST = 12.0
WINDOW = (4.0, 10.0)  # seconds: how long the best stretch may be
STEP = 0.1  # seconds: how finely it is chosen
# Where the 8th percentile of noise's power in one band lies, of its mean: its power is distributed
# exponentially
SCATTER = 0.083
HOPELESS = -10.0  # log-probability of a phoneme that cannot have been said

# the worst first: where a recording has several faults, advice is on the first of these
ADVICE = {
    "silence": "The recording is silent: give one in which somebody speaks.",
    "too-short": "There is little speech in it: give 5 to 10 s of it.",
    "two-speakers": "More than one person seems to speak: cut out a stretch in which only the wanted one does.",
    "transcript-mismatch": "The transcript does not fit what is said: correct it or leave it out.",
    "clipped": "The recording is clipped (overdriven): record it again at a lower level, or further from the microphone.",
    "noisy": "The recording is noisy: record it again in a quiet room, closer to the microphone.",
    "music": "Music or another steady tone sounds along: give a stretch without it.",
    "reverberant": "The room echoes: record it again closer to the microphone, or in a room with curtains and carpets.",
    "narrow-band": "The sound ends at {bandwidth_hertz:.0f} Hz, near telephone quality, and so will the clone: "
    "give a recording of 16 kHz or more that is not strongly compressed.",
    "hum": "The mains hums in it: use another cable or power supply, or filter out the hum.",
    "stereo-mismatch": "Its channels do not fit one another, so the louder one alone is used: give a recording of one channel.",
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
    facts = dict(
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


def spectrum(audio: Audio, size: int, hop: int) -> np.ndarray:
    """Power (T, F) of a sound's spectrum."""
    samples = torch.from_numpy(np.pad(audio.samples, (0, max(0, size - len(audio.samples)))))
    return (stft(samples[None], size, hop)[0].abs() ** 2).T.numpy()


def measure(audio: Audio) -> dict[str, float | None]:
    """What is told from the spectrum of a sound at RATE."""
    power = spectrum(audio, 768, 240)[:, 2:]  # 32 ms every 10 ms, without what lies below speech
    hertz = np.arange(2, 385) * RATE / 768
    level = 10 * np.log10(power.sum(axis=1) + 1e-9)
    top = np.percentile(level, 95)
    low = np.percentile(level, 5)
    speech = level >= max(top - 25.0, (top + low) / 2)
    loud = power[speech]
    utterance = loud.mean(axis=0)
    floor = np.percentile(power, 8, axis=0)
    noise = floor.sum() / SCATTER
    return {
        "level_db": 10 * np.log10(utterance.sum() / 768**2 * 2 / 0.375 + 1e-12),
        "snr_db": 10 * np.log10(max(utterance.sum() - noise, 1e-3 * noise) / (noise + 1e-9)),
        **bandwidth(loud, hertz),
        "reverberation_seconds": reverberation(audio),
        **tones(audio),
        "second": second_pitch(audio, speech),
        "rate": pace(level, speech),
        "quickness": quickness(audio),
    }


def bandwidth(loud: np.ndarray, hertz: np.ndarray) -> dict[str, float]:
    """`bandwidth_hertz`: the highest frequency whose level in the loudest twentieth of the speech is within
    60 dB of the strongest; `edge_db`: by how much the level falls there, from 500 Hz below to 500 Hz
    above.
    """
    peaks = 10 * np.log10(np.percentile(loud, 95, axis=0) + 1e-9)
    smooth = np.convolve(np.pad(peaks, 4, mode="edge"), np.ones(9) / 9, mode="valid")
    last = int(np.flatnonzero(smooth > smooth.max() - 60.0)[-1])
    width = round(500 / (hertz[1] - hertz[0]))
    below = max(0, last - width)
    above = min(len(smooth) - 1, last + width)
    return {"bandwidth_hertz": float(hertz[last]), "edge_db": float(smooth[below] - smooth[above])}


def reverberation(audio: Audio) -> float | None:
    """Seconds in which the quickest falls of sound would come to 60 dB: slopes of the level in four bands
    over 100 ms.
    """
    power = spectrum(audio, 480, 120)  # 20 ms every 5 ms
    hertz = np.arange(241) * RATE / 480
    slopes = []
    span = 20
    time = (np.arange(span) - (span - 1) / 2) * 0.005
    for low, high in ((300, 700), (700, 1500), (1500, 3000), (3000, 5500)):
        level = 10 * np.log10(power[:, (hertz >= low) & (hertz < high)].sum(axis=1) + 1e-9)
        if len(level) < 4 * span:
            continue
        rows = np.lib.stride_tricks.sliding_window_view(level, span)
        slope = rows @ time / (time**2).sum()
        from_top = rows.max(axis=1) > np.percentile(level, 95) - 12
        if from_top.sum() >= 20:
            slopes.append(np.percentile(slope[from_top], 3))
    return float(-60.0 / min(-1.0, np.median(slopes))) if slopes else None


def tones(audio: Audio) -> dict[str, float | None]:
    """`hum_db`: the mains' tones over their surroundings in the quiet; `tones`: how many tones hold still at
    a time.
    """
    power = 10 * np.log10(spectrum(audio, 8192, 1024) + 1e-9)
    width = RATE / 8192
    steady = np.percentile(power, 15, axis=0)
    hum = 0.0
    for base in (50.0, 60.0):
        at = round(base / width)
        over = steady[at - 1 : at + 2].max() - np.median(
            np.r_[steady[at - 12 : at - 4], steady[at + 5 : at + 13]]
        )
        # Else it is too faint to matter
        if steady[at - 1 : at + 2].max() > np.percentile(power.max(axis=1), 95) - 45:
            hum = max(hum, float(over))
    power = 10 * np.log10(spectrum(audio, 4096, 1024) + 1e-9)  # 171 ms every 43 ms
    width = RATE / 4096
    low = int(180 / width)
    high = int(4000 / width)
    part = power[:, low:high]
    around = np.stack(
        [np.percentile(part[:, max(0, i - 12) : i + 13], 50, axis=1) for i in range(0, part.shape[1], 8)],
        axis=1,
    )
    around = np.repeat(around, 8, axis=1)[:, : part.shape[1]]
    peak = (part > around + 10) & (part > np.percentile(part, 95) - 45)
    peak[:, 1:-1] &= (part[:, 1:-1] >= part[:, :-2]) & (part[:, 1:-1] >= part[:, 2:])
    span = 10  # frames a tone must hold: 0.43 s
    if len(peak) < span:
        return {"hum_db": hum, "tones": 0.0}
    held = np.lib.stride_tricks.sliding_window_view(peak, span, axis=0).mean(axis=2) >= 0.9
    return {"hum_db": hum, "tones": float(held.sum(axis=1).mean())}


def second_pitch(audio: Audio, speech: np.ndarray) -> float:
    """Share of the voiced frames (T,) of speech in which a second pitch is left when the first is taken
    out.
    """
    step = 4  # a quarter of the rate is enough for pitch
    rate = RATE // step
    samples = np.convolve(audio.samples, np.ones(step) / step, mode="same")[::step]
    size, low, high = rate * 8 // 100, rate // 400, rate // 65  # 80 ms; periods of 400 to 65 Hz
    if len(samples) <= size:
        return 0.0
    rows = np.lib.stride_tricks.sliding_window_view(samples, size)[:: rate // 100]
    rows = rows[np.flatnonzero(speech[: len(rows)])]
    if not len(rows):
        return 0.0
    first, clear = _period(rows, low, high)
    at = np.arange(high, size)[None]
    # What has that period is gone from it
    left = rows[:, high:] - np.take_along_axis(rows, at - first[:, None], axis=1)
    energy = (left**2).mean(axis=1) / (2 * (rows**2).mean(axis=1) + 1e-12)
    second, clear_too = _period(left, low, high)
    ratio = np.maximum(first, second) / np.minimum(first, second)
    another = np.abs(ratio - np.round(ratio)) > 0.08  # no multiple of the first
    voiced = clear > 0.5
    return float((voiced & another & (clear_too > 0.6) & (energy > 0.05)).sum() / max(1, voiced.sum()))


def _period(rows: np.ndarray, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
    """The period of each row, low to high samples, and the normalised autocorrelation there."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    window = np.hanning(rows.shape[1])
    size = 1024
    power = lambda x: np.fft.irfft(np.abs(np.fft.rfft(x, size)) ** 2)[..., : high + 1]  # noqa: E731
    auto = power(rows * window)
    shape = power(window)
    auto = auto / auto[:, :1].clip(1e-12) / (shape / shape[0])
    peak = np.zeros_like(auto, bool)
    peak[:, 1:-1] = (auto[:, 1:-1] > auto[:, :-2]) & (auto[:, 1:-1] >= auto[:, 2:])
    score = np.where(peak, auto, 0.0)[:, low:]
    return score.argmax(axis=1) + low, score.max(axis=1)


def pace(level: np.ndarray, speech: np.ndarray) -> float | None:
    """Syllables a second of speech: peaks of the level, smoothed over 70 ms, that stand 2 dB above the dips
    beside them.
    """
    smooth = np.convolve(level, np.hanning(9) / np.hanning(9).sum(), mode="same")
    floor = smooth.max() - 25
    count = 0
    rising = True
    last = smooth[0]
    for now in smooth:
        if rising:
            if now > last:
                last = now
            elif now < last - 2.0:
                count += last > floor
                rising = False
                last = now
        elif now < last:
            last = now
        elif now > last + 2.0:
            rising = True
            last = now
    return count / (speech.sum() / 100) if speech.sum() > 50 else None


def quickness(audio: Audio) -> float | None:
    """How fast the spectrum of speech changes: the change over 20 and 40 ms as a share of that over 160 ms,
    in ten bands below 6 kHz.

    About 0.25 to 0.5 for speech at its natural pace; a recording played at half speed has under 0.2, at
    double speed over 0.6.
    """
    power = spectrum(audio, 1024, 240)
    hertz = np.arange(513) * RATE / 1024
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 6000 / 700), 11) / 2595) - 1)
    fine = 0.5 * np.log(power + 1e-10)
    bands = np.stack(
        [fine[:, (hertz >= low) & (hertz < high)].mean(axis=1) for low, high in zip(edges[:-1], edges[1:])],
        axis=1,
    )
    bands = np.maximum(bands, np.percentile(bands, 97) - 6.0)
    level = bands.mean(axis=1)
    speech = level > np.percentile(level, 95) - 2.5

    def change(lag: int) -> float:
        both = speech[lag:] & speech[:-lag]
        return float(((bands[lag:] - bands[:-lag])[both] ** 2).mean()) if both.sum() > 20 else 0.0

    whole = change(16)
    return float(np.sqrt(change(2) * change(4)) / whole) if whole > 0 else None


def one_voice(audio: Audio, vectors: Callable[[list[Audio]], np.ndarray]) -> float | None:
    """The likeness of the two halves of windows of 1.6 s that are most unlike, by the cosine of their mean
    speaker vectors.
    """
    size = int(1.6 * RATE)
    hop = int(0.8 * RATE)
    active = audio.activity()
    starts = [
        at
        for at in range(0, len(audio.samples) - size + 1, hop)
        if active[at // 240 : (at + size) // 240].mean() > 0.6
    ]
    if len(starts) < 2:
        return None
    found = vectors([Audio(audio.samples[at : at + size], RATE) for at in starts])
    unit = lambda rows: rows.mean(axis=0) / np.linalg.norm(rows.mean(axis=0)).clip(1e-9)  # noqa: E731
    least = 2 if len(found) >= 4 else 1  # a single window may be an odd one
    return float(min(unit(found[:at]) @ unit(found[at:]) for at in range(least, len(found) - least + 1)))


def _least_agreement() -> float:
    from soundalike.models.aligners.hmm.network import DISAGREEMENT

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
            f"{name}: only {report.speech_seconds:.1f} s of speech. Give at least {LEAST_SPEECH:.0f} s; 5 to 10 s work best."
        )
    if report.problems:
        rest = f" (Also: {', '.join(report.problems[1:])}.)" if report.problems[1:] else ""
        warnings.warn(f"{name}: {report.advice}{rest}", stacklevel=3)
