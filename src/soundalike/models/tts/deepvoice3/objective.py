"""Training of Deep Voice 3: the mel of decoder and converter, the done flag, and attention guided by the
aligner's durations.

In inference the decoder goes on from its own frames. To learn that while all steps are computed at once, the
decoder runs more than once (Mihaylova & Martins 2019, "Scheduled sampling for transformers"): first on the
true frames, without gradients, then on the frames that the pass before made. It stays in step with the
recording because it is shown the symbols that the aligner found (attention forcing, Dou et al. 2020).
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
from soundalike.models.common.objective import (
    delayed,
    mel_l1,
    mel_mask,
    stepped,
    symbols_away,
    zero_padding,
)
from soundalike.nn.masks import length_mask, masked_mean

from .network import Decoded, DeepVoice3, DeepVoice3Config, Memory


@dataclass(frozen=True)
class DeepVoice3Settings(JudgedMelSettings):
    """Weights of the losses, and how the attention is guided."""

    mel: float = 1.0
    done: float = 0.3
    # Weight of attention to the symbol that the aligner found in the step; 0: attention is not guided
    attention: float = 0.3
    window: int = 0  # symbols either side of it beyond which attention is masked; 0: no mask
    # Weight of the error of the position rates: keys to queries as a clip's steps to its symbols
    rate: float = 0.1
    forced: float = 0.0  # share of the utterances whose attention is replaced by the aligner's
    own: float = 0.0  # share of the utterances that go on from predicted frames
    passes: int = 1  # of the decoder that make those


class DeepVoice3Objective(JudgedMelObjective[DeepVoice3, DeepVoice3Settings]):
    """L1 on the normalised mel of the decoder and of the converter; cross-entropy of the done flag and of
    attention to the symbol that the aligner found; squared error of the logarithm of the position rates.
    """

    required_fields = frozenset({"symbols", "durations", "mel", "prompt", "speaker_embedding"})

    def forward(self, batch: Batch) -> Output:
        """The mel of decoder and converter, done flag and attention of each step."""
        net = self._network
        s = self.settings
        mask = mel_mask(batch)
        target = net.normalised(batch["mel"], mask)
        memory = self._memory(batch)
        away = symbols_away(batch, self._network.config.reduction)
        forced, own = self._chosen(len(target), target.device)
        near = away <= (s.window or away.shape[2])
        sounding = (away == 0).float()
        decoded = self._decoded(memory, target, near, sounding, forced, own)
        steps = length_mask(-(-batch.lengths("mel") // net.config.reduction), away.shape[1])
        weights = decoded.weights  # (L, B, K, S)
        looked_right = (weights[-1].detach() * sounding).sum(-1)
        return {
            "mel": net.convert(decoded.states, decoded.frames, mask, memory.voice),
            "coarse": decoded.frames[:, : target.shape[1]],
            "target": target,
            "mask": mask,
            "done": decoded.done,
            "weights": weights[-1],
            "seen": (weights * sounding).sum(-1),  # (L, B, K)
            "steps": steps,
            "rate": memory.key_rate / memory.query_rate,
            "measures": {"looked_right": masked_mean(looked_right, steps)},
        }

    def _memory(self, batch: Batch) -> Memory:
        return self._network.remember(batch["symbols"], batch.lengths("symbols"), batch["speaker_embedding"])

    def _chosen(self, size: int, device: torch.device) -> tuple[Tensor, Tensor]:
        """Which utterances (B,) have the aligner's attention, and which go on from predicted frames."""
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
        """The last pass of the decoder: on true frames (B, T, M), or, where `own` (B,), on those that passes
        before it made.
        """
        net = self._network
        shown = sounding * forced[:, None, None]
        before = delayed(stepped(target, net.config.reduction))
        context = delayed(sounding @ memory.values)
        for _ in range(self.settings.passes if bool(own.any()) else 0):
            with torch.no_grad():
                made = net.decode(memory, before, context, near, shown)
            frames = delayed(stepped(made.frames, net.config.reduction))
            before = torch.where(own[:, None, None], frames.to(before), before)
            follows = own & ~forced
            context = torch.where(follows[:, None, None], delayed(made.contexts).to(context), context)
        return net.decode(memory, before, context, near, shown)

    def regression(self, batch: Batch, output: Output) -> dict[str, Tensor]:
        """Of both mels, of the done flag, of attention, and of the position rates."""
        s = self.settings
        mask = output["mask"]
        steps = output["steps"]
        last = F.one_hot(steps.sum(1).long() - 1, steps.shape[1]).to(steps)
        done = F.binary_cross_entropy_with_logits(
            output["done"], last, reduction="none", pos_weight=torch.tensor(8.0, device=steps.device)
        )
        losses = {
            "coarse": s.mel * mel_l1(output["coarse"], output["target"], mask),
            "mel": s.mel * mel_l1(output["mel"], output["target"], mask),
            "done": s.done * masked_mean(done, steps),
        }
        if s.attention:
            surprise = -(output["seen"] + 1e-4).log().mean(0)
            losses["attention"] = s.attention * masked_mean(surprise, steps)
        if s.rate:
            true = steps.sum(1) / batch.lengths("symbols")
            losses["rate"] = s.rate * ((output["rate"] / true).log() ** 2).mean()
        return losses

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The mel on its own frames of one pass, its attention neither masked nor forced."""
        net = self._network
        mask = mel_mask(batch)
        memory = self._memory(batch)
        away = symbols_away(batch, self._network.config.reduction)
        target = net.normalised(batch["mel"], mask)
        own = torch.ones(len(mask), dtype=torch.bool, device=mask.device)
        sounding = (away == 0).float()
        decoded = self._decoded(memory, target, torch.ones_like(sounding), sounding, ~own, own)
        mel = net.convert(decoded.states, decoded.frames, mask, memory.voice)
        return {"mel": zero_padding(mel, batch.lengths("mel"))}


PART = PartKind(
    "acoustic",
    DeepVoice3Config,
    DeepVoice3,
    DeepVoice3Settings,
    DeepVoice3Objective,
    reads=acoustic_reads,
    writes=writes_mel,
)
