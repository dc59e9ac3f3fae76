"""Low-rank adaptation: training a small part of a network, and keeping the change of its weights alone.

After Hu et al. 2021 ("LoRA"), with the scale of the update left to the learning rate.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Literal, Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from soundalike.core.errors import ConfigError
from soundalike.core.low_rank import DOWN, UP, differences

Method = Literal["", "embedding", "lora", "full"]


@runtime_checkable
class NamesEmbedding(Protocol):
    """A network that names the tensors which make up its speaker embedding."""

    embedding: tuple[str, ...]


class LowRank(nn.Module):
    """Adds to a weight (O, ...) the product of two low-rank factors (O, R) and (R, I), which begins
    as zero.
    """

    def __init__(self, weight: Tensor, rank: int):
        super().__init__()
        inputs = weight[0].numel()
        self.down = nn.Parameter(torch.randn(rank, inputs) / inputs**0.5)
        self.up = nn.Parameter(torch.zeros(len(weight), rank))

    def forward(self, weight: Tensor) -> Tensor:
        """The weight with the product added."""
        return weight + (self.up @ self.down).view_as(weight)


def prepare(network: nn.Module, method: Method, rank: int, inside: tuple[str, ...] = ("",)) -> None:
    """Leave only those parameters of a network trainable that a method changes.

    "embedding": the tensors that the network names so. "lora": two low-rank factors of `rank` beside the
    weight of each linear and convolutional layer whose name begins with one of `inside`. "full": everything.
    Raises ConfigError for "embedding" where the network names none.
    """
    if method == "full":
        return
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    if method == "embedding":
        if not isinstance(network, NamesEmbedding):
            raise ConfigError(
                f"train.adapt = 'embedding': a {type(network).__name__} names no such tensors. "
                f"Choose lora or full."
            )
        for name in network.embedding:
            network.get_parameter(name).requires_grad_(True)
        return
    for layer in adapted_layers(network, rank, inside).values():
        parametrize.register_parametrization(layer, "weight", LowRank(layer.weight, rank))


def adapted_layers(
    network: nn.Module, rank: int, inside: tuple[str, ...]
) -> dict[str, nn.Linear | nn.Conv1d]:
    """The layers by name that "lora" changes: see `prepare`."""
    return {
        name: layer
        for name, layer in network.named_modules()
        if isinstance(layer, nn.Linear | nn.Conv1d)
        and name.startswith(inside)
        and min(len(layer.weight), layer.weight[0].numel()) > 2 * rank
    }


def matrices(network: nn.Module) -> dict[str, Tensor]:
    """The low-rank factors of a network under adaptation, as `difference` names them, float16."""
    added = {
        f"{name}.weight": layer.parametrizations.weight[0]
        for name, layer in network.named_modules()
        if parametrize.is_parametrized(layer)
    }
    return {
        name + end: getattr(pair, end[1:]).detach().half()
        for name, pair in added.items()
        for end in (UP, DOWN)
    }


@torch.no_grad()
def settled(network: nn.Module, build: Callable[[], nn.Module]) -> nn.Module:
    """A plain network, as `build` makes it, with the weights of one under adaptation; low-rank factors are
    merged into them.
    """
    # A save must not advance the run's random numbers
    with torch.random.fork_rng(devices=[]):
        plain = build()
    for name, value in plain.state_dict().items():
        layer, _, tensor = name.rpartition(".")
        value.copy_(getattr(network.get_submodule(layer), tensor))
    return plain


@torch.no_grad()
def difference(base: nn.Module, adapted: nn.Module, rank: int) -> dict[str, Tensor]:
    """The change from one network to another, as float16 tensors named after the network's.

    A matrix is kept as two low-rank factors of `rank`, by its singular values, where that is smaller; tensors
    that are the same, or not of floating point, are left out.
    """
    found: dict[str, Tensor] = {}
    before = base.state_dict()
    for name, value in adapted.state_dict().items():
        if not value.is_floating_point():
            continue
        change = (value - before[name]).float()
        if not bool(change.any()):
            continue
        flat = change.reshape(len(change), -1)
        if min(flat.shape) > 2 * rank:
            u, s, v = torch.linalg.svd(flat, full_matrices=False)
            root = s[:rank].sqrt()
            found |= {name + UP: u[:, :rank] * root, name + DOWN: root[:, None] * v[:rank]}
        else:
            found[name] = change
    return {name: value.half().contiguous() for name, value in found.items()}


def scaled(change: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """A `difference` times a share of it: 0 for none, 1 for all."""
    return {name: value if name.endswith(DOWN) else value * share for name, value in change.items()}


@torch.no_grad()
def applied(base: nn.Module, change: dict[str, Tensor]) -> nn.Module:
    """A copy of a network with a `difference` added. Raises ValueError where it is not one of this
    network.
    """
    adapted = copy.deepcopy(base)
    weights = adapted.state_dict()
    arrays = {name: value.detach().cpu().numpy() for name, value in change.items()}
    for name, added in differences(arrays).items():
        if name not in weights or weights[name].numel() != added.size:
            raise ValueError(f"{name} is not a tensor of this network")
        weights[name] += torch.from_numpy(added).reshape(weights[name].shape).to(weights[name].device)
    return adapted
