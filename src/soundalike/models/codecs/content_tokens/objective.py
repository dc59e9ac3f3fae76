"""How tokens of what is said are fitted."""

from __future__ import annotations

from dataclasses import dataclass

from soundalike.audio.mel import MelSpec
from soundalike.core.contracts import PartKind
from soundalike.core.types import Interface
from soundalike.models.common.interfaces import codes

from .network import ContentTokens, ContentTokensConfig
from .tokenizer import Tokenizer


@dataclass(frozen=True)
class ContentTokensSettings:
    """The content encoder, and how much is fitted to."""

    content: str = ""  # folder of a trained content encoder; empty: one that knows nothing, to try things
    tokens: int = 100_000  # fitted to, at most


def _writes(config: ContentTokensConfig, mel: MelSpec) -> tuple[Interface, ...]:
    return (codes(1, config.codes, mel.frames_per_second / config.frames),)


PART = PartKind(
    "codec",
    ContentTokensConfig,
    ContentTokens,
    ContentTokensSettings,
    None,
    writes=_writes,
    instrument=Tokenizer,
)
