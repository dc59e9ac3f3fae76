"""The mel codec as an instrument: sound to codes, and through a vocoder to sound again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from soundalike.audio.mel import MelSpec, log_mel
from soundalike.audio.pitch import pitch
from soundalike.core.contracts import LoadedPart
from soundalike.models.common.codes import codebook_digest

from .network import MelCodec

LEAST_FRAMES = 8  # of codes, that are decoded together


class MelCodecInstrument:
    """A codec (core.contracts.Codec) of log-mels and pitch."""

    stored_kinds = ("mel", "pitch")
    needs_vocoder = True

    def __init__(self, part: LoadedPart):
        self.network: MelCodec = part.network
        self.mel: MelSpec = part.mel
        self.sample_rate = part.mel.sample_rate
        self.levels: int = part.config.levels
        self.size: int = part.config.codes
        self.hop_length: int = part.config.stride * part.mel.hop_length
        self.frames_per_second = self.network.frames_per_second
        self.codebooks = self.network.quantizer.codebooks.numpy()
        self.digest = codebook_digest(self.network.quantizer.codebooks, self.frames_per_second)

    def frames_of(self, samples: int) -> int:
        """How many frames of codes so many samples have."""
        return -(-(samples // self.mel.hop_length + 1) // self.network.config.stride)

    def encode(self, samples: np.ndarray) -> np.ndarray:
        """The codes (T', Q) of samples (N,) at the codec's rate."""
        return self.encode_stored({"mel": log_mel(samples, self.mel), "pitch": pitch(samples, self.mel)})

    @torch.inference_mode()
    def encode_stored(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """The codes (T', Q) of a clip's stored "mel" (T, M) and "pitch" (T,)."""
        mel = torch.from_numpy(arrays["mel"].astype(np.float32))[None]
        hertz = torch.from_numpy(arrays["pitch"].astype(np.float32))[None]
        return self.network.codes(mel, hertz, torch.tensor([mel.shape[1]]))[0].numpy()

    @torch.inference_mode()
    def decode(self, codes: np.ndarray, vocoder: LoadedPart | None = None, seed: int = 0) -> np.ndarray:
        """The samples (N,) of the codes (T', q) of the first q levels, through a vocoder of the codec's mel;
        the last frame of the mel gives none.
        """
        if vocoder is None:
            raise ValueError("a codec of mels decodes through a vocoder")
        stride = self.network.config.stride
        wanted = (len(codes) * stride - 1) * self.mel.hop_length
        # A vocoder needs more than a window
        codes = np.pad(codes, ((0, max(0, LEAST_FRAMES - len(codes))), (0, 0)), mode="edge")
        frames = len(codes) * stride
        lengths = torch.tensor([frames])
        mel, hertz = self.network(torch.from_numpy(codes.astype(np.int64))[None], lengths)
        size = (frames - 1) * self.mel.hop_length
        noise = torch.randn(1, size, generator=torch.Generator().manual_seed(seed))
        return vocoder.network(mel, lengths, hertz, noise)[0, :wanted].numpy()
