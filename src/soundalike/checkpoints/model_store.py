"""Trained families by name: where their folders are kept, how one comes there, what is known of each.

The family of the name NAME is the folder NAME in the user's model store (`library()`), else in `models/` of
the checkout this package runs from; one family is built in. Its model.json may also have `test` (what was
measured, a phrase), `scores` (of that, by the names of `soundalike evaluate`) and `data` (what it was trained
on, a phrase), `languages` (the share of words that Whisper base hears wrong, by language): the only place of
these figures. docs/tables.py puts them into model.json, and from there into
the README and the cards.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soundalike.core import registry
from soundalike.core.command_line import as_word
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.files import data_dir, whole_folder
from soundalike.core.languages import LanguageStatus, language_statuses
from soundalike.core.metrics import HEADLINES as HEADLINES
from soundalike.core.metrics import format_headlines
from soundalike.text.normalise import LANGUAGES

from .bundle import BUILT_IN, BUILTIN, MODEL, load_bundle, part_folder, read_model
from .packed import SCALES
from .part import CONFIG, WEIGHTS

UNWANTED = shutil.ignore_patterns("training.*")  # by who only speaks
PLACE = "SOUNDALIKE_MODELS"  # environment variable with the user's model store
# Families whose weights are in models/ of the repository
PUBLISHED = frozenset(
    {
        "codec_lm",
        "convrnn",
        "deepvoice3",
        "expressive",
        "fastspeech2",
        "hybrid",
        "sv2tts",
        "unit_selection",
        "vits",
    }
)


@dataclass(frozen=True)
class InstalledPart:
    """A part of a model folder, as it is on disk."""

    name: str
    parameters: int
    size: int  # bytes of its weights
    folder: Path


@dataclass(frozen=True)
class InstalledModel:
    """A family: its folder, what its model.json says, the parts that are its own by role. No folder where it
    is not installed, only a fault where that cannot be read.
    """

    family: str
    folder: Path | None
    said: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, InstalledPart] = field(default_factory=dict)
    fault: str | None = None

    @property
    def parameters(self) -> int:
        """How many parameters its parts have together."""
        return sum(part.parameters for part in self.parts.values())

    @property
    def size(self) -> int:
        """How many bytes its parts take on disk together."""
        return sum(part.size for part in self.parts.values())


def library() -> Path:
    """The user's model store: $SOUNDALIKE_MODELS, else `models` in the data folder. It need not exist."""
    if os.environ.get(PLACE):
        return Path(os.environ[PLACE])
    return data_dir() / "models"


def checkout() -> Path | None:
    """`models/` of the source checkout this package runs from; None where it runs from elsewhere."""
    root = Path(__file__).resolve().parents[3]
    return root / "models" if (root / "pyproject.toml").is_file() else None


def built_in() -> str:
    """The name of the built-in family."""
    return read_model(BUILT_IN)["family"]


def find(family: str) -> Path | None:
    """The folder of a family; None where it is not installed."""
    if family == built_in():
        return BUILT_IN
    return next(
        (home / family for home in (library(), checkout()) if home and (home / family / MODEL).is_file()),
        None,
    )


def find_part(name: str) -> Path | None:
    """The folder of a part that lies alone in a model store; None where it is not installed."""
    homes = (library(), checkout())
    return next((home / name for home in homes if home and (home / name / CONFIG).is_file()), None)


def available() -> dict[str, Path]:
    """The families that can be used, with their folders; the built-in one first."""
    names = [built_in(), *sorted(set(registry.ARCHITECTURES) - {built_in()})]
    return {name: folder for name in names if (folder := find(name))}


def chosen(model: str | os.PathLike | None = None, family: str | None = None) -> Path:
    """The folder meant by a model's folder, a family's name, both where they agree, or neither.

    Raises ConfigError for a family that is unknown, not installed, or not that of the folder.
    """
    if family is None:
        return Path(model or BUILT_IN)
    registry.known(registry.ARCHITECTURES, family, "family")
    folder = Path(model) if model is not None else find(family)
    if folder is None:
        raise ConfigError(f"the family {family} is not installed. {_how_to_get(family)}")
    if (held := read_model(folder)["family"]) != family:
        raise ConfigError(f"{folder}: a model of the family {held}, not {family}. Give one of the two.")
    return folder


def _how_to_get(family: str) -> str:
    """What to do for a family that is not installed."""
    is_trained = registry.part(family).objective is not None
    make = f"train it: `soundalike train {family}`, then `soundalike models assemble`."
    if not is_trained:
        make = f"`soundalike models fit {family}` makes a voice of recordings."
    if family not in PUBLISHED:
        return f"The repository has no weights of it: {make}"
    return f"`soundalike models import family FOLDER` takes models/{family} of the repository, or {make}"


def install(folder: str | os.PathLike, force: bool = False) -> Path:
    """Copy a model folder to the user's model store under its family's name. Raises CheckpointError for one
    that cannot be used or copied, ConfigError where there is one already, unless `force`.
    """
    family = load_bundle(folder).family
    target = library() / family
    if family == built_in():
        raise ConfigError(f"{folder}: a model of the built-in family. Use it with --model {as_word(folder)}.")
    if target.exists() and not force:
        raise ConfigError(f"{target}: there already. Give --force to replace it.")
    try:
        with whole_folder(target) as copy:
            shutil.copytree(folder, copy, ignore=UNWANTED, dirs_exist_ok=True)
            _gather(Path(folder), copy)
    except OSError as error:
        raise CheckpointError(
            f"{target}: cannot be written ({_reason(error)}). Name another folder in {PLACE}."
        ) from None
    return target


def _reason(error: OSError) -> str:
    """Why something could not be copied; of several files, why the first could not."""
    return str(error.args[0][0][2] if isinstance(error, shutil.Error) else error)


def _gather(folder: Path, copy: Path) -> None:
    """Copy parts that a model has from outside its folder, too, and name them in the copy's model.json."""
    said = read_model(folder)
    for role, place in said["parts"].items():
        source = part_folder(folder, role, place)
        if place == BUILTIN or source.resolve().is_relative_to(folder.resolve()):
            continue
        shutil.copytree(source, copy / role, ignore=UNWANTED)
        said["parts"][role] = role
    (copy / MODEL).write_text(json.dumps(said, indent=1), encoding="utf-8")


def entry(family: str, folder: Path | None) -> InstalledModel:
    """What is known of a family in a folder."""
    if folder is None:
        return InstalledModel(family, None)
    try:
        said = read_model(folder)
        own = {
            role: part_folder(folder, role, place)
            for role, place in said["parts"].items()
            if place != BUILTIN
        }
        return InstalledModel(family, folder, said, {role: held(place) for role, place in own.items()})
    except CheckpointError as error:
        return InstalledModel(family, folder, fault=str(error))


def installed_models() -> list[InstalledModel]:
    """Every registered family, the built-in one first, those that are not installed too."""
    there = available()
    return [
        entry(name, there.get(name)) for name in (*there, *sorted(set(registry.ARCHITECTURES) - set(there)))
    ]


def lone_parts() -> list[InstalledPart]:
    """Parts that lie beside the families without being in one, such as a vocoder alone."""
    homes = [home for home in (library(), checkout()) if home and home.is_dir()]
    folders = [folder for home in homes for folder in sorted(home.iterdir())]
    return [held(folder) for folder in folders if (folder / CONFIG).is_file()]


def held(folder: Path) -> InstalledPart:
    """A part on disk, its network not built. Raises CheckpointError for a folder that holds none."""
    from safetensors import SafetensorError, safe_open

    try:
        name = registry.current(json.loads((folder / CONFIG).read_text(encoding="utf-8"))["part"])
        with safe_open(folder / WEIGHTS, "numpy") as file:
            kept = [key for key in file.keys() if not key.endswith(SCALES)]
            parameters = sum(math.prod(file.get_slice(key).get_shape()) for key in kept)
        return InstalledPart(name, parameters, (folder / WEIGHTS).stat().st_size, folder)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise CheckpointError(f"{folder}: does not hold a part ({error}). Copy the folder again.") from None


def languages(folder: str | os.PathLike | None = None) -> dict[str, LanguageStatus]:
    """How well a model, the built-in one where none is given, speaks each language of the package, and others
    that were measured; `languages` of its model.json has what was.
    """
    measured = read_model(folder or BUILT_IN).get("languages", {})
    return language_statuses(dict.fromkeys((*LANGUAGES, *measured)), measured)


def shown(said: dict[str, Any]) -> dict[str, str]:
    """The scores in a model.json by their short names, with units: {"word error rate": "3.1 %"}."""
    return format_headlines(said.get("scores", {}))
