"""Guards of the house: import direction, the front door, no effects on import, file lengths."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import soundalike

PACKAGE = Path(soundalike.__file__).parent
LEVELS = {
    "contract": 0,
    "voicefile": 0,
    "cues": 1,
    "recognise": 2,
    "audio": 1,
    "features": 1,
    "text": 1,
    "config": 1,
    "nets": 2,
    "data": 3,
    "prepare": 3,
    "families": 4,
    "vocoders": 4,
    "speakers": 4,
    "registry": 5,
    "checkpoint": 5,
    "train": 6,
    "clone": 6,
    "delivery": 6,
    "verify": 6,
    "evaluate": 6,
    "reference": 6,
    "lint": 6,
    "watch": 6,
    "processes": 6,
    "voices": 6,
    "codeword": 1,
    "watermark": 2,
    "content_credentials": 2,
    "provenance": 6,
    "consent": 6,
    "listening": 2,
    "adapt": 7,
    "speaking": 2,
    "serve": 7,
    "cli": 8,
    "cli_data": 8,
    "cli_import": 8,
    "cli_listen": 8,
    "cli_serve": 8,
    "cli_training": 8,
    "cli_trust": 8,
    "cli_voices": 8,
    "assembly": 6,
    "attention": 1,
    "cli_families": 8,
    "cli_batch": 8,
    "cli_speaking": 8,
    "shelf": 6,
    "engines": 1,
    "practice": 4,
}
ROOMS = ("families", "vocoders", "speakers")  # these never import one another, nor a family another family
FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> tuple[str, ...]:
    return path.relative_to(PACKAGE).with_suffix("").parts


def imported(path: Path) -> list[tuple[str, ...]]:
    """Modules of this package that a file imports at run time, wherever in the file."""
    package = ("soundalike", *module_of(path))[:-1]
    found = []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in typing_only and node.level:
            base = package[: len(package) - node.level + 1] + tuple(
                (node.module or "").split(".") if node.module else ()
            )
            found += [base[1:]] if node.module else [(*base[1:], alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "soundalike":
            found.append(tuple(node.module.split(".")[1:]) or (node.names[0].name,))
        elif isinstance(node, ast.Import):
            found += [
                tuple(alias.name.split(".")[1:])
                for alias in node.names
                if alias.name.split(".")[0] == "soundalike"
            ]
    return [target for target in found if target]


@pytest.mark.parametrize("path", FILES, ids=lambda p: "/".join(module_of(p)))
def test_imports_point_down(path):
    here = module_of(path)
    if here[0] not in LEVELS:
        assert here[0] in ("__init__", "__main__"), f"{here[0]} is in no room: give it a level"
        return
    for there in imported(path):
        if there[0] == here[0]:
            if here[0] == "families" and len(there) > 1:
                assert there[1] == here[1], f"{here} imports its neighbour {there}"
            continue
        if there[0] in LEVELS:
            assert LEVELS[there[0]] <= LEVELS[here[0]], f"{'.'.join(here)} imports upward: {'.'.join(there)}"
            assert not (here[0] in ROOMS and there[0] in ROOMS), (
                f"{'.'.join(here)} imports sideways: {'.'.join(there)}"
            )


def test_front_door():
    assert soundalike.__all__ == ["Audio", "Cloner", "MelSpec", "SoundalikeError", "Voice", "__version__"]
    assert all(hasattr(soundalike, name) for name in soundalike.__all__)


def test_importing_loads_no_model_code():
    code = "import sys, soundalike; print(sorted(m for m in sys.modules if m.split('.')[0] in ('torch', 'gruut') or m.startswith('soundalike.')))"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda p: "/".join(module_of(p)))
def test_files_stay_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_homeless_functions():
    assert not [p for p in FILES if p.stem in ("utils", "util", "helpers", "misc", "common")]
