"""Training of a language model of codes: cross-entropy of codes and of steps through the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.objective import SingleOptimizerObjective, zero_padding
from soundalike.nn.masks import masked_mean

from .code_lm import CodecLM, Part
from .known_codec import FIELDS


@dataclass(frozen=True)
class CodecLMSettings:
    """Weights of the losses, and how the codes before are disturbed."""

    code: float = 1.0
    advance: float = 0.5
    # Share of the codes before that are replaced by any others: when speaking they are its own, not true ones
    corrupt: float = 0.1


class CodecLMObjective(SingleOptimizerObjective[CodecLM, CodecLMSettings]):
    """Cross-entropy of the first level's codes, of prompt and sentence, and of how many symbols each step
    goes on.
    """

    required_fields = FIELDS

    def adopt_facts(self, facts: DataFacts) -> None:
        """It reads no mel: only which codec the codes are of is kept."""
        self._network.learn_from(facts.codec)

    def forward(self, batch: Batch) -> Output:
        """The states of all steps, and what each should make."""
        parts = self._parts(batch)
        seen = [self._disturbed(part) for part in parts]
        states = self._network.states(seen[0], seen[1], batch["speaker_embedding"])
        advance = torch.cat([self._advance(part, self._symbols(batch, i)) for i, part in enumerate(parts)], 1)
        codes = torch.cat([part.codes for part in parts], 1)
        present = torch.cat([part.present for part in parts], 1)
        scores = self._network.code_scores(states, advance, codes)
        told = self._network.advance(states)
        right = (torch.stack([score.argmax(-1) for score in scores], -1) == codes).float()
        return {
            "scores": scores,
            "advance": told,
            "true_codes": codes,
            "true_advance": advance,
            "present": present,
            "parts": parts,
            "measures": {
                "code_right": (right * present).sum() / present.sum(),
                "advance_right": masked_mean((told.argmax(-1) == advance).float(), present[..., 0]),
            },
        }

    def _parts(self, batch: Batch) -> list[Part]:
        """Prompt and sentence."""
        return [
            self._network.part(
                batch[prefix + "symbols"],
                batch.lengths(prefix + "symbols"),
                batch[prefix + "durations"],
                *self._codes(batch, prefix),
            )
            for prefix in ("prompt_", "")
        ]

    def _codes(self, batch: Batch, prefix: str) -> tuple[Tensor, Tensor]:
        """The codes (B, T) of prompt or sentence, and how many each has (B,)."""
        codes, sizes = batch[prefix + "codes"][..., 0], batch.lengths(prefix + "codes")
        if prefix or not self._network.ends:
            return codes, sizes
        end = torch.full_like(codes[:, :1], self._network.end)
        return torch.cat([codes, end], 1).scatter(1, sizes[:, None], end), sizes + 1

    def _symbols(self, batch: Batch, number: int) -> Tensor:
        """How many symbols (B,) prompt or sentence have."""
        return batch.lengths("symbols" if number else "prompt_symbols")

    def _disturbed(self, part: Part) -> Part:
        """A stretch some of whose codes are others, in training."""
        share = self.settings.corrupt
        if not share or not self._network.training:
            return part
        chosen = torch.rand(part.codes.shape, device=part.codes.device) < share
        others = torch.randint_like(part.codes, self._network.config.entries)
        return replace(part, codes=torch.where(chosen, others, part.codes))

    def _advance(self, part: Part, symbols: Tensor) -> Tensor:
        """How many symbols (B, K) each step goes on, at most the network's reach; the last leaves the text,
        of so many symbols (B,).
        """
        following = F.pad(part.places[:, 1:], (0, 1))
        is_last = F.pad(part.mask[:, 1:], (0, 1)) == 0
        following = torch.where(is_last, symbols[:, None], following)
        return (following - part.places).clamp(0, self._network.config.reach)

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the codes, and of the steps through the text."""
        present = output["present"]
        codes = output["true_codes"]
        surprise = torch.stack(
            [
                F.cross_entropy(score.flatten(0, 1), codes[..., j].flatten(), reduction="none")
                for j, score in enumerate(output["scores"])
            ],
            -1,
        ).reshape(present.shape)
        losses = {"code": self.settings.code * (surprise * present).sum() / present.sum()}
        if self._network.config.told:
            going = F.cross_entropy(
                output["advance"].flatten(0, 1), output["true_advance"].flatten(), reduction="none"
            )
            mean = masked_mean(going.reshape(present.shape[:2]), present[..., 0])
            losses["advance"] = self.settings.advance * mean
        return losses

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The scores of the first code of each step of the sentence."""
        output = self.forward(batch)
        mask = output["parts"][1].mask
        steps = mask.sum(1).long()
        return {"codes": zero_padding(output["scores"][0][:, -mask.shape[1] :], steps)}
