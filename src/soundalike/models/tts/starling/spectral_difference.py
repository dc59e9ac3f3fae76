"""What a recording has of its words that a model did not hear in them, carried over to another voice.

The content that a model hears is said twice, in the recording's own voice and in the target's. What the
first lacks of the recording is what was misheard; it is added to the second, at the target's formants.
Misheard words are misheard alike in both, and so cancel out. After Kobayashi et al. 2014 ("Statistical
singing voice conversion with direct waveform modification based on the spectrum differential"), who filter
the recording by the difference of two converted spectra.
"""

from __future__ import annotations

import numpy as np

from soundalike.audio.mel import MelSpec, band_centres

COEFFICIENTS = 25  # cosines over the bands that hold an envelope, without harmonics
FACTORS = np.geomspace(0.8, 1.25, 19)  # from one's formants to another's
SPEECH = 4.0  # nats below the loudest frame down to which frames tell of formants
AUDIBLE = 6.0  # nats below the loudest frame down to which the recording is heard to say more
LOUDER, SOFTER = 2.0, -3.0  # nats that a band may be changed by
FLOOR = 0.1  # quantile of a band over time that is its noise
CLEAR = 2.0  # nats above its noise from which on a band is the speaker's


def envelope(mel: np.ndarray, count: int = COEFFICIENTS) -> np.ndarray:
    """The part of log-mels (..., M) that varies slowly over the bands."""
    bands = mel.shape[-1]
    places = (np.arange(bands)[:, None] + 0.5) * (np.pi / bands)
    cosines = np.cos(places * np.arange(count)) * (2 / bands) ** 0.5
    cosines[:, 0] /= 2**0.5
    return mel @ cosines.astype(np.float32) @ cosines.T.astype(np.float32)


def stretched(mel: np.ndarray, factor: float, spec: MelSpec) -> np.ndarray:
    """Log-mels (..., M) with everything at `factor` times its frequency; what lies beyond the highest band is
    that band's (`models.common.disguise.stretched`).
    """
    centres = band_centres(spec)
    wanted = centres / factor
    above = np.searchsorted(centres, wanted).clip(1, spec.n_mels - 1)
    low, high = centres[above - 1], centres[above]
    source = (above - 1 + (wanted - low) / (high - low)).clip(0, spec.n_mels - 1)
    below = np.minimum(np.floor(source), spec.n_mels - 2).astype(int)
    share = (source - below).astype(np.float32)
    return mel[..., below] * (1 - share) + mel[..., below + 1] * share


def formant_factor(own: np.ndarray, target: np.ndarray, spec: MelSpec) -> float:
    """The factor on frequency that brings one voice's spectrum nearest to another's, of log-mels (T, M) of
    the same words in both.
    """
    level = own.mean(1)
    speech = level > level.max() - SPEECH
    one, other = envelope(own[speech]), envelope(target[speech])
    errors = []
    for factor in FACTORS:
        apart = stretched(one, float(factor), spec) - other
        errors.append(np.abs(apart - apart.mean(0)).mean())
    return float(FACTORS[int(np.argmin(errors))])


def carried_over(
    heard: np.ndarray, own: np.ndarray, target: np.ndarray, factor: float, spec: MelSpec
) -> np.ndarray:
    """The target's log-mel (T, M) with what the recording's (T, M) has beside that in its own voice (T, M).

    What it has in all of its speech alike is its microphone's or its speaker's, and what it has in quiet
    frames and bands is its room's: both are left out.
    """
    level = heard.mean(1)
    share = ((level - level.max() + AUDIBLE) / 2).clip(0.0, 1.0)[:, None]
    missed = envelope(heard - own)
    missed = missed - (share * missed).sum(0) / max(1.0, share.sum())
    sound = envelope(heard)
    floor = np.quantile(sound, FLOOR, 0)
    missed = (missed * ((sound - floor) / CLEAR).clip(0.0, 1.0)).clip(SOFTER, LOUDER)
    return target + share * stretched(missed, factor, spec)
