"""Weight normalisation (Salimans & Kingma 2016) for training: a weight as a length times a direction.

The weights that a checkpoint holds are plain ones: `plain_state` multiplies them out, and a network in
training takes plain ones in too. Either way the product is the same to the bit, since a plain weight is taken
in with its own length.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

LENGTH = "parametrizations.weight.original0"
DIRECTION = "parametrizations.weight.original1"
FAINT = 1e-30  # shortest direction


class WeightNorm(nn.Module):
    """Length (D, 1, ...) and direction (D, ...) to a weight (D, ...): each of its first axis is so long."""

    def forward(self, length: Tensor, direction: Tensor) -> Tensor:
        """The weight."""
        return direction * (length / _length(direction).clamp_min(FAINT))

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Length and direction of a weight; the direction is the weight itself."""
        return _length(weight), weight


def _length(weight: Tensor) -> Tensor:
    """The length (D, 1, ...) of each slice of the first axis of a weight (D, ...)."""
    return torch.linalg.vector_norm(weight, dim=tuple(range(1, weight.dim())), keepdim=True)


def add_weight_norm(network: nn.Module) -> None:
    """Norm the weight of every convolution in a network that is not normed yet."""
    for module in list(network.modules()):
        if isinstance(module, (nn.Conv1d, nn.ConvTranspose1d)) and not parametrize.is_parametrized(module):
            parametrize.register_parametrization(module, "weight", WeightNorm())
            module._register_load_state_dict_pre_hook(_take_plain)  # its public name is newer than torch 2.4


def plain_state(network: nn.Module) -> dict[str, Tensor]:
    """The state of a network with plain weights in place of normed ones, named as if it had never been
    normed.
    """
    state = dict(network.state_dict())
    for name, module in network.named_modules():
        if _is_normed(module):
            prefix = f"{name}." if name else ""
            del state[prefix + LENGTH], state[prefix + DIRECTION]
            state[f"{prefix}weight"] = module.weight.detach()
    return state


def _is_normed(module: nn.Module) -> bool:
    if not parametrize.is_parametrized(module, "weight"):
        return False
    parametrizations = module.get_submodule("parametrizations.weight")
    return isinstance(parametrizations.get_submodule("0"), WeightNorm)


def _take_plain(state: dict[str, Tensor], prefix: str, *rest: Any) -> None:
    """Let a normed module load a plain weight."""
    weight = state.pop(f"{prefix}weight", None)
    if weight is not None:
        state[prefix + LENGTH], state[prefix + DIRECTION] = _length(weight), weight
