"""starling assembled: an acoustic model, a vocoder and a speaker encoder."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from soundalike.audio.audio import Audio
from soundalike.audio.speech import Speech, join
from soundalike.core.contracts import Aligner, LoadedPart
from soundalike.core.emotions import EMOTIONS
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.types import IDENTITY, AcousticOutput, DataFacts, ProsodyControls, Reference, Voice
from soundalike.models.common.mel_synthesis import prosody_of, sharpened, sound, tilted
from soundalike.models.common.prompt_conditioning import PromptConditionedSynthesizer
from soundalike.models.common.source_sentences import sentences_of
from soundalike.text import Utterance, encode

from .content import check_fit
from .content_conversion import ContentConversion, Manner, Speaker, prepared
from .discriminator import MelDiscriminator
from .network import Starling, VoiceConditioning
from .objective import JUDGED, StarlingObjective
from .spec import StarlingConversionOptions, StarlingOptions

LEAST_OF_SPEAKER = 0.5  # seconds of speech in a source from which on its speaker is listened to


@dataclass(frozen=True)
class Plan:
    """What every take of a sentence shares, so that it is worked out once."""

    utterance: Utterance
    acoustic: Starling  # as adapted to the voice
    symbols: torch.Tensor  # (S,)
    conditioning: VoiceConditioning
    prompt: torch.Tensor  # (T, M)
    # States (1, S, D); frames (S,) at the natural pace, not rounded
    lengths: tuple[torch.Tensor, torch.Tensor]


class StarlingSynthesizer(PromptConditionedSynthesizer):
    """Takes a voice once, speaks one sentence at a time."""

    Options = StarlingOptions
    emotions = EMOTIONS
    ConversionOptions = StarlingConversionOptions
    acoustic: Starling
    discriminator: MelDiscriminator | None = None  # of a model that can adapt to a prompt
    content: ContentConversion | None = None  # of a model that converts without a transcript

    @classmethod
    def of_parts(cls, parts: Mapping[str, LoadedPart]) -> StarlingSynthesizer:
        """The model of parts by slot. The discriminator, where it ships, serves prompt adaptation, and the
        content part conversion without a transcript. Raises CheckpointError where that fits no other part.
        """
        made = super().of_parts(parts)
        if "adversary" in parts:
            made.discriminator = parts["adversary"].network
        if "content" in parts and made.aligner is not None:
            content = parts["content"]
            check_sizes(content, parts["acoustic"], parts["aligner"])
            made.content = ContentConversion(content.network, made.aligner, made.vocoder, made.mel)
        return made

    @property
    def adaptation_layers(  # type: ignore[override]  # a property: it depends on a part
        self,
    ) -> tuple[str, ...]:
        """The layers prompt adaptation changes."""
        return ("decoder", "depth", "looks", "hear") if self.discriminator is not None else ()

    def adaptation_parts(self) -> list[nn.Module]:
        """The aligner and the discriminator."""
        judge = [] if self.discriminator is None else [self.discriminator]
        return [*super().adaptation_parts(), *judge]

    def adaptation_objective(self, network: Starling, facts: DataFacts) -> StarlingObjective:
        """A copy of the acoustic model under training against the discriminator."""
        return StarlingObjective(network, JUDGED, facts, self.discriminator)

    def conditioning(self, acoustic: Starling, voice: Voice) -> tuple[VoiceConditioning, torch.Tensor]:
        """A voice as an acoustic model takes it, with its prompt's mel (T, M). Raises CheckpointError for
        another model's voice.
        """
        self.check(voice)
        embedding = self.tensor(voice, IDENTITY)
        prompt = self.tensor(voice, "prompt")
        pitch = self.tensor(voice, "prompt_pitch")
        with torch.inference_mode():
            frames = torch.tensor([prompt.shape[1]], device=self.device)
            return acoustic.condition(embedding, prompt, frames, pitch), prompt[0]

    def plan(self, utterance: Utterance, voice: Voice) -> Plan:
        """A sentence worked out, for as many takes as may be wanted. Raises CheckpointError for another
        model's voice.
        """
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        acoustic = self.acoustic_of(voice)
        conditioning, prompt = self.conditioning(acoustic, voice)
        lengths = acoustic.lengths(symbols, conditioning)
        return Plan(utterance, acoustic, symbols, conditioning, prompt, lengths)

    def planned_seconds(self, plan: Plan, options: StarlingOptions) -> float:
        """How long the planned sentence would be."""
        exact = plan.lengths[1] / self._prosody(plan, options).tempo
        return float(exact.sum()) / self.mel.frames_per_second

    def seconds(self, utterance: Utterance, voice: Voice, options: StarlingOptions) -> float:
        """How long the sentence would be."""
        return self.planned_seconds(self.plan(utterance, voice), options)

    def planned_output(self, plan: Plan, options: StarlingOptions) -> AcousticOutput:
        """The mel, pitch and durations of the planned sentence."""
        prosody = self._prosody(plan, options)
        made = plan.acoustic.infer(plan.symbols, plan.conditioning, prosody, plan.lengths)
        mel = sharpened(made.mel, plan.prompt, options.sharpen)
        if prosody.tilt is not None:
            mel = tilted(mel, torch.repeat_interleave(prosody.tilt, made.durations), self.mel)
        return replace(made, mel=mel)

    def acoustic_output(self, utterance: Utterance, voice: Voice, options: StarlingOptions) -> AcousticOutput:
        """The mel, pitch and durations of one sentence, before the vocoder. Raises CheckpointError for
        another model's voice.
        """
        return self.planned_output(self.plan(utterance, voice), options)

    def speak_planned(self, plan: Plan, options: StarlingOptions) -> Iterator[Speech]:
        """The planned sentence, as `speak` says it."""
        made = self.planned_output(plan, options)
        yield sound(self.vocoder, made, plan.utterance, self.mel, options.seed)

    def speak(
        self, utterance: Utterance, voice: Voice, options: StarlingOptions | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, with timestamps. The same seed gives the same samples."""
        yield from self.speak_planned(self.plan(utterance, voice), options or StarlingOptions())

    def convert(
        self,
        source: Audio,
        voice: Voice,
        options: StarlingConversionOptions | None = None,
        own: Voice | None = None,
    ) -> Speech:
        """What a recording says, as it says it, in the voice, as long as the recording is; silence of
        silence, with a warning. With a transcript it is spoken again by its words, up to a minute of them.
        `own` is the voice of who speaks in it, if more of them is known than the recording tells.

        Raises AudioError where too little is understood of a transcript, CheckpointError for another model's
        voice.
        """
        chosen = options or StarlingConversionOptions()
        if self.aligner is None:
            raise CheckpointError("this model has no aligner, so it cannot convert a recording.")
        if chosen.transcript or self.content is None:
            return self._spoken_again(source, voice, self.aligner, chosen)
        return self._followed(source, own, voice, self.content, chosen)

    def _speaker(self, voice: Voice) -> Speaker:
        acoustic = self.acoustic_of(voice)
        return Speaker(acoustic, *self.conditioning(acoustic, voice), voice.tensors["prompt_pitch"])

    def _followed(
        self,
        source: Audio,
        own: Voice | None,
        voice: Voice,
        content: ContentConversion,
        options: StarlingConversionOptions,
    ) -> Speech:
        """The recording by what the aligner hears in it."""
        target = self._speaker(voice)
        size = len(source.resample(self.sample_rate).samples)
        found = prepared(source, self.mel)
        if found is None:
            warnings.warn("the source is silent, so there is nothing to convert.", stacklevel=3)
            return Speech(np.zeros(size, np.float32), self.sample_rate)
        if own is None and self.speaker_encoder is not None and source.speech_seconds() > LEAST_OF_SPEAKER:
            own = self.condition(Reference(source))
        speaker = None if own is None else self._speaker(own)
        manner = Manner(options.pitch, options.seed, options.temperature, self.Options().sharpen)
        pieces = content.pieces(found, speaker, target, manner)
        return Speech(np.concatenate(list(pieces))[:size], self.sample_rate)

    def _spoken_again(
        self, source: Audio, voice: Voice, aligner: Aligner, chosen: StarlingConversionOptions
    ) -> Speech:
        """The recording by its words, or by the phones recognized in it."""
        acoustic = self.acoustic_of(voice)
        conditioning, prompt = self.conditioning(acoustic, voice)
        pieces = []
        for one in sentences_of(source, aligner, self.mel, chosen.transcript, chosen.language):
            made = acoustic.follow(
                torch.tensor(encode(one.utterance.symbols), device=self.device),
                torch.from_numpy(one.durations).to(self.device),
                torch.from_numpy(one.pitch).float().to(self.device) + chosen.pitch / 12,
                conditioning,
                chosen.seed,
                chosen.temperature,
            )
            made = replace(made, mel=sharpened(made.mel, prompt, self.Options().sharpen))
            pieces.append(sound(self.vocoder, made, one.utterance, self.mel, chosen.seed))
        speech = join(pieces)
        if chosen.transcript:
            return speech
        phones = tuple(timestamp for timestamp in speech.timestamps if timestamp.kind == "phoneme")
        return replace(speech, timestamps=phones)  # no word is known by name

    def _prosody(self, plan: Plan, options: StarlingOptions) -> ProsodyControls:
        return prosody_of(plan.utterance, options, self.mel, self.device)


def check_sizes(content: LoadedPart, acoustic: LoadedPart, aligner: LoadedPart) -> None:
    """Raise CheckpointError unless a content part has the sizes and the mel of those it stands between."""
    try:
        check_fit(content.config, acoustic.config, aligner.config)
        fits = content.mel == acoustic.mel == aligner.mel
    except ConfigError:
        fits = False
    if not fits:
        raise CheckpointError(
            "the content part was trained with another acoustic model or aligner, of other sizes. "
            "Train it with these: `soundalike train starling_content`."
        )
