"""Tokens of what is said, as an instrument: sound to tokens. There is no way back without a decoder."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from soundalike.audio.mel import MelSpec, log_mel
from soundalike.core.contracts import LoadedPart
from soundalike.core.errors import CheckpointError
from soundalike.models.common.codes import codebook_digest

from .network import ContentTokens

FULL_SCALE = 32768  # of stored samples


class Tokenizer:
    """A codec (core.contracts.Codec) that encodes: its codes say what is said, not how it sounds."""

    needs_vocoder = False
    levels = 1

    def __init__(self, part: LoadedPart):
        self.network: ContentTokens = part.network
        self.mel: MelSpec = part.mel
        self.sample_rate = part.mel.sample_rate
        self.stored_kinds = (self.network.reads_field,)
        self.size: int = part.config.codes
        self.frames_per_second = self.network.frames_per_second
        self.hop_length = round(self.sample_rate / self.frames_per_second)
        self.codebooks = self.network.quantizer.codebooks.numpy()
        self.digest = codebook_digest(self.network.quantizer.codebooks, self.frames_per_second)

    def frames_of(self, samples: int) -> int:
        """How many tokens so many samples have."""
        is_mel = self.network.reads_field == "mel"
        size = samples // self.mel.hop_length + 1 if is_mel else samples
        return int(self.network.token_lengths(torch.tensor([size]))[0])

    def encode(self, samples: np.ndarray) -> np.ndarray:
        """The tokens (T', 1) of samples (N,) at the mel's rate."""
        is_mel = self.network.reads_field == "mel"
        return self._encoded(log_mel(samples, self.mel) if is_mel else samples)

    def encode_stored(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """The tokens (T', 1) of a clip's stored mel (T, M) or samples (N,)."""
        kind = self.network.reads_field
        values = arrays[kind].astype(np.float32)
        return self._encoded(values if kind == "mel" else values / FULL_SCALE)

    @torch.inference_mode()
    def _encoded(self, values: np.ndarray) -> np.ndarray:
        given = torch.from_numpy(np.asarray(values, np.float32))[None]
        return self.network.codes(given, torch.tensor([given.shape[1]]))[0].numpy()

    def decode(self, codes: np.ndarray, vocoder: LoadedPart | None = None, seed: int = 0) -> np.ndarray:
        """Raises CheckpointError: tokens have no sound of their own."""
        raise CheckpointError(
            "these codes say what is said and not how it sounds, so they cannot be decoded by themselves. "
            "Speak them with --family hybrid, or give the folder of a codec that keeps the sound."
        )
