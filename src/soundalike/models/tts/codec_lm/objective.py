"""Training of the autoregressive language model of a codec's first level."""

from __future__ import annotations

from soundalike.core.contracts import PartKind
from soundalike.models.common.code_lm_objective import CodecLMObjective, CodecLMSettings
from soundalike.models.common.known_codec import reads

from .network import CodecLM, CodecLMConfig

PART = PartKind("acoustic", CodecLMConfig, CodecLM, CodecLMSettings, CodecLMObjective, reads=reads)
