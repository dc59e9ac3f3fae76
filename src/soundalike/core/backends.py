"""What runs the networks: PyTorch, or ONNX Runtime where a model's graphs are there."""

from __future__ import annotations

import importlib.util
from typing import Literal, get_args

from .errors import ConfigError

AUTO, TORCH, ONNX = "auto", "torch", "onnx"
BackendName = Literal["auto", "torch", "onnx"]
BACKENDS = get_args(BackendName)


def check_backend(name: str) -> None:
    """Raise ConfigError for a backend that there is not."""
    if name not in BACKENDS:
        raise ConfigError(f"unknown backend '{name}'. Choose one of {', '.join(BACKENDS)}.")


def torch_is_installed() -> bool:
    """Whether PyTorch can be imported; it is not imported."""
    try:
        return importlib.util.find_spec("torch") is not None
    except ImportError:  # somebody forbids it
        return False
