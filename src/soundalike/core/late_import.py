"""Modules that are loaded when something of them is first used."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any


class LateModule(ModuleType):
    """Stands for a module until an attribute of it is asked for.

    importlib's own loader of this kind loads a module as soon as it is imported a second time, before Python
    3.12.
    """

    def __getattr__(self, name: str) -> Any:
        """An attribute of the module itself."""
        if name.startswith("__"):  # what import asks of any module
            raise AttributeError(f"module {self.__name__!r} is not loaded yet, so it has no {name}")
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def import_late(name: str) -> None:
    """Let `import NAME`, by whoever, load the module only when an attribute of it is asked for. Nothing is
    done for one that is loaded already, or that is not installed.
    """
    if name not in sys.modules and importlib.util.find_spec(name) is not None:
        sys.modules[name] = LateModule(name)
