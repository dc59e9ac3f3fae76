"""Normalised text to symbols: a user's lexicon, heteronyms by context, gruut's lexicon, its model for other
words, letter by letter at last.

English comes with the package; other languages need gruut's lexicon of that language, an extra
of this package (`de`, ...). A language of the user's own has its lexicon and rules of spelling.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from soundalike.core.emotions import Emotion
from soundalike.core.errors import ConfigError, TextError
from soundalike.core.installation import install_command

from . import corrections, german, italian, russian
from .alphabet import COMMA, EXCLAMATION, GAP, QUESTION, START, STOP, spell_ipa
from .gruut_data import data_folder
from .gruut_reading import looked_up, read_pieces
from .heteronym_words import NOUN_VERB
from .heteronyms import HETERONYMS, Word, pronunciation, with_s
from .letters import sound_out
from .lexicon import Lexicon
from .names import NAMES
from .normalise import LANGUAGES, base_language, normalise
from .stress import stressed
from .tokenizer import Piece
from .unsayable import SOUNDS, beginning, drawn_out, letter_by_letter, stutter
from .user_languages import UserLanguage, find_language

# Sounds of English that dictionaries write more finely than the alphabet
_ENGLISH = {"r": "ɹ"} | {
    f"{stress}{vowel}ː": f"{stress}{vowel}" for vowel in ("i", "u", "ɔ", "ɑ") for stress in ("", "ˈ", "ˌ")
}
# Fields of an utterance that a part of it has its part of; volume is laid over the whole sentence later
PER_WORD = ("spans", "written", "rate", "pitch", "emotion")
_MARKS = {".": STOP, "?": QUESTION, "!": EXCLAMATION}
_CLOSING = (COMMA, STOP, QUESTION, EXCLAMATION)


@dataclass(frozen=True)
class Utterance:
    """A sentence as it will be said: symbols, which word each belongs to (-1 for the start mark), and how
    each word is to sound.

    The lists that are per word are empty where all words are neutral.
    """

    symbols: list[str]  # S symbols: a start mark, then phonemes and one mark after each word
    words: list[str]
    word_of: list[int]  # S indices into words; a mark belongs to the word before it
    text: str = ""  # as written
    language: str = "en"
    # Start and stop of each word in the whole input, characters
    spans: list[tuple[int, int]] = field(default_factory=list)
    # Each word as it is written, without markup; empty for one that goes on the same written thing
    written: list[str] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)  # per word; 1 is normal, 2 twice as fast
    pitch: list[float] = field(default_factory=list)  # per word, semitones up
    volume: list[float] = field(default_factory=list)  # per word, dB louder
    emotion: list[Emotion | None] = field(default_factory=list)  # per word; None: as is asked for
    # Seconds of silence after a word, by its index; -1: before the first
    pauses: dict[int, float] = field(default_factory=dict)
    # Name, and the index of the word it comes before; len(words): the end
    marks: list[tuple[str, int]] = field(default_factory=list)
    voice: str = ""  # the name asked for

    @property
    def goes_on(self) -> bool:
        """Whether its sentence goes on in the next utterance, so that the voice does not fall at its end."""
        return self.symbols[-1] == COMMA


@dataclass(frozen=True)
class Token:
    """A word with its symbols, or a mark."""

    text: str
    symbols: list[str]
    mark: str = ""  # COMMA, STOP, QUESTION or EXCLAMATION; empty for a word
    rule: str = ""  # where the symbols come from


def phonemize(text: str, where: str = "text", language: str = "en") -> Utterance:
    """Symbols of a sentence. Raises TextError naming `where` if it cannot be spoken, ConfigError for a
    language not known or not installed.
    """
    language = base_language(language)
    return assemble(tokens_of(normalise(text, language, where), where, language), where, text, language)


def tokens_of(
    plain: str,
    where: str,
    language: str,
    lexicon: Lexicon | None = None,
    given: Mapping[str, list[str]] | None = None,
) -> list[Token]:
    """Words and marks of a normalised text, in order, each word with its symbols.

    `given` holds the symbols of words whose pronunciation is fixed. Raises as `phonemize` does.
    """
    own = find_language(language)
    if own is not None:
        return _with_stutters(_spelled(plain, own, lexicon, given or {}), plain, language)
    if not installed(language):  # gruut would go on without sounds
        raise ConfigError(
            f"the lexicon of language '{language}' is not installed: {install_command(language)}"
        )
    pieces = read_pieces(plain, language)
    words = [piece for piece in pieces if not piece.mark]
    # Words with a mark behind them, for the rules of heteronyms
    ends = {id(a) for a, b in pairwise(pieces) if b.mark}
    context = [Word(word.text, word.tag, id(word) in ends) for word in words]
    tokens = []
    number = 0
    for piece in pieces:
        if piece.mark:
            tokens.append(Token(piece.text, [], piece.mark))
            continue
        symbols, rule = _own_symbols(piece.text, language, lexicon, given or {})
        if not symbols:
            symbols, rule = _by_rules(context, number, language, where)
        if not symbols and piece.sounds:
            symbols, rule = _from_gruut(piece, language, where), ""
        if not symbols:
            symbols, rule = sound_out(piece.text, language), "letter by letter"
        if language == "ru" and rule in ("", "ё"):
            symbols = russian.with_genitive(piece.text, symbols)
        tokens.append(Token(piece.text, symbols, "", rule))
        number += 1
    return _with_stutters([token for token in tokens if token.symbols or token.mark], plain, language)


def _spelled(
    plain: str, language: UserLanguage, lexicon: Lexicon | None, given: Mapping[str, list[str]]
) -> list[Token]:
    """Words and marks of a normalised text in a user's language."""
    tokens = []
    for piece in re.findall(r"[.,;:!?]|[^\s.,;:!?-]+", plain):
        if piece in ".,;:!?":
            tokens.append(Token(piece, [], _MARKS.get(piece, COMMA)))
            continue
        symbols, rule = _own_symbols(piece, language.code, lexicon, given)
        if not symbols:
            symbols, rule = language.symbols(piece), ""
        if symbols:
            tokens.append(Token(piece, symbols, "", rule))
    return tokens


def _with_stutters(tokens: list[Token], plain: str, language: str) -> list[Token]:
    """The tokens with the stuttered beginnings of words, b-b-but, sounding as those begin."""
    if not re.search(r"\w-\w", plain):
        return tokens
    said = list(tokens)
    for i in range(len(said) - 2, -1, -1):
        token = said[i]
        following = said[i + 1]
        if token.mark or following.mark or not stutter(token.text, following.text, plain):
            continue
        again = token.text.lower() == following.text.lower()
        symbols = following.symbols if again else beginning(token.text, following.symbols, language)
        said[i] = replace(token, symbols=symbols, rule="stutter")
    return said


def _own_symbols(
    word: str, language: str, lexicon: Lexicon | None, given: Mapping[str, list[str]]
) -> tuple[list[str], str]:
    """The symbols of a word that are given or in the user's lexicon, and which; none for another."""
    symbols = given.get(word, [])
    rule = "given"
    if not symbols and lexicon:
        symbols = lexicon.get(word) or []
        rule = "your lexicon"
    if language == "en":
        symbols = [_ENGLISH.get(symbol, symbol) for symbol in symbols]
    return symbols, rule


def _from_gruut(word: Piece, language: str, where: str) -> list[str]:
    """The symbols of a word by gruut's lexicon or model."""
    if language == "en":
        return list(word.sounds)
    sounds = corrections.corrected(spell_ipa("".join(word.sounds), where), language)
    return stressed(sounds, word.text, language)


def in_lexicon(word: str, language: str) -> bool:
    """Whether the lexicon of a language has a word; of one that it has not, the sounds are guessed. A user's
    language guesses none: its spelling tells them.
    """
    if language not in LANGUAGES:
        return True
    return bool(looked_up(word, language))


def installed(language: str) -> bool:
    """Whether gruut's lexicon of a language is there, and the German model where that is the language; or the
    language is one of the user's.
    """
    if language not in LANGUAGES:
        return find_language(language) is not None
    if language == "de" and not german.installed():
        return False
    return data_folder(language) is not None


def _by_rules(context: list[Word], number: int, language: str, where: str) -> tuple[list[str], str]:
    """The symbols of a word by what is known of a language beside gruut's lexicon, and by what; none where
    that is to be asked.
    """
    word = context[number].text
    if language == "en":
        return _english(context, number)
    if language == "ru":
        return _russian(word, where)
    if language == "de" and len(word) > 1:
        return german.german(word, where), ""
    if language == "it" and len(word) > 1:
        return _italian(word, where)
    return [], ""


def _italian(word: str, where: str) -> tuple[list[str], str]:
    """The symbols of a word that the lexicon has not, or as that of another language; none for another. Words
    that end in a consonant or hold letters that Italian has not are taken for foreign.
    """
    found = looked_up(word, "it")
    spelled = italian.italian(word)
    if found and not italian.is_foreign(word):
        symbols = spell_ipa("".join(found), where)
        unstressed = len(spelled) > 1 and not any(symbol[0] == "ˈ" for symbol in symbols)
        if not corrections.is_italian(symbols, spelled) or (unstressed and "ˈ" in "".join(spelled)):
            return spelled, "spelling"
    return ([], "") if found else (spelled, "spelling")


def _russian(word: str, where: str) -> tuple[list[str], str]:
    """The symbols of a word that the lexicon has wrong, or only with ё; none for another."""
    if word.lower() in russian.SOUNDS:
        return spell_ipa(russian.SOUNDS[word.lower()]), "exception"
    known = russian.with_yo(word, functools.partial(in_lexicon, language="ru"))
    if known == word:
        return [], ""
    return stressed(spell_ipa("".join(looked_up(known, "ru")), where), known, "ru"), "ё"


def word_symbols(word: str, language: str) -> list[str]:
    """The symbols of one word by itself."""
    return [symbol for token in tokens_of(word, word, language) for symbol in token.symbols]


def _english(context: list[Word], number: int) -> tuple[list[str], str]:
    word = context[number].text.lower()
    if word in HETERONYMS or word.removesuffix("s") in NOUN_VERB:
        found = pronunciation(context, number)
        if found:
            return spell_ipa(found[0]), f"heteronym: {found[1]}"
    name = word.removesuffix("'s")
    if word in SOUNDS:
        return spell_ipa(SOUNDS[word]), "name"
    lookup = functools.partial(looked_up, language="en")
    letters = letter_by_letter(word, lookup)
    if letters:
        return letters, "letter by letter"
    shorter = drawn_out(word, lookup)
    if shorter:
        return shorter, "drawn out"
    if name in NAMES:
        return spell_ipa(NAMES[name] if name == word else with_s(NAMES[name])), "name"
    return [], ""


def assemble(
    tokens: list[Token], where: str, text: str, language: str, goes_on: bool = False, **more: object
) -> Utterance:
    """Tokens as one sentence: a start mark, one mark after each word, a closing mark; a comma where the
    sentence `goes_on` in the next utterance. Raises TextError where no word is among them.
    """
    symbols = [START]
    words: list[str] = []
    word_of = [-1]
    for token in tokens:
        if not token.mark:
            if words and symbols[-1] not in _CLOSING:
                symbols.append(GAP)
                word_of.append(len(words) - 1)
            words.append(token.text)
            symbols += token.symbols
            word_of += [len(words) - 1] * len(token.symbols)
        elif words and symbols[-1] not in _CLOSING:
            symbols.append(token.mark)
            word_of.append(len(words) - 1)
    if not words:
        raise TextError(f"{where}: no word in {text!r} can be spoken. Give at least one word.")
    if symbols[-1] not in (STOP, QUESTION, EXCLAMATION):
        if symbols[-1] == COMMA:
            symbols.pop(), word_of.pop()
        symbols.append(COMMA if goes_on else STOP)
        word_of.append(len(words) - 1)
    return Utterance(symbols, words, word_of, text, language, **more)  # type: ignore[arg-type]


def in_halves(spoken: Utterance) -> list[Utterance]:
    """A sentence cut in two at the comma nearest its middle; itself alone where there is none with three
    words on either side.
    """
    size = len(spoken.words)
    commas = [
        word + 1
        for symbol, word in zip(spoken.symbols, spoken.word_of, strict=True)
        if symbol == COMMA and 3 <= word + 1 <= size - 3
    ]
    if not commas:
        return [spoken]
    cut = min(commas, key=lambda word: abs(2 * word - size))

    def part(start: int, stop: int) -> Utterance:
        kept = [
            (symbol, word - start)
            for symbol, word in zip(spoken.symbols, spoken.word_of, strict=True)
            if start <= word < stop
        ]
        symbols = [START, *(symbol for symbol, _ in kept)]
        words = [-1, *(word for _, word in kept)]
        lists = {name: getattr(spoken, name)[start:stop] for name in PER_WORD}
        return Utterance(symbols, spoken.words[start:stop], words, spoken.text, spoken.language, **lists)

    return [part(0, cut), part(cut, size)]
