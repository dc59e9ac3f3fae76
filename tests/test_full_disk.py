"""A disk that is full: one sentence, and nothing half-written. A limit on the size of files stands for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="no limit on the size of files here")
BEGIN = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))\n"


def run_with_room_for(bytes: int, code: str, folder: Path) -> subprocess.CompletedProcess:
    words = [sys.executable, "-c", BEGIN.format(bytes) + code]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300)


def test_a_text_is_read_where_no_file_can_be_written(tmp_path):
    code = "from soundalike.text import phonemize; print(*phonemize('Hello.').symbols)"
    done = run_with_room_for(0, code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "h ɛ l ˈoʊ" in done.stdout


@pytest.mark.parametrize("format", ["wav", "flac", "mp3", "ogg", "opus"])
def test_sound_that_finds_no_room_says_so_once(format, tmp_path):
    code = (
        "import numpy; from soundalike import Audio\n"
        "noise = numpy.random.default_rng(0).uniform(-1, 1, 240_000)\n"
        f"try: Audio(noise, 24_000).write('out.{format}')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = run_with_room_for(5000, code, tmp_path)
    assert done.stdout.strip() == f"AudioError out.{format}: cannot be written (File too large)."
    assert done.stderr == "" and not list(tmp_path.iterdir())


def test_a_model_that_finds_no_room_leaves_nothing(tmp_path):
    pytest.importorskip("onnx")
    code = (
        "from soundalike.cli.main import main\n"
        "raise SystemExit(main(['models', 'export', 'starling', '--onnx', '-o', 'out']))"
    )
    done = run_with_room_for(1_000_000, code, tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "soundalike: File too large. Make room, or choose another place."
    assert "Traceback" not in done.stderr and not list(tmp_path.iterdir())
