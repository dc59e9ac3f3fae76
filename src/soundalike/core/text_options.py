"""What a user may say of the form of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from .options import Help

TextFormat = Literal["auto", "plain", "markdown", "html", "subtitles", "ssml"]
CodeBlocks = Literal["announce", "skip", "read"]
Emoji = Literal["drop", "name"]


@dataclass(frozen=True)
class TextOptions:
    """How a text is written, and what is done with those of its parts that are no words."""

    text_format: Annotated[TextFormat, Help("how the text is written; auto finds it out")] = "auto"
    code_blocks: Annotated[CodeBlocks, Help("what is done with blocks of code")] = "announce"
    emoji: Annotated[Emoji, Help("whether emoji are left out or said by name")] = "drop"
