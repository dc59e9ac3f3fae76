"""A user's own pronunciations: read from a file, looked up by word, kept with a voice."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soundalike.core.errors import TextError

from .alphabet import is_vowel, spell_ipa

ARPABET = dict(
    pair.split(":")
    for pair in (
        "AA:ɑ AE:æ AH:ʌ AO:ɔ AW:aʊ AX:ə AXR:ɚ AY:aɪ B:b CH:t͡ʃ D:d DH:ð DX:ɾ EH:ɛ ER:ɚ EY:eɪ F:f "
        "G:ɡ HH:h H:h IH:ɪ IX:ɪ IY:i JH:d͡ʒ K:k L:l M:m N:n "
        "NG:ŋ OW:oʊ OY:ɔɪ P:p Q:ʔ R:ɹ S:s SH:ʃ T:t TH:θ UH:ʊ UW:u UX:u V:v W:w Y:j Z:z ZH:ʒ"
    ).split()
)
_STRESS = {"0": "", "1": "ˈ", "2": "ˌ"}
_ARPABET_LINE = re.compile(r"[A-Z]+[0-2]?(\s+[A-Z]+[0-2]?)*")
LARGEST = 16_000_000  # bytes of a lexicon file that are read
WORD = r"\w+(?:['’.&-]\w+)*"  # a word of a text, as it is looked for


@dataclass(frozen=True)
class Lexicon:
    """Words and their symbols. A word is found as it is written, else without regard to capitals."""

    entries: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)  # entries that were left out, and why
    longest: int = field(init=False, default=0)  # words in an entry at most
    # Finds the entries that begin or end with a sign, C++ or .NET, or hold one that no word has
    signed: re.Pattern = field(init=False, default=re.compile(r"(?!)"))

    def __post_init__(self) -> None:
        folded: dict[str, list[str]] = {}
        for word, symbols in self.entries.items():
            folded.setdefault(word.casefold(), symbols)
        object.__setattr__(self, "_folded", folded)
        object.__setattr__(self, "longest", max((len(word.split()) for word in self.entries), default=0))
        object.__setattr__(self, "signed", _signed(self.entries))

    def __bool__(self) -> bool:
        return bool(self.entries)

    def get(self, word: str) -> list[str] | None:
        """Symbols of a word, or None."""
        word = unicodedata.normalize("NFC", word)
        found = self.entries.get(word) or self._folded.get(word.casefold())  # type: ignore[attr-defined]
        if found is None and word[-2:] in ("'s", "’s"):
            owner = self.get(word[:-2])
            if owner:
                ending = (
                    ["ɪ", "z"]
                    if owner[-1] in ("s", "z", "ʃ", "ʒ", "t͡ʃ", "d͡ʒ")
                    else ["s"]
                    if owner[-1] in ("p", "t", "k", "f", "θ")
                    else ["z"]
                )
                found = owner + ending
        return found

    def to_dict(self) -> dict[str, Any]:
        """Words and symbols as JSON can hold them."""
        return {"entries": {word: " ".join(symbols) for word, symbols in self.entries.items()}}

    @staticmethod
    def from_dict(said: dict[str, Any]) -> Lexicon:
        """The lexicon `to_dict` gave. Raises TextError for anything else."""
        entries = said.get("entries") if isinstance(said, dict) else None
        if not isinstance(entries, dict) or not all(isinstance(symbols, str) for symbols in entries.values()):
            raise TextError("lexicon: not what Lexicon.to_dict gives. Save it again from its file.")
        return Lexicon(
            {word: _checked(symbols.split(), f"lexicon, '{word}'") for word, symbols in entries.items()}
        )

    @staticmethod
    def read(path: str | os.PathLike) -> Lexicon:
        """Pronunciations from a file: lines `word<TAB>IPA or ARPAbet`, or a W3C pronunciation lexicon (PLS,
        alphabet ipa).

        Entries that cannot be used are left out and named with their line in `warnings`. Raises TextError
        when the file cannot be read or is not well-formed.
        """
        name = os.fspath(path)
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise TextError(
                f"{name}: cannot be read ({error.strerror}). Give a lexicon: lines of a word, a tab "
                f"and its pronunciation."
            ) from None
        if len(data) > LARGEST:
            raise TextError(f"{name}: {len(data)} bytes is too large for a lexicon. Give at most {LARGEST}.")
        if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or name.lower().endswith((".pls", ".xml")):
            from .pls import read_pls

            rows, warnings = read_pls(data, name)
        else:
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                raise TextError(f"{name}: not UTF-8 text. Save it as UTF-8.") from None
            rows, warnings = _rows(text, name)
        entries: dict[str, list[str]] = {}
        for word, said, where in rows:
            try:
                entries.setdefault(unicodedata.normalize("NFC", word), spell(said, where))
            except TextError as error:
                warnings.append(str(error))
        return Lexicon(entries, sorted(warnings, key=_line_of))


_PLAIN_ENTRY = re.compile(rf"{WORD}(?:\s+{WORD})*")


def _signed(entries: Iterable[str]) -> re.Pattern:
    """A pattern of those entries whose signs set them apart from words, the longest first."""
    signed = sorted((e for e in entries if not _PLAIN_ENTRY.fullmatch(e)), key=len, reverse=True)
    parts = []
    for entry in signed:
        inside = r"\s+".join(map(re.escape, entry.split()))
        start = r"(?<![\w])" if entry[0].isalnum() else rf"(?<!{re.escape(entry[0])})(?<!\w)"
        end = r"(?!\w)" if entry[-1].isalnum() else rf"(?![\w{re.escape(entry[-1])}])"
        parts.append(f"{start}{inside}{end}")
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def _line_of(warning: str) -> int:
    match = re.search(r", line (\d+)", warning)
    return int(match[1]) if match else 0


def _rows(text: str, name: str) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Word, pronunciation and place of each line; and warnings of lines that are neither an entry nor a
    comment.
    """
    rows = []
    warnings = []
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{name}, line {number}"
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        word, tab, said = line.split("\t#")[0].partition("\t")
        if not tab or not word.strip() or not said.strip():
            warnings.append(
                f"{where}: {line.strip()!r} is not a word, a tab and its pronunciation. The line is left out."
                + _suggestion(line)
            )
            continue
        if not any(character.isalnum() for character in word):
            warnings.append(f"{where}: {word.strip()!r} holds no letter and no figure. The line is left out.")
            continue
        rows.append((word.strip(), said.strip(), where))
    return rows, warnings


def _suggestion(line: str) -> str:
    """What would be right, where a line has its two parts but no tab between them."""
    parts = re.fullmatch(r"\s*(\S.*?)\s*(?:[,;=|:]|\s{2,}|\s(?=\S+\s*$))\s*(\S.*?)\s*", line)
    return f" Write {parts[1]}<TAB>{parts[2]}, with the tab key." if parts and "\t" not in line else ""


def spell(said: str, where: str = "text") -> list[str]:
    """Symbols of a pronunciation in IPA or, where it is all capitals, ARPAbet. Raises TextError naming
    `where` and the sign not known.
    """
    said = unicodedata.normalize("NFC", said).strip().strip("/")
    if _ARPABET_LINE.fullmatch(said):
        symbols = []
        for sign in said.split():
            phone = ARPABET.get(sign.rstrip("012"))
            if phone is None:
                raise TextError(
                    f"{where}: {sign!r} is no sign of ARPAbet. It has {' '.join(ARPABET)}, vowels "
                    f"with 0, 1 or 2 for stress."
                )
            stress = _STRESS.get(sign[-1], "") if is_vowel(phone) else ""
            symbols.append(stress + ("ə" if sign == "AH0" else phone))
        return symbols
    symbols = spell_ipa(said, where)
    if not symbols:
        raise TextError(f"{where}: no pronunciation is given. Write it in IPA, such as /həlˈoʊ/.")
    return symbols


def _checked(symbols: list[str], where: str) -> list[str]:
    from .alphabet import encode

    encode(symbols, where)
    return symbols
