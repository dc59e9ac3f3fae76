"""The recipes that come with the package, by name."""

from __future__ import annotations

import difflib
from pathlib import Path

import soundalike
from soundalike.core.errors import ConfigError

FORMER = {  # what recipes were once called
    "regression": "starling",
    "regression_adversarial": "starling_adversarial",
    "vocoder_retold": "vocoder_gta",
}


def recipe_folder() -> Path:
    """The folder of the shipped recipes: in the package where it was installed from a wheel, else in the
    source checkout.
    """
    package = Path(soundalike.__file__).resolve().parent
    inside = package / "recipes"
    return inside if inside.is_dir() else package.parents[1] / "recipes"


def shipped_recipes() -> dict[str, Path]:
    """The shipped recipes by name: "vocoder", and "builtin/vocoder" of those that the built-in model was
    trained by.
    """
    root = recipe_folder()
    paths = [*sorted(root.glob("*.toml")), *sorted(root.glob("*/*.toml"))]
    return {path.relative_to(root).with_suffix("").as_posix(): path for path in paths}


def find_recipe(name: str) -> Path:
    """The recipe of a path or, where there is no such file, the shipped one of a name ("vocoder", or as the
    repository has it, "recipes/vocoder.toml"). Raises ConfigError listing the names there are.
    """
    path = Path(name)
    if path.is_file():
        return path
    known = shipped_recipes()
    plain = name.removesuffix(".toml").replace("\\", "/").removeprefix("recipes/")
    plain = FORMER.get(plain, plain)
    if plain in known:
        return known[plain]
    near = difflib.get_close_matches(plain, list(known), 1)
    meant = f" Did you mean `{near[0]}`?" if near else ""
    names = ", ".join(own for own in known if "/" not in own)
    raise ConfigError(
        f"{name}: no such recipe.{meant} Give the path of a TOML file, or one of {names} "
        "(`soundalike train --list`)."
    )


def title_of(path: Path) -> str:
    """What a recipe is for: the first sentence of the comment it begins with."""
    words: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        words += line.lstrip("# ").split()
        if line.rstrip().endswith("."):
            break
    return " ".join(words).split(". ")[0].rstrip(".")
