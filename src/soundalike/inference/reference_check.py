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
from soundalike.core.contracts import Aligner
from soundalike.core.errors import AudioError
from soundalike.text import read

from .recordings import OpenedRecording
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
    "stereo-mismatch": "Its channels do not fit one another, so one alone is used: "
    "give a recording of one channel.",
    "rumble": "Wind or a desk rumbles below the voice, which was taken out: "
    "use a windscreen, or take the microphone off the desk.",
    "offset": "Its samples have a constant offset, which was taken out: use another sound card or cable.",
    "beyond-full-scale": "Its samples go beyond full scale, so it was lowered: "
    "export it again with peaks below 1.",
    "other-track": "The first of its sound tracks holds no speech, so another is used: "
    "give a file with the one track of the voice.",
    "wrong-length": "Its header gives a wrong length, so it was read to the end of the file: "
    "export it again.",
    "fast-or-slow": "The pace is unusual for speech: give a recording at its natural speed.",
    "quiet": "The recording is very quiet: record it again at a higher level.",
    "mostly-silence": "Most of it is silence: cut out the stretch in which somebody speaks.",
}


@dataclass(frozen=True)
class Report:
    """What was found in a recording; None where it could not be measured."""

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
    channels: str  # "one", "alike", "one silent", "inverted", "delayed" or "different"
    delay_ms: float  # between two microphones
    track: int  # the sound track that is used, from 1
    tracks: int
    offset: float  # the samples' mean that was taken out, as a share of full scale
    rumble_db: float | None  # over the speech, of what was taken out below it; None where nothing was
    gain_db: float  # by which the recording was raised or lowered
    wrong_length: bool  # its header gives a wrong length
    language: str | None
    agreement: float | None  # mean log-probability of a transcript's phonemes
    window: tuple[float, float]  # seconds: the best stretch
    problems: list[str]  # of ADVICE's names, the worst first
    advice: str  # one sentence
    mended: list[str]  # what was done to the recording, a phrase each

    def to_dict(self) -> dict:
        """The report as plain values, as JSON takes them."""
        return {**asdict(self), "window": list(self.window)}


@dataclass(frozen=True)
class Survey:
    """A recording after a look at all of it: what is known, and the stretch `seen` that is to be measured,
    None of a silent one. It holds little of a long recording.
    """

    facts: dict[str, Any]
    mended: list[str]
    seen: Audio | None


def examine(
    recording: OpenedRecording,
    embed: Callable[[list[Audio]], np.ndarray] | None = None,
    agreement: float | None = None,
) -> Report:
    """The report on a recording. `embed` gives speaker embeddings (n, V) of pieces of one length, without
    which a second speaker is not found; `agreement` is how well a transcript fits.
    """
    return report_on(survey(recording), embed, agreement)


def survey(recording: OpenedRecording) -> Survey:
    """A recording after a look at all of it."""
    audio = recording.audio
    active = audio.activity()
    peak = float(max(audio.samples.max(), -audio.samples.min())) if len(audio.samples) else 0.0
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
        language=None,
        window=(0.0, audio.seconds),
        **_of_the_file(recording),
    )
    mended = what_was_done(recording)
    if recording.silent or peak < AUDIBLE_PEAK or not active.any():
        return Survey(facts, mended, None)
    facts["window"] = start, stop = best_window(audio, active, recording.clipped)
    facts["clipped"] = round(min(1.0, float(recording.clipped.sum()) / max(1, int(active.sum()))), 6)
    middle = (start + stop) / 2
    first, last = (int(max(0.0, middle + side * LONGEST / 2) * audio.rate) for side in (-1, 1))
    seen = Audio(audio.samples[first:last].copy(), audio.rate).resample(RATE)
    return Survey(facts, mended, seen)


def report_on(
    surveyed: Survey,
    embed: Callable[[list[Audio]], np.ndarray] | None = None,
    agreement: float | None = None,
) -> Report:
    """The report on a recording that was looked at; see `examine`."""
    facts = {**surveyed.facts, "agreement": agreement}
    if surveyed.seen is None:
        return Report(**facts, problems=["silence"], advice=ADVICE["silence"], mended=surveyed.mended)
    facts |= measure(surveyed.seen)
    facts["level_db"] -= facts["gain_db"]
    if embed is not None:
        facts["one_voice"] = one_voice(surveyed.seen, embed)
    facts = {
        name: round(float(value), 3)
        if isinstance(value, float | np.floating) and name not in ("clipped", "offset")
        else value
        for name, value in facts.items()
    }
    problems = faults(facts)
    advice = ADVICE[problems[0]].format(**facts) if problems else "A good reference."
    return Report(**facts, problems=problems, advice=advice, mended=surveyed.mended)


def _of_the_file(recording: OpenedRecording) -> dict[str, Any]:
    """What is reported of a recording's file, before its sound is measured."""
    source = recording.source
    return {
        "channels": source.channels.likeness,
        "delay_ms": round(1000 * source.channels.delay, 3),
        "track": source.track,
        "tracks": source.tracks,
        "wrong_length": source.wrong_length,
        "offset": float(f"{recording.offset:.3g}"),
        "rumble_db": recording.rumble_db,
        "gain_db": round(recording.gain_db, 1),
    }


def what_was_done(recording: OpenedRecording) -> list[str]:
    """What was done to a recording when it was opened, a phrase each."""
    source, channels = recording.source, recording.source.channels
    done = []
    if source.track > 1:
        done.append(f"track {source.track} of {source.tracks} is used, the first that holds speech")
    if channels.likeness not in ("one", "alike") and channels.chosen:
        delay = f" ({abs(1000 * channels.delay):.2f} ms apart)" if channels.delay else ""
        done.append(
            f"channel {channels.chosen[0] + 1} alone is used: the channels are {channels.likeness}{delay}"
        )
    if recording.offset:
        done.append(f"an offset of {recording.offset:+.4f} was taken out")
    if recording.rumble_db is not None:
        done.append(f"rumble of {recording.rumble_db:+.0f} dB beside the speech was taken out")
    if recording.gain_db:
        way = "raised" if recording.gain_db > 0 else "lowered"
        done.append(f"it was {way} by {abs(recording.gain_db):.0f} dB")
    if source.wrong_length:
        done.append("its header gives a wrong length: it was read to the end of the file")
    return done


def best_window(audio: Audio, active: np.ndarray, clipped: np.ndarray) -> tuple[float, float]:
    """The stretch of WINDOW seconds with the most clean speech, (start, stop) in seconds; the whole of a
    shorter recording. `active` and `clipped` (T,) say of each hundredth of a second whether it holds sound,
    and which share of it is cut off.

    Every step counts by its speech, less if it is clipped or rises little above the quiet about it; silence
    counts a little against.
    """
    size = int(STEP * 100)
    count = len(active) // size
    least, most = (int(seconds / STEP) for seconds in WINDOW)
    if count <= least:
        return 0.0, audio.seconds
    speech = active[: count * size].reshape(count, size).mean(axis=1)
    cut = np.pad(clipped, (0, max(0, count * size - len(clipped))))[: count * size]
    cut = cut.reshape(count, size).mean(axis=1)
    level = 10 * np.log10(audio.frame_power()[: count * size] + 1e-10)
    near = 15  # steps: the quiet of 1.5 s either way, found every half a second
    each = 5
    floor = np.array(
        [np.percentile(level[max(0, i - near) * size : (i + near) * size], 10) for i in range(0, count, each)]
    )
    floor = np.repeat(floor, each)[:count]
    above = np.percentile(level, 90) - floor
    worth = np.where(speech > 0.2, speech * np.clip(above / 30, 0.3, 1.0), -0.1) - 20 * cut
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
        "rumble": facts["rumble_db"] is not None,
        "offset": facts["offset"] != 0.0,
        "beyond-full-scale": facts["gain_db"] < 0.0,
        "other-track": facts["track"] > 1,
        "wrong-length": facts["wrong_length"],
        "mostly-silence": facts["speech_seconds"] < 0.3 * facts["seconds"],
    }
    return [name for name in ADVICE if holds.get(name)]


def agreement(aligner: Aligner, audio: Audio, transcript: str) -> float:
    """The mean log-probability of the transcript's phonemes in a recording."""
    symbols = [symbol for sentence in read(transcript).utterances for symbol in sentence.symbols]
    found = aligner.align(audio.trim(), symbols)
    if found is None:
        return HOPELESS  # more sounds than frames: this was not said here
    return float(found.scores[found.durations > 0].mean())


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
        warnings.warn(f"{name}: {report.advice}{rest}", stacklevel=4)
