"""What content encoders share, whatever they read: who takes their features need not know which it is."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from soundalike.audio.mel import MelSpec
from soundalike.core import registry
from soundalike.core.config import parse
from soundalike.core.errors import ConfigError
from soundalike.core.types import Interface

READ_OF_A_CLIP = ("mel", "samples")  # fields (data.fields), either of which a content encoder reads
ROLE = "content"


@runtime_checkable
class ContentEncoder(Protocol):
    """A network from speech to features of what is said."""

    reads_field: str  # one of READ_OF_A_CLIP
    feature_width: int
    frames_per_second: float  # of features

    def features(self, values: Tensor, lengths: Tensor) -> Tensor:
        """Features (B, T', D) of log-mels (B, T, M) or samples (B, N) of so many frames or samples (B,); zero
        in the padding.
        """
        ...

    def feature_lengths(self, lengths: Tensor) -> Tensor:
        """How many features (B,) so many frames or samples (B,) have."""
        ...


def build(name: str, sizes: dict[str, Any], mel: MelSpec, where: str) -> Any:
    """A content encoder by its registered name and sizes, untrained. Raises ConfigError, naming `where`, for
    a part that is none.
    """
    kind = registry.part(name)
    network = kind.build(parse(kind.Config, sizes, where), mel)
    if not isinstance(network, ContentEncoder):
        raise ConfigError(f"{where}: '{name}' is no content encoder. Give hubert or wav2vec2.")
    return network


def content(width: int, frames_per_second: float) -> Interface:
    """Features of what is said, of so many numbers, so often."""
    return Interface("content", {"width": width, "frames_per_second": frames_per_second})
