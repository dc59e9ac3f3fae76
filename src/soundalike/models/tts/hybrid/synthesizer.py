"""The hybrid assembled: a language model of tokens, a decoder, a tokenizer, a speaker encoder, an aligner."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

import numpy as np
import torch
from torch import Tensor

from soundalike.audio.audio import Audio
from soundalike.audio.mel import log_mel
from soundalike.audio.pitch import pitch
from soundalike.audio.speech import Speech
from soundalike.core.array_digest import digest, weights_digest
from soundalike.core.contracts import LoadedPart
from soundalike.core.errors import AudioError, CheckpointError
from soundalike.core.recent import Recent
from soundalike.core.types import IDENTITY, Attention, Reference, Voice
from soundalike.models.common.code_lm import CodecLM, Step
from soundalike.models.common.code_prompt import CodePromptSynthesizer
from soundalike.models.common.mel_synthesis import finishing, prosody_of, timestamps_of
from soundalike.models.common.prompt_conditioning import arrays_of, best_seconds
from soundalike.models.common.sampling import Sampler
from soundalike.models.common.source_sentences import words_of
from soundalike.models.common.text_encoder import sounding
from soundalike.nn.length_regulator import fitted
from soundalike.nn.lora import applied
from soundalike.nn.masks import mean_octave
from soundalike.text import Utterance, encode

from .decoder_network import HybridDecoder, Melody, Said
from .spec import HybridConversionOptions, HybridOptions

KEPT = 4  # pairs of adapted networks held ready
TOKENS = "tokens"  # of a voice's facts: the digest of the tokens that it keeps
OF_PROMPT = ("prompt_symbols", "prompt_durations", "prompt_tokens")


class HybridSynthesizer(CodePromptSynthesizer):
    """Takes a voice once, speaks one sentence at a time; each seed is a take of its own."""

    Options = HybridOptions
    ConversionOptions = HybridConversionOptions
    sound_slot = "decoder"
    learned_of_codes = ("acoustic", "decoder")

    decoder: HybridDecoder
    _adapted: Recent[tuple[CodecLM, HybridDecoder]]

    @classmethod
    def of_parts(cls, parts: Mapping[str, LoadedPart]) -> HybridSynthesizer:
        """The model of parts by slot. Raises CheckpointError for parts that learned from other tokens."""
        made = super().of_parts(parts)
        made.decoder = parts["decoder"].network
        made._adapted = Recent(KEPT)
        return made

    @functools.cached_property
    def weights(self) -> str:
        """Twelve hexadecimal digits that name the weights of both networks, as shipped."""
        return weights_digest(
            {
                f"{slot}.{name}": value
                for slot, network in (("acoustic", self.acoustic), ("decoder", self.decoder))
                for name, value in arrays_of(network).items()
            }
        )

    def networks(self, voice: Voice) -> tuple[CodecLM, HybridDecoder]:
        """The language model and the decoder, as they were adapted to the voice where they were. Warns where
        that was another model, and raises CheckpointError where the adapter does not fit.
        """
        if voice.adapter and not voice.is_adapted_to(self.weights):
            warnings.warn(
                "this voice was adapted to other weights than this model's and speaks as if it were not. "
                "Run `soundalike adapt` again.",
                stacklevel=2,
            )
        if not voice.is_adapted_to(self.weights):
            return self.acoustic, self.decoder
        tensors = {name: torch.from_numpy(value) for name, value in voice.adapter.items()}
        return self._adapted.of(digest(voice.adapter), lambda: self._with(tensors))

    def _with(self, change: dict[str, Tensor]) -> tuple[CodecLM, HybridDecoder]:
        """Both networks with a difference, whose names begin with the slot."""
        try:
            acoustic = applied(self.acoustic, _under("acoustic.", change))
            decoder = applied(self.decoder, _under("decoder.", change))
            return cast(CodecLM, acoustic), cast(HybridDecoder, decoder)
        except (ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"this voice's adapter does not fit the model ({error}). Run `soundalike adapt` again."
            ) from None

    @property
    def grid(self) -> int:
        """Frames of a token."""
        return self.acoustic.config.stride

    def condition(self, reference: Reference) -> Voice:
        """The voice of a recording. Where its transcript is given, the prompt's symbols are those of it;
        else they are recognized when it speaks.
        """
        voice = super().condition(reference)
        if self.codec.reads_field == "mel":
            return voice
        chosen = best_seconds(reference.audio, self.mel)
        tokens = self._tokens(chosen.samples).cpu().numpy().astype(np.int16)
        return Voice({**voice.tensors, "prompt_tokens": tokens}, {**voice.facts, TOKENS: self.codec_digest})

    def blend(self, first: Voice, second: Voice, weight: float) -> Voice:
        """A voice `weight` of the way from the first to the second; what is said in the prompt is the nearer
        one's. Raises CheckpointError for another model's voice.
        """
        made = super().blend(first, second, weight)
        near = first if weight <= 0.5 else second
        kept = {name: near.tensors[name] for name in OF_PROMPT if name in near.tensors}
        facts = {TOKENS: near.facts[TOKENS]} if TOKENS in near.facts else {}
        return Voice({**made.tensors, **kept}, {**made.facts, **facts})

    def check(self, voice: Voice) -> None:
        """Raise CheckpointError for a voice that another model made."""
        super().check(voice)
        if self.codec.reads_field != "mel" and voice.facts.get(TOKENS) != self.codec_digest:
            raise CheckpointError(
                "this voice was made for another model: it keeps other tokens, or none. "
                "Make it again from its recording with this one."
            )

    def stretch_codes(self, voice: Voice, first: int, size: int) -> Tensor:
        """The tokens (K, 1) of a stretch of a voice's prompt, by its first frame and how many it has."""
        if "prompt_tokens" in voice.tensors and self.codec.reads_field != "mel":
            whole = torch.from_numpy(voice.tensors["prompt_tokens"].astype(np.int64)).to(self.device)[:, None]
        else:
            mel = self.tensor(voice, "prompt")
            whole = self.codec.codes(mel, torch.tensor([mel.shape[1]], device=mel.device))[0]
        return whole[first // self.grid :][: -(-size // self.grid)]

    @torch.inference_mode()
    def _tokens(self, samples: np.ndarray) -> Tensor:
        """The tokens (K,) of samples (N,) at the model's rate."""
        values = log_mel(samples, self.mel) if self.codec.reads_field == "mel" else samples
        given = torch.from_numpy(np.asarray(values, np.float32))[None].to(self.device)
        return self.codec.codes(given, torch.tensor([given.shape[1]], device=self.device))[0, :, 0]

    @torch.inference_mode()
    def _steps(self, utterance: Utterance, voice: Voice, options: HybridOptions) -> list[Step]:
        """The tokens of one sentence. Raises CheckpointError for another model's voice."""
        self.check(voice)
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        sampler = Sampler(options.seed, options.temperature, options.top_p)
        embedding = self.tensor(voice, IDENTITY)
        acoustic, _ = self.networks(voice)
        return list(acoustic.generate(symbols, embedding, self.prompt(voice), sampler))

    def _timed(self, utterance: Utterance, steps: list[Step], options: HybridOptions) -> tuple[Said, Tensor]:
        """What the steps say, in the time asked for, and by how many octaves each is moved (K,)."""
        prosody = prosody_of(utterance, options, self.mel, self.device)
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        tokens = torch.cat([step.codes for step in steps])
        places = torch.tensor([step.place for step in steps], device=self.device)
        exact = self.grid / prosody.tempo.expand(len(symbols))[places]
        spans = fitted(exact, torch.ones_like(exact), prosody.frames or round(float(exact.sum())))
        return Said(tokens, places, spans, symbols), prosody.octaves.expand(len(symbols))[places]

    def _style(self, decoder: HybridDecoder, voice: Voice) -> tuple[Tensor, Tensor]:
        """The voice (1, C) as the decoder takes it, and its mean pitch (1,) in log2 hertz."""
        prompt = self.tensor(voice, "prompt")
        lengths = torch.tensor([prompt.shape[1]], device=self.device)
        style = decoder.style(self.tensor(voice, IDENTITY), prompt, lengths)
        return style, mean_octave(self.tensor(voice, "prompt_pitch"))

    @torch.inference_mode()
    def speak(
        self, utterance: Utterance, voice: Voice, options: HybridOptions | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, with timestamps and its path through the text. The same seed gives the
        same samples. Raises CheckpointError for another model's voice.
        """
        chosen = options or HybridOptions()
        steps = self._steps(utterance, voice, chosen)
        said, octaves = self._timed(utterance, steps, chosen)
        _, decoder = self.networks(voice)
        style, base = self._style(decoder, voice)
        finish = finishing(self.tensor(voice, "prompt")[0], chosen.sharpen)
        samples = decoder.infer(said, style, Melody(base, octaves), chosen.noise, chosen.seed, finish)
        durations = torch.zeros(len(said.symbols), device=self.device, dtype=torch.long)
        ends = durations.index_add(0, said.places, said.spans).cumsum(0).cpu().numpy()
        speech = Speech(
            samples.float().cpu().numpy().astype(np.float32),
            self.sample_rate,
            timestamps_of(utterance, ends / self.mel.frames_per_second),
        )
        yield replace(speech, attention=(self.path(utterance, said.places),))

    def attention(self, utterance: Utterance, voice: Voice, options: HybridOptions) -> Attention:
        """The path through the text: the symbol that each token was made for."""
        steps = self._steps(utterance, voice, options)
        return self.path(utterance, torch.tensor([step.place for step in steps]))

    @torch.inference_mode()
    def convert(
        self,
        source: Audio,
        voice: Voice,
        options: HybridConversionOptions | None = None,
        own: Voice | None = None,
    ) -> Speech:
        """The tokens of a recording in a voice, at the recording's own pitch about the voice's mean. Raises
        AudioError where too little of it is understood, CheckpointError for another model's voice.
        """
        chosen = options or HybridConversionOptions()
        self.check(voice)
        sound = source.resample(self.sample_rate).normalised()
        frames = len(sound.samples) // self.mel.hop_length + 1
        tokens = self._tokens(sound.samples)
        utterances, durations = self._words(source, frames, chosen)
        symbols = torch.tensor(
            [symbol for one in utterances for symbol in encode(one.symbols)], device=self.device
        )
        told = torch.from_numpy(durations.astype(np.int64)).to(self.device)[None]
        count = torch.tensor([len(symbols)], device=self.device)
        spans = torch.full_like(tokens, self.grid)
        spans[-1] += frames - int(spans.sum())
        said = Said(tokens, sounding(told, count, len(tokens), self.grid)[0], spans, symbols)
        _, decoder = self.networks(voice)
        style, base = self._style(decoder, voice)
        hertz = self._melody(sound.samples, frames, base + chosen.pitch / 12)
        melody = Melody(base, torch.zeros(len(tokens), device=self.device), hertz)
        finish = finishing(self.tensor(voice, "prompt")[0], chosen.sharpen)
        samples = decoder.infer(said, style, melody, chosen.noise, chosen.seed, finish)
        return Speech(samples.float().cpu().numpy().astype(np.float32), self.sample_rate, ())

    def _words(
        self, source: Audio, frames: int, options: HybridConversionOptions
    ) -> tuple[list[Utterance], np.ndarray]:
        """What is said in a source, and the frames of each symbol."""
        if self.aligner is None:
            raise AudioError("this model has no aligner, which hears what is said in a recording.")
        return words_of(source, self.aligner, self.mel, frames, options.transcript, options.language)

    def _melody(self, samples: np.ndarray, frames: int, base: Tensor) -> Tensor | None:
        """The pitch (1, T) in hertz of samples (N,), moved to a mean (1,) in log2 hertz; None of a decoder
        without a source.
        """
        if not self.decoder.config.source:
            return None
        found = torch.from_numpy(pitch(samples, self.mel)[:frames]).float().to(self.device)[None]
        return torch.where(found > 0, found * 2.0 ** (base - mean_octave(found)), 0.0)


def _under(slot: str, change: dict[str, Tensor]) -> dict[str, Tensor]:
    """What of a difference is of the part in a slot."""
    return {name.removeprefix(slot): value for name, value in change.items() if name.startswith(slot)}
