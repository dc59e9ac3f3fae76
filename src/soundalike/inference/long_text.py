"""Speaking a long text section by section, so that its beginning need not wait until its end is read."""

from __future__ import annotations

import dataclasses
import re
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from soundalike.audio.speech import Speech
from soundalike.core.errors import TextError
from soundalike.core.languages import TextLanguage
from soundalike.core.types import Timestamp, Voice
from soundalike.text import (
    Source,
    base_language,
    find_format,
    is_ssml,
    reading_language,
    segments,
)

from .pipeline import SpeechRequest
from .script_request import ScriptRequest, called_voices, opened, read_script

if TYPE_CHECKING:
    from .cloner import Cloner

FIRST = 120  # characters of the first section, at least
LATER = 1000  # characters of those after it
_LINE_BREAK = re.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]")
# What stands for the line breaks behind a segment, by what ends it
_SHOWN = {"sentence": " ", "clause": " ", "line": "\u2028", "paragraph": "\u2029"}


class Section(NamedTuple):
    """A part of a text that ends with a sentence."""

    start: int  # its first character's place in the text
    text: str
    language: str | None  # of the whole text


def sections(text: str, language: str | None) -> Iterator[Section]:
    """A plain text cut after sentences: a short section, then longer ones. SSML is one section."""
    if is_ssml(text):
        yield Section(0, text, language)
        return
    if language is None:
        language = reading_language(text)[0].code
    start = 0
    size = FIRST
    waiting: list[str] = []  # of the section, up to `at`
    at = 0
    ending = "sentence"
    for segment in segments(text, base_language(language)):
        # So that a section by itself is read as in the whole: wraps become spaces, ends of lines stay
        waiting += [
            _LINE_BREAK.sub(_SHOWN[ending], text[at : segment.start]),
            _LINE_BREAK.sub(" ", text[segment.start : segment.stop]),
        ]
        at = segment.stop
        ending = segment.ending
        part = text[start:at]
        # What stands in brackets may look like the end of a sentence
        if ending != "clause" and len(part) >= size and part.count("[") == part.count("]"):
            yield Section(start, "".join(waiting), language)
            start = at
            waiting = []
            size = LATER
    if text[start:].strip() or not start:
        yield Section(start, "".join(waiting) + text[at:], language)


def opened_sections(request: ScriptRequest) -> Iterator[tuple[Section, Source | None]]:
    """The sections of a request's text. Markdown, HTML and subtitles are opened whole, as what stands at the
    end may say how the beginning is read: each section of them comes with its part of what was opened.
    """
    text = request.text
    if is_ssml(text, request.options):
        yield Section(0, text, request.language), None
    elif _is_plain(request):
        for section in sections(text, request.language):
            yield section, None
    else:
        whole = opened(request)
        for part in whole.parts(FIRST, LATER):
            yield Section(0, text, whole.language.code), part


def _is_plain(request: ScriptRequest) -> bool:
    """Whether a request's text is neither SSML nor in one of the forms that are taken apart whole."""
    chosen = request.options.text_format
    if is_ssml(request.text, request.options):
        return False
    return (find_format(request.text) if chosen == "auto" else chosen) == "plain"


def speak_in_sections(
    cloner: Cloner,
    request: ScriptRequest,
    voice: Voice,
    options: Any,
    open_voice: Callable[[str], Voice],
    **speech: Any,
) -> Iterator[Speech]:
    """The text in the voice, as `Cloner.speak` says it, sentence by sentence; each section is read when the
    one before it is spoken. Where it is to `stream`, the first sentence comes in pieces.

    `open_voice` gives a voice that SSML calls by name; `speech` are fields of `pipeline.SpeechRequest`.
    Raises TextError, ConfigError and CheckpointError.
    """
    stream = speech.pop("stream", False)
    first_sample = speech.pop("first_sample", 0)
    more = speech.pop("more", False)
    sentences = 0
    samples = 0
    language: TextLanguage | None = None
    if request.language is None and _is_plain(request):
        # Of the whole text, so that no section is taken for another language
        language, notes = reading_language(request.text)
        request = dataclasses.replace(request, language=language.code)
        for note in notes:
            warnings.warn(note, stacklevel=2)
    # A text that opens to nothing is refused as a whole
    parts = list(opened_sections(request)) or [(Section(0, request.text, request.language), None)]
    emotion = request.emotion
    for number, (section, part) in enumerate(parts):
        last = number + 1 == len(parts)
        own = dataclasses.replace(request, text=section.text, language=section.language, emotion=emotion)
        try:
            part = part or opened(own)
            emotion = part.emotion
            script = read_script(own, voice, part)
        except TextError:
            if last and not sentences:
                raise
            continue  # a line of stars, say, among what can be spoken
        pieces = cloner.speak(
            script,
            voice,
            dataclasses.replace(options, seed=options.seed + sentences),
            others=called_voices(script, request.voices, open_voice),
            first_sample=first_sample + samples,
            more=more or not last,
            stream=stream and not sentences,
            **speech,
        )
        for piece in pieces:
            samples += len(piece.samples)
            moved = tuple(_moved(timestamp, section.start) for timestamp in piece.timestamps)
            yield dataclasses.replace(piece, timestamps=moved, language=language or piece.language)
        sentences += len(script.utterances)


def stream_text(
    cloner: Cloner, reading: ScriptRequest, voice: Voice, options: Any, request: SpeechRequest
) -> Iterator[Speech]:
    """A text in the voice whose first sound need not wait until its end is read: what `speak_in_sections`
    gives of it as the request has it.
    """
    speech = {one.name: getattr(request, one.name) for one in dataclasses.fields(request)}
    others = speech.pop("others")
    del speech["text_options"]  # they are in the reading
    return speak_in_sections(cloner, reading, voice, options, others.__getitem__, **speech)


def _moved(timestamp: Timestamp, characters: int) -> Timestamp:
    """A timestamp whose word is so many characters later in the text."""
    if timestamp.kind != "word":
        return timestamp
    start, stop = timestamp.span
    return dataclasses.replace(timestamp, span=(start + characters, stop + characters))
