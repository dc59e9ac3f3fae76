"""Speaking a long text section by section, so that its beginning need not wait until its end is read."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from soundalike.audio.speech import Speech
from soundalike.core.errors import TextError
from soundalike.core.types import Timestamp, Voice
from soundalike.text import base_language, detect_language, installed, is_ssml, segments

from .cloner import Cloner
from .script_request import ScriptRequest, called_voices, read_script

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
        seems = detect_language(text)
        language = seems if installed(seems) else "en"
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


def speak_in_sections(
    cloner: Cloner,
    request: ScriptRequest,
    voice: Voice,
    options: Any,
    open_voice: Callable[[str], Voice],
    **speech: Any,
) -> Iterator[Speech]:
    """The text in the voice, as `Cloner.speak` says it, sentence by sentence; each section is read when the
    one before it is spoken.

    `open_voice` gives a voice that SSML calls by name; `speech` are fields of `pipeline.SpeechRequest`.
    Raises TextError, ConfigError and CheckpointError.
    """
    sentences = 0
    samples = 0
    parts = list(sections(request.text, request.language))
    for number, section in enumerate(parts):
        last = number + 1 == len(parts)
        own = dataclasses.replace(request, text=section.text, language=section.language)
        try:
            script = read_script(own, voice)
        except TextError:
            if last and not sentences:
                raise
            continue  # a line of stars, say, among what can be spoken
        pieces = cloner.speak(
            script,
            voice,
            dataclasses.replace(options, seed=options.seed + sentences),
            others=called_voices(script, request.voices, open_voice),
            first_sample=samples,
            more=not last,
            **speech,
        )
        for piece in pieces:
            samples += len(piece.samples)
            moved = tuple(_moved(timestamp, section.start) for timestamp in piece.timestamps)
            yield dataclasses.replace(piece, timestamps=moved)
        sentences += len(script.utterances)


def _moved(timestamp: Timestamp, characters: int) -> Timestamp:
    """A timestamp whose word is so many characters later in the text."""
    if timestamp.kind != "word":
        return timestamp
    start, stop = timestamp.span
    return dataclasses.replace(timestamp, span=(start + characters, stop + characters))
