"""Where the server's records go."""

from __future__ import annotations

import io
import logging
import sys

import pytest

pytest.importorskip("fastapi", reason="needs soundalike[serve]")

from soundalike.serve.middleware.request_log import log, settle_logs  # noqa: E402

NAMES = ("soundalike.serve", "uvicorn", "alembic")


@pytest.fixture
def settled():
    """The loggers as they were, put back afterwards."""
    loggers = [logging.getLogger(name) for name in NAMES]
    before = [(one, one.handlers, one.propagate, one.level) for one in loggers]
    yield
    for one, handlers, propagate, level in before:
        one.handlers, one.propagate = handlers, propagate
        one.setLevel(level)


def test_records_go_to_the_standard_error_of_the_moment(settled, monkeypatch):
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", first)
    settle_logs()
    log.info("one")
    assert '"one"' in first.getvalue()
    monkeypatch.setattr(sys, "stderr", second)
    first.close()
    log.info("two")
    assert '"two"' in second.getvalue() and "Logging error" not in second.getvalue()
