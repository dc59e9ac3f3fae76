"""Prompt adaptation: a few steps of training on a voice's own prompt.

Its phones are recognized by the aligner. Windows of it are predicted again with the rest of it as the
prompt, and the loss of the model's own objective trains low-rank matrices beside some of the weights
(LoRA, Hu et al. 2021). The windows are cleaned of steady noise first, so that it is not learned with the
voice. This is speaker-adaptive fine-tuning as in AdaSpeech (Chen et al. 2021), with one clip and no
transcript.

The gradient comes from PyTorch (torch_adaptation) or from an exported graph (graph_adaptation); all else is
here, without PyTorch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from soundalike.core.contracts import Progress
from soundalike.core.low_rank import DOWN, UP
from soundalike.core.types import IDENTITY, Voice
from soundalike.text.alphabet import encode

if TYPE_CHECKING:
    from .prompt_conditioning import PromptConditionedSynthesizer

STEPS = 30
RATE = 2e-3
RANK = 8
# Share of the frames taken to be a band's noise; how much of it is taken off; what stays at least
QUIETEST, NOISE, LEFT = 0.08, 1.5, 0.1
# Share of the learned difference that is kept: most of the similarity, little overfitting to the prompt
STRENGTH = 0.5
TOGETHER = 2  # windows of a step
WINDOW = 250  # frames, at most half of the prompt
SHORTEST = 20  # frames of a window
MOST_SYMBOLS = 128  # of a window
VERSION = 3  # of the method: to be raised with every change of it that is not one of these numbers
SETTINGS = (VERSION, STEPS, RATE, RANK, QUIETEST, NOISE, LEFT, STRENGTH, TOGETHER, WINDOW, SHORTEST)

Arrays = dict[str, np.ndarray]


class GradientStep(Protocol):
    """What computes the gradient of an acoustic model's loss."""

    @property
    def shapes(self) -> Mapping[str, tuple[int, int]]:
        """The sizes (O, I) of each weight that is adapted, as a matrix, by name."""
        ...

    @property
    def noise(self) -> int:
        """Values of random noise that the model takes with each frame."""
        ...

    def __call__(
        self, factors: Mapping[str, np.ndarray], items: Sequence[Mapping[str, Any]], noise: np.ndarray
    ) -> Arrays:
        """The gradients of all factors, as those are named, of a step on TOGETHER windows
        (`PromptWindows.item`) with noise (TOGETHER, WINDOW, `self.noise`).
        """
        ...


def adapt_to_prompt(
    model: PromptConditionedSynthesizer,
    voice: Voice,
    recognized: tuple[list[str], list[int]],
    progress: Progress | None = None,
) -> Arrays:
    """The difference to the weights of a model's acoustic network (core.low_rank) that brings it nearer to a
    voice, float16.

    `recognized` are the symbols of the voice's prompt with the frames of each. Empty where the prompt cannot
    be divided. `progress` is called with (done, all) after each step. Raises CheckpointError for another
    model's voice.
    """
    model.check(voice)
    windows = PromptWindows(voice, recognized)
    if not windows.usable.any():
        return {}
    rng = np.random.default_rng(0)
    step = model.gradient_step(RANK)
    factors = begun(step.shapes, rng)
    optimizer = Adam(factors)
    for done in range(STEPS):
        # The rate rises over five steps and falls over the last two fifths
        rate = RATE * min(1.0, (done + 1) / 5, (STEPS - done) / (0.4 * STEPS))
        noise = rng.standard_normal((TOGETHER, WINDOW, step.noise), dtype=np.float32)
        items = [windows.item() for _ in range(TOGETHER)]
        optimizer.step(clipped(step(factors, items, noise)), rate)
        if progress is not None:
            progress(done + 1, STEPS)
    kept = {name: value * (STRENGTH if name.endswith(UP) else 1.0) for name, value in factors.items()}
    return {name: value.astype(np.float16) for name, value in kept.items()}


def begun(shapes: Mapping[str, tuple[int, int]], rng: np.random.Generator) -> Arrays:
    """Low-rank factors before training, whose product is zero."""
    factors = {}
    for name in sorted(shapes):
        outputs, inputs = shapes[name]
        factors[name + UP] = np.zeros((outputs, RANK), np.float32)
        factors[name + DOWN] = rng.standard_normal((RANK, inputs), dtype=np.float32) / np.float32(inputs**0.5)
    return factors


def clipped(gradients: Arrays) -> Arrays:
    """Gradients of a norm, over all of them, of one at most."""
    norm = float(np.sqrt(sum(float((value.astype(np.float64) ** 2).sum()) for value in gradients.values())))
    share = np.float32(min(1.0, 1.0 / (norm + 1e-6)))
    return {name: value * share for name, value in gradients.items()}


class Adam:
    """Adam (Kingma & Ba 2015) on arrays, in place."""

    betas = (0.9, 0.98)
    epsilon = 1e-8

    def __init__(self, values: Arrays):
        self.values = values
        self.moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in values.items()}
        self.steps = 0

    def step(self, gradients: Mapping[str, np.ndarray], rate: float) -> None:
        """One step against the gradients."""
        self.steps += 1
        first, second = (np.float32(beta) for beta in self.betas)
        for name, value in self.values.items():
            gradient = gradients[name]
            mean, square = self.moments[name]
            mean += (1 - first) * (gradient - mean)
            square += (1 - second) * (gradient**2 - square)
            deviation = np.sqrt(square / (1 - self.betas[1] ** self.steps)) + self.epsilon
            value -= np.float32(rate / (1 - self.betas[0] ** self.steps)) * mean / deviation


class PromptWindows:
    """Windows of a voice's prompt to be predicted again, each with the rest of it as its prompt."""

    def __init__(self, voice: Voice, recognized: tuple[list[str], list[int]]):
        symbols, durations = recognized
        self.mel, self.pitch, self.embedding = (
            voice.tensors[name].astype(np.float32) for name in ("prompt", "prompt_pitch", IDENTITY)
        )
        self.target = without_noise(self.mel)
        self.symbols = np.array(encode(symbols))
        self.durations = np.array(durations)
        self.ends = np.concatenate([[0], self.durations.cumsum()])
        self.rng = np.random.default_rng(0)
        size = min(WINDOW, len(self.mel) // 2)
        starts = np.arange(max(1, len(self.mel) - size))
        # The symbols that lie in it as a whole
        self.first = np.searchsorted(self.ends, starts).clip(max=len(self.durations))
        self.last = np.searchsorted(self.ends, starts + size, side="right") - 1
        long = self.ends[self.last] - self.ends[self.first]
        # By where a window would begin
        self.usable = (long >= min(SHORTEST, size // 2)) & (len(self.mel) - long >= SHORTEST)
        self.usable &= self.last - self.first <= MOST_SYMBOLS

    def item(self) -> dict:
        """One window of whole symbols, with the fields of a training clip; of no known quality, so that a
        studio's can be asked for later.
        """
        start = int(self.rng.integers(0, len(self.usable)))
        while not self.usable[start]:
            start = int(self.rng.integers(0, len(self.usable)))
        first = int(self.first[start])
        last = int(self.last[start])
        begin = int(self.ends[first])
        end = int(self.ends[last])
        rest = np.r_[0:begin, end : len(self.mel)]
        return {
            "id": "prompt",
            "symbols": self.symbols[first:last],
            "durations": self.durations[first:last],
            "mel": self.target[begin:end],
            "pitch": self.pitch[begin:end],
            "quality": np.float32(np.nan),
            "speaker_embedding": self.embedding,
            "prompt": self.mel[rest],
            "prompt_pitch": self.pitch[rest],
            "prompt_span": np.array((0, 0)),
        }


def without_noise(mel: np.ndarray) -> np.ndarray:
    """A log-mel (T, M) without steady noise: spectral subtraction (Boll 1979) of the QUIETEST share of each
    band.
    """
    sound = np.exp(mel)
    noise = NOISE * np.quantile(sound, QUIETEST, axis=0, keepdims=True)
    return mel + np.log(np.clip(np.sqrt(np.clip(sound**2 - noise**2, 0.0, None)) / sound, LEFT, None)).astype(
        mel.dtype
    )
