"""The keywords of `Cloner.speak` and `clone`: which are options of the family, which say how to read the
text, and which belong to the request.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from soundalike.core.errors import ConfigError
from soundalike.core.options import options_of

from .conversion import ConversionRequest
from .option_table import option_table
from .pipeline import SpeechRequest

READING = ("language", "lexicon", "ssml")  # fields of script_request.ScriptRequest
REQUEST = tuple(one.name for one in dataclasses.fields(SpeechRequest))


@dataclass(frozen=True)
class Keywords:
    """Keywords by what they are for; those that are None are left out."""

    options: dict[str, Any] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)
    request: dict[str, Any] = field(default_factory=dict)


def sorted_keywords(kind: type, given: Mapping[str, Any]) -> Keywords:
    """Keywords for a model whose Options are `kind`. Raises ConfigError for one that there is not, naming the
    nearest.
    """
    own = options_of(kind)
    found = Keywords()
    for name, value in given.items():
        if name in own:
            place = found.options
        elif name in READING:
            place = found.reading
        elif name in REQUEST:
            place = found.request
        elif name in option_table():
            if value is None:
                continue
            raise ConfigError(f"{name}: this family has no such option, only {', '.join(own)}. Leave it out.")
        else:
            raise ConfigError(_unknown(name, [*own, *READING, *REQUEST]))
        if value is not None:
            place[name] = value
    return found


def conversion_keywords(kind: type, given: Mapping[str, Any]) -> Keywords:
    """Keywords of a conversion, for a model whose ConversionOptions are `kind`: those of the request go
    before options of the same name. Raises ConfigError for one that there is not, naming the nearest.
    """
    own = options_of(kind)
    request = [one.name for one in dataclasses.fields(ConversionRequest)]
    found = Keywords()
    for name, value in given.items():
        if name not in request and name not in own:
            raise ConfigError(_unknown(name, [*request, *own]))
        if value is not None:
            (found.request if name in request else found.options)[name] = value
    return found


def _unknown(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    choice = f"Did you mean {near[0]}?" if near else f"Choose among {', '.join(names)}."
    return f"{name}: there is no such keyword. {choice}"
