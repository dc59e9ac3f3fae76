"""Training of the further levels: cross-entropy of one level of each clip, drawn by chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.known_codec import FIELDS, reads, writes
from soundalike.models.common.objective import SingleOptimizerObjective, zero_padding
from soundalike.nn.masks import length_mask, masked_mean

from .levels_network import CodecLevels, CodecLevelsConfig


@dataclass(frozen=True)
class CodecLevelsSettings:
    """Weights of the losses, and how the codes of the levels before are disturbed."""

    # Weight of the distance of the predicted vector to that of the code: learned much sooner than the codes
    vector: float = 2.0
    # Share of the codes before that are replaced by any others: when speaking they are its own, not true ones
    corrupt: float = 0.05


class CodecLevelsObjective(SingleOptimizerObjective[CodecLevels, CodecLevelsSettings]):
    """Cross-entropy of the codes of the sentence, and squared distance to their vectors, of one level beyond
    the first of each clip.
    """

    required_fields = FIELDS

    def adopt_facts(self, facts: DataFacts) -> None:
        """It reads no mel: of the codec its digest and codebooks are kept."""
        self._network.learn_from(facts.codec)
        if facts.codebooks is not None:
            self._network.learn_codebooks(facts.codebooks)

    def forward(self, batch: Batch) -> Output:
        """The scores of one level of each clip, in training drawn by chance."""
        codes = batch["codes"]
        level = torch.randint(1, self._network.config.levels, (len(codes),), device=codes.device)
        return self._output(batch, level)

    def _output(self, batch: Batch, level: Tensor) -> Output:
        prompt, sentence = (self._stretch(batch, prefix) for prefix in ("prompt_", ""))
        codes = batch["codes"]
        share = self.settings.corrupt
        if share and self._network.training:
            chosen = torch.rand(codes.shape, device=codes.device) < share
            others = torch.randint_like(codes, self._network.config.entries)
            sentence = (sentence[0], torch.where(chosen, others, codes), sentence[2])
        vector = self._network.predicted(prompt, sentence, level, batch["speaker_embedding"])
        scores = self._network.scores(vector, level)
        truth = codes.gather(2, level[:, None, None].expand(-1, codes.shape[1], 1))[..., 0]
        right = (scores.argmax(-1) == truth).float()
        measures = {"code_right": masked_mean(right, sentence[2])}
        return {
            "scores": scores,
            "truth": truth,
            "away": (vector - self._network.targets(truth, level)).square(),
            "mask": sentence[2],
            "measures": measures,
        }

    def _stretch(self, batch: Batch, prefix: str) -> tuple[Tensor, Tensor, Tensor]:
        """States of the text, codes and mask of the prompt or the sentence."""
        codes = batch[prefix + "codes"]
        text = self._network.text(
            batch[prefix + "symbols"],
            batch.lengths(prefix + "symbols"),
            batch[prefix + "durations"],
            codes.shape[1],
        )
        return text, codes, length_mask(batch.lengths(prefix + "codes"), codes.shape[1])

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the codes, and of their vectors."""
        scores = output["scores"]
        surprise = F.cross_entropy(scores.flatten(0, 1), output["truth"].flatten(), reduction="none")
        return {
            "code": masked_mean(surprise.reshape(scores.shape[:2]), output["mask"]),
            "vector": self.settings.vector * masked_mean(output["away"], output["mask"]),
        }

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The scores of the second level."""
        output = self._output(batch, torch.ones(len(batch.ids), dtype=torch.long))
        return {"codes": zero_padding(output["scores"], batch.lengths("codes"))}


PART = PartKind(
    "levels",
    CodecLevelsConfig,
    CodecLevels,
    CodecLevelsSettings,
    CodecLevelsObjective,
    reads=reads,
    writes=writes,
)
