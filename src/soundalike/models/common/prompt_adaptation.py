"""Prompt adaptation: a few steps of training on a voice's own prompt.

Its phones are recognized by the aligner. Windows of it are predicted again with the rest of it as the
prompt, and the loss of the model's own objective trains low-rank matrices beside some of the weights
(LoRA, Hu et al. 2021). The windows are cleaned of steady noise first, so that it is not learned with the
voice. This is speaker-adaptive fine-tuning as in AdaSpeech (Chen et al. 2021), with one clip and no
transcript.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

from soundalike.core.contracts import Progress
from soundalike.core.types import IDENTITY, DataFacts, Voice
from soundalike.data.collate import collate
from soundalike.nn import lora
from soundalike.nn.rng_lock import RNG_LOCK
from soundalike.text.alphabet import encode

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
VERSION = 2  # of the method: to be raised with every change of it that is not one of these numbers
SETTINGS = (VERSION, STEPS, RATE, RANK, QUIETEST, NOISE, LEFT, STRENGTH, TOGETHER, WINDOW, SHORTEST)


def adapt_to_prompt(
    model: PromptConditionedSynthesizer,
    voice: Voice,
    recognized: tuple[list[str], list[int]],
    progress: Progress | None = None,
) -> dict[str, np.ndarray]:
    """The difference to the weights of a model's acoustic network (nn.lora) that brings it nearer to a voice.

    `recognized` are the symbols of the voice's prompt with the frames of each. Empty where the prompt cannot
    be divided. `progress` is called with (done, all) after each step. Raises CheckpointError for another
    model's voice.
    """
    model.check(voice)
    windows = PromptWindows(voice, recognized)
    if not windows.usable.any():
        return {}
    with RNG_LOCK, torch.random.fork_rng(devices=[]), torch.inference_mode(False), torch.enable_grad():
        torch.manual_seed(0)
        network = copy.deepcopy(model.acoustic).cpu()
        lora.prepare(network, "lora", RANK, model.adaptation_layers)
        objective = model.adaptation_objective(
            network, DataFacts(1, network.mean.clone(), network.std.clone())
        )
        trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
        optimizer = torch.optim.Adam(trained, betas=(0.9, 0.98))
        for step in range(STEPS):
            # The rate rises over five steps and falls over the last two fifths
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(1.0, (step + 1) / 5, (STEPS - step) / (0.4 * STEPS))
            batch = collate([windows.item() for _ in range(TOGETHER)])
            losses = objective.losses("model", batch, objective.forward(batch), step)
            loss = torch.stack(list(losses.values())).sum()
            for parameter, gradient in zip(trained, torch.autograd.grad(loss, trained, allow_unused=True)):
                parameter.grad = gradient
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            if progress is not None:
                progress(step + 1, STEPS)
        change = lora.scaled(lora.matrices(network), STRENGTH)
    return {name: value.numpy() for name, value in change.items()}


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
        self.first, self.last = (
            np.searchsorted(self.ends, frames).clip(max=len(self.durations))
            for frames in (starts, starts + size)
        )
        long = self.ends[self.last] - self.ends[self.first]
        # By where a window would begin
        self.usable = (long >= min(SHORTEST, size // 2)) & (len(self.mel) - long >= SHORTEST)

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
