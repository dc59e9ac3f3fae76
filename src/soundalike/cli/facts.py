"""Defaults and ranges of options as the help shows them, read from the one place where each is defined.

Nothing is imported before it is asked for: the definitions lie in rooms that load numpy or torch.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from soundalike.core.errors import ConfigError
from soundalike.core.options import Option, options_of

# Command and parameter -> where the lowest and the highest value are defined, or the value itself; the unit
BOUNDS: dict[tuple[str, str], tuple[str | float, str | float, str]] = {
    ("batch", "loudness"): ("core.speaking:SOFTEST", "core.speaking:LOUDEST", "LUFS"),
    ("clone", "loudness"): ("core.speaking:SOFTEST", "core.speaking:LOUDEST", "LUFS"),
    ("convert", "loudness"): ("core.speaking:SOFTEST", "core.speaking:LOUDEST", "LUFS"),
    ("convert", "block"): ("core.converting:BLOCK.low", "core.converting:BLOCK.high", "ms"),
    ("convert", "strength"): (
        "core.converting:STRENGTH.low",
        "core.converting:STRENGTH.high",
        "",
    ),
    ("enroll", "days"): (1, "provenance.terms:LONGEST_TERM", "days"),
    ("say", "loudness"): ("core.speaking:SOFTEST", "core.speaking:LOUDEST", "LUFS"),
    ("voices blend", "weight"): (0, 1, ""),
}


@dataclass(frozen=True)
class ArchitectureOption:
    """An option that at least one architecture has."""

    option: Option
    defaults: dict[str, float | str]  # of each architecture that has it
    everywhere: bool  # whether all architectures have it

    @property
    def help(self) -> str:
        """What it does, its range, and whose it is, where not all have it."""
        owners = "" if self.everywhere else f"; of {', '.join(self.defaults)}"
        return f"{self.option.help} ({span_of(self.option)}{owners})"

    @property
    def shown_default(self) -> str:
        """The default of most architectures, then those that have another."""
        values = list(self.defaults.values())
        usual = max(values, key=values.count)
        others = [f"{name} {_shown(value)}" for name, value in self.defaults.items() if value != usual]
        return ", ".join([_shown(usual), *others])


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def architecture_options() -> list[ArchitectureOption]:
    """The options of all architectures that are numbers with a range or words, by the definition that also
    checks them.
    """
    from soundalike.core import registry

    owners: dict[str, dict[str, Option]] = {}
    for name in registry.ARCHITECTURES:
        for option in options_of(registry.architecture(name).Options).values():
            if option.range is not None or option.choices:
                owners.setdefault(option.name, {})[name] = option
    found = []
    for own in owners.values():
        defaults = {name: option.default for name, option in own.items()}
        everywhere = len(own) == len(registry.ARCHITECTURES)
        found.append(ArchitectureOption(next(iter(own.values())), defaults, everywhere))
    return found


def default_quality() -> str:
    """The default quality, and the families that have another."""
    from soundalike.core import registry
    from soundalike.core.speaking import DEFAULT_QUALITY

    own = {name: registry.architecture(name).quality for name in registry.ARCHITECTURES}
    others = [f"{name} {quality}" for name, quality in own.items() if quality != DEFAULT_QUALITY]
    return ", ".join([DEFAULT_QUALITY, *others])


def span_of(option: Option) -> str:
    """The values of an option with a range, in words."""
    limits = option.range
    if limits is not None and limits.high > 1e12:
        return f"{limits.low:g} or more {limits.unit}".rstrip()
    return option.span


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


def bounds(command: str, name: str) -> str:
    """What numbers an option of a command takes, by the definition that also checks it; empty for one without
    bounds.
    """
    if (command, name) not in BOUNDS:
        return ""
    *ends, unit = BOUNDS[command, name]
    low, high = (constant(end) if isinstance(end, str) else end for end in ends)
    return f"{low:g} to {high:g} {unit}".rstrip()


def fill_in(path: str, parameter: Any) -> None:
    """Put an option's default and bounds into its help, where they are defined elsewhere."""
    if callable(parameter.default):
        default = parameter.default()
        parameter.show_default = f"{default:g}" if isinstance(default, float) else str(default)
    if parameter.name == "quality" and parameter.default is None:
        parameter.show_default = default_quality()
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
