"""The examples of docs/serving.md run as they stand."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest
from conftest import REFERENCE, ROOT

pytest.importorskip("fastapi", reason="needs soundalike[serve]")

DOCS = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")


def example(language: str, port: int) -> str:
    """The one block of a language, for a server at this port."""
    blocks = re.findall(rf"```{language}\n(.*?)```", DOCS, re.S)
    assert len(blocks) == 1
    return blocks[0].replace("127.0.0.1:8000", f"127.0.0.1:{port}")


@pytest.fixture
def workplace(tmp_path):
    from soundalike import Audio

    Audio.read(REFERENCE).write(tmp_path / "me.wav")
    return tmp_path


def run(*command: str, folder) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="needs curl and bash")
def test_curl(workplace, running):
    run("bash", "-e", "-c", example("bash", running().port), folder=workplace)
    answer = json.loads((workplace / "answer.json").read_text())
    assert answer["sampling_rate"] == 24_000 and (workplace / "evening.mp3").stat().st_size > 3000


def test_python(workplace, served):
    pytest.importorskip("openai", reason="needs openai")
    printed = run(sys.executable, "-c", example("python", served.port), folder=workplace)
    assert sum(map(int, printed.split())) > 100_000 and (workplace / "evening.mp3").stat().st_size > 3000


def test_python_and_a_websocket(workplace, served):
    pytest.importorskip("websockets", reason="needs websockets")
    printed = run(sys.executable, "-c", example("python3", served.port), folder=workplace)
    assert float(printed.split()[0]) > 1 and (workplace / "stream.wav").stat().st_size > 48_000


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_javascript(workplace, served):
    (workplace / "example.mjs").write_text(example("js", served.port))
    printed = run("node", "example.mjs", folder=workplace)
    assert "evening" in printed and re.search(r"\d seconds", printed)


def test_the_docs_name_every_route(served):
    assert set(re.findall(r"/[\w-]+(?:/[\w-]+)+|/\w+z\b|/metrics|/docs\b", DOCS)) >= {
        path.split("/{")[0] for path in served.server.config.app.openapi()["paths"]
    } - {"/voice-cloning"}
    assert "/voice-cloning" in DOCS
