"""What a command says beside its results: warnings, progress, notes; --quiet and --verbose."""

from __future__ import annotations

import contextlib
import functools
import logging
import sys
import traceback
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

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
    with warnings.catch_warnings(), _progress_restored():
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
    _without_progress()


def be_verbose() -> None:
    """Show every warning with its place, log messages, and the traceback of errors."""
    _set(VERBOSE)
    warnings.simplefilter("always")
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")


def _set(level: int) -> None:
    global _level
    _level = level


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


_inits: list[Any] = []  # tqdm's own __init__, where it was replaced


def _without_progress() -> None:
    from tqdm import tqdm

    # tqdm has no switch for all bars at once
    _inits.append(vars(tqdm)["__init__"])
    tqdm.__init__ = functools.partialmethod(tqdm.__init__, disable=True)


@contextlib.contextmanager
def _progress_restored() -> Iterator[None]:
    """Whatever was done to tqdm is undone; it is not imported for that."""
    try:
        yield
    finally:
        while _inits:
            sys.modules["tqdm"].tqdm.__init__ = _inits.pop()
