"""The options that a request may give: the architectures', with the range, unit and help they have there."""

from __future__ import annotations

import functools

from soundalike.core import registry
from soundalike.core.converting import STRENGTH
from soundalike.core.options import Option, Range, options_of
from soundalike.core.speaking import LOUDEST, LOUDNESS, SOFTEST
from soundalike.inference.option_table import option_table

# OpenAI's limits of `speed`. A model's own are narrower; beyond them its speech is stretched
SLOWEST, FASTEST = 0.25, 4.0
LARGEST_SEED = 2**53  # as many as JavaScript tells apart
NOT_OFFERED = ("seed", "sharpen")  # seed is a field of every request; sharpen is for who tunes a model
STRENGTH_OPTION = Option("strength", float, STRENGTH.high, STRENGTH, help=STRENGTH.help)
LOUDNESS_OPTION = Option(
    "loudness", float, LOUDNESS, Range(SOFTEST, LOUDEST, "LUFS"), help="loudness of every sentence"
)


@functools.lru_cache(maxsize=1)
def request_options() -> dict[str, Option]:
    """The architectures' options that a request may give, by name: numbers with a range, and words."""
    return {
        name: option
        for name, option in option_table().items()
        if (option.range is not None or option.choices) and name not in NOT_OFFERED
    }


def options_of_architecture(name: str | None) -> list[str]:
    """Which of `request_options` an architecture has; none of one that is not known."""
    if name is None:
        return []
    own = options_of(registry.architecture(name).Options)
    return [option for option in request_options() if option in own]


def ranges() -> dict[str, tuple[float, float]]:
    """The least and the greatest value of each option but `speed`, as /v1/limits lists them."""
    offered = [option for name, option in request_options().items() if name != "speed"]
    return {
        option.name: (option.range.low, option.range.high)
        for option in (*offered, LOUDNESS_OPTION)
        if option.range is not None
    }


def choices() -> dict[str, tuple[str, ...]]:
    """The words that each option which takes one may be, as /v1/limits lists them."""
    return {name: option.choices for name, option in request_options().items() if option.choices}


def model_speed(speed: float) -> float:
    """The speed nearest to a request's that a model takes."""
    limits = option_table()["speed"].range
    if limits is None:
        return speed
    return min(max(speed, limits.low), limits.high)
