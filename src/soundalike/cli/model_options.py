"""Families on the command line: which one speaks, what each may be asked, the list of them."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import TYPE_CHECKING, Any

from soundalike.core.contracts import ShowsAttention
from soundalike.core.errors import ConfigError

if TYPE_CHECKING:
    from soundalike.checkpoints.model_store import InstalledModel
    from soundalike.core.types import Voice
    from soundalike.inference.cloner import Cloner

OPTIONS = {  # of the families, as the command line has them
    "speed": "how fast, 0.5 to 2; the pitch stays",
    "pitch": "semitones up or down, -12 to 12; the pace stays",
    "energy": "dB, -12 to 12: softer or more pressed",
    "seed": "the same seed gives the same sound",
    "temperature": "0 to 1.5: how much of the fine texture is left to chance",
    "sharpen": "0 to 1: contrast of the spectrum",
}


def add_list_command(commands: Any) -> None:
    """The parser of `list`, added to those of the command line."""
    installed_models = commands.add_parser(
        "list", help="families and parts: their size, how good they are, which are installed"
    )
    installed_models.add_argument("--json", action="store_true", help="print JSON")
    installed_models.set_defaults(run=run_list)


def add_family_options(parser: argparse.ArgumentParser) -> None:
    """An option for each field of the families' Options that is in OPTIONS; None where it is not given."""
    from soundalike.core import registry

    defaults = {
        family: {
            field.name: field.default for field in dataclasses.fields(registry.architecture(family).Options)
        }
        for family in registry.ARCHITECTURES
    }
    for name, told in OPTIONS.items():
        having = [family for family in defaults if name in defaults[family]]
        default = defaults[having[0]][name]
        some = "" if len(having) == len(defaults) else f"; of {', '.join(having)}"
        parser.add_argument(f"--{name}", type=type(default), help=f"{told} (default: {default}{some})")


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Options of every command that loads a model."""
    parser.add_argument(
        "--family",
        metavar="NAME",
        help="a trained family instead of the built-in one: `soundalike list` shows those there are",
    )
    parser.add_argument("--model", metavar="FOLDER", help="folder of another model")


def open_cloner(given: argparse.Namespace) -> Cloner:
    """The model that the options name, on the device they name, if they do."""
    from soundalike.inference.cloner import Cloner

    return Cloner.load(given.model, getattr(given, "device", "auto"), given.family)


def family_options(cloner: Cloner, given: argparse.Namespace) -> Any:
    """The family's Options as given. Raises ConfigError for one that this family does not have, or out of
    range.
    """
    from soundalike.core.options import check_options

    told = {name: getattr(given, name) for name in OPTIONS if getattr(given, name) is not None}
    own = {field.name for field in dataclasses.fields(cloner.Options)}
    for name in told:
        if name not in own:
            have = ", ".join(f"--{other}" for other in OPTIONS if other in own)
            raise ConfigError(
                f"--{name}: the family {cloner.model['family']} does not have it, only {have}. Leave it out."
            )
    options = cloner.Options(**told)
    check_options(options)
    return options


def check_attention(cloner: Cloner) -> None:
    """Raise ConfigError for a family without attention, naming those with it."""
    from soundalike.core import registry

    if not isinstance(cloner.synthesizer, ShowsAttention):
        others = ", ".join(
            name for name in registry.ARCHITECTURES if "attention" in registry.architecture(name).capabilities
        )
        raise ConfigError(
            f"--attention: the family {cloner.model['family']} has none to draw. Give --family {others}, or leave it out."
        )


def run_list(given: argparse.Namespace) -> None:
    from soundalike.checkpoints import model_store
    from soundalike.core import registry

    entries = model_store.installed_models()
    parts = {part.name: (part, entry) for entry in reversed(entries) for part in entry.parts.values()}
    if given.json:
        families = [
            {**_facts(entry), "folder": entry.folder and str(entry.folder), **_figures(entry)}
            for entry in entries
        ]
        known = [
            {"part": name, "role": registry.part(name).role, **_size(*parts.get(name, (None, None)))}
            for name in sorted(registry.PARTS)
        ]
        print(json.dumps({"families": families, "parts": known}, ensure_ascii=False, indent=1))
        return
    for entry in entries:
        print(f"family  {entry.family:12} {_state(entry):14} {_weights(entry.numbers, entry.size)}".rstrip())
        scores = ", ".join(f"{label} {value}" for label, value in model_store.shown(entry.said).items())
        for line in (entry.fault, scores, entry.said.get("data")):
            if line:
                print(f"{'':20} {line}")
    for name in sorted(registry.PARTS):
        part, entry = parts.get(name, (None, None))
        state = (
            _state(entry)
            if entry
            else "no weights"
            if registry.part(name).objective is None
            else "not installed"
        )
        print(
            f"part    {name:12} {state:14} {_weights(part.numbers, part.size) if part else '':18} {registry.part(name).role}".rstrip()
        )


def _facts(entry: InstalledModel) -> dict[str, Any]:
    return {"family": entry.family, "state": _state(entry), "numbers": entry.numbers, "bytes": entry.size}


def _figures(entry: InstalledModel) -> dict[str, Any]:
    return {**{name: entry.said.get(name) for name in ("test", "scores", "data")}, "fault": entry.fault}


def _size(part: Any, entry: InstalledModel | None) -> dict[str, Any]:
    return (
        {"numbers": part.numbers, "bytes": part.size, "of": entry.family}
        if part
        else {"numbers": None, "bytes": None, "of": None}
    )


def _state(entry: InstalledModel) -> str:
    from soundalike.checkpoints.bundle import BUILT_IN

    if entry.fault:
        return "broken"
    return (
        "not installed" if entry.folder is None else "built in" if entry.folder == BUILT_IN else "installed"
    )


def _weights(numbers: int, size: int) -> str:
    return f"{numbers / 1e6:.2f} M, {size / 2**20:.1f} MiB" if size else ""


def with_adapted_prompt(cloner: Any, voice: Voice) -> Voice:
    """The voice after some practice, with a progress bar."""
    from tqdm import tqdm

    with tqdm(desc="practise", unit="step", leave=False) as bar:

        def progress(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        return cloner.adapt_to_prompt(voice, progress)
