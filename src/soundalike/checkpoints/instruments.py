"""Instruments that lie alone in a model store, beside the families."""

from __future__ import annotations

import functools
from pathlib import Path

from soundalike.core.backends import torch_is_installed
from soundalike.core.command_line import as_word
from soundalike.core.contracts import EmotionEncoder
from soundalike.core.errors import ConfigError
from soundalike.core.installation import install_command

from . import model_store
from .part import load_part

EMOTION = "emotion"  # name of the classifier of emotions, and of its folder


def emotion_encoder() -> EmotionEncoder:
    """The classifier of emotions. Raises ConfigError where it, or PyTorch, is not installed."""
    if not torch_is_installed():
        raise ConfigError(f"hearing emotions needs PyTorch. Run: {install_command('train')}")
    folder = model_store.find_part(EMOTION)
    if folder is None:
        place = model_store.library() / EMOTION
        raise ConfigError(
            f"the classifier of emotions is not installed. Copy models/{EMOTION} of the repository to "
            f"{place}, or fit it to recordings: `soundalike train {EMOTION} --out {as_word(place)}`."
        )
    return _loaded(folder)


@functools.lru_cache(maxsize=2)
def _loaded(folder: Path) -> EmotionEncoder:
    return load_part(folder, EMOTION).instrument
