"""Chosen units as stretches of recordings: what is cut, where it lands, and what a trace tells of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from soundalike.core.types import Stretch
from soundalike.text import Utterance

from .concatenate import Run
from .costs import Units
from .features import UNVOICED
from .network import UnitInventory
from .search import Selection
from .targets import Targets

SHARE = 0.33  # of a unit by which its border may be moved, at most


def groups_of(units: Units, selection: Selection) -> list[np.ndarray]:
    """The chosen units in groups of neighbours in a recording."""
    borders = units.border[selection.units]
    breaks = np.flatnonzero(borders[1:] != borders[:-1] + 1) + 1
    return np.split(selection.units, breaks)


def runs_of(units: Units, selection: Selection) -> list[Run]:
    """The stretches of the stream that the chosen units are."""
    most = units.config.join_frames * units.frame
    found = []
    for group in groups_of(units, selection):
        first = units.border[group[0]]
        last = units.border[group[-1]] + 1
        sizes = [int(units.times[border + 1] - units.times[border]) for border in (first, last - 1)]
        reach = [int(min(most, SHARE * size)) for size in sizes]
        pitch = [float(units.border_pitch[first, 1]), float(units.border_pitch[last, 0])]
        hertz = [2.0**one if one > UNVOICED else 0.0 for one in pitch]
        found.append(
            Run(int(units.times[first]), int(units.times[last]), (reach[0], reach[1]), (hertz[0], hertz[1]))
        )
    return found


def ends_of(units: Units, selection: Selection, places: Sequence[tuple[int, int]], size: int) -> np.ndarray:
    """Where each chosen unit ends in the sound (H,), in samples, of where its stretches begin there."""
    found: list[int] = []
    for number, group in enumerate(groups_of(units, selection)):
        at, stream = places[number]
        stops = units.times[units.border[group] + 1] - stream + at
        last = places[number + 1][0] if number + 1 < len(places) else size
        found += [*np.clip(stops[:-1], at, last).tolist(), last]
    return np.maximum.accumulate(np.array(found))


def stretches_of(
    inventory: UnitInventory,
    units: Units,
    selection: Selection,
    targets: Targets,
    ends: np.ndarray,
    utterance: Utterance,
    rate: int,
) -> tuple[Stretch, ...]:
    """What a trace tells of the chosen units."""
    names = inventory.recording_names
    clips = inventory.clips.numpy()
    found = []
    at = 0
    for group in groups_of(units, selection):
        stop = at + len(group)
        begin, end = (
            int(units.times[units.border[one] + step]) for one, step in ((group[0], 0), (group[-1], 1))
        )
        borrowed = group[0] >= len(inventory.symbols)
        clip = int(np.searchsorted(clips[:, 0], group[0], side="right")) - 1
        origin = begin if borrowed else int(clips[clip, 2])
        symbols = dict.fromkeys(targets.place[at:stop].tolist())
        found.append(
            Stretch(
                "" if borrowed else names[clip],
                (begin - origin) / rate,
                (end - origin) / rate,
                float(ends[at - 1] / rate) if at else 0.0,
                float(ends[stop - 1] / rate),
                tuple(utterance.symbols[place] for place in symbols),
                len(group),
                float(selection.join_costs[at]),
            )
        )
        at = stop
    return tuple(found)
