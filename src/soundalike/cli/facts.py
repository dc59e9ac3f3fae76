"""Defaults and ranges of options as the help shows them, read from the one place where each is defined.

Nothing is imported before it is asked for: the definitions lie in rooms that load numpy or torch.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from soundalike.core.errors import ConfigError

# Command and parameter -> where the lowest and the highest value are defined, or the value itself; the unit
BOUNDS: dict[tuple[str, str], tuple[str | float, str | float, str]] = {
    ("batch", "loudness"): ("inference.postprocess:SOFTEST", "inference.postprocess:LOUDEST", "LUFS"),
    ("clone", "loudness"): ("inference.postprocess:SOFTEST", "inference.postprocess:LOUDEST", "LUFS"),
    ("enroll", "days"): (1, "provenance.consent:LONGEST_TERM", "days"),
    ("voices blend", "weight"): (0, 1, ""),
}
# Of the architectures: what each option does, and its unit
ARCHITECTURE_OPTIONS = {
    "speed": ("how fast; the pitch stays", "times"),
    "pitch": ("up or down; the pace stays", "semitones"),
    "energy": ("softer or more pressed", "dB"),
    "seed": ("the same seed gives the same sound", ""),
    "temperature": ("how much of the fine texture is left to chance", ""),
    "sharpen": ("contrast of the spectrum", ""),
}


@dataclass(frozen=True)
class Bounds:
    """The numbers that an option takes, both ends included."""

    low: float
    high: float
    unit: str = ""

    def __str__(self) -> str:
        if self.high > 1e12:
            return f"{self.low:g} or more {self.unit}".rstrip()
        return f"{self.low:g} to {self.high:g} {self.unit}".rstrip()


@dataclass(frozen=True)
class ArchitectureOption:
    """An option that at least one architecture has."""

    name: str
    help: str
    type: type
    defaults: dict[str, float]  # of each architecture that has it
    bounds: Bounds
    everywhere: bool  # whether all architectures have it


def architecture_options() -> list[ArchitectureOption]:
    """The options of all architectures, from their Options and the ranges these are checked by."""
    from soundalike.core import registry
    from soundalike.inference.cloner import RANGES

    defaults: dict[str, dict[str, Any]] = {
        name: {field.name: field.default for field in dataclasses.fields(registry.family(name).Options)}
        for name in registry.ARCHITECTURES
    }
    found = []
    for name, (what, unit) in ARCHITECTURE_OPTIONS.items():
        own = {owner: values[name] for owner, values in defaults.items() if name in values}
        kind = type(next(iter(own.values())))
        range_ = Bounds(*RANGES[name], unit)
        found.append(ArchitectureOption(name, what, kind, own, range_, len(own) == len(defaults)))
    return found


def default_from(place: str) -> Callable[[], Any]:
    """A default read, when it is needed, from "room.module:NAME" or "room.module:Class.field": for Typer's
    `default_factory`.
    """

    def default() -> Any:
        return constant(place)

    return default


def constant(place: str) -> Any:
    """The value defined at "room.module:NAME" or "room.module:Class.field"."""
    module, _, path = place.partition(":")
    value: Any = importlib.import_module(f"soundalike.{module}")
    for name in path.split("."):
        value = getattr(value, name)
    return value


def bounds(command: str, name: str) -> Bounds | None:
    """What numbers an option of a command takes, by the definition that also checks it; None for one without
    bounds.
    """
    if (command, name) not in BOUNDS:
        return None
    low, high, unit = BOUNDS[command, name]
    return Bounds(
        constant(low) if isinstance(low, str) else low,
        constant(high) if isinstance(high, str) else high,
        unit,
    )


def fill_in(path: str, parameter: Any) -> None:
    """Put an option's default and bounds into its help, where they are defined elsewhere."""
    if callable(parameter.default):
        default = parameter.default()
        parameter.show_default = f"{default:g}" if isinstance(default, float) else str(default)
    if found := bounds(path.partition(" ")[2], parameter.name):
        text = f" ({found})"
        parameter.help = parameter.help.removesuffix(text) + text


def at_least(option: str, low: float) -> Callable[[Any], Any]:
    """A callback for Typer that lets no number under `low` through. Raises ConfigError naming the option."""

    def check(value: Any) -> Any:
        if value is not None and value < low:
            raise ConfigError(f"{option} {value:g}: give {low:g} or more.")
        return value

    return check


def above_zero(option: str) -> Callable[[Any], Any]:
    """A callback for Typer that lets only numbers above 0 through. Raises ConfigError naming the option."""

    def check(value: Any) -> Any:
        if value is not None and value <= 0:
            raise ConfigError(f"{option} {value:g}: give more than 0.")
        return value

    return check
