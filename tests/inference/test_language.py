"""The language of what is spoken: carried by the speech, and warned of where it is experimental."""

from __future__ import annotations

import warnings

import pytest

from soundalike.checkpoints import model_store
from soundalike.core.languages import LanguageStatus, TextLanguage
from soundalike.inference import pipeline
from soundalike.inference.long_text import speak_in_sections
from soundalike.inference.script_request import ScriptRequest
from soundalike.text import read

STATUSES = {
    "en": LanguageStatus("en", 0.02),
    "de": LanguageStatus("de", 0.44),
    "nl": LanguageStatus("nl", None),
}


@pytest.fixture(autouse=True)
def nothing_warned_of(monkeypatch):
    monkeypatch.setattr(pipeline, "_warned", set())


def test_an_experimental_language_is_warned_of_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            pipeline.warn_of_experimental(read("Guten Abend. Wie geht es dir?"), STATUSES)
        pipeline.warn_of_experimental(read("Goedemorgen, hoe gaat het?"), STATUSES)
        pipeline.warn_of_experimental(read("Pure schadenfreude, he said."), STATUSES)
    assert [str(warning.message) for warning in caught] == [
        "German is experimental: a recogniser hears 44 % of its words wrong.",
        "Dutch is experimental: how well it is spoken was not measured.",
    ]


def test_the_built_in_model_says_how_well_it_speaks_each_language():
    found = model_store.languages()
    assert not found["en"].experimental and found["en"].word_error == 0.035
    fair = {code for code, status in found.items() if status.level == "fair"}
    assert fair == {"de", "es", "fr", "it", "ru"}
    assert {code for code, status in found.items() if status.experimental} == set(found) - {"en"} - fair


def test_speech_says_which_language_its_text_was_read_in(cloner, voice):
    assert cloner.languages["pt"].experimental
    spoken = next(iter(cloner.speak("Yes.", voice, quality="fast", quality_check=False)))
    assert spoken.language == TextLanguage("en", given=False)
    with pytest.warns(UserWarning, match="Portuguese is experimental"):
        pieces = list(
            speak_in_sections(
                cloner,
                ScriptRequest("Boa noite, meus caros amigos, como vocês estão hoje?"),
                voice,
                cloner.Options(),
                lambda name: voice,
                quality="fast",
                quality_check=False,
            )
        )
    assert pieces[0].language == TextLanguage("pt", given=False)
