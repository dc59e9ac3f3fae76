"""Text streamed in through a WebSocket: a real server and a real client."""

from __future__ import annotations

import base64
import json
import time

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
websockets = pytest.importorskip("websockets", reason="needs websockets")
from websockets.exceptions import ConnectionClosed, InvalidStatus  # noqa: E402
from websockets.sync.client import connect  # noqa: E402

from soundalike.serve.middleware.keys import new_key  # noqa: E402
from soundalike.serve.sentence_buffer import SentenceBuffer  # noqa: E402

TEXT = "Dr. Berg came at 5 p.m. on Tuesday. Nobody was there! Was it too late? Perhaps"


def given(buffer: SentenceBuffer, *deltas: str) -> list[str]:
    return [part for part in map(buffer.add, deltas) if part]


def test_text_is_held_until_its_sentence_is_complete():
    for size in (1, 3, 7, 200):
        buffer = SentenceBuffer("en")
        parts = given(buffer, *(TEXT[at : at + size] for at in range(0, len(TEXT), size)))
        rest = buffer.flush()
        assert "".join(parts) + rest == TEXT
        if size < 10:
            assert [part.strip() for part in parts] == [
                "Dr. Berg came at 5 p.m. on Tuesday.",
                "Nobody was there!",
            ]
            assert rest == "Was it too late? Perhaps"


def test_a_stop_alone_completes_nothing():
    buffer = SentenceBuffer()
    assert given(buffer, "Good evening.", " ", "How") == []
    assert given(buffer, " are") == ["Good evening. "]
    assert buffer.flush() == "How are" and buffer.flush() == ""


def test_what_stands_in_brackets_stays_together():
    buffer = SentenceBuffer()
    assert given(buffer, "Yes [pause 1. Then more words here") == []


def test_text_without_an_end_is_given_out_in_pieces():
    buffer = SentenceBuffer()
    parts = given(buffer, *["and on it goes "] * 60)
    assert parts and all(len(part) < 400 for part in parts)


def test_text_without_spaces_waits_for_its_end():
    buffer = SentenceBuffer()
    assert given(buffer, *["7" * 500] * 8) == [] and len(buffer.flush()) == 4000


def opened(server, **more):
    return connect(f"ws://127.0.0.1:{server.port}/v1/audio/stream", open_timeout=300, **more)


def send(socket, *messages: dict) -> None:
    for message in messages:
        socket.send(json.dumps(message))


def received(socket, until: str) -> list[dict]:
    """The messages to one of a type, or an error."""
    messages = []
    while not messages or messages[-1]["type"] not in (until, "error"):
        messages.append(json.loads(socket.recv(timeout=900)))
    return messages


def pcm(messages: list[dict]) -> np.ndarray:
    deltas = [one["audio"] for one in messages if one["type"] == "speech.audio.delta"]
    return np.frombuffer(b"".join(map(base64.b64decode, deltas)), "<i2")


START = {"type": "start", "voice": "Anna", "seed": 4, "timestamps": True}


def test_speech_comes_sentence_by_sentence_while_the_text_is_written(served):
    with opened(served) as socket:
        send(socket, START)
        started = received(socket, "speech.started")[0]
        assert started["sampling_rate"] == 24_000 and started["response_format"] == "pcm"
        for word in "Good evening. How are".split(" "):
            send(socket, {"type": "text", "text": word + " "})
        first = received(socket, "speech.audio.delta")  # though the second sentence is not complete
        assert [word["text"] for word in first[-1]["words"]] == ["Good", "evening"]
        send(socket, {"type": "text", "text": "you? "}, {"type": "flush"})
        second = received(socket, "speech.audio.flushed")
        send(socket, {"type": "text", "text": "I am"}, {"type": "text", "text": " well."}, {"type": "end"})
        *third, done = received(socket, "speech.audio.done")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=60)
    assert closed.value.rcvd.code == 1000
    words = [word for one in (*first, *second, *third) for word in one.get("words", [])]
    text = "Good evening. How are you? I am well."
    assert [text[slice(*word["span"])] for word in words] == text.replace(".", "").replace("?", "").split()
    starts = [word["start"] for word in words]
    assert starts == sorted(starts)
    sound = np.concatenate([pcm(part) for part in (first, second, third)])
    assert len(sound) / 24_000 == pytest.approx(done["seconds"], abs=0.01)
    assert done["usage"]["input_tokens"] == len(text) and done["seed"] == 4
    assert served.services.limiter.inside == 0


def test_fields_that_are_not_known_are_named(served):
    with opened(served) as socket:
        send(socket, {"type": "start", "voice": "Anna", "sped": 1.2, "nothing": None})
        assert received(socket, "speech.started")[0]["ignored_fields"] == ["sped"]
    with opened(served) as socket:
        send(socket, {"type": "start", "voice": "Anna"})
        assert "ignored_fields" not in received(socket, "speech.started")[0]


def test_pieces_are_what_the_whole_text_is_in_one_request(served):
    httpx = pytest.importorskip("httpx", reason="needs httpx")
    text = "The harbor was quiet this morning. Nobody came."
    with opened(served) as socket:
        send(socket, START, *({"type": "text", "text": letter} for letter in text), {"type": "end"})
        streamed = pcm(received(socket, "speech.audio.done"))
    body = {"voice": "Anna", "seed": 4, "input": text, "response_format": "pcm"}
    whole = httpx.post(f"http://127.0.0.1:{served.port}/v1/audio/speech", json=body, timeout=900).content
    assert np.array_equal(np.frombuffer(whole, "<i2"), streamed)


def test_the_first_sentence_of_a_piece_comes_in_pieces_where_that_is_asked_for(served):
    text = "The harbor was quiet this morning, and nobody came."
    found = []
    for more in ({}, {"stream": True}):
        with opened(served) as socket:
            send(socket, {**START, **more}, {"type": "text", "text": text}, {"type": "flush"})
            first = received(socket, "speech.audio.flushed")
            send(socket, {"type": "text", "text": text}, {"type": "end"})
            found.append((first[1:-1], received(socket, "speech.audio.done")))
    (plain, said), (deltas, done) = found
    pieces = [sum("words" in one for one in messages) for messages in (plain, deltas)]
    assert pieces[0] == 1 < pieces[1]
    assert plain[0]["words"] == deltas[0]["words"] and len(pcm(plain)) == len(pcm(deltas))
    assert done[-1]["seconds"] == said[-1]["seconds"] and len(pcm(said)) == len(pcm(done))


@pytest.mark.parametrize(
    ("messages", "code", "said"),
    [
        ([{"type": "text", "text": "Hi."}], "invalid_value", "first message"),
        ([[1]], "invalid_value", "first message"),
        ([{**START, "voice": "Nobody"}], "voice_not_found", "Nobody"),
        ([{**START, "model": "gpt-9"}], "model_not_found", "gpt-9"),
        ([{**START, "speed": 9}], "invalid_value", "speed"),
        ([{**START, "ref_audio": "AAAA"}], "invalid_value", "ref_audio"),
        ([START, {"type": "say"}], "invalid_value", "'flush'"),
        ([START, {"type": "text", "text": 3}], "invalid_value", "text"),
        ([START, {"type": "text", "text": "\ud800"}], "invalid_value", "text"),
        ([START, {"type": "text", "text": "<speak>Hi.</speak>"}], "invalid_text", "SSML"),
        ([START, {"type": "text", "text": "word " * 900}], "text_too_long", "4096"),
        ([START, {"type": "text", "text": "7" * 4000}, {"type": "end"}], "speech_too_long", "600 s"),
        ([START, {"type": "text", "text": "***"}, {"type": "end"}], "invalid_text", "spoken"),
        ([START, {"type": "end"}], "invalid_text", "empty"),
        (
            [START, {"type": "text", "text": "Hi. " * 200}, {"type": "end"}, {"type": "flush"}],
            "invalid_value",
            "",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_errors_are_messages(served, messages, code, said):
    with opened(served) as socket:
        send(socket, *messages)
        error = received(socket, "speech.audio.done")[-1]
        assert (
            error["type"] == "error" and error["error"]["code"] == code and said in error["error"]["message"]
        )
        assert set(error["error"]) == {"message", "type", "param", "code"}
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=60)
        assert closed.value.rcvd.code == 1008


def test_what_is_no_json_is_said_and_too_large_a_message_closes(served):
    with opened(served) as socket:
        socket.send("Good evening.")
        assert received(socket, "never")[-1]["error"]["code"] == "invalid_json"
    with opened(served) as socket, pytest.raises(ConnectionClosed):
        socket.send(json.dumps({**START, "input": "x" * 70_000}))
        socket.recv(timeout=60)


def test_a_client_that_leaves_frees_its_place(served):
    with opened(served) as socket:
        send(socket, START, {"type": "text", "text": "The harbor was quiet. Nobody came. " * 60})
        received(socket, "speech.audio.delta")
    until = time.monotonic() + 300
    while served.services.limiter.inside and time.monotonic() < until:
        time.sleep(0.05)
    assert served.services.limiter.inside == 0


def test_a_full_server_says_when_to_come_again(served):
    limiter = served.services.limiter
    places = [limiter.place(None) for _ in range(limiter.most)]
    try:
        for place in places:
            place.__enter__()
        with opened(served) as socket:
            error = received(socket, "never")[-1]
            assert error["error"]["code"] == "queue_full" and error["retry_after"] >= 1
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=60)
            assert closed.value.rcvd.code == 1013
    finally:
        for place in places:
            place.__exit__(None, None, None)


def test_keys_hosts_origins_and_idle_connections(running, tmp_path):
    key = new_key(tmp_path / "keys", "anna")
    server = running(key_file=str(tmp_path / "keys"), idle=6.0, headers_within=3.0)
    server.services.wait()
    for headers, status in (
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Bearer {key}", "Origin": "https://example.org"}, 403),
    ):
        with pytest.raises(InvalidStatus) as refused:
            opened(server, additional_headers=headers)
        assert refused.value.response.status_code == status
        assert json.loads(refused.value.response.body)["error"]["message"]
    with opened(server, subprotocols=["soundalike", f"soundalike-key.{key}"]) as socket:
        assert socket.subprotocol == "soundalike"
        send(socket, {"type": "start"})
        assert received(socket, "speech.started")[-1]["type"] == "speech.started"
        # Longer than headers may take; then nothing is said for too long
        assert received(socket, "never")[-1]["error"]["code"] == "stream_idle"
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{server.port}/stream", open_timeout=300)
    assert refused.value.response.status_code == 404
    with pytest.raises(InvalidStatus):
        opened(server, subprotocols=["soundalike", "soundalike-key.wrong"])
