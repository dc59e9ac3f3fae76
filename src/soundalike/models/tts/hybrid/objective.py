"""Training of text to tokens: cross-entropy, and preferring what was said to what repeats or loses a span."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, Output
from soundalike.models.common.code_lm import Part
from soundalike.models.common.code_lm_objective import CodecLMObjective, CodecLMSettings
from soundalike.models.common.known_codec import reads

from .network import HybridConfig, TextToTokens

SHORTEST = 2  # steps of a span that is repeated or lost
LONGEST = 0.3  # of the steps of a clip


@dataclass(frozen=True)
class HybridSettings(CodecLMSettings):
    """Weights of the losses, and how the tokens before are disturbed."""

    # Of preferring the tokens of a clip to the same with a span said twice or left out (direct preference
    # optimization, Rafailov et al. 2023, without a reference model)
    preference: float = 0.2
    preferred: float = 0.25  # share of the clips of a batch that are also read spoiled


class HybridObjective(CodecLMObjective):
    """Cross-entropy of tokens, of their end and of the way through the text; and the preference."""

    settings: HybridSettings

    def forward(self, batch: Batch) -> Output:
        """As for codes; beside it how much likelier the tokens of some clips are than spoiled ones."""
        output = super().forward(batch)
        if self.settings.preference and self._network.training:
            output["preferred"] = self._preferred(batch, output)
            output["measures"]["preferred"] = (output["preferred"] > 0).float().mean()
        return output

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of tokens, of the way through the text, and of the preference."""
        losses = super().losses(optimizer, batch, output, step)
        if "preferred" in output:
            losses["preference"] = -self.settings.preference * F.logsigmoid(output["preferred"]).mean()
        return losses

    def _preferred(self, batch: Batch, output: Output) -> Tensor:
        """By how much the mean log-probability of a step is higher, of the tokens of some clips (n,) than of
        the spoiled ones, from where the two part.
        """
        count = max(1, round(self.settings.preferred * len(batch.ids)))
        rows = torch.randperm(len(batch.ids))[:count].to(output["true_codes"].device)
        prompt, true = (_rows(part, rows) for part in output["parts"])
        bad, differing = spoiled(true)
        states = self._network.states(prompt, bad, batch["speaker_embedding"][rows])
        size = true.codes.shape[1]
        advance = output["true_advance"][rows, -size:]
        scores = self._network.code_scores(states[:, -size:], advance, bad.codes)
        known = [score[rows, -size:] for score in output["scores"]]
        return _likelihood(known, true, differing) - _likelihood(scores, bad, differing)


def spoiled(part: Part) -> tuple[Part, Tensor]:
    """A stretch each of whose clips says a span of steps twice, or leaves it out, while the told path goes on
    as it did; and which steps (B, K) come after the two have parted.
    """
    steps = part.mask.sum(1).long()  # (B,)
    device = steps.device

    def drawn(low: Tensor, high: Tensor) -> Tensor:
        return (low + torch.rand(len(steps), device=device) * (high - low)).long()

    least = torch.full_like(steps, SHORTEST).minimum(steps // 2)
    span = drawn(least, (LONGEST * steps).long().maximum(least) + 1)
    start = drawn(torch.zeros_like(steps), (steps - 2 * span).clamp_min(0) + 1)
    is_repeated = torch.rand(len(steps), device=device) < 0.5
    place = torch.arange(part.codes.shape[1], device=device)[None]
    again = torch.where(place < (start + span)[:, None], place, place - span[:, None])
    lost = torch.where(place < start[:, None], place, place + span[:, None])
    source = torch.where(is_repeated[:, None], again, lost)
    held = (source < steps[:, None]) & (place < steps[:, None])
    source = source.clamp(0, part.codes.shape[1] - 1)[..., None].expand_as(part.codes)
    made = replace(
        part,
        codes=part.codes.gather(1, source),
        present=part.present.gather(1, source) * held[..., None],
    )
    return made, place >= torch.where(is_repeated, start + span, start)[:, None]


def _rows(part: Part, rows: Tensor) -> Part:
    """Some clips of a stretch."""
    values = (part.states, part.written, part.places, part.codes, part.present)
    return Part(*(value[rows] for value in values))


def _likelihood(scores: list[Tensor], part: Part, counted: Tensor) -> Tensor:
    """The mean log-probability (B,) of the codes of a stretch, over the steps counted (B, K)."""
    held = part.present * counted[..., None]
    surprise = torch.stack(
        [
            F.cross_entropy(score.float().transpose(1, 2), part.codes[..., j], reduction="none")
            for j, score in enumerate(scores)
        ],
        -1,
    )
    return -(surprise * held).sum((1, 2)) / held.sum((1, 2)).clamp_min(1.0)


PART = PartKind("acoustic", HybridConfig, TextToTokens, HybridSettings, HybridObjective, reads=reads)
