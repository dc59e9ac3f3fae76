"""Every option of every architecture, by name: what the command line and the server offer."""

from __future__ import annotations

import functools

from soundalike.core import registry
from soundalike.core.errors import ConfigError
from soundalike.core.options import Option, check_value, options_of


@functools.lru_cache(maxsize=1)
def option_table() -> dict[str, Option]:
    """The options there are; one of a name has one meaning and one range in every architecture."""
    table: dict[str, Option] = {}
    for name in registry.ARCHITECTURES:
        for option in options_of(registry.architecture(name).Options).values():
            table.setdefault(option.name, option)
    return table


def check_named(values: dict[str, float]) -> None:
    """Raise ConfigError for a value out of its range, or an option that no architecture has."""
    for name, value in values.items():
        if name not in option_table():
            raise ConfigError(f"unknown option '{name}'. Choose one of {', '.join(option_table())}.")
        check_value(option_table()[name], value)
