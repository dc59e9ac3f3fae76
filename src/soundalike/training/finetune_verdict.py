"""Which of two voices is kept: the adapted one, unless held-out sentences say clearly that it is worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Criterion:
    """A measure that an adapted voice is judged by."""

    name: str
    label: str
    is_higher_better: bool
    allowed: float  # what an adapted voice may lose of it


CRITERIA = (
    Criterion("similarity", "similarity to the recordings", True, 0.0),
    Criterion("wer", "share of wrong words", False, 0.01),
    Criterion("doubted", "share of sentences in doubt", False, 0.01),
    Criterion("naturalness", "predicted naturalness", True, 0.1),
)


@dataclass(frozen=True)
class Difference:
    """The adapted voice's mean less the other's over the same sentences, with its 95 % interval by a paired
    bootstrap; None where there are too few sentences for one.
    """

    value: float
    low: float | None
    high: float | None

    def __str__(self) -> str:
        interval = "" if self.low is None else f", 95 %: {self.low:+.3f} to {self.high:+.3f}"
        return f"{self.value:+.3f}{interval}"


@dataclass(frozen=True)
class Verdict:
    """What the comparison of an adapted voice with a plain one comes to."""

    better: tuple[str, ...]  # labels of the criteria in which it is clearly better
    worse: tuple[str, ...]  # in which it is clearly worse, by more than it may lose
    reason: str  # in words

    @property
    def is_adapted_kept(self) -> bool:
        """Whether the adapted voice is the one to keep."""
        return not self.worse


def verdict_of(differences: Mapping[str, Difference], sentences: int) -> Verdict:
    """Judge an adapted voice by its differences from the plain one, by the names of CRITERIA.

    It is clearly worse where the whole interval lies beyond what it may lose, clearly better where the whole
    interval lies on the good side of zero. Sentences in doubt count only where no recogniser judges words.
    """
    better: list[str] = []
    worse: list[str] = []
    told: dict[str, str] = {}
    for criterion in CRITERIA:
        difference = differences.get(criterion.name)
        if difference is None or (criterion.name == "doubted" and "wer" in differences):
            continue
        told[criterion.label] = f"{criterion.label} ({difference})"
        gain = _as_gain(difference, criterion)
        if gain is None:
            continue
        if gain[1] < -criterion.allowed:
            worse.append(criterion.label)
        elif gain[0] > 0:
            better.append(criterion.label)
    return Verdict(tuple(better), tuple(worse), _reason(better, worse, told, sentences))


def _as_gain(difference: Difference, criterion: Criterion) -> tuple[float, float] | None:
    """The interval of a difference, turned so that more is better."""
    if difference.low is None or difference.high is None:
        return None
    if criterion.is_higher_better:
        return difference.low, difference.high
    return -difference.high, -difference.low


def _reason(better: list[str], worse: list[str], told: Mapping[str, str], sentences: int) -> str:
    over = f"over {sentences} sentences kept aside"
    if worse:
        return f"it is clearly worse in {' and '.join(told[label] for label in worse)} {over}"
    if better:
        gains = " and ".join(told[label] for label in better)
        return f"it is clearly better in {gains} {over}, and clearly worse in nothing"
    if told:
        return f"{over} it is not clearly worse in anything, nor clearly better: {'; '.join(told.values())}"
    return "too few clips were left to compare the two"
