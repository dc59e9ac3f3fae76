"""The options of a loaded model, from names and values that somebody gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from soundalike.core import registry
from soundalike.core.errors import ConfigError
from soundalike.core.options import check_options, options_of

from .cloner import Cloner


def chosen_options(cloner: Cloner, given: Mapping[str, Any]) -> Any:
    """The model's Options with the values given. Raises ConfigError for one that it does not have, or out of
    range.
    """
    own = options_of(cloner.Options)
    for name in given:
        if name not in own:
            have = ", ".join(f"--{other}" for other, option in own.items() if option.range or option.choices)
            family = registry.current(cloner.model["family"])
            raise ConfigError(f"--{name}: the family {family} does not have it, only {have}. Leave it out.")
    options = cloner.Options(**given)
    check_options(options)
    return options
