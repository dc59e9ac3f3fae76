"""The items of a text, and a subset of SSML 1.1 read to them; `formats` reads other texts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from soundalike.core.emotions import EMOTIONS, INTENSITY, USUAL_INTENSITY, Emotion, emotion_named
from soundalike.core.errors import ConfigError, TextError

from .alphabet import spell_ipa
from .elements import Node, Run, parse_xml
from .letters import letter_name
from .normalise import base_language
from .say_as import say_as, spelled

LONGEST_PAUSE = 60.0  # seconds
RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.6}
PITCHES = {"x-low": -6.0, "low": -3.0, "medium": 0.0, "default": 0.0, "high": 3.0, "x-high": 6.0}  # semitones
# Decibels
VOLUMES = {
    "silent": -60.0,
    "x-soft": -12.0,
    "soft": -6.0,
    "medium": 0.0,
    "default": 0.0,
    "loud": 6.0,
    "x-loud": 10.0,
}
# Seconds
STRENGTHS = {"none": 0.0, "x-weak": 0.1, "weak": 0.2, "medium": 0.4, "strong": 0.7, "x-strong": 1.2}
EMPHASES = {
    "strong": (0.85, 1.5, 4.0),
    "moderate": (0.92, 0.8, 2.0),
    "none": (1.0, 0.0, 0.0),
    "reduced": (1.1, -0.5, -3.0),
}
_NUMBER = r"(\d+(?:\.\d+)?|\.\d+)"
MIDDLE_PITCH = 160.0  # hertz a voice is taken to have where a change is given in hertz
ATTRIBUTES = {
    "speak": "version lang schemaLocation",
    "p": "lang",
    "s": "lang",
    "break": "time strength",
    "say-as": "interpret-as format",
    "sub": "alias",
    "phoneme": "alphabet ph",
    "prosody": "rate pitch volume",
    "emphasis": "level",
    "lang": "lang",
    "voice": "name lang",
    "mark": "name",
    "express-as": "style styledegree",
    "metadata": "*",
    "meta": "*",
}


@dataclass(frozen=True)
class Style:
    """How a piece is to be spoken: language, voice, prosody."""

    language: str
    rate: float = 1.0
    pitch: float = 0.0  # semitones
    volume: float = 0.0  # dB
    voice: str = ""
    emotion: Emotion | None = None  # None: as is asked for


@dataclass(frozen=True)
class Words:
    """Text to be read, or with `symbols` a word whose pronunciation is given."""

    text: str
    # Of each character in the input; or start and stop of what the whole stands for
    offsets: list[int] | tuple[int, int]
    style: Style
    symbols: list[str] | None = None
    rule: str = ""
    emphases: tuple[tuple[int, int], ...] = ()  # in italics or bold: start and stop in the input


@dataclass(frozen=True)
class Pause:
    """Silence between words."""

    seconds: float


@dataclass(frozen=True)
class Mark:
    """A named place between words."""

    name: str


@dataclass(frozen=True)
class Feeling:
    """What comes after it has this emotion, until the next of these; None: that which is asked for."""

    emotion: Emotion | None


@dataclass(frozen=True)
class Boundary:
    """A sentence ends here, whatever its punctuation."""


Item = Words | Pause | Mark | Feeling | Boundary


def with_feelings(items: list[Item], emotion: Emotion | None) -> tuple[list[Item], Emotion | None]:
    """Items whose words have the emotion of the mark before them, without the marks; `emotion` is that before
    the first, and the one given back that after the last.
    """
    found: list[Item] = []
    for item in items:
        if isinstance(item, Feeling):
            emotion = item.emotion
        elif isinstance(item, Words) and emotion is not None:
            found.append(replace(item, style=replace(item.style, emotion=emotion)))
        else:
            found.append(item)
    return found, emotion


def moved(item: Item, by: int) -> Item:
    """An item so many characters later in the input."""
    if not isinstance(item, Words) or not by:
        return item
    if isinstance(item.offsets, tuple):
        return replace(item, offsets=(item.offsets[0] + by, item.offsets[1] + by))
    return replace(item, offsets=[offset + by for offset in item.offsets])


def line_column(text: str, at: int) -> str:
    """A place in a text, for messages."""
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}"


def within(value: float, low: float, high: float, what: str, warnings: list[str]) -> float:
    """The nearest value of a range; a warning is added where that is another."""
    if low <= value <= high:
        return value
    nearest = min(max(value, low), high)
    warnings.append(f"{what} of {value:g} is out of range ({low:g} to {high:g}); {nearest:g} is taken")
    return nearest


def read_ssml(
    text: str, language: str | None, where: str, detect: Callable[[str], str] | None = None
) -> tuple[list[Item], list[str], str]:
    """Pieces of an SSML document, warnings with line and column, and its language (its own xml:lang before
    the one given).

    Raises TextError for XML that is not well-formed or not SSML, a language not known, a sign that is not
    IPA.
    """
    root = parse_xml(text, where)
    if root.tag != "speak":
        raise TextError(
            f"{where}, {root.place}: <{root.tag}> found where <speak> was expected. Put the text in "
            f"<speak> and </speak>."
        )
    reader = _Reader(where)
    if root.attributes.get("lang"):
        language = reader.language_of(root)
    elif not language:
        language = detect(root.text()) if detect else "en"
    reader.read(root, Style(language))
    return reader.items, reader.warnings, language


class _Reader:
    """Walks the tree, keeping the style; everything found is appended to `items`."""

    def __init__(self, where: str):
        self.where = where
        self.items: list[Item] = []
        self.warnings: list[str] = []
        self.unknown_styles: set[str] = set()

    def warn(self, node: Node, message: str) -> None:
        self.warnings.append(f"{node.place}: {message}")

    def language_of(self, node: Node) -> str:
        try:
            return base_language(node.attributes["lang"])
        except ConfigError as error:
            raise TextError(f"{self.where}, {node.place}: {error}") from None

    def read(self, node: Node, style: Style) -> None:
        known = ATTRIBUTES.get(node.tag)
        if known is None:
            self.warn(node, f"<{node.tag}> is not supported; its text is spoken")
        elif known != "*":
            for name in sorted(set(node.attributes) - set(known.split())):
                self.warn(node, f"the attribute {name} of <{node.tag}> is not supported and is left out")
        if "lang" in node.attributes and known and "lang" in known.split():
            style = replace(style, language=self.language_of(node))
        getattr(self, "read_" + node.tag.replace("-", "_"), self.read_children)(node, style)

    def read_children(self, node: Node, style: Style) -> None:
        for child in node.children:
            if isinstance(child, Run):
                blank = re.sub(r"\s", " ", child.text)  # in markup a line's end is a space
                self.items.append(Words(blank, child.offsets, style))
            else:
                self.read(child, style)

    def read_p(self, node: Node, style: Style) -> None:
        self.items.append(Boundary())
        self.read_children(node, style)
        self.items.append(Boundary())

    read_s = read_p

    def read_metadata(self, node: Node, style: Style) -> None:
        """Facts about the document: nothing to say."""

    read_meta = read_metadata

    def read_lang(self, node: Node, style: Style) -> None:
        if "lang" not in node.attributes:
            self.warn(node, "<lang> without xml:lang changes nothing")
        self.read_children(node, style)

    def read_voice(self, node: Node, style: Style) -> None:
        name = node.attributes.get("name", "")
        if not name:
            self.warn(node, "<voice> without a name changes nothing")
        self.read_p(node, replace(style, voice=name or style.voice))

    def read_mark(self, node: Node, style: Style) -> None:
        if not node.attributes.get("name"):
            self.warn(node, "<mark> without a name is left out")
        else:
            self.items.append(Mark(node.attributes["name"]))
        self.read_children(node, style)

    def read_break(self, node: Node, style: Style) -> None:
        time = node.attributes.get("time")
        strength = node.attributes.get("strength", "medium")
        seconds = STRENGTHS.get(strength)
        if seconds is None:
            self.warn(
                node, f"strength '{strength}' is not known; medium is taken. Known: {', '.join(STRENGTHS)}"
            )
            seconds = STRENGTHS["medium"]
        if time is not None:
            match = re.fullmatch(r"\+?(\d+(?:\.\d+)?|\.\d+)\s*(ms|s)", time.strip())
            if match:
                seconds = float(match[1]) * (0.001 if match[2] == "ms" else 1.0)
            else:
                self.warn(node, f"time '{time}' is not known; write 500ms or 1.5s")
        self.items.append(Pause(within(seconds, 0.0, LONGEST_PAUSE, f"{node.place}: pause", self.warnings)))
        self.read_children(node, style)

    def read_sub(self, node: Node, style: Style) -> None:
        alias = node.attributes.get("alias", "").strip()
        if not alias:
            self.warn(node, "<sub> without an alias; its text is spoken")
            return self.read_children(node, style)
        self.items.append(Words(alias, (node.start, node.stop), style, rule="sub"))

    def read_phoneme(self, node: Node, style: Style) -> None:
        alphabet = node.attributes.get("alphabet", "ipa").lower()
        said = node.attributes.get("ph", "")
        symbols = spell_ipa(said, f"{self.where}, {node.place}") if alphabet == "ipa" else []
        if not symbols:
            why = "has no ph" if alphabet == "ipa" else f"has the alphabet '{alphabet}'; only ipa is known"
            self.warn(node, f"<phoneme> {why}; its text is spoken")
            return self.read_children(node, style)
        self.items.append(
            Words(node.text().strip() or said, (node.start, node.stop), style, symbols, "phoneme")
        )

    def read_say_as(self, node: Node, style: Style) -> None:
        kind = node.attributes.get("interpret-as", "").strip().lower()
        text, warning = say_as(node.text(), kind, node.attributes.get("format", ""), style.language)
        if warning:
            self.warn(node, warning)
        span = (node.start, node.stop)
        rule = f"say-as {kind}"
        if not spelled(kind):
            self.items.append(Words(text, span, style, rule=rule))
            return
        for character in text.split():
            symbols = spell_ipa(letter_name(character, style.language))
            self.items.append(
                Words(character if symbols else f" {character} ", span, style, symbols or None, rule)
            )

    def read_emphasis(self, node: Node, style: Style) -> None:
        level = node.attributes.get("level", "moderate")
        if level not in EMPHASES:
            self.warn(node, f"level '{level}' is not known; moderate is taken. Known: {', '.join(EMPHASES)}")
        rate, pitch, volume = EMPHASES.get(level, EMPHASES["moderate"])
        self.read_children(
            node,
            replace(style, rate=style.rate * rate, pitch=style.pitch + pitch, volume=style.volume + volume),
        )

    def read_express_as(self, node: Node, style: Style) -> None:
        said = node.attributes.get("style", "")
        name = emotion_named(said)
        if name is None:
            if said not in self.unknown_styles:
                known = ", ".join(EMOTIONS)
                self.warn(node, f"style '{said}' is not known; its text keeps its emotion. Known: {known}")
            self.unknown_styles.add(said)
            return self.read_children(node, style)
        degree = node.attributes.get("styledegree", f"{USUAL_INTENSITY}")
        match = re.fullmatch(_NUMBER, degree.strip())
        if not match:
            self.warn(node, f"styledegree '{degree}' is not known; write a number such as 1.2")
        value = float(match[1]) if match else USUAL_INTENSITY
        value = within(value, INTENSITY.low, INTENSITY.high, f"{node.place}: styledegree", self.warnings)
        self.read_children(node, replace(style, emotion=Emotion(name, value)))

    def read_prosody(self, node: Node, style: Style) -> None:
        given = node.attributes
        rate = self.number(node, "rate", RATES, _rate) if "rate" in given else 1.0
        pitch = self.number(node, "pitch", PITCHES, _pitch) if "pitch" in given else 0.0
        volume = self.number(node, "volume", VOLUMES, _volume) if "volume" in given else 0.0
        rate = within(style.rate * rate, 0.25, 4.0, f"{node.place}: rate", self.warnings)
        pitch = within(style.pitch + pitch, -24.0, 24.0, f"{node.place}: pitch", self.warnings)
        volume = within(style.volume + volume, -60.0, 20.0, f"{node.place}: volume", self.warnings)
        self.read_children(node, replace(style, rate=rate, pitch=pitch, volume=volume))

    def number(self, node: Node, name: str, names: dict[str, float], parse: object) -> float:
        said = node.attributes[name].strip().lower()
        value = names[said] if said in names else parse(said)  # type: ignore[operator]
        if value is not None and math.isfinite(value):
            return value
        absolute = name == "pitch" and re.fullmatch(r"[\d.]+\s*hz", said)
        why = (
            "is absolute; the voice's own pitch is kept. Give a change, such as +2st"
            if absolute
            else f"is not known. Known: {', '.join(names)}, "
        )
        hint = {"rate": "80%, +20%, 1.2", "pitch": "+2st, -10%, +20Hz", "volume": "+6dB"}[name]
        self.warn(node, f"{name} '{node.attributes[name]}' {why}{'' if absolute else hint}")
        return names["medium"]


def _rate(said: str) -> float | None:
    """A factor: 80% is 0.8; +20% is 1.2; 1.2 is itself."""
    match = re.fullmatch(rf"([+-]?){_NUMBER}(%?)", said)
    if not match:
        return None
    value = float(match[2]) / (100 if match[3] else 1)
    if match[3] and match[1]:
        value = 1 + (value if match[1] == "+" else -value)
    return value if value > 0 and not (match[1] == "-" and not match[3]) else None


def _pitch(said: str) -> float | None:
    """Semitones of a change in semitones, percent or hertz."""
    match = re.fullmatch(rf"([+-]){_NUMBER}\s*(st|%|hz)", said)
    if not match:
        return None
    value = float(match[1] + match[2])
    if match[3] == "st":
        return value
    ratio = 1 + value / (100 if match[3] == "%" else MIDDLE_PITCH)
    return 12 * math.log2(ratio) if ratio > 0 else None


def _volume(said: str) -> float | None:
    match = re.fullmatch(rf"([+-]?){_NUMBER}\s*db", said)
    return float(match[1] + match[2]) if match else None
