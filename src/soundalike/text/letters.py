"""The names of letters, and the pronunciation letter by letter of words that no lexicon or model has."""

from __future__ import annotations

import unicodedata

from .alphabet import is_vowel, spell_ipa

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_SOUNDS = dict(zip(_LATIN, "a b k d e f ɡ h i j k l m n o p k r s t u v v ks i z".split(), strict=True))
_SOUNDS |= dict(
    zip(
        _CYRILLIC,
        "a b v ɡ d je jo ʐ z i j k l m n o p r s t u f x t͡s t͡ɕ ʂ ɕ - ɨ - e ju ja".split(),
        strict=True,
    )
)
_DIGRAPHS = {
    "sch": "ʃ",
    "sh": "ʃ",
    "ch": "t͡ʃ",
    "th": "t",
    "ph": "f",
    "ck": "k",
    "qu": "kv",
    "oo": "u",
    "ee": "i",
}
_FOREIGN = {"ß": "ss", "ø": "o", "æ": "e", "œ": "e", "ł": "l", "đ": "d", "ð": "d", "þ": "t", "ı": "i"}
_SOFT = "еёиьюя"  # these soften the consonant before them
_SOFTENS = {sound: sound + "ʲ" for sound in "b d f k l m n p r s t v z x ɡ".split()}

# one name for each of a-z (Russian: а-я), words within a name joined by +
_NAMES = {
    "en": (
        "ˈeɪ bˈi sˈi dˈi ˈi ˈɛf d͡ʒˈi ˈeɪt͡ʃ ˈaɪ d͡ʒˈeɪ kˈeɪ ˈɛl ˈɛm ˈɛn ˈoʊ pˈi kjˈu ˈɑɹ ˈɛs tˈi jˈu "
        "vˈi dˈʌbəljˌu ˈɛks wˈaɪ zˈi"
    ),
    "cs": (
        "ˈaː bˈɛː t͡sˈɛː dˈɛː ˈɛː ˈɛf ɡˈɛː ɦˈaː ˈiː jˈɛː kˈaː ˈɛl ˈɛm ˈɛn ˈoː pˈɛː kvˈɛː ˈɛr ˈɛs tˈɛː "
        "ˈuː vˈɛː dvˈojitɛːvɛː ˈɪks ˈɪpsilon zˈɛt"
    ),
    "de": (
        "ˈaː bˈeː t͡sˈeː dˈeː ˈeː ˈɛf ɡˈeː hˈaː ˈiː jˈɔt kˈaː ˈɛl ˈɛm ˈɛn ˈoː pˈeː kˈuː ˈɛʁ ˈɛs tˈeː "
        "ˈuː fˈaʊ vˈeː ˈɪks ˈʏpsilɔn t͡sˈɛt"
    ),
    "es": (
        "ˈa bˈe sˈe dˈe ˈe ˈefe xˈe ˈat͡ʃe ˈi xˈota kˈa ˈele ˈeme ˈene ˈo pˈe kˈu ˈere ˈese tˈe ˈu ˈube "
        "ˈubedˈoble ˈekis jˈe sˈeta"
    ),
    "fr": (
        "ˈa bˈe sˈe dˈe ˈø ˈɛf ʒˈe ˈaʃ ˈi ʒˈi kˈa ˈɛl ˈɛm ˈɛn ˈo pˈe kˈy ˈɛʁ ˈɛs tˈe ˈy vˈe dubləvˈe "
        "ˈiks iɡʁˈɛk zˈɛd"
    ),
    "it": (
        "ˈa bˈi t͡ʃˈi dˈi ˈe ˈɛffe d͡ʒˈi ˈakka ˈi ˈiluŋɡa kˈappa ˈɛlle ˈɛmme ˈɛnne ˈɔ pˈi kˈu ˈɛrre "
        "ˈɛsse tˈi ˈu vˈu doppjavˈu ˈiks ˈipsilon d͡zˈɛta"
    ),
    "nl": (
        "ˈaː bˈeː sˈeː dˈeː ˈeː ˈɛf ɣˈeː hˈaː ˈi jˈeː kˈaː ˈɛl ˈɛm ˈɛn ˈoː pˈeː kˈy ˈɛr ˈɛs tˈeː ˈy "
        "vˈeː vˈeː ˈɪks ˈɛi zˈɛt"
    ),
    "pt": (
        "ˈa bˈe sˈe dˈe ˈɛ ˈɛfi ʒˈe aɡˈa ˈi ʒˈɔta kˈa ˈɛli ˈemi ˈeni ˈɔ pˈe kˈe ˈɛʁi ˈɛsi tˈe ˈu vˈe "
        "dˈabliu ʃˈis ˈipsilon zˈe"
    ),
    "sv": (
        "ˈɑː bˈeː sˈeː dˈeː ˈeː ˈɛf ɡˈeː hˈoː ˈiː jˈiː kˈoː ˈɛl ˈɛm ˈɛn ˈuː pˈeː kˈʉː ˈɛr ˈɛs tˈeː ˈʉː "
        "vˈeː dˈɵbəlveː ˈɛks ˈyː sˈɛta"
    ),
    "ru": "ˈa bˈe vˈe ɡˈe dˈe jˈe jˈo ʐˈe zˈe ˈi ikrˈatkojə kˈa ˈelʲ ˈem ˈen ˈo pˈe ˈer ˈes tˈe ˈu ˈef "
    "xˈa t͡sˈe t͡ɕˈe ʂˈa ɕˈa tvʲˈordɨjznˈak ˈɨ "
    "mʲˈaxkʲijznˈak ˈe jˈu jˈa",
}


def plain_letter(character: str) -> str:
    """A letter in lower case without its accent, as one or two letters of a-z or а-я; empty for what is no
    letter.
    """
    character = character.lower()
    if character in _CYRILLIC:
        return character
    base = unicodedata.normalize("NFKD", _FOREIGN.get(character, character))
    return "".join(c for c in base if c.isalpha() and (c in _LATIN or c in _CYRILLIC))


def letter_name(character: str, language: str) -> str:
    """IPA of a letter's name, as spelling it out says it; empty where the language's table has none."""
    from .user_languages import find_language  # which reads letters by this module

    letter = plain_letter(character)[:1]
    if language not in _NAMES:
        own = find_language(language)
        return "".join(own.letter_name(character)) if own is not None else ""
    for owner in (language, "ru" if letter in _CYRILLIC else "en"):
        names = dict(zip(_CYRILLIC if owner == "ru" else _LATIN, _NAMES[owner].split(), strict=True))
        if letter and letter in names:
            return names[letter]
    return ""


def letter_sound(character: str) -> list[str]:
    """Symbols of one letter as most languages of its script say it; none for what is no letter."""
    letters = plain_letter(unicodedata.normalize("NFC", character))
    return [symbol for letter in letters for symbol in spell_ipa(_SOUNDS.get(letter, "").strip("-"))]


def sound_out(word: str, language: str) -> list[str]:
    """Symbols of a word letter by letter: never empty for a word that holds a letter.

    Crude on purpose; it is asked only where a language's model gives nothing. One letter alone gives its
    name.
    """
    letters = [letter for letter in (plain_letter(c) for c in unicodedata.normalize("NFC", word)) if letter]
    text = "".join(letters)
    if not text:
        return spell_ipa("ˈɛks" if any(c.isalpha() for c in word) else "")
    if len(text) == 1:
        return spell_ipa(letter_name(text, language))
    symbols: list[str] = []
    at = 0
    while at < len(text):
        size = next((n for n in (3, 2) if text[at : at + n] in _DIGRAPHS), 1)
        letter = text[at : at + size]
        if letter in _SOFT and symbols and symbols[-1] in _SOFTENS:
            symbols[-1] = _SOFTENS[symbols[-1]]
            symbols += spell_ipa(_SOUNDS[letter].removeprefix("j").removeprefix("-"))
        else:
            symbols += spell_ipa(_DIGRAPHS.get(letter, _SOUNDS.get(letter, "")).removeprefix("-"))
        at += size
    if not any(is_vowel(symbol) for symbol in symbols):
        return [symbol for letter in text for symbol in spell_ipa(letter_name(letter, language))]
    first = next(i for i, symbol in enumerate(symbols) if is_vowel(symbol))
    return symbols[:first] + ["ˈ" + symbols[first]] + symbols[first + 1 :]
