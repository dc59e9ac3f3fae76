"""The sounds of words by rules of spelling: a table of letters, with what stands before or behind them.

A spelling is written as its letters, `sz`; where it counts only somewhere, with that before or behind it:
`^` the beginning of the word, `$` its end, `{vowel}` a letter of the class of that name. So `ci{vowel}` is ci
before a vowel, `w$` a w that ends a word. The longest spelling that fits is read; of those as long, the one
with the most about it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from soundalike.core.errors import ConfigError, TextError

from .alphabet import spell_ipa
from .letters import letter_sound

_KEY = re.compile(r"(?P<before>\^|\{[^{}]*\})?(?P<letters>[^{}^$]+)(?P<behind>\$|\{[^{}]*\})?")


@dataclass(frozen=True)
class SpellingRule:
    """Letters with what is about them, and the symbols they are read as."""

    pattern: re.Pattern
    letters: str
    symbols: tuple[str, ...]


class Spelling:
    """Rules of spelling, ready to read words."""

    def __init__(self, rules: list[SpellingRule]):
        self.letters = frozenset("".join(rule.letters for rule in rules))
        self.size = len(rules)
        self._by_letter: dict[str, list[SpellingRule]] = {}
        for rule in rules:
            self._by_letter.setdefault(rule.letters[0], []).append(rule)

    @staticmethod
    def from_table(sounds: Mapping[str, str], classes: Mapping[str, str], where: str) -> Spelling:
        """Rules from spellings and their IPA, and classes of letters by name. An empty IPA is a silent
        letter. Raises ConfigError naming `where` and the spelling that cannot be read.
        """
        named = {name: _plain(letters) for name, letters in classes.items()}
        found: list[tuple[int, int, SpellingRule]] = []
        for key, ipa in sounds.items():
            try:
                symbols = tuple(spell_ipa(ipa, f"{where}: [sounds] '{key}'"))
            except TextError as error:
                raise ConfigError(str(error)) from None
            if ipa.strip() and not symbols:
                raise ConfigError(
                    f"{where}: [sounds] '{key}' = '{ipa}' holds no sound. Write IPA, such as ʂ; nothing "
                    "between the quotes for a letter that is silent."
                )
            pattern, letters, about = _pattern(key, named, where)
            found.append((-len(letters), -about, SpellingRule(pattern, letters, symbols)))
        return Spelling([rule for _, _, rule in sorted(found, key=lambda one: one[:2])])

    def read(self, word: str) -> tuple[list[str], list[str]]:
        """The symbols of a word, without stress where no rule writes it; and its letters that no rule has,
        which are read as in most languages of their script.
        """
        word = _plain(word)
        symbols: list[str] = []
        unknown: list[str] = []
        at = 0
        while at < len(word):
            rules = self._by_letter.get(word[at], ())
            rule = next((rule for rule in rules if rule.pattern.match(word, at)), None)
            if rule is not None:
                symbols += rule.symbols
                at += len(rule.letters)
                continue
            if word[at].isalpha():
                unknown.append(word[at])
                symbols += letter_sound(word[at])
            at += 1
        return symbols, unknown


def _plain(letters: str) -> str:
    return unicodedata.normalize("NFC", letters).lower().replace("’", "'")


def _pattern(key: str, classes: Mapping[str, str], where: str) -> tuple[re.Pattern, str, int]:
    """The pattern of a spelling, its letters, and how much is asked about them."""
    match = _KEY.fullmatch(key)
    letters = _plain(match["letters"]) if match else ""
    if not match or not all(c == "'" or unicodedata.category(c)[0] in "LM" for c in letters):
        raise ConfigError(
            f"{where}: [sounds] '{key}' is no spelling. Write letters, such as sz, with ^ or a class such as "
            "{vowel} before them, and $ or a class behind them."
        )
    before = _about(match["before"], "(?<=[{}])", classes, key, where)
    behind = _about(match["behind"], "(?=[{}])", classes, key, where)
    return re.compile(before + re.escape(letters) + behind), letters, bool(before) + bool(behind)


def _about(written: str | None, form: str, classes: Mapping[str, str], key: str, where: str) -> str:
    """The pattern of what stands before or behind a spelling."""
    if not written or written in "^$":
        return {"^": "^", "$": r"\Z"}.get(written or "", "")
    name = written[1:-1]
    if not classes.get(name):
        known = ", ".join(f"{{{one}}}" for one in classes) or "none"
        raise ConfigError(
            f"{where}: [sounds] '{key}': [classes] has no letters of the name '{name}'. It has {known}; "
            f'write {name or "vowel"} = "aeiou" there.'
        )
    return form.format(re.escape(classes[name]))
