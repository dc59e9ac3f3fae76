"""The autoregressive model of VALL-E: a language model of a codec's first level."""

from soundalike.models.common.code_lm import CodecLM, CodecLMConfig, Part, Prompt, Step

__all__ = ["CodecLM", "CodecLMConfig", "Part", "Prompt", "Step"]
