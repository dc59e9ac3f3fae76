"""What a recording has of its words that a model did not hear in them, carried over to another voice.

The content that a model hears is said twice, in the recording's own voice and in the target's. What the
first lacks of the recording is what was misheard; it is added to the second, at the target's formants.
Misheard words are misheard alike in both, and so cancel out. After Kobayashi et al. 2014 ("Statistical
singing voice conversion with direct waveform modification based on the spectrum differential"), who filter
the recording by the difference of two converted spectra.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from soundalike.audio.mel import MelSpec
from soundalike.models.common.disguise import stretched

COEFFICIENTS = 25  # cosines over the bands that hold an envelope, without harmonics
FACTORS = torch.logspace(math.log2(0.8), math.log2(1.25), 19, 2.0)  # from one's formants to another's
SPEECH = 4.0  # nats below the loudest frame down to which frames tell of formants
AUDIBLE = 6.0  # nats below the loudest frame down to which the recording is heard to say more
LOUDER, SOFTER = 2.0, -3.0  # nats that a band may be changed by
FLOOR = 0.1  # quantile of a band over time that is its noise
CLEAR = 2.0  # nats above its noise from which on a band is the speaker's


def envelope(mel: Tensor, count: int = COEFFICIENTS) -> Tensor:
    """The part of log-mels (..., M) that varies slowly over the bands."""
    bands = mel.shape[-1]
    places = (torch.arange(bands, device=mel.device)[:, None] + 0.5) * (math.pi / bands)
    cosines = torch.cos(places * torch.arange(count, device=mel.device)) * (2 / bands) ** 0.5
    cosines[:, 0] /= 2**0.5
    return mel @ cosines @ cosines.T


def formant_factor(own: Tensor, target: Tensor, spec: MelSpec) -> float:
    """The factor on frequency that brings one voice's spectrum nearest to another's, of log-mels (T, M) of
    the same words in both.
    """
    level = own.mean(1)
    speech = level > level.max() - SPEECH
    one, other = envelope(own[speech]), envelope(target[speech])
    moved = stretched(one[None].expand(len(FACTORS), -1, -1), FACTORS.to(one.device), spec)
    apart = moved - other
    apart = (apart - apart.mean(1, keepdim=True)).abs().mean((1, 2))
    return float(FACTORS[int(apart.argmin())])


def carried_over(heard: Tensor, own: Tensor, target: Tensor, factor: float, spec: MelSpec) -> Tensor:
    """The target's log-mel (T, M) with what the recording's (T, M) has beside that in its own voice (T, M).

    What it has in all of its speech alike is its microphone's or its speaker's, and what it has in quiet
    frames and bands is its room's: both are left out.
    """
    level = heard.mean(1)
    share = ((level - level.max() + AUDIBLE) / 2).clamp(0.0, 1.0)[:, None]
    missed = envelope(heard - own)
    missed = missed - (share * missed).sum(0) / share.sum().clamp_min(1.0)
    sound = envelope(heard)
    floor = sound.quantile(FLOOR, 0)
    missed = (missed * ((sound - floor) / CLEAR).clamp(0.0, 1.0)).clamp(SOFTER, LOUDER)
    moved = stretched(missed[None], torch.tensor([factor], device=missed.device), spec)[0]
    return target + share * moved
