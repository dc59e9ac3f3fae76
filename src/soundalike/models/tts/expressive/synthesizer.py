"""The expressive transformer assembled: an acoustic model, a vocoder and a speaker encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from soundalike.audio.speech import Speech
from soundalike.core.emotions import EMOTIONS, NEUTRAL, Emotion, emotions_of
from soundalike.core.types import IDENTITY, Attention, DataFacts, Voice
from soundalike.models.common.mel_synthesis import sharpened, sound
from soundalike.models.common.prompt_conditioning import PromptConditionedSynthesizer
from soundalike.text import Utterance, encode

from .network import Attended, Expressive
from .objective import ExpressiveObjective, ExpressiveSettings
from .spec import ExpressiveOptions

# How far beyond an emotion's row of the table its full intensity lies: a regressed mel differs less than what
# it learned of
EMPHASIS = 1.3


class ExpressiveSynthesizer(PromptConditionedSynthesizer):
    """Takes a voice once, speaks one sentence at a time; its durations are not known beforehand."""

    most_corrections = 1
    Options = ExpressiveOptions
    emotions = EMOTIONS
    acoustic: Expressive
    adaptation_layers = ("frames_out", "postnet")

    def adaptation_objective(self, network: Expressive, facts: DataFacts) -> ExpressiveObjective:
        """A copy of the acoustic model under training, from its own frames."""
        return ExpressiveObjective(network, ExpressiveSettings(), facts)

    def attended(self, utterance: Utterance, voice: Voice, options: ExpressiveOptions) -> Attended:
        """The mel and durations of one sentence before the vocoder, the attention of each step, and how it
        ended. Raises CheckpointError for another model's voice, ConfigError for an emotion that there is not.
        """
        self.check(voice)
        symbols = torch.tensor(encode(utterance.symbols), device=self.device)
        asked = Emotion(options.emotion, options.intensity)
        felt = emotions_of(utterance.emotion, len(utterance.words), asked)
        of_words = torch.stack([mixture_of(one) for one in felt])  # (W, 6)
        mixture = of_words[torch.tensor(utterance.word_of).clamp_min(0)].to(self.device)
        return self.acoustic_of(voice).infer(symbols, self.tensor(voice, IDENTITY), mixture)

    def speak(
        self, utterance: Utterance, voice: Voice, options: ExpressiveOptions | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, with timestamps and its attention. The same seed gives the same
        samples.
        """
        options = options or ExpressiveOptions()
        made = self.attended(utterance, voice, options)
        mel = sharpened(made.frames.mel, self.tensor(voice, "prompt")[0], options.sharpen)
        yield replace(
            sound(self.vocoder, replace(made.frames, mel=mel), utterance, self.mel, options.seed),
            attention=(self._attention_of(utterance, made),),
        )

    def attention(self, utterance: Utterance, voice: Voice, options: ExpressiveOptions) -> Attention:
        """The attention of each decoder step to each symbol of one sentence."""
        return self._attention_of(utterance, self.attended(utterance, voice, options))

    def _attention_of(self, utterance: Utterance, made: Attended) -> Attention:
        step = self.acoustic.config.reduction / self.mel.frames_per_second
        return Attention(tuple(utterance.symbols), made.weights.cpu().numpy(), step)


def mixture_of(emotion: Emotion) -> Tensor:
    """The shares (6,) of the table's rows that an emotion is at its intensity: on the line from the neutral
    one, at 0, to EMPHASIS beyond its own, at 1, and further. Their sum is one.
    """
    far = EMPHASIS * emotion.intensity
    shares = torch.zeros(len(EMOTIONS))
    shares[EMOTIONS.index(NEUTRAL)] = 1.0 - far
    shares[EMOTIONS.index(emotion.name)] += far
    return shares
