"""Which units: candidates of each target, pruned, and the cheapest path through them (Viterbi)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from .costs import FEWEST_CANDIDATES, NEAREST, Units, described_costs, join_costs, spectral_costs
from .network import SECOND
from .targets import CLASSES, Targets

SHORTLIST = 6  # times as many candidates as are kept have their spectra compared


@dataclass(frozen=True)
class Selection:
    """The chosen units (H,) and what they cost."""

    units: np.ndarray
    target_costs: np.ndarray  # (H,)
    join_costs: np.ndarray  # (H,) of the join before each; 0 of the first, and of neighbours


def cheapest_path(
    costs: list[np.ndarray], joins: Callable[[int], np.ndarray]
) -> tuple[np.ndarray, list[float]]:
    """The candidate (H,) of each step on the path whose costs and joins sum to least, and what each join of
    it costs.

    `costs` are those of each step's candidates; `joins(h)` those (K, L) from step h - 1 to step h.
    """
    total = costs[0]
    back = []
    tables = []
    for step in range(1, len(costs)):
        table = joins(step)
        sums = total[:, None] + table
        back.append(sums.argmin(0))
        tables.append(table)
        total = sums.min(0) + costs[step]
    path = [int(total.argmin())]
    for came in reversed(back):
        path.append(int(came[path[-1]]))
    path.reverse()
    paid = [0.0, *(float(table[a, b]) for table, a, b in zip(tables, path, path[1:]))]
    return np.array(path), paid


def select(
    units: Units,
    targets: Targets,
    variety: float = 0.0,
    seed: int = 0,
    forced: Mapping[int, int] | None = None,
) -> Selection:
    """The units of a sentence: of the recording that holds it whole, where there is one. `variety` is the
    deviation of the logarithms of the target costs, by the random numbers of the seed; `forced` names the
    units that some targets must take.
    """
    whole = None if forced else held_whole(units, targets)
    if whole is not None:
        return Selection(whole, np.zeros(len(whole)), np.zeros(len(whole)))
    rng = np.random.default_rng(seed)
    candidates: list[np.ndarray] = []
    costs: list[np.ndarray] = []
    for at in range(len(targets)):
        if forced and at in forced:
            candidates.append(np.array([forced[at]]))
            costs.append(np.zeros(1, np.float32))
            continue
        pool = pool_of(units, targets, at)
        cost = described_costs(units, targets, at, pool)
        most = SHORTLIST * units.config.candidates
        if len(pool) > most:
            listed = np.argpartition(cost, most)[:most]
            if candidates:
                listed = np.union1d(listed, followers(pool, candidates[-1], units))
            pool, cost = pool[listed], cost[listed]
        cost = cost + spectral_costs(units, targets, at, pool)
        if variety:
            cost = cost * np.exp(variety * rng.standard_normal(len(cost)))
        best = kept(cost, pool, candidates[-1] if candidates else None, units)
        candidates.append(pool[best])
        costs.append(cost[best].astype(np.float32))
    path, joins = cheapest_path(costs, lambda step: join_costs(units, candidates[step - 1], candidates[step]))
    chosen = [own[place] for own, place in zip(candidates, path)]
    paid = [own[place] for own, place in zip(costs, path)]
    return Selection(np.array(chosen), np.array(paid), np.array(joins))


def held_whole(units: Units, targets: Targets) -> np.ndarray | None:
    """The units (H,) of the first recording that says a whole sentence; none where no recording does."""
    size = len(targets)
    begins = units.symbols[: max(0, len(units.symbols) - size + 1)] == targets.symbols[0]
    for start in np.flatnonzero(begins):
        stretch = slice(start, start + size)
        together = (np.diff(units.border[stretch]) == 1).all()
        if together and (units.symbols[stretch] == targets.symbols).all():
            return np.arange(start, start + size)
    return None


def pool_of(units: Units, targets: Targets, at: int) -> np.ndarray:
    """The units of a target's sound; where there are hardly any, those of the sounds nearest to what is
    predicted too.
    """
    sound = int(CLASSES[targets.symbols[at]])
    half = int(targets.flags[at] & SECOND)
    own = units.of_class.get((sound, half), np.zeros(0, np.int64))
    if len(own) >= FEWEST_CANDIDATES:
        return own
    away = np.sqrt(((units.centres[:, 1:] - targets.means[at, 1:]) ** 2).sum(1))
    away[[0, sound]] = np.nan  # a pause is no sound
    nearest = [one for one in np.argsort(away)[:NEAREST] if (int(one), half) in units.of_class]
    return np.concatenate([own, *(units.of_class[int(one), half] for one in nearest)])


def kept(cost: np.ndarray, pool: np.ndarray, before: np.ndarray | None, units: Units) -> np.ndarray:
    """Which of a pool stay after pruning: the cheapest, and those that follow a candidate of the target
    before in its recording.
    """
    most = units.config.candidates
    if len(pool) <= most:
        return np.arange(len(pool))
    best = np.argpartition(cost, most)[:most]
    return best if before is None else np.union1d(best, followers(pool, before, units))


def followers(pool: np.ndarray, before: np.ndarray, units: Units) -> np.ndarray:
    """Which of a pool follow, in their recording, one of the units before."""
    wanted = np.sort(units.border[before] + 1)
    found = units.border[pool]
    place = np.searchsorted(wanted, found).clip(max=len(wanted) - 1)
    return np.flatnonzero(wanted[place] == found)
