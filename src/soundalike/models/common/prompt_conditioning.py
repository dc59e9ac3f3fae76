"""Models conditioned on a prompt and a speaker embedding: what they keep of a recording, how they adapt."""

from __future__ import annotations

import functools
import hashlib
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec, log_mel
from soundalike.audio.pitch import pitch
from soundalike.core.array_digest import digest, weights_digest
from soundalike.core.contracts import Aligner, LoadedPart, Objective, Progress, SpeakerEncoder
from soundalike.core.errors import CheckpointError
from soundalike.core.recent import Recent
from soundalike.core.types import IDENTITY, DataFacts, Reference, Voice

from .mel_arrays import speech_frames

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from .prompt_adaptation import GradientStep

LONGEST_PROMPT = 10.0  # seconds of a reference that are used
LEVEL = -23.0  # dBFS RMS of speech, as in training
KEPT = 4  # adapted networks, and voices, held ready

Own = TypeVar("Own", bound="PromptSynthesizer")


class Changeable(ABC):
    """A network, run by something else than PyTorch, that brings what an adapter needs of it."""

    @property
    @abstractmethod
    def digest(self) -> str:
        """Twelve hexadecimal digits that name its weights, as shipped."""

    @property
    @abstractmethod
    def is_quantized(self) -> bool:
        """Whether its weights are rounded so that nothing can be added to them."""

    @property
    @abstractmethod
    def learns(self) -> bool:
        """Whether it can give the gradient of prompt adaptation."""

    @abstractmethod
    def gradient_step(self, discriminator: Any) -> GradientStep:
        """What computes that gradient, against a discriminator's weights."""

    @abstractmethod
    def changed(self, change: Mapping[str, np.ndarray]) -> Any:
        """The network with a difference to its weights added (core.low_rank). Raises ValueError where it is
        not one of this network.
        """


@runtime_checkable
class HoldsArrays(Protocol):
    """A network, run by something else than PyTorch, that gives its weights."""

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights by name, float32."""
        ...


@runtime_checkable
class Correcting(Protocol):
    """A vocoder that corrects its samples towards the mel (nn.spectral.MelCorrection)."""

    corrections: int  # how often


class PromptSynthesizer:
    """An acoustic model, a vocoder, a speaker encoder and perhaps an aligner: the base of every architecture
    that takes a voice from a prompt and a speaker embedding.
    """

    sound_slot = "vocoder"  # of the part that makes the samples
    # How often a vocoder that corrects its samples towards the mel does so, at most; None: as it was trained.
    # A smooth mel's errors are followed too, so that architectures with one sound better with fewer
    most_corrections: int | None = None

    def __init__(
        self,
        acoustic: Any,  # the network of the architecture
        vocoder: Any,  # likewise
        speaker_encoder: SpeakerEncoder | None,
        mel: MelSpec,
        aligner: Aligner | None = None,
    ):
        self.acoustic = acoustic
        self.vocoder = vocoder
        self.speaker_encoder = speaker_encoder
        self.aligner = aligner
        self.aligner_network: nn.Module | None = None  # what the aligner's weights are
        self.mel = mel
        self.sample_rate = mel.sample_rate
        self.frame_rate = mel.frames_per_second

    @property
    def device(self) -> torch.device:
        """Where the acoustic model is: on the processor where PyTorch does not run it."""
        if isinstance(self.acoustic, Changeable):
            import torch

            return torch.device("cpu")
        return next(self.acoustic.parameters()).device

    @classmethod
    def of_parts(cls: type[Own], parts: Mapping[str, LoadedPart]) -> Own:
        """The model of parts by slot."""
        acoustic = parts["acoustic"]
        aligner = parts["aligner"].instrument if "aligner" in parts else None
        encoder = parts["speaker"].instrument
        vocoder = parts[cls.sound_slot].network
        if cls.most_corrections is not None and isinstance(vocoder, Correcting):
            vocoder.corrections = min(vocoder.corrections, cls.most_corrections)
        made = cls(acoustic.network, vocoder, encoder, acoustic.mel, aligner)
        made.aligner_network = parts["aligner"].network if "aligner" in parts else None
        return made

    def condition(self, reference: Reference) -> Voice:
        """The voice of a recording: its best seconds as a prompt, and a speaker embedding. No transcript is
        needed.
        """
        if self.speaker_encoder is None:
            raise CheckpointError(
                "this model has no speaker encoder, so it cannot take a voice from a recording."
            )
        return voice_of(reference.audio, self.speaker_encoder, self.mel)

    def blend(self, first: Voice, second: Voice, weight: float) -> Voice:
        """A voice `weight` of the way from the first to the second. Raises CheckpointError for another
        model's voice.
        """
        for voice in (first, second):
            self.check(voice)
        return blended(first, second, weight, self.mel)

    def check(self, voice: Voice) -> None:
        """Raise CheckpointError for a voice that another model made: another mel, or an embedding of another
        width.
        """
        wanted = {"prompt": self.mel.n_mels, IDENTITY: self.acoustic.config.speaker_vector}
        shapes = {name: voice.tensors[name].shape[-1] for name in wanted if name in voice.tensors}
        fits = shapes == wanted and "prompt_pitch" in voice.tensors
        if voice.facts.get("mel") != self.mel.digest or not fits:
            raise CheckpointError(
                "this voice was made for another model. Make it again from its recording with this one."
            )

    def tensor(self, voice: Voice, name: str) -> Tensor:
        """An array of a voice as a batch of one, on the model's device."""
        import torch

        return torch.from_numpy(voice.tensors[name]).float()[None].to(self.device)


class PromptConditionedSynthesizer(PromptSynthesizer):
    """One whose acoustic model can be adapted to a prompt. An architecture names its `adaptation_layers`, and
    gives the `adaptation_objective` that trains them.
    """

    # How the names of those layers begin that prompt adaptation changes; none: it cannot adapt
    adaptation_layers: tuple[str, ...] = ()
    adaptation_noise: int = 0  # random values that the acoustic model takes with each frame

    def __init__(
        self,
        acoustic: Any,
        vocoder: Any,  # likewise
        speaker_encoder: SpeakerEncoder | None,
        mel: MelSpec,
        aligner: Aligner | None = None,
    ):
        super().__init__(acoustic, vocoder, speaker_encoder, mel, aligner)
        self._adapted: Recent[Any] = Recent(KEPT)
        self._conditioned: Recent[tuple[Any, Any]] = Recent(KEPT)

    @functools.cached_property
    def weights(self) -> str:
        """Twelve hexadecimal digits that name the acoustic model's weights, as shipped."""
        if isinstance(self.acoustic, Changeable):
            return self.acoustic.digest
        return weights_digest(arrays_of(self.acoustic))

    @functools.cached_property
    def adaptation(self) -> str:
        """Twelve hexadecimal digits that name all that prompt adaptation depends on beside the voice."""
        from .prompt_adaptation import SETTINGS

        parts = [self.weights, *(digest(arrays_of(part)) for part in self.adaptation_parts())]
        said = repr((parts, self.adaptation_layers, SETTINGS))
        return hashlib.sha256(said.encode()).hexdigest()[:12]

    def adaptation_parts(self) -> list[Any]:
        """The networks, beside the acoustic model, that prompt adaptation uses."""
        return [] if self.aligner_network is None else [self.aligner_network]

    @property
    def can_adapt_to_prompt(self) -> bool:
        """Whether it can learn a voice from its prompt."""
        return bool(self.adaptation_layers)

    def adapt_to_prompt(
        self, voice: Voice, aligner: Aligner, progress: Progress | None = None
    ) -> dict[str, np.ndarray]:
        """A difference to the acoustic model's weights that brings it nearer to a voice; empty where too
        little is understood of the prompt. Raises CheckpointError for another model's voice.
        """
        from .prompt_adaptation import adapt_to_prompt

        if aligner.mel != self.mel:
            return {}  # the prompt is kept as a mel, which only an aligner of the same mel can read
        recognized = aligner.recognize_mel(voice.tensors["prompt"])
        if recognized is None:
            return {}
        return adapt_to_prompt(self, voice, recognized, progress)

    def acoustic_of(self, voice: Voice) -> Any:
        """The acoustic model, as it was adapted to the voice where it was. Warns where that was another
        model, and raises CheckpointError where the adapter does not fit.
        """
        change = voice.adapter
        if change and not voice.is_adapted_to(self.weights):
            warnings.warn(
                "this voice was adapted to other weights than this model's and speaks as if it were not. "
                "Run `soundalike adapt` again.",
                stacklevel=2,
            )
            change = {}
        if change and isinstance(self.acoustic, Changeable) and self.acoustic.is_quantized:
            warnings.warn(
                "this voice speaks as if it were not adapted, as the model's weights are quantized. "
                "Take the model with plain weights.",
                stacklevel=2,
            )
            change = {}
        if not change:
            return self.acoustic
        try:
            return self._adapted.of(digest(change), lambda: with_difference(self.acoustic, change))
        except (ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"this voice's adapter does not fit the model ({error}). Run `soundalike adapt` again."
            ) from None

    def gradient_step(self, rank: int) -> GradientStep:
        """What computes the gradient of prompt adaptation, by low-rank factors of a rank."""
        from .torch_adaptation import TorchStep

        return TorchStep(self, rank)

    def adaptation_objective(self, network: Any, facts: DataFacts) -> Objective:
        """The objective of prompt adaptation for a copy of the acoustic model; raises CheckpointError for an
        architecture whose voices are not adapted.
        """
        raise CheckpointError("this model learns nothing from a prompt, so a voice cannot be adapted to it.")


def with_difference(acoustic: Any, change: Mapping[str, np.ndarray]) -> Any:
    """A copy of an acoustic model with a difference to its weights added. Raises ValueError or RuntimeError
    where it is not one of this network.
    """
    if isinstance(acoustic, Changeable):
        return acoustic.changed(change)
    import torch

    from soundalike.nn.lora import applied

    return applied(acoustic, {name: torch.from_numpy(value) for name, value in change.items()})


def arrays_of(network: Any) -> dict[str, np.ndarray]:
    """The state of a network by name, whatever runs it."""
    if isinstance(network, HoldsArrays):
        return network.arrays()
    return {name: value.detach().cpu().numpy() for name, value in network.state_dict().items()}


def best_seconds(reference: Audio, mel: MelSpec) -> Audio:
    """What of a recording becomes the prompt: its best LONGEST_PROMPT seconds, at a mel's rate and the level
    of training.
    """
    return best_window(reference, LONGEST_PROMPT).resample(mel.sample_rate).trim().normalised(LEVEL)


def voice_of(reference: Audio, encoder: SpeakerEncoder, mel: MelSpec) -> Voice:
    """The voice of a recording: its best LONGEST_PROMPT seconds as a prompt, and a speaker embedding."""
    chosen = best_seconds(reference, mel)
    hertz = pitch(chosen.samples, mel)
    tensors = {
        "prompt": log_mel(chosen.samples, mel, np.float32).astype(np.float16),
        "prompt_pitch": hertz,
        IDENTITY: encoder.embed([chosen])[0].astype(np.float16),
    }
    voiced = hertz[hertz > 0]
    facts = {
        "seconds": round(reference.seconds, 2),
        "speech_seconds": round(reference.speech_seconds(), 2),
        "used_seconds": round(chosen.seconds, 2),
        "pitch_hertz": round(float(np.median(voiced)), 1) if len(voiced) else None,
        "mel": mel.digest,
    }
    return Voice({name: np.ascontiguousarray(value) for name, value in tensors.items()}, facts)


def blended(first: Voice, second: Voice, weight: float, mel: MelSpec) -> Voice:
    """A voice `weight` of the way from the first to the second: the embedding between theirs, and the prompt
    of the nearer one with its mean spectrum and its pitch moved to the place between.
    """
    near = 0 if weight <= 0.5 else 1
    pair = [{name: voice.tensors[name].astype(np.float32) for name in _BLENDED} for voice in (first, second)]

    def between(values: list[Any]) -> Any:
        return np.float32(1.0 - weight) * values[0] + np.float32(weight) * values[1]

    embedding = _of_length_one(between([_of_length_one(one[IDENTITY]) for one in pair]))
    # The mean spectrum moves to the place between
    spectra = [speech_frames(one["prompt"]).mean(0) for one in pair]
    prompt = pair[near]["prompt"] + between(spectra) - spectra[near]
    # So does the middle of the pitch, in octaves
    octaves = [np.log2(one["prompt_pitch"][one["prompt_pitch"] > 0]) for one in pair]
    hertz = pair[near]["prompt_pitch"]
    if all(len(values) for values in octaves):
        middle = [_lower_median(values) for values in octaves]
        hertz = hertz * np.float32(2.0 ** (between(middle) - middle[near]))
    tensors = {
        "prompt": np.maximum(prompt, mel.silence).astype(np.float16),
        "prompt_pitch": hertz,
        IDENTITY: embedding.astype(np.float16),
    }
    voiced = hertz[hertz > 0]
    middle_pitch = round(float(_lower_median(voiced)), 1) if len(voiced) else None
    facts = {"pitch_hertz": middle_pitch, "mel": mel.digest}
    return Voice({name: np.ascontiguousarray(value) for name, value in tensors.items()}, facts)


_BLENDED = ("prompt", "prompt_pitch", IDENTITY)


def _of_length_one(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)


def _lower_median(values: np.ndarray) -> np.floating:
    """The middle one of some values; of an even number the lower of the two, so that it is one of them."""
    return np.sort(values)[(len(values) - 1) // 2]


def best_window(audio: Audio, seconds: float) -> Audio:
    """The stretch of so many seconds that holds the most speech; the whole of a shorter recording."""
    size = int(seconds * 100)
    active = audio.activity()
    if len(active) <= size:
        return audio
    sums = np.convolve(active, np.ones(size), mode="valid")
    start = int(sums.argmax()) * (audio.rate // 100)
    return Audio(audio.samples[start : start + int(seconds * audio.rate)], audio.rate)
