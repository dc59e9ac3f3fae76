"""Words of other languages within a text, found so that they are said in their own: words in another script,
quoted or emphasised phrases, and the phrases and names of detection/loans.txt in English.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator
from dataclasses import replace

from soundalike.core.languages import language_name

from .detect import detect, listed_words
from .detection.tables import Loan, loans
from .markup import Item, Words
from .normalise import LANGUAGES
from .phonemes import installed

_CYRILLIC = re.compile(r"[\u0400-\u04ff]{2,}(?:[\s,'-]+[\u0400-\u04ff]+)*")
_LATIN = re.compile(r"[a-zA-Z]{2,}(?:[ '’-]+[a-zA-Z]+)+")
_QUOTED = re.compile(
    r"“([^“”]{4,200})”|„([^„“”]{4,200})[“”]|«([^«»]{4,200})»|\"([^\"\n]{4,200})\""
    r"|(?<!\w)\*([^*\n]{4,200})\*(?!\w)|(?<!\w)_([^_\n]{4,200})_(?!\w)|‘([^‘’\n]{4,200})’(?!\w)"
)
_WORD = re.compile(r"[^\W\d_]+")
_WITHIN = re.compile(r"[\s'’,-]{1,3}\Z")  # between the words of a phrase
WORDS_OF_QUOTE = 2  # that are of the other language alone


def with_foreign_words(items: list[Item], language: str) -> list[Item]:
    """The items of a text in a language, with words of other languages that are installed as items of their
    own, in the style of that language. Items in another language are left as they are, and so are all of a
    user's language, whose words are not told from those of others.
    """
    if language not in LANGUAGES:
        return items
    found: list[Item] = []
    for item in items:
        if isinstance(item, Words) and not item.symbols and item.style.language == language:
            found += _split(item, language)
        else:
            found.append(item)
    return found


def _split(item: Words, language: str) -> Iterator[Words]:
    at = 0
    found = [*_spans(item.text, language), *_emphasised(item, language)]
    for start, stop, other in sorted(found, key=lambda span: (span[0], -span[1])):
        if start < at or isinstance(item.offsets, tuple):
            continue
        if start > at:
            yield replace(item, text=item.text[at:start], offsets=item.offsets[at:start])
        yield replace(
            item,
            text=item.text[start:stop],
            offsets=item.offsets[start:stop],
            style=replace(item.style, language=other),
            rule=f"said in {language_name(other)}",
        )
        at = stop
    if not at:
        yield item
    elif at < len(item.text):
        offsets = item.offsets if isinstance(item.offsets, tuple) else item.offsets[at:]
        yield replace(item, text=item.text[at:], offsets=offsets)


def _spans(text: str, language: str) -> Iterator[tuple[int, int, str]]:
    """Start, stop and language of each stretch of another language that is installed."""
    scripts = _LATIN if language == "ru" else _CYRILLIC
    for match in scripts.finditer(text):
        other = detect(match[0]).language
        if other in LANGUAGES and other != language and installed(other):
            yield match.start(), match.end(), other
    for match in _QUOTED.finditer(text):
        group = match.lastindex or 0
        other = _language_of_quote(match[group], language)
        if other:
            yield match.start(group), match.end(group), other
    if language == "en":
        yield from _loans(text)


def _emphasised(item: Words, language: str) -> Iterator[tuple[int, int, str]]:
    """The stretches in italics or bold that are in another language, the innermost where several are."""
    if isinstance(item.offsets, tuple):
        return
    taken: list[tuple[int, int]] = []
    for first, last in sorted(item.emphases, key=lambda span: span[1] - span[0]):
        start = bisect.bisect_left(item.offsets, first)
        stop = bisect.bisect_left(item.offsets, last)
        if start == stop or any(start < b and a < stop for a, b in taken):
            continue
        other = _language_of_quote(item.text[start:stop], language)
        if other:
            taken.append((start, stop))
            yield start, stop, other


def _language_of_quote(text: str, language: str) -> str:
    """The language of a quoted or emphasised text, where it clearly is another; else nothing."""
    found = detect(text, language)
    other = found.language
    if other == language or not found.sure or other not in LANGUAGES or not installed(other):
        return ""
    if other == "ru":
        return other
    own = listed_words(other)
    ours = listed_words(language)
    telling = {word for word in _WORD.findall(text.lower()) if word in own and word not in ours}
    return other if len(telling) >= WORDS_OF_QUOTE else ""


@functools.cache
def _by_first_word() -> dict[str, list[tuple[tuple[str, ...], Loan]]]:
    """The loans that are said in their own language, by their first word, the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], Loan]]] = {}
    for key, loan in sorted(loans()[0].items(), key=lambda entry: -len(entry[0])):
        if loan.language != "en":
            found.setdefault(key[0], []).append((key, loan))
    return found


def _loans(text: str) -> Iterator[tuple[int, int, str]]:
    """The loans in an English text that are said in their own language."""
    words = list(_WORD.finditer(text))
    lower = [match[0].lower() for match in words]
    first = _by_first_word()
    at = 0
    while at < len(words):
        for key, loan in first.get(lower[at], ()):
            last = at + len(key) - 1
            if tuple(lower[at : last + 1]) == key and _is_phrase(text, words[at : last + 1]):
                if installed(loan.language):
                    yield words[at].start(), words[last].end(), loan.language
                at = last
                break
        at += 1


def _is_phrase(text: str, words: list[re.Match[str]]) -> bool:
    """Whether words stand together, and no part of another word."""
    gaps = [text[a.end() : b.start()] for a, b in zip(words, words[1:])]
    after = text[words[-1].end() : words[-1].end() + 2]
    before = text[max(0, words[0].start() - 1) : words[0].start()]
    whole = not re.match(r"[\w-]|['’](?!s\b)\w", after) and not re.search(r"[\w-]", before)
    return whole and all(_WITHIN.match(gap) for gap in gaps)
