"""How many threads compute."""

from __future__ import annotations

import pytest

from soundalike.core import threads
from soundalike.core.errors import ConfigError


def test_one_sum_is_one_threads_unless_the_environment_says_otherwise(monkeypatch):
    monkeypatch.delenv(threads.ASKED_BY, raising=False)
    assert threads.threads_of_one_sum() == 1
    monkeypatch.setenv(threads.ASKED_BY, "3")
    assert threads.threads_of_one_sum() is None
    assert threads.threads_of_one_sum(2) == 1


def test_sentences_are_made_side_by_side_where_cores_are_idle(monkeypatch):
    monkeypatch.delenv(threads.ASKED_BY, raising=False)
    monkeypatch.setattr(threads, "idle_cores", lambda: 4)
    assert threads.sentences_at_once(None, 100) == 4
    assert threads.sentences_at_once(None, 1) == 1
    assert threads.sentences_at_once(2, 100) == 2
    monkeypatch.setenv(threads.ASKED_BY, "1")
    assert threads.sentences_at_once(None, 100) == 1


def test_windows_are_computed_side_by_side_whoever_else_is_busy(monkeypatch):
    monkeypatch.delenv(threads.ASKED_BY, raising=False)
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: set(range(4)), raising=False)
    monkeypatch.setattr(threads.os, "getloadavg", lambda: (9.0, 9.0, 9.0), raising=False)
    assert threads.windows_at_once(2) == 2
    assert threads.windows_at_once(9) == 4
    monkeypatch.setenv(threads.ASKED_BY, "1")
    assert threads.windows_at_once(2) == 1


def test_cores_that_others_use_are_not_idle(monkeypatch):
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: set(range(4)), raising=False)
    for load, idle in ((0.1, 4), (2.2, 2), (9.0, 1)):
        monkeypatch.setattr(threads.os, "getloadavg", lambda load=load: (load, load, load), raising=False)
        assert threads.idle_cores() == idle


def test_waiting_is_passive_unless_asked_otherwise(monkeypatch):
    monkeypatch.setenv(threads.WAITING, "ACTIVE")
    threads.wait_passively()
    assert threads.os.environ[threads.WAITING] == "ACTIVE"
    monkeypatch.delenv(threads.WAITING)
    threads.wait_passively()
    assert threads.os.environ[threads.WAITING] == "PASSIVE"
    monkeypatch.delenv(threads.WAITING)


def test_no_threads_are_refused():
    with pytest.raises(ConfigError, match="give 1 or more"):
        threads.check_threads(0)
