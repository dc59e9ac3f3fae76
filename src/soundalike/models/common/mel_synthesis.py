"""What models that write a mel share, on tensors: the prosody asked for, and from mel to sound with
timestamps. What is computed is defined in `mel_arrays`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.audio.speech import Speech
from soundalike.core.types import AcousticOutput, ProsodyControls
from soundalike.text import Utterance

from . import mel_arrays
from .mel_arrays import timestamps_of


def prosody_of(utterance: Utterance, options: Any, mel: MelSpec, device: torch.device) -> ProsodyControls:
    """What the text and the options ask for, symbol by symbol; nothing for options that a model has not."""
    asked = mel_arrays.controls_of(utterance, options, mel)
    return tensor_controls(asked, device)


def tensor_controls(asked: ProsodyControls, device: torch.device) -> ProsodyControls:
    """The controls of arrays as those of tensors on a device."""

    def moved(values: np.ndarray | None) -> Tensor | None:
        return None if values is None else torch.from_numpy(values).to(device)

    return replace(
        asked,
        tempo=moved(asked.tempo),
        octaves=moved(asked.octaves),
        spread=moved(asked.spread),
        rise=moved(asked.rise),
        tilt=moved(asked.tilt),
    )


def sharpened(mel: Tensor, prompt: Tensor, amount: float) -> Tensor:
    """A regressed mel (T, M) whose over-smooth bands vary more as those of a prompt (T', M) do:
    `mel_arrays.sharpened`.
    """
    made = mel_arrays.sharpened(mel.detach().cpu().numpy(), prompt.detach().cpu().numpy(), amount)
    return torch.from_numpy(made).to(mel.device)


def finishing(prompt: Tensor, amount: float) -> Callable[[Tensor], Tensor] | None:
    """What sharpens the log-mel (1, T, M) of a sentence by a prompt (T', M); None where nothing is asked."""
    if amount <= 0:
        return None
    return lambda mel: sharpened(mel[0], prompt, amount)[None].to(mel)


@torch.inference_mode()
def sound(vocoder: nn.Module, made: AcousticOutput, utterance: Utterance, mel: MelSpec, seed: int) -> Speech:
    """The mel of one sentence through a vocoder, with timestamps. The same seed gives the same samples."""
    size = (len(made.mel) - 1) * mel.hop_length
    noise = torch.randn(1, size, generator=torch.Generator().manual_seed(seed))
    samples = vocoded(vocoder, made.mel, made.pitch, noise)
    ends = made.durations.cumsum(0).cpu().numpy() / mel.frames_per_second
    return Speech(samples, mel.sample_rate, timestamps_of(utterance, ends))


@torch.inference_mode()
def vocoded(
    vocoder: nn.Module, mel: Tensor, pitch: Tensor | None, noise: Tensor, source: Tensor | None = None
) -> np.ndarray:
    """The samples (N,) float32 of a log-mel (T, M) with its pitch (T,), where that is known, white noise
    (1, N), and what `VocodesStretches.source` gives (1, N) where the mel is a stretch of a whole.
    """
    device = mel.device
    lengths = torch.tensor([len(mel)], device=device)
    given = [None if pitch is None else pitch[None], noise.to(device)]
    if source is not None:
        given.append(source.to(device))
    samples = vocoder(mel[None], lengths, *given)[0].cpu()
    return samples.numpy().astype(np.float32)


__all__ = ["finishing", "prosody_of", "sharpened", "sound", "tensor_controls", "timestamps_of", "vocoded"]
