"""Any written input to utterances: sentences with their words, sounds, places in the input, and manner of
speaking.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import groupby

from soundalike.core.errors import TextError
from soundalike.text.normalise.language import Reading

from .alphabet import COMMA, EXCLAMATION, QUESTION, STOP
from .detect import detect_language
from .lexicon import Lexicon
from .markup import Boundary, Item, Mark, Pause, Style, Words, read_plain, read_ssml
from .normalise import base_language, sentence_spans
from .phonemes import Token, Utterance, assemble, installed, tokens_of
from .reading import readings

_WORD = re.compile(r"\w+(?:['’.&-]\w+)*")
_SSML = re.compile(r"\ufeff?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(speak[\s/>]|!DOCTYPE\s)", re.DOTALL)
# Characters at most by which a word of given sounds stands in its sentence while that is being cut
_MASK = 60


@dataclass(frozen=True)
class TokenTrace:
    """How one word came to be said: for `say-how`."""

    start: int  # in the input, characters
    stop: int
    written: str
    rule: str
    spoken: str
    symbols: list[str]
    utterance: int
    language: str
    source: str = ""  # of its sounds; empty for the language's lexicon and model
    warning: str = ""


@dataclass(frozen=True)
class Script:
    """An input read through: its sentences in order, and what could not be done as asked."""

    utterances: list[Utterance]
    warnings: list[str] = field(default_factory=list)
    language: str = "en"
    said: list[TokenTrace] = field(default_factory=list)
    source: str = ""  # the input itself


@dataclass(frozen=True)
class _Piece:
    """One character of the input as it is to be read, or (with symbols) a whole word of given sounds."""

    text: str
    start: int
    stop: int
    style: Style
    rule: str = ""
    symbols: list[str] | None = None


@dataclass(frozen=True)
class _Heard:
    """A word as it came out, and the piece it began at."""

    token: Token
    reading: Reading
    piece: int
    start: int
    stop: int


def read(
    text: str,
    language: str | None = None,
    lexicon: Lexicon | None = None,
    ssml: bool | None = None,
    where: str = "text",
    voices: Collection[str] | None = None,
) -> Script:
    """The utterances of a text, plain or SSML (when `ssml`, or when it begins with `<speak`, an XML
    declaration or comments aside).

    Without a language, SSML's own xml:lang or a guess from the text is taken. `voices` are the names
    `<voice>` may give. Raises TextError naming `where` for what cannot be spoken, ConfigError for a language
    not known or not installed.
    """
    language = base_language(language) if language else None
    if not text.strip():
        raise TextError(f"{where}: the text is empty. Give a sentence to speak.")
    if ssml is None:
        ssml = is_ssml(text)
    if ssml:
        lead = len(text) - len(text.lstrip("\ufeff \t\r\n"))
        items, warnings, language = read_ssml(text[lead:], language, where, detect_language)
        items = [_moved(item, lead) for item in items] if lead else items
    else:
        seems = language or detect_language(text)
        language = seems if language or installed(seems) else "en"
        items, warnings = read_plain(text, language, where)
        if seems != language:
            warnings.append(
                f"the text seems to be in '{seems}', whose lexicon is not installed: read as English (pip install soundalike[{seems}])"
            )
    warnings += lexicon.warnings if lexicon else []
    names = {item.style.voice for item in items if isinstance(item, Words) and item.style.voice}
    warnings += [
        f"voice '{name}' is not known and is left to the caller" for name in sorted(names - set(voices or ()))
    ]
    return _Writer(text, language, lexicon, where).write(items, warnings)


def is_ssml(text: str) -> bool:
    """Whether a text begins as SSML does."""
    return _SSML.match(text) is not None


def _moved(item: Item, by: int) -> Item:
    if not isinstance(item, Words):
        return item
    offsets = tuple(o + by for o in item.offsets)
    return Words(
        item.text,
        offsets if isinstance(item.offsets, tuple) else list(offsets),
        item.style,
        item.symbols,
        item.rule,
    )  # type: ignore[arg-type]


class _Writer:
    """Lays all items out in one row of pieces, cuts it into sentences, phonemizes each, and finds every
    word's piece again.
    """

    def __init__(self, text: str, language: str, lexicon: Lexicon | None, where: str):
        self.text = text
        self.language = language
        self.lexicon = lexicon
        self.where = where
        self.pieces: list[_Piece] = []
        self.cuts: list[int] = [0]  # places between pieces where a sentence must end
        self.pauses: list[tuple[int, float]] = []
        self.marks: list[tuple[int, str]] = []

    def write(self, items: list[Item], warnings: list[str]) -> Script:
        for item in items:
            self.lay(item)
        self.cuts.append(len(self.pieces))
        utterances: list[list[_Heard]] = []
        spoken: list[Utterance] = []
        said: list[TokenTrace] = []
        for first, last in self.sentences():
            heard, tokens, notes = self.hear(first, last)
            if not heard:
                continue
            sentence = self.finish(first, last, heard, tokens)
            said += [
                TokenTrace(
                    h.start,
                    h.stop,
                    self.text[h.start : h.stop],
                    _rule(h),
                    h.token.text,
                    h.token.symbols,
                    len(spoken),
                    self.language_at(h.piece),
                    h.token.rule,
                    h.reading.warning,
                )
                for h in heard
            ]
            warnings = warnings + notes
            utterances.append(heard)
            spoken.append(sentence)
        if not spoken:
            raise TextError(
                f"{self.where}: the text holds nothing that can be spoken. Give at least one word."
            )
        self.place(utterances, spoken)
        return Script(spoken, warnings, self.language, said, self.text)

    def lay(self, item: Item) -> None:
        here = len(self.pieces)
        if isinstance(item, Boundary):
            self.cuts.append(here)
        elif isinstance(item, Pause):
            self.pauses.append((here, item.seconds))
        elif isinstance(item, Mark):
            self.marks.append((here, item.name))
        elif item.symbols:
            start = item.offsets[0]
            stop = item.offsets[-1]
            self.pieces.append(_Piece(item.text, start, stop, item.style, item.rule, item.symbols))
        else:
            for at, stop, symbols in self.known(item):
                piece = item.text[at:stop]
                whole = isinstance(item.offsets, tuple)
                start, end = item.offsets if whole else (item.offsets[at], item.offsets[stop - 1] + 1)
                self.pieces.append(
                    _Piece(piece, start, end, item.style, "your lexicon" if symbols else item.rule, symbols)
                )

    def known(self, item: Words) -> list[tuple[int, int, list[str] | None]]:
        """A text as single characters and, where the user's lexicon has words of it, those words whole."""
        if not self.lexicon:
            return [(i, i + 1, None) for i in range(len(item.text))]
        found = []
        at = 0
        matches = list(_WORD.finditer(item.text))
        number = 0
        while number < len(matches):
            for more in range(min(self.lexicon.longest, len(matches) - number), 0, -1):
                start = matches[number].start()
                stop = matches[number + more - 1].end()
                symbols = self.lexicon.get(" ".join(item.text[start:stop].split()))
                if symbols:
                    found += [(i, i + 1, None) for i in range(at, start)] + [(start, stop, symbols)]
                    at = stop
                    number = number + more - 1
                    break
            number += 1
        return found + [(i, i + 1, None) for i in range(at, len(item.text))]

    def sentences(self) -> list[tuple[int, int]]:
        """First and last (exclusive) piece of each sentence."""
        spans = []
        for start, stop in zip(self.cuts, self.cuts[1:]):
            shown = [
                ("X" + "x" * min(len(p.text), _MASK)) if p.symbols else p.text
                for p in self.pieces[start:stop]
            ]
            begins = [0]
            for piece in shown:
                begins.append(begins[-1] + len(piece))
            for a, b in sentence_spans("".join(shown), self.language):
                first = start + bisect.bisect_right(begins, a) - 1
                last = start + bisect.bisect_left(begins, b)
                if spans and self.one(spans[-1][1] - 1, first):  # "3. Mai" is one date
                    first = spans.pop()[0]
                spans.append((first, last))
        return spans

    def one(self, left: int, right: int) -> bool:
        """Whether two pieces came of one `<say-as>`."""
        a = self.pieces[left]
        b = self.pieces[right]
        return a.rule.startswith("say-as") and (a.start, a.rule) == (b.start, b.rule)

    def hear(self, first: int, last: int) -> tuple[list[_Heard], list[Token], list[str]]:
        """Words of a sentence with the piece each began at, all its tokens, and warnings."""
        heard: list[_Heard] = []
        tokens: list[Token] = []
        notes: list[str] = []
        for language, group in groupby(range(first, last), key=self.language_at):
            places = list(group)
            plain, stretches, given = self.speakable(places, language, notes)
            if not any(c.isalnum() for c in plain):
                tokens += _marks(plain)
                continue
            new = tokens_of(
                plain,
                self.where,
                language,
                self.lexicon,
                {name: symbols for name, (_, symbols) in given.items()},
            )
            names = [token.text for token in new if not token.mark]
            new = [
                replace(token, text=given[token.text][0]) if token.text in given else token for token in new
            ]
            tokens += new
            words = [token for token in new if not token.mark]
            owners = _owners(names, plain, stretches)
            for token, number in zip(words, owners):
                begin, reading, end = stretches[number]
                whole = Reading(
                    self.pieces[begin].start,
                    self.pieces[end].stop,
                    "",
                    reading.rule,
                    reading.spoken,
                    reading.warning,
                )
                heard.append(_Heard(token, whole, begin, whole.start, whole.stop))
        return heard, tokens, notes

    def language_at(self, place: int) -> str:
        piece = self.pieces[place]
        while piece.text.isspace() and place > 0 and not piece.symbols:  # a space goes with what is before it
            place -= 1
            piece = self.pieces[place]
        return piece.style.language

    def speakable(
        self, places: list[int], language: str, notes: list[str]
    ) -> tuple[str, list[tuple[int, Reading, int]], dict[str, tuple[str, list[str]]]]:
        """The text to phonemize, with (first piece, reading, last piece) for each stretch of it; and words of
        given sounds.
        """
        plain = ""
        stretches = []
        given = {}
        for is_word, group in groupby(places, key=lambda place: self.pieces[place].symbols is not None):
            stretch = list(group)
            if is_word:
                for place in stretch:
                    piece = self.pieces[place]
                    name = _stand_in(len(given), self.text)
                    given[name] = (piece.text, piece.symbols)
                    shown = (" " if plain and not plain.endswith(" ") else "") + name
                    stretches.append((place, Reading(0, 0, piece.text, piece.rule, shown), place))
                    plain += shown
                continue
            text = "".join(self.pieces[place].text for place in stretch)
            lead = re.match(r"[\s.,;:!?…)\]]*", text)[0] if stretches else ""  # type: ignore[index]
            if stretches:  # marks stay with the given word before them, all else is kept off it
                shown = re.sub(r"[^.,;:!?…]", "", lead) + " "
                stretches.append((stretch[0], Reading(0, len(lead), lead, "", shown), stretch[0]))
                plain += shown
            for reading in (
                readings(text[len(lead) :], language, self.where) if any(c.isalnum() for c in text) else []
            ):
                reading, shown = (
                    replace(reading, start=reading.start + len(lead), stop=reading.stop + len(lead)),
                    reading.spoken,
                )
                begin = stretch[min(reading.start, len(stretch) - 1)]
                end = stretch[min(max(reading.stop, reading.start + 1), len(stretch)) - 1]
                rule = self.pieces[begin].rule or reading.rule
                stretches.append(
                    (
                        begin,
                        Reading(reading.start, reading.stop, reading.written, rule, shown, reading.warning),
                        end,
                    )
                )
                plain += shown
                if reading.warning:
                    notes.append(f"'{reading.written}': {reading.warning}")
        return plain, stretches, given

    def finish(self, first: int, last: int, heard: list[_Heard], tokens: list[Token]) -> Utterance:
        styles = [self.pieces[h.piece].style for h in heard]
        text = re.sub(r"\s+", " ", "".join(piece.text for piece in self.pieces[first:last])).strip()
        manner: dict[str, list[float]] = {}
        for name, neutral in (("rate", 1.0), ("pitch", 0.0), ("volume", 0.0)):
            values = [round(getattr(style, name), 4) for style in styles]
            manner[name] = values if any(value != neutral for value in values) else []
        spans = [(h.start, h.stop) for h in heard]
        voice = styles[0].voice
        return assemble(tokens, self.where, text, styles[0].language, spans=spans, voice=voice, **manner)

    def place(self, utterances: list[list[_Heard]], spoken: list[Utterance]) -> None:
        """Put each pause after the last word that begins before it, each mark before the first word that does
        not.
        """
        begins = [
            (h.piece, number, index)
            for number, heard in enumerate(utterances)
            for index, h in enumerate(heard)
        ]
        starts = [begin for begin, _, _ in begins]
        for place, seconds in self.pauses:
            at = bisect.bisect_left(starts, place)
            number, index = (begins[at - 1][1], begins[at - 1][2]) if at else (0, -1)
            spoken[number].pauses[index] = round(spoken[number].pauses.get(index, 0.0) + seconds, 4)
        for place, name in self.marks:
            at = bisect.bisect_left(starts, place)
            if at < len(begins):
                spoken[begins[at][1]].marks.append((name, begins[at][2]))
            else:
                spoken[-1].marks.append((name, len(spoken[-1].words)))


def _rule(heard: _Heard) -> str:
    """Where a word comes from, then where its sounds do, leaving out what is ordinary."""
    rules = [
        rule
        for rule in (heard.reading.rule, heard.token.rule)
        if rule not in ("", "given", "as written", "word")
    ]
    if not rules and heard.token.text.lower() not in heard.reading.spoken.lower():
        return "number or sign"
    return "; ".join(dict.fromkeys(rules)) or "as written"


def _marks(plain: str) -> list[Token]:
    """The marks of a stretch without words."""
    kinds = {"?": QUESTION, "!": EXCLAMATION, ".": STOP, ",": COMMA, ";": COMMA, ":": COMMA}
    return [Token(c, [], kinds[c]) for c in plain if c in kinds]


def _stand_in(number: int, text: str) -> str:
    """A word that no text holds, to keep the place of one whose sounds are given."""
    name = "nazua" + "bcdfg"[number % 5] + "aeiou"[number // 5 % 5] + "l" * (1 + number // 25)
    while name in text:
        name += "l"
    return name


def _owners(words: list[str], plain: str, readings: list[tuple[int, Reading, int]]) -> list[int]:
    """For each word the number of the reading it came out of: both are laid side by side."""
    ends: list[int] = []
    for _, reading, _ in readings:
        ends.append((ends[-1] if ends else 0) + len(reading.spoken))
    places = [match.start() for match in re.finditer(r"\w+(?:'\w+)*", plain)]
    written = [match[0].lower() for match in re.finditer(r"\w+(?:'\w+)*", plain)]
    owners: list[int] = []
    matcher = SequenceMatcher(None, written, [word.lower() for word in words], autojunk=False)
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        for j in range(j1, j2):
            number = i1 + (j - j1) * (i2 - i1) // (j2 - j1) if i2 > i1 else max(0, i1 - 1)
            owners.append(
                min(bisect.bisect_right(ends, places[min(number, len(places) - 1)]), len(readings) - 1)
            )
    return owners
