"""Training of drawn prosody, beside a frozen acoustic model: conditional flow matching."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.core import registry
from soundalike.core.contracts import PartKind
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.objective import SingleOptimizerObjective, symbol_mask
from soundalike.nn.masks import length_mask, masked_mean

from .network import Starling
from .prosody import StarlingProsody, StarlingProsodyConfig, symbol_means

LARGEST = 4.0  # in units of SCALE: a larger difference is an error of the aligner or of the pitch


@dataclass(frozen=True)
class StarlingProsodySettings:
    """The frozen acoustic model it is trained beside."""

    acoustic: str = "builtin"  # folder of a starling; "builtin": the built-in model's
    draws: int = 4  # times that every clip is drawn noise for in a step


class StarlingProsodyObjective(SingleOptimizerObjective[StarlingProsody, StarlingProsodySettings]):
    """Squared error of velocities between noise and the differences of recordings."""

    required_fields = frozenset(
        {
            "symbols",
            "durations",
            "mel",
            "pitch",
            "prompt",
            "prompt_pitch",
            "prompt_span",
            "speaker_embedding",
            "quality",
        }
    )

    def __init__(self, network: StarlingProsody, settings: StarlingProsodySettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        part = registry.find(registry.SERVICES, "part", "service")(settings.acoustic, "acoustic")
        if part.name != "starling" or (part.config.width, part.config.voice) != (
            network.config.text,
            network.config.conditioning,
        ):
            raise ConfigError(
                f"[objective] acoustic: {settings.acoustic} is a {part.name} that this network does not fit. "
                "Name a starling, and set network.text and network.conditioning to its width and voice."
            )
        self.acoustic: Starling = part.network.requires_grad_(False)

    def adopt_facts(self, facts: DataFacts) -> None:
        """Nothing: the acoustic model knows its own data."""

    def forward(self, batch: Batch) -> Output:
        """Velocities at random times, and what they should be."""
        states, log_durations, voice, target = self.differences(batch)
        mask = symbol_mask(batch)
        draws = self.settings.draws
        target = target.repeat(draws, 1, 1)
        noise = torch.randn_like(target)
        time = torch.rand(len(target), device=target.device)
        at = time[:, None, None]
        moving = ((1 - at) * noise + at * target) * mask.repeat(draws, 1)[..., None]
        made = self._network(
            moving,
            time,
            states.repeat(draws, 1, 1),
            log_durations.repeat(draws, 1),
            mask.repeat(draws, 1),
            voice.repeat(draws, 1),
        )
        return {"made": made, "wanted": target - noise, "mask": mask.repeat(draws, 1)}

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the durations' velocities and of the pitch's."""
        error = (output["made"] - output["wanted"]) ** 2  # (B, S, 2)
        return {
            "duration": masked_mean(error[..., 0], output["mask"]),
            "pitch": masked_mean(error[..., 1], output["mask"]),
        }

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """Velocities from nothing at half time."""
        states, log_durations, voice, _ = self.differences(batch)
        mask = symbol_mask(batch)
        still = torch.zeros(*mask.shape, 2, device=mask.device)
        time = torch.full((len(mask),), 0.5, device=mask.device)
        return {"velocity": self._network(still, time, states, log_durations, mask, voice)}

    @torch.no_grad()
    def differences(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What the acoustic model makes of a batch: states (B, S, D), mean log durations (B, S), the voice
        (B, V); and how the recordings differ from the mean (B, S, 2), in units of SCALE.
        """
        net = self.acoustic.to(batch["symbols"].device)
        conditioning = net.condition(
            batch["speaker_embedding"],
            batch["prompt"],
            batch.lengths("prompt"),
            batch["prompt_pitch"],
            batch["quality"],
        )
        states, log_durations = net.encode(batch["symbols"], batch.lengths("symbols"), conditioning)
        patches, lengths = net.spread_out(states, batch["durations"])
        mask = length_mask(-(-lengths // net.config.patch), patches.shape[1])
        mean_octave, _ = net.intone(patches, mask, conditioning.voice)
        pitch = F.pad(batch["pitch"], (0, mean_octave.shape[1] - batch["pitch"].shape[1]))
        voiced = (pitch > 0).float() * length_mask(lengths, pitch.shape[1])
        octave = pitch.clamp_min(1.0).log2() - conditioning.octave[:, None] - mean_octave
        # An octave error of the pitch tracker is not the speaker's melody
        voiced = voiced * (octave.abs() < 0.8)
        melody = symbol_means(octave, voiced, batch["durations"])
        pace = (batch["durations"] + 1.0).log() - log_durations
        target = torch.stack([pace, melody], -1) / self._network.scale
        target = target.clamp(-LARGEST, LARGEST) * symbol_mask(batch)[..., None]
        return states, log_durations, conditioning.voice, target


PART = PartKind(
    "prosody", StarlingProsodyConfig, StarlingProsody, StarlingProsodySettings, StarlingProsodyObjective
)
