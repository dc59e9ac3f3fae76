"""What is refused, how soon, and that the server is none the worse for it."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import socket
import time
import zipfile

import numpy as np
import pytest
import soundfile
from conftest import REFERENCE

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
httpx = pytest.importorskip("httpx", reason="needs httpx")

from soundalike.serve.middleware.keys import new_key  # noqa: E402


def silent(minutes: float) -> bytes:
    """Silence as FLAC, which takes next to nothing."""
    sound = io.BytesIO()
    minute = np.zeros(8000 * 60, np.float32)
    with soundfile.SoundFile(sound, "w", 8000, 1, format="FLAC", subtype="PCM_16") as file:
        for _ in range(int(minutes)):
            file.write(minute)
        file.write(minute[: int(8000 * 60 * (minutes % 1))])
    return sound.getvalue()


def hours_of_mp3() -> bytes:
    """As many hours of silence as may be sent, at 8 kbit/s: a minute, again and again."""
    import av

    sound = io.BytesIO()
    with av.open(sound, "w", format="mp3", options={"write_xing": "0", "id3v2_version": "0"}) as container:
        stream = container.add_stream("libmp3lame", rate=8000, layout="mono")
        stream.bit_rate = 8000
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000 * 60), np.float32), format="fltp", layout="mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    minute = sound.getvalue()
    assert len(minute) < 70_000
    return minute * (24_900_000 // len(minute))


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("me.wav", b"RIFF")
    return packed.getvalue()


def floats(value: float) -> bytes:
    sound = io.BytesIO()
    soundfile.write(sound, np.full(48_000, value, np.float32), 24_000, format="WAV", subtype="FLOAT")
    return sound.getvalue()


RECORDINGS = {
    "empty": (lambda: b"", "the file is empty"),
    "a letter": (lambda: b"Dear Sir, this is no recording. " * 99, "not a recording"),
    "a zip named wav": (zipped, "not a recording"),
    "a zip after a wav's first bytes": (lambda: b"RIFF\x24\0\0\0WAVE" + zipped(), "not a readable recording"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(999), "not a recording"),
    "a playlist": (lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "not a recording"),
    "hours of silent mp3": (hours_of_mp3, "longer than 180 s"),
    "an hour of silent flac": (lambda: silent(60), "longer than 180 s"),
    "ten seconds of silence": (lambda: silent(1 / 6), "silent"),
    "NaN": (lambda: floats(np.nan), "not finite"),
    "a cut-off flac": (lambda: REFERENCE.read_bytes()[:300], "recording"),
    "noise that begins as mp4 does": (
        lambda: b"\0\0\0\x20ftypisom" + np.random.default_rng(0).bytes(200_000),
        "not a readable recording",
    ),
    "noise that begins as webm does": (
        lambda: b"\x1a\x45\xdf\xa3" + np.random.default_rng(0).bytes(200_000),
        "not a readable recording",
    ),
}


@pytest.fixture(scope="module")
def http(served):
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=900) as client:
        yield client
        # Unharmed
        assert (
            client.post("/v1/audio/speech", json={"voice": "Anna", "input": "Good evening."}).status_code
            == 200
        )
        assert client.get("/readyz").json()["inside"] == 0


def refused(answer, status: int, code: str, within: float | None = 1.0) -> str:
    """The message of an error in OpenAI's shape; `within` seconds, of the server's own clock's."""
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"] == code and set(error) == {"message", "type", "param", "code"}
    assert "/tmp" not in error["message"] and "Traceback" not in error["message"]
    if within:
        assert answer.elapsed.total_seconds() < within * patience()
    return error["message"]


def patience() -> float:
    """How much longer things may take here and now than on a machine that has nothing else to do: some sums,
    timed, and three times that.
    """
    wall = time.monotonic()
    cpu = time.process_time()
    while time.process_time() - cpu < 0.02:
        sum(range(1000))
    return max(1.0, 3 * (time.monotonic() - wall) / 0.02)


@pytest.mark.parametrize("case", RECORDINGS)
def test_bad_recordings(http, case):
    make, reason = RECORDINGS[case]
    message = refused(
        http.post("/voice-cloning", files={"audio": ("me.wav", make(), "audio/wav")}, data={"text": "Hi."}),
        400,
        "invalid_audio",
    )
    assert reason in message
    assert message[-1] == "."


BOMB = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><speak>&b;</speak>'
BODIES = {
    "NaN": (b'{"input": "x", "voice": "Anna", "speed": NaN}', 400, "invalid_value"),
    "Infinity": (b'{"input": "x", "voice": "Anna", "speed": Infinity}', 400, "invalid_value"),
    "not JSON": (b'{"input": ', 400, "invalid_json"),
    "not UTF-8": (b'{"input": "\xff\xfe"}', 400, "invalid_body"),
    "deep": (b"[" * 200_000, 400, None),
    "a list": (b"[1]", 400, "invalid_json"),
    "nothing": (b"", 400, "invalid_json"),
    "no input": (b'{"voice": "Anna"}', 400, "invalid_value"),
    "an unknown voice": (b'{"input": "x", "voice": "Nobody"}', 404, "voice_not_found"),
    "a path as voice": (b'{"input": "x", "voice": "../../../etc/passwd"}', 404, "voice_not_found"),
    "a file as voice": (b'{"input": "x", "voice": "/etc/passwd"}', 404, "voice_not_found"),
    "a null in voice": (b'{"input": "x", "voice": "An\\u0000na"}', 404, "voice_not_found"),
    "half a character": (b'{"input": "\\ud800", "voice": "Anna"}', 400, None),
    "a URL as recording": (b'{"input": "x", "ref_audio": "http://127.0.0.1/me.wav"}', 400, "invalid_audio"),
    "a path as recording": (b'{"input": "x", "ref_audio": "file:///etc/passwd"}', 400, "invalid_audio"),
    "an unknown model": (b'{"input": "x", "voice": "Anna", "model": "x"}', 404, "model_not_found"),
    "an unknown format": (b'{"input": "x", "voice": "Anna", "response_format": "exe"}', 400, "invalid_value"),
    "a speed out of range": (b'{"input": "x", "voice": "Anna", "speed": 0.1}', 400, "invalid_value"),
    "an endless seed": (
        b'{"input": "x", "voice": "Anna", "seed": 1' + b"0" * 400 + b"}",
        400,
        "invalid_value",
    ),
    "blanks": (b'{"input": "  \\n ", "voice": "Anna"}', 400, "invalid_text"),
    "nothing to say": (b'{"input": "***", "voice": "Anna"}', 400, "invalid_text"),
    "broken SSML": (b'{"input": "<speak><voice>", "voice": "Anna"}', 400, "invalid_text"),
    "an entity bomb": (json.dumps({"input": BOMB, "voice": "Anna"}).encode(), 400, "invalid_text"),
    "a long text": (json.dumps({"input": "word " * 820, "voice": "Anna"}).encode(), 400, "text_too_long"),
    "an unknown language": (b'{"input": "x", "voice": "Anna", "language": "tlh"}', 400, None),
    "a path as language": (b'{"input": "x", "voice": "Anna", "language": "../en"}', 400, "invalid_value"),
}


@pytest.mark.parametrize("case", BODIES)
def test_bad_bodies(http, case):
    body, status, code = BODIES[case]
    answer = http.post("/v1/audio/speech", content=body, headers={"Content-Type": "application/json"})
    refused(answer, status, code or answer.json()["error"]["code"])


def test_a_recording_in_base64_is_sniffed_too(http):
    body = {"input": "x", "ref_audio": base64.b64encode(zipped()).decode()}
    assert "not a recording" in refused(http.post("/v1/audio/speech", json=body), 400, "invalid_audio")


@pytest.mark.parametrize("name", ["../x", "a/b", "", "x" * 65, "CON", "a\0b"])
def test_bad_names_of_voices(http, name):
    answer = http.post("/v1/audio/voices", files={"audio": REFERENCE.read_bytes()}, data={"name": name})
    refused(answer, 400, "invalid_value")


@pytest.mark.parametrize("path", ["..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/setup.py", "x%00y"])
def test_paths_lead_nowhere(http, path):
    for place in ("/v1/audio/voices/", "/v1/audio/jobs/", "/"):
        assert http.get(place + path).status_code in (404, 405)


def test_malformed_multipart(http):
    for kind, body in (
        ("multipart/form-data; boundary=x", b"--y\r\nnothing"),
        ("multipart/form-data", b"--x\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\nRIFF',
        ),
        ("application/x-www-form-urlencoded", b"text=Hi"),
        ("text/plain", b"Hi"),
    ):
        answer = http.post("/voice-cloning", content=body, headers={"Content-Type": kind})
        assert answer.status_code == 400 and answer.json()["error"]["message"], (kind, answer.text)


def test_pages_of_others_are_kept_out(http, served):
    body = {"voice": "Anna", "input": "Hi."}
    refused(
        http.post("/v1/audio/speech", json=body, headers={"Origin": "https://elsewhere.example"}),
        403,
        "foreign_origin",
    )
    assert (
        http.post(
            "/v1/audio/speech", json=body, headers={"Origin": f"http://127.0.0.1:{served.port}"}
        ).status_code
        == 200
    )
    for host in ("rebound.example", "[", "127.0.0.1.rebound.example"):
        refused(http.get("/v1/models", headers={"Host": host}), 421, "wrong_host")
    assert (
        "access-control-allow-origin"
        not in http.get("/v1/models", headers={"Origin": "https://elsewhere.example"}).headers
    )


def raw(served, data: bytes, wait: float = 300.0) -> tuple[bytes, float]:
    """What comes back on a connection over which just this is sent, and how soon it ends."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", served.port), timeout=wait) as connection:
        connection.sendall(data)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts), time.monotonic() - began


POST = b"POST /voice-cloning HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"


def test_two_gigabytes_are_refused_by_what_they_announce(served, http):
    answer, _ = raw(served, POST + b"Content-Length: 2000000000\r\n\r\n--x")
    assert answer.startswith(b"HTTP/1.1 413") and b'"too_large"' in answer


def test_a_body_a_little_too_large_gets_its_answer(http, served):
    size = served.services.settings.json_bytes + 1
    refused(
        http.post("/v1/audio/speech", content=b"x" * size, headers={"Content-Type": "application/json"}),
        413,
        "too_large",
        within=None,
    )
    size = served.services.settings.upload + 1
    refused(
        http.post("/v1/audio/check", files={"audio": b"RIFF" + bytes(size)}), 413, "too_large", within=None
    )


def test_an_endless_body_is_refused_by_what_has_come(served, http):
    sent = 0
    part = b"%x\r\n" % (1 << 20) + b"x" * (1 << 20) + b"\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=300) as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        try:
            # Far more than passes in the moment for which a refused body is still taken in
            while sent < 10_000:
                connection.sendall(part)
                sent += 1
        except OSError:
            pass  # it has closed
        assert sent < 10_000
    assert http.get("/healthz").status_code == 200


def test_a_client_of_a_byte_at_a_time_is_given_up(served, http):
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection:
        connection.sendall(POST + b"Content-Length: 1000\r\n\r\n")
        connection.settimeout(0.2)
        answer = b""
        for _ in range(300):  # a byte every fifth of a second, for a minute at most
            with contextlib.suppress(OSError):  # it has closed: the answer is still to be read
                connection.sendall(b"-")
            try:
                part = connection.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            answer += part
            if not part:
                break
    assert answer.startswith(b"HTTP/1.1 408") and b'"body_timeout"' in answer


def test_a_client_that_never_finishes_its_headers_is_given_up(served, http):
    answer, took = raw(served, b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert answer == b"" and took < 50
    answer, _ = raw(served, b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 100_000)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


def test_many_bad_requests_at_once(served, http):
    from concurrent.futures import ThreadPoolExecutor

    body = {"input": "x", "ref_audio": base64.b64encode(b"OggS" + bytes(50_000)).decode()}

    def send(_: int) -> int:
        return httpx.post(
            f"http://127.0.0.1:{served.port}/v1/audio/speech", json=body, timeout=900
        ).status_code

    with ThreadPoolExecutor(12) as many:
        assert set(many.map(send, range(24))) <= {400, 429}


def test_keys(tmp_path, running):
    path = tmp_path / "keys"
    key = new_key(path, "anna")
    other = new_key(path, "ben")
    assert key not in path.read_text() and (path.stat().st_mode & 0o077) == 0
    with httpx.Client(
        base_url=f"http://127.0.0.1:{running(key_file=str(path), per_key=1).port}", timeout=900
    ) as client:
        for header in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": f"Basic {key}"},
            {"Authorization": f"Bearer {key}x"},
        ):
            for method, place in (
                ("GET", "/v1/models"),
                ("POST", "/v1/audio/speech"),
                ("POST", "/voice-cloning"),
                ("GET", "/metrics"),
            ):
                refused(client.request(method, place, headers=header), 401, "invalid_api_key")
        assert client.get("/v1/models", headers={"Authorization": f"Bearer {key}"}).status_code == 200
        assert (
            client.get("/healthz").status_code
            == client.get("/").status_code
            == client.get("/v1/limits").status_code
            == 200
        )
        assert client.get("/v1/limits").json()["keys"] is True
        body = {"input": "One. Two.", "ref_audio": base64.b64encode(REFERENCE.read_bytes()).decode()}
        job = client.post("/v1/audio/jobs", json=body, headers={"Authorization": f"Bearer {key}"}).json()
        theirs = client.get(f"/v1/audio/jobs/{job['id']}", headers={"Authorization": f"Bearer {other}"})
        refused(theirs, 404, "job_not_found")
        assert client.get("/v1/audio/jobs", headers={"Authorization": f"Bearer {other}"}).json()["data"] == []
        assert (
            client.get(f"/v1/audio/jobs/{job['id']}", headers={"Authorization": f"Bearer {key}"}).status_code
            == 200
        )
