"""Text and a prompt to tokens of what is said, one after another: the first half of the hybrid.

It is the language model of `models.common.code_lm`, with one token a step and a token that ends the sentence.
Tokens are of `models.codecs.content_tokens`, 23.4 a second; they hardly say who speaks.
"""

from __future__ import annotations

from dataclasses import dataclass

from soundalike.models.common.code_lm import CodecLM, CodecLMConfig


@dataclass(frozen=True)
class HybridConfig(CodecLMConfig):
    """Sizes of the network, and its dropout."""

    group: int = 1
    levels: int = 1
    stride: int = 4


class TextToTokens(CodecLM):
    """Symbols, the symbols and tokens of a prompt, and a speaker embedding to tokens."""

    ends = True
