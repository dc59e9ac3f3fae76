"""The names of languages, in English."""

from __future__ import annotations

NAMES = dict(
    entry.strip().split(" ", 1)
    for entry in """
af Afrikaans, am Amharic, ar Arabic, az Azerbaijani, be Belarusian, bg Bulgarian, bn Bengali, bo Tibetan, ca Catalan, cs Czech, cy Welsh,
da Danish, de German, dv Dhivehi, el Greek, en English, eo Esperanto, es Spanish, et Estonian, eu Basque, fa Persian, fi Finnish,
fr French, ga Irish, gl Galician, gu Gujarati, he Hebrew, hi Hindi, hr Croatian, hu Hungarian, hy Armenian, id Indonesian,
is Icelandic, it Italian, ja Japanese, ka Georgian, kk Kazakh, km Khmer, kn Kannada, ko Korean, la Latin, lo Lao, lt Lithuanian,
lv Latvian, mk Macedonian, ml Malayalam, mn Mongolian, mt Maltese, my Burmese, nl Dutch, no Norwegian, or Odia, pa Punjabi, pl Polish,
pt Portuguese, ro Romanian, ru Russian, si Sinhala, sk Slovak, sl Slovenian, sq Albanian, sr Serbian, sv Swedish, sw Swahili,
ta Tamil, te Telugu, th Thai, tl Tagalog, tr Turkish, tt Tatar, uk Ukrainian, ur Urdu, vi Vietnamese, zh Chinese
""".replace("\n", " ").split(",")
)


def language_name(code: str) -> str:
    """The English name of a language by its code; the code itself where it is not known."""
    return NAMES.get(code, code)
