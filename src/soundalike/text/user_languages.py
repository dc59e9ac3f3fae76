"""Languages of the user's own: each a folder with the sounds of its spellings, checked, and kept in the
user's data folder under its code.

    language.toml   code, name, stress, [sounds] and more: the fields of LanguageFile
    lexicon.tsv     word, tab, IPA: the words that do not sound as they are spelled; may be left out

The ten languages of the package are not looked for here. A folder is read when its code is asked for, and
again when a file in it has changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from soundalike.core.config import parse, read_toml
from soundalike.core.errors import ConfigError, TextError
from soundalike.core.files import data_dir, whole_folder
from soundalike.core.languages import name_language

from .alphabet import is_vowel
from .lexicon import Lexicon
from .spelling import Spelling
from .stress import Stress, stressed_by_place

PLACE = "SOUNDALIKE_LANGUAGES"  # environment variable with the folder of the user's languages
FILE = "language.toml"
LEXICON = "lexicon.tsv"
SHOWN = 6  # letters without a rule that an error names
_CODE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class Numbers:
    """How numbers are read."""

    code: str = ""  # of the language in num2words; that of the language where none is given
    # Ten words, of 0 to 9, where num2words has not the language: numbers are read figure by figure
    digits: str = ""
    decimal: str = ","  # the sign before decimals; the other of comma and point groups thousands


@dataclass(frozen=True)
class LanguageFile:
    """The fields of language.toml."""

    code: str  # of ISO 639, two or three small letters
    name: str  # in English
    sounds: dict[str, str]  # IPA by spelling; see text.spelling
    stress: Stress = "none"
    classes: dict[str, str] = field(default_factory=dict)  # letters by the name of a class
    letters: dict[str, str] = field(default_factory=dict)  # names of letters as they are spelled: b = "be"
    numbers: Numbers = field(default_factory=Numbers)
    signs: dict[str, str] = field(default_factory=dict)  # what is said for a sign: "%" = "procent"
    abbreviations: dict[str, str] = field(default_factory=dict)  # with their full stop


@dataclass(frozen=True, eq=False)
class UserLanguage:
    """A language of the user's, ready to read words."""

    said: LanguageFile
    spelling: Spelling
    lexicon: Lexicon
    digest: str  # of its files

    @property
    def code(self) -> str:
        """Its code of ISO 639."""
        return self.said.code

    @property
    def letters(self) -> frozenset[str]:
        """The small letters that its spelling or its lexicon holds."""
        return self.spelling.letters | frozenset("".join(self.lexicon.entries).lower())

    def symbols(self, word: str) -> list[str]:
        """The symbols of a word by its lexicon, else by its spelling; none for a word of no letter."""
        symbols = self.lexicon.get(word) or self.spelling.read(word)[0]
        return stressed_by_place(symbols, self.said.stress)

    def letter_name(self, letter: str) -> list[str]:
        """The symbols of a letter's name, or of its sound where it has none."""
        return self.symbols(self.said.letters.get(letter.lower(), letter))


def library() -> Path:
    """The folder of the user's languages: $SOUNDALIKE_LANGUAGES, else `languages` in the user's data folder.
    It need not exist.
    """
    return Path(os.environ[PLACE]) if os.environ.get(PLACE) else data_dir() / "languages"


def user_codes() -> list[str]:
    """The codes of the user's languages, in order."""
    place = library()
    if not place.is_dir():
        return []
    return sorted(one.name for one in place.iterdir() if _CODE.fullmatch(one.name) and (one / FILE).is_file())


_read: dict[Path, tuple[tuple, UserLanguage]] = {}  # with when their files were changed


def find_language(name: str) -> UserLanguage | None:
    """The user's language of a code, or of an English name; None where there is none, and for the languages
    of the package. Raises ConfigError for one whose files have been spoiled.
    """
    from .normalise import LANGUAGES  # which looks languages up here

    low = name.lower()
    if low in LANGUAGES:
        return None
    if _CODE.fullmatch(low):
        return _known(library() / low) if (library() / low / FILE).is_file() else None
    others = (_known(library() / code) for code in user_codes())
    return next((one for one in others if one.said.name.lower() == low), None)


def _known(folder: Path) -> UserLanguage:
    """The language of a folder, read again where a file of it has changed."""
    files = [folder / name for name in (FILE, LEXICON)]
    changed = tuple(file.stat().st_mtime_ns if file.is_file() else None for file in files)
    if folder not in _read or _read[folder][0] != changed:
        _read[folder] = (changed, read_language(folder))
    return _read[folder][1]


def read_language(folder: str | os.PathLike) -> UserLanguage:
    """A language out of its folder. Raises ConfigError naming the file and the field that cannot be used."""
    place = Path(folder) / FILE
    if not place.is_file():
        raise ConfigError(f"{place}: there is no such file. Write code, name, stress and [sounds] into it.")
    said = parse(LanguageFile, read_toml(str(place)), str(place))
    _check_fields(said, place)
    lexicon = _lexicon(Path(folder) / LEXICON)
    spelling = Spelling.from_table(said.sounds, said.classes, str(place))
    files = [file for file in (place, Path(folder) / LEXICON) if file.is_file()]
    digest = hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]
    language = UserLanguage(said, spelling, lexicon, digest)
    if not any(is_vowel(symbol) for letter in spelling.letters for symbol in spelling.read(letter)[0]):
        raise ConfigError(f'{place}: [sounds] has no vowel. Give every letter a line, such as a = "a".')
    name_language(said.code, said.name)
    return language


def _check_fields(said: LanguageFile, place: Path) -> None:
    """Raise ConfigError for a field that cannot be used."""
    from .normalise import LANGUAGES

    if not _CODE.fullmatch(said.code):
        raise ConfigError(
            f"{place}: code = '{said.code}' is no code of a language. Give that of ISO 639, such as pl."
        )
    if said.code in LANGUAGES:
        raise ConfigError(
            f"{place}: code = '{said.code}' is a language of the package. Give another code; words of that "
            "language are changed by --lexicon."
        )
    if not said.name.strip():
        raise ConfigError(f"{place}: name is empty. Give the English name of the language, such as Polish.")
    for table in ("signs", "letters"):
        long = next((sign for sign in getattr(said, table) if len(sign) != 1), None)
        if long is not None:
            raise ConfigError(f"{place}: [{table}] '{long}' is not one character. Give one, such as + or b.")
    if said.numbers.decimal not in (",", "."):
        raise ConfigError(f"{place}: [numbers] decimal = '{said.numbers.decimal}'. Give ',' or '.'.")
    _check_numbers(said, place)


def _check_numbers(said: LanguageFile, place: Path) -> None:
    from num2words import CONVERTER_CLASSES

    digits = said.numbers.digits.split()
    if digits:
        if len(digits) != 10:
            raise ConfigError(f"{place}: [numbers] digits has {len(digits)} words. Give ten, of 0 to 9.")
        return
    code = said.numbers.code or said.code
    if code not in CONVERTER_CLASSES:
        raise ConfigError(
            f"{place}: num2words has no numbers of '{code}'. Give [numbers] digits = \"zero one ...\", the "
            f"words of 0 to 9, or code = one of {', '.join(sorted(CONVERTER_CLASSES))}."
        )


def _lexicon(path: Path) -> Lexicon:
    """A folder's lexicon, empty where there is none. Raises ConfigError for a line that cannot be used."""
    if not path.is_file():
        return Lexicon()
    try:
        found = Lexicon.read(path)
    except TextError as error:
        raise ConfigError(str(error)) from None
    if found.warnings:
        raise ConfigError(found.warnings[0])
    several = next((word for word in found.entries if len(word.split()) > 1), None)
    if several:
        raise ConfigError(f"{path}: '{several}' is more than one word. Give each word a line of its own.")
    return found


def without_rule(language: UserLanguage, text: str) -> dict[str, str]:
    """The letters of a text that no spelling of a language has, each with a word it is in; words of the
    lexicon left aside.
    """
    found: dict[str, str] = {}
    # Vowels of some scripts are marks
    kept = "".join(c if c in "'’" or unicodedata.category(c)[0] in "LM" else " " for c in text)
    for word in dict.fromkeys(kept.split()):
        if language.lexicon.get(word) is None:
            for letter in language.spelling.read(word)[1]:
                found.setdefault(letter, word)
    return found


def add_language(
    folder: str | os.PathLike, words: str | os.PathLike | None = None, force: bool = False
) -> UserLanguage:
    """Check a language's folder and copy its files to the user's languages. `words` is a UTF-8 text in the
    language, every letter of which must have a spelling.

    Raises ConfigError for files that cannot be used, letters without a spelling, and a language that is there
    already, unless `force` has it replaced.
    """
    language = read_language(folder)
    if words is not None:
        _check_words(language, Path(words), Path(folder) / FILE)
    target = library() / language.code
    if target.exists() and target.resolve() == Path(folder).resolve():
        raise ConfigError(f"{folder}: is where the language is kept already. Nothing is to be added.")
    if target.exists() and not force:
        raise ConfigError(f"'{language.code}' is there already, in {target}. --force replaces it.")
    with whole_folder(target) as copy:
        for name in (FILE, LEXICON):
            if (Path(folder) / name).is_file():
                shutil.copyfile(Path(folder) / name, copy / name)
    return language


def _check_words(language: UserLanguage, words: Path, place: Path) -> None:
    try:
        text = words.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{words}: cannot be read ({error}). Give a UTF-8 text in the language.") from None
    missing = without_rule(language, text)
    if missing:
        shown = ", ".join(f"{letter} ({word})" for letter, word in list(missing.items())[:SHOWN])
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        raise ConfigError(
            f"{place}: [sounds] has no spelling of these letters of {words}: {shown}{more}. Give each a "
            "line, or the words a line in lexicon.tsv."
        )


def remove_language(code: str) -> None:
    """Remove a language of the user's. Raises ConfigError where there is none of that code."""
    if code not in user_codes():
        known = ", ".join(user_codes()) or "none"
        raise ConfigError(f"there is no language '{code}' of your own. There are: {known}.")
    shutil.rmtree(library() / code)
    _read.pop(library() / code, None)
