"""Training of the conv/BiLSTM family: mean squared error of the mel, its mean absolute error told beside."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.interfaces import acoustic_reads, writes_mel
from soundalike.nn.masks import length_mask, masked_mean

from .network import ConvRNN, ConvRNNConfig


@dataclass(frozen=True)
class ConvRNNSettings:
    mel: float = 1.0
    duration: float = 0.3


class ConvRNNObjective:
    """L2 on the normalised mel and on log durations; L1 of the mel is logged as "mae"."""

    required_fields = frozenset({"symbols", "durations", "mel", "prompt", "vector"})
    optimizers = ("model",)

    def __init__(self, network: ConvRNN, settings: ConvRNNSettings, facts: DataFacts):
        self._network = network
        self.settings = settings
        network.mean.copy_(facts.mel_mean)
        network.std.copy_(facts.mel_std)

    def network(self) -> ConvRNN:
        return self._network

    def trained(self, optimizer: str) -> nn.Module:
        return self._network

    def forward(self, batch: Batch) -> Output:
        net = self._network
        voice = net.listen(batch.vector, batch.prompt, batch.prompt_lengths)
        states, log_durations = net.encode(batch.symbols, batch.symbol_lengths, voice)
        mel, lengths = net.decode(states, batch.durations, voice)
        mask = length_mask(lengths, mel.shape[1])
        place = torch.arange(mel.shape[1], device=mel.device)
        # Not where it could be copied
        mask = mask * ((place < batch.prompt_span[:, :1]) | (place >= batch.prompt_span[:, 1:]))
        off = mel - net.normalised(batch.mel, mask)
        return {
            "mel": mel,
            "log_durations": log_durations,
            "off": off,
            "mask": mask,
            "measures": {"mae": masked_mean(off.detach().abs(), mask)},
        }

    def losses(self, optimizer: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        s = self.settings
        symbols = length_mask(batch.symbol_lengths, batch.symbols.shape[1])
        return {
            "mel": s.mel * masked_mean(output["off"] ** 2, output["mask"]),
            "duration": s.duration
            * masked_mean((output["log_durations"] - (batch.durations + 1.0).log()) ** 2, symbols),
        }


PART = PartKind(
    "acoustic",
    ConvRNNConfig,
    ConvRNN,
    ConvRNNSettings,
    ConvRNNObjective,
    reads=acoustic_reads,
    writes=writes_mel,
)
