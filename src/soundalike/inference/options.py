"""The options of a loaded model, from names and values that somebody gave."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from soundalike.core import registry
from soundalike.core.errors import ConfigError

from .cloner import RANGES, Cloner, check_options


def chosen_options(cloner: Cloner, given: Mapping[str, Any]) -> Any:
    """The model's Options with the values given. Raises ConfigError for one that it does not have, or out of
    range.
    """
    own = [field.name for field in dataclasses.fields(cloner.Options)]
    for name in given:
        if name not in own:
            have = ", ".join(f"--{other}" for other in own if other in RANGES)
            raise ConfigError(
                f"--{name}: the family {registry.current(cloner.model['family'])} does not have it, only {have}. Leave it out."
            )
    options = cloner.Options(**given)
    check_options(options)
    return options
