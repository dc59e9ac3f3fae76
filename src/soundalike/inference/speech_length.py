"""How long a text will take to say, before anything is spoken: from its phonemes, or, at once, at most."""

from __future__ import annotations

from soundalike.text import Script, Utterance

from .postprocess import PAUSE, asked_pauses

SECONDS_A_SYMBOL = 0.066  # of speech at its usual pace, pauses between words included
# Seconds that a character may take at most, by its kind: a letter; one that may be read out as a name or a
# whole word (a digit, a capital); any other sign ("%" is two syllables); a mark or a space, which is a rest
LETTER = 0.12
READ_OUT = 0.65
SIGN = 1.5
REST = 0.15
RESTS = frozenset(" \t\r\n.,;:!?'\"’‘“”()-–—")
MARKUP = frozenset("[<&")  # begin what may ask for pauses or another pace


def most_seconds(text: str) -> float | None:
    """Seconds that a plain text takes at most, by its characters alone; None where markup may ask for more.

    Several times what common prose takes: for telling at once that a text is short.
    """
    if not MARKUP.isdisjoint(text):
        return None
    return sum(_most_of(sign) for sign in text)


def _most_of(sign: str) -> float:
    if sign in RESTS:
        return REST
    if sign.isalpha():
        # A script without small letters may have a syllable or more for each
        return LETTER if sign.islower() else READ_OUT
    return READ_OUT if sign.isdecimal() else SIGN


def predicted_seconds(script: Script, speed: float = 1.0) -> float:
    """Seconds that a script takes at a speed (2: twice as fast), by its phonemes, pauses included.

    What voices take differs from it by about a fifth.
    """
    return sum(_seconds_of(utterance, speed) for utterance in script.utterances)


def _seconds_of(utterance: Utterance, speed: float) -> float:
    symbols = float(len(utterance.symbols))
    if utterance.rate:
        symbols = sum(1 / utterance.rate[word] if word >= 0 else 1.0 for word in utterance.word_of)
    return symbols * SECONDS_A_SYMBOL / speed + asked_pauses(utterance) + PAUSE
