"""Commands that messages show can be copied."""

from __future__ import annotations

import shlex

import pytest

from soundalike.cli.main import main
from soundalike.core.command_line import as_word


@pytest.mark.parametrize("name", ["data", "runs/öl-1.2", "C:\\data"])
def test_a_plain_word_is_shown_as_it_is(name):
    assert as_word(name) == name


@pytest.mark.parametrize("name", ["my data", "a;b", "it's", "(1)", ""])
def test_a_word_that_a_shell_would_take_apart_is_quoted(name):
    assert shlex.split(as_word(name)) == [name]


def test_a_folder_with_a_space_is_one_word_of_the_command_that_is_shown(tmp_path, capsys):
    folder = tmp_path / "my data"
    assert main(["data", "align", str(folder)]) == 2
    command = capsys.readouterr().err.split("`")[1]
    assert shlex.split(command) == ["soundalike", "data", "prepare", "SOURCE", str(folder)]
