"""The verb that makes an inventory of recordings: models fit."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from soundalike.core.command_line import as_word
from soundalike.core.errors import ConfigError

from .options import Force, read_file

if TYPE_CHECKING:
    from soundalike.core.types import Voice

EXAMPLES = """
soundalike models fit unit_selection data --name anna
soundalike models fit unit_selection data --name anna --borrow
soundalike models fit unit_selection data --name anna --text-file story.txt --force
"""
FAMILY = "unit_selection"


def fit(
    family: Annotated[str, typer.Argument(help="unit_selection")],
    data: Annotated[str, typer.Argument(help="folder that `soundalike data prepare` made, of one speaker")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="of the voice: letters, digits, spaces, - and _")
    ],
    borrow: Annotated[
        bool,
        typer.Option(
            "--borrow",
            help="take sounds that no recording holds from the built-in model, in this voice",
            show_default=False,
        ),
    ] = False,
    text_file: Annotated[
        str | None,
        typer.Option(
            "--text-file",
            metavar="FILE",
            help="tell how many of this text's diphones the recordings hold",
            show_default="sentences of ordinary words",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SECTION.KEY=VALUE",
            help="change one value of the recipe unit_selection; may be given again",
            show_default=False,
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Recordings of one person to a voice that speaks in pieces of them (unit selection)."""
    from soundalike.checkpoints import inventory_store
    from soundalike.inference import voice_library
    from soundalike.prepare.recording_coverage import check_enough, recording_coverage
    from soundalike.training.fit import fit as fitted
    from soundalike.training.recipe import read_recipe

    if family != FAMILY:
        raise ConfigError(
            f"models fit {family}: only {FAMILY} is fitted so. `soundalike train` trains others."
        )
    voice_library.check_free(name, force)
    wishes = [f"network.name={_quoted(name)}", f"network.borrow={str(borrow).lower()}"]
    manifest = f"data.manifest={_quoted(str(Path(data).resolve()))}"
    recipe = read_recipe(FAMILY, settings=[manifest, *wishes, *(settings or [])])
    found = recording_coverage(data, read_file(text_file) if text_file else "")
    if not borrow:
        check_enough(found, data, recipe.objective.minutes)
    print(f"{data}: {found}")
    folder = inventory_store.place_of(name)
    working = folder.with_name(f".{folder.name}.fit")
    shutil.rmtree(working, ignore_errors=True)
    try:
        fitted(recipe, working)
        if folder.exists():
            shutil.rmtree(folder)
        working.rename(folder)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{name}: {size / 1e6:.1f} MB in {folder}")
    ensure_family(folder)
    place = voice_library.put(name, voice_of_inventory(name), force, source=False)
    print(
        f"{name}: voice kept in {place}; speak with `soundalike clone {as_word(name)} TEXT --family {FAMILY}`"
    )


def _quoted(text: str) -> str:
    """A text as a value of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def ensure_family(folder: Path) -> None:
    """Install the family with the inventory of a folder, unless it is installed with another's."""
    from soundalike.checkpoints import inventory_store, model_store
    from soundalike.checkpoints.bundle import BUILTIN, assemble

    own = model_store.library() / FAMILY
    stale = inventory_store.name_in(own / inventory_store.ROLE) == inventory_store.name_in(folder)
    if model_store.find(FAMILY) is None or stale:
        assemble(own, [str(folder), BUILTIN], FAMILY)


def voice_of_inventory(name: str) -> Voice:
    """The voice of a stored inventory, as the family makes it."""
    from soundalike.core.types import Voice
    from soundalike.inference.cloner import Cloner

    cloner = Cloner.load(family=FAMILY, cache=False)
    made: Voice = cloner.synthesizer.inventory_voice(name)  # type: ignore[attr-defined]  # of this family
    facts = {**made.facts, "language": None, "consent": {}, "model": cloner.model}
    return Voice(made.tensors, facts)
