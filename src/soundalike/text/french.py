"""French liaison: consonants at the end of words that are silent but before a vowel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from .tokenizer import Piece

_VOWELS = frozenset("i y u e ø o ə ɛ œ ɔ a ɔ̃ ɛ̃ ɑ̃ œ̃".split())
# What a last letter sounds like in a liaison, and the sounds of a word in which it is not silent
_SPOKEN = {"s": "z", "x": "z", "z": "z", "d": "t", "t": "t", "p": "p", "n": "n"}
_HEARD = {"s": "sz", "x": "sz", "z": "sz", "n": "nŋ"}
# How words begin before which there is none: with an h that was once said, or as if with a consonant
_APART = tuple(
    "hach hai hall halt hamac hamburger hameau hamster hanche handicap hangar hant harcel hardi haricot "
    "harnais harpe hasard hauss haut hérisson hernie héron héros hêtre heurt hibou hiérarchi hocke hollan "
    "homard hongr honte hors houle housse huée huit hurl hutte onze onzième oui ouistiti yaourt yacht".split()
)
_VERBS = ("AUX", "VERB")
_NOUNS = ("NOUN", "PROPN")


def with_liaisons(sentence: Sequence[Piece]) -> list[Piece]:
    """The words and marks of a sentence, read, each word with the consonant that leads to the next."""
    led = [
        replace(word, sounds=(*word.sounds, _SPOKEN[word.text[-1]])) if _leads(word, following) else word
        for word, following in pairwise(sentence)
    ]
    return [*led, *sentence[-1:]]


def _leads(word: Piece, following: Piece) -> bool:
    """Whether a word's last consonant is silent by itself and said before the next."""
    if not (word.sounds and following.sounds):
        return False
    last = word.text[-1]
    if last not in _SPOKEN or word.sounds[-1] in _HEARD.get(last, last):
        return False
    if following.sounds[0] not in _VOWELS or following.text.lower().startswith(_APART):
        return False
    return word.text.lower() != "et" and _belong_together(word, following)


def _belong_together(word: Piece, following: Piece) -> bool:
    """Whether two words are said in one breath: a determiner or an adjective and its noun, a pronoun and its
    verb, a preposition or a verb and what follows it.
    """
    if word.tag in ("DET", "NUM", "ADP", *_VERBS) or word.text.lower() == "très":
        return True
    if word.tag == "PRON":
        return following.tag in _VERBS
    return word.tag == "ADJ" and following.tag in _NOUNS
