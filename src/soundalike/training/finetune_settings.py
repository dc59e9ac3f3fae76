"""What finetuning to one voice is asked for, what it asks of others, and its schedules."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import ConfigError
from soundalike.data.manifest import Row
from soundalike.nn.lora import Method


@dataclass(frozen=True)
class FinetuneTools:
    """What finetuning asks of other rooms: whoever calls it brings these."""

    load: Callable[[Any], Any]  # a model's folder, or None, to a Cloner (inference.cloner.Cloner.load)
    prepare: Callable[..., list[Row]]  # prepare.pipeline.prepare_dataset
    lint: Callable[[str], Sequence[Any]]  # prepare.lint.lint
    open_instruments: Callable[[str, str | None], Any]  # evaluate.evaluate
    evaluate: Callable[..., dict[str, Any]]  # evaluate.evaluate
    compare: Callable[..., Any]  # evaluate.statistics.compare: two systems over the same sentences
    extent_of: Callable[..., Any]  # prepare.duration.extent_of: how much there is to prepare
    encode: Callable[..., int]  # prepare.derive.codes.write_codes, for families that learn of codes


@dataclass(frozen=True)
class FinetuneSettings:
    """What is asked for."""

    model: str | os.PathLike | None = None  # folder of a model; None: the built-in one
    method: str = "auto"  # a name of FINETUNE_SCHEDULES, or auto: by the recordings' length and the minutes
    minutes: float = 20.0  # of training, at most
    reader: str | None = None  # how the recordings are read; None: found by their files
    language: str = "en"
    asr_model: str | None = None  # Whisper model that writes missing texts and judges words
    seed: int = 0
    keep: bool = False  # take the adapted voice, whatever the comparison says


@runtime_checkable
class Finetunable(Protocol):
    """A model whose acoustic network can be finetuned to one voice."""

    acoustic: Any
    mel: MelSpec

    @property
    def weights(self) -> str:
        """Twelve hexadecimal digits that name the weights a voice's adapter is a difference to."""
        ...


@dataclass(frozen=True)
class FinetuneSchedule:
    """How much is changed, and how long it is practised."""

    method: Method
    rank: int
    lr: float
    steps: int
    # Of what was learned, what is kept: words and sound suffer from the rest more than the likeness gains
    share: float


FINETUNE_SCHEDULES = {
    "embedding": FinetuneSchedule("embedding", 8, 1e-2, 100, 1.0),
    "lora": FinetuneSchedule("lora", 8, 2e-3, 150, 0.5),
    "full": FinetuneSchedule("full", 32, 2e-4, 300, 0.5),
}


def choose(method: str, seconds: float, minutes: float) -> FinetuneSchedule:
    """The course for so much speech and so many minutes of training. Raises ConfigError for a method there is
    none of.
    """
    if method == "auto":
        method = (
            "embedding"
            if seconds < 60 or minutes < 2
            else "lora"
            if seconds < 120 or minutes < 10
            else "full"
        )
    if method not in FINETUNE_SCHEDULES:
        raise ConfigError(f"method '{method}': choose one of auto, {', '.join(FINETUNE_SCHEDULES)}.")
    return FINETUNE_SCHEDULES[method]
