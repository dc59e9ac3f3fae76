"""Ctrl-C in a real process, whatever it does just then: one line, exit code 130, nothing half-written. Each
test waits for what the process says, never for a time.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import RECIPES, REFERENCE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
LINE = "soundalike: interrupted\n"
TEXT = " ".join(f"This is sentence number {number} of a story that goes on and on." for number in range(80))

# Says when a module is about to be imported, then waits to be interrupted
WAITING = """
import sys, time

class Waits:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            print("here", flush=True)
            while True:
                time.sleep(60)

sys.meta_path.insert(0, Waits())
sys.argv = {words!r}
from soundalike.__main__ import main
raise SystemExit(main())
"""


@contextlib.contextmanager
def running(words: list[str], folder: Path, **more) -> Iterator[subprocess.Popen]:
    """A process in a session of its own, with Python's usual way with SIGINT; it is gone afterwards."""
    process = subprocess.Popen(
        words,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        **more,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def read_until(stream, said: str) -> str:
    """What a process writes, up to and with what is waited for."""
    seen = b""
    while said.encode() not in seen:
        piece = os.read(stream.fileno(), 1 << 16)
        assert piece, f"it ended before it said {said!r}: {seen.decode()}"
        seen += piece
    return seen.decode()


def interrupted(process: subprocess.Popen) -> str:
    """What a process writes to standard error after the terminal's Ctrl-C, which all of its group gets."""
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=600)[1].decode()
    assert process.returncode == 130, said
    assert "Traceback" not in said and said.endswith(LINE), said
    return said


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "soundalike", *words]


@pytest.mark.parametrize(
    "module",
    [
        "soundalike.cli.main",
        "typer",
        "soundalike.cli.clone",
        "numpy",
        "torch",
        "soundalike.models.tts.starling.synthesizer",
    ],
)
def test_while_it_loads(module, tmp_path):
    words = ["soundalike", "clone", str(REFERENCE), "Good evening."]
    code = WAITING.format(module=module, words=words)
    with running([sys.executable, "-c", code], tmp_path) as process:
        read_until(process.stdout, "here\n")
        assert interrupted(process) == LINE
    assert files(tmp_path) == set()


def test_in_a_destructor_where_python_drops_it(tmp_path):
    code = textwrap.dedent("""
        import sys, time
        import soundalike.cli.main as real

        class Last:
            def __del__(self):
                print("here", flush=True)
                time.sleep(600)

        def main():
            last = Last()
            del last
            time.sleep(600)

        real.main = main
        from soundalike.__main__ import main
        raise SystemExit(main())
    """)
    with running([sys.executable, "-c", code], tmp_path) as process:
        read_until(process.stdout, "here\n")
        assert interrupted(process) == LINE


def test_the_second_time_nothing_is_waited_for(tmp_path):
    code = textwrap.dedent("""
        import sys, time
        import soundalike.cli.main as real

        def main():
            try:
                print("here", flush=True)
                time.sleep(600)
            finally:
                print("undoing", flush=True)
                time.sleep(600)

        real.main = main
        from soundalike.__main__ import main
        raise SystemExit(main())
    """)
    with running([sys.executable, "-c", code], tmp_path) as process:
        read_until(process.stdout, "here\n")
        os.killpg(process.pid, signal.SIGINT)
        read_until(process.stdout, "undoing\n")
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(600) == 130


def test_while_it_adapts_to_the_voice(tmp_path):
    cache = tmp_path / "cache"
    environment = {**os.environ, "SOUNDALIKE_CACHE": str(cache)}
    words = command("clone", str(REFERENCE), "Good evening.", "-o", "out/o.wav")
    with running(words, tmp_path, env=environment) as process:
        read_until(process.stderr, "adapt:")
        interrupted(process)
    assert files(tmp_path) == set()


def test_while_it_speaks(tmp_path):
    words = command("clone", str(REFERENCE), TEXT, "-o", "out/o.wav", "--quality", "fast")
    with running(words, tmp_path) as process:
        read_until(process.stderr, "| 1/80")
        interrupted(process)
    assert files(tmp_path) == set()


def test_while_workers_speak_a_batch(tmp_path):
    jobs = [{"reference": str(REFERENCE), "text": TEXT, "wav": f"{number}.wav"} for number in range(8)]
    jobs[0]["text"] = "One."
    (tmp_path / "jobs.jsonl").write_text("\n".join(json.dumps(job) for job in jobs), encoding="utf-8")
    words = command("batch", "jobs.jsonl", "--workers", "2", "--quality", "fast", "--no-quality-check")
    with running(words, tmp_path) as process:
        read_until(process.stderr, "| 1/8")
        interrupted(process)
    left = files(tmp_path)
    assert "0.wav" in left and not [name for name in left if name.endswith(".part")]
    assert len(left) < 9


def test_while_it_prepares(corpus, tmp_path):
    words = command("data", "prepare", str(corpus), "data", "--workers", "2")
    with running(words, tmp_path) as process:
        read_until(process.stderr, "prepare:   0%")
        interrupted(process)
    assert not [name for name in files(tmp_path) if name.endswith(".part")]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    assert "data/manifest.jsonl" in files(tmp_path)


def test_while_it_trains_and_the_same_command_goes_on(prepared, tmp_path):
    settings = [
        *(f'data.manifest="{prepared}"', "data.seconds=[0.1, 30.0]", "data.corpora=[]", "data.exclude=[]"),
        "train.steps=4000",
    ]
    sets = [word for setting in settings for word in ("--set", setting)]
    words = command("train", str(RECIPES / "speaker.toml"), "--tiny", "--out", "run", *sets)
    with running(words, tmp_path) as process:
        # A bar does not show every step
        seen = read_until(process.stderr, "/4000")
        while not re.search(r" [1-9]\d*/4000", seen):
            seen += read_until(process.stderr, "/4000")
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=600)[1].decode()
    assert process.returncode == 130 and "Traceback" not in said
    last = said.splitlines()[-1]
    assert last.startswith("soundalike: interrupted at step ") and last.endswith(
        "run the same command to go on"
    )
    assert not [name for name in files(tmp_path) if name.endswith(".part")]
    with running(words, tmp_path) as process:
        step = last.split("step ")[1].split(";")[0]
        assert f" {step}/4000" in read_until(process.stderr, f" {step}/4000")


def test_while_it_serves(tmp_path):
    environment = {**os.environ, "SOUNDALIKE_VOICES": str(tmp_path / "voices")}
    words = command("serve", "--port", "0", "--data", "data")
    with running(words, tmp_path, env=environment) as process:
        read_until(process.stderr, "\n")
        interrupted(process)
