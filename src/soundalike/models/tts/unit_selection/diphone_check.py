"""Which diphones of a sentence no recording of an inventory holds."""

from __future__ import annotations

from dataclasses import dataclass

from soundalike.text import Utterance
from soundalike.text.alphabet import MARKS
from soundalike.text.diphones import PAUSE, named

from .costs import Units
from .targets import CLASSES, Targets


@dataclass(frozen=True)
class MissingDiphone:
    """A diphone that no recording holds: the target that is its first half, and the word it belongs to."""

    at: int  # the second half of the sound before; the next target is the first half of the one after
    word: str
    name: str


def missing_diphones(units: Units, targets: Targets, utterance: Utterance) -> list[MissingDiphone]:
    """The diphones of a sentence's targets that no recording holds, in order."""
    classes = CLASSES[targets.symbols]
    found = []
    for at in range(1, len(targets) - 1, 2):
        if (int(classes[at]), int(classes[at + 1])) in units.held:
            continue
        places = (int(targets.place[at]), int(targets.place[at + 1]))
        symbols = [utterance.symbols[place] for place in places]
        sounds = tuple(PAUSE if one in MARKS else one.lstrip("ˈˌ") for one in symbols)
        words = [utterance.word_of[place] for place in places]
        word = next((one for one, symbol in zip(words, symbols) if one >= 0 and symbol not in MARKS), -1)
        found.append(
            MissingDiphone(at, utterance.words[word] if word >= 0 else "", named((sounds[0], sounds[1])))
        )
    return found
