"""Training of the further levels: of one level of each clip, drawn by chance, the lower ones more often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.known_codec import FIELDS, reads, writes
from soundalike.models.common.objective import SingleOptimizerObjective, zero_padding
from soundalike.nn.masks import length_mask, masked_mean

from .levels_network import CodecLevels, CodecLevelsConfig


@dataclass(frozen=True)
class CodecLevelsSettings:
    """How the codes of the levels before are disturbed."""

    # Share of the codes before that are replaced by any others: when speaking they are its own, not true ones
    corrupt: float = 0.02


class CodecLevelsObjective(SingleOptimizerObjective[CodecLevels, CodecLevelsSettings]):
    """Squared distance to the sum of the vectors of all levels that are left, from one level beyond the first
    of each clip on: learned much sooner than which code it is, most of which is chance.
    """

    required_fields = FIELDS

    def adopt_facts(self, facts: DataFacts) -> None:
        """It reads no mel: of the codec its digest and codebooks are kept."""
        self._network.learn_from(facts.codec)
        if facts.codebooks is not None:
            self._network.learn_codebooks(facts.codebooks)

    def forward(self, batch: Batch) -> Output:
        """What is left of each clip at one level, in training drawn by chance."""
        codes = batch["codes"]
        # The lower ones, which say more, more often: of eight the second in more than half of the clips
        level = (self._network.config.levels ** torch.rand(len(codes), device=codes.device).square()).long()
        return self._output(batch, level.clamp(1, self._network.config.levels - 1))

    def _output(self, batch: Batch, level: Tensor) -> Output:
        prompt, sentence = (self._stretch(batch, prefix) for prefix in ("prompt_", ""))
        codes = batch["codes"]
        share = self.settings.corrupt
        if share and self._network.training:
            chosen = torch.rand(codes.shape, device=codes.device) < share
            others = torch.randint_like(codes, self._network.config.entries)
            sentence = (sentence[0], torch.where(chosen, others, codes), sentence[2])
        vector = self._network.predicted(prompt, sentence, level, batch["speaker_embedding"])
        truth = codes.gather(2, level[:, None, None].expand(-1, codes.shape[1], 1))[..., 0]
        right = (self._network.nearest(vector, level) == truth).float()
        target = self._network.targets(codes, level)
        away = (vector - target).square()
        explained = 1 - masked_mean(away, sentence[2]) / masked_mean(target.square(), sentence[2])
        measures = {"code_right": masked_mean(right, sentence[2]), "explained": explained}
        return {"vector": vector, "away": away, "mask": sentence[2], "measures": measures}

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
        """The distance."""
        return {"vector": masked_mean(output["away"], output["mask"])}

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """What is left at the second level."""
        output = self._output(batch, torch.ones(len(batch.ids), dtype=torch.long))
        return {"codes": zero_padding(output["vector"], batch.lengths("codes"))}


PART = PartKind(
    "levels",
    CodecLevelsConfig,
    CodecLevels,
    CodecLevelsSettings,
    CodecLevelsObjective,
    reads=reads,
    writes=writes,
)
