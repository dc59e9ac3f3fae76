"""The speaker encoder of SV2TTS: a three-layer LSTM over windows of 1.6 s, trained by the generalised
end-to-end loss (Wan et al. 2018).

It reads 40 mel bands at 16 kHz, whatever the acoustic model's mel. A recording's embedding is the mean of
those of its windows, which overlap by half, normalised to unit length.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import CheckpointError
from soundalike.nn.normalizer import MelNormalizer
from soundalike.nn.spectral import log_mel

LEAST_HELD = 0.75  # share of the last window that must hold sound for it to count
# The mel of the public weights: power, without a logarithm, in Slaney's bands
PUBLIC_MEL = MelSpec(
    16_000, 400, 160, 40, 0.0, 8_000.0, scale="slaney", norm="slaney", log="power", padding="constant"
)


@dataclass(frozen=True)
class GE2EConfig:
    """Sizes of the network, and its windows."""

    width: int = 256
    layers: int = 3
    vector: int = 256
    window: int = 160  # frames: 1.6 s
    step: int = 80  # frames from one window to the next
    # Whether a ReLU follows the projection, as in the public weights
    positive: bool = False


class GE2E(MelNormalizer):
    """Log-mel (B, T, M) to speaker embeddings (B, V) of unit length."""

    def __init__(self, config: GE2EConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        self.config = config
        self.mel = mel
        self.lstm = nn.LSTM(mel.n_mels, config.width, config.layers, batch_first=True)
        self.linear = nn.Linear(config.width, config.vector)

    def windows(self, frames: int) -> list[int]:
        """First frames of the windows of a clip: one at least; a last one that would be mostly empty is left
        out.
        """
        c = self.config
        starts = list(range(0, max(1, frames - c.window + c.step + 1), c.step))
        return starts[:-1] if len(starts) > 1 and frames - 1 - starts[-1] < LEAST_HELD * c.window else starts

    def forward(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """The embeddings (B, V) of log-mels (B, T, M) of so many frames (B,)."""
        size = self.config.window
        starts = [self.windows(length) for length in lengths.tolist()]
        pieces = []
        for row, length, first in zip(mel, lengths.tolist(), starts):
            row = F.pad(row[:length], (0, 0, 0, max(0, first[-1] + size - length)), value=self.mel.silence)
            pieces += [row[start : start + size] for start in first]
        made = self.embed(torch.stack(pieces)).split([len(first) for first in starts])
        return F.normalize(torch.stack([each.mean(0) for each in made]), dim=-1)

    def embed(self, windows: Tensor) -> Tensor:
        """Embeddings (n, V) of windows (n, window, M): the last layer's last state, projected."""
        _, (state, _) = self.lstm(self.normalised(windows))
        made = self.linear(state[-1])
        return F.normalize(F.relu(made) if self.config.positive else made, dim=-1)

    @torch.inference_mode()
    def embed_utterance(self, wav: np.ndarray) -> np.ndarray:
        """The embedding (V,) of samples (N,) at the mel's rate."""
        hop = self.mel.hop_length
        frames = len(wav) // hop + 1
        whole = (self.windows(frames)[-1] + self.config.window) * hop
        samples = torch.from_numpy(np.pad(wav.astype(np.float32), (0, max(0, whole - len(wav)))))
        mel = log_mel(samples[None].to(self.mean.device), self.mel)
        starts = self.windows(frames)
        made = self.embed(torch.stack([mel[0, start : start + self.config.window] for start in starts])).mean(
            0
        )
        return F.normalize(made, dim=0).cpu().numpy()


def read_public(path: str | os.PathLike) -> GE2E:
    """The public weights of this architecture (`pretrained.pt` of the package resemblyzer) as a network.

    Raises CheckpointError for a file that is not that.
    """
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file. Give resemblyzer's pretrained.pt.") from None
    except Exception as error:  # torch names no single error for a file that is not its own
        raise CheckpointError(
            f"{path}: not a file of public GE2E weights ({type(error).__name__}). "
            "Give resemblyzer's pretrained.pt."
        ) from None
    network = GE2E(GE2EConfig(step=77, positive=True), PUBLIC_MEL)  # 1.3 windows a second
    kept = {name: value for name, value in weights.items() if name.partition(".")[0] in ("lstm", "linear")}
    try:
        network.load_state_dict({**network.state_dict(), **kept} if len(kept) == 14 else kept)
    except RuntimeError as error:
        raise CheckpointError(
            f"{path}: holds the weights of another network ({str(error).splitlines()[0]})."
        ) from None
    return network.eval()
