"""The voices that come with the program: synthetic, nobody's; so that it can speak before anybody recorded
anything.

Each is a `.voice` file beside a card that says how it was made and what it scored. A voice of the user's own
library wins over the bundled one of its name.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from soundalike.core.types import Voice

from .voice_file import file_stem

FOLDER = Path(__file__).parents[1] / "weights" / "voices"
NAMES = ("wren", "linnet", "rook")  # the default first
DEFAULT = NAMES[0]
# Names of OpenAI's voices, which its clients send, and the bundled voice that answers to each
OPENAI_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "alloy": "wren",
        "ash": "rook",
        "ballad": "rook",
        "cedar": "rook",
        "coral": "wren",
        "echo": "rook",
        "fable": "linnet",
        "marin": "wren",
        "nova": "wren",
        "onyx": "rook",
        "sage": "linnet",
        "shimmer": "linnet",
        "verse": "rook",
    }
)


def meant_by(name: str) -> str | None:
    """The bundled voice that a name means, its own or one of OPENAI_NAMES, in whatever case; None where
    there is none.
    """
    plain = file_stem(name)
    return plain if plain in NAMES else OPENAI_NAMES.get(plain)


def path_of(name: str) -> Path:
    """The file of a bundled voice, one of NAMES."""
    return FOLDER / f"{name}.voice"


@functools.lru_cache(maxsize=len(NAMES))
def load(name: str) -> Voice:
    """A bundled voice, one of NAMES."""
    return Voice.load(path_of(name))


def facts_of(name: str) -> dict[str, Any]:
    """What is known of a bundled voice, one of NAMES."""
    return load(name).facts
