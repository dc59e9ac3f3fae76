"""The README fits one screen; its snippets and docs/commands.md run; every part is in a table."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest
from conftest import REFERENCE, ROOT

from soundalike.cli.main import main
from soundalike.core import registry

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
FAMILIES = (ROOT / "docs" / "families" / "index.md").read_text(encoding="utf-8")


def blocks(language, page=README):
    return re.findall(rf"```{language}\n(.*?)```", page, re.S)


def test_it_fits_one_screen():
    assert len(README.splitlines()) <= 100
    assert blocks("bash")[0].startswith('soundalike say "Hello."\nsoundalike clone me.wav "')


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder as the README assumes it: a recording, a text, a list of jobs."""
    from soundalike import Audio

    Audio.read(REFERENCE).write(tmp_path / "me.wav")
    (tmp_path / "story.txt").write_text("Once upon a time. The end.", encoding="utf-8")
    (tmp_path / "jobs.jsonl").write_text(
        '{"reference": "me.wav", "text": "One.", "wav": "one.wav"}\n', encoding="utf-8"
    )
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "library"))
    return tmp_path


def test_python_snippets(desk):
    found = blocks("python")
    assert found
    for code in found:
        exec(compile(code, "README.md", "exec"), {})


def test_commands_that_speak(desk):
    lines = [
        line
        for block in (*blocks("bash"), *blocks("bash", COMMANDS))
        for line in block.splitlines()
        if re.match(r"soundalike (say|clone|batch|models list|check|voices|explain)", line)
    ]
    assert len(lines) >= 7
    for line in lines:
        words = shlex.split(line, comments=True)
        assert main(words[1:]) == 0, line


def test_the_two_commands_are_named():
    assert "make demo" in README and "make test" in README


def test_every_part_is_in_the_table():
    for name in (*registry.PARTS, *registry.ARCHITECTURES):
        assert f"| `{name}`" in FAMILIES, name
