"""The page of the architecture and its picture know every room there is."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.fixture
def rooms(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import rooms

    return rooms


def test_every_room_has_a_level_and_a_place_on_the_page(rooms):
    assert sorted(room for row in rooms.LEVELS for room in row) == rooms.rooms() == sorted(rooms.SUBJECTS)
    for level, row in enumerate(rooms.LEVELS):
        assert f"| {level} | {', '.join(f'`{room}`' for room in row)} |" in PAGE
        for room in row:
            assert f"**`{room}/`**" in PAGE and room in rooms.PICTURE.read_text(encoding="utf-8")


def test_what_the_page_names_is_there(rooms):
    room = None
    for line in PAGE[PAGE.index("## The rooms") : PAGE.index("## The way")].splitlines():
        begun = re.match(r"\*\*`(\w+)/`\*\*", line)
        room = begun[1] if begun else room
        if line.startswith("**`weights"):
            break
        for name in re.findall(r"`([\w/]+(?:\.py|/))`", line) if room else ():
            found = list((rooms.PACKAGE / room).rglob(name.rstrip("/"))) or name.rstrip("/") == room
            assert found, f"docs/architecture.md names {name} in {room}, which is not there"


def test_an_import_is_read_as_python_reads_it(rooms, tmp_path, monkeypatch):
    monkeypatch.setattr(rooms, "PACKAGE", tmp_path)
    file = tmp_path / "serve" / "app.py"
    file.parent.mkdir()
    file.write_text(
        "import numpy\nfrom typing import TYPE_CHECKING\nfrom ..core import errors\nfrom .. import audio\n"
        "from . import run\nfrom soundalike.text.script import read\n"
        "if TYPE_CHECKING:\n    from ..cli.main import main\n",
        encoding="utf-8",
    )
    assert {name[0] for name in rooms.imports_of(file)} == {"core", "audio", "serve", "text"}


def test_lines_that_follow_from_others_are_left_out(rooms):
    pairs = {("cli", "serve"), ("serve", "core"), ("cli", "core"), ("audio", "core")}
    assert rooms.needed(pairs) == pairs - {("cli", "core")}
