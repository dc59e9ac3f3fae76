"""Training of the expressive transformer: mel, done flag, and attention taught by the aligner's durations.

When speaking, the decoder goes on from its own frames. To learn that while all steps are computed at once, it
runs twice (parallel scheduled sampling, Mihaylova & Martins 2019): on the true frames, without gradients, and
then on those that this pass made. It stays in step with the recording because its taught heads are shown the
symbols that the aligner found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.emotions import ACTED_EMOTIONS, EMOTIONS, NEUTRAL, emotion_named
from soundalike.core.types import Batch, Output
from soundalike.models.common.interfaces import acoustic_reads, writes_mel
from soundalike.models.common.judged_mel import JudgedMelObjective, JudgedMelSettings
from soundalike.models.common.objective import (
    delayed,
    mel_l1,
    mel_mask,
    stepped,
    symbols_away,
    zero_padding,
)
from soundalike.nn.masks import length_mask, masked_mean

from .network import Decoded, Expressive, ExpressiveConfig, Memory

# Of each emotion that a corpus may have, the row of the table; what is not known counts as neutral
_ROWS = [EMOTIONS.index(emotion_named(name) or NEUTRAL) for name in ACTED_EMOTIONS]


@dataclass(frozen=True)
class ExpressiveSettings(JudgedMelSettings):
    """Weights of the losses, and how the attention is taught."""

    mel: float = 1.0
    done: float = 0.3
    attention: float = 2.0  # weight of the taught heads' attention to the symbol that sounds
    window: int = 4  # symbols either side of it beyond which they are masked; 0: no mask
    forced: float = 1.0  # share of the utterances in which they are replaced by the aligner's
    own: float = 1.0  # share of the utterances that go on from predicted frames


class ExpressiveObjective(JudgedMelObjective[Expressive, ExpressiveSettings]):
    """L1 on the normalised mel before and after the postnet; cross-entropy of the done flag and of attention
    to the symbol that the aligner found.
    """

    required_fields = frozenset({"symbols", "durations", "mel", "prompt", "speaker_embedding", "emotion"})

    def forward(self, batch: Batch) -> Output:
        """The mel before and after the postnet, done flag and attention of each step."""
        net = self._network
        mask = mel_mask(batch)
        target = net.normalised(batch["mel"], mask)
        away = symbols_away(batch, net.config.reduction)  # (B, K, S)
        near = away <= (self.settings.window or away.shape[2])
        sounding = (away == 0).float()
        forced, own = self._chosen(len(target), target.device)
        decoded = self._decoded(self._memory(batch), target, near, sounding, forced, own)
        steps = length_mask(-(-batch.lengths("mel") // net.config.reduction), away.shape[1])
        seen = (decoded.weights * sounding).sum(-1)  # (L, B, K)
        return {
            "mel": net.finish(decoded.frames, mask),
            "coarse": decoded.frames[:, : target.shape[1]],
            "target": target,
            "mask": mask,
            "done": decoded.done,
            "weights": decoded.weights[0],
            "seen": seen,
            "steps": steps,
            "measures": {"looked_right": masked_mean(seen[0].detach(), steps)},
        }

    def _memory(self, batch: Batch) -> Memory:
        rows = torch.tensor(_ROWS, device=batch["emotion"].device)[batch["emotion"]]
        mixture = F.one_hot(rows, len(EMOTIONS)).float()[:, None].expand(-1, batch["symbols"].shape[1], -1)
        lengths = batch.lengths("symbols")
        return self._network.remember(batch["symbols"], lengths, batch["speaker_embedding"], mixture)

    def _chosen(self, size: int, device: torch.device) -> tuple[Tensor, Tensor]:
        """In which utterances (B,) the taught heads are replaced, and which go on from predicted frames."""
        chance = torch.rand(2, size, device=device)
        shares = (self.settings.forced, self.settings.own)
        forced, own = (
            among < (share if self._network.training else float(share > 0))
            for among, share in zip(chance, shares)
        )
        return forced, own

    def _decoded(
        self, memory: Memory, target: Tensor, near: Tensor, sounding: Tensor, forced: Tensor, own: Tensor
    ) -> Decoded:
        """The last pass of the decoder: on true frames (B, T, M), or, where `own` (B,), on those that the
        pass before it made. The taught heads of those `forced` (B,) look at what is `sounding` (B, K, S).
        """
        net = self._network
        shown = sounding * forced[:, None, None]
        before = delayed(stepped(target, net.config.reduction))
        context = delayed(sounding.to(memory.states) @ memory.states)
        if bool(own.any()):
            with torch.no_grad():
                made = net.decode(memory, before, context, near, shown)
            frames = delayed(stepped(made.frames, net.config.reduction))
            before = torch.where(own[:, None, None], frames.to(before), before)
        return net.decode(memory, before, context, near, shown)

    def regression(self, batch: Batch, output: Output) -> dict[str, Tensor]:
        """Of the mel before and after the postnet, of the done flag, and of attention."""
        s = self.settings
        steps = output["steps"]
        last = F.one_hot(steps.sum(1).long() - 1, steps.shape[1]).to(steps)
        done = F.binary_cross_entropy_with_logits(
            output["done"], last, reduction="none", pos_weight=torch.tensor(8.0, device=steps.device)
        )
        losses = {
            "coarse": s.mel * mel_l1(output["coarse"], output["target"], output["mask"]),
            "mel": s.mel * mel_l1(output["mel"], output["target"], output["mask"]),
            "done": s.done * masked_mean(done, steps),
        }
        if s.attention:
            surprise = -(output["seen"] + 1e-4).log().mean(0)
            losses["attention"] = s.attention * masked_mean(surprise, steps)
        return losses

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The mel on its own frames of one pass, its taught heads neither masked nor replaced."""
        net = self._network
        mask = mel_mask(batch)
        away = symbols_away(batch, net.config.reduction)
        target = net.normalised(batch["mel"], mask)
        own = torch.ones(len(mask), dtype=torch.bool, device=mask.device)
        sounding = (away == 0).float()
        anywhere = torch.ones_like(sounding)
        decoded = self._decoded(self._memory(batch), target, anywhere, sounding, ~own, own)
        return {"mel": zero_padding(net.finish(decoded.frames, mask), batch.lengths("mel"))}


PART = PartKind(
    "acoustic",
    ExpressiveConfig,
    Expressive,
    ExpressiveSettings,
    ExpressiveObjective,
    reads=acoustic_reads,
    writes=writes_mel,
)
