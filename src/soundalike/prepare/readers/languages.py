"""The code of a language that a list calls by its code or its name."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

from soundalike.text import LANGUAGES, is_spoken
from soundalike.text.detect import detect

AUTO = "auto"  # to be found from the text, or from what is said
UNTOLD = ("", "und", "unk", "unknown", "none", "null", "nan", "n/a", "-", "?")
# What lists call a language and the Unicode tables do not
OTHER_NAMES = {
    "american": "en",
    "british": "en",
    "australian": "en",
    "us": "en",
    "gb": "en",
    "brazilian": "pt",
    "castilian": "es",
    "mexican": "es",
    "austrian": "de",
    "mandarin": "zh",
    "putonghua": "zh",
    "cn": "zh",
    "jp": "ja",
    "cz": "cs",
    "farsi": "fa",
    "英文": "en",
    "德文": "de",
    "法文": "fr",
    "日文": "ja",
    "韩文": "ko",
    "multilingual": AUTO,
    "auto_yue": AUTO,
}
_CODE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]+)*")


def language_of_text(text: str) -> str:
    """The code of the language a text seems to be in, whether or not it is spoken here; English where it has
    too few signs of another. It is the one that speaking the text would find.
    """
    return detect(text).language


def language_code(name: str) -> str | None:
    """The code of a language: "en" of en, eng, en_US, English, englisch or American English; "auto" where it
    is to be found, "" where none is told, None of a name that is not known.
    """
    plain = unicodedata.normalize("NFC", name).strip().casefold().removeprefix("all_")
    if plain in UNTOLD:
        return ""
    if plain == AUTO:
        return AUTO
    without = re.sub(r"\s*[(\[].*", "", plain)
    words = re.split(r"[\s_/,-]+", without)
    forms = list(dict.fromkeys((plain, without, " ".join(words))))
    for of_form in (_of_english_name, _of_code, _of_any_name):
        found = next((code for form in forms if (code := of_form(form))), None)
        if found:
            return found
    # "us english", "English-US": one of the words is a name
    found_of_words = {code for word in words if len(word) > 3 and (code := _of_any_name(word))}
    return found_of_words.pop() if len(found_of_words) == 1 else None


def name_of_language(code: str) -> str:
    """A language's English name, the code itself where there is none."""
    return _english().get(code, code)


def _of_english_name(name: str) -> str | None:
    return OTHER_NAMES.get(name) or _english_names().get(name)


def _of_any_name(name: str) -> str | None:
    return _of_english_name(name) or _names_abroad().get(name)


def _of_code(code: str) -> str | None:
    from babel.core import get_global

    match = _CODE.fullmatch(code)
    if match is None:
        return None
    base = get_global("language_aliases").get(match[1], match[1]).partition("_")[0]
    return base if base in _english() or is_spoken(base) else None


@functools.cache
def _english() -> dict[str, str]:
    from babel import Locale

    return dict(Locale("en").languages)


def _codes_by_name(languages: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names to codes; where several languages have a name, the first."""
    names: dict[str, str] = {}
    for code, name in languages:
        names.setdefault(unicodedata.normalize("NFC", name).casefold(), code.partition("_")[0])
    return names


@functools.cache
def _english_names() -> dict[str, str]:
    return _codes_by_name(_english().items())


@functools.cache
def _names_abroad() -> dict[str, str]:
    """Names in the languages spoken here and some of Asia, and each language in its own. Takes a second."""
    from babel import Locale, UnknownLocaleError

    found: list[tuple[str, str]] = []
    for code in (*LANGUAGES, "zh", "ja", "ko"):
        found += Locale(code).languages.items()
    for code in _english():
        try:
            own = Locale.parse(code).languages.get(code)
        except (UnknownLocaleError, ValueError):
            continue
        found += [(code, own)] if own else []
    return _codes_by_name(found)
