"""Options that carry their range, unit and help: one definition for checks, command line, server and docs.

speed: Annotated[float, Range(0.5, 2.0, "times", "speaking rate")] = 1.0
emotion: Literal["neutral", "happy"] = "neutral"
"""

from __future__ import annotations

import dataclasses
import functools
import math
import numbers
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from annotated_types import Ge, GroupedMetadata, Le

from .errors import ConfigError


@dataclass(frozen=True)
class Range(GroupedMetadata):
    """The values a number may take, both ends included, in a unit, and what it does. `high` may be infinite.
    Where pydantic reads a dataclass it holds the numbers to it.
    """

    low: float
    high: float
    unit: str = ""
    help: str = ""

    def __str__(self) -> str:
        return f"{self.low:g} or more" if math.isinf(self.high) else f"{self.low:g} to {self.high:g}"

    def __iter__(self) -> Iterator[object]:
        """The bounds as pydantic knows them."""
        yield Ge(self.low)
        if math.isfinite(self.high):
            yield Le(self.high)


Count = Annotated[int, Range(0, math.inf)]
Number = Annotated[float, Range(0, math.inf)]
Share = Annotated[float, Range(0, 1)]


@dataclass(frozen=True)
class Help:
    """What an option without a range does."""

    help: str


@dataclass(frozen=True)
class Option:
    """One option of a frozen dataclass, as its annotation describes it."""

    name: str
    kind: type  # float, int, bool or str
    default: Any
    range: Range | None = None
    choices: tuple[str, ...] = ()
    help: str = ""

    @property
    def span(self) -> str:
        """The values it may take, in words: "0.5 to 2 times", "neutral, happy or sad"; empty where any will
        do.
        """
        if self.choices:
            return " or ".join([part for part in (", ".join(self.choices[:-1]), self.choices[-1]) if part])
        if self.range is None:
            return ""
        return f"{self.range} {self.range.unit}".rstrip()


@functools.cache
def _read(kind: Any) -> dict[str, Option]:
    hints = get_type_hints(kind, include_extras=True)
    found = {}
    for field in dataclasses.fields(kind):
        notes: tuple[Any, ...] = ()
        annotation = hints[field.name]
        if get_origin(annotation) is Annotated:
            annotation, *rest = get_args(annotation)
            notes = tuple(rest)
        limits = next((note for note in notes if isinstance(note, Range)), None)
        text = next((note.help for note in notes if isinstance(note, (Range, Help))), "")
        choices: tuple[str, ...] = ()
        if get_origin(annotation) is Literal:
            choices = tuple(str(value) for value in get_args(annotation))
            annotation = str
        found[field.name] = Option(field.name, annotation, field.default, limits, choices, text)
    return found


def options_of(kind: type) -> dict[str, Option]:
    """The options of a dataclass by name, in order."""
    return _read(kind)


def check_options(options: Any) -> None:
    """Raise ConfigError for a value out of its range or none of its choices, naming the option."""
    for option in options_of(type(options)).values():
        check_value(option, getattr(options, option.name))


def check_value(option: Option, value: Any) -> None:
    """Raise ConfigError for a value that an option may not take."""
    if not _is_of_kind(option.kind, value):
        raise ConfigError(f"{option.name} = {value!r} is not {_KINDS[option.kind]}.")
    if option.choices and value not in option.choices:
        raise ConfigError(f"{option.name} = {value!r} is unknown. Choose one of {', '.join(option.choices)}.")
    limits = option.range
    if limits is not None and not limits.low <= value <= limits.high:
        raise ConfigError(f"{option.name} = {value} is out of range. Choose {limits}.")


_KINDS = {float: "a number", int: "a whole number", bool: "true or false", str: "a word"}


def _is_of_kind(kind: Any, value: Any) -> bool:
    if kind not in _KINDS:
        return True
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    if kind is str:
        return isinstance(value, str)
    return isinstance(value, numbers.Real if kind is float else numbers.Integral)


def changed(options: Any, **wishes: Any) -> Any:
    """The options with those of the wishes that they have."""
    known = options_of(type(options))
    return dataclasses.replace(options, **{name: value for name, value in wishes.items() if name in known})


def value_of(options: Any, name: str, default: Any) -> Any:
    """The value of an option, or `default` of options that have none of that name."""
    return getattr(options, name) if name in options_of(type(options)) else default
