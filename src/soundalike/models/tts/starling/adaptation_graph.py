"""The graph `adapt`: a window of a prompt and low-rank factors to the gradient of prompt adaptation's loss.

Its sizes are fixed: a window of WINDOW frames and MOST_SYMBOLS symbols, and a prompt of LONGEST_PROMPT
seconds, all padded. The discriminator's weights are inputs, as they belong to another part.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import torch
from torch import Tensor, nn
from torch.func import functional_call

from soundalike.core.graphs import GraphPlan
from soundalike.core.low_rank import DOWN, UP
from soundalike.core.types import Batch, DataFacts, Padded
from soundalike.models.common.graph_adaptation import (
    GRADIENT,
    GRAPH,
    JUDGE,
    LENGTHS,
    LOSS,
    example_arrays,
)
from soundalike.models.common.prompt_adaptation import RANK
from soundalike.nn.gradient_graph import Replay, gradient_operators
from soundalike.nn.lora import adapted_layers

from .config import ADAPTATION_LAYERS
from .discriminator import MelDiscriminator, MelDiscriminatorConfig
from .network import Starling
from .objective import JUDGED, StarlingObjective


class AdaptationGradient(nn.Module):
    """The gradient's operators, which take the network's weights from it."""

    def __init__(self, network: Starling):
        super().__init__()
        self.network = network
        self._weights = {**dict(network.named_parameters()), **dict(network.named_buffers())}
        sizes = MelDiscriminatorConfig(network.config.voice, network.config.width)
        judge = self._judge = MelDiscriminator(sizes, network.mel)
        facts = DataFacts(1, network.mean.clone(), network.std.clone())
        self._objective = StarlingObjective(network, JUDGED, facts, judge)
        layers = adapted_layers(network, RANK, ADAPTATION_LAYERS)
        self._layers = {f"{name}.weight": layer for name, layer in layers.items()}
        shapes = {name: layer.weight.flatten(1).shape for name, layer in self._layers.items()}
        factors = {}
        for name, (outputs, inputs) in sorted(shapes.items()):
            factors[name + UP] = torch.zeros(outputs, RANK)
            factors[name + DOWN] = torch.full((RANK, inputs), inputs**-0.5)
        arrays = example_arrays(network.mel, network.config.speaker_vector, network.config.noise)
        self.inputs = (
            factors
            | {JUDGE + name: value.detach() for name, value in judge.state_dict().items()}
            | {name: torch.from_numpy(value) for name, value in arrays.items()}
        )
        self.outputs = (LOSS, *(name + GRADIENT for name in factors))
        self._factors = len(factors)
        examples = [*self._weights.values(), *self.inputs.values()]
        self._replay = Replay(gradient_operators(self._computed, [one.detach() for one in examples]))

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """The loss and the gradient of each factor."""
        found: list[Tensor] = self._replay.run(*self._weights.values(), *inputs)
        return tuple(found)

    def _computed(self, *tensors: Tensor) -> list[Tensor]:
        """The same, with the network's weights before the inputs, by autograd."""
        weights = dict(zip(self._weights, tensors))
        inputs = dict(zip(self.inputs, tensors[len(weights) :]))
        names = list(inputs)[: self._factors]
        factors = {name: inputs[name].detach().requires_grad_(True) for name in names}
        with torch.enable_grad(), ExitStack() as hooks:
            for place, layer in self._layers.items():
                up, down = factors[place + UP], factors[place + DOWN]
                if isinstance(layer, nn.Linear):  # so that no whole matrix is added up, nor its gradient
                    handle = layer.register_forward_hook(_beside(up, down))
                    hooks.callback(handle.remove)
                else:
                    weights[place] = weights[place] + (up @ down).view_as(weights[place])
            loss = self._loss(weights, inputs)
            gradients = torch.autograd.grad(loss, list(factors.values()))
        return [loss.detach(), *gradients]

    def _loss(self, weights: dict[str, Tensor], inputs: dict[str, Tensor]) -> Tensor:
        judge = {name: inputs[JUDGE + name] for name in self._judge.state_dict()}
        return functional_call(
            _Loss(self._objective),
            {f"network.{name}": value for name, value in weights.items()}
            | {f"judge.{name}": value for name, value in judge.items()},
            (inputs,),
        )


def _beside(up: Tensor, down: Tensor) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor]:
    """A hook that adds to a linear layer's output what the product of two factors gives of its input."""
    return lambda layer, inputs, output: output + inputs[0] @ down.t() @ up.t()


class _Loss(nn.Module):
    """The sum of an objective's losses of a batch, as a module, so that its weights can be exchanged."""

    def __init__(self, objective: StarlingObjective):
        super().__init__()
        self.network = objective.network()
        self.judge = objective.adversary
        self._objective = objective

    def forward(self, inputs: dict[str, Tensor]) -> Tensor:
        """The loss of one step."""
        count = len(inputs["mel"])
        lengths = {name: inputs[of] if of else None for name, of in LENGTHS.items()}
        fields = {name: Padded(inputs[name], lengths[name]) for name in LENGTHS}
        fields["quality"] = Padded(torch.full((count,), float("nan")), None)
        fields["prompt_span"] = Padded(torch.zeros(count, 2, dtype=torch.int64), None)
        batch = Batch(["prompt"] * count, fields)
        losses = self._objective.losses("model", batch, self._objective.forward(batch), 0)
        return torch.stack(list(losses.values())).sum()


def adaptation_plan(network: Starling) -> GraphPlan:
    """The graph `adapt` of a network."""
    module = AdaptationGradient(network)
    return GraphPlan(GRAPH, module, module.inputs, module.outputs, {}, learns=True)
