"""Faults that can be seen in a text alone."""

from __future__ import annotations

import re
import unicodedata

from soundalike.prepare.readers.clips import Clip
from soundalike.text import LANGUAGES

from .finding import Finding

# UTF-8 read as Windows-1252
_MOJIBAKE = re.compile(
    "[\u00c2\u00c3][\u0080-\u00bf\u0152\u0153\u0160\u0161\u017e\u2018-\u203a\u20ac\u2122]|\u00e2\u20ac"
)
_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|&(?:[a-z]+|#\d+);")


def read_through(clip: Clip, language: str, may_lack: bool) -> list[Finding]:
    """Findings about a clip's text; a clip of a reader whose texts `may_lack` may have none."""

    def found(check: str, reason: str, remedy: str) -> Finding:
        return Finding(check, clip.where, clip.audio, reason, remedy)

    text = clip.text
    if not text.strip():
        remedy = "Write what is said, or let `soundalike data prepare` transcribe it."
        return [] if may_lack else [found("no-text", "the text is empty", remedy)]
    if "\ufffd" in text or _MOJIBAKE.search(text):
        return [
            found(
                "mojibake",
                f"letters were lost in an earlier conversion: {text[:60]!r}",
                "Export the text again, as UTF-8.",
            )
        ]
    markup = _MARKUP.search(text)
    if markup:
        return [found("markup", f"holds markup: {markup[0]!r}", "Leave only what is said.")]
    odd = odd_characters(text, language)
    if odd:
        names = ", ".join(
            f"{character!r} ({unicodedata.name(character, f'U+{ord(character):04X}')})"
            for character in odd[:4]
        )
        return [
            found(
                "characters",
                f"holds characters that nobody speaks: {names}",
                "Write out what is said, or take them out.",
            )
        ]
    return []


def odd_characters(text: str, language: str) -> list[str]:
    """Control characters, pictures, and letters of another script than the language's, each once."""
    base = language.partition("-")[0]
    script = "CYRILLIC" if base == "ru" else "LATIN"
    odd = []
    for character in dict.fromkeys(unicodedata.normalize("NFC", text)):
        kind = unicodedata.category(character)
        foreign = (
            kind.startswith("L")
            and base in LANGUAGES
            and not unicodedata.name(character, "").startswith((script, "LATIN"))
        )
        if (
            foreign
            or kind in ("Cc", "Cf", "Co", "Cn", "Cs", "So", "Sk")
            and character not in "\n\t°®©™´`^\u00ad\u200d"
        ):
            odd.append(character)
    return odd
