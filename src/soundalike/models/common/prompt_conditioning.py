"""What a family that listens by prompt and vector keeps of a recording: its best seconds as a mel, their
pitch, and who speaks.
"""

from __future__ import annotations

import functools
import hashlib
import threading
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import pitch
from soundalike.core.contracts import Objective
from soundalike.core.errors import CheckpointError
from soundalike.core.types import DataFacts, Voice
from soundalike.inference.voice_file import ADAPTER
from soundalike.nn.lora import applied
from soundalike.nn.spectral import log_mel

LONGEST_PROMPT = 10.0  # seconds of a reference that are used
LEVEL = -23.0  # dBFS RMS of speech, as in training
KEPT = 4  # adapted networks held ready


class PromptConditionedSynthesizer:
    """An acoustic model, a vocoder and a speaker encoder: how every family begins that listens so."""

    # How the names of those layers begin that practice changes; none: it cannot practise
    adaptation_layers: tuple[str, ...] = ()

    def __init__(self, acoustic: nn.Module, vocoder: nn.Module, speaker: nn.Module, mel: MelSpec):
        self.acoustic = acoustic
        self.vocoder = vocoder
        self.speaker = speaker
        self.mel = mel
        self.sample_rate = mel.sample_rate
        self.frame_rate = mel.frames_per_second
        self.device = acoustic.mean.device
        self._adapted: dict[str, nn.Module] = {}
        self._adapting = threading.Lock()

    @functools.cached_property
    def weights(self) -> str:
        """Twelve hexadecimal digits that name the acoustic model's weights, as shipped."""
        return digest(
            {
                name: value.half() if value.is_floating_point() else value
                for name, value in self.acoustic.state_dict().items()
            }
        )

    def acoustic_of(self, voice: Voice) -> nn.Module:
        """The acoustic model, as it was adapted to the voice where it was. Warns where that was another
        model, and raises CheckpointError where the adapter does not fit.
        """
        change = {
            name.removeprefix(ADAPTER): value
            for name, value in voice.tensors.items()
            if name.startswith(ADAPTER)
        }
        if change and not is_adapted(voice, self.weights):
            told = "this voice was adapted to other weights than this model's and speaks as if it were not. Run `soundalike adapt` again."
            warnings.warn(told, stacklevel=2)
            change = {}
        if not change:
            return self.acoustic
        key = digest(change)
        with self._adapting:
            if key not in self._adapted:
                try:
                    self._adapted[key] = applied(self.acoustic, change)
                except (ValueError, RuntimeError) as error:
                    raise CheckpointError(
                        f"this voice's adapter does not fit the model ({error}). Run `soundalike adapt` again."
                    ) from None
                for old in list(self._adapted)[:-KEPT]:
                    del self._adapted[old]
            return self._adapted[key]

    def adaptation_objective(self, network: nn.Module, facts: DataFacts) -> Objective:
        """Its acoustic model, or a copy of it, under training, as practice goes about it."""
        raise NotImplementedError

    def listen(self, reference: Audio, transcript: str | None = None) -> Voice:
        """The voice of a recording. No transcript is needed."""
        return listen(reference, self.speaker, self.mel)

    def blend(self, first: Voice, second: Voice, weight: float) -> Voice:
        """A voice `weight` of the way from the first to the second. Raises CheckpointError for another
        model's voice.
        """
        for voice in (first, second):
            self.check(voice)
        return blend(first, second, weight, self.mel)

    def check(self, voice: Voice) -> None:
        """Raise CheckpointError for a voice that another model made."""
        check(voice, self.mel, self.acoustic.config.speaker_vector)


def is_adapted(voice: Voice, weights: str) -> bool:
    """Whether a voice brings a difference to an acoustic model's weights, as Assembled names them."""
    return voice.facts.get("adapter", {}).get("weights") == weights and any(
        name.startswith(ADAPTER) for name in voice.tensors
    )


def adapted(voice: Voice, change: dict[str, Tensor], facts: dict[str, Any]) -> Voice:
    """A voice with such a difference (nets/adapter.py) in place of any it had, and how it was made: `method`,
    and `weights` it is one to.
    """
    own = {name: value for name, value in voice.tensors.items() if not name.startswith(ADAPTER)}
    return Voice(
        {**own, **{ADAPTER + name: value for name, value in change.items()}},
        {**voice.facts, "adapter": facts},
    )


def digest(tensors: dict[str, Tensor]) -> str:
    """Twelve hexadecimal digits of some tensors and their names."""
    sums = hashlib.sha256()
    for name, value in sorted(tensors.items()):
        sums.update(name.encode() + value.detach().cpu().contiguous().numpy().tobytes())
    return sums.hexdigest()[:12]


def listen(reference: Audio, speaker: nn.Module, mel: MelSpec) -> Voice:
    """The voice of a recording: its best LONGEST_PROMPT seconds as a prompt, and a speaker vector."""
    chosen = best_window(reference, LONGEST_PROMPT).resample(mel.sample_rate).trim().normalised(LEVEL)
    with torch.inference_mode():
        prompt = log_mel(torch.from_numpy(chosen.samples)[None], mel)[0]
    hertz = pitch(chosen.samples, mel)
    tensors = {
        "prompt": prompt.half(),
        "prompt_pitch": torch.from_numpy(hertz),
        "vector": vectors(speaker, [chosen])[0].half(),
    }
    voiced = hertz[hertz > 0]
    facts = {
        "seconds": round(reference.seconds, 2),
        "speech_seconds": round(reference.speech_seconds(), 2),
        "used_seconds": round(chosen.seconds, 2),
        "pitch_hertz": round(float(np.median(voiced)), 1) if len(voiced) else None,
        "mel": mel.digest,
    }
    return Voice({name: value.contiguous() for name, value in tensors.items()}, facts)


@torch.inference_mode()
def vectors(speaker: nn.Module, pieces: list[Audio]) -> Tensor:
    """Speaker vectors (n, V) of sounds of one length and rate, heard by the encoder's own mel."""
    device = next(speaker.parameters()).device
    samples = np.stack([piece.resample(speaker.mel.sample_rate).samples for piece in pieces])
    heard = log_mel(torch.from_numpy(samples), speaker.mel).to(device)
    return speaker(heard, torch.full((len(heard),), heard.shape[1], device=device)).cpu()


def blend(first: Voice, second: Voice, weight: float, mel: MelSpec) -> Voice:
    """A voice `weight` of the way from the first to the second: the vector between theirs, and the prompt of
    the nearer one with its mean spectrum and its pitch moved to the place between.
    """
    near = first if weight <= 0.5 else second
    share = (1.0 - weight, weight)
    both = [nn.functional.normalize(voice.tensors["vector"].float(), dim=0) for voice in (first, second)]
    vector = nn.functional.normalize(share[0] * both[0] + share[1] * both[1], dim=0)
    between = lambda values: share[0] * values[0] + share[1] * values[1]  # noqa: E731
    spectra = {id(voice): speech_frames(voice.tensors["prompt"].float()).mean(0) for voice in (first, second)}
    prompt = (
        near.tensors["prompt"].float()
        + between([spectra[id(first)], spectra[id(second)]])
        - spectra[id(near)]
    )
    octaves = {
        id(voice): voice.tensors["prompt_pitch"][voice.tensors["prompt_pitch"] > 0].float().log2()
        for voice in (first, second)
    }
    hertz = near.tensors["prompt_pitch"].float()
    if all(len(values) for values in octaves.values()):
        middle = {place: values.median() for place, values in octaves.items()}
        hertz = hertz * 2.0 ** (between([middle[id(first)], middle[id(second)]]) - middle[id(near)])
    tensors = {"prompt": prompt.clamp_min(mel.silence).half(), "prompt_pitch": hertz, "vector": vector.half()}
    voiced = hertz[hertz > 0]
    facts = {"pitch_hertz": round(float(voiced.median()), 1) if len(voiced) else None, "mel": mel.digest}
    return Voice({name: value.contiguous() for name, value in tensors.items()}, facts)


def check(voice: Voice, mel: MelSpec, width: int) -> None:
    """Raise CheckpointError for a voice that another model made: another mel, or a vector of another
    width.
    """
    shapes = {name: voice.tensors[name].shape[-1] for name in ("prompt", "vector") if name in voice.tensors}
    fits = shapes == {"prompt": mel.n_mels, "vector": width} and "prompt_pitch" in voice.tensors
    if voice.facts.get("mel") != mel.digest or not fits:
        raise CheckpointError(
            "this voice was made for another model. Make it again from its recording with this one."
        )


def speech_frames(mel: Tensor) -> Tensor:
    """The frames of a log-mel (T, M) that are not quiet."""
    level = mel.mean(1)
    return mel[level > level.max() - 4.0]


def best_window(audio: Audio, seconds: float) -> Audio:
    """The stretch of so many seconds that holds the most speech; the whole of a shorter recording."""
    size = int(seconds * 100)
    active = audio.activity()
    if len(active) <= size:
        return audio
    sums = np.convolve(active, np.ones(size), mode="valid")
    start = int(sums.argmax()) * (audio.rate // 100)
    return Audio(audio.samples[start : start + int(seconds * audio.rate)], audio.rate)
