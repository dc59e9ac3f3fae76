"""The graphs that the built-in vocoder is exported as: its networks. Its spectra are computed around them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from soundalike.core.graphs import GraphPlan
from soundalike.models.common.vocos import SOURCE_BINS, Vocos


class _Part(nn.Module):
    def __init__(self, network: Vocos):
        super().__init__()
        self.network = network


class Filters(_Part):
    """A mel, a pitch and the spectrum of its pulses to what the heads say."""

    def forward(self, mel: Tensor, pitch: Tensor, source: Tensor) -> tuple[Tensor, ...]:
        """(1, T, M), (1, T) and (1, T, 2 * SOURCE_BINS) to (1, T, 3 F), and (1, T, 2 F) of a network with a
        residual, and (1, T, M) of one that corrects its samples.
        """
        mask = torch.ones_like(pitch)
        heard = source if self.network.config.residual else None
        x = self.network.states(mel, mask, pitch, heard)
        found = [self.network.head(x)]
        if self.network.config.residual:
            found.append(self.network.residual_head(x))
        if self.network.config.mel_corrections:
            found.append(self.network.mel_head(x))
        return tuple(found)


class ReadPitch(_Part):
    """A mel to its pitch."""

    def forward(self, mel: Tensor) -> Tensor:
        """(1, T, M) to (1, T) in hertz."""
        return self.network.read_pitch(mel, torch.full((1,), 1, dtype=torch.int64) * mel.shape[1])


def graphs_of(network: Vocos) -> tuple[GraphPlan, ...]:
    """The graphs `filters` and `read_pitch` of a network."""
    mel = torch.randn(1, 20, network.mel.n_mels)
    inputs = {"mel": mel, "pitch": torch.full((1, 20), 150.0)}
    outputs = ["heads"]
    if network.config.residual:
        inputs["source"] = torch.randn(1, 20, 2 * SOURCE_BINS)
        outputs.append("residual")
    if network.config.mel_corrections:
        outputs.append("mel_change")
    free = {name: {1: "frames"} for name in (*inputs, *outputs)}
    filters = Filters(network) if network.config.residual else _WithoutSource(network)
    return (
        GraphPlan("filters", filters, inputs, tuple(outputs), free),
        GraphPlan(
            "read_pitch",
            ReadPitch(network),
            {"mel": mel},
            ("pitch",),
            {"mel": {1: "frames"}, "pitch": {1: "frames"}},
        ),
    )


class _WithoutSource(Filters):
    """The same of a network that does not read the pulses."""

    def forward(self, mel: Tensor, pitch: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]  # fewer
        """(1, T, M) and (1, T) to what `Filters` gives."""
        return super().forward(mel, pitch, pitch)
