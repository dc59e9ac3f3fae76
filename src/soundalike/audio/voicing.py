"""Whether a sound is somebody's speech."""

from __future__ import annotations

import numpy as np

from .audio import Audio
from .levels import may_be_speech
from .mel import MelSpec
from .pitch import pitch

LEAST_SPEECH = 0.5  # seconds that are not silence
LEAST_VOICED = 0.2  # share of them that has a pitch
LEAST_MOVEMENT = 0.01  # octaves by which the pitch of speech moves: that of a tone does not
JOINED = 5  # hundredths of a second whose power is looked at together


def holds_speech(audio: Audio) -> bool:
    """Whether a sound has the changing level of speech, and enough of it a pitch that moves."""
    power = audio.frame_power()
    coarse = power[: len(power) // JOINED * JOINED].reshape(-1, JOINED).mean(1)
    seconds = audio.speech_seconds()
    if seconds < LEAST_SPEECH or not may_be_speech(coarse):
        return False
    spec = MelSpec()
    hertz = pitch(audio.resample(spec.sample_rate).samples, spec)
    voiced = hertz[hertz > 0]
    share = len(voiced) / spec.frames_per_second / seconds
    return share > LEAST_VOICED and float(np.log2(voiced).std()) > LEAST_MOVEMENT
