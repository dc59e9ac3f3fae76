"""The tables of this folder, read once."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
MIDDLE = ord("M")  # the letter of ngrams.txt that is nought
# Letters beyond a to z; a word with another letter is not of the language
_LETTERS = {
    "en": "",
    "cs": "áčďéěíňóřšťúůýž",
    "de": "äöüß",
    "es": "áéíóúüñ",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "it": "àèéìíòóùú",
    "nl": "áéëïóöüèêä",
    "pt": "áâãàçéêíóôõúü",
    "sv": "åäöé",
    "pl": "ąćęłńóśźż",
    "tr": "âçğıîöşüûi̇",
    "hu": "áéíóöőúüű",
    "da": "æøåé",
    "no": "æøåéòôó",
    "fi": "äöå",
    "ro": "ăâîșşțţ",
    "vi": "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hr": "čćđšž",
    "sl": "čšž",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "et": "äõöüšž",
    "ca": "àçèéíïòóúü·",
    "gl": "áéíóúüñï",
    "eu": "ñü",
    "af": "áäéèêëîïôöúû",
    "is": "áðéíóúýþæö",
    "sq": "çë",
    "cy": "âêîôûŵŷáéíóẁẃöïëäÿ",
    "ga": "áéíóú",
    "tl": "ñ",
    "eo": "ĉĝĥĵŝŭ",
    "az": "çəğıöşüi̇",
    "mt": "ċġħżàèìòù",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
}
_ASCII = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Words:
    """The words of a language, each with its place among them, 0 the most frequent."""

    rank: dict[str, int]
    letters: frozenset[str]


def _blocks(name: str) -> Iterator[tuple[str, str]]:
    """The lines of a file, each with the name of the block it stands in."""
    block = ""
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            block = line.strip("[]")
        elif line and not line.startswith("#"):
            yield block, line


@functools.cache
def words(name: str) -> dict[str, Words]:
    """The words of the languages of a file, spoken.txt or elsewhere.txt."""
    rank: dict[str, dict[str, int]] = {}
    for language, line in _blocks(name):
        own = rank.setdefault(language, {})
        for word in line.split():
            own.setdefault(word, len(own))
    return {language: Words(own, alphabet(language)) for language, own in rank.items()}


def alphabet(language: str) -> frozenset[str]:
    """The letters of a language that is written in Latin or Cyrillic letters."""
    own = _LETTERS.get(language, "")
    return frozenset(own if own[:1] in ("а", "б") else own + _ASCII)


@functools.cache
def ngrams() -> tuple[list[str], dict[str, list[float]]]:
    """Languages, and for runs of three letters how much likelier the last is in each, in nats."""
    lines = (FOLDER / "ngrams.txt").read_text(encoding="utf-8").splitlines()
    languages = [line for line in lines if line.startswith("#")][-1].strip("# ").split()
    table = {
        entry[:3]: [(ord(letter) - MIDDLE) / 2 for letter in entry[3:]]
        for line in lines
        if not line.startswith("#")
        for entry in line.split()
    }
    return languages, table


@dataclass(frozen=True)
class Loan:
    """A word or phrase of another language that stands in English text."""

    language: str  # it is said in
    byword: bool  # English even where it stands alone


@functools.cache
def loans() -> tuple[dict[tuple[str, ...], Loan], int]:
    """The loans by their words, and how many words the longest has."""
    found: dict[tuple[str, ...], Loan] = {}
    for block, line in _blocks("loans.txt"):
        language = block.rstrip("*")
        for entry in line.split(";"):
            if key := tuple(re.findall(r"[^\W\d_]+", entry.lower())):
                found.setdefault(key, Loan(language, block.endswith("*") or language == "en"))
    return found, max(map(len, found))


@functools.cache
def log_rank(rank: int) -> float:
    """The logarithm of how often a word of a place in the list is used."""
    return math.log(0.1 / (rank + 10))
