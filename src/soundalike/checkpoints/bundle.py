"""Model folder <-> parts. A model.json names a family and its parts: folders beside it, or the built-in
model's.

Keys of model.json: format, version (of this package), family, parts (role: folder, or the word `builtin`),
hears (digest of the speaker encoder that the acoustic model was assembled with, where that is built in), and,
of a model that was measured, test, scores and data: see shelf.py.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from soundalike import __version__
from soundalike.audio.mel import MelSpec
from soundalike.core import registry
from soundalike.core.config import to_json
from soundalike.core.errors import CheckpointError, ConfigError

from .part import CARD, LoadedPart, check_pair, load_part, save_part

MODEL = "model.json"
MODEL_FORMAT = "soundalike-model-1"
BUILT_IN = Path(__file__).parents[1] / "weights" / "default"
AUXILIARY_PARTS = {"adversary": "acoustic/adversary"}  # parts that were trained beside another and lie with it
BUILTIN = "builtin"  # in model.json and for `assemble`: the built-in model's part


@dataclass(frozen=True)
class Bundle:
    """The parts of a model folder, which fit."""

    family: str
    parts: dict[str, LoadedPart]  # by role


def read_model(folder: str | os.PathLike) -> dict[str, Any]:
    """What a folder's model.json says. Raises CheckpointError if it does not say what it is."""
    file = Path(folder) / MODEL
    if not file.is_file():
        raise CheckpointError(
            f"{folder}: no {MODEL} here, so this is not a model folder. Leave --model out for the built-in one."
        )
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        if said["format"] != MODEL_FORMAT:
            raise CheckpointError(
                f"{file}: format is {said['format']!r}, this version reads {MODEL_FORMAT!r}."
            )
        said["family"] = registry.current(said["family"])
        registry.known(registry.ARCHITECTURES, said["family"], "family")
        return {**said, "parts": {role: str(place) for role, place in dict(said["parts"]).items()}}
    except ConfigError as error:
        raise CheckpointError(f"{file}: {error}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{file}: does not say what it is ({error!r}). It needs format, family and parts."
        ) from None


def part_folder(folder: str | os.PathLike, role: str, place: str) -> Path:
    """The folder of a part, as model.json places it."""
    return BUILT_IN / AUXILIARY_PARTS.get(role, role) if place == BUILTIN else Path(folder) / place


def load_bundle(folder: str | os.PathLike) -> Bundle:
    """The parts of a model folder. Raises CheckpointError if they do not fit, or the built-in ones are not
    those it was made for.
    """
    said = read_model(folder)
    where = str(Path(folder) / MODEL)
    parts = {role: load_part(part_folder(folder, role, place), role) for role, place in said["parts"].items()}
    borrowed = [role for role, place in said["parts"].items() if place == BUILTIN]
    try:
        check_parts(parts, said["family"], where)
    except CheckpointError as error:
        if not borrowed:
            raise
        raise CheckpointError(f"{error} {_lent(borrowed, said)}") from None
    if "speaker" in borrowed and said.get("hears") != digest(parts["speaker"]):
        raise CheckpointError(
            f"{where}: made for the speaker encoder {said.get('hears')}, this version's built-in one is {digest(parts['speaker'])}; it would "
            f"speak in other people's voices. {_lent(borrowed, said)}"
        )
    return Bundle(said["family"], parts)


def _lent(borrowed: list[str], said: dict[str, Any]) -> str:
    """What to do where parts that are the built-in model's do not fit."""
    made = said.get("version", "an unknown version")
    return f"Its {' and '.join(borrowed)} are the built-in model's, of soundalike {made} when it was made: use that version, or train it again."


def digest(part: LoadedPart) -> str:
    """Twelve signs that tell a part's kind and config; of a speaker encoder its weights too, as another
    training of it puts the same voice elsewhere.
    """
    sums = hashlib.sha256(json.dumps([registry.identity(part.name), to_json(part.config)], sort_keys=True).encode())
    if registry.part(part.name).role == "speaker":
        for name, value in sorted(part.network.state_dict().items()):
            sums.update(name.encode() + value.detach().cpu().contiguous().numpy().tobytes())
    return sums.hexdigest()[:12]


def bundle_facts(bundle: Bundle) -> dict[str, Any]:
    """What a voice keeps of the model that made it: the package's version, the family, digests of the mel and
    of each part.
    """
    digests = {role: digest(part) for role, part in sorted(bundle.parts.items())}
    return {
        "package": __version__,
        "family": registry.identity(bundle.family),
        "mel": bundle.parts["acoustic"].mel.digest,
        **digests,
    }


def check_parts(parts: dict[str, LoadedPart], family: str, where: str) -> None:
    """Raise CheckpointError unless there is one part of every role needed, the family's own among them, and
    they agree.
    """
    for role in ("acoustic", "vocoder", "speaker"):
        if role not in parts:
            raise CheckpointError(
                f"{where}: no {role} among the parts ({', '.join(parts) or 'none'}). Give an acoustic, a vocoder and a speaker part."
            )
    if parts["acoustic"].name != family:
        raise CheckpointError(
            f"{where}: the family is {family}, the acoustic model is one of {parts['acoustic'].name}. Name that family."
        )
    for role in parts.keys() - {"speaker"}:  # which hears samples, by a mel of its own
        check_pair(parts["acoustic"], parts[role])
    takes = parts["acoustic"].config.speaker_vector
    gives = parts["speaker"].config.vector
    if takes != gives:
        raise CheckpointError(
            f"{where}: the acoustic model takes speaker vectors of {takes} numbers, the speaker encoder gives {gives}."
        )


def _untrained(name: str) -> bool:
    """Whether this is the name of a part with nothing to train, which has no folder to be given."""
    return name in registry.PARTS and registry.part(name).objective is None


def _bare(name: str, others: dict[str, LoadedPart]) -> LoadedPart:
    """A part with nothing to train, as it is, for the mel of the others."""
    kind = registry.part(name)
    mel = others["acoustic"].mel if "acoustic" in others else MelSpec()
    return LoadedPart(name, kind.Config(), mel, kind.build(kind.Config(), mel), Path(name))


def assemble(out: str | os.PathLike, folders: list[str], family: str | None = None) -> Path:
    """Write a model folder from the folders of trained parts and the names of parts with nothing to train,
    weights in half precision.

    What was trained beside a part and lies in its folder comes with it. The word `builtin` among them names
    the built-in model's part for every role that is left; nothing of those is copied. The family is the
    acoustic model's unless told. Raises CheckpointError if the parts do not fit.
    """
    target = Path(out)
    own = [folder for folder in folders if folder != BUILTIN]
    own += [str(beside) for folder in own for role in AUXILIARY_PARTS if (beside := Path(folder) / role).is_dir()]
    roles: dict[str, LoadedPart] = {}
    for folder in sorted(own, key=_untrained):
        part = _bare(folder, roles) if _untrained(folder) else load_part(folder)
        role = registry.part(part.name).role
        if role in roles:
            raise CheckpointError(
                f"{folder}: a second {role}, beside {roles[role].folder}. Give one part of each role."
            )
        roles[role] = part
    places = {role: AUXILIARY_PARTS.get(role, role) for role in roles}
    if BUILTIN in folders:
        kept = {"adversary"} if "acoustic" in roles else set()  # it judges its own model only
        places |= {role: BUILTIN for role in read_model(BUILT_IN)["parts"] if role not in {*roles, *kept}}
    whole = roles | {
        role: load_part(part_folder(target, role, BUILTIN), role)
        for role, place in places.items()
        if place == BUILTIN
    }
    if family is None and "acoustic" in whole:
        family = whole["acoustic"].name
    check_parts(whole, family or "", str(target))
    target.mkdir(parents=True, exist_ok=True)
    for role, part in sorted(roles.items()):  # companions after those they lie with
        card = part.folder / CARD
        text = card.read_text(encoding="utf-8") if card.is_file() else ""
        save_part(target / places[role], part.name, part.config, part.mel, part.network, text, half=True)
    said = {"format": MODEL_FORMAT, "version": __version__, "family": family, "parts": places}
    if places["speaker"] == BUILTIN:
        said["hears"] = digest(whole["speaker"])
    write_model(target, said)
    return target


def average(out: str | os.PathLike, folders: list[str]) -> Path:
    """Write a part whose weights are the mean of those of several, ends or moments of one training ("model
    soups", Wortsman et al. 2022).

    What was trained beside the last of them comes with it. Raises CheckpointError if they are not of one kind
    and size.
    """
    parts = [load_part(folder) for folder in folders]
    for other in parts[1:]:
        if (other.name, other.config) != (parts[0].name, parts[0].config):
            raise CheckpointError(
                f"{other.folder}: not of the kind and size of {parts[0].folder}. Give parts that were trained from one another."
            )
        check_pair(parts[0], other)
    weights = [part.network.state_dict() for part in parts]
    for name, value in weights[0].items():
        if value.is_floating_point():
            value.copy_(torch.stack([one[name] for one in weights]).mean(0))
    target = Path(out)
    save_part(target, parts[0].name, parts[0].config, parts[0].mel, parts[0].network)
    for role in AUXILIARY_PARTS:
        if (beside := parts[-1].folder / role).is_dir():
            part = load_part(beside, role)
            save_part(target / role, part.name, part.config, part.mel, part.network)
    return target


def write_model(folder: str | os.PathLike, said: dict[str, Any]) -> None:
    """Write a folder's model.json."""
    (Path(folder) / MODEL).write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
