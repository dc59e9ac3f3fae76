"""Training of the part that conversion hears with, before a frozen aligner, text encoder and decoder.

Half of the clips are spoken again in their own voice, and are to be the recording. The other half get the
voice of another clip of the batch, and are to be what the acoustic model makes of their words in that voice:
pairs of the same words by two people, which recordings do not have. The aligner hears every clip disguised,
so that what its states say of the speaker is of no use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.core import registry
from soundalike.core.contracts import PartKind, Preview
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.data.fields import UNKNOWN_PHONE
from soundalike.models.common.disguise import disguised
from soundalike.models.common.objective import (
    SingleOptimizerObjective,
    mel_l1,
    outside_prompt,
    zero_padding,
)
from soundalike.models.common.recognition import RecognitionJudge, RecognitionSettings, recognition_judge
from soundalike.nn.masks import length_mask, masked_mean

from .config import StarlingContentConfig, check_fit
from .content import StarlingContent
from .content_graph import graphs_of
from .discriminator import MelDiscriminator, generator_losses
from .network import Starling, VoiceConditioning


@dataclass(frozen=True)
class StarlingContentSettings:
    """Frozen parts it is trained with, the disguise, and weights of the losses."""

    acoustic: str = "builtin"  # folder of a starling; "builtin": the built-in model's
    aligner: str = "builtin"
    adversary: str = "builtin"  # used where `matching` or `adversarial` is not 0
    mel: float = 1.0  # of the mel, in the clip's own voice or another
    text: float = 0.2  # of the states, against those of the text
    matching: float = 0.0  # of the frozen discriminator's features, in the clip's own voice
    adversarial: float = 0.0  # of fooling the frozen discriminator
    window: int = 192  # frames of each clip that are decoded, at a random place
    others: float = 0.5  # share of clips that get another's voice
    warp: float = 0.1  # by how much the spectrum of what is heard is stretched, at most
    # Of being recognised, in whichever voice, by a speaker encoder and an aligner
    recognition: RecognitionSettings = field(default_factory=RecognitionSettings)


class StarlingContentObjective(SingleOptimizerObjective[StarlingContent, StarlingContentSettings]):
    """L1 on the normalised mel, through the frozen decoder, and on what the decoder takes of the states."""

    required_fields = frozenset(
        {
            "symbols",
            "durations",
            "mel",
            "heard",
            "pitch",
            "prompt",
            "prompt_pitch",
            "prompt_span",
            "speaker_embedding",
            "quality",
        }
    )

    def __init__(self, network: StarlingContent, settings: StarlingContentSettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        self.acoustic: Starling = _frozen(settings.acoustic, "acoustic", network)
        self.aligner = _frozen(settings.aligner, "aligner", network)
        judged = settings.matching or settings.adversarial
        self.adversary: MelDiscriminator | None = (
            _frozen(settings.adversary, "adversary", network) if judged else None
        )
        check_fit(network.config, self.acoustic.config, self.aligner.config)
        self.recognition = recognition_judge(settings.recognition, network.mel.n_mels)
        if self.recognition is not None:
            self.required_fields = self.required_fields | self.recognition.required_fields

    def adopt_facts(self, facts: DataFacts) -> None:
        """The network keeps nothing of the data: its mels are the acoustic model's."""

    def forward(self, batch: Batch) -> Output:
        """The mel of each clip in its own voice or another's, and what it is to be."""
        net = self.acoustic
        self._place(batch["mel"].device)
        with torch.no_grad():
            own = self._conditioning(batch)
            other = torch.rand(len(batch.ids), device=own.voice.device) < self.settings.others
            order = torch.where(other, torch.arange(len(other)).roll(1).to(other.device), _places(other))
            chosen = _taken(own, order)
            heard = disguised(batch["heard"], _frames(batch), net.mel, self.settings.warp)
            states = self.aligner.content(heard, batch.lengths("mel"))
            said, lengths, mask, octave, voiced = self._said(batch, chosen, own, other)
            window = self._window(said.shape[1])
            frames = slice(window.start * net.config.patch, window.stop * net.config.patch)
            melody = (octave[:, frames], voiced[:, frames])
            wanted = self._wanted(said[:, window], mask[:, window], *melody, chosen, other)
            noise = torch.randn(*melody[0].shape, net.config.noise, device=octave.device)
        made, _ = self._network(states, heard, batch.lengths("mel"), chosen.voice)
        size = min(made.shape[1], mask.shape[1])
        made = F.pad(made[:, :size], (0, 0, 0, mask.shape[1] - size))
        mel = net.decode(made[:, window], mask[:, window], *melody, chosen, noise)
        return {
            "mel": mel,
            "wanted": wanted,
            "other": other,
            "made": made,
            "said": said,
            "mask": mask,
            "lengths": lengths,
            "frames": frames,
            "voice": chosen.voice,
            "person": batch["speaker_embedding"][order],
        }

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the mels, of the states, and of the discriminator's features."""
        s = self.settings
        net = self.acoustic
        size = output["mask"].shape[1] * net.config.patch
        frames = length_mask(output["lengths"], size)
        mel = F.pad(batch["mel"], (0, 0, 0, size - batch["mel"].shape[1]))
        real = net.normalised(mel, frames)[:, output["frames"]]
        other = output["other"][:, None].float()
        new = (outside_prompt(batch, frames) * (1 - other))[:, output["frames"]]
        losses = {
            "mel": s.mel * mel_l1(output["mel"], real, new),
            "other": s.mel * mel_l1(output["mel"], output["wanted"], (frames * other)[:, output["frames"]]),
            "text": s.text * self._apart(output),
        }
        if self.adversary is not None:
            losses |= self._judged(self.adversary, output, real, new)
        if self.recognition is not None:
            losses |= self._recognised(self.recognition, batch, output)
        return losses

    def _recognised(self, judge: RecognitionJudge, batch: Batch, output: Output) -> dict[str, Tensor]:
        """Of what is said in the window of each clip, and of the voice it is said in."""
        mel = self.acoustic.denormalised(output["mel"])
        start = output["frames"].start
        inside = (batch.lengths("mel") - start).clamp(1, mel.shape[1])
        phones = F.pad(batch["phones"], (0, start + mel.shape[1]), value=UNKNOWN_PHONE)
        return judge.losses(mel, inside, phones[:, output["frames"]], output["person"])

    def _apart(self, output: Output) -> Tensor:
        """How far the states are from those of the text, as the decoder takes them."""
        taken = self.acoustic.decoder_in.weight[:, : output["made"].shape[-1]]
        return masked_mean(F.linear(output["made"] - output["said"], taken).abs(), output["mask"])

    def _window(self, patches: int) -> slice:
        """Patches that are decoded of each clip, at a random place."""
        size = max(1, self.settings.window // self.acoustic.config.patch)
        start = int(torch.randint(max(1, patches - size + 1), ()))
        return slice(start, min(patches, start + size))

    def _judged(
        self, adversary: MelDiscriminator, output: Output, real: Tensor, mask: Tensor
    ) -> dict[str, Tensor]:
        s = self.settings
        states = self.acoustic.sounds(output["said"])[:, output["frames"]]
        with torch.no_grad():
            wanted, _ = adversary(real * mask[..., None], states, output["voice"])
        made, scores = adversary(output["mel"] * mask[..., None], states, output["voice"])
        fooling, matching = generator_losses(wanted, made, scores, mask)
        return {"adversarial": s.adversarial * fooling, "matching": s.matching * matching}

    def preview(self, batch: Batch) -> Preview | None:
        """The log-mel of the first clip in its own voice."""
        with torch.no_grad():
            made = self.probe(batch)["mel"][0, : int(batch.lengths("mel")[0])]
        return Preview(mel=self.acoustic.denormalised(made.float()))

    def probe(self, batch: Batch) -> dict[str, Tensor]:
        """The normalised mel in each clip's own voice, heard as it is, with its own pitch and no noise."""
        net = self.acoustic
        self._place(batch["mel"].device)
        own = self._conditioning(batch)
        states = self.aligner.content(batch["mel"], batch.lengths("mel"))
        patches, mask = self._network(states, batch["mel"], batch.lengths("mel"), own.voice)
        octave, voiced = _melody(batch, mask.shape[1] * net.config.patch, own.octave)
        mel = net.decode(patches, mask, octave, voiced, own)
        return {"mel": zero_padding(mel, batch.lengths("mel"))[:, : batch["mel"].shape[1]]}

    def _conditioning(self, batch: Batch) -> VoiceConditioning:
        return self.acoustic.condition(
            batch["speaker_embedding"],
            batch["prompt"],
            batch.lengths("prompt"),
            batch["prompt_pitch"],
            batch["quality"],
        )

    def _said(
        self, batch: Batch, chosen: VoiceConditioning, own: VoiceConditioning, other: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """What the text encoder gives in the chosen voices: patches, frames (B,), the patches' mask, and
        octaves and voicing (B, T): the clip's own, moved to the mean of another's voice.
        """
        net = self.acoustic
        states, _ = net.encode(batch["symbols"], batch.lengths("symbols"), chosen.voice)
        patches, lengths = net.spread_out(states, batch["durations"])
        mask = length_mask(-(-lengths // net.config.patch), patches.shape[1])
        size = patches.shape[1] * net.config.patch
        octave, voiced = _melody(batch, size, own.octave)
        count = voiced.sum(1).clamp_min(1.0)
        mean = octave.sum(1) / count
        return patches, lengths, mask, (octave - mean[:, None] * other[:, None]) * voiced, voiced

    def _wanted(
        self,
        said: Tensor,
        mask: Tensor,
        octave: Tensor,
        voiced: Tensor,
        chosen: VoiceConditioning,
        other: Tensor,
    ) -> Tensor:
        """The mel (B, T, M) that the text's states give in another's voice; 0 of a clip in its own."""
        made = torch.zeros(*octave.shape, self.acoustic.mel.n_mels, device=octave.device)
        rows = other.nonzero()[:, 0]
        if len(rows):
            voices = _taken(chosen, rows)
            decoded = self.acoustic.decode(said[rows], mask[rows], octave[rows], voiced[rows], voices)
            made[rows] = decoded.to(made.dtype)
        return made

    def _place(self, device: torch.device) -> None:
        for part in (self.acoustic, self.aligner, self.adversary):
            if part is not None:
                part.to(device)


def _frozen(folder: str, role: str, network: StarlingContent) -> Any:
    """The network of a part, which is not trained. Raises ConfigError for one of another mel."""
    part = registry.find(registry.SERVICES, "part", "service")(folder, role)
    if part.mel != network.mel:
        raise ConfigError(f"{folder}: the {role} was trained with another mel than this recipe's.")
    return part.network.eval().requires_grad_(False)


def _frames(batch: Batch) -> Tensor:
    return length_mask(batch.lengths("mel"), batch["mel"].shape[1])


def _places(like: Tensor) -> Tensor:
    return torch.arange(len(like), device=like.device)


def _taken(conditioning: VoiceConditioning, order: Tensor) -> VoiceConditioning:
    """The conditioning of a batch in another order."""
    c = conditioning
    return VoiceConditioning(
        c.voice[order], c.base[order], c.octave[order], c.memory[order], c.memory_mask[order]
    )


def _melody(batch: Batch, size: int, mean: Tensor) -> tuple[Tensor, Tensor]:
    """Octaves above a mean (B,) in log2 hertz and voicing, (B, size) each."""
    pitch = batch["pitch"][:, :size]
    pitch = F.pad(pitch, (0, size - pitch.shape[1]))
    voiced = (pitch > 0).float()
    return (pitch.clamp_min(1.0).log2() - mean[:, None]) * voiced, voiced


PART = PartKind(
    "content",
    StarlingContentConfig,
    StarlingContent,
    StarlingContentSettings,
    StarlingContentObjective,
    graphs=graphs_of,
)
