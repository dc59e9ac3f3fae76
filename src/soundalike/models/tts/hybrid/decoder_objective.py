"""Training of tokens to sound: as VITS, with the tokens' Gaussians in the place of the text's."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts
from soundalike.models.common.interfaces import writes_waveform
from soundalike.models.common.known_codec import reads
from soundalike.models.common.latent_sound_objective import LatentSoundObjective, LatentSoundSettings, Prior
from soundalike.models.common.objective import mel_mask
from soundalike.models.common.text_encoder import sounding

from .decoder_network import HybridDecoder, HybridDecoderConfig

FIELDS = frozenset(
    {"symbols", "durations", "codes", "mel", "pitch", "prompt", "prompt_pitch", "speaker_embedding"}
)


@dataclass(frozen=True)
class HybridDecoderSettings(LatentSoundSettings):
    """Weights of the losses, and the discriminators."""

    # Share of the tokens that are replaced by any others: when speaking they are a language model's, not true
    corrupt: float = 0.03


class HybridDecoderObjective(LatentSoundObjective[HybridDecoder, HybridDecoderSettings]):
    """The recording decoded again on a window of each clip, the divergence of its latent frames from what the
    tokens say, the pitch, and discriminators where they are asked for.
    """

    required_fields = FIELDS | {"samples"}

    def __init__(self, network: HybridDecoder, settings: HybridDecoderSettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        if not settings.train_sound:
            self.required_fields = FIELDS
        if self.recognition is not None:
            self.required_fields = self.required_fields | self.recognition.required_fields

    def adopt_facts(self, facts: DataFacts) -> None:
        """Keep the statistics of the mels, and whose tokens there are."""
        super().adopt_facts(facts)
        self._network.learn_from(facts.codec)

    def voice(self, batch: Batch) -> Tensor:
        """The voice (B, C) of each clip: of its speaker embedding and its prompt."""
        return self._network.style(batch["speaker_embedding"], batch["prompt"], batch.lengths("prompt"))

    def prior(self, batch: Batch, voice: Tensor, told: Tensor | None) -> Prior:
        """The Gaussian of each frame, of the clip's own tokens."""
        net = self._network
        tokens = batch["codes"][..., 0]
        if self.settings.corrupt and net.training:
            chosen = torch.rand(tokens.shape, device=tokens.device) < self.settings.corrupt
            tokens = torch.where(chosen, torch.randint_like(tokens, net.config.entries), tokens)
        lengths = batch.lengths("symbols")
        places = sounding(batch["durations"], lengths, tokens.shape[1], net.config.stride)
        states = net.encode(tokens, batch.lengths("codes"), batch["symbols"], lengths, places, voice)
        spans = torch.full_like(tokens, net.config.stride)
        frames = net.spread(states, spans, batch.lengths("mel"), batch["mel"].shape[1])
        pitch = batch["pitch"] if net.config.source else None
        return Prior(*net.gaussians(frames, mel_mask(batch), voice, pitch), frames, voice, {})


PART = PartKind(
    "decoder",
    HybridDecoderConfig,
    HybridDecoder,
    HybridDecoderSettings,
    HybridDecoderObjective,
    reads=reads,
    writes=writes_waveform,
)
