"""Rules for the marks of a sentence: what is heard where a point, a colon or an ellipsis stands."""

from __future__ import annotations

import re

from soundalike.text.segment.conventions import conventions_of
from soundalike.text.segment.stops import Stop, mark_at

from .language import LETTER, Language, after, before


def mark(lang: Language, match: re.Match) -> str:
    """What is heard for a mark."""
    sign = {
        "。": ".",
        "、": ",",
        "，": ",",
        "！": "!",
        "？": "?",
        "：": ":",
        "；": ";",
        "؟": "?",
        "،": ",",
        "।": ".",
        "¡": "",
        "¿": "",
    }.get(match[0], match[0])
    glued = (
        sign in ".:"
        and match.end() < len(match.string)
        and re.match(r"[^\W_]", after(match, 1))
        and re.search(r"[^\W_]$", before(match, 1))
    )
    if sign == "." and _is_in_name(match):
        return lang.words["dot"]
    if glued and after(match, 1).islower() and sign == "." and before(match, 1).isdecimal():
        return ""
    return _heard(lang, match, sign) if sign in (".", "!", "?") else sign


# Of files, and of names that are written like them
_ENDINGS = frozenset(
    "aac avi bak bat bin bmp cfg conf cpp css csv dat db deb dll doc docx dmg env epub exe flac gif go gz "
    "htm html ico ini io jpeg ipynb iso jar java jpg js json jsonl jsx key lock log lua m4a md mkv "
    "mov mp3 mp4 mpeg mpg msi net odt ogg org otf pdf pem php pkg png ppt pptx ps1 psd py pyc raw rb rs rst "
    "rtf sh so sql srt svg swift tar tex tgz tif tiff toml ts tsv tsx ttf txt vtt vue wav webm webp woff xls "
    "xlsx xml yaml yml zip".split()
)


def _is_in_name(match: re.Match) -> bool:
    """Whether a point stands within the name of a file or a thing: report.pdf, README.MD, .env"""
    left = before(match)
    right = after(match)
    if re.search(r"(?:^|[\s(\"'/])$", left):
        return bool(re.match(r"[a-z]{2}[\w.]*(?:\W|$)", right)) and not left.endswith(". ")
    if re.search(r"[A-Z]{2}$", left) and re.match(r"[A-Z]{2,4}(?!\w)", right):
        return True
    if re.search(r"[a-z_]{2}$", left) and re.match(r"[chmrs](?![\w.'])", right):  # main.c
        return True
    name = re.search(r"[^\W\d][\w-]*$", left)
    ending = re.match(r"[a-z_]\w+", right)
    if name is None or ending is None:
        return False
    # Of "I went home.then I slept" the stop stays
    return ending[0] in _ENDINGS or "_" in name[0] + ending[0] or right[ending.end() :].startswith("(")


_LONE_LETTER = re.compile(rf"(?<![^\W_]){LETTER}$")


def _heard(lang: Language, match: re.Match, sign: str) -> str:
    """A mark that may end a sentence: a pause behind the number of an item, nothing where it is part of an
    abbreviation or a name.
    """
    kind = mark_at(match.string, match.start(), conventions_of(lang))
    if kind is Stop.LABEL:
        return ","
    # The stop of a spelled letter stays: it tells the letter A from the article
    is_silent = kind is Stop.SILENT and not (sign == "." and _LONE_LETTER.search(before(match, 2)))
    return "" if is_silent else sign


def ellipsis(lang: Language, match: re.Match) -> str:
    """An ellipsis within a sentence, or at its end."""
    following = after(match).lstrip(" \"')")
    return "," if following and (following[0].islower() or following[0].isdecimal()) else "."
