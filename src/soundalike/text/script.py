"""Any written input to utterances: sentences with their words, phonemes, places in the input, and prosody."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import groupby

from soundalike.core.emotions import Emotion
from soundalike.core.errors import ConfigError, TextError
from soundalike.core.languages import TextLanguage
from soundalike.core.text_options import TextOptions

from .alphabet import COMMA, EXCLAMATION, QUESTION, STOP
from .foreign_words import with_foreign_words
from .formats import read_text, visible_text
from .language_choice import reading_language
from .lexicon import Lexicon
from .markup import LONGEST_PAUSE, Item, Style, Words, moved, read_ssml, with_feelings
from .normalise import base_language, explain_words
from .phonemes import Token, Utterance, assemble, tokens_of
from .pieces import Row, Sentence
from .source import Source

_LINE_BREAK = re.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]")
_SSML = re.compile(
    r"\ufeff?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(speak[\s/>]|!DOCTYPE\s+(?!(?i:html)\b))", re.DOTALL
)


@dataclass(frozen=True)
class TokenTrace:
    """How one word came to be said; what `explain` shows."""

    start: int  # in the input, characters
    stop: int
    written: str
    rule: str
    spoken: str
    symbols: list[str]
    utterance: int
    language: str
    source: str = ""  # of its phonemes; empty for the language's lexicon and model
    warning: str = ""


@dataclass(frozen=True)
class Script:
    """An input read through: its sentences in order, and what could not be done as asked."""

    utterances: list[Utterance]
    warnings: list[str] = field(default_factory=list)
    language: str = "en"
    trace: list[TokenTrace] = field(default_factory=list)  # of all words, in order
    source: str = ""  # the input itself
    text_language: TextLanguage = TextLanguage("en", True)  # the same language, and how it is known


def read(
    text: str,
    language: str | None = None,
    lexicon: Lexicon | None = None,
    ssml: bool | None = None,
    where: str = "text",
    voices: Collection[str] | None = None,
    options: TextOptions | None = None,
) -> Script:
    """The utterances of a text: plain, Markdown, HTML, subtitles, or SSML (when `ssml`, or when it begins
    with `<speak`, an XML declaration or comments aside). Its `options` say which, else it is found out.

    Without a language, SSML's own xml:lang or a guess from the text is taken. `voices` are the names
    `<voice>` may give. Raises TextError naming `where` for what cannot be spoken, ConfigError for a language
    not known or not installed.
    """
    return write_script(open_text(text, language, ssml, where, options), lexicon, voices)


def open_text(
    text: str,
    language: str | None = None,
    ssml: bool | None = None,
    where: str = "text",
    options: TextOptions | None = None,
    emotion: Emotion | None = None,
) -> Source:
    """The items of a text, as `read` takes it; `emotion` is that which a mark before it left in force. Raises
    TextError and ConfigError as `read` does.
    """
    language = base_language(language) if language else None
    chosen = TextLanguage(language or "en", True)
    notes: list[str] = []

    def found(seen: str) -> str:
        nonlocal chosen, notes
        chosen, notes = reading_language(seen, language)
        return chosen.code

    if not isinstance(text, str):
        raise TextError(f"{where}: is of the type {type(text).__name__}. Give a string.")
    if not text.strip():
        raise TextError(f"{where}: the text is empty. Give a sentence to speak.")
    form = options.text_format if options else "auto"
    if ssml is None:
        ssml = is_ssml(text, options)
    elif ssml and form not in ("auto", "ssml"):
        raise ConfigError(f"{where}: ssml and the text_format '{form}' contradict. Give one of them.")
    if ssml:
        lead = len(text) - len(text.lstrip("\ufeff \t\r\n"))
        items, warnings, code = read_ssml(text[lead:], language, where, found)
        chosen = replace(chosen, code=code)
        items = [moved(item, lead) for item in items]
    else:
        chosen, notes = reading_language(visible_text(text, options), language)
        items, warnings = read_text(text, chosen.code, where, options)
        items, emotion = with_feelings(items, emotion)
    return Source(text, with_foreign_words(items, chosen.code), chosen, where, warnings + notes, emotion)


def write_script(
    source: Source, lexicon: Lexicon | None = None, voices: Collection[str] | None = None
) -> Script:
    """The utterances of a text taken apart. Raises TextError where no word is, ConfigError for no lexicon."""
    if not isinstance(lexicon, Lexicon | None):
        raise ConfigError(f"lexicon: is of the type {type(lexicon).__name__}. Give Lexicon.read(FILE).")
    warnings = source.warnings + (lexicon.warnings if lexicon is not None else [])
    names = {item.style.voice for item in source.items if isinstance(item, Words) and item.style.voice}
    unknown = sorted(names - set(voices or ()))
    warnings += [
        f"voice '{name}' is not known, and the voice stays. `soundalike voices list` shows those there are"
        for name in unknown
    ]
    writer = _Writer(source.text, source.language.code, lexicon, source.where)
    return replace(writer.write(source.items, warnings), text_language=source.language)


def is_ssml(text: str, options: TextOptions | None = None) -> bool:
    """Whether a text is SSML: by the options, else by how it begins."""
    chosen = options.text_format if options else "auto"
    return chosen == "ssml" if chosen != "auto" else _SSML.match(text) is not None


@dataclass(frozen=True)
class _PlacedWord:
    """A word with its phonemes, the rule it was normalised by, and its place."""

    token: Token
    rule: str
    normalised: str  # of the stretch that holds it
    warning: str
    piece: int  # number of the piece it began at
    start: int  # in the input, characters
    stop: int
    written: str  # without markup


@dataclass(frozen=True)
class _Stretch:
    """A part of the text to phonemize, and the pieces it was made of."""

    first: int
    last: int
    spoken: str
    rule: str = ""
    warning: str = ""


class _Writer:
    """Lays items out in a row of pieces, phonemizes each sentence, and finds every word's pieces again."""

    def __init__(self, text: str, language: str, lexicon: Lexicon | None, where: str):
        self.text = text
        self.language = language
        self.lexicon = lexicon
        self.where = where
        self.row = Row(language, lexicon)

    def write(self, items: list[Item], warnings: list[str]) -> Script:
        """All sentences of the items. Raises TextError where there is no word."""
        for item in items:
            self.row.add(item)
        sentences: list[list[_PlacedWord]] = []
        utterances: list[Utterance] = []
        trace: list[TokenTrace] = []
        for sentence in self.row.sentences():
            words, tokens, notes = self._phonemized(sentence.first, sentence.last)
            if not words:
                continue
            utterance = self._assembled(sentence, words, tokens)
            trace += [self._traced(word, len(utterances)) for word in words]
            warnings = warnings + notes
            sentences.append(words)
            utterances.append(utterance)
        if not utterances:
            raise TextError(
                f"{self.where}: the text holds nothing that can be spoken. Give at least one word."
            )
        self._place_pauses(sentences, utterances)
        return Script(utterances, warnings, self.language, trace, self.text)

    def _traced(self, word: _PlacedWord, utterance: int) -> TokenTrace:
        return TokenTrace(
            word.start,
            word.stop,
            word.written,
            _rule(word),
            word.token.text,
            word.token.symbols,
            utterance,
            self.row.language_at(word.piece),
            word.token.rule,
            word.warning,
        )

    def _phonemized(self, first: int, last: int) -> tuple[list[_PlacedWord], list[Token], list[str]]:
        """The words of a sentence with their places, all its tokens, and warnings."""
        words: list[_PlacedWord] = []
        tokens: list[Token] = []
        notes: list[str] = []
        for language, group in groupby(range(first, last), key=self.row.language_at):
            stretches, given = self._normalised(list(group), language, notes)
            plain = "".join(stretch.spoken for stretch in stretches)
            if not any(c.isalnum() for c in plain):
                tokens += _marks(plain)
                continue
            symbols = {name: symbols for name, (_, symbols) in given.items()}
            new = tokens_of(plain, self.where, language, self.lexicon, symbols)
            names = [token.text for token in new if not token.mark]
            # The words of given sounds instead of their stand-ins
            new = [
                replace(token, text=given[token.text][0]) if token.text in given else token for token in new
            ]
            tokens += new
            spoken = [token for token in new if not token.mark]
            for token, number in zip(spoken, _owners(names, plain, stretches), strict=True):
                words.append(self._placed(token, stretches[number]))
        return words, tokens, notes

    def _placed(self, token: Token, stretch: _Stretch) -> _PlacedWord:
        start = self.row.pieces[stretch.first].start
        stop = self.row.pieces[stretch.last].stop
        written = "".join(piece.text for piece in self.row.pieces[stretch.first : stretch.last + 1])
        rule = stretch.rule
        return _PlacedWord(token, rule, stretch.spoken, stretch.warning, stretch.first, start, stop, written)

    def _normalised(
        self, places: list[int], language: str, notes: list[str]
    ) -> tuple[list[_Stretch], dict[str, tuple[str, list[str]]]]:
        """The text of pieces as it is to be phonemized, in stretches; and the text and symbols of each word
        of given sounds, by the stand-in that keeps its place. Warnings are added to `notes`.
        """
        stretches: list[_Stretch] = []
        given: dict[str, tuple[str, list[str]]] = {}
        pieces = self.row.pieces
        for is_word, group in groupby(places, key=lambda place: pieces[place].symbols is not None):
            run = list(group)
            if not is_word:
                stretches += self._normalised_run(run, language, notes, lead=bool(stretches))
                continue
            for place in run:
                piece = pieces[place]
                name = _stand_in(len(given), self.text)
                given[name] = (piece.text, piece.symbols or [])
                before = "".join(stretch.spoken for stretch in stretches)
                space = " " if before and not before.endswith(" ") else ""
                stretches.append(_Stretch(place, place, space + name, piece.rule))
        return stretches, given

    def _normalised_run(self, run: list[int], language: str, notes: list[str], lead: bool) -> list[_Stretch]:
        """The stretches of a run of characters. With `lead` a word of given sounds is before it: marks stay
        with that, all else is kept off it.
        """
        stretches: list[_Stretch] = []
        # The line breaks that are left in a sentence are wraps
        text = _LINE_BREAK.sub(" ", "".join(self.row.pieces[place].text for place in run))
        skipped = 0
        if lead:
            marks = re.match(r"[\s.,;:!?…)\]]*", text)
            skipped = marks.end() if marks else 0
            shown = re.sub(r"[^.,;:!?…]", "", text[:skipped]) + " "
            stretches.append(_Stretch(run[0], run[0], shown))
        if not any(c.isalnum() for c in text):
            return stretches
        for span in explain_words(text[skipped:], language):
            start = span.start + skipped
            stop = span.stop + skipped
            first = run[min(start, len(run) - 1)]
            last = run[min(max(stop, start + 1), len(run)) - 1]
            rule = self.row.pieces[first].rule or span.rule
            stretches.append(_Stretch(first, last, span.spoken, rule, span.warning))
            if span.warning:
                notes.append(f"'{span.written}': {span.warning}")
        return stretches

    def _assembled(self, sentence: Sentence, words: list[_PlacedWord], tokens: list[Token]) -> Utterance:
        """A sentence of its tokens, with the prosody that its words' styles ask for."""
        styles = [self.row.pieces[word.piece].style for word in words]
        text = "".join(piece.text for piece in self.row.pieces[sentence.first : sentence.last])
        return assemble(
            tokens,
            self.where,
            re.sub(r"\s+", " ", text).strip(),
            Counter(style.language for style in styles).most_common(1)[0][0],
            sentence.goes_on,
            spans=[(word.start, word.stop) for word in words],
            written=_shown(words),
            voice=styles[0].voice,
            rate=_per_word(styles, "rate", 1.0),
            pitch=_per_word(styles, "pitch", 0.0),
            volume=_per_word(styles, "volume", 0.0),
            emotion=_emotions(styles),
        )

    def _place_pauses(self, sentences: list[list[_PlacedWord]], utterances: list[Utterance]) -> None:
        """Put each pause after the last word that begins before it, each mark before the first word that does
        not.
        """
        begins = [
            (word.piece, number, index)
            for number, words in enumerate(sentences)
            for index, word in enumerate(words)
        ]
        starts = [begin for begin, _, _ in begins]
        for place, seconds in self.row.pauses:
            at = bisect.bisect_left(starts, place)
            number, index = (begins[at - 1][1], begins[at - 1][2]) if at else (0, -1)
            pauses = utterances[number].pauses
            pauses[index] = min(LONGEST_PAUSE, round(pauses.get(index, 0.0) + seconds, 4))
        for place, name in self.row.marks:
            at = bisect.bisect_left(starts, place)
            if at < len(begins):
                utterances[begins[at][1]].marks.append((name, begins[at][2]))
            else:
                utterances[-1].marks.append((name, len(utterances[-1].words)))


def _shown(words: list[_PlacedWord]) -> list[str]:
    """`Utterance.written` of the words of a sentence."""
    places = [-1, *(word.piece for word in words)]
    return ["" if word.piece == before else word.written for before, word in zip(places, words)]


def _per_word(styles: list[Style], name: str, neutral: float) -> list[float]:
    """One number of each word's style; none where all are neutral."""
    values = [round(getattr(style, name), 4) for style in styles]
    return values if any(value != neutral for value in values) else []


def _emotions(styles: list[Style]) -> list[Emotion | None]:
    """The emotion of each word; none where no word has one of its own."""
    values = [style.emotion for style in styles]
    return values if any(values) else []


def _rule(word: _PlacedWord) -> str:
    """The rules of a word's text and of its phonemes, leaving out what is ordinary."""
    ordinary = ("", "given", "as written", "word")
    rules = [rule for rule in (word.rule, word.token.rule) if rule not in ordinary]
    if not rules and word.token.text.lower() not in word.normalised.lower():
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


def _owners(words: list[str], plain: str, stretches: list[_Stretch]) -> list[int]:
    """For each word the number of the stretch it came out of: both are laid side by side."""
    ends: list[int] = []
    for stretch in stretches:
        ends.append((ends[-1] if ends else 0) + len(stretch.spoken))
    matches = list(re.finditer(r"\w+(?:'\w+)*", plain))
    places = [match.start() for match in matches]
    written = [match[0].lower() for match in matches]
    owners: list[int] = []
    matcher = SequenceMatcher(None, written, [word.lower() for word in words], autojunk=False)
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        for j in range(j1, j2):
            number = i1 + (j - j1) * (i2 - i1) // (j2 - j1) if i2 > i1 else max(0, i1 - 1)
            place = places[min(number, len(places) - 1)]
            owners.append(min(bisect.bisect_right(ends, place), len(stretches) - 1))
    return owners
