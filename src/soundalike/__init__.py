"""Soundalike: clone a voice from a few seconds of speech, offline, on a CPU."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"
__all__ = ["Audio", "Cloner", "MelSpec", "SoundalikeError", "Voice", "__version__"]

_HOMES = {
    "Audio": "audio.audio",
    "Cloner": "inference.cloner",
    "MelSpec": "audio.mel",
    "SoundalikeError": "core.errors",
    "Voice": "core.types",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module 'soundalike' has no attribute {name!r}")
