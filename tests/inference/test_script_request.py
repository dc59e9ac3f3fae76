"""From a text to its script: the lexicon of the voice, the voices that SSML calls, sections of long texts."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from soundalike.core.errors import ConfigError, TextError
from soundalike.core.types import IDENTITY, Voice
from soundalike.inference.batch import BatchSettings, request_of
from soundalike.inference.long_text import FIRST, sections
from soundalike.inference.script_request import ScriptRequest, called_voices, known_voices, read_script
from soundalike.text import Lexicon, TextOptions

SSML = '<speak>One. <voice name="Anna">Two.</voice> <voice name="Nobody">Three.</voice></speak>'


def lexicon_of(word: str, sounds: str, folder) -> Lexicon:
    path = folder / f"{sounds}.tsv"
    path.write_text(f"{word}\t{sounds}\n", encoding="utf-8")
    return Lexicon.read(path)


def symbols(request: ScriptRequest, voice: Voice | None = None) -> list[str]:
    return read_script(request, voice).utterances[0].symbols


def test_the_lexicon_is_the_one_given_else_the_voices(tmp_path):
    voices_own = lexicon_of("zug", "tsuːk", tmp_path)
    given = lexicon_of("zug", "zʌɡ", tmp_path)
    voice = Voice({IDENTITY: np.ones(4, np.float32)}, {"lexicon": voices_own.to_dict()})
    plain = symbols(ScriptRequest("Zug."))
    by_voice = symbols(ScriptRequest("Zug."), voice)
    assert by_voice == symbols(ScriptRequest("Zug.", lexicon=voices_own)) != plain
    assert symbols(ScriptRequest("Zug.", lexicon=given), voice) == symbols(
        ScriptRequest("Zug.", lexicon=given)
    )


def test_voices_are_listed_and_opened_only_where_they_are_called():
    def unasked() -> list[str]:
        raise AssertionError("the voices are listed for a text that calls none")

    assert known_voices("Good evening.", unasked) == frozenset()
    known = known_voices(SSML, lambda: ["Anna", "Ben"])
    script = read_script(ScriptRequest(SSML, voices=known))
    assert any("'Nobody' is not known" in warning for warning in script.warnings)
    opened: list[str] = []
    voice = Voice({IDENTITY: np.ones(4, np.float32)})

    def open_voice(name: str) -> Voice:
        opened.append(name)
        return voice

    assert called_voices(script, known, open_voice) == {"Anna": voice} and opened == ["Anna"]


def test_errors_name_the_source_of_the_text():
    with pytest.raises(TextError, match="story.txt: "):
        read_script(ScriptRequest("  ", source="story.txt"))


def test_a_long_text_is_cut_after_sentences_and_ssml_is_not():
    text = "The harbor was quiet, and the boats lay still. Dr. Smith came at 3.15 p.m. on May 3rd. " * 9
    cut = list(sections(text, None))
    assert len(cut) > 1 and "".join(section.text for section in cut) == text
    assert all(text[section.start :].startswith(section.text) for section in cut)
    assert len(cut[0].text) >= FIRST and {section.language for section in cut} == {"en"}
    assert list(sections(SSML, None)) == [(0, SSML, None)]


def test_a_job_may_say_how_its_text_is_written():
    settings = BatchSettings(text_options=TextOptions("plain", emoji="name"))
    plain = request_of({"text": "# Hi"}, settings)
    own = request_of({"text": "# Hi", "text_format": "markdown"}, settings)
    assert plain.options == settings.text_options
    assert own.options == TextOptions("markdown", emoji="name")
    assert read_script(own).utterances[0].words == ["Hi"]
    both = request_of({"text": "Hi", "text_format": "plain"}, dataclasses.replace(settings, ssml=True))
    assert both.ssml is None and both.options.text_format == "plain"
    with pytest.raises(ConfigError, match="text_format = 'word' is unknown"):
        read_script(request_of({"text": "Hi", "text_format": "word"}, settings))
