"""The contracts of exported graphs: what a part is exported as, and how graphs are run without PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

    from soundalike.audio.mel import MelSpec


@dataclass(frozen=True)
class GraphPlan:
    """One graph of a network, to be exported: a module whose forward takes the inputs and gives the outputs,
    both in order, and which has the network as its attribute `network`.
    """

    name: str
    module: nn.Module
    inputs: Mapping[str, Tensor]  # examples
    outputs: tuple[str, ...]
    free: Mapping[str, Mapping[int, str]]  # axes of inputs and outputs that may have any length, by name
    learns: bool = False  # whether it gives gradients, which only weights that are not rounded can follow


class Graph(Protocol):
    """An exported graph, ready to be run. Re-entrant."""

    @property
    def inputs(self) -> Mapping[str, tuple[Any, ...]]:
        """The sizes of each input, by name; of an axis of any length its name."""
        ...

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs, in order."""
        ...

    def __call__(self, **inputs: np.ndarray) -> list[np.ndarray]:
        """The outputs, in order."""
        ...


class GraphWeights(Protocol):
    """The graphs of one part, with their weights."""

    config: Any
    mel: MelSpec

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that name the weights, as shipped."""
        ...

    @property
    def is_quantized(self) -> bool:
        """Whether the graphs hold weights of their own, with fewer bits."""
        ...

    def tensor(self, name: str) -> np.ndarray:
        """One of the weights, float32."""
        ...

    def graph(self, name: str) -> Graph:
        """One of the graphs, opened when it is first asked for."""
        ...

    def opened(self, name: str) -> Graph:
        """One of the graphs, opened for this use alone."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is a graph of this name."""
        ...

    def tensors(self) -> dict[str, np.ndarray]:
        """All weights that the graphs' file does not hold, by name, float32."""
        ...

    def changed(self, change: Mapping[str, np.ndarray]) -> GraphWeights:
        """The same with a difference added to the weights (core.low_rank). Raises ValueError where it is not
        one of these, or where the weights are quantized.
        """
        ...


@dataclass(frozen=True)
class GraphKind:
    """How the graphs of one kind of part are run, without PyTorch."""

    role: str
    Config: type
    build: Callable[[GraphWeights], Any]  # to what stands in the place of the network
    instrument: Callable[[Any], Any] | None = None  # that, to what others see of it
