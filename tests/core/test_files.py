"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from soundalike.core.errors import ConfigError
from soundalike.core.files import (
    cache_dir,
    can_make,
    check_apart,
    data_dir,
    link_atomic,
    whole_folder,
    write_atomic,
)


def test_text_bytes_and_writers_give_whole_files(tmp_path):
    path = tmp_path / "a.txt"
    for data, content in (("é\n", "é\n".encode()), (b"\0b", b"\0b"), (lambda p: p.write_bytes(b"c"), b"c")):
        write_atomic(path, data)
        assert path.read_bytes() == content
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert os.listdir(tmp_path) == ["a.txt"]


def test_permissions_may_be_narrower(tmp_path):
    write_atomic(tmp_path / "key", b"x", mode=0o600)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path):
    path = tmp_path / "a"
    write_atomic(path, "old")

    def breaks(temporary):
        temporary.write_text("half")
        raise ValueError("no")

    with pytest.raises(ValueError):
        write_atomic(path, breaks)
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["a"]
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        write_atomic(tmp_path / "folder", "x")
    assert sorted(os.listdir(tmp_path)) == ["a", "folder"]
    with pytest.raises(NotADirectoryError):
        write_atomic(path / "none" / "a", "x")


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_what_is_there_may_be_kept(tmp_path, monkeypatch, links):
    if not links:

        def refuse(*_):
            raise OSError("no links here")

        monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "a"
    write_atomic(path, "first", overwrite=False)
    with pytest.raises(FileExistsError):
        write_atomic(path, "second", overwrite=False)
    assert path.read_text() == "first" and os.listdir(tmp_path) == ["a"]


def test_long_names_can_be_written(tmp_path):
    write_atomic(tmp_path / ("ä" * 127), "x")
    assert (tmp_path / ("ä" * 127)).read_text() == "x"


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_file_gets_a_second_place(tmp_path, monkeypatch, links):
    if not links:

        def refuse(*_):
            raise OSError("no links here")

        monkeypatch.setattr(os, "link", refuse)
    write_atomic(tmp_path / "a", "new")
    write_atomic(tmp_path / "b", "old")
    link_atomic(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "new" and sorted(os.listdir(tmp_path)) == ["a", "b"]
    assert os.path.samefile(tmp_path / "a", tmp_path / "b") == links


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    with whole_folder(tmp_path / "a") as new:
        (new / "first").write_text("")
    with pytest.raises(OSError, match="full"), whole_folder(tmp_path / "a") as new:
        (new / "second").write_text("")
        raise OSError("full")
    assert os.listdir(tmp_path) == ["a"] and os.listdir(tmp_path / "a") == ["first"]
    with whole_folder(tmp_path / "a") as new:
        (new / "third").write_text("")
    assert os.listdir(tmp_path) == ["a"] and os.listdir(tmp_path / "a") == ["third"]


def test_folders_of_the_user_are_named_after_the_package(monkeypatch):
    monkeypatch.delenv("SOUNDALIKE_CACHE", raising=False)
    assert data_dir().name == cache_dir().name == "soundalike"


def test_folders_are_made_where_they_can_be(tmp_path):
    write_atomic(tmp_path / "a" / "b" / "c.txt", "x")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "x"
    assert can_make(tmp_path) and can_make(tmp_path / "new" / "newer") and can_make("new")
    assert not can_make(tmp_path / "a" / "b" / "c.txt")
    assert not can_make(tmp_path / "a" / "b" / "c.txt" / "d"), "a file stands where a folder should"
    (tmp_path / "lost").symlink_to(tmp_path / "gone")
    assert not can_make(tmp_path / "lost" / "x"), "a link to nothing"


def test_the_cache_may_be_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("SOUNDALIKE_CACHE", str(tmp_path))
    assert cache_dir() == tmp_path


def test_no_file_is_written_that_is_read_or_written_twice(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.wav").write_bytes(b"mine")
    os.symlink("in.wav", "link.wav")
    for outputs in ({"-o": "in.wav"}, {"-o": tmp_path / "link.wav"}, {"-o": "a.wav", "--report": "./in.wav"}):
        with pytest.raises(ConfigError, match=r"this file is read, and would be lost"):
            check_apart(outputs, ["in.wav"])
    with pytest.raises(ConfigError, match=r"--report \./q: -o names this file too"):
        check_apart({"-o": "q", "--timestamps": None, "--report": "./q"}, [])
    check_apart({"-o": "-", "--report": "-"}, ["-"])
    check_apart({"-o": os.devnull, "--report": os.devnull}, [os.devnull])
