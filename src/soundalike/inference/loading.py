"""A model folder opened by the backend that was asked for."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from soundalike.checkpoints.bundle import open_model, pick_device
from soundalike.checkpoints.graph_model import check_plain_device, open_graph_model, pick_backend
from soundalike.core.backends import TORCH
from soundalike.core.contracts import Synthesizer
from soundalike.core.types import Voice
from soundalike.models.common.prompt_conditioning import Changeable, PromptConditionedSynthesizer

from .side_by_side import set_threads


def opened(folder: Path, device: str, backend: str, threads: int | None) -> tuple[Any, dict[str, Any], str]:
    """The model of a folder, what its voices keep of it, and the device it computes on. Sets how many threads
    share one sum.

    Raises ConfigError for a device or backend that cannot be had, CheckpointError as `open_model` and
    `open_graph_model` do.
    """
    if pick_backend(backend, folder, device) == TORCH:
        chosen = pick_device(device)
        set_threads(threads)
        return *open_model(folder, chosen), chosen
    chosen = check_plain_device(device)
    set_threads(threads)
    return *open_graph_model(folder), chosen


_warned: list[bool] = []  # in this process


def unadapted(model: Synthesizer, voice: Voice) -> Voice:
    """The voice as it is, for a model that cannot adapt it to its prompt. Warns, once in a process, where
    that is for want of PyTorch: a model exported with rounded weights, or before graphs could adapt.
    """
    needs_torch = isinstance(model, PromptConditionedSynthesizer) and isinstance(model.acoustic, Changeable)
    if needs_torch and not voice.adapter and not _warned:
        _warned.append(True)
        warnings.warn(
            "quality best: the voice is not adapted to its prompt, as this model's graphs cannot; the "
            "clearest of three takes is kept all the same. Take the model with plain weights, or export it "
            "again.",
            stacklevel=3,
        )
    return voice
