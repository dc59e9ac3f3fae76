"""Written text to speakable text: characters, capitals, money with magnitudes; and sentences out of paragraphs.

Numbers, dates and ordinals become words in `phonemes` (gruut); what it gets wrong is put right here first.
"""

from __future__ import annotations

import re
import unicodedata

from ..contract import TextError

_QUOTES = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "‘": "'",
        "’": "'",
        "`": "'",
        "´": "'",
        "…": "...",
        "–": " - ",
        "—": " - ",
        "‒": " - ",
        "−": "-",
    }
)
_MAGNITUDE = re.compile(r"([$£€])\s?(\d[\d,]*(?:\.\d+)?)\s+(thousand|million|billion|trillion)\b", re.IGNORECASE)
_CURRENCY = {"$": "dollars", "£": "pounds", "€": "euros"}
_LETTERS = str.maketrans({"ß": "ss", "ẞ": "SS", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe",
                          "đ": "d", "Đ": "D", "ð": "th", "Ð": "Th", "þ": "th", "Þ": "Th", "ı": "i"})  # fmt: skip
_FRACTION = re.compile(r"(?<![\d/.,])(\d{1,3})/(\d{1,3})(?![\d/]|[.,]\d)")
_PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth", 10: "tenth", 100: "hundredth"}
_WORDS = {
    "×": " times ",
    "÷": " divided by ",
    "¢": " cents ",
    "&": " and ",
    "%": " percent ",
    "@": " at ",
    "+": " plus ",
    "=": " equals ",
    "°": " degrees ",
}
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|Sr|Jr|vs|etc|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|No|e\.g|i\.e)|\b[A-Z])\.$")
LONGEST_PIECE = 180  # characters spoken in one breath; longer sentences are cut at commas, then at spaces


def normalise(text: str, where: str = "text") -> str:
    """Text with plain quotes, letters and spaces, signs and fractions as words, and no characters that cannot be read.

    Raises TextError naming `where` for an empty text, one without a letter or digit, and a letter or digit of a script
    that the built-in alphabet lacks.
    """
    if not text.strip():
        raise TextError(f"{where}: the text is empty. Give a sentence to speak.")
    text = re.sub(r"(\d)\s*([\u00bc-\u00be\u2150-\u215e])", r"\1 and \2", text)  # 5½: five and one half
    text = "".join(_fraction(c) for c in text).translate(_QUOTES).translate(_LETTERS)
    text = unicodedata.normalize("NFKC", text)
    text = _MAGNITUDE.sub(lambda m: f"{m[2]} {m[3]} {_CURRENCY[m[1]]}", text)
    text = _FRACTION.sub(lambda m: f" {_ratio(int(m[1]), int(m[2]))} ", text)
    text = re.sub(r"¥\s?(\d[\d,.]*)", r"\1 yen", text)
    for sign, word in _WORDS.items():
        text = text.replace(sign, word)
    kept = []
    for character in unicodedata.normalize("NFKD", text):
        kind = unicodedata.category(character)
        if kind[0] in "LN" and not character.isascii():
            name = unicodedata.name(character, f"U+{ord(character):04X}")
            raise TextError(f"{where}: cannot read the character {character!r} ({name}). Write it in Latin letters.")
        if kind[0] != "M" or character.isascii():  # an accent goes, its letter stays
            kept.append(character if kind[0] in "LN" or character in "$£€.,;:!?'\"-/()" else " ")
    text = re.sub(r"\s+", " ", "".join(kept)).strip()
    text = re.sub(r"([!?.,;:])\1+", r"\1", text)
    if not any(character.isalnum() for character in text):
        raise TextError(f"{where}: the text holds nothing that can be spoken. Give at least one word.")
    letters = [c for c in text if c.isalpha()]
    if letters and " " in text and all(c.isupper() for c in letters):
        text = text.lower()  # capitals throughout are a manner of writing, not an abbreviation
    return text


def _fraction(character: str) -> str:
    """A vulgar fraction or small power as words; any other character as it is."""
    if character in "²³":
        return {"²": " squared ", "³": " cubed "}[character]
    if unicodedata.decomposition(character).startswith("<fraction>"):
        top, _, bottom = unicodedata.normalize("NFKC", character).partition("\u2044")
        if top and bottom:
            return f" {_ratio(int(top), int(bottom))} "
    return character


def _ratio(top: int, bottom: int) -> str:
    if (top, bottom) == (24, 7):
        return "24 7"
    part = _PARTS.get(bottom)
    if part is None or top >= bottom:
        return f"{top} over {bottom}"
    return f"{top} {part}" if top == 1 else f"{top} {'halves' if bottom == 2 else part + 's'}"


def split_sentences(text: str) -> list[str]:
    """Sentences of a text, in order, none longer than LONGEST_PIECE characters and each with something to speak."""
    pieces: list[str] = []
    for paragraph in re.split(r"\n\s*\n|\r\n\s*\r\n", text):
        start = 0
        paragraph = re.sub(r"\s+", " ", paragraph).strip()
        for match in re.finditer(r"[.!?…]+[\"'”’)\]]*\s+", paragraph):
            if not _ABBREVIATION.search(paragraph[start : match.end()].rstrip()):
                pieces += _cut(paragraph[start : match.end()].strip())
                start = match.end()
        pieces += _cut(paragraph[start:].strip())
    return [piece for piece in pieces if any(c.isalnum() for c in piece)] or ([text] if text.strip() else [])


def _cut(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST_PIECE:
        return [sentence]
    middle = len(sentence) / 2
    for pattern in (r"[;:]\s", r",\s", r"\s"):
        places = [m.end() for m in re.finditer(pattern, sentence) if 0.15 < m.end() / len(sentence) < 0.85]
        if places:
            place = min(places, key=lambda p: abs(p - middle))
            return _cut(sentence[:place].strip()) + _cut(sentence[place:].strip())
    return [sentence[i : i + LONGEST_PIECE] for i in range(0, len(sentence), LONGEST_PIECE)]
