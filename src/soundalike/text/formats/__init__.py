"""Texts as people paste them: Markdown, HTML, subtitles and stage directions to items with their places."""

from .evidence import find_format
from .reading import read_text, visible_text

__all__ = ["find_format", "read_text", "visible_text"]
