"""The verbs of trained models: models list | fit | import | assemble | average | export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import models_export, models_fit
from .command import App, verb
from .options import AsJson, Force

if TYPE_CHECKING:
    from soundalike.checkpoints.model_store import InstalledModel, InstalledPart
    from soundalike.core.languages import LanguageStatus

EXAMPLES = """
soundalike models list
soundalike models import family models/fastspeech2
soundalike models assemble mine runs/acoustic runs/vocoder builtin
"""
IMPORT_EXAMPLES = """
soundalike models import family models/fastspeech2
soundalike models import ge2e pretrained.pt --out runs/ge2e
"""
app = App(epilog=EXAMPLES)
imports = App()


@app.callback()
def models() -> None:
    """Trained models: list, fit, import, assemble, average, export."""


@imports.callback(epilog=IMPORT_EXAMPLES)
def import_() -> None:
    """Bring in a trained family, or public weights of an architecture."""


@verb(
    app, "list", "soundalike models list\nsoundalike models list --languages\nsoundalike models list --json"
)
def list_models(
    languages: Annotated[
        bool, typer.Option("--languages", help="only how well each family speaks which language")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Families and parts: their size, how good they are, which are installed. Without PyTorch, families
    alone.
    """
    from soundalike.checkpoints import inventory_store, model_store
    from soundalike.core import registry
    from soundalike.core.backends import torch_is_installed

    entries = model_store.installed_models()
    if languages:
        _list_languages(entries, as_json)
        return
    # What a part is for is said beside its network
    part_names = sorted(registry.PARTS) if torch_is_installed() else []
    parts: dict[str, tuple[InstalledPart, InstalledModel | None]] = {
        part.name: (part, None) for part in model_store.lone_parts()
    }
    parts |= {part.name: (part, entry) for entry in reversed(entries) for part in entry.parts.values()}
    if as_json:
        families = [
            {**_facts(entry), "folder": entry.folder and str(entry.folder), **_figures(entry)}
            for entry in entries
        ]
        known = [
            {"part": name, "role": registry.part(name).role, **_size(*parts.get(name, (None, None)))}
            for name in part_names
        ]
        print(json.dumps({"families": families, "parts": known}, ensure_ascii=False, indent=1))
        return
    for entry in entries:
        weights = _weights(entry.parameters, entry.size)
        print(f"family  {entry.family:12} {_state(entry):14} {weights}".rstrip())
        scores = ", ".join(f"{label} {value}" for label, value in model_store.shown(entry.said).items())
        for line in (entry.fault, scores, entry.said.get("data")):
            if line:
                print(f"{'':20} {line}")
        for status in _statuses(entry):
            print(f"{'':20} {status}")
    for name in part_names:
        print(_part_line(name, *parts.get(name, (None, None))))
    for name in inventory_store.names():
        print(f"inventory {name}")


def _statuses(entry: InstalledModel) -> list[LanguageStatus]:
    """How well a family speaks each language, the best first; none where its model says nothing of that."""
    from soundalike.checkpoints import model_store

    if "languages" not in entry.said:
        return []
    statuses = model_store.languages(entry.folder).values()
    return sorted(statuses, key=lambda one: (one.word_error is None, one.word_error or 0.0))


def _list_languages(entries: list[InstalledModel], as_json: bool) -> None:
    """Print how well each family speaks which language."""
    found = {entry.family: _statuses(entry) for entry in entries}
    if as_json:
        said = {family: [one.to_dict() for one in statuses] for family, statuses in found.items() if statuses}
        print(json.dumps(said, ensure_ascii=False, indent=1))
        return
    for family, statuses in found.items():
        for status in statuses:
            hours = "" if status.hours is None else f", {status.hours:.1f} hours of training speech"
            print(f"{family:12} {status}{hours}")


verb(app, "fit", models_fit.EXAMPLES)(models_fit.fit)
verb(app, "export", models_export.EXAMPLES)(models_export.export)
app.add_typer(imports, name="import")


@verb(imports, "family", "soundalike models import family models/fastspeech2")
def import_family(
    folder: Annotated[
        str,
        typer.Argument(
            help="such as models/fastspeech2 of the repository, or what `soundalike models assemble` wrote"
        ),
    ],
    force: Force = False,
) -> None:
    """A model folder to the user's data folder, for --family."""
    from soundalike.checkpoints.model_store import install

    place = install(folder, force)
    print(f"{place}: installed; speak with --family {place.name}")


@verb(imports, "ge2e", "soundalike models import ge2e pretrained.pt --out runs/ge2e")
def import_ge2e(
    file: Annotated[str, typer.Argument(help="file of the weights")],
    out: Annotated[str, typer.Option("--out", metavar="FOLDER", help="folder to write")],
) -> None:
    """Public weights of the speaker encoder (resemblyzer's pretrained.pt) to a part's folder."""
    from soundalike.checkpoints import public_weights

    print(f"{out}: imported, {public_weights.import_ge2e(file, out):,} parameters")


@verb(imports, "content", "soundalike models import content hubert-base-ls960 --out runs/public")
def import_content(
    folder: Annotated[str, typer.Argument(help="folder of the checkpoint, as transformers writes it")],
    out: Annotated[str, typer.Option("--out", metavar="FOLDER", help="folder to write")],
    layer: Annotated[
        int,
        typer.Option("--layer", metavar="N", help="whose states are used, from 1", show_default="the last"),
    ] = 0,
) -> None:
    """Public weights of HuBERT, wav2vec 2.0 or ContentVec to a part's folder, as a content encoder."""
    from soundalike.checkpoints import public_weights

    print(f"{out}: imported, {public_weights.import_content(folder, out, layer):,} parameters")


@verb(
    app,
    "assemble",
    """
soundalike models assemble mine runs/acoustic runs/vocoder builtin
soundalike models assemble models/convrnn runs/convrnn griffin_lim builtin
soundalike models assemble models/vits runs/vits builtin --int8
""",
)
def assemble(
    out: Annotated[str, typer.Argument(help="folder to write")],
    parts: Annotated[
        list[str],
        typer.Argument(
            metavar="PARTS...",
            help="folders of an acoustic model, a vocoder (or the word griffin_lim, which has no weights), "
            "a speaker encoder, an aligner; the word builtin: for all others those of the built-in "
            "model, which are not copied",
        ),
    ],
    family: Annotated[
        str | None,
        typer.Option(
            "--family",
            metavar="NAME",
            help="name of the model's architecture",
            show_default="the acoustic model's",
        ),
    ] = None,
    int8: Annotated[
        bool,
        typer.Option(
            "--int8",
            help="weights in 8 bits, half the size; they sound nearly the same",
        ),
    ] = False,
) -> None:
    """Trained parts to a model folder, in half precision or in 8 bits."""
    from soundalike.checkpoints.bundle import assemble as assembled

    print(f"{assembled(out, list(parts), family, 8 if int8 else 16)}: assembled")


@verb(app, "average", "soundalike models average runs/mean runs/first runs/second")
def average(
    out: Annotated[str, typer.Argument(help="folder to write")],
    parts: Annotated[
        list[str],
        typer.Argument(
            metavar="PARTS...",
            help="folders of trained parts of one kind and size; "
            "what was trained beside the last comes with it",
        ),
    ],
) -> None:
    """The mean of the weights of runs that came of one another, as one part."""
    from soundalike.checkpoints.bundle import average as averaged

    print(f"{averaged(out, list(parts))}: the mean of {len(parts)}")


def _facts(entry: InstalledModel) -> dict[str, Any]:
    return {
        "family": entry.family,
        "state": _state(entry),
        "parameters": entry.parameters,
        "bytes": entry.size,
    }


def _figures(entry: InstalledModel) -> dict[str, Any]:
    return {**{name: entry.said.get(name) for name in ("test", "scores", "data")}, "fault": entry.fault}


def _size(part: InstalledPart | None, entry: InstalledModel | None) -> dict[str, Any]:
    if part is None:
        return {"parameters": None, "bytes": None, "of": None}
    return {"parameters": part.parameters, "bytes": part.size, "of": entry and entry.family}


def _part_line(name: str, part: InstalledPart | None, entry: InstalledModel | None) -> str:
    from soundalike.core import registry

    kind = registry.part(name)
    without = "installed" if part else "no weights" if kind.objective is None else "not installed"
    state = _state(entry) if entry else without
    weights = _weights(part.parameters, part.size) if part else ""
    return f"part    {name:12} {state:14} {weights:18} {kind.role}".rstrip()


def _state(entry: InstalledModel) -> str:
    from soundalike.checkpoints.bundle import BUILT_IN

    if entry.fault:
        return "broken"
    if entry.folder is None:
        return "not installed"
    return "built in" if entry.folder == BUILT_IN else "installed"


def _weights(parameters: int, size: int) -> str:
    return f"{parameters / 1e6:.2f} M, {size / 2**20:.1f} MiB" if size else ""
