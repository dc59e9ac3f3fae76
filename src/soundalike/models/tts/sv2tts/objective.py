"""Training of Tacotron 2: the mel before and after the postnet, the stop token, and attention guided by the
aligner's durations.

With teacher forcing alone a small corpus teaches it to continue frames, not to read: in inference it babbles.
Attention forcing (Dou et al. 2020) lets it continue from its own frames, as in inference, and keeps it in
step with the recording by giving it the attention of the aligner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, Output
from soundalike.models.common.interfaces import acoustic_reads, writes_mel
from soundalike.models.common.judged_mel import JudgedMelObjective, JudgedMelSettings
from soundalike.models.common.objective import mel_mask, symbols_away, zero_padding
from soundalike.nn.masks import length_mask, masked_mean

from .network import SV2TTS, SV2TTSConfig


@dataclass(frozen=True)
class SV2TTSSettings(JudgedMelSettings):
    """Weights of the losses, and how the attention is guided."""

    mel: float = 1.0
    stop: float = 0.5
    # Weight of attention to the symbol that the aligner found in the frame; 0: attention is not guided
    attention: float = 0.3
    reach: int = 0  # symbols either side of that one that count as well
    window: int = 0  # symbols either side of it beyond which attention is masked; 0: no mask
    forced: float = 0.0  # share of the utterances whose attention is replaced by the aligner's
    own: float = 0.0  # share of the utterances without teacher forcing: they continue from predicted frames


class SV2TTSObjective(JudgedMelObjective[SV2TTS, SV2TTSSettings]):
    """L2 on the normalised mel before and after the postnet; cross-entropy of stopping and of attention to
    the symbol that the aligner found.

    Attention learned from the mel alone needs tens of hours of one voice; here it is guided by durations.
    """

    required_fields = frozenset({"symbols", "durations", "mel", "prompt", "speaker_embedding"})

    def forward(self, batch: Batch) -> Output:
        """The mel before and after the postnet, stop and attention of each step."""
        net = self._network
        mask = mel_mask(batch)
        target = net.normalised(batch["mel"], mask)
        memory = net.encode(batch["symbols"], batch.lengths("symbols"), batch["speaker_embedding"])
        away = symbols_away(batch, self._network.config.reduction)
        s = self.settings
        chance = torch.rand(2, len(memory), device=memory.device)
        forced, own = (
            among < (share if net.training else float(share > 0))
            for among, share in zip(chance, (s.forced, s.own))
        )
        near = away <= (s.window or away.shape[2])
        coarse, stop, weights = net.decode(
            memory, batch.lengths("symbols"), target, near, (away == 0) * forced[:, None, None].float(), own
        )
        coarse = coarse[:, : target.shape[1]]
        near = (away <= s.reach).float()
        looked_right = (weights.detach() * near).sum(-1)
        steps = length_mask(-(-batch.lengths("mel") // net.config.reduction), weights.shape[1])
        return {
            "mel": net.finish(coarse, mask),
            "coarse": coarse,
            "target": target,
            "mask": mask,
            "stop": stop,
            "weights": weights,
            "near": near,
            "steps": steps,
            "measures": {"looked_right": masked_mean(looked_right, steps)},
        }

    def regression(self, batch: Batch, output: Output) -> dict[str, Tensor]:
        """Of both mels, of stopping, and of attention to the symbol that the aligner found."""
        s = self.settings
        mask = output["mask"]
        steps = output["steps"]
        coarse = masked_mean((output["coarse"] - output["target"]) ** 2, mask)
        mel = masked_mean((output["mel"] - output["target"]) ** 2, mask)
        last = F.one_hot(steps.sum(1).long() - 1, steps.shape[1]).to(steps)
        stop = F.binary_cross_entropy_with_logits(
            output["stop"], last, reduction="none", pos_weight=torch.tensor(8.0, device=steps.device)
        )
        losses = {
            "coarse": s.mel * coarse,
            "mel": s.mel * mel,
            "stop": s.stop * masked_mean(stop, steps),
        }
        if s.attention:
            seen = (output["weights"] * output["near"]).sum(-1)
            losses["attention"] = s.attention * masked_mean(-(seen + 1e-4).log(), steps)
        return losses

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The mel, without teacher forcing."""
        net = self._network
        mask = mel_mask(batch)
        memory = net.encode(batch["symbols"], batch.lengths("symbols"), batch["speaker_embedding"])
        anywhere = torch.ones(len(mask), -(-mask.shape[1] // net.config.reduction), memory.shape[1])
        own = torch.ones(len(mask), dtype=torch.bool)
        target = net.normalised(batch["mel"], mask)
        coarse = net.decode(memory, batch.lengths("symbols"), target, anywhere, anywhere * 0, own)[0]
        return {"mel": zero_padding(net.finish(coarse[:, : mask.shape[1]], mask), batch.lengths("mel"))}


PART = PartKind(
    "acoustic", SV2TTSConfig, SV2TTS, SV2TTSSettings, SV2TTSObjective, reads=acoustic_reads, writes=writes_mel
)
