"""Faults that are measured: in one sound by itself, and between it and its text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from soundalike.audio.audio import AUDIBLE_PEAK, Audio
from soundalike.audio.clipping import cut_off
from soundalike.audio.levels import frame_power, speech_level
from soundalike.audio.low_frequencies import take_out
from soundalike.audio.recording import mono_of, read_channels
from soundalike.core.contracts import Aligner, SpeakerEncoder
from soundalike.core.errors import AudioError
from soundalike.models.aligners.agreement import DISAGREEMENT, agreement
from soundalike.prepare.readers.clips import Clip
from soundalike.text.alphabet import MARKS

from .finding import Finding

Found = Callable[[str, str, str], None]  # takes a fault's check, reason and remedy

CLIPPED = 5e-4  # share of the samples of speech in flat tops
SHORT = 0.5  # seconds of a clip
LONG = 20.0
EDGE = 1.0  # seconds of silence before or after the speech
QUIET = -45.0  # dBFS of the speech
LEAST_OFFSET = 0.0005  # of full scale: smaller ones are shown as 0
LEAST_FOR_OFFSET = 1.0  # seconds: the mean of less is not 0 by nature
ENOUGH = 1.0  # seconds of speech that a speaker embedding is taken of
SLOW = 2.0  # phonemes a second of speech
FAST = 20.0
ENDINGS = {
    "WAV": (".wav",),
    "FLAC": (".flac",),
    "MP3": (".mp3",),
    "MPEG": (".mp3",),
    "OGG": (".ogg", ".opus"),
    "AIFF": (".aif", ".aiff"),
}


@dataclass(frozen=True)
class ClipMeasures:
    """What is kept of a clip's sound, to be compared with the others'."""

    rate: int  # hertz
    digest: str  # of its samples
    embedding: np.ndarray | None  # (V,) of its speaker


def measure_clip(
    clip: Clip, phonemes: list[str], aligner: Aligner | None, encoder: SpeakerEncoder | None
) -> tuple[ClipMeasures | None, list[Finding]]:
    """The measures of a clip's sound, None where it cannot be read, and the findings about it."""
    findings: list[Finding] = []

    def found(check: str, reason: str, remedy: str) -> None:
        findings.append(Finding(check, clip.where, clip.audio, reason, remedy))

    try:
        channels, rate = _channels(clip)
    except AudioError as error:
        found("unreadable", str(error).removeprefix(f"{clip.audio}: "), "Export the recording again.")
        return None, findings
    made = mono_of(channels, rate)
    audio = Audio(made.samples, rate)
    digest = hashlib.sha256(channels.tobytes()).hexdigest()
    active = audio.activity()
    _wrong_ending(clip, found)
    if channels.shape[1] > 1:
        found(
            "stereo",
            f"has {channels.shape[1]} channels, {made.facts.channels.likeness}",
            "Give one: the channel of the speaker's microphone.",
        )
    if float(np.abs(channels).max()) < AUDIBLE_PEAK or active.sum() < 20:
        found("silence", "nobody speaks in it", "Record it again, or take the row out.")
        return ClipMeasures(rate, digest, None), findings
    if audio.seconds < SHORT:
        found("too-short", f"lasts {audio.seconds:.2f} s", f"Give clips of {SHORT:g} s or more.")
    if not clip.long:
        _proportions(audio, active, found)
    _level(audio, active, found)
    fits = _pace(audio, phonemes, found)
    embedding = None
    if audio.seconds <= 2 * LONG:
        if aligner is not None and fits:
            _transcript(audio, phonemes, aligner, found)
        if encoder is not None and audio.speech_seconds() >= ENOUGH:
            embedding = encoder.embed([audio.resample(encoder.mel.sample_rate).normalised()])[0]
    return ClipMeasures(rate, digest, embedding), findings


def _channels(clip: Clip) -> tuple[np.ndarray, int]:
    """The samples (N, C) that a clip means, and their rate. Raises AudioError where there are none."""
    channels, rate, _, _ = read_channels(clip.audio)
    if clip.span is not None:
        channels = channels[int(clip.span[0] * rate) : int(clip.span[1] * rate)]
        if not len(channels):
            raise AudioError(f"{clip.audio}: the recording ends before the clip starts.")
    return channels, rate


def _pace(audio: Audio, phonemes: list[str], found: Found) -> bool:
    """Whether a text has phonemes, about as many as the speech has time for."""
    count = sum(symbol not in MARKS for symbol in phonemes)
    pace = count / max(0.1, audio.speech_seconds())
    if not count or SLOW <= pace <= FAST:
        return count > 0
    reason = f"{count} phonemes in {audio.speech_seconds():.1f} s of speech ({pace:.1f} a second)"
    found(
        "pace",
        f"{reason}: the text is too {'long' if pace > FAST else 'short'} for the sound",
        "Check that the two belong together.",
    )
    return False


def _transcript(audio: Audio, phonemes: list[str], aligner: Aligner, found: Found) -> None:
    """Whether the text is what is said."""
    alignment = aligner.align(audio, phonemes)
    if alignment is None:
        return
    score = agreement(alignment, phonemes)
    if score < DISAGREEMENT:
        found(
            "transcript",
            f"the text is not what is said (agreement {score:.1f})",
            "Listen and correct the text.",
        )


def _proportions(audio: Audio, active: np.ndarray, found: Found) -> None:
    if audio.seconds > LONG:
        found(
            "too-long",
            f"lasts {audio.seconds:.1f} s",
            "Cut it; a folder of recordings is cut by `soundalike data prepare`.",
        )
    loud = np.flatnonzero(active) / 100
    before = loud[0]
    after = audio.seconds - loud[-1]
    if max(before, after) > EDGE:
        place = "before" if before > after else "after"
        found(
            "edges",
            f"{max(before, after):.1f} s of silence {place} the speech",
            "Trim it; `soundalike data prepare` does so by default.",
        )


def _level(audio: Audio, active: np.ndarray, found: Found) -> None:
    speech = audio.samples[: len(active) * (audio.rate // 100)][np.repeat(active, audio.rate // 100)]
    clipped = float(cut_off(audio.samples).sum()) / max(1, len(speech))
    if clipped > CLIPPED:
        found(
            "clipped",
            f"{100 * clipped:.1f} % of the speech is cut off (overdriven)",
            "Record it again at a lower level.",
        )
    level = 10 * np.log10(float((speech.astype(np.float64) ** 2).mean()) + 1e-12)
    if level < QUIET:
        found("quiet", f"the speech is at {level:.0f} dBFS", "Record it again at a higher level.")
    taken = take_out(audio.samples.copy(), audio.rate, speech_level(frame_power(audio.samples, audio.rate)))
    if abs(taken.offset) >= LEAST_OFFSET and audio.seconds >= LEAST_FOR_OFFSET:
        found(
            "offset",
            f"the samples' mean is {taken.offset:+.3f}, not 0",
            "`soundalike data prepare` takes it out.",
        )
    if taken.rumble_db is not None:
        found(
            "rumble",
            f"it rumbles below the voice, at {taken.rumble_db:+.0f} dB beside the speech",
            "`soundalike data prepare` takes it out.",
        )


def _wrong_ending(clip: Clip, found: Found) -> None:
    import soundfile

    try:
        format = soundfile.info(clip.audio).format
    except soundfile.LibsndfileError:
        return  # one of FFmpeg's formats
    right = next((endings for name, endings in ENDINGS.items() if format.startswith(name)), None)
    if right and Path(clip.audio).suffix.lower() not in right:
        found("ending", f"the file is {format}, which its name does not say", f"Name it {right[0]}.")
