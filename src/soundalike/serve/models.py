"""The models a server speaks by, each by a name of its own: loaded when it is first asked for, and kept."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from typing import Any

from soundalike.checkpoints import model_store
from soundalike.checkpoints.bundle import BUILT_IN, read_model
from soundalike.core import registry
from soundalike.core.errors import CheckpointError
from soundalike.inference.cloner import Cloner

from .errors import Refusal

OPTIONS = ("speed", "pitch", "energy", "temperature")  # of families, that a request may give
DEFAULT = "soundalike"  # the server's own model: the built-in one, or that of --model
# names of the default, and the quality each stands for; OpenAI's own work, so that existing clients do
OWN_NAMES = {DEFAULT: "fast", "tts-1": "fast", "tts-1-hd": "best", "gpt-4o-mini-tts": "fast"}


class Models:
    """The default, and the families on the shelf when the server starts."""

    def __init__(self, model: str | None = None):
        self.folders = {DEFAULT: Path(model or BUILT_IN)}
        self.families = {DEFAULT: _family(self.folders[DEFAULT])}
        for family, folder in model_store.available().items():
            if family != self.families[DEFAULT]:
                self.folders[family] = folder
                self.families[family] = family
        self._loaded: dict[str, Cloner] = {}
        self._loading = threading.Lock()

    @property
    def names(self) -> list[str]:
        """Every name that a request may give."""
        return [*OWN_NAMES, *(name for name in self.folders if name != DEFAULT)]

    def check(self, name: str) -> None:
        """Raise Refusal for a name of no model."""
        if name not in self.names:
            raise Refusal(
                404,
                "model_not_found",
                f"The model '{name[:80]}' does not exist. Choose one of {', '.join(self.names)}.",
                "model",
            )

    def get(self, name: str) -> Cloner:
        """The model of a name; loads it, which takes a while, when it is first asked for. Raises Refusal, and
        SoundalikeError where it cannot be loaded.
        """
        self.check(name)
        own = DEFAULT if name in OWN_NAMES else name
        if own not in self._loaded:
            with self._loading:
                if own not in self._loaded:
                    self._loaded[own] = Cloner.load(self.folders[own], family=None if own == DEFAULT else own)
        return self._loaded[own]

    def told(self) -> list[dict[str, Any]]:
        """What clients may choose from: names, families, the options of each."""
        return [
            {"id": name, "family": family, "options": options_of(family)}
            for name, family in self.families.items()
        ]


def options_of(family: str | None) -> list[str]:
    """Which of OPTIONS a family has."""
    fields = (
        [field.name for field in dataclasses.fields(registry.architecture(family).Options)] if family else []
    )
    return [name for name in OPTIONS if name in fields]


def _family(folder: Path) -> str | None:
    """The family of a model folder; None of one that cannot be read, which loading it will tell of."""
    try:
        return read_model(folder)["family"]
    except CheckpointError:
        return None
