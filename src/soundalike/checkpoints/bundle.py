"""Model folder <-> parts. A model.json names a family and its parts: folders beside it, or the built-in
model's.

Keys of model.json: format, version (of this package), family, parts (role: folder, or the word `builtin`),
speaker_encoder_digest (of the encoder that the acoustic model was assembled with, where that is built in;
`hears` in older files), digests (of the parts that have no graphs, by role, where the others have them: see
graph_model.py), and, of a model that was measured, test, scores and data: see model_store.py.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundalike import __version__
from soundalike.audio.mel import MelSpec
from soundalike.core import registry
from soundalike.core.command_line import as_word
from soundalike.core.config import to_json
from soundalike.core.contracts import ArchitectureSpec
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.files import write_atomic
from soundalike.core.types import added_later

from .interfaces import check_pairing, check_slots
from .part import CARD, CONFIG, LoadedPart, load_part, save_part

MODEL = "model.json"
MODEL_FORMAT = "soundalike-model-1"
BUILT_IN = Path(__file__).parents[1] / "weights" / "default"
AUXILIARY_PARTS = {
    "adversary": "acoustic/adversary"
}  # parts that were trained beside another and lie with it
ENCODER_DIGEST = (
    "speaker_encoder_digest"  # in model.json: of the encoder the voices come from, where it is built in
)
DIGESTS = "digests"  # in model.json: of the parts without graphs, where the others have them
BUILTIN = "builtin"  # in model.json and for `assemble`: the built-in model's part


@dataclass(frozen=True)
class Bundle:
    """The parts of a model folder, which fit."""

    spec: ArchitectureSpec
    parts: dict[str, LoadedPart]  # by slot

    @property
    def family(self) -> str:
        """The architecture's name."""
        return self.spec.name


def read_model(folder: str | os.PathLike) -> dict[str, Any]:
    """What a folder's model.json says. Raises CheckpointError if it does not say what it is."""
    file = Path(folder) / MODEL
    if not file.is_file():
        remedy = "Give one that `soundalike models assemble` wrote."
        if (Path(folder) / CONFIG).is_file():
            remedy = (
                f"It is one part: `soundalike models assemble NAME {as_word(folder)} builtin` makes it one."
            )
        raise CheckpointError(f"{folder}: no {MODEL} here, so this is not a model folder. {remedy}")
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        if said["format"] != MODEL_FORMAT:
            raise CheckpointError(
                f"{file}: format is {said['format']!r}, this version reads {MODEL_FORMAT!r}."
            )
        said["family"] = registry.current(said["family"])
        registry.known(registry.ARCHITECTURES, said["family"], "family")
        if "hears" in said:  # what the first format called it
            said[ENCODER_DIGEST] = said.pop("hears")
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


def named_part(place: str, role: str) -> LoadedPart:
    """The part of a role in a folder, or the built-in model's, where the place is `builtin`. Raises
    CheckpointError where there is none.
    """
    return load_part(part_folder(place, role, place) if place == BUILTIN else place, role)


def load_bundle(folder: str | os.PathLike) -> Bundle:
    """The parts of a model folder. Raises CheckpointError if they do not fit, or the built-in ones are not
    those it was made for.
    """
    said = read_model(folder)
    where = str(Path(folder) / MODEL)
    spec = registry.architecture(said["family"])
    for name in said["parts"]:
        if name not in spec.slots:
            raise CheckpointError(f"{where}: {spec.name} has no slot '{name}', only {', '.join(spec.slots)}.")
    parts = {
        name: load_part(part_folder(folder, name, place), spec.slots[name].role)
        for name, place in said["parts"].items()
    }
    borrowed = [slot for slot, place in said["parts"].items() if place == BUILTIN]
    try:
        check_slots(spec, parts, where)
        check_pairing(spec, parts)
    except CheckpointError as error:
        if not borrowed:
            raise
        raise CheckpointError(f"{error} {_remedy_of_built_in(borrowed, said)}") from None
    if "speaker" in borrowed:
        check_encoder(said, digest(parts["speaker"]), folder, borrowed)
    return Bundle(spec, parts)


def check_encoder(
    said: dict[str, Any], digest_now: str, folder: str | os.PathLike, borrowed: list[str]
) -> None:
    """Raise CheckpointError unless the built-in speaker encoder, of that digest, is the one a model was made
    with that borrows it.
    """
    if said.get(ENCODER_DIGEST) != digest_now:
        raise CheckpointError(
            f"{Path(folder) / MODEL}: made for the speaker encoder {said.get(ENCODER_DIGEST)}, "
            f"this version's built-in one is {digest_now}; "
            f"it would speak in other people's voices. {_remedy_of_built_in(borrowed, said)}"
        )


def open_model(folder: str | os.PathLike, device: str = "cpu") -> tuple[Any, dict[str, Any]]:
    """The model of a folder, assembled on a device, and what its voices keep of it. Optional parts, which
    check and adapt, stay on the CPU.

    Raises CheckpointError as `load_bundle` does.
    """
    bundle = load_bundle(folder)
    for name, part in bundle.parts.items():
        part.network.to(device if bundle.spec.slots[name].required else "cpu")
    return bundle.spec.assemble(bundle.parts), bundle_facts(bundle)


def pick_device(name: str) -> str:
    """A torch device from auto, cpu, cuda (cuda:1 is the second) or mps. Raises ConfigError when it is not
    one of these or not there.
    """
    import torch

    kind, _, number = name.partition(":")
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return "cpu"  # faster than real time there, and the same samples everywhere
    if kind not in there or (number and not number.isdecimal()):
        raise ConfigError(
            f"unknown device '{name}'. Choose one of auto, {', '.join(there)}, or one such as cuda:1."
        )
    if not there[kind] or (kind == "cuda" and int(number or 0) >= torch.cuda.device_count()):
        usable = ", ".join(own for own, is_there in there.items() if is_there)
        raise ConfigError(f"device '{name}' is not available on this machine. Choose one of {usable}.")
    return name


def _remedy_of_built_in(borrowed: list[str], said: dict[str, Any]) -> str:
    """What to do where parts that are the built-in model's do not fit."""
    made = said.get("version", "an unknown version")
    return (
        f"Its {' and '.join(borrowed)} are the built-in model's, of soundalike {made} when it was made: "
        "use that version, or train it again."
    )


def _identity_config(config: Any) -> dict[str, Any]:
    """A config as digests see it: without fields added later that have their default."""
    later = added_later(config)
    table = to_json(config)
    return {name: value for name, value in table.items() if name not in later or value != later[name]}


def digest(part: LoadedPart) -> str:
    """Twelve hexadecimal digits of a part: its `identity`."""
    role = registry.part(part.name).role
    weights = part.network.state_dict() if role == "speaker" else {}
    arrays = {name: value.detach().cpu().contiguous().numpy() for name, value in weights.items()}
    return identity(part.name, part.config, role, arrays)


def identity(name: str, config: Any, role: str, weights: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits of a part's kind and config; of a speaker encoder its weights too, as
    embeddings of one training mean nothing to another.
    """
    sums = hashlib.sha256(
        json.dumps([registry.identity(name), _identity_config(config)], sort_keys=True).encode()
    )
    if role == "speaker":
        for key, value in sorted(weights.items()):
            sums.update(key.encode() + value.tobytes())
    return sums.hexdigest()[:12]


def bundle_facts(bundle: Bundle) -> dict[str, Any]:
    """What a voice keeps of the model that made it, of the parts of a bundle."""
    digests = {role: digest(part) for role, part in bundle.parts.items()}
    return facts_of(bundle.spec, bundle.parts[bundle.spec.main_slot].mel, digests)


def facts_of(spec: ArchitectureSpec, mel: MelSpec, digests: Mapping[str, str]) -> dict[str, Any]:
    """What a voice keeps of the model that made it: the package's version, the family, digests of the mel and
    of each part.
    """
    return {
        "package": __version__,
        "family": registry.identity(spec.name),
        "mel": mel.digest,
        **dict(sorted(digests.items())),
    }


def _untrained(name: str) -> bool:
    """Whether this is the name of a part with nothing to train, which has no folder to be given."""
    return name in registry.PARTS and registry.part(name).objective is None


def _bare(name: str, others: dict[str, LoadedPart]) -> LoadedPart:
    """A part with nothing to train, as it is, for the mel of the others."""
    kind = registry.part(name)
    mel = others["acoustic"].mel if "acoustic" in others else MelSpec()
    return LoadedPart(name, kind.Config(), mel, kind.build(kind.Config(), mel), Path(name))


def assemble(out: str | os.PathLike, folders: list[str], family: str | None = None, bits: int = 16) -> Path:
    """Write a model folder from the folders of trained parts and the names of parts with nothing to train,
    weights in 16 bits (half precision) or 8 (`checkpoints.packed`).

    What was trained beside a part and lies in its folder comes with it. The word `builtin` among them names
    the built-in model's part for every role that is left; nothing of those is copied. The family is the
    acoustic model's unless given. Raises CheckpointError if the parts do not fit.
    """
    target = Path(out)
    own = [folder for folder in folders if folder != BUILTIN]
    own += [
        str(beside) for folder in own for role in AUXILIARY_PARTS if (beside := Path(folder) / role).is_dir()
    ]
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
    if family is None and "acoustic" in roles and roles["acoustic"].name in registry.ARCHITECTURES:
        family = roles["acoustic"].name
    if BUILTIN in folders:
        # What was trained with the built-in acoustic model, and knows that alone
        kept = {"adversary", "content"} if "acoustic" in roles else set()
        own_slots = read_model(BUILT_IN)["parts"]
        slots = registry.architecture(family).slots if family else own_slots
        places |= {role: BUILTIN for role in own_slots if role in slots and role not in {*roles, *kept}}
    whole = roles | {
        role: load_part(part_folder(target, role, BUILTIN), role)
        for role, place in places.items()
        if place == BUILTIN
    }
    if family is None and "acoustic" in whole:
        family = whole["acoustic"].name
    if family is None:
        raise CheckpointError(
            f"{target}: no acoustic among the parts ({', '.join(whole) or 'none'}). Give one."
        )
    spec = registry.architecture(family)
    check_slots(spec, whole, str(target))
    check_pairing(spec, whole)
    target.mkdir(parents=True, exist_ok=True)
    for role, part in sorted(roles.items()):  # companions after those they lie with
        card = part.folder / CARD
        text = card.read_text(encoding="utf-8") if card.is_file() else ""
        save_part(target / places[role], part.name, part.config, part.mel, part.network, text, bits)
    said = {"format": MODEL_FORMAT, "version": __version__, "family": family, "parts": places}
    if places.get("speaker") == BUILTIN:
        said[ENCODER_DIGEST] = digest(whole["speaker"])
    write_model(target, said)
    return target


def average(out: str | os.PathLike, folders: list[str]) -> Path:
    """Write a part whose weights are the mean of those of several, ends or moments of one training ("model
    soups", Wortsman et al. 2022).

    What was trained beside the last of them comes with it. Raises CheckpointError if they are not of one kind
    and size.
    """
    import torch

    parts = [load_part(folder) for folder in folders]
    for other in parts[1:]:
        if (other.name, other.config) != (parts[0].name, parts[0].config):
            raise CheckpointError(
                f"{other.folder}: not of the kind and size of {parts[0].folder}. "
                "Give parts that were trained from one another."
            )
        if other.mel != parts[0].mel:
            raise CheckpointError(
                f"{other.folder}: of another mel than {parts[0].folder}. Average one training."
            )
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
    write_atomic(Path(folder) / MODEL, json.dumps(said, indent=1, ensure_ascii=False) + "\n")
