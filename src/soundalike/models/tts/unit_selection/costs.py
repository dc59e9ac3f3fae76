"""The two costs of unit selection (Hunt & Black 1996, eqs. 1 to 4): how far a unit is from its target, and
how audible a join of two units would be. Both are weighted sums; the weights stand in UnitSelectionConfig.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundalike.audio.durations import LEAST

from .features import UNVOICED, restored
from .network import BEGINS, ENDS, FINAL, SECOND, UnitInventory, UnitSelectionConfig
from .targets import CLASSES, Targets

NEAREST = 3  # other sounds that stand in for one that the recordings lack
FEWEST_CANDIDATES = 4  # of a sound; with fewer, others are taken too
FOREIGN = 3.0  # added to the target cost of another sound than the wanted one
NEAR = 0.7  # what the nearer neighbour of a half counts, of both
AUDIBLE = np.array((0.15, 0.6, 1.0), np.float32)  # a join within a pause; where unvoiced; where voiced


@dataclass(frozen=True)
class Units:
    """An inventory as the search sees it; U units, B borders. Those of a sentence that may be borrowed come
    last.
    """

    config: UnitSelectionConfig
    frame: float  # samples
    symbols: np.ndarray  # (U,)
    classes: np.ndarray  # (U,)
    flags: np.ndarray  # (U,)
    left: np.ndarray  # (U,) class of the sound before
    right: np.ndarray  # (U,) class of the sound after
    border: np.ndarray  # (U,) the border before each; the one after is the next
    times: np.ndarray  # (B,)
    borders: np.ndarray  # (B, 2, D)
    border_pitch: np.ndarray  # (B, 2)
    log_frames: np.ndarray  # (U,) logarithm of how many frames each lasts, one at least
    spectra: np.ndarray  # (U, 3, D - 1) cepstra: the mean, at the beginning, at the end
    pitch: np.ndarray  # (U,)
    held: frozenset[tuple[int, int]]  # pairs of classes that follow one another in some recording
    centres: np.ndarray  # (C, D) mean energy and cepstra of classes; NaN of one that no unit has
    distances: np.ndarray  # (C, C) between them, 0 to 1
    of_class: dict[tuple[int, int], np.ndarray]  # (class, second half) to its units


def units_of(inventory: UnitInventory) -> Units:
    """The units of an inventory, ready for the search."""
    symbols = inventory.symbols.numpy()
    flags = inventory.flags.numpy()
    classes = CLASSES[symbols]
    clips = inventory.clips.numpy()
    count = len(symbols)
    clip_of = np.repeat(np.arange(len(clips)), np.diff([*clips[:, 0], count]))
    # Units come in pairs, the halves of one symbol; the sounds around them are those of the pairs beside
    pairs = classes[::2]
    own = clip_of[::2]
    same = own[1:] == own[:-1]
    left = np.repeat(np.concatenate([[0], np.where(same, pairs[:-1], 0)]), 2)
    right = np.repeat(np.concatenate([np.where(same, pairs[1:], 0), [0]]), 2)
    means = restored(inventory.means.numpy())
    borders = restored(inventory.borders.numpy())
    border = np.arange(count) + clip_of
    times = inventory.times.numpy()
    codes = np.unique(classes.astype(np.int64) * len(CLASSES) + right)
    second = (flags & SECOND) > 0
    of_class = {
        (int(one), half): np.flatnonzero((classes == one) & (second == bool(half)))
        for one in np.unique(classes)
        for half in (0, 1)
    }
    return Units(
        inventory.config,
        inventory.mel.hop_length,
        symbols,
        classes,
        flags,
        left,
        right,
        border,
        times,
        borders,
        inventory.border_pitch.numpy(),
        log_frames(times, border, inventory.mel.hop_length),
        unit_spectra(means, borders, border),
        inventory.pitch.numpy(),
        frozenset((int(code) // len(CLASSES), int(code) % len(CLASSES)) for code in codes),
        *class_distances(classes, means),
        of_class,
    )


def log_frames(times: np.ndarray, border: np.ndarray, frame: float) -> np.ndarray:
    """The logarithm of how many frames (U,) units last, one at least, of the borders before them."""
    return np.log(np.maximum((times[border + 1] - times[border]) / frame, 1.0)).astype(np.float32)


def unit_spectra(means: np.ndarray, borders: np.ndarray, border: np.ndarray) -> np.ndarray:
    """The cepstra (U, 3, D - 1) of units: their mean, and those at their beginning and end."""
    parts = (means, borders[border, 1], borders[border + 1, 0])
    return np.ascontiguousarray(np.stack(parts, 1)[..., 1:])


def class_distances(classes: np.ndarray, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean features (C, D) of each class of sounds, NaN of one that no unit has, and how far apart they
    are (C, C): 0 to 1, and 1 from a class that no unit has.
    """
    size = int(CLASSES.max()) + 1
    sums = np.zeros((size, means.shape[1]), np.float32)
    np.add.at(sums, classes, means)
    counts = np.bincount(classes, minlength=size)
    with np.errstate(invalid="ignore"):
        centres = sums / np.float32(counts)[:, None]
    apart = np.sqrt(((centres[:, None, 1:] - centres[None, :, 1:]) ** 2).sum(-1))
    wide = float(np.nanquantile(apart, 0.9)) if len(classes) else 1.0
    apart = np.nan_to_num(np.clip(apart / max(wide, 1e-6), 0.0, 1.0), nan=1.0)
    np.fill_diagonal(apart, 0.0)
    return centres, apart


def pitch_costs(ours: np.ndarray, theirs: np.ndarray, octave: float, voicing: float) -> np.ndarray:
    """What a difference of log pitches costs, by broadcasting; `voicing` where one of the two has none."""
    a = ours > UNVOICED
    b = theirs > UNVOICED
    return np.where(a & b, octave * np.abs(ours - theirs), np.where(a == b, 0.0, voicing))


def described_costs(units: Units, targets: Targets, at: int, chosen: np.ndarray) -> np.ndarray:
    """How far units (K,) are from target `at` in all but their spectra: the weighted sum of differences."""
    weights = units.config
    wanted = max(float(targets.frames[at]), LEAST / 2)
    cost = weights.duration * np.abs(units.log_frames[chosen] - np.float32(np.log(wanted)))
    cost += pitch_costs(units.pitch[chosen], targets.pitch[at], weights.pitch, weights.voicing)
    # The nearer neighbour counts more: the one before of a first half, the one after of a second
    left = units.distances[targets.left[at]][units.left[chosen]]
    right = units.distances[targets.right[at]][units.right[chosen]]
    near, far = (right, left) if targets.flags[at] & SECOND else (left, right)
    cost += weights.context * (NEAR * near + (1 - NEAR) * far)
    cost += weights.stress * (units.symbols[chosen] != targets.symbols[at])
    flags = units.flags[chosen] ^ targets.flags[at]
    cost += weights.word * (((flags & BEGINS) > 0).astype(np.float32) + ((flags & ENDS) > 0))
    cost += weights.phrase * ((flags & FINAL) > 0)
    return cost + FOREIGN * (units.classes[chosen] != CLASSES[targets.symbols[at]])


def spectral_costs(units: Units, targets: Targets, at: int, chosen: np.ndarray) -> np.ndarray:
    """How far the spectra of units (K,) are from those of target `at`."""
    wanted = np.stack([targets.means[at], targets.borders[at, 1], targets.borders[at + 1, 0]])[:, 1:]
    apart = np.sqrt(((units.spectra[chosen] - wanted) ** 2).sum(-1))
    return units.config.spectrum * apart.mean(1)


def join_costs(units: Units, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """How audible joins of units (K,) to units (L,) would be: (K, L); zero of neighbours in a recording.

    Either side of the cut is compared: what follows the left unit in its recording with what begins the right
    one, and the other way round.
    """
    weights = units.config
    ends = units.border[left] + 1
    begins = units.border[right]
    cost = np.full((len(left), len(right)), weights.join, np.float32)
    for side in (0, 1):
        one = units.borders[ends, side]
        two = units.borders[begins, side]
        square = (one[:, 1:] ** 2).sum(1)[:, None] + (two[:, 1:] ** 2).sum(1) - 2 * one[:, 1:] @ two[:, 1:].T
        cost += weights.join_spectrum / 2 * np.sqrt(np.maximum(square, 0.0))
        cost += weights.join_energy / 2 * np.abs(one[:, :1] - two[:, 0])
        pitches = units.border_pitch[ends, side][:, None], units.border_pitch[begins, side]
        cost += 0.5 * pitch_costs(*pitches, weights.join_pitch, weights.join_voicing)
    voiced = units.border_pitch[ends, 0] > UNVOICED
    kind = np.where(units.classes[left] == 0, 0, np.where(voiced, 2, 1))
    cost *= AUDIBLE[kind][:, None]
    return np.where(begins == ends[:, None], 0.0, cost)
