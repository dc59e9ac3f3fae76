"""Progress bars: drawn over on a terminal, lines now and then elsewhere; one kind for all."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

import soundalike
from soundalike.core import progress
from soundalike.core.progress import progress_bar


class Terminal(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch):
    """The time that bars see, in seconds, to be set."""
    now = [1000.0]
    monkeypatch.setattr("tqdm.std.time", lambda: now[0])
    return now


@pytest.mark.parametrize("over_items", [True, False])
def test_a_log_gets_the_first_lines_at_once_and_few_later(capsys, clock, over_items):
    items = range(6000)
    if over_items:
        for _ in progress_bar(items, desc="work", leave=False):
            clock[0] += 0.2
    else:
        with progress_bar(total=len(items), desc="work", leave=False) as bar:
            for _ in items:
                clock[0] += 0.2
                bar.update(1)
    said = capsys.readouterr().err
    lines = said.split("\n")
    assert "\r" not in said and "\x1b" not in said and lines.pop() == "" and all(lines)
    assert "0/6000" in lines[0] and "| 1/6000" in lines[1] and "100%" in lines[-1]
    # 20 minutes: 40 of half a minute
    assert 40 <= len(lines) <= 55


def test_a_terminal_gets_one_line_that_is_drawn_over(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    list(progress_bar(range(3), desc="work"))
    assert "\r" in terminal.getvalue() and terminal.getvalue().count("\n") == 1


def test_hidden_bars_stay_hidden_whatever_they_are_given(capsys):
    progress.hide(True)
    try:
        assert list(progress_bar(range(3), disable=False)) == [0, 1, 2]
    finally:
        progress.hide(False)
    list(progress_bar(range(3), disable=True))
    assert capsys.readouterr().err == ""


def test_all_bars_are_of_this_kind():
    package = Path(soundalike.__file__).parent
    own = [
        path.name
        for path in package.rglob("*.py")
        if "tqdm(" in path.read_text(encoding="utf-8") and path.stem != "progress"
    ]
    assert own == []
