"""The language of a text: by its script, then by its words, letters and runs of letters.

Known are the languages that are spoken here and many that are not, so that a text in one of those is named
and not taken for another. English is taken unless several words, or letters that English lacks, say
otherwise; loans ("déjà vu", "Los Angeles", "Schadenfreude") are no evidence.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from dataclasses import dataclass

from .detection.noise import without_noise
from .detection.scripts import language_of_script
from .detection.tables import Words, loans, log_rank, ngrams, words
from .normalise import LANGUAGES

READ = 20_000  # characters of a text that are looked at
PRIOR = 4.0  # nats that English has before any word is seen
UNSPOKEN = -1.0  # nats that a language has that is not spoken here
RARE = -3.0  # nats of those that are written less, and near to one that is spoken here
NEAR = ("gl", "la", "eo", "af", "ca")
RAREST = -8.0  # logarithm of how often a word of a list is used, at least
UNLISTED = -12.5  # logarithm of how often a word that is not in a language's list is used
SHAPE = 2.5  # nats at most that the letters of one word count
FOREIGN_LETTER = -4.0  # nats of a word with a letter that a language has not
NAME = 1.0  # nats at most for a word with a capital that no list has
SURE = 2.0  # nats between the best and the next, from which on a language is sure
SPANISH_MARK = 6.0  # nats of a ¿ or ¡
CYRILLIC = ("ru", "uk", "bg", "sr", "be")

_WORD = re.compile(
    r"</?[a-zA-Z!?][^<>]{0,500}>|\[\[[^\[\]]{0,200}\]\]|https?://\S+|www\.\S+|(?<!\S)\S{1,80}@\S+|[@#]\w+"
    r"|(?<!\w)\w{0,40}?\d[\w.,:'\"/-]*(?:\s*(?:[ap]\.m\.|[^\W\d_]{1,3}\b))?"
    r"|\b[A-ZÀ-Þ]\.(?:\s?[A-ZÀ-Þ]\.)*|\b[B-HJ-NP-Z]\b(?!['’])|\b[b-df-hj-np-tv-xz]\b(?!['’])"
    r"|\b[IVXLCDM]{2,}\b"
    r"|\b(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\."
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*['’]?")
_PARTICLES = frozenset(
    (
        "von vom zu van der den die das de del della di da do dos du des la le les el il al bin ibn los las "
        "san y e i bon mon gran villa casa porto puerto monte mont ben vin"
    ).split()
)
_ENGLISH_TAILS = frozenset("s m re ve ll d t".split())


@dataclass(frozen=True)
class Detection:
    """The language a text seems to be in."""

    language: str  # code; one that is spoken here or not
    sure: bool
    other: str = ""  # where it is not sure: the language that comes next

    @property
    def spoken(self) -> bool:
        """Whether the language is one of LANGUAGES."""
        return self.language in LANGUAGES


def detect_language(text: str, default: str = "en") -> str:
    """The language of LANGUAGES a text is most likely in; `default` where the text has too few signs of any,
    or is in a language that is not spoken here. Markup between < and > is not counted.
    """
    found = detect(text, default)
    return found.language if found.spoken else default


def detect(text: str, default: str = "en") -> Detection:
    """The language a text seems to be in, and whether that is sure; `default` for a text without words."""
    text = unicodedata.normalize("NFC", without_noise(text[:READ]))
    script, language = language_of_script(text)
    if language:
        return Detection(language, True)
    if script == "cyrillic":
        return _of_cyrillic(text)
    tokens = _tokens(text)
    rest = _without_loans(tokens, all_loans=True)
    spanish = SPANISH_MARK if re.search("[¿¡]", text) else 0.0
    found = _of_words(_without_loans(tokens, all_loans=False), default, text, spanish)
    if found.language == default or not rest or len(rest) == len(tokens):
        return found
    # A phrase of another language within a text of the default
    around = _of_words(rest, default, text, spanish)
    return around if around.language == default and around.sure else found


def _of_words(tokens: list[_Token], default: str, text: str, spanish: float) -> Detection:
    """The language of some words in Latin letters, those of a text."""
    if not tokens:
        return Detection(default, True)
    totals = dict.fromkeys(_latin(), 0.0)
    for token in dict.fromkeys(tokens):
        for language, points in _points(token.text, token.name).items():
            totals[language] += points
    totals["es"] += spanish
    spoken_out = text.rstrip()[-1:] in (".", "!", "?", "…")
    grounds = {
        language: total
        for language, total in totals.items()
        if _has_grounds(language, tokens, default, spoken_out) or (spanish and language == "es")
    }
    return _decided(grounds, default)


@functools.cache
def listed_words(language: str) -> frozenset[str]:
    """The words that are known of a language."""
    known = words("spoken.txt") | words("elsewhere.txt")
    return frozenset(known[language].rank)


@functools.cache
def _latin() -> dict[str, Words]:
    """The languages written in Latin letters, with their words."""
    return {
        language: own
        for name in ("spoken.txt", "elsewhere.txt")
        for language, own in words(name).items()
        if language not in CYRILLIC
    }


@functools.cache
def _is_listed(word: str) -> bool:
    """Whether a word is in the list of any language."""
    return any(word in own.rank for own in _latin().values())


@functools.cache
def _spoken_letters() -> frozenset[str]:
    """The letters of the languages that are spoken here."""
    return frozenset().union(*(own.letters for own in words("spoken.txt").values()))


def _has_grounds(language: str, tokens: list[_Token], default: str, spoken_out: bool) -> bool:
    """Whether a text holds a word of a language that the default has not (two, for a language that is not
    spoken here), or two words that are in no list and no names; with letters that the default has not one is
    enough where the text is `spoken_out`. A letter that only a language has which is not spoken here is
    enough for that.
    """
    if language == default:
        return True
    latin = _latin()
    own = latin[language].rank
    others = latin[default].rank if default in latin else {}
    texts = {token.text for token in tokens}
    listed = {w for w in texts if len(w) > 1 and w in own and own[w] < others.get(w, 10_000)}
    if language not in LANGUAGES:
        own_letters = latin[language].letters - _spoken_letters()
        if len(texts) > 1 and any(set(token.text) & own_letters for token in tokens if not token.name):
            return True
        accented = any(not word.isascii() and not set(word) - latin[language].letters for word in texts)
        return len(listed) > (0 if len(texts) < 3 or accented else 1)
    if listed:
        return True
    unlisted = {token.text for token in tokens if not token.name and not _is_listed(token.text)}
    telling = spoken_out and not all(word.isascii() for word in unlisted)
    return len(unlisted) > (0 if telling else 1)


def _decided(totals: dict[str, float], default: str) -> Detection:
    for language in totals:
        if language == default:
            totals[language] += PRIOR
        elif language not in LANGUAGES:
            totals[language] += RARE if language in NEAR else UNSPOKEN
    best, *others = sorted(totals, key=lambda language: -totals[language])
    second = others[0] if others else best
    sure = not others or totals[best] - totals[second] >= (SURE if best != default else 0.5)
    # Whether Danish or Norwegian, it is not spoken here
    sure = sure or (best not in LANGUAGES and second not in LANGUAGES)
    return Detection(best, sure, "" if sure else second)


@dataclass(frozen=True)
class _Token:
    """A word of a text, in small letters."""

    text: str
    name: bool  # written with a capital where no sentence begins, or where all words have one
    links: bool = False  # stands within a name: Ludwig van Beethoven


def _tokens(text: str) -> list[_Token]:
    found = list(_WORD.finditer(text))
    written = [match[0] for match in found]
    shouted = all(word.isupper() for word in written)
    titled = len(written) > 1 and all(word[0].isupper() for word in written if len(word) > 3)
    tokens: list[_Token] = []
    for number, match in enumerate(found):
        word = match[0]
        begins = (
            not number
            or re.search(r"[.!?:\n¿¡\"“«]\s*\Z", text[max(0, match.start() - 3) : match.start()]) is not None
        )
        capital = word[0].isupper() and not shouted
        links = False
        if word.isupper() and len(word) > 1 and not (shouted and _is_listed(word.lower())):
            continue  # initials
        if word.lower() in _PARTICLES and number + 1 < len(found) and not shouted:
            links = _links(written[number - 1] if number else "", written[number + 1])
        for part in _parts(word.lower().replace("i\u0307", "i").replace("’", "'")):
            tokens.append(_Token(part, capital and (titled or not begins), links))
    return tokens


def _links(before: str, after: str) -> bool:
    """Whether a particle between two words stands in a name: Ludwig van Beethoven, La Bamba."""
    if not after[0].isupper() and after.lower() not in _PARTICLES:
        return False
    return before[:1].isupper() or before.lower() in _PARTICLES or not _is_listed(after.lower())


def _parts(word: str) -> list[str]:
    """A word with an apostrophe in its parts: l'eau is l' and eau, geht's is geht."""
    head, mark, tail = word.partition("'")
    if not mark:
        return [word]
    if any(word in own.rank for own in words("spoken.txt").values()):
        return [word]
    if not tail or tail in _ENGLISH_TAILS:
        return [head]
    return [f"{head}'", *tail.split("'")]


def _without_loans(tokens: list[_Token], all_loans: bool) -> list[_Token]:
    """The words that are of no loan that is English even where it stands alone, or of no loan at all."""
    table, longest = loans()
    kept: list[_Token] = []
    at = 0
    texts = [token.text.strip("'") for token in tokens]
    while at < len(tokens):
        for size in range(min(longest, len(tokens) - at), 0, -1):
            loan = table.get(tuple(texts[at : at + size]))
            if loan is not None:
                if not (all_loans or loan.byword):
                    kept += tokens[at : at + size]
                at += size
                break
        else:
            if not tokens[at].links:
                kept.append(tokens[at])
            at += 1
    return kept


@functools.lru_cache(maxsize=4096)
def _points(word: str, name: bool) -> dict[str, float]:
    """The logarithm of how likely a word is in each language."""
    latin = _latin()
    shapes = _shapes(word)
    listed = _is_listed(word)
    accents = 0.0 if word.isascii() else NAME  # of a language whose runs of letters are not known
    points = {}
    for language, own in latin.items():
        if word in own.rank:
            rarest = RAREST - 1.5 if language == "en" else RAREST  # whose list is longer
            points[language] = max(rarest, log_rank(own.rank[word] * (1 if language in LANGUAGES else 4)))
            continue
        most = SHAPE if listed or not name else NAME
        shape = max(-most, min(most if not listed else 0.0, shapes.get(language, accents)))
        if set(word) - own.letters - {"'"}:
            shape = FOREIGN_LETTER if not name else -2 * NAME
        points[language] = UNLISTED + shape
    return points


def _shapes(word: str) -> dict[str, float]:
    """How much likelier a word's letters are in each language than in the mean of them, in nats."""
    languages, table = ngrams()
    letters = f"__{word.strip(chr(39))}_"
    sums = [0.0] * len(languages)
    for at in range(len(letters) - 2):
        for number, value in enumerate(table.get(letters[at : at + 3], ())):
            sums[number] += value
    # As parts of what all languages make likely together
    most = max(sums)
    mean = most + math.log(sum(math.exp(value - most) for value in sums) / len(sums))
    return {language: value - mean for language, value in zip(languages, sums, strict=True)}


def _of_cyrillic(text: str) -> Detection:
    """The language of a text in Cyrillic letters: Russian unless letters or words say otherwise."""
    totals = {language: 3.0 if language == "ru" else 0.0 for language in CYRILLIC}
    known = words("spoken.txt") | words("elsewhere.txt")
    for word in re.findall(r"[^\W\d_]+", text.lower()):
        for language in CYRILLIC:
            own = known[language]
            if word in own.rank:
                totals[language] += log_rank(own.rank[word])
            else:
                totals[language] += UNLISTED + (FOREIGN_LETTER if set(word) - own.letters else 0.0)
    return _decided(totals, "")
