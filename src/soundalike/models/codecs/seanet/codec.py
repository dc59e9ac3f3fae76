"""The codec of samples as an instrument: sound to codes, and to sound again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import LoadedPart
from soundalike.models.common.codes import codebook_digest

from .network import Seanet

FULL_SCALE = np.float32(32768)  # of samples stored as 16-bit integers


class SeanetInstrument:
    """A codec (core.contracts.Codec) of samples."""

    stored_kinds = ("samples",)
    needs_vocoder = False

    def __init__(self, part: LoadedPart):
        self.network: Seanet = part.network
        self.mel: MelSpec = part.mel
        self.sample_rate = part.mel.sample_rate
        self.levels: int = part.config.levels
        self.size: int = part.config.codes
        self.hop_length: int = part.config.hop_length
        self.frames_per_second = self.network.frames_per_second
        self.codebooks = self.network.quantizer.codebooks.numpy()
        self.digest = codebook_digest(self.network.quantizer.codebooks, self.frames_per_second)

    def frames_of(self, samples: int) -> int:
        """How many frames of codes so many samples have."""
        return -(-samples // self.hop_length)

    @torch.inference_mode()
    def encode(self, samples: np.ndarray) -> np.ndarray:
        """The codes (T', Q) of samples (N,) at the codec's rate."""
        sound = torch.from_numpy(samples.astype(np.float32))[None]
        return self.network.codes(sound, torch.tensor([len(samples)]))[0].numpy()

    def encode_stored(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """The codes (T', Q) of a clip's stored "samples" (N,)."""
        return self.encode(arrays["samples"] / FULL_SCALE)

    @torch.inference_mode()
    def decode(self, codes: np.ndarray, vocoder: LoadedPart | None = None, seed: int = 0) -> np.ndarray:
        """The samples (N,) of the codes (T', q) of the first q levels."""
        found = torch.from_numpy(codes.astype(np.int64))[None]
        return self.network(found, torch.tensor([len(codes)]))[0].numpy()
