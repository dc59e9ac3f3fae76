"""VITS assembled: one network from text to sound, and a speaker encoder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from soundalike.audio.mel import MelSpec
from soundalike.audio.speech import Speech
from soundalike.core.contracts import Aligner, LoadedPart, SpeakerEncoder
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.types import IDENTITY, Reference, Voice
from soundalike.models.common.mel_synthesis import finishing, prosody_of, timestamps_of
from soundalike.models.common.prompt_conditioning import blended, voice_of
from soundalike.nn.masks import mean_octave
from soundalike.text import Utterance, encode

from .network import Vits
from .spec import VitsOptions


class VitsSynthesizer:
    """Takes a voice once, speaks one sentence at a time."""

    Options = VitsOptions

    def __init__(
        self, acoustic: Vits, speaker_encoder: SpeakerEncoder, mel: MelSpec, aligner: Aligner | None = None
    ):
        self.acoustic = acoustic
        self.speaker_encoder: SpeakerEncoder | None = speaker_encoder
        self._encoder = speaker_encoder
        self.aligner = aligner
        self.mel = mel
        self.sample_rate = mel.sample_rate
        self.frame_rate = mel.frames_per_second
        self.device = next(acoustic.parameters()).device

    @classmethod
    def of_parts(cls, parts: Mapping[str, LoadedPart]) -> VitsSynthesizer:
        """The model of parts by slot."""
        acoustic = parts["acoustic"]
        if not acoustic.config.speaker_vector:
            raise CheckpointError(
                "this VITS was trained without a speaker embedding ([network] speaker_vector = 0), so it "
                "cannot take a voice from a recording. Train it with speaker_vector = 256."
            )
        aligner = parts["aligner"].instrument if "aligner" in parts else None
        return cls(acoustic.network, parts["speaker"].instrument, acoustic.mel, aligner)

    def condition(self, reference: Reference) -> Voice:
        """The voice of a recording: a speaker embedding, and its best seconds, whose pitch is followed."""
        return voice_of(reference.audio, self._encoder, self.mel)

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
        width = self.acoustic.config.speaker_vector
        fits = voice.identity.shape[-1] == width and "prompt_pitch" in voice.tensors
        if voice.facts.get("mel") != self.mel.digest or not fits:
            raise CheckpointError(
                "this voice was made for another model. Make it again from its recording with this one."
            )

    def tensor(self, voice: Voice, name: str) -> torch.Tensor:
        """An array of a voice as a batch of one, on the model's device."""
        return torch.from_numpy(voice.tensors[name]).float()[None].to(self.device)

    @torch.inference_mode()
    def seconds(self, utterance: Utterance, voice: Voice, options: VitsOptions) -> float:
        """How long the sentence would be."""
        self.check(voice)
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        language = self._language(utterance)
        random = torch.Generator().manual_seed(options.seed)
        noise = options.timing * torch.randn(1, len(symbols), 2, generator=random).to(self.device)
        own = self.acoustic.voiced(self.tensor(voice, IDENTITY))
        size = torch.tensor([len(symbols)], device=self.device)
        exact = self.acoustic.lengths(
            self.acoustic.encode(symbols[None], size, language, own), symbols, noise
        )
        tempo = prosody_of(utterance, options, self.mel, self.device).tempo
        return float((exact / tempo).sum()) / self.mel.frames_per_second

    @torch.inference_mode()
    def speak(
        self, utterance: Utterance, voice: Voice, options: VitsOptions | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, with timestamps. The same seed gives the same samples. Raises
        CheckpointError for another model's voice, ConfigError for a language that the network does not know.
        """
        chosen = options or VitsOptions()
        self.check(voice)
        made = self.acoustic.infer(
            torch.tensor(encode(utterance.symbols), device=self.device),
            self._language(utterance),
            self.tensor(voice, IDENTITY),
            mean_octave(self.tensor(voice, "prompt_pitch")),
            prosody_of(utterance, chosen, self.mel, self.device),
            chosen.timing,
            finishing(self.tensor(voice, "prompt")[0], chosen.sharpen),
        )
        ends = made.durations.cumsum(0).cpu().numpy() / self.mel.frames_per_second
        samples = made.samples.float().cpu().numpy().astype(np.float32)
        yield Speech(samples, self.sample_rate, timestamps_of(utterance, ends))

    def _language(self, utterance: Utterance) -> torch.Tensor:
        """The place (1,) of an utterance's language among the network's."""
        known = self.acoustic.config.languages
        code = utterance.language.split("-")[0]
        if code not in known:
            raise ConfigError(
                f"this model was not trained in the language '{code}'. Choose one of {', '.join(known)}, or "
                "another model."
            )
        return torch.tensor([known.index(code)], device=self.device)
