"""Prompt adaptation's gradient by PyTorch, of any architecture by its own objective."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils import parametrize

from soundalike.core.low_rank import DOWN, UP
from soundalike.core.types import Batch, DataFacts, Padded
from soundalike.data.collate import collate
from soundalike.nn import lora
from soundalike.nn.rng_lock import RNG_LOCK

if TYPE_CHECKING:
    from .prompt_conditioning import PromptConditionedSynthesizer

SEED = 0  # of what an objective draws itself


class TorchStep:
    """A copy of a model's acoustic network under adaptation (prompt_adaptation.GradientStep)."""

    def __init__(self, model: PromptConditionedSynthesizer, rank: int):
        with RNG_LOCK, torch.random.fork_rng(devices=[]), torch.inference_mode(False):
            network = copy.deepcopy(model.acoustic).cpu()
            lora.prepare(network, "lora", rank, model.adaptation_layers)
            facts = DataFacts(1, network.mean.clone(), network.std.clone())
            self._objective = model.adaptation_objective(network, facts)
        self.noise = model.adaptation_noise
        self._factors: dict[str, Tensor] = {}
        self.shapes = {}
        for name, layer in network.named_modules():
            if parametrize.is_parametrized(layer):
                pair = layer.parametrizations.weight[0]
                place = f"{name}.weight"
                self._factors |= {place + UP: pair.up, place + DOWN: pair.down}
                self.shapes[place] = (len(pair.up), pair.down.shape[1])
        self._seed = SEED

    def __call__(
        self, factors: Mapping[str, np.ndarray], items: Sequence[Mapping[str, Any]], noise: np.ndarray
    ) -> dict[str, np.ndarray]:
        """The gradients of all factors."""
        plain = collate([dict(item) for item in items])
        batch = Batch(plain.ids, {**plain.fields, "noise": Padded(torch.from_numpy(noise), None)})
        with RNG_LOCK, torch.random.fork_rng(devices=[]), torch.inference_mode(False), torch.enable_grad():
            torch.manual_seed(self._seed)
            self._seed += 1
            with torch.no_grad():
                for name, value in factors.items():
                    self._factors[name].copy_(torch.from_numpy(value))
            losses = self._objective.losses("model", batch, self._objective.forward(batch), 0)
            found = torch.autograd.grad(
                torch.stack(list(losses.values())).sum(), list(self._factors.values()), allow_unused=True
            )
        return {
            name: np.zeros_like(factors[name]) if gradient is None else gradient.numpy()
            for name, gradient in zip(self._factors, found)
        }
