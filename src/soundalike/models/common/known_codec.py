"""Which codec's codes a language model was trained on, and the interface of these codes."""

from __future__ import annotations

import warnings
from typing import Protocol

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import CheckpointError
from soundalike.core.types import Interface
from soundalike.models.common.interfaces import Interfaces, acoustic_reads, codes

DIGEST_BYTES = 6
# What both language models learn from
FIELDS = frozenset(
    {
        *("symbols", "durations", "codes"),
        *("prompt", "prompt_symbols", "prompt_durations", "prompt_codes", "speaker_embedding"),
    }
)


class OfCodes(Protocol):
    """A config that says which codes it is for."""

    levels: int
    entries: int
    stride: int
    speaker_vector: int


def codes_of(config: OfCodes, mel: MelSpec) -> Interface:
    """Codes of so many levels and entries, one each `stride` frames of the mel."""
    return codes(config.levels, config.entries, mel.frames_per_second / config.stride)


def reads(config: OfCodes, mel: MelSpec) -> Interfaces:
    """What a language model of codes reads: text, a speaker embedding, and codes of its codec."""
    return (*acoustic_reads(config, mel), codes_of(config, mel))


def writes(config: OfCodes, mel: MelSpec) -> Interfaces:
    """What the model of the further levels writes: codes of all levels."""
    return (codes_of(config, mel),)


class KnowsCodec(nn.Module):
    """A network that keeps the digest of the codec whose codes it learned from."""

    codec: Tensor  # (DIGEST_BYTES,); zeros: not known

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("codec", torch.zeros(DIGEST_BYTES, dtype=torch.uint8))

    def learn_from(self, codec: str) -> None:
        """Keep the digest of the codec; an empty one changes nothing. Warns where codes of another one were
        learned before.
        """
        if codec and self.codec_digest not in ("", codec):
            warnings.warn(
                f"it begins from weights that learned from codes of the codec {self.codec_digest}, and the "
                f"data hold those of {codec}, which it learns anew. Encode the data with that codec if this "
                "is not meant.",
                stacklevel=2,
            )
        if codec:
            self.codec.copy_(torch.tensor(list(bytes.fromhex(codec)), dtype=torch.uint8))

    @property
    def codec_digest(self) -> str:
        """The digest of the codec; empty where it is not known."""
        return bytes(self.codec.tolist()).hex() if bool(self.codec.any()) else ""

    def check_codec(self, digest: str, name: str) -> None:
        """Raise CheckpointError for another codec than the one it learned from."""
        if self.codec_digest and self.codec_digest != digest:
            raise CheckpointError(
                f"{name}: learned from codes of the codec {self.codec_digest}, and this codec is {digest}: "
                "it would say nothing that can be understood. Give the codec it was trained with."
            )
