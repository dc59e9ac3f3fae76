"""How long adapting to a voice will take on this machine, as it is now."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch
from torch.nn import functional

from .finetune_settings import FinetuneSchedule

# The work of each stage in units of the probe below; CPU time of both was measured on one core
LISTENING = 1.0  # a second of recording: prepared, aligned, embedded, checked
TRANSCRIBING = 1.0  # a second of recording without a text
STEP = {"embedding": 1.0, "lora": 1.0, "full": 1.0}  # a step of training
SENTENCE = 1.0  # a sentence kept aside, spoken by both voices and measured
PROMPT = 1.0  # prompt adaptation of the plain voice
PROBES = 3  # of which the fastest counts


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
        return f"about {_minutes(whole)} on this machine as busy as it is now ({stages})"


def estimated(
    seconds: float, schedule: FinetuneSchedule, steps: int, sentences: int, minutes: float, transcribe: bool
) -> Estimate:
    """The estimate for so many seconds of recordings, steps of a schedule and sentences kept aside; training
    ends after `minutes` at the latest.
    """
    unit = probe() / 60
    listening = LISTENING + (TRANSCRIBING if transcribe else 0.0)
    train = min(minutes, unit * STEP[schedule.method] * steps)
    return Estimate(unit * listening * seconds, train, unit * (SENTENCE * sentences + PROMPT))


def probe() -> float:
    """Seconds that a fixed piece of work takes: convolutions like those of the acoustic model."""
    generator = torch.Generator().manual_seed(0)
    frames = torch.randn(1, 256, 500, generator=generator)
    weight = torch.randn(256, 256, 5, generator=generator)
    times = []
    with torch.inference_mode():
        for _ in range(PROBES):
            start = time.perf_counter()
            for _ in range(10):
                functional.conv1d(frames, weight, padding=2)
            times.append(time.perf_counter() - start)
    return min(times)


def _minutes(value: float) -> str:
    if value < 1:
        return "under a minute"
    return "a minute" if value < 1.5 else f"{value:.0f} minutes"
