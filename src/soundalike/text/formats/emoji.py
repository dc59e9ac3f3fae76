"""Emoji said by name: the package `emoji` has names in most of our languages, Unicode in English."""

from __future__ import annotations

import functools
import importlib.util
import re
import unicodedata

from soundalike.core.installation import install_command

from ..markup import Style, Words
from .regions import Masked, Region

_ONE = "[\u231a\u231b\u23e9-\u23fa\u2600-\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001faff]"
_AFTER = "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*"
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}{_AFTER}(?:\u200d{_ONE}{_AFTER})*"
    "|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u3030\u303d]\ufe0f"
)
_TONES = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


def mask_emoji(masked: Masked, style: Style) -> list[str]:
    """Mask emoji, for their names to be said; warnings. A keycap is left to be read as its figure."""
    nameless: list[str] = []

    def named(match: re.Match[str]) -> Region | None:
        if "\u20e3" in match[0]:
            return None
        name = emoji_name(match[0], style.language)
        if not name:
            nameless.append(match[0])
            return None
        return Region(*match.span(), [Words(f" {name} ", match.span(), style, rule="emoji")])

    masked.mask_all(_EMOJI, named)
    if not nameless:
        return []
    shown = " ".join(dict.fromkeys(nameless))
    return [
        f"no name is known in '{style.language}' for these emoji, which are left out: {shown}{_remedy(style)}"
    ]


def _remedy(style: Style) -> str:
    has_names = style.language in ("de", "es", "fr", "it", "pt", "ru", "en")
    return f" ({install_command('emoji')})" if has_names and not _is_installed() else ""


def emoji_name(emoji: str, language: str) -> str:
    """The name of an emoji in a language; empty where none is known. Tones of skin are not said."""
    plain = _TONES.sub("", emoji)
    if _is_installed():
        from emoji import LANGUAGES, demojize

        if language not in LANGUAGES:
            return ""
        for written in (plain, plain + "\ufe0f", emoji):
            name = demojize(written, language=language)
            if name != written:
                return " ".join(re.split(r"[_\W]+", name.partition("::")[0])).strip()
        return ""
    if language != "en" or len(plain) != 1:
        return ""
    return unicodedata.name(plain, "").lower().removesuffix(" sign")


@functools.cache
def _is_installed() -> bool:
    return importlib.util.find_spec("emoji") is not None
