"""The models of a server, by name: each is loaded when it is first asked for, and kept."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

from soundalike.checkpoints import model_store
from soundalike.checkpoints.bundle import BUILT_IN, read_model
from soundalike.core.backends import AUTO
from soundalike.core.errors import CheckpointError
from soundalike.core.languages import LanguageStatus
from soundalike.core.speaking import BEST, FAST
from soundalike.inference.cloner import Cloner

from .errors import Refusal
from .request_options import options_of_architecture

DEFAULT = "soundalike"  # the server's own model: the built-in one, or that of --model
# Names of the default, and the quality each stands for (None: that of the route); OpenAI's are accepted, so
# that existing clients work
DEFAULT_NAMES = {DEFAULT: None, "tts-1": FAST, "tts-1-hd": BEST, "gpt-4o-mini-tts": FAST}

_DATED = re.compile(r"-(\d{4}|\d{4}-\d\d-\d\d)")  # after OpenAI's names of models: when they were made


def current_name(name: str) -> str:
    """The name of a model; OpenAI's dated names, such as tts-1-1106, without the date."""
    match = re.fullmatch(rf"(.+){_DATED.pattern}", name)
    return match[1] if match and match[1] in DEFAULT_NAMES else name


class Models:
    """The default model, and those of the model store when the server starts."""

    def __init__(self, model: str | None = None, backend: str = AUTO):
        self._backend = backend
        self.folders = {DEFAULT: Path(model or BUILT_IN)}
        self.architectures = {DEFAULT: _architecture(self.folders[DEFAULT])}
        for name, folder in model_store.available().items():
            if name != self.architectures[DEFAULT]:
                self.folders[name] = folder
                self.architectures[name] = name
        self._loaded: dict[str, Cloner] = {}
        self._loading = threading.Lock()

    @property
    def names(self) -> list[str]:
        """Every name that a request may give."""
        return [*DEFAULT_NAMES, *(name for name in self.folders if name != DEFAULT)]

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
        """The model of a name; it is loaded, which takes a while, when it is first asked for. Raises Refusal,
        and SoundalikeError where it cannot be loaded.
        """
        self.check(name)
        own = DEFAULT if name in DEFAULT_NAMES else name
        if own not in self._loaded:
            with self._loading:
                if own not in self._loaded:
                    family = None if own == DEFAULT else own
                    self._loaded[own] = Cloner.load(
                        self.folders[own], family=family, cache=False, threads=1, backend=self._backend
                    )
        return self._loaded[own]

    def languages(self) -> dict[str, LanguageStatus]:
        """How well the default model speaks each language; empty for a model that cannot be read."""
        try:
            return model_store.languages(self.folders[DEFAULT])
        except CheckpointError:
            return {}

    def describe(self) -> list[dict[str, Any]]:
        """What clients may choose from: names, architectures, the options of each."""
        return [
            {"id": name, "family": architecture, "options": options_of_architecture(architecture)}
            for name, architecture in self.architectures.items()
        ]


def _architecture(folder: Path) -> str | None:
    """The architecture of a model folder; None of one that cannot be read, which is reported when it is
    loaded.
    """
    try:
        return read_model(folder)["family"]
    except CheckpointError:
        return None
