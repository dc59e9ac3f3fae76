"""What a command says beside its results: warnings, progress, notes; --quiet and --verbose."""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
import warnings
from collections.abc import Iterator
from typing import TextIO

from soundalike.core import progress

QUIET = -1
USUAL = 0
VERBOSE = 1
_level = USUAL


def is_quiet() -> bool:
    """Whether nothing but results and errors is wanted."""
    return _level == QUIET


def is_verbose() -> bool:
    """Whether it is wanted to know where warnings and errors come from."""
    return _level == VERBOSE


def note(text: str) -> None:
    """Tell on standard output what was done; nothing with --quiet."""
    if not is_quiet():
        print(text)


def complain(message: str) -> None:
    """Tell on standard error, in one line, why a command was refused; with --verbose after the traceback."""
    if is_verbose():
        traceback.print_exc()
    print(f"soundalike: {message}", file=sys.stderr)


@contextlib.contextmanager
def session() -> Iterator[None]:
    """One command: warnings are one line each on standard error; afterwards all is as it was before."""
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        _set(USUAL)
        try:
            yield
        finally:
            _set(USUAL)


def be_quiet() -> None:
    """Leave out warnings, progress bars and notes."""
    _set(QUIET)
    warnings.simplefilter("ignore")


def be_verbose() -> None:
    """Show every warning with its place, log messages, and the traceback of errors."""
    _set(VERBOSE)
    warnings.simplefilter("always")
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")


def _set(level: int) -> None:
    global _level
    _level = level
    progress.hide(level == QUIET)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    place = f" ({filename}:{lineno})" if is_verbose() else ""
    print(f"warning: {message}{place}", file=sys.stderr)
