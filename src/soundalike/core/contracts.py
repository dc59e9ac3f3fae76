"""The nouns every room shares, the legend of tensor letters, and the errors.

Legend of shapes, used in every comment and docstring:
    B batch    S symbols    T frames    N samples    M mel bands    D width    F frequency bins    V voice
    width
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from .types import Batch, DataFacts, Output, Voice

if TYPE_CHECKING:
    from torch import Tensor, nn

    from soundalike.audio.audio import Audio
    from soundalike.audio.mel import MelSpec
    from soundalike.audio.speech import Speech
    from soundalike.text import Utterance


@dataclass(frozen=True)
class PartKind:
    """One kind of Part: how its network is built from a frozen config, and how it is trained."""

    role: str  # "acoustic", "vocoder", "speaker", "aligner" or "adversary"
    Config: type
    build: Callable[[Any, MelSpec], nn.Module]
    Settings: type  # frozen dataclass: the recipe's [objective]
    # (network, settings, facts); None of a part with nothing to train
    objective: Callable[[Any, Any, DataFacts], Objective] | None


class Objective(Protocol):
    """A Part under training: what the loop sees."""

    required_fields: frozenset[str]
    optimizers: tuple[str, ...]

    def forward(self, batch: Batch) -> Output:
        """Once per batch. What is to be logged and not minimised goes into its entry "measures", a table of
        numbers.
        """
        ...

    def losses(self, optimizer: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        """Weighted losses of one turn; the loop minimises their sum."""
        ...

    def network(self) -> nn.Module:
        """What is shipped."""
        ...

    def trained(self, optimizer: str) -> nn.Module:
        """What that turn's step changes."""
        ...

    # An Objective may have `companions`: parts trained beside the network and saved under it, folder ->
    # (registered name, config, network).


@runtime_checkable
class Cloner(Protocol):
    """Parts assembled: it listens and it speaks."""

    sample_rate: int
    Options: type

    def listen(self, reference: Audio, transcript: str | None = None) -> Voice: ...

    def speak(self, utterance: Utterance, voice: Voice, options: Any = None) -> Iterator[Speech]: ...
