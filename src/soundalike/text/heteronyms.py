"""English words written alike and said differently: which one is meant, by the words around them.

Three kinds: nouns (or adjectives) and verbs told apart by stress or voice (`NOUN_VERB`), words of two
meanings (`SENSES`), and `read`, told by tense. What no rule settles is left to the lexicon, which goes by a
tagger's guess at the part of speech.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .heteronym_words import NOUN_VERB, SENSES, Sense, word_set

_SUBJECTS = word_set("i you we they who")
_SINGULAR = word_set("he she it who everyone everybody nobody someone anyone")
_DETERMINERS = word_set(
    "a an the this these those my your his its our their whose no some any each every another own such "
    "same first second third next last new old good bad great big small one two three four five six seven "
    "eight nine ten many several few both all what which"
)
_OBJECTS = word_set(
    "the a an this these those my your his her its our their it him them me us you everything "
    "anything something"
)
_PREPOSITIONS = word_set(
    "of in on with without for from by under into about at after before during per through between "
    "against over within"
)
_MODALS = word_set(
    "will would can could shall should may might must cannot can't won't wouldn't couldn't "
    "shouldn't mustn't do don't doesn't didn't did "
    "let's please i'll you'll we'll they'll he'll she'll it'll i'd you'd we'd they'd he'd she'd gonna"
)
_BE = word_set(
    "is was are were am be been being isn't wasn't aren't weren't i'm you're we're they're he's "
    "she's it's that's"
)
_HAVE = word_set("have has had having haven't hasn't hadn't i've you've we've they've")
_ADVERBS = word_set(
    "never always often also just still only even soon ever already sometimes seldom not then now both"
)
_AFTER_NOUN = _BE | _HAVE | word_set("will would can could should may might must of")
_NOT_INFINITIVE = word_set(
    "due according contrary similar next close prior thanks related addition response exposed back "
    "used subject opposed access"
)
_PAST_CLUES = word_set(
    "yesterday ago last when once earlier was were had said went came told did then already"
)
_PRESENT_CLUES = word_set(
    "every always often usually daily sometimes now today tomorrow generally normally each never"
)


@dataclass(frozen=True)
class Word:
    """A word in its sentence, as the rules see it."""

    text: str
    tag: str = ""  # Penn Treebank part of speech, guessed
    ends: bool = False  # a mark follows it


HETERONYMS = frozenset(SENSES) | frozenset(NOUN_VERB) | {"read"}


def pronunciation(words: Sequence[Word], at: int) -> tuple[str, str] | None:
    """IPA of the heteronym at a place of its sentence, and the rule in words; None for other words and where
    no rule decides.
    """
    word = words[at].text.lower()
    if word == "read":
        past = _is_past(words, at)
        return None if past is None else (("ɹˈɛd", "past tense") if past else ("ɹˈid", "not past tense"))
    if word in SENSES:
        return _by_sense(words, at, SENSES[word])
    base, plural = (word, False) if word in NOUN_VERB else (word[:-1], True)
    if base not in NOUN_VERB:
        return None
    part = part_of(words, at)
    if not part:
        return _mended(words[at], base, plural)
    ipa = NOUN_VERB[base][part == "V" or word == "houses"]  # several houses have the sound of the verb
    return (with_s(ipa) if plural else ipa), "verb" if part == "V" else "noun or adjective"


def _mended(word: Word, base: str, plural: bool) -> tuple[str, str] | None:
    """A pronunciation that the lexicon has wrong, where its tagger decides: the noun refuse."""
    if base == "refuse" and not plural and word.tag.startswith(("NN", "JJ")):
        return NOUN_VERB[base][0], "tagged a noun"
    return None


def with_s(ipa: str) -> str:
    """The IPA of a noun or verb with the ending s."""
    if ipa.endswith(("s", "z", "ʃ", "ʒ")):
        return ipa + "ɪz"
    return ipa + ("s" if ipa.endswith(("p", "t", "k", "f", "θ")) else "z")


def _by_sense(words: Sequence[Word], at: int, senses: list[Sense]) -> tuple[str, str] | None:
    before = words[at - 1].text.lower() if at else ""
    after = words[at + 1].text.lower() if at + 1 < len(words) and not words[at].ends else ""
    near = {word.text.lower() for i, word in enumerate(words) if i != at}
    part = part_of(words, at)
    for option in senses:
        last = not (option.part or option.before or option.after or option.near or option.written)
        if last:
            return option.ipa, "usual sense"
        if option.part and option.part == part:
            return option.ipa, "verb" if part == "V" else "noun or adjective"
        if before in option.before:
            return option.ipa, f"after '{before}'"
        if after in option.after:
            return option.ipa, f"before '{after}'"
        if near & option.near:
            return option.ipa, f"with '{min(near & option.near)}'"
        if option.written and re.fullmatch(option.written, words[at].text):
            return option.ipa, "capital letter"
    return None


def part_of(words: Sequence[Word], at: int) -> str:
    """V for a verb, N for a noun or adjective, empty where the words about it leave both open."""
    word = words[at].text.lower()
    back = at - 1
    while (
        back >= 0
        and not words[back].ends
        and (words[back].text.lower() in _ADVERBS or words[back].text.lower().endswith("ly"))
    ):
        back -= 1
    starts = back < 0 or words[back].ends
    prev = "" if starts else words[back].text.lower()
    earlier = words[back - 1].text.lower() if back > 0 else ""
    after = words[at + 1].text.lower() if at + 1 < len(words) and not words[at].ends else ""
    skipped = back < at - 1
    if word.endswith("s") and not word.endswith("ss"):
        return _part_of_s(prev, words[back] if not starts else None, after)
    if prev == "to":
        return "" if earlier in _NOT_INFINITIVE else "V"
    if prev in _MODALS or prev in _SUBJECTS:
        return "V"
    if prev in ("he", "she", "it", "her", "him", "them") and earlier in _MODALS | {
        "does",
        "let",
        "make",
        "made",
        "help",
        "helped",
        "watched",
    }:
        return "V"
    if prev in _DETERMINERS or prev == "her" or prev in _PREPOSITIONS or prev in _BE or prev.endswith("'s"):
        return "N"
    if starts and after in _OBJECTS:
        return "V"
    if after in _AFTER_NOUN:
        return "N"
    plural = prev in ("people", "children", "men", "women", "police")
    plural = plural or prev.endswith("s") and not prev.endswith("ss") and words[back].tag in ("NNS", "NNPS")
    if plural and (skipped or after in _OBJECTS or after in ("to", "that", "when", "against", "with")):
        return "V"
    return ""


def _part_of_s(prev: str, previous: Word | None, after: str) -> str:
    if prev in _SINGULAR or prev == "which":
        return "V"
    if prev in _DETERMINERS or prev == "her" or prev in _PREPOSITIONS or prev.endswith("'s") or prev == "to":
        return "N"
    if after in _AFTER_NOUN:
        return "N"
    singular = previous is not None and previous.tag in ("NN", "NNP") and not prev.endswith("s")
    return "V" if singular and (after in _OBJECTS or after in ("to", "that", "when")) else ""


def _is_past(words: Sequence[Word], at: int) -> bool | None:
    """Whether the verb `read` is past; None where no rule decides."""
    lower = [word.text.lower() for word in words]
    # The word before it, past adverbs
    back = at - 1
    while (
        back >= 0
        and not words[back].ends
        and (lower[back] in _ADVERBS or lower[back].endswith("ly") or lower[back] in ("all", "well"))
    ):
        back -= 1
    # An order, or the first word after a mark
    if back < 0:
        return False
    if words[back].ends:
        return None
    told = _past_by_helper(lower[back], lower[max(0, back - 3) : back])
    return _past_by_clues(words, lower, at, back) if told is None else told


def _past_by_helper(prev: str, earlier: list[str]) -> bool | None:
    """Whether `read` is past by a helping verb: in the word before it, or the three before that; None without
    one.
    """
    if prev in _HAVE or prev in _BE or prev in ("got", "get"):
        return True
    if prev == "to" or prev in _MODALS - word_set("i'd you'd we'd they'd he'd she'd"):
        return False
    if prev.endswith("'d"):
        return True
    if prev in _SUBJECTS | _SINGULAR | {"people", "children", "everyone"}:
        # A question: did they read, have they read
        if any(word in _MODALS or word in ("does", "to") for word in earlier):
            return False
        if any(word in _HAVE for word in earlier[-1:]):
            return True
    return None


def _past_by_clues(words: Sequence[Word], lower: list[str], at: int, back: int) -> bool | None:
    """Whether `read` is past by the words of time, the other verbs and the subject; None where they leave it
    open.
    """
    prev = lower[back]
    after = lower[at + 1] if at + 1 < len(words) and not words[at].ends else ""
    clues = set(lower[:at]) | set(lower[at + 1 :])
    past = bool(clues & _PAST_CLUES) or any(word.tag == "VBD" for i, word in enumerate(words) if i != at)
    present = bool(clues & _PRESENT_CLUES) and not past
    # The present would be reads
    if prev in ("he", "she", "it"):
        return True
    if prev in _SUBJECTS | {"people", "children"} or words[back].tag == "NNS":
        if present:
            return False
        return True if past or after in _OBJECTS | word_set("that about in") else None
    # A good read
    if prev in _DETERMINERS - {"all", "both"} or prev == "quick":
        return False
    singular = words[back].tag in ("NN", "NNP")
    if past or (singular and after in _OBJECTS):
        return True
    return False if present else None
