"""Which clips of prepared folders a recipe takes, and what it leaves out for which reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soundalike.core.errors import ConfigError

from .clip import Source
from .fields import Field

if TYPE_CHECKING:
    from .dataset import DataConfig

NAMED = 4  # values of a kind that a message names, at most
REMEDIES = {  # field -> what adds it to a prepared folder
    "symbols": "texts in a language that is spoken here (`soundalike data prepare`)",
    "durations": "`soundalike data align FOLDER`",
    "prompt_symbols": "`soundalike data align FOLDER`",
    "prompt_durations": "`soundalike data align FOLDER`",
    "codes": "`soundalike data encode FOLDER`",
    "prompt_codes": "`soundalike data encode FOLDER`",
    "speaker_embedding": "`soundalike data embed FOLDER`",
    "mel": "`soundalike data prepare SOURCE FOLDER --recipe RECIPE`, which adds this recipe's mel",
    "samples": "`soundalike data prepare SOURCE FOLDER`, with --recipe RECIPE for one of another mel",
}


@dataclass(frozen=True)
class Bound:
    """Something that a recipe asks of every clip."""

    name: str  # the key of [data], or the field
    admits: Callable[[Source], bool]
    asked: str  # what is asked, in words
    found: Callable[[Source], str | float]  # what a clip has instead
    remedy: Callable[[Sequence[Source]], str]  # what would let these clips in

    def told(self, left_out: Sequence[Source]) -> str:
        """Which clips it leaves out, and what they have instead."""
        values = [self.found(source) for source in left_out]
        return f"{len(values)} by {self.asked}{_summary(values)}"


@dataclass(frozen=True)
class Selection:
    """The clips that a recipe takes, and the words about those that it does not."""

    sources: list[Source]
    left_out: str  # empty where all are taken


def select(sources: Sequence[Source], config: DataConfig, fields: Sequence[Field], name: str) -> Selection:
    """The sources that a config chooses and that have all fields asked for.

    Raises ConfigError where there are none, saying which bound leaves out how many, and what would be right.
    """
    bounds = bounds_of(config, fields)
    against = {bound.name: [source for source in sources if not bound.admits(source)] for bound in bounds}
    excluding = [bound for bound in bounds if against[bound.name]]
    out = {id(source) for own in against.values() for source in own}
    chosen = [source for source in sources if id(source) not in out]
    reasons = [bound.told(against[bound.name]) for bound in excluding]
    if not chosen:
        remedies = "; ".join(bound.remedy(against[bound.name]) for bound in excluding)
        raise ConfigError(
            f"{name}: none of its {len(sources)} clips fits the recipe's [data]. "
            f"Left out are {'; '.join(reasons)}. What would be right: {remedies}."
        )
    words = f"{len(chosen):,} of {len(sources):,} clips; left out: {'; '.join(reasons)}" if reasons else ""
    return Selection(chosen[: config.limit or None], words)


def bounds_of(config: DataConfig, fields: Sequence[Field]) -> list[Bound]:
    """All that a config and the fields ask of a clip."""
    low, high = config.seconds
    bounds = [
        Bound(
            "seconds",
            lambda source: low <= source.row.seconds <= high,
            f"data.seconds = [{low:g}, {high:g}]",
            lambda source: source.row.seconds,
            lambda left: f"--set data.seconds={_widened(low, high, left)}",
        )
    ]
    if config.languages:
        bounds.append(_by_name("languages", config.languages, lambda source: source.row.language, True))
    if config.corpora:
        bounds.append(_by_name("corpora", config.corpora, lambda source: source.row.corpus))
    if config.exclude:
        bounds.append(_by_name("exclude", config.exclude, lambda source: source.row.corpus, False, True))
    return bounds + [_by_field(field) for field in fields]


def _by_name(
    key: str,
    names: tuple[str, ...],
    value: Callable[[Source], str],
    whole: bool = False,
    excluded: bool = False,
) -> Bound:
    """A bound on names: the `whole` name is one of those, or begins with one; or none is where `excluded`."""

    def admits(source: Source) -> bool:
        own = value(source)
        return (own in names if whole else own.startswith(tuple(names))) != excluded

    return Bound(
        key,
        admits,
        f"data.{key} = {_listed(names)}",
        value,
        lambda left: f"--set 'data.{key}=[]', which takes all",
    )


def _by_field(field: Field) -> Bound:
    return Bound(
        field.name,
        field.available,
        f"the lack of {field.name}",
        lambda source: "",
        lambda left: REMEDIES.get(field.name, f"{field.name} in the folder's features"),
    )


def _listed(names: Sequence[str]) -> str:
    more = ", ..." if len(names) > NAMED else ""
    return "[" + ", ".join(f'"{name}"' for name in names[:NAMED]) + more + "]"


def _summary(values: Sequence[str | float]) -> str:
    """What clips have instead: the range of numbers, the commonest names."""
    numbers = [value for value in values if not isinstance(value, str)]
    if numbers:
        return f" (they last {min(numbers):.2f} to {max(numbers):.2f} s)"
    names = Counter(str(value) for value in values if value != "")
    if not names:
        return ""
    more = ", ..." if len(names) > NAMED else ""
    return f" (they are of {', '.join(name for name, _ in names.most_common(NAMED))}{more})"


def _widened(low: float, high: float, left: Sequence[Source]) -> str:
    shortest = min(source.row.seconds for source in left)
    longest = max(source.row.seconds for source in left)
    first = min(low, int(10 * shortest) / 10)
    last = high if longest <= high else int(longest) + 1
    return f"[{first:g},{last:g}]"
