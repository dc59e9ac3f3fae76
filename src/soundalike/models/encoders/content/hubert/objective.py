"""Training of the content encoder: telling the clusters of an aligner's states, most of all where the mel is
hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.core import registry
from soundalike.core.contracts import PartKind
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch, DataFacts, Interface, Output
from soundalike.models.common.content import content
from soundalike.models.common.disguise import disguised
from soundalike.models.common.objective import SingleOptimizerObjective, mel_mask, zero_padding
from soundalike.nn.masks import length_mask, masked_mean
from soundalike.nn.quantize import CodebookUpdate

from .network import Hubert, HubertConfig


@dataclass(frozen=True)
class HubertSettings:
    """The aligner, what is hidden, and weights of the losses."""

    aligner: str = "builtin"  # folder of a trained aligner; "builtin": the built-in model's
    begin: float = 0.08  # chance of each place that hidden ones begin there
    span: int = 10  # places hidden from there on
    hidden: float = 1.0  # weight of the clusters of hidden places
    seen: float = 0.5  # and of the others
    settle: int = 300  # steps over which the clusters' centres follow the aligner's states; then they stay
    decay: float = 0.98  # of the moving averages that they are until then
    # How the mel is disguised as another person's in another room: by how much its spectrum is stretched, at
    # most; 0: it is left as it is. What is to be told is that of the clip undisguised
    warp: float = 0.1


class HubertObjective(SingleOptimizerObjective[Hubert, HubertSettings]):
    """Cross-entropy of the clusters, of hidden places and of the others."""

    required_fields = frozenset({"mel"})

    def __init__(self, network: Hubert, settings: HubertSettings, facts: DataFacts):
        super().__init__(network, settings, facts)
        part = registry.find(registry.SERVICES, "part", "service")(settings.aligner, "aligner")
        if part.mel != network.mel:
            raise ConfigError(
                f"{settings.aligner}: the aligner was trained with another mel than this recipe's."
            )
        self.aligner: Any = part.network.eval().requires_grad_(False)
        width = self.aligner.config.width
        if width != network.config.states:
            raise ConfigError(
                f"[network] states is {network.config.states}, and the aligner's states have {width} "
                f"numbers. Set network.states = {width}."
            )

    def forward(self, batch: Batch) -> Output:
        """Scores of the clusters of each place, with some hidden, and what is right."""
        net = self._network
        mel, lengths = batch["mel"], batch.lengths("mel")
        # Distances in half precision would choose other clusters
        with torch.no_grad(), torch.autocast(mel.device.type, enabled=False):
            truth, mask = self._truth(mel, lengths)
            hidden = self._hidden(mask)
            seen = mel
            if net.training and self.settings.warp:
                seen = disguised(mel, mel_mask(batch), net.mel, self.settings.warp)
        scores = net.head(net(seen, lengths, hidden))
        right = (scores.argmax(-1) == truth).float()
        out, rest = mask * hidden, mask * ~hidden
        return {
            "scores": scores,
            "truth": truth,
            "hidden": out,
            "seen": rest,
            "measures": {
                "hidden_right": masked_mean(right, out),
                "seen_right": masked_mean(right, rest),
                "clusters": net.teacher.perplexity[0],
            },
        }

    def _truth(self, mel: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """The cluster (B, T') of each place of log-mels (B, T, M), and the mask (B, T'). The clusters'
        centres follow in training, until they have settled.
        """
        net = self._network
        states = self.aligner.to(mel.device).content(mel, lengths)
        states = net.together(states * length_mask(lengths, mel.shape[1])[..., None])
        states = states.unflatten(2, (net.config.stride, -1)).mean(2)
        mask = length_mask(net.feature_lengths(lengths), states.shape[1])
        if net.training and not bool(net.teacher.started):
            net.teacher.start(states, mask)
        quantized = net.teacher(states, mask)
        if net.training:
            if int(net.get_buffer("steps_seen")) < self.settings.settle:
                net.teacher.update(quantized, mask, CodebookUpdate(self.settings.decay))
            net.get_buffer("steps_seen").add_(1)
        return quantized.codes[..., 0], mask

    def _hidden(self, mask: Tensor) -> Tensor:
        """Which places (B, T') are hidden, by chance: spans, which may overlap."""
        begins = (torch.rand(mask.shape, device=mask.device) < self.settings.begin).float()
        before = F.pad(begins, (self.settings.span - 1, 0))
        return F.max_pool1d(before[:, None], self.settings.span, 1)[:, 0] > 0

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Of the clusters of hidden places, and of the others."""
        scores = output["scores"].float()
        surprise = F.cross_entropy(scores.flatten(0, 1), output["truth"].flatten(), reduction="none")
        surprise = surprise.reshape(scores.shape[:2])
        return {
            "hidden": self.settings.hidden * masked_mean(surprise, output["hidden"]),
            "seen": self.settings.seen * masked_mean(surprise, output["seen"]),
        }

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The features, and the scores of the clusters, with nothing hidden."""
        lengths = batch.lengths("mel")
        features = self._network.features(batch["mel"], lengths)
        sizes = self._network.feature_lengths(lengths)
        return {"features": features, "scores": zero_padding(self._network.head(features), sizes)}


def _writes(config: HubertConfig, mel: MelSpec) -> tuple[Interface, ...]:
    return (content(config.width, mel.frames_per_second / config.stride),)


PART = PartKind("content", HubertConfig, Hubert, HubertSettings, HubertObjective, writes=_writes)
