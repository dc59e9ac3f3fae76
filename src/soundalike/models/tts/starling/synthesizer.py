"""starling assembled: an acoustic model, a vocoder and a speaker encoder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.noise import white_noise
from soundalike.audio.speech import Speech
from soundalike.core.array_digest import digest
from soundalike.core.capabilities import Streams
from soundalike.core.contracts import LoadedPart
from soundalike.core.emotions import EMOTIONS
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.types import IDENTITY, AcousticArrays, AcousticOutput, DataFacts, Timestamp, Voice
from soundalike.models.common.mel_arrays import (
    ArrayVocoder,
    controls_of,
    sharpened,
    tilted,
    timestamps_of,
)
from soundalike.models.common.prompt_conditioning import Changeable, PromptConditionedSynthesizer
from soundalike.models.common.prompt_voice import PROMPT_VOICE
from soundalike.models.common.stretches import stretches
from soundalike.models.common.vocos_config import VocodesStretches
from soundalike.text import Utterance, encode

from .config import ADAPTATION_LAYERS, check_fit, reading_of
from .speaking import AcousticNetwork, Register, inferred, predicted_lengths, register_of
from .spec import StarlingConversionOptions, StarlingOptions

if TYPE_CHECKING:
    from soundalike.models.common.prompt_adaptation import GradientStep

    from .content_conversion import ContentConversion, ContentNetwork
    from .network import Starling
    from .objective import StarlingObjective


@dataclass(frozen=True)
class Plan:
    """What every take of a sentence shares, so that it is worked out once."""

    utterance: Utterance
    network: AcousticNetwork  # as adapted to the voice
    symbols: np.ndarray  # (S,)
    conditioning: Any  # as the network takes it
    register: Register  # of the voice
    prompt: np.ndarray  # (T, M)
    # States as the network takes them; frames (S,) at the natural pace, not rounded
    lengths: tuple[Any, np.ndarray]


class StarlingSynthesizer(PromptConditionedSynthesizer, Streams):
    """Takes a voice once, speaks one sentence at a time."""

    Options = StarlingOptions
    emotions = EMOTIONS
    ConversionOptions = StarlingConversionOptions
    acoustic: Any  # a Starling, or its graphs
    discriminator: Any = None  # a MelDiscriminator or its arrays, of a model that can adapt to a prompt
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
            from .content_conversion import ContentConversion

            content = parts["content"]
            check_sizes(content, parts["acoustic"], parts["aligner"])
            network = running_content(content.network)
            made.content = ContentConversion(network, made.aligner, made.vocoded, made.mel)
        return made

    @property
    def adaptation_layers(  # type: ignore[override]  # a property: it depends on a part
        self,
    ) -> tuple[str, ...]:
        """The layers prompt adaptation changes; none without what it needs."""
        can = not isinstance(self.acoustic, Changeable) or self.acoustic.learns
        return ADAPTATION_LAYERS if self.discriminator is not None and can else ()

    @property
    def adaptation_noise(self) -> int:  # type: ignore[override]  # a property: it depends on a part
        """The random values that the network takes with each frame."""
        return int(self.acoustic.config.noise)

    def adaptation_parts(self) -> list[Any]:
        """The aligner and the discriminator."""
        judge = [] if self.discriminator is None else [self.discriminator]
        return [*super().adaptation_parts(), *judge]

    def gradient_step(self, rank: int) -> GradientStep:
        """By PyTorch, unless the network is made of graphs."""
        if isinstance(self.acoustic, Changeable):
            return self.acoustic.gradient_step(self.discriminator)
        return super().gradient_step(rank)

    def adaptation_objective(self, network: Starling, facts: DataFacts) -> StarlingObjective:
        """A copy of the acoustic model under training against the discriminator."""
        from .objective import JUDGED, StarlingObjective

        return StarlingObjective(network, JUDGED, facts, self.discriminator)

    def running(self, acoustic: Any) -> AcousticNetwork:
        """An acoustic model as what runs it: PyTorch, unless it is made of graphs."""
        if isinstance(acoustic, Changeable):
            return cast(AcousticNetwork, acoustic)
        from .torch_execution import TorchStarling

        return TorchStarling(acoustic)

    def plan(self, utterance: Utterance, voice: Voice, options: StarlingOptions) -> Plan:
        """A sentence worked out, for as many takes as may be wanted. Raises CheckpointError for another
        model's voice.
        """
        self.check(voice)
        symbols = np.array(encode(utterance.symbols))
        acoustic = self.acoustic_of(voice)
        network = self.running(acoustic)
        prompt = voice.tensors["prompt"].astype(np.float32)
        conditioning = self._conditioning(acoustic, network, voice)
        register = register_of(voice.tensors["prompt_pitch"])
        reading = reading_of(network.config, utterance.language, options.accent)
        lengths = predicted_lengths(network, symbols, conditioning, reading)
        return Plan(utterance, network, symbols, conditioning, register, prompt, lengths)

    def _conditioning(self, acoustic: Any, network: AcousticNetwork, voice: Voice) -> Any:
        """The conditioning of a voice by an acoustic model, as its network takes it; that of other sentences
        where it is the same.
        """
        heard = digest({name: voice.tensors[name] for name in PROMPT_VOICE})
        embedding, prompt, pitch = (voice.tensors[name] for name in (IDENTITY, "prompt", "prompt_pitch"))
        _, conditioning = self._conditioned.of(
            (id(acoustic), heard),  # which stays its own, as it is held with the rest
            lambda: (acoustic, network.condition(embedding, prompt.astype(np.float32), pitch)),
        )
        return conditioning

    def planned_seconds(self, plan: Plan, options: StarlingOptions) -> float:
        """How long the planned sentence would be."""
        exact = plan.lengths[1] / controls_of(plan.utterance, options, self.mel).tempo
        return float(exact.sum()) / self.mel.frames_per_second

    def seconds(self, utterance: Utterance, voice: Voice, options: StarlingOptions) -> float:
        """How long the sentence would be."""
        return self.planned_seconds(self.plan(utterance, voice, options), options)

    def planned_output(self, plan: Plan, options: StarlingOptions) -> AcousticArrays:
        """The mel, pitch and durations of the planned sentence."""
        controls = controls_of(plan.utterance, options, self.mel)
        made = inferred(plan.network, plan.symbols, plan.conditioning, plan.register, controls, plan.lengths)
        mel = sharpened(made.mel, plan.prompt, options.sharpen)
        if controls.tilt is not None:
            mel = tilted(mel, np.repeat(controls.tilt, made.durations), self.mel)
        return made._replace(mel=mel)

    def acoustic_output(self, utterance: Utterance, voice: Voice, options: StarlingOptions) -> AcousticOutput:
        """The mel, pitch and durations of one sentence, before the vocoder, as tensors. Raises
        CheckpointError for another model's voice.
        """
        import torch

        made = self.planned_output(self.plan(utterance, voice, options), options)
        return AcousticOutput(*(torch.from_numpy(values).to(self.device) for values in made))

    def speak_planned(self, plan: Plan, options: StarlingOptions) -> Iterator[Speech]:
        """The planned sentence, as `speak` says it."""
        made = self.planned_output(plan, options)
        noise = white_noise(options.seed, (len(made.mel) - 1) * self.mel.hop_length)
        samples = self.vocoded(made, noise)
        yield Speech(samples, self.sample_rate, self.planned_timestamps(plan, made))

    def planned_timestamps(self, plan: Plan, made: AcousticArrays) -> tuple[Timestamp, ...]:
        """When each word and phoneme of a planned sentence is said, by what was made of it."""
        return timestamps_of(plan.utterance, made.durations.cumsum() / self.mel.frames_per_second)

    @property
    def can_stream(self) -> bool:
        """Whether the vocoder can make stretches of a sound."""
        return isinstance(self.vocoder, VocodesStretches)

    def sound_in_pieces(self, made: AcousticArrays, options: StarlingOptions) -> Iterator[np.ndarray]:
        """The samples that `speak_planned` gives, in pieces (n,) float32, each made when it is asked for."""
        hop = self.mel.hop_length
        frames = len(made.mel) - 1
        noise = white_noise(options.seed, frames * hop)
        vocoder = self.vocoder
        assert isinstance(vocoder, VocodesStretches)
        source = self._source(vocoder, made.pitch)
        for start, stop in stretches(frames):
            low = max(0, start - vocoder.context)
            high = min(frames, stop + vocoder.context)
            near = slice(low, high + 1)
            part = made._replace(mel=made.mel[near], pitch=made.pitch[near])
            inside = slice(low * hop, high * hop)
            samples = self.vocoded(part, noise[inside], source[inside])
            yield samples[(start - low) * hop : (stop - low) * hop]

    def _source(self, vocoder: VocodesStretches, pitch: np.ndarray) -> np.ndarray:
        """The pulses (N,) of a pitch (T,)."""
        if isinstance(vocoder, ArrayVocoder):
            return vocoder.source(pitch)
        import torch

        return vocoder.source(torch.from_numpy(pitch)[None].to(self.device))[0].cpu().numpy()

    def vocoded(
        self, made: AcousticArrays, noise: np.ndarray, source: np.ndarray | None = None
    ) -> np.ndarray:
        """The samples (N,) float32 of a mel and its pitch, by the vocoder and white noise (N,); of a stretch
        of a whole with the pulses (N,) that `VocodesStretches.source` gives.
        """
        if isinstance(self.vocoder, ArrayVocoder):
            return self.vocoder.samples(made.mel, made.pitch, noise, source)
        import torch

        from soundalike.models.common.mel_synthesis import vocoded

        mel, pitch = (torch.from_numpy(values).to(self.device) for values in (made.mel, made.pitch))
        train = None if source is None else torch.from_numpy(source)[None]
        return vocoded(self.vocoder, mel, pitch, torch.from_numpy(noise)[None], train)

    def speak(
        self, utterance: Utterance, voice: Voice, options: StarlingOptions | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, with timestamps. The same seed gives the same samples."""
        chosen = options or StarlingOptions()
        yield from self.speak_planned(self.plan(utterance, voice, chosen), chosen)

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
        from .conversion import converted

        return converted(self, source, voice, options or StarlingConversionOptions(), own)


def running_content(network: Any) -> ContentNetwork:
    """A content part as what runs it: PyTorch, unless it is made of graphs."""
    if hasattr(network, "patches"):
        return cast("ContentNetwork", network)
    from .torch_execution import TorchContent

    return TorchContent(network)


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
