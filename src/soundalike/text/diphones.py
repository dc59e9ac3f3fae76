"""Diphones: pairs of sounds that follow one another, by which it is told whether recordings cover a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .alphabet import GAP, MARKS, START

PAUSE = "#"  # stands for the quiet before, between and after phrases

Diphone = tuple[str, str]


def sounds_of(symbols: Sequence[str]) -> list[str]:
    """The sounds of symbols without stress, one PAUSE for each stretch of quiet, at both ends too. Between
    words there is none.
    """
    sounds = [PAUSE]
    for symbol in symbols:
        if symbol in (START, GAP):
            continue
        sound = PAUSE if symbol in MARKS else symbol.lstrip("ˈˌ")
        if sound != PAUSE or sounds[-1] != PAUSE:
            sounds.append(sound)
    return sounds if sounds[-1] == PAUSE else [*sounds, PAUSE]


def diphones_of(symbols: Sequence[str]) -> list[Diphone]:
    """The diphones of symbols, in order."""
    sounds = sounds_of(symbols)
    return list(zip(sounds, sounds[1:]))


def coverage(wanted: Iterable[Diphone], held: Iterable[Diphone]) -> float:
    """The share of the wanted diphones, each counted once, that are held; 1 where none is wanted."""
    kinds = set(wanted)
    return len(kinds & set(held)) / len(kinds) if kinds else 1.0


def named(diphone: Diphone) -> str:
    """A diphone as it is shown: `k-w`."""
    return "-".join(diphone)
