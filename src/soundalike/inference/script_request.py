"""From a user's text to the script that a cloner speaks: language, lexicon, SSML, other voices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from soundalike.core.emotions import Emotion
from soundalike.core.types import Voice
from soundalike.text import Lexicon, Script, Source, TextOptions, open_text, write_script

from .pipeline import lexicon_of


@dataclass(frozen=True)
class ScriptRequest:
    """A text, and how it is to be read."""

    text: str  # plain, Markdown, HTML, subtitles or SSML
    language: str | None = None  # None: found from the text
    lexicon: Lexicon | None = None  # None: the one kept with the voice, if any
    ssml: bool | None = None  # None: found from the text
    source: str = "text"  # what errors call the text
    voices: Collection[str] = ()  # names that SSML's <voice> may give (`known_voices`)
    options: TextOptions = TextOptions()  # how the text is written
    emotion: Emotion | None = None  # that a mark in the text before it left in force


def opened(request: ScriptRequest) -> Source:
    """The text of a request taken apart. Raises TextError and ConfigError as `text.read` does."""
    language, ssml, where = request.language, request.ssml, request.source
    return open_text(request.text, language, ssml, where, request.options, request.emotion)


def read_script(request: ScriptRequest, voice: Voice | None = None, part: Source | None = None) -> Script:
    """The script of a text that is to be spoken in a voice, or of a part of it. Raises TextError and
    ConfigError as `text.read` does.
    """
    lexicon = request.lexicon
    if lexicon is None and voice is not None:
        lexicon = lexicon_of(voice)
    if part is None:
        part = opened(request)
    return write_script(part, lexicon, request.voices)


def known_voices(text: str, names: Callable[[], Iterable[str]]) -> frozenset[str]:
    """The names that SSML's <voice> may give; none, and `names` is not called, for a text without one."""
    return frozenset(names()) if "<voice" in text else frozenset()


def called_voices(
    script: Script, known: Collection[str], open_voice: Callable[[str], Voice]
) -> dict[str, Voice]:
    """The known voices that a script calls, by name: `SpeechRequest.others`."""
    called = {sentence.voice for sentence in script.utterances if sentence.voice}
    return {name: open_voice(name) for name in sorted(called.intersection(known))}
