"""What brackets say in every text: pauses, `<break/>`, words in IPA, stage directions."""

from __future__ import annotations

import re

from ..alphabet import spell_ipa
from ..markup import LONGEST_PAUSE, STRENGTHS, Pause, Style, Words, line_column, within
from .directions import is_direction
from .regions import Masked, Region

_SIZES = {"short": STRENGTHS["medium"], "": STRENGTHS["strong"], "long": STRENGTHS["x-strong"]}
_UNIT = r"(?P<unit>ms|msec|milliseconds?|s|secs?|seconds?)"
_NUMBER = r"(?P<number>\d+(?:\.\d+)?|\.\d+)"
_IPA = re.compile(r"\[\[([^\[\]]*)\]\]")
_TIMED = re.compile(rf"\[pause\s*[:=]?\s*{_NUMBER}\s*{_UNIT}?\s*\]", re.IGNORECASE)
_UNTIMED = re.compile(
    r"\[(?:(?P<size>short|long)\s+)?(?:pause|beat)\]"
    r"|(?:^|(?<=[.!?…,;:\"”] ))\((?P<other>short |long )?pause\)",
    re.IGNORECASE | re.MULTILINE,
)
_BREAK = re.compile(r"<break\b([^<>]{0,80}?)/?>(?:\s{0,9}</break\s*>)?", re.IGNORECASE)
_TIME = re.compile(rf"\btime\s*=\s*[\"']?\s*\+?{_NUMBER}\s*{_UNIT}", re.IGNORECASE)
_STRENGTH = re.compile(r"\bstrength\s*=\s*[\"']?\s*([a-z-]+)", re.IGNORECASE)
_DIRECTION = re.compile(
    r"(?<![\w\]])\[(?P<square>[^\[\]\n]{2,60})\](?!\()|\((?P<round>[^()\n]{2,60})\)"
    r"|(?<![\w*])\*(?P<star>[^*\n]{2,60})\*(?![\w*])|</?(?P<angle>[a-z]{3,12}(?: [a-z]{2,12})?)\s?/?>",
    re.IGNORECASE,
)
# Addresses in angle brackets, as mails have them
_ADDRESS = re.compile(r"<(?:https?://[^\s<>]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>")


def mask_pauses(masked: Masked, where: str, style: Style) -> list[str]:
    """Mask pauses and words in IPA; warnings. Raises TextError naming the place of a sign that is not IPA."""
    warnings: list[str] = []

    def place(match: re.Match[str]) -> str:
        return line_column(masked.source, match.start())

    def ipa(match: re.Match[str]) -> Region:
        symbols = spell_ipa(match[1], f"{where}, {place(match)}")
        if not symbols:
            warnings.append(f"{place(match)}: '{match[0]}' holds no sound and is left out")
            return Region(*match.span())
        return Region(*match.span(), [Words(match[1].strip(), match.span(), style, symbols, "inline IPA")])

    def pause(match: re.Match[str], seconds: float) -> Region:
        held = within(seconds, 0.0, LONGEST_PAUSE, f"{place(match)}: pause", warnings)
        return Region(*match.span(), [Words(" ", [match.start()], style), Pause(held)])

    def untimed(match: re.Match[str]) -> Region:
        return pause(match, _SIZES[(match["size"] or match["other"] or "").strip().lower()])

    masked.mask_all(_IPA, ipa)
    masked.mask_all(_TIMED, lambda match: pause(match, _seconds(match)))
    masked.mask_all(_UNTIMED, untimed)
    masked.mask_all(_BREAK, lambda match: pause(match, _break_seconds(match, place(match), warnings)))
    if "[[" in masked.text:
        warnings.append("a '[[' is not closed by ']]' and is not taken as IPA")
    return warnings


def mask_directions(masked: Masked, language: str) -> list[str]:
    """Mask stage directions; what they are."""
    found: list[str] = []

    def direction(match: re.Match[str]) -> Region | None:
        inside = match["square"] or match["round"] or match["star"] or match["angle"]
        before = masked.text[max(0, match.start() - 40) : match.start()]
        if not is_direction(inside, "<" if match[0][0] == "<" else match[0][0], before, language):
            return None
        found.append(match[0])
        return Region(*match.span())

    masked.mask_all(_DIRECTION, direction)
    return found


def mask_angles(masked: Masked) -> None:
    """Mask the angle brackets about addresses."""
    spans = [match.span() for match in _ADDRESS.finditer(masked.text)]
    masked.mask([Region(at, at + 1) for start, stop in spans for at in (start, stop - 1)])


def _seconds(match: re.Match[str]) -> float:
    """A number with its unit, seconds where there is none."""
    return float(match["number"]) * (0.001 if (match["unit"] or "s").lower().startswith("m") else 1.0)


def _break_seconds(match: re.Match[str], place: str, warnings: list[str]) -> float:
    """Seconds of a `<break>`, by its time or its strength."""
    time = _TIME.search(match[1])
    if time:
        return _seconds(time)
    strength = _STRENGTH.search(match[1])
    if "time" in match[1].lower() or strength and strength[1].lower() not in STRENGTHS:
        known = ", ".join(STRENGTHS)
        warnings.append(f"{place}: '{match[0]}' is not understood; write time=\"500ms\" or strength: {known}")
    return STRENGTHS.get(strength[1].lower() if strength else "medium", STRENGTHS["medium"])
