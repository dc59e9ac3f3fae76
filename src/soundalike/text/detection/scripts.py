"""The script of a text, and the language where the script or a few of its letters tell it."""

from __future__ import annotations

import unicodedata
from collections import Counter

# The first word of a letter's name in Unicode, and the language that is meant by its script
_OF_SCRIPT = {
    "ARMENIAN": "hy",
    "BENGALI": "bn",
    "CJK": "zh",
    "DEVANAGARI": "hi",
    "ETHIOPIC": "am",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HEBREW": "he",
    "HIRAGANA": "ja",
    "KANNADA": "kn",
    "KATAKANA": "ja",
    "KHMER": "km",
    "LAO": "lo",
    "MALAYALAM": "ml",
    "MYANMAR": "my",
    "ORIYA": "or",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAANA": "dv",
    "THAI": "th",
    "TIBETAN": "bo",
    "ARABIC": "ar",
}
# Letters of Cyrillic and Arabic that one language has, the most telling first
_TELLING = {
    "CYRILLIC": {"tt": "җ", "kk": "ұіқғәңһ", "mn": "өү", "mk": "ѓќѕ"},
    "ARABIC": {"ur": "ٹڈڑےںہ", "fa": "پچژگیک"},
}


def language_of_script(text: str) -> tuple[str, str]:
    """The script of most letters, "latin" or another in small letters, and the language where that tells it;
    an empty language where words must tell.
    """
    counts = Counter(c for c in text if c.isalpha())
    scripts: Counter[str] = Counter()
    for character, count in counts.items():
        scripts[unicodedata.name(character, "LATIN").split()[0].partition("-")[0]] += count
    if not scripts:
        return "latin", ""
    kana = scripts["HIRAGANA"] + scripts["KATAKANA"]
    if kana and kana + scripts["CJK"] > 0.5 * scripts.total():
        return "kana", "ja"
    script = scripts.most_common(1)[0][0]
    for language, letters in _TELLING.get(script, {}).items():
        if len(set(letters) & {c.lower() for c in counts}) >= (2 if language == "kk" else 1):
            return script.lower(), language
    return ("latin", "") if script == "LATIN" else (script.lower(), _OF_SCRIPT.get(script, ""))
