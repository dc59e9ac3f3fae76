"""Soundalike: clone a voice from a few seconds of speech, offline, on a CPU."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # editors and type checkers see what is imported below when it is asked for
    from .audio.audio import Audio as Audio
    from .audio.mel import MelSpec as MelSpec
    from .audio.speech import Speech as Speech
    from .core.errors import SoundalikeError as SoundalikeError
    from .core.types import Timestamp as Timestamp
    from .core.types import Voice as Voice
    from .inference.cloner import Cloner as Cloner
    from .models.tts.starling.spec import StarlingOptions as Options

# What this package loads reports to its makers what it runs on, unless these are set before it is loaded
_SILENT = {
    "ORT_DISABLE_TELEMETRY": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_PROMPT_ENABLED": "0",
}
for _name, _value in _SILENT.items():
    os.environ.setdefault(_name, _value)

__version__ = "0.1.0"
__all__ = [
    "Audio",
    "Cloner",
    "MelSpec",
    "Options",
    "SoundalikeError",
    "Speech",
    "Timestamp",
    "Voice",
    "__version__",
]

_HOMES = {
    "Audio": "audio.audio:Audio",
    "Cloner": "inference.cloner:Cloner",
    "MelSpec": "audio.mel:MelSpec",
    "Options": "models.tts.starling.spec:StarlingOptions",  # of the built-in model
    "SoundalikeError": "core.errors:SoundalikeError",
    "Speech": "audio.speech:Speech",
    "Timestamp": "core.types:Timestamp",
    "Voice": "core.types:Voice",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        module, _, attribute = _HOMES[name].partition(":")
        return getattr(importlib.import_module(f".{module}", __name__), attribute)
    raise AttributeError(f"module 'soundalike' has no attribute {name!r}")
