"""Practising a voice: a few steps of training on the very seconds that were listened to.

What is said in them is heard by the aligner, phone by phone; windows of them are made again from the rest,
and the error, as the family's own objective sees it, moves thin matrices beside some of the weights (LoRA, Hu
et al. 2021). The windows are cleaned of steady noise first, so that it is not learned with the voice.
Speaker-adaptive fine-tuning as of AdaSpeech (Chen et al. 2021), with one clip and no transcript.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from soundalike.core.types import DataFacts, Voice
from soundalike.data.collate import collate
from soundalike.nn import lora as adapter
from soundalike.nn.rng_lock import RNG_LOCK
from soundalike.text.alphabet import encode

from .prompt_conditioning import PromptConditionedSynthesizer

STEPS = 30
RATE = 2e-3
RANK = 8
# Share of the frames taken to be a band's noise; how much of it is taken off; what stays at least
QUIETEST, NOISE, LEFT = 0.08, 1.5, 0.1
# Of what was learned, what is kept: most of the likeness, little of what the seconds themselves happened to
# be
STRENGTH = 0.5
TOGETHER = 2  # windows of a step
WINDOW = 250  # frames, at most half of the prompt
SHORTEST = 20  # frames of a window


def adapt_to_prompt(
    family: PromptConditionedSynthesizer,
    voice: Voice,
    said: tuple[list[str], list[int]],
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Tensor]:
    """The difference to the weights of a family's acoustic model (nets/adapter.py) that brings it nearer to a
    voice.

    `said` are the symbols of the voice's prompt with the frames of each. Empty where the prompt cannot be
    divided. `progress` is told (done, all) after each step. Raises CheckpointError for another model's voice.
    """
    family.check(voice)
    windows = PromptWindows(voice, said)
    if not windows.usable.any():
        return {}
    with RNG_LOCK, torch.random.fork_rng(devices=[]), torch.inference_mode(False), torch.enable_grad():
        torch.manual_seed(0)
        network = copy.deepcopy(family.acoustic).cpu()
        adapter.prepare(network, "lora", RANK, family.adaptation_layers)
        adaptation_objective = family.adaptation_objective(network, DataFacts(1, network.mean.clone(), network.std.clone()))
        trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
        torch_optimizer = torch.optim.Adam(trained, betas=(0.9, 0.98))
        for step in range(STEPS):
            for group in torch_optimizer.param_groups:
                group["lr"] = RATE * min(1.0, (step + 1) / 5, (STEPS - step) / (0.4 * STEPS))
            batch = collate([windows.item() for _ in range(TOGETHER)])
            losses = adaptation_objective.losses("model", batch, adaptation_objective.forward(batch), step)
            loss = torch.stack(list(losses.values())).sum()
            for parameter, gradient in zip(trained, torch.autograd.grad(loss, trained, allow_unused=True)):
                parameter.grad = gradient
            nn.utils.clip_grad_norm_(trained, 1.0)
            torch_optimizer.step()
            if progress is not None:
                progress(step + 1, STEPS)
        return adapter.scaled(adapter.matrices(network), STRENGTH)


class PromptWindows:
    """Stretches of a voice's prompt to be made again, each with what is left of it as its prompt."""

    def __init__(self, voice: Voice, said: tuple[list[str], list[int]]):
        symbols, durations = said
        self.mel, self.pitch, self.vector = (
            voice.tensors[name].float().numpy() for name in ("prompt", "prompt_pitch", "vector")
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
        while not self.usable[start := int(self.rng.integers(0, len(self.usable)))]:
            pass
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
            "speaker_embedding": self.vector,
            "prompt": self.mel[rest],
            "prompt_pitch": self.pitch[rest],
            "prompt_span": np.array((0, 0)),
        }


def without_noise(mel: np.ndarray) -> np.ndarray:
    """A log-mel (T, M) less what sounds on in each band: spectral subtraction (Boll 1979) of its QUIETEST
    part.
    """
    sound = np.exp(mel)
    noise = NOISE * np.quantile(sound, QUIETEST, axis=0, keepdims=True)
    return mel + np.log(np.clip(np.sqrt(np.clip(sound**2 - noise**2, 0.0, None)) / sound, LEFT, None)).astype(
        mel.dtype
    )
