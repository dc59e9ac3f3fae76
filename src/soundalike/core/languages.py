"""Languages: their names, which one a text is read in and how that is known, how well a model speaks them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["good", "fair", "experimental"]
GOOD = 0.1  # word error up to which a language is good
FAIR = 0.25  # likewise fair; or where it is not more than so much above that of recordings:
ABOVE = 0.15
_NAMES = dict(
    entry.strip().split(" ", 1)
    for entry in """
af Afrikaans, am Amharic, ar Arabic, az Azerbaijani, be Belarusian, bg Bulgarian, bn Bengali, bo Tibetan,
ca Catalan, cs Czech, cy Welsh, da Danish, de German, dv Dhivehi, el Greek, en English, eo Esperanto,
es Spanish, et Estonian, eu Basque, fa Persian, fi Finnish, fr French, ga Irish, gl Galician, gu Gujarati,
he Hebrew, hi Hindi, hr Croatian, hu Hungarian, hy Armenian, id Indonesian, is Icelandic, it Italian,
ja Japanese, ka Georgian, kk Kazakh, km Khmer, kn Kannada, ko Korean, la Latin, lo Lao, lt Lithuanian,
lv Latvian, mk Macedonian, ml Malayalam, mn Mongolian, mt Maltese, my Burmese, nl Dutch, no Norwegian,
or Odia, pa Punjabi, pl Polish, pt Portuguese, ro Romanian, ru Russian, si Sinhala, sk Slovak,
sl Slovenian, sq Albanian, sr Serbian, sv Swedish, sw Swahili, ta Tamil, te Telugu, th Thai, tl Tagalog,
tr Turkish, tt Tatar, uk Ukrainian, ur Urdu, vi Vietnamese, zh Chinese
""".replace("\n", " ").split(",")
)
_GIVEN_NAMES: dict[str, str] = {}  # of languages that users have added


def language_name(code: str) -> str:
    """The English name of a language by its code; the code itself where it is not known."""
    return _NAMES.get(code) or _GIVEN_NAMES.get(code, code)


def name_language(code: str, name: str) -> None:
    """Let a language that has no name here be called by one; a name that is known stays."""
    _GIVEN_NAMES[code] = name


@dataclass(frozen=True)
class TextLanguage:
    """The language a text is read in, and how that is known."""

    code: str
    given: bool  # by the caller, or by SSML's xml:lang; else found from the text
    sure: bool = True  # false where the text is short and could be in another language
    seems: str = ""  # code of the language the text seems to be in, where it cannot be read in that

    @property
    def how(self) -> str:
        """`given`, `found`, or `found, not sure`."""
        if self.given:
            return "given"
        return "found" if self.sure else "found, not sure"

    def __str__(self) -> str:
        seems = f"; the text seems to be in {language_name(self.seems)}" if self.seems else ""
        return f"{language_name(self.code)} ({self.how}{seems})"

    def to_dict(self) -> dict[str, str | bool]:
        """The same as JSON can hold it."""
        return {
            "code": self.code,
            "name": language_name(self.code),
            "given": self.given,
            "sure": self.sure,
            "seems": self.seems or self.code,
        }


@dataclass(frozen=True)
class LanguageStatus:
    """How well a model speaks a language."""

    code: str
    word_error: float | None  # share of the words that a recogniser hears wrong; None: not measured
    recordings: float | None = None  # the same of recordings of people
    hours: float | None = None  # of speech in it that was trained on

    @property
    def level(self) -> Level:
        """`good`, `fair` or `experimental`, by the word error and by how much of it is not the recogniser's
        own, which recordings tell; experimental, but for English, where it was not measured.
        """
        if self.word_error is None:
            return "good" if self.code == "en" else "experimental"
        if self.word_error <= GOOD:
            return "good"
        is_fair = self.word_error <= max(FAIR, (self.recordings or 0.0) + ABOVE)
        return "fair" if is_fair else "experimental"

    @property
    def experimental(self) -> bool:
        """Whether words may well be wrong."""
        return self.level == "experimental"

    def __str__(self) -> str:
        error = "not measured" if self.word_error is None else f"word error {_percent(self.word_error)}"
        floor = "" if self.recordings is None else f" (recordings of people {_percent(self.recordings)})"
        return f"{language_name(self.code)}: {self.level}, {error}{floor}"

    def to_dict(self) -> dict[str, str | bool | float | None]:
        """The same as JSON can hold it."""
        return {
            "code": self.code,
            "name": language_name(self.code),
            "level": self.level,
            "experimental": self.experimental,
            "word_error": self.word_error,
            "recordings": self.recordings,
            "hours": self.hours,
        }


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def language_statuses(codes: Iterable[str], measured: Mapping[str, Any]) -> dict[str, LanguageStatus]:
    """The status of each language, of what was measured: its word error, or that with the other fields of a
    LanguageStatus.
    """
    found = {}
    for code in codes:
        said = measured.get(code)
        fields = said if isinstance(said, Mapping) else {"word_error": said}
        found[code] = LanguageStatus(
            code, fields.get("word_error"), fields.get("recordings"), fields.get("hours")
        )
    return found
