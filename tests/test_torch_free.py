"""Rooms that work on numpy arrays and text import no torch, neither at the top of a module nor inside."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import soundalike

PACKAGE = Path(soundalike.__file__).parent
FILES = sorted(path for room in ("audio", "text") for path in (PACKAGE / room).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_torch_in_audio_and_text(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.split(".")[0] != "torch" and not name.startswith("soundalike.nn"), f"{path}: {name}"


def test_sound_and_text_load_no_torch():
    code = (
        "import sys, soundalike.text\n"
        "from soundalike import Audio, MelSpec\n"
        "from soundalike.audio import loudness, pitch, plots\n"
        "assert 'torch' not in sys.modules, sorted(m for m in sys.modules if m.startswith('soundalike'))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
