"""A difference to the weights of a network, by tensor: whole, or as two low-rank factors (Hu et al. 2021)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

UP = ".up"  # of a difference in two low-rank factors
DOWN = ".down"


def differences(change: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What is to be added to each tensor, float32, flat or in its shape; factors are multiplied."""
    found = {}
    for name, value in change.items():
        if name.endswith(DOWN):
            continue
        place = name.removesuffix(UP)
        added = value.astype(np.float32)
        found[place] = added @ change[place + DOWN].astype(np.float32) if name.endswith(UP) else added
    return found


def changed(weights: Mapping[str, np.ndarray], change: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights (float32) with a difference added. Raises ValueError where it is not one of these."""
    made = dict(weights)
    for name, added in differences(change).items():
        if name not in made or made[name].size != added.size:
            raise ValueError(f"{name} is not a tensor of this network")
        made[name] = made[name] + added.reshape(made[name].shape)
    return made
