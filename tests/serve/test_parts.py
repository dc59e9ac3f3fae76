"""Parts of the server by themselves: keys, the decoding process, encoders, sections of texts, the limiter,
the request guard, the command.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import HERE, REFERENCE

pytest.importorskip("fastapi", reason="needs soundalike[serve]")

from soundalike import Audio  # noqa: E402
from soundalike.cli.main import main  # noqa: E402
from soundalike.core.errors import AudioError, ConfigError  # noqa: E402
from soundalike.inference.long_text import sections  # noqa: E402
from soundalike.provenance.metadata import today  # noqa: E402
from soundalike.serve import decode  # noqa: E402
from soundalike.serve.encode import CODECS, Encoder, stretched  # noqa: E402
from soundalike.serve.errors import Refusal  # noqa: E402
from soundalike.serve.limiter import Limiter  # noqa: E402
from soundalike.serve.middleware import keys  # noqa: E402
from soundalike.serve.settings import Settings  # noqa: E402


@pytest.fixture(scope="module")
def decoder():
    made = decode.Decoder(30.0, 60.0, ready=1)
    yield made
    made.close()


def packed(kind: str, codec: str) -> bytes:
    """The demo's recording in another container."""
    import av

    audio = Audio.read(REFERENCE).resample(48_000)
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(audio.samples[None], format="fltp", layout="mono")
        frame.rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


@pytest.mark.parametrize("kind", ["wav", "mp3", "ogg", "flac", "opus", "aac", "streamed flac", "mp4", "webm"])
def test_recordings_of_every_kind_are_decoded_apart(decoder, kind):
    audio = Audio.read(REFERENCE)
    if kind in CODECS or kind == "streamed flac":
        encoder = Encoder(kind.split()[-1])
        data = encoder.add(audio) + encoder.finish()
    else:
        data = (
            packed(kind, {"mp4": "aac", "webm": "libopus"}[kind])
            if kind in ("mp4", "webm")
            else audio.encode(kind)
        )
    assert Audio.read(decoder.decode(data)).seconds == pytest.approx(audio.seconds, abs=0.1)
    # Nor does a streamed file trouble the reader
    assert Audio.read(io.BytesIO(data)).seconds == pytest.approx(audio.seconds, abs=0.1)


def test_channels_stay_apart_and_are_two_at_most(decoder):
    import soundfile

    tone = Audio.read(HERE / "data" / "ben_1.flac")
    sound = io.BytesIO()
    wide = np.zeros((len(tone.samples), 4), np.float32)
    wide[:, 1] = tone.samples
    wide[:, 3] = 0.5 * tone.samples
    soundfile.write(sound, wide, tone.rate, format="WAV", subtype="FLOAT")
    channels, _ = soundfile.read(decoder.decode(sound.getvalue()))
    assert (
        channels.shape[1] == 2
        and np.allclose(channels[:, 0], tone.samples)
        and np.allclose(channels[:, 1], 0.5 * tone.samples)
    )


def in_child(code: str) -> str:
    """What code prints in a process under the decoder's limits."""
    start = "import socket\nfrom soundalike.serve import decode\n"
    start += "decode.warm_up()\ndecode.limit_resources(300, 2)\n"
    return subprocess.run(
        [sys.executable, "-c", start + code], capture_output=True, text=True, cwd=decode.PACKAGES
    ).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="these limits are Linux's")
def test_the_decoding_process_can_open_nothing_and_take_little():
    assert in_child("try: open('/etc/passwd')\nexcept OSError as e: print(e.errno)") == "24\n"
    assert in_child("try: socket.socket()\nexcept OSError as e: print(e.errno)") == "24\n"
    assert in_child("try: bytearray(2 * 10**9)\nexcept MemoryError: print('no')") == "no\n"
    assert in_child("print('go', flush=True)\nwhile True: pass") == "go\n"  # the processor's time ends it


def test_a_child_that_dies_is_told_of(decoder, monkeypatch):
    monkeypatch.setattr(decode, "kind_of", lambda data: "matroska,webm")  # no demuxer is called so
    with pytest.raises(AudioError, match="me.wav: "):
        decoder.decode(b"xxxx", "me.wav")
    small = decode.Decoder(30.0, 60.0, memory=1, ready=0)
    with pytest.raises(AudioError, match="too much"):
        small.decode(
            Audio(np.random.default_rng(0).normal(size=24_000 * 20).astype(np.float32) / 9, 24_000).encode(
                "flac"
            )
        )


def test_keys_are_kept_as_hashes(tmp_path):
    path = tmp_path / "keys"
    key = keys.new_key(path, "anna")
    other = keys.new_key(path, "ben")
    known = keys.read_keys(path)
    assert keys.holder(known, f"Bearer {key}") == "anna" and keys.holder(known, f"bearer {other}") == "ben"
    assert (
        keys.holder(known, f"Bearer {key[:-1]}") is keys.holder(known, key) is keys.holder(known, "") is None
    )
    with pytest.raises(ConfigError, match="already"):
        keys.new_key(path, "anna")
    for bad in ("anna", "anna sha256:12", "a b sha256:" + "0" * 64, ""):
        path.write_text(bad + "\n")
        with pytest.raises(ConfigError, match="keys"):
            keys.read_keys(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        keys.read_keys(tmp_path / "none")


def test_the_command_makes_keys_and_says_what_is_wrong(tmp_path, capsys):
    assert main(["serve", "--new-key", "anna", "--api-key-file", str(tmp_path / "keys")]) == 0
    key = capsys.readouterr().out.strip()
    assert keys.holder(keys.read_keys(tmp_path / "keys"), f"Bearer {key}") == "anna"
    for arguments, reason in (
        (["--new-key", "anna"], "--api-key-file"),
        (["--api-key-file", str(tmp_path / "none")], "cannot be read"),
        (["--workers", "0"], "workers = 0"),
        (["--model", str(tmp_path / "none")], "no such folder"),
        (["--cors", "example.org"], "--cors takes origins"),
        (["--database", "nonsense", "--data", str(tmp_path)], "--database"),
    ):
        assert main(["serve", *arguments]) == 2
        assert reason in capsys.readouterr().err


def test_the_limiter_is_bounded_by_room_by_key_and_by_memory():
    limiter = Limiter(workers=1, waiting=2, per_key=2, memory=0)
    with limiter.place("a"), limiter.place("a"):
        with pytest.raises(Refusal) as caught, limiter.place("a"):
            pass
        assert (caught.value.status, caught.value.code) == (429, "too_many_requests") and int(
            caught.value.headers["Retry-After"]
        ) >= 1
        with limiter.place("b"):
            with pytest.raises(Refusal) as caught, limiter.place("c"):
                pass
            assert caught.value.code == "queue_full"
    assert limiter.inside == 0
    with limiter.place("a"):
        pass
    with pytest.raises(Refusal) as caught, Limiter(1, 2, 2, memory=1).place(None):
        pass
    assert (caught.value.status, caught.value.code) == (503, "out_of_memory")


TEXTS = {
    "short": "Hi.",
    "long": "The harbor was quiet, and the boats lay still. Dr. Smith came at 3.15 p.m. on May 3rd. " * 9,
    "stars first": "* * *\n\nHello there.\n\n* * *\n",
    "pauses": "One. [pause 0.5s] Two. " * 12 + "[pause 1s]",
    "sounds": "Say [[sɛd. ðɪs]] now, please. " * 12,
    "SSML": "<speak>" + "One. Two. Three. " * 30 + "</speak>",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_read_bit_by_bit_sounds_as_one_read_whole(name, served, cloner, voice):
    from soundalike.audio.speech import join
    from soundalike.serve.schemas import TextRequest

    text = TEXTS[name]
    pieces = list(served.services.speak(TextRequest(input=text, seed=4, quality="fast"), voice))
    whole = join(
        list(served.services.cloner.speak(text, voice, cloner.Options(seed=4), day=today(), quality="fast"))
    )
    bits = join(pieces)
    assert np.array_equal(bits.samples, whole.samples) and bits.timestamps == whole.timestamps
    cut = list(sections(text, None))
    # Line breaks are shown as what they mean, places stay
    plain = re.sub(r"\s", " ", text)
    assert re.sub(r"\s", " ", "".join(part for _, part, _ in cut)) == plain
    assert all(plain[at:].startswith(re.sub(r"\s", " ", part)) for at, part, _ in cut)
    assert len(cut) > 1 or name in ("short", "stars first", "SSML")


def test_ssml_speaks_in_kept_voices_by_name_or_id(served, cloner, voice):
    from soundalike.audio.speech import join
    from soundalike.serve.schemas import TextRequest

    other = cloner.listen(HERE / "data" / "ben_1.flac")
    plain = join(list(served.services.speak(TextRequest(input="Good evening.", quality="fast"), voice)))
    for name in ("Anna", "anna"):
        called = join(
            list(
                served.services.speak(
                    TextRequest(
                        input=f'<speak><voice name="{name}">Good evening.</voice></speak>', quality="fast"
                    ),
                    other,
                )
            )
        )
        assert np.array_equal(called.samples, plain.samples)


def test_stretching_keeps_pitch_and_moves_words(voice, cloner):
    from soundalike.audio.mel import MelSpec
    from soundalike.audio.pitch import pitch
    from soundalike.audio.speech import join

    audio = join(list(cloner.speak("The harbor was quiet this morning.", voice, quality="fast")))
    slow = stretched(audio, 0.5)
    assert slow.seconds == pytest.approx(2 * audio.seconds, rel=0.03) and slow.timestamps[
        -1
    ].stop == pytest.approx(2 * audio.timestamps[-1].stop)
    before, after = (pitch(each.samples, MelSpec()) for each in (audio, slow))
    then = after[np.minimum(2 * np.arange(len(before)), len(after) - 1)]  # what was said at each moment
    voiced = (before > 0) & (then > 0)
    assert voiced.sum() > 30 and np.median(then[voiced] / before[voiced]) == pytest.approx(1, rel=0.02)


def test_the_request_guard_knows_the_names_it_answers_to():
    from soundalike.serve.middleware.limits import RequestGuard

    def answers(asked: str, **settings) -> bool:
        try:
            return (
                RequestGuard(None, Settings(**settings), {}).admit(
                    {"method": "GET", "path": "/"}, {"host": asked}
                )
                is None
            )
        except Refusal as refusal:
            assert refusal.status == 421
            return False

    assert answers("localhost:8000") and answers("[::1]:8000") and not answers("tts.example")
    assert answers("tts.example", host="0.0.0.0") and not answers(
        "tts.example", host="0.0.0.0", names=("localhost",)
    )
    assert answers("tts.example:443", names=("tts.example",)) and answers(
        "127.0.0.1", host="0.0.0.0", names=("tts.example",)
    )


def test_settings_know_their_places(tmp_path):
    settings = Settings(data=tmp_path)
    assert settings.url == f"sqlite:///{tmp_path / 'soundalike.db'}" and settings.voice_store == "library"
    assert Settings(database="postgresql://x/y").voice_store == "database"
    with pytest.raises(ConfigError, match="voices are kept"):
        Settings(voices="cloud").check()


def test_logs_hold_places_but_no_messages(capsys):
    import logging

    from soundalike.serve.middleware.request_log import Lines, places

    try:
        raise ValueError("a secret text")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 0, "failed", (), (type(error), error, error.__traceback__)
        )
        said = json.loads(Lines().format(record))
        assert places(error)[0] == "ValueError" and "secret" not in json.dumps(said)
    assert said["level"] == "error" and said["event"] == "failed"


def test_the_app_loads_no_torch():
    code = "import sys, soundalike.serve.app; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_request_may_give_the_options_of_the_architectures_in_their_ranges():
    from pydantic import ValidationError

    from soundalike.inference.option_table import option_table
    from soundalike.serve.request_options import ranges
    from soundalike.serve.schemas import SpeechRequest

    properties = SpeechRequest.model_json_schema()["properties"]
    for name, (low, high) in ranges().items():
        schema = properties[name]["anyOf"][0]
        assert (schema["minimum"], schema["maximum"]) == (low, high)
        assert getattr(SpeechRequest(input="Hi.", **{name: high}), name) == high
        with pytest.raises(ValidationError, match=f"{name} = .* is out of range. Choose {low:g} to {high:g}"):
            SpeechRequest(input="Hi.", **{name: high + 1})
    assert set(ranges()) == {
        *("pitch", "temperature", "timing", "top_p", "energy", "loudness", "variety", "intensity", "noise"),
        "expressiveness",
    }
    assert ranges()["pitch"] == (option_table()["pitch"].range.low, option_table()["pitch"].range.high)


def test_a_request_may_name_an_emotion():
    from pydantic import ValidationError

    from soundalike.core.emotions import EMOTIONS
    from soundalike.serve.request_options import choices
    from soundalike.serve.schemas import SpeechRequest

    assert choices() == {"emotion": EMOTIONS, "accent": ("native", "keep")}
    properties = SpeechRequest.model_json_schema()["properties"]
    assert properties["emotion"]["anyOf"][0]["enum"] == list(EMOTIONS)
    given = SpeechRequest(input="Hi.", emotion="Sad", intensity=1.5)
    assert given.options == {"emotion": "sad", "intensity": 1.5}
    assert SpeechRequest(input="Hi.", emotion="").options == {}
    with pytest.raises(ValidationError, match="'jolly' is unknown. Choose one of neutral, happy, sad, angry"):
        SpeechRequest(input="Hi.", emotion="jolly")


def test_a_request_may_say_how_its_text_is_written():
    from pydantic import ValidationError

    from soundalike.serve.schemas import JobRequest, SpeechRequest
    from soundalike.text import TextOptions

    assert SpeechRequest(input="Hi.").text_options == TextOptions()
    given = JobRequest(input="Hi.", text_format="html", code_blocks="skip", emoji="name")
    assert given.text_options == TextOptions("html", "skip", "name")
    with pytest.raises(ValidationError, match="should be 'auto', 'plain', 'markdown', 'html'"):
        SpeechRequest(input="Hi.", text_format="word")


def test_the_server_tells_people_its_address():
    from soundalike.serve.run import server, url_of

    assert url_of("127.0.0.1", 8000) == "http://127.0.0.1:8000"
    assert url_of("0.0.0.0", 80) == "http://localhost:80" and url_of("::1", 9) == "http://[::1]:9"

    async def app(scope, receive, send):
        message = await receive()
        while message["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
            message = await receive()
        await send({"type": "lifespan.shutdown.complete"})

    told = []
    running = server(app, Settings(port=0), told.append)

    async def once():
        running.config.load()
        running.lifespan = running.config.lifespan_class(running.config)
        await running.startup()
        await running.shutdown()

    # In a thread of its own: tests of the page may have left an event loop running in this one
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, once()).result()
    assert told and told[0].startswith("http://127.0.0.1:") and not told[0].endswith(":0")


def test_the_address_and_the_log_are_words_at_a_terminal_and_json_elsewhere(capsys, monkeypatch):
    from soundalike.cli import serve as verb
    from soundalike.serve import run

    calls = []
    monkeypatch.setattr(run, "serve", lambda settings, plain, announce: calls.append((plain, announce)))
    assert main(["serve"]) == 0
    assert calls[-1] == (False, None)  # captured: no terminal
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main(["serve"]) == 0
    assert calls[-1][0] and calls[-1][1] is not None
    calls[-1][1]("http://127.0.0.1:8000")
    assert "http://127.0.0.1:8000 (the page)" in capsys.readouterr().out
    assert main(["serve", "--log", "json"]) == 0 and not calls[-1][0]
    assert verb.tell_address is not None


def test_plain_log_lines_tell_a_request_and_no_more():
    import logging

    from soundalike.serve.middleware.request_log import PlainLines

    record = logging.LogRecord("x", logging.INFO, "", 0, "request", None, None)
    record.facts = {"method": "POST", "route": "/v1/audio/speech", "status": 200, "seconds": 0.531}
    assert PlainLines().format(record).endswith(" POST /v1/audio/speech: 200 in 0.53 s")
    bad = logging.LogRecord("x", logging.ERROR, "", 0, "jobs", None, None)
    bad.facts = {"failure": ["OSError", "a.py:3"]}
    assert PlainLines().format(bad).endswith(" error: jobs (OSError, a.py:3)")


def test_the_quality_is_best_but_for_streams():
    from soundalike.serve.schemas import JobRequest, SpeechRequest, TextRequest

    for kind, default in ((TextRequest, None), (JobRequest, None), (SpeechRequest, "fast")):
        assert kind(input="x").chosen_quality == default, "None: the default of the model"
        assert kind(input="x", quality="best").chosen_quality == "best"
        assert kind(input="x", model="tts-1-hd").chosen_quality == "best"
        assert kind(input="x", model="tts-1").chosen_quality == "fast"
        assert kind(input="x", model="tts-1-hd", quality="fast").chosen_quality == "fast"
