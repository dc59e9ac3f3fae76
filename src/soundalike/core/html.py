"""What a notebook shows of sounds and voices: a player, and a line of text."""

from __future__ import annotations

import base64
import html

LONG = 30.0  # seconds: longer sounds are compressed
MEDIA = {"wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg"}


def format_for(seconds: float) -> str:
    """The format of a player's sound: exact where that is small."""
    return "wav" if seconds <= LONG else "mp3"


def player(data: bytes, format: str, caption: str) -> str:
    """A player of the bytes of a file, which are part of the page, above a caption."""
    source = f"data:{MEDIA[format]};base64,{base64.b64encode(data).decode()}"
    return f'<figure><audio controls src="{source}"></audio>{captioned(caption)}</figure>'


def captioned(text: str) -> str:
    """A caption; what is in it is shown as it is."""
    return f"<figcaption>{html.escape(text)}</figcaption>"
