"""Marks of emotions in every text: [happy], [emotion: happy], and the tag that SSML has for it; those of
emotions that there are not are left out and named.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field

from soundalike.core.emotions import (
    EMOTIONS,
    INTENSITY,
    SYNONYMS,
    USUAL_INTENSITY,
    Emotion,
    emotion_named,
)

from ..markup import Feeling, line_column, within
from ..phonemes import in_lexicon
from .directions import is_edited
from .regions import Masked, Region

_NUMBER = r"(?P<number>\d+(?:\.\d+)?|\.\d+)"
# [happy], [very sad], [angry 1.2], and [/happy] at the end
_MARK = re.compile(
    rf"\[(?P<ends>/)?(?:(?P<degree>very|slightly|a little|a bit)\s+)?(?P<emotion>[a-z]{{3,16}})"
    rf"(?:\s*[:=]?\s*{_NUMBER})?\](?!\()",
    re.IGNORECASE,
)
# [emotion: happy]
_NAMED = re.compile(
    rf"\[(?:emotion|mood|feeling)\s*[:=]\s*[\"'“]?(?:(?P<degree>very|slightly|a little|a bit)\s+)?"
    rf"(?P<emotion>[a-z][a-z -]{{1,30}}?)[\"'”]?(?:\s*,?\s*{_NUMBER})?\s*\](?!\()",
    re.IGNORECASE,
)
# <mstts:express-as style="sad" styledegree="1.2">, <amazon:emotion name="excited">, and their ends
_TAG = re.compile(
    r"<(?P<ends>/)?(?:[a-z]{1,20}:)?(?:express-as|emotion)\b(?P<given>[^<>]{0,200})>", re.IGNORECASE
)
_STYLE = re.compile(r"\b(?:style|name)\s*=\s*[\"']([^\"'<>]*)[\"']", re.IGNORECASE)
_DEGREE = re.compile(rf"\bstyledegree\s*=\s*[\"']\s*{_NUMBER}", re.IGNORECASE)
DEGREES = {"": USUAL_INTENSITY, "very": INTENSITY.high, "slightly": 0.5, "a little": 0.5, "a bit": 0.5}
_KNOWN = (*EMOTIONS, *SYNONYMS)
LIKE = 0.8  # ratio of letters in common from which a word that is none is a misspelt emotion
LEAST_LETTERS = 4  # of such a word
# Emotions and styles that other synthesizers have: marks where a sentence begins
_OTHERS = frozenset(
    (
        "affectionate amused annoyed bored bitter chat confident confused contempt contemptuous curious "
        "customerservice depressive desperate determined disappointed disgruntled disgust disgusted "
        "embarrassed empathetic enthusiastic envious friendly frustrated gentle gloomy grateful grumpy "
        "guilty hateful hopeful hopeless horrified impressed indifferent irritated jealous lonely loving "
        "lyrical melancholic melancholy miserable narration nervous nostalgic optimistic panicked "
        "pessimistic proud relaxed relieved romantic sarcastic serious shocked shouting shy tender "
        "thrilled tired unfriendly upset whispering worried"
    ).split()
)
_BEGINS = re.compile(r"(?:^|[\n.!?…:\"”»\]])\s*$")


@dataclass
class _Marks:
    """The marks of emotions in a text, and what was found on the way: warnings, marks of no emotion, and the
    tags that are open.
    """

    masked: Masked
    where: str
    warnings: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    open: list[bool] = field(default_factory=list)  # whether each has an emotion that there is

    def mark(self, match: re.Match[str]) -> Region | None:
        """What a mark in square brackets stands for; none where it is text."""
        ends = match.groupdict().get("ends")
        word = match["emotion"].lower()
        before = self.masked.text[max(0, match.start() - 20) : match.start()]
        named = match.re is _NAMED
        name = emotion_named(word)
        if is_edited(before) and not named:
            return None
        if ends and (name or word == "emotion"):
            return Region(*match.span(), [Feeling(None)])
        if name is None:
            return self._unknown(match) if named or _is_meant(word, before) else None
        degree = float(match["number"]) if match["number"] else DEGREES[(match["degree"] or "").lower()]
        return self._feeling(name, degree, match)

    def tag(self, match: re.Match[str]) -> Region | None:
        """What a tag stands for; none where it is no emotion's."""
        if match["ends"]:
            known = self.open.pop() if self.open else False
            return Region(*match.span(), [Feeling(None)] if known else [])
        style = _STYLE.search(match["given"])
        if not style:
            return None
        name = emotion_named(style[1])
        if not match["given"].endswith("/"):
            self.open.append(name is not None)
        if name is None:
            return self._unknown(match)
        degree = _DEGREE.search(match["given"])
        return self._feeling(name, float(degree["number"]) if degree else USUAL_INTENSITY, match)

    def _unknown(self, match: re.Match[str]) -> Region:
        self.unknown.append(match[0])
        return Region(*match.span())

    def _feeling(self, name: str, degree: float, match: re.Match[str]) -> Region:
        place = f"{self.where}, {line_column(self.masked.source, match.start())}: intensity"
        degree = within(degree, INTENSITY.low, INTENSITY.high, place, self.warnings)
        return Region(*match.span(), [Feeling(Emotion(name, degree))])


def mask_feelings(masked: Masked, where: str) -> list[str]:
    """Mask the marks of emotions; warnings."""
    marks = _Marks(masked, where)
    masked.mask_all(_TAG, marks.tag)
    masked.mask_all(_NAMED, marks.mark)
    masked.mask_all(_MARK, marks.mark)
    return marks.warnings + unknown_warning(marks.unknown)


def _is_meant(word: str, before: str) -> bool:
    """Whether a word in square brackets after `before` is meant as an emotion that there is not: one that
    others have, where a sentence begins, or a misspelt one.
    """
    if word in _OTHERS:
        return bool(_BEGINS.search(before))
    if len(word) < LEAST_LETTERS or not difflib.get_close_matches(word, _KNOWN, 1, LIKE):
        return False
    return not in_lexicon(word, "en")


def unknown_warning(found: list[str]) -> list[str]:
    """The one warning that names marks of emotions that there are not; nothing where all are known."""
    if not found:
        return []
    names = ", ".join(dict.fromkeys(found))
    return [f"these emotions are not known and are left out: {names}. Known: {', '.join(EMOTIONS)}"]
