"""Training of the regression family: durations, pitch and mel, from known durations and pitch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.interfaces import acoustic_reads, writes_mel
from soundalike.nn.masks import length_mask, masked_mean

from .discriminator import MelDiscriminator, MelDiscriminatorConfig, discriminator_loss, generator_losses
from .network import Starling, StarlingConfig


@dataclass(frozen=True)
class StarlingSettings:
    mel: float = 1.0
    duration: float = 0.3
    pitch: float = 1.0
    voicing: float = 0.1
    adversarial: float = 0.0  # weight of fooling a discriminator of mels; 0 trains without one
    matching: float = 0.0  # weight of matching the discriminator's features
    window: int = 192  # frames of each clip the discriminator is shown, at a random place


JUDGED = StarlingSettings(adversarial=0.3, matching=0.8)  # as in the second stage of training


class StarlingObjective:
    """L1 on the normalised mel, L2 on log durations, L1 on octaves, cross-entropy on voicing; and an
    adversary if asked for.
    """

    required_fields = frozenset({"symbols", "durations", "mel", "pitch", "prompt", "vector", "quality"})

    def __init__(
        self,
        network: Starling,
        settings: StarlingSettings,
        facts: DataFacts,
        adversary: MelDiscriminator | None = None,
    ):
        self._network = network
        self.settings = settings
        network.mean.copy_(facts.mel_mean)
        network.std.copy_(facts.mel_std)
        self.optimizers = ("discriminator", "model") if settings.adversarial else ("model",)
        told = MelDiscriminatorConfig(network.config.voice, network.config.width)
        self.adversary = adversary or (MelDiscriminator(told, network.mel) if settings.adversarial else None)

    def network(self) -> Starling:
        return self._network

    @property
    def auxiliary_parts(self) -> dict[str, tuple[str, Any, nn.Module]]:
        return (
            {"adversary": ("mel_adversary", self.adversary.config, self.adversary)}
            if self.adversary is not None
            else {}
        )

    def trained(self, optimizer: str) -> nn.Module:
        return self.adversary if optimizer == "discriminator" else self._network

    def forward(self, batch: Batch) -> Output:
        net = self._network
        patch = self._network.config.patch
        conditioning = net.listen(
            batch.vector, batch.prompt, batch.prompt_lengths, batch.prompt_pitch, batch.quality
        )
        states, log_durations = net.encode(batch.symbols, batch.symbol_lengths, conditioning)
        patches, lengths = net.spread_out(states, batch.durations)
        mask = length_mask(-(-lengths // patch), patches.shape[1])
        size = patches.shape[1] * patch
        pitch = F.pad(batch.pitch, (0, size - batch.pitch.shape[1]))
        voiced = (pitch > 0).float()
        octave = (pitch.clamp_min(1.0).log2() - conditioning.octave[:, None]) * voiced
        made_octave, voicing = net.intone(patches.detach(), mask, conditioning.voice)
        noise = torch.randn(len(mask), size, net.config.noise, device=mask.device)
        mel = net.decode(patches, mask, octave, voiced, conditioning, noise)
        return {
            "mel": mel,
            "log_durations": log_durations,
            "made_octave": made_octave,
            "voicing": voicing,
            "octave": octave,
            "voiced": voiced,
            "lengths": lengths,
            "voice": conditioning.voice.detach(),
            "said": net.sounds(patches).detach(),
        }

    def losses(self, optimizer: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        s = self.settings
        net = self._network
        frames = length_mask(output["lengths"], output["mel"].shape[1])
        place = torch.arange(frames.shape[1], device=frames.device)
        first = batch.prompt_span[:, :1]
        end = batch.prompt_span[:, 1:]
        # A clip that is its own prompt is not judged where it could be copied
        new = frames * ((place < first) | (place >= end))
        symbols = length_mask(batch.symbol_lengths, batch.symbols.shape[1])
        mel = F.pad(batch.mel, (0, 0, 0, output["mel"].shape[1] - batch.mel.shape[1]))
        target = net.normalised(mel, frames)
        shown = slice(None)
        if self.adversary is not None:
            start = int(torch.randint(max(1, frames.shape[1] - s.window), ()))
            shown = slice(start, start + s.window)
        if optimizer == "discriminator":
            (_, real), (_, made) = (
                self._judge(x, new, shown, output) for x in (target, output["mel"].detach())
            )
            return {"discriminator": discriminator_loss(real, made, new[:, shown])}
        losses = {
            "mel": s.mel * masked_mean((output["mel"] - target).abs(), new),
            "duration": s.duration
            * masked_mean((output["log_durations"] - (batch.durations + 1.0).log()) ** 2, symbols),
            "octave": s.pitch
            * masked_mean((output["made_octave"] - output["octave"]).abs(), output["voiced"]),
            "voicing": s.voicing
            * masked_mean(
                F.binary_cross_entropy_with_logits(output["voicing"], output["voiced"], reduction="none"),
                frames,
            ),
        }
        if self.adversary is not None:
            with torch.no_grad():
                real, _ = self._judge(target, new, shown, output)
            made, scores = self._judge(output["mel"], new, shown, output)
            fooling, matching = generator_losses(real, made, scores, new[:, shown])
            losses |= {"adversarial": s.adversarial * fooling, "matching": s.matching * matching}
        return losses

    def _judge(self, mel: Tensor, mask: Tensor, shown: slice, output: Output) -> tuple[list[Tensor], Tensor]:
        return self.adversary((mel * mask[..., None])[:, shown], output["said"][:, shown], output["voice"])


PART = PartKind(
    "acoustic",
    StarlingConfig,
    Starling,
    StarlingSettings,
    StarlingObjective,
    reads=acoustic_reads,
    writes=writes_mel,
)
