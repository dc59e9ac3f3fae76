"""Training of Tacotron 2: the mel before and after the postnet, the stop token, and the aligner's word on
where to look.

Told the true frames before and left to find its place it learns to go on from frames, not to read, and what
it then says of its own is babble. Attention forcing (Dou et al. 2020) lets it go on from its own frames, as
when speaking, and keeps it in step with the recording by showing it the place in the text.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.interfaces import acoustic_reads, writes_mel
from soundalike.nn.length_regulator import symbol_of_frame
from soundalike.nn.masks import length_mask, masked_mean

from .network import SV2TTS, SV2TTSConfig


@dataclass(frozen=True)
class SV2TTSSettings:
    mel: float = 1.0
    stop: float = 0.5
    # Weight of looking where the aligner heard the frame; 0: let it find out by itself
    attention: float = 0.3
    reach: int = 0  # symbols either side of that place that are as good
    window: int = 0  # symbols either side of it beyond which must not be looked; 0: anywhere
    forced: float = 0.0  # share of the utterances whose every step is shown the symbol that the aligner heard
    own: float = 0.0  # share of the utterances that go on from what was just made, not from the true frames


class SV2TTSObjective:
    """L2 on the normalised mel, twice; cross-entropy of stopping and of looking at the symbol that sounds.

    Attention learned from the mel alone wants tens of hours of one voice. Durations are known here, so it is
    told.
    """

    required_fields = frozenset({"symbols", "durations", "mel", "prompt", "vector"})
    optimizers = ("model",)

    def __init__(self, network: SV2TTS, settings: SV2TTSSettings, facts: DataFacts):
        self._network = network
        self.settings = settings
        network.mean.copy_(facts.mel_mean)
        network.std.copy_(facts.mel_std)

    def network(self) -> SV2TTS:
        return self._network

    def trained(self, optimizer: str) -> nn.Module:
        return self._network

    def forward(self, batch: Batch) -> Output:
        net = self._network
        mask = length_mask(batch.mel_lengths, batch.mel.shape[1])
        target = net.normalised(batch.mel, mask)
        memory = net.encode(batch.symbols, batch.symbol_lengths, batch.vector)
        away = self._away(batch)
        s = self.settings
        chance = torch.rand(2, len(memory), device=memory.device)
        forced, own = (
            among < (share if net.training else float(share > 0))
            for among, share in zip(chance, (s.forced, s.own))
        )
        near = away <= (s.window or away.shape[2])
        coarse, stop, weights = net.decode(
            memory, batch.symbol_lengths, target, near, (away == 0) * forced[:, None, None].float(), own
        )
        coarse = coarse[:, : target.shape[1]]
        near = (away <= s.reach).float()
        looked_right = (weights.detach() * near).sum(-1)
        steps = length_mask(-(-batch.mel_lengths // net.config.reduction), weights.shape[1])
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

    def _away(self, batch: Batch) -> Tensor:
        """How many symbols (B, K, S) each is away from the one that sounds in the middle frame of each
        step.
        """
        r = self._network.config.reduction
        steps = -(-batch.mel.shape[1] // r)
        # (B, K)
        sounding = symbol_of_frame(batch.durations, steps * r)[:, r // 2 :: r].minimum(
            batch.symbol_lengths[:, None] - 1
        )
        return (torch.arange(batch.symbols.shape[1], device=sounding.device) - sounding[..., None]).abs()

    def losses(self, optimizer: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        s = self.settings
        mask = output["mask"]
        steps = output["steps"]
        off = lambda mel: masked_mean((mel - output["target"]) ** 2, mask)  # noqa: E731
        last = F.one_hot(steps.sum(1).long() - 1, steps.shape[1]).to(steps)
        stop = F.binary_cross_entropy_with_logits(
            output["stop"], last, reduction="none", pos_weight=torch.tensor(8.0, device=steps.device)
        )
        losses = {
            "coarse": s.mel * off(output["coarse"]),
            "mel": s.mel * off(output["mel"]),
            "stop": s.stop * masked_mean(stop, steps),
        }
        if s.attention:
            seen = (output["weights"] * output["near"]).sum(-1)
            losses["attention"] = s.attention * masked_mean(-(seen + 1e-4).log(), steps)
        return losses


PART = PartKind(
    "acoustic", SV2TTSConfig, SV2TTS, SV2TTSSettings, SV2TTSObjective, reads=acoustic_reads, writes=writes_mel
)
