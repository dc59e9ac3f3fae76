"""Text and a voice to speech: the one way from a script to marked audio."""

from __future__ import annotations

from soundalike.core.types import Voice
from soundalike.text import Lexicon

QUALITIES = ("fast", "best")


NATURAL = (0.7, 1.4)  # rates beyond which speech made to fit a length sounds hurried or dragging


def lexicon_of(voice: Voice) -> Lexicon | None:
    """The pronunciations kept with a voice."""
    return Lexicon.from_dict(voice.facts["lexicon"]) if "lexicon" in voice.facts else None
