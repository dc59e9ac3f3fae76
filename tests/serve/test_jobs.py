"""Jobs: spoken, watched, cancelled, outliving kill -9; on SQLite, and on a real PostgreSQL where its programs
are.
"""

from __future__ import annotations

import glob
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import REFERENCE

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
httpx = pytest.importorskip("httpx", reason="needs httpx")

from soundalike import Audio  # noqa: E402
from soundalike.core.errors import ConfigError  # noqa: E402
from soundalike.provenance.metadata import today  # noqa: E402

SHORT = "Good evening. It costs $3.50."
LONG = "The harbor was quiet this morning, and nobody came. " * 200
WAIT = 900  # seconds until something must have come about, on however slow a machine


def until(happens, wait: float = WAIT):
    """What `happens()` gives, once it gives something."""
    end = time.monotonic() + wait
    while time.monotonic() < end:
        if found := happens():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came about")


def status(client, job: dict, *wanted: str):
    """The job, once it has one of the statuses."""

    def look():
        now = client.get(f"/v1/audio/jobs/{job['id']}").json()
        return now if now["status"] in wanted else None

    return until(look)


@pytest.fixture(scope="module")
def http(served):
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=WAIT) as client:
        yield client


def test_a_job_is_spoken_and_kept(http, served, cloner, voice):
    job = http.post(
        "/v1/audio/jobs",
        json={"voice": "Anna", "input": SHORT, "quality": "fast", "response_format": "wav", "seed": 2},
    )
    assert job.status_code == 202 and job.json()["status"] in ("queued", "running")
    done = status(http, job.json(), "done", "failed")
    assert (
        done["status"] == "done"
        and done["progress"] == 1.0
        and done["expires_at"] - done["finished_at"] == 86_400
    )
    answer = http.get(f"/v1/audio/jobs/{done['id']}/audio")
    audio = Audio.read(io.BytesIO(answer.content))
    assert answer.headers["content-type"] == "audio/wav" and audio.seconds == pytest.approx(
        done["seconds"], abs=0.01
    )
    from soundalike.audio.speech import join

    heard = join(
        list(cloner.speak(SHORT, voice, cloner.Options(seed=2), day=today(), quality="fast"))
    ).samples
    assert len(heard) == len(audio.samples) and np.abs(heard - audio.samples).max() < 2e-3
    words = http.get(f"/v1/audio/jobs/{done['id']}/words").json()["words"]
    assert [SHORT[slice(*word["span"])] for word in words] == ["Good", "evening", "It", "costs", "$3.50"]
    row = served.server.config.app.state.job_store.row(done["id"], None)
    assert row.text is None and row.voice is None  # nothing of it is kept but the sound
    assert http.delete(f"/v1/audio/jobs/{done['id']}").json()["deleted"]
    assert http.get(f"/v1/audio/jobs/{done['id']}/audio").status_code == 404
    assert not list(served.server.config.app.state.job_store.folder.glob(f"{done['id']}*"))


def test_a_job_is_cancelled_while_it_is_spoken(http, served):
    first, second = (
        http.post("/v1/audio/jobs", json={"voice": "Anna", "input": LONG, "quality": "fast"}).json()
        for _ in range(2)
    )
    until(lambda: http.get(f"/v1/audio/jobs/{first['id']}").json()["progress"] > 0)
    assert http.get(f"/v1/audio/jobs/{first['id']}/audio").json()["error"]["code"] == "job_unfinished"
    assert http.get(f"/v1/audio/jobs/{second['id']}").json()["status"] == "queued"
    # Jobs keep nobody waiting
    assert http.post("/v1/audio/speech", json={"voice": "Anna", "input": "Hi."}).status_code == 200
    for job in (second, first):
        assert http.post(f"/v1/audio/jobs/{job['id']}/cancel").json()["status"] == "cancelled"
    until(lambda: not list(served.server.config.app.state.job_store.folder.glob(f"{first['id']}*")))
    third = http.post("/v1/audio/jobs", json={"voice": "Anna", "input": "Hi."}).json()
    assert status(http, third, "done", "failed")["status"] == "done"
    listed = [job["id"] for job in http.get("/v1/audio/jobs").json()["data"]]
    assert listed.index(third["id"]) < listed.index(second["id"]) < listed.index(first["id"])


@pytest.mark.parametrize("text", ["<speak><voice>", "...", "[[ʘa]] hello"])
def test_a_text_that_cannot_be_read_is_refused_before_it_waits(http, text):
    refused = http.post("/v1/audio/jobs", json={"voice": "Anna", "input": text})
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "invalid_text"


def test_bad_jobs_are_refused(http):
    long = {"input": "x" * 100_001, "voice": "Anna"}
    for body, code in (
        (long, "text_too_long"),
        ({"voice": "Anna"}, "invalid_value"),
    ):
        assert http.post("/v1/audio/jobs", json=body).json()["error"]["code"] == code
    for method, place in (("GET", ""), ("GET", "/audio"), ("POST", "/cancel"), ("DELETE", "")):
        assert (
            http.request(method, f"/v1/audio/jobs/job-none{place}").json()["error"]["code"] == "job_not_found"
        )


def test_old_jobs_are_swept_and_the_queue_is_bounded(tmp_path):
    from soundalike.serve.errors import Refusal
    from soundalike.serve.jobs.database import open_database
    from soundalike.serve.jobs.store import JobStore
    from soundalike.serve.schemas import JobRequest

    job_store = JobStore(
        open_database(f"sqlite:///{tmp_path / 'jobs.db'}"), tmp_path / "jobs", keep=0.0, most=2
    )
    first = job_store.add("anna", JobRequest(input="Hi.", voice="x"), b"")
    job_store.add("anna", JobRequest(input="Hi.", voice="x"), b"")
    with pytest.raises(Refusal) as caught:
        job_store.add("anna", JobRequest(input="Hi.", voice="x"), b"")
    assert caught.value.status == 429
    (tmp_path / "jobs" / f"{first['id']}.mp3").write_bytes(b"x")
    job_store.cancel(first["id"], "anna")
    time.sleep(0.01)
    job_store.sweep()
    assert [job["status"] for job in job_store.listing("anna")] == ["queued"] and not list(
        (tmp_path / "jobs").iterdir()
    )


class Process:
    """`soundalike serve` as a process of its own, which can be killed."""

    def __init__(self, folder, *arguments: str):
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "soundalike",
            "serve",
            "--port",
            str(self.port),
            "--data",
            str(folder / "data"),
            *arguments,
        ]
        environment = {**os.environ, "SOUNDALIKE_VOICES": str(folder / "library"), "OMP_NUM_THREADS": "1"}
        self.log = open(folder / "log", "ab")
        self.process = subprocess.Popen(command, env=environment, stderr=self.log)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=WAIT)
        until(self.ready)

    def ready(self) -> bool:
        assert self.process.poll() is None
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def end(self, how: int = signal.SIGKILL) -> int:
        self.client.close()
        self.process.send_signal(how)
        self.log.close()
        return self.process.wait(WAIT)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """The URL of an empty database on a PostgreSQL of one's own."""
    pytest.importorskip("psycopg", reason="needs soundalike[postgres]")
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not programs:
        pytest.skip("no PostgreSQL here")
    import tempfile

    folder = tempfile.mkdtemp(prefix="pg-")
    as_user = []
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        if not shutil.which("runuser") or subprocess.run(["id", "postgres"], capture_output=True).returncode:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, f"{programs[-1]}/{program}", *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    run("initdb", "-D", f"{folder}/db", "-U", "soundalike", "--auth=trust", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    run("pg_ctl", "-D", f"{folder}/db", "-o", options, "-l", f"{folder}/log", "-w", "-t", str(WAIT), "start")
    try:
        yield f"postgresql://soundalike@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", f"{folder}/db", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_kill_9_loses_no_finished_job_and_requeues_the_rest(database, tmp_path, request):
    arguments = ["--lease", "2"] + (
        ["--database", request.getfixturevalue("postgres")] if database == "postgresql" else []
    )
    server = Process(tmp_path, *arguments)
    try:
        with REFERENCE.open("rb") as file:
            assert (
                server.client.post(
                    "/v1/audio/voices", files={"audio": file}, data={"name": "Anna"}
                ).status_code
                == 201
            )
        assert (tmp_path / "library" / "anna.voice").exists() == (database == "sqlite")
        texts = [SHORT, LONG[:2000], "One.", "Two."]
        jobs = [
            server.client.post(
                "/v1/audio/jobs",
                json={"voice": "Anna", "input": text, "quality": "fast", "response_format": "wav"},
            ).json()
            for text in texts
        ]
        status(server.client, jobs[0], "done")
        finished = server.client.get(f"/v1/audio/jobs/{jobs[0]['id']}/audio").content
        until(lambda: server.client.get(f"/v1/audio/jobs/{jobs[1]['id']}").json()["progress"] > 0)
        server.client.delete("/v1/audio/voices/anna")  # jobs have the voice as it was
        server.end(signal.SIGKILL)
        server = Process(tmp_path, *arguments)
        assert server.client.get(f"/v1/audio/jobs/{jobs[0]['id']}/audio").content == finished
        for job, text in list(zip(jobs, texts))[1:]:
            done = status(server.client, job, "done", "failed")
            assert done["status"] == "done" and done["seconds"] > len(text) / 40
            data = server.client.get(f"/v1/audio/jobs/{job['id']}/audio").content
            assert Audio.read(io.BytesIO(data)).seconds == pytest.approx(done["seconds"], abs=0.01)
        assert not list((tmp_path / "data" / "jobs").glob("*.part"))
        lines = (tmp_path / "log").read_text().splitlines()
        assert all(isinstance(json.loads(line), dict) for line in lines)
        assert "harbor" not in "".join(lines) and "evening" not in "".join(lines)  # logs hold no texts
    finally:
        code = server.end(signal.SIGTERM)
    assert code in (0, -signal.SIGTERM)


def test_voices_live_in_postgresql_as_in_files(postgres, voice):
    from soundalike.serve.errors import Refusal
    from soundalike.serve.jobs.database import open_database
    from soundalike.serve.voice_store import DatabaseVoices

    store = DatabaseVoices(open_database(postgres))
    store.put("Jürgen 2", voice, False)
    assert [(kept.id, kept.name) for kept in store.listing() if kept.id != "anna"] == [
        ("jürgen 2", "Jürgen 2")
    ]
    again = store.get("JÜRGEN 2")
    assert again.facts["name"] == "Jürgen 2" and all(
        (again.tensors[name] == value).all() for name, value in voice.tensors.items()
    )
    with pytest.raises(Refusal, match="already"):
        store.put("jürgen 2", voice, False)
    assert store.put("jürgen 2", voice, True).name == "jürgen 2" and store.has("Jürgen 2")
    store.remove("Jürgen 2")
    with pytest.raises(Refusal, match="No voice"):
        store.get("Jürgen 2")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///:memory:",
        "sqlite://",
        "mysql://x/y",
        "nonsense",
        "postgresql://nobody@127.0.0.1:1/none",
        "oracle://x",
    ],
)
def test_databases_that_cannot_be_used(url):
    pytest.importorskip("psycopg", reason="needs soundalike[postgres]")
    from soundalike.serve.jobs.database import open_database

    with pytest.raises(ConfigError, match="--database"):
        open_database(url)


def test_the_migrations_make_the_tables_that_the_code_has(tmp_path):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from soundalike.serve.jobs.database import metadata, open_database

    engine = open_database(f"sqlite:///{tmp_path / 'new' / 'x.db'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    open_database(f"sqlite:///{tmp_path / 'new' / 'x.db'}")  # once more: nothing left to do
