"""Every option of every architecture, by name: what the command line and the server offer."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

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


def own_options(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a job that are options of an architecture which a person may choose. (`seconds` of a job
    is how long it took.)
    """
    chosen = (option.name for option in option_table().values() if option.range or option.choices)
    return {name: fields[name] for name in chosen if name in fields}


def check_named(values: Mapping[str, Any]) -> None:
    """Raise ConfigError for a value of another kind or out of its range, or an option that no architecture
    has.
    """
    for name, value in values.items():
        if name not in option_table():
            raise ConfigError(f"unknown option '{name}'. Choose one of {', '.join(option_table())}.")
        check_value(option_table()[name], value)
