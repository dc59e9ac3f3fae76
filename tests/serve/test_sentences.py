"""The route that tells the sentences of a text."""

from __future__ import annotations

import httpx
import pytest

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
TEXT = "# Title\n\nThe *kettle* began to sing. Nobody came."


@pytest.fixture(scope="module")
def ask(running):
    server = running(characters=2000, speech_seconds=60)
    server.services.wait()
    return lambda **body: httpx.post(
        f"http://127.0.0.1:{server.port}/v1/audio/sentences", json=body, timeout=60
    )


def test_sentences_have_their_text_and_their_place(ask):
    answer = ask(input=TEXT).json()
    assert [one["text"] for one in answer["sentences"]] == [
        "Title",
        "The kettle began to sing.",
        "Nobody came.",
    ] or [one["text"].rstrip(".") for one in answer["sentences"]][1:] == [
        "The kettle began to sing",
        "Nobody came",
    ]
    start, stop = answer["sentences"][1]["span"]
    assert TEXT[start:stop] == "The *kettle* began to sing"
    assert 2 < answer["seconds"] < 8
    assert answer["language"]["code"] == "en" and not answer["language"]["given"]


def test_the_prediction_follows_the_speed_and_the_language_what_was_given(ask):
    slow, quick = (ask(input=TEXT, speed=speed, language="en").json() for speed in (0.5, 2))
    assert slow["seconds"] > 1.5 * quick["seconds"] and slow["language"]["given"]


@pytest.mark.parametrize(
    "body, code",
    [
        ({"input": "a" * 2001}, "text_too_long"),
        ({"input": "12345678 " * 120}, "speech_too_long"),
        ({"input": "***"}, "invalid_text"),
        ({"input": " "}, "invalid_text"),
    ],
)
def test_what_cannot_be_spoken_is_refused(ask, body, code):
    answer = ask(**body)
    assert answer.status_code == 400 and answer.json()["error"]["code"] == code
