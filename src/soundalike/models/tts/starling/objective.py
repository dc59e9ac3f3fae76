"""Training of starling: durations, pitch and mel, from known durations and pitch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.core.contracts import Auxiliary, PartKind
from soundalike.core.errors import ConfigError
from soundalike.core.graphs import GraphPlan
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.adversary import FOLDER
from soundalike.models.common.interfaces import acoustic_reads, writes_mel
from soundalike.models.common.objective import (
    MelObjective,
    duration_l2,
    language_places,
    mel_l1,
    octave_l1,
    outside_prompt,
    zero_padding,
)
from soundalike.models.common.recognition import RecognitionSettings, recognition_judge
from soundalike.nn.length_regulator import symbol_of_frame
from soundalike.nn.masks import length_mask, masked_cross_entropy

from .config import StarlingConfig
from .discriminator import MelDiscriminator, MelDiscriminatorConfig, discriminator_loss, generator_losses
from .graphs import graphs_of
from .network import Starling
from .sound_judge import SoundJudge, SoundSettings


@dataclass(frozen=True)
class StarlingSettings:
    """Weights of the losses."""

    mel: float = 1.0
    duration: float = 0.3
    pitch: float = 1.0
    voicing: float = 0.1
    adversarial: float = 0.0  # weight of fooling a discriminator of mels; 0 trains without one
    matching: float = 0.0  # weight of matching the discriminator's features
    # Share of the clips whose text is read without the voice, so that accent and voice come apart
    unvoiced_text: float = 0.0
    window: int = 192  # frames of each clip the discriminator is shown, at a random place
    sound: SoundSettings = field(default_factory=SoundSettings)  # of judging what a vocoder makes of the mel
    # Of being recognised by a speaker encoder and an aligner
    recognition: RecognitionSettings = field(default_factory=RecognitionSettings)


# As in the second stage of training, but that a prompt's windows are shown whole
JUDGED = StarlingSettings(adversarial=0.3, matching=0.8, window=256)


QUIET = 4.0  # nats below the loudest frame: quieter frames hold no speech
LOUD = 0.95  # share of the speech frames that a band holds nothing in, where nothing was recorded there
MISSING = -5.0  # log-mel of a band below which it holds nothing


@torch.no_grad()
def missing_bands(mel: Tensor, lengths: Tensor) -> Tensor:
    """Which bands (B, M) a recording does not hold, as those outside of a telephone's, of log-mels (B, T, M)
    at the level of training. A model is not taught that there is nothing.
    """
    inside = length_mask(lengths, mel.shape[1])
    level = mel.mean(2).masked_fill(inside == 0, -torch.inf)
    speech = (level > level.amax(1, keepdim=True) - QUIET).float()
    heard = ((mel >= MISSING).float() * speech[..., None]).sum(1) / speech.sum(1)[:, None].clamp_min(1.0)
    return heard < 1.0 - LOUD


class StarlingObjective(MelObjective[Starling, StarlingSettings]):
    """L1 on the normalised mel, L2 on log durations, L1 on octaves, cross-entropy on voicing; and a
    discriminator if asked for.
    """

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

    def __init__(
        self,
        network: Starling,
        settings: StarlingSettings,
        facts: DataFacts,
        adversary: MelDiscriminator | None = None,
    ):
        super().__init__(network, settings, facts)
        self.sound = SoundJudge(settings.sound, network.mel.n_mels) if settings.sound.vocoder else None
        if self.sound is not None:
            self.required_fields = self.required_fields | {"samples"}
        self.recognition = recognition_judge(settings.recognition, network.mel.n_mels)
        if self.recognition is not None:
            self.required_fields = self.required_fields | self.recognition.required_fields
        self._places = language_places(network.config.languages)
        if network.config.languages:
            self.required_fields = self.required_fields | {"language"}
        turns = {"discriminator": settings.adversarial, "sound_discriminator": self.sound, "model": True}
        self.optimizers = tuple(name for name, there in turns.items() if there)
        sizes = MelDiscriminatorConfig(network.config.voice, network.config.width)
        self.adversary = adversary or (MelDiscriminator(sizes, network.mel) if settings.adversarial else None)

    @property
    def auxiliary_parts(self) -> Mapping[str, Auxiliary]:
        """The discriminators, where there are any."""
        parts = {}
        if self.adversary is not None:
            parts["adversary"] = Auxiliary("mel_discriminator", self.adversary.config, self.adversary)
        if self.sound is not None:
            parts["sound_discriminator"] = self.sound.adversary.auxiliary
        return parts

    def trained(self, optimizer: str) -> nn.Module:
        """The network; in the turn of a discriminator, that."""
        if optimizer == "sound_discriminator" and self.sound is not None:
            return self.sound.adversary.network
        return self._discriminator if optimizer == "discriminator" else self._network

    def forward(self, batch: Batch) -> Output:
        """The mel from the true durations and pitch, and the predictions of these."""
        net = self._network
        patch = self._network.config.patch
        conditioning = net.condition(
            batch["speaker_embedding"],
            batch["prompt"],
            batch.lengths("prompt"),
            batch["prompt_pitch"],
            batch["quality"],
        )
        states, log_durations = net.encode(
            batch["symbols"],
            batch.lengths("symbols"),
            self._read_by(conditioning.voice),
            self._language(batch),
        )
        size = -(-batch["mel"].shape[1] // patch) * patch
        lengths = batch["durations"].sum(1)
        patches = net.placed(states, batch["durations"], symbol_of_frame(batch["durations"], size))
        mask = length_mask((lengths + patch - 1) // patch, patches.shape[1])
        pitch = F.pad(batch["pitch"], (0, size - batch["pitch"].shape[1]))
        voiced = (pitch > 0).float()
        octave = (pitch.clamp_min(1.0).log2() - conditioning.octave[:, None]) * voiced
        made_octave, voicing = net.intone(patches.detach(), mask, conditioning.voice)
        if "noise" in batch:
            noise = batch["noise"][:, :size]
        else:
            noise = torch.randn(len(mask), size, net.config.noise, device=mask.device)
        mel = net.decode(patches, mask, octave, voiced, conditioning, noise)
        missing = missing_bands(batch["mel"], batch.lengths("mel"))
        mel = torch.where(missing[:, None], self._target(batch, mel.shape[1]), mel)
        output = {} if self.sound is None else self._sounds(self.sound, mel, batch)
        return output | {
            "mel": mel,
            "log_durations": log_durations,
            "made_octave": made_octave,
            "voicing": voicing,
            "octave": octave,
            "voiced": voiced,
            "lengths": lengths,
            "voice": conditioning.voice.detach(),
            "states": net.sounds(patches).detach(),
        }

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the regressed values, and of fooling the discriminators; in their turns, of telling made from
        real.
        """
        if optimizer == "sound_discriminator" and self.sound is not None:
            telling = self.sound.adversary.telling(output["made_sound"], output["real_sound"])
            return {optimizer: telling[FOLDER]}
        frames = length_mask(output["lengths"], output["mel"].shape[1])
        # A clip that is its own prompt is not judged where it could be copied
        new = outside_prompt(batch, frames)
        target = self._target(batch, frames.shape[1]) * frames[..., None]
        if optimizer == "discriminator":
            shown = self._shown(frames)
            _, real = self._judge(target, new, shown, output)
            _, made = self._judge(output["mel"].detach(), new, shown, output)
            return {"discriminator": discriminator_loss(real, made, new[:, shown])}
        losses = self._regression(batch, output, target, frames, new)
        if self.adversary is not None:
            losses |= self._adversarial(output, target, new, self._shown(frames))
        if self.sound is not None:
            losses |= self.sound.losses(output["made_sound"], output["real_sound"])
        if self.recognition is not None:
            made = self._network.denormalised(output["mel"])[:, : batch["mel"].shape[1]]
            losses |= self.recognition.of_clips(made, batch)
        return losses

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The mel from the true durations and the predicted pitch, without noise."""
        net = self._network
        conditioning = net.condition(
            batch["speaker_embedding"], batch["prompt"], batch.lengths("prompt"), batch["prompt_pitch"]
        )
        states, _ = net.encode(
            batch["symbols"], batch.lengths("symbols"), conditioning.voice, self._language(batch)
        )
        patches, lengths = net.spread_out(states, batch["durations"])
        mask = length_mask(-(-lengths // net.config.patch), patches.shape[1])
        octave, voicing = net.intone(patches, mask, conditioning.voice)
        mel = net.decode(patches, mask, octave, (voicing > 0).float(), conditioning)
        return {"mel": zero_padding(mel, lengths)[:, : int(lengths.max())]}

    def _target(self, batch: Batch, size: int) -> Tensor:
        """The recordings' normalised mels (B, size, M)."""
        mel = batch["mel"]
        return self._network.normalised(F.pad(mel, (0, 0, 0, size - mel.shape[1])))

    def _read_by(self, voice: Tensor) -> Tensor:
        """The voices (B, V) that the text is read with: nobody's for some of the clips."""
        if not self.settings.unvoiced_text:
            return voice
        return voice * (torch.rand(len(voice), 1, device=voice.device) >= self.settings.unvoiced_text)

    def _language(self, batch: Batch) -> Tensor | None:
        """What the text encoder is told of each clip's language; nothing where the batch does not say it."""
        if "language" not in batch or not self._network.config.languages:
            return None
        return self._places.to(batch["language"].device)[batch["language"]].clamp_min(0)

    @property
    def _discriminator(self) -> MelDiscriminator:
        if self.adversary is None:
            raise ConfigError("this objective has no discriminator: set objective.adversarial.")
        return self.adversary

    def _shown(self, frames: Tensor) -> slice:
        """The frames that the discriminator is shown, at a random place; all of short clips."""
        if frames.shape[1] <= self.settings.window:
            return slice(None)
        start = int(torch.randint(frames.shape[1] - self.settings.window, ()))
        return slice(start, start + self.settings.window)

    def _sounds(self, judge: SoundJudge, mel: Tensor, batch: Batch) -> Output:
        """What a vocoder makes of a window of the mel, and the recording there."""
        made, real = judge.sounds(self._network.denormalised(mel), batch)
        return {"made_sound": made, "real_sound": real}

    def _regression(
        self, batch: Batch, output: Output, target: Tensor, frames: Tensor, new: Tensor
    ) -> dict[str, Tensor]:
        s = self.settings
        octave = octave_l1(output["made_octave"], output["octave"], output["voiced"])
        return {
            "mel": s.mel * mel_l1(output["mel"], target, new),
            "duration": s.duration * duration_l2(output["log_durations"], batch),
            "octave": s.pitch * octave,
            "voicing": s.voicing * masked_cross_entropy(output["voicing"], output["voiced"], frames),
        }

    def _adversarial(self, output: Output, target: Tensor, new: Tensor, shown: slice) -> dict[str, Tensor]:
        s = self.settings
        with torch.no_grad():
            real, _ = self._judge(target, new, shown, output)
        made, scores = self._judge(output["mel"], new, shown, output)
        fooling, matching = generator_losses(real, made, scores, new[:, shown])
        return {"adversarial": s.adversarial * fooling, "matching": s.matching * matching}

    def _judge(self, mel: Tensor, mask: Tensor, shown: slice, output: Output) -> tuple[list[Tensor], Tensor]:
        seen = (mel * mask[..., None])[:, shown]
        return self._discriminator(seen, output["states"][:, shown], output["voice"])


def _graphs_of(network: Starling) -> tuple[GraphPlan, ...]:
    """All graphs: to speak, and to adapt to a prompt."""
    from .adaptation_graph import adaptation_plan  # which takes this objective's gradient

    return (*graphs_of(network), adaptation_plan(network))


PART = PartKind(
    "acoustic",
    StarlingConfig,
    Starling,
    StarlingSettings,
    StarlingObjective,
    reads=acoustic_reads,
    writes=writes_mel,
    graphs=_graphs_of,
)
