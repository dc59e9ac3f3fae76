"""How long adapting to a voice will take on this machine, as it is now."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch
from torch.nn import functional

from .finetune_settings import FinetuneSchedule

# The work of each stage in units of the probe below: CPU time of the two on one core, rounded. Those
# of a sentence and of transcribing are guesses.
LISTENING = 1.5  # a second of recording: prepared, aligned, embedded, checked
TRANSCRIBING = 6.0  # a second of recording without a text
STEP = {"embedding": 21.0, "lora": 26.0, "full": 31.0}  # a step of training
SENTENCE = 155.0  # a sentence kept aside, spoken by both voices and measured
PROMPT = 270.0  # prompt adaptation of the plain voice
PROBED = 1.5  # seconds that it is tried for


@dataclass(frozen=True)
class Estimate:
    """Minutes that each stage is likely to take."""

    prepare: float
    train: float
    compare: float

    def __str__(self) -> str:
        whole = self.prepare + self.train + self.compare
        stages = (
            f"{_minutes(self.prepare)} to prepare them, {_minutes(self.train)} of training, "
            f"{_minutes(self.compare)} to compare the voices"
        )
        about = "about " if whole >= 1 else ""
        return f"{about}{_minutes(whole)} on this machine as busy as it is now ({stages})"


@dataclass(frozen=True)
class Work:
    """How much is to be done."""

    seconds: float  # of recordings
    schedule: FinetuneSchedule
    steps: int  # of training
    sentences: int  # kept aside
    transcribe: bool  # whether the recordings have no texts


def estimated(work: Work, minutes: float, unit: float) -> Estimate:
    """The estimate for so much work, where the probe takes `unit` seconds; training ends after `minutes` at
    the latest.
    """
    listening = LISTENING + (TRANSCRIBING if work.transcribe else 0.0)
    train = unit * STEP[work.schedule.method] * work.steps / 60
    compare = unit * (SENTENCE * work.sentences + PROMPT) / 60
    return Estimate(unit * listening * work.seconds / 60, min(minutes, train), compare)


def probe(seconds: float = PROBED) -> float:
    """Seconds that a fixed piece of work takes here and now: convolutions like those of the acoustic model.
    The mean of as many as fit into some seconds, so that other programs count as they will later.
    """
    generator = torch.Generator().manual_seed(0)
    frames = torch.randn(1, 256, 500, generator=generator)
    weight = torch.randn(256, 256, 5, generator=generator)
    count = 0
    start = time.perf_counter()
    with torch.inference_mode():
        while count == 0 or time.perf_counter() - start < seconds:
            for _ in range(10):
                functional.conv1d(frames, weight, padding=2)
            count += 1
    return (time.perf_counter() - start) / count


def _minutes(value: float) -> str:
    if value < 1:
        return "under a minute"
    return "a minute" if value < 1.5 else f"{value:.0f} minutes"
