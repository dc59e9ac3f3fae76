"""The measures of a clip by which its emotion is told: of its pitch, its energy and its spectrum.

All are of speech alone, whatever silence is around it, and none depends on the level of the recording.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec, band_centres
from soundalike.nn.masks import length_mask
from soundalike.nn.spectral import energy

OTHERS = 26  # measures beside two of each band
ACTIVE = 4.0  # nats under the loudest frames from which on a frame is silence
LOUDEST = 0.95  # quantile of the energy that counts as the loudest
HIGHEST_BAND = 0.8  # share of the mel bands that are looked at: above, recordings differ more than emotions
TILT_BANDS = (300.0, 6000.0)  # hertz between which the tilt of a spectrum is measured
SMOOTHING = 9  # frames over which the energy is smoothed before its peaks are counted
BEGINNING, END = 0.3, 0.7  # shares of a clip


def measures_of(mel: Tensor, pitch: Tensor, lengths: Tensor, spec: MelSpec, bands: int) -> Tensor:
    """Measures (B, OTHERS + 2 * bands) of log-mels (B, T, M) with their pitch (B, T) in hertz, of so many
    frames (B,).
    """
    mask = length_mask(lengths, mel.shape[1])
    level = energy(mel)
    level = level - _quantiles(level, mask, (LOUDEST,))  # (B, T) nats under the loudest
    active = (level > -ACTIVE).float() * mask
    place, span = _places(active)
    voiced = (pitch > 0).float() * mask
    semitones = 12 * (pitch.clamp_min(1.0) / 100).log2()
    both_active = active[:, 1:] * active[:, :-1]
    spectrum = mel - energy(mel)[..., None]
    count = active.sum(1).clamp_min(1.0)
    rate = spec.frames_per_second
    found = [
        *_of_pitch(semitones, voiced, place, rate),
        voiced.sum(1) / count,
        *_of_energy(level, active, place, rate),
        count / span,
        _peaks(level, active) / count * rate,
        *_of_spectrum(mel, spectrum, active, both_active, spec),
    ]
    groups = _groups(mel.shape[2], bands).to(mel.device)
    return torch.cat([torch.stack(found, 1), *_mean_and_spread(spectrum @ groups, active)], 1)


def _of_pitch(semitones: Tensor, voiced: Tensor, place: Tensor, rate: float) -> list[Tensor]:
    """Mean, spread, quantiles, liveliness, slope, beginning and end of the pitch."""
    mean, spread = _mean_and_spread(semitones[..., None], voiced)
    both = voiced[:, 1:] * voiced[:, :-1]
    return [
        mean[:, 0],
        spread[:, 0],
        *_quantiles(semitones, voiced, (0.05, 0.25, 0.5, 0.75, 0.95)).unbind(1),
        _mean_change(semitones, both),
        _slope(semitones, voiced, rate),
        _part(semitones, voiced, place < BEGINNING),
        _part(semitones, voiced, place >= END),
    ]


def _of_energy(level: Tensor, active: Tensor, place: Tensor, rate: float) -> list[Tensor]:
    """The same of the energy."""
    mean, spread = _mean_and_spread(level[..., None], active)
    return [
        mean[:, 0],
        spread[:, 0],
        *_quantiles(level, active, (0.05, 0.25, 0.5, 0.75)).unbind(1),
        _mean_change(level, active[:, 1:] * active[:, :-1]),
        _slope(level, active, rate),
        _part(level, active, place >= END),
    ]


def _of_spectrum(mel: Tensor, spectrum: Tensor, active: Tensor, both: Tensor, spec: MelSpec) -> list[Tensor]:
    """Mean and spread of the spectrum's tilt, and how much the spectrum changes from frame to frame."""
    centres = torch.tensor(band_centres(spec), device=mel.device)
    inside = (centres > TILT_BANDS[0]) & (centres < TILT_BANDS[1])
    octaves = centres.clamp_min(1.0).log2()
    weight = (octaves - octaves[inside].mean()) * inside
    tilt = mel @ (weight / (weight**2).sum())  # (B, T) nats an octave
    mean, spread = _mean_and_spread(tilt[..., None], active)
    change = (spectrum[:, 1:] - spectrum[:, :-1]).abs().mean(-1)
    return [mean[:, 0], spread[:, 0], (change * both).sum(1) / both.sum(1).clamp_min(1.0)]


def _groups(size: int, bands: int) -> Tensor:
    """What takes the mean (M, bands) of neighbouring mel bands."""
    edges = torch.linspace(0, HIGHEST_BAND * size, bands + 1).floor()
    place = torch.arange(size)[:, None]
    inside = ((place >= edges[:-1]) & (place < edges[1:])).float()
    return inside / inside.sum(0).clamp_min(1.0)


def _places(active: Tensor) -> tuple[Tensor, Tensor]:
    """Of each frame (B, T) its place from the first active frame, 0, to the last, 1; frames between (B,)."""
    size = active.shape[1]
    first = active.argmax(1, keepdim=True)
    last = size - 1 - active.flip(1).argmax(1, keepdim=True)
    span = (last - first + 1).float().clamp_min(1.0)
    return (torch.arange(size, device=active.device) - first) / span, span[:, 0]


def _mean_and_spread(values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation (B, D) of values (B, T, D) where the mask (B, T) is one."""
    count = mask.sum(1).clamp_min(1.0)[:, None]
    mean = (values * mask[..., None]).sum(1) / count
    square = ((values - mean[:, None]) ** 2 * mask[..., None]).sum(1) / count
    return mean, square.clamp_min(1e-8).sqrt()


def _quantiles(values: Tensor, mask: Tensor, shares: tuple[float, ...]) -> Tensor:
    """Quantiles (B, Q) of values (B, T) where the mask is one; 0 where it is nowhere."""
    chosen = values.masked_fill(mask == 0, float("nan"))
    return torch.nanquantile(chosen, torch.tensor(shares, device=values.device), dim=1).T.nan_to_num(0.0)


def _mean_change(values: Tensor, both: Tensor) -> Tensor:
    """Mean absolute change (B,) from one frame to the next, where the mask (B, T - 1) is one."""
    return ((values[:, 1:] - values[:, :-1]).abs() * both).sum(1) / both.sum(1).clamp_min(1.0)


def _slope(values: Tensor, mask: Tensor, rate: float) -> Tensor:
    """The slope (B,) of the straight line through values (B, T) where the mask is one, per second."""
    time = torch.arange(values.shape[1], device=values.device)[None] / rate
    count = mask.sum(1, keepdim=True).clamp_min(1.0)
    away = (time - (time * mask).sum(1, keepdim=True) / count) * mask
    mean = (values * mask).sum(1, keepdim=True) / count
    return (away * (values - mean)).sum(1) / (away**2).sum(1).clamp_min(1e-6)


def _part(values: Tensor, mask: Tensor, inside: Tensor) -> Tensor:
    """By how much the mean of a part of the values (B, T) lies above that of all, (B,)."""
    mean = (values * mask).sum(1, keepdim=True) / mask.sum(1, keepdim=True).clamp_min(1.0)
    own = mask * inside
    return ((values - mean) * own).sum(1) / own.sum(1).clamp_min(1.0)


def _peaks(level: Tensor, active: Tensor) -> Tensor:
    """How many peaks (B,) the smoothed energy has, about one a syllable."""
    heard = torch.where(active > 0, level, -ACTIVE)
    kernel = torch.hann_window(SMOOTHING, device=level.device)
    padded = F.pad(heard, (SMOOTHING // 2 + 1,) * 2, value=-ACTIVE)
    smooth = F.conv1d(padded[:, None], (kernel / kernel.sum())[None, None])[:, 0]  # (B, T + 2)
    is_peak = (smooth[:, 1:-1] > smooth[:, :-2]) & (smooth[:, 1:-1] >= smooth[:, 2:])
    return (is_peak * active).sum(1)
