"""Part <-> folder. A folder says what it is: config.json, model.safetensors, training.*, card.md.

Keys of config.json: format, version (of this package), part (a registered name), network (its Config), mel
(MelSpec), alphabet, and what the part `reads` and `writes`: digests of interfaces by kind. The first format
had no reads and writes.
"""

from __future__ import annotations

import json
import os
import shutil
import textwrap
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from soundalike import __version__
from soundalike.audio.mel import MelSpec
from soundalike.core import registry
from soundalike.core.config import parse, to_json
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.files import replace_file, write_atomic
from soundalike.nn.rng_lock import RNG_LOCK
from soundalike.text.alphabet import SYMBOLS

from .interfaces import another_part
from .packed import packed, unpacked

if TYPE_CHECKING:
    import torch
    from torch import nn

FORMAT = "soundalike-part-2"
READABLE = ("soundalike-part-1", FORMAT)
CONFIG = "config.json"
WEIGHTS = "model.safetensors"
STATE = "training.safetensors"
CARD = "card.md"
LONGEST_REASON = 200  # characters of what a message says of weights that do not fit


@dataclass(frozen=True)
class LoadedPart:
    """A part read from a folder."""

    name: str
    config: Any
    mel: MelSpec
    network: nn.Module
    folder: Path

    @property
    def instrument(self) -> Any:
        """What others see of a part that is an instrument by itself: an Aligner, a SpeakerEncoder.

        Raises CheckpointError for a part that is none.
        """
        opened = registry.part(self.name).instrument
        if opened is None:
            raise CheckpointError(f"{self.folder}: a {self.name} is no aligner and no encoder.")
        return opened(self)


def describe(name: str, config: Any, mel: MelSpec) -> dict[str, Any]:
    """What config.json says of a part."""
    kind = registry.part(name)
    return {
        "format": FORMAT,
        "version": __version__,
        "part": name,
        "network": to_json(config),
        "mel": asdict(mel),
        "alphabet": list(SYMBOLS),
        "reads": {interface.kind: interface.digest for interface in kind.reads(config, mel)},
        "writes": {interface.kind: interface.digest for interface in kind.writes(config, mel)},
    }


def save_part(
    folder: str | os.PathLike,
    name: str,
    config: Any,
    mel: MelSpec,
    network: nn.Module,
    card: str = "",
    bits: int = 32,
) -> None:
    """Write a part, whole or not at all, and read it back once. Weights that are normed for training are
    stored plain (nn.weight_norm). To ship, 16 `bits` store half precision, and 8 whole numbers
    (`checkpoints.packed`).

    Raises CheckpointError when it cannot be written; what was there before is then as it was.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    from soundalike.nn.weight_norm import plain_state

    target = Path(folder).resolve()
    temporary = target.with_name(f".{target.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    tensors = {k: v.detach().cpu().contiguous() for k, v in plain_state(network).items()}
    if bits == 16:
        tensors = {k: v.half() if v.is_floating_point() else v for k, v in tensors.items()}
    if bits == 8:
        tensors = packed(tensors)
    try:
        temporary.mkdir(parents=True)
        (temporary / CONFIG).write_text(
            json.dumps(describe(name, config, mel), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        save_file(tensors, temporary / WEIGHTS)
        (temporary / WEIGHTS).chmod(0o644)
        if card:
            (temporary / CARD).write_text(card, encoding="utf-8")
        load_part(temporary)
    except (OSError, SafetensorError, CheckpointError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise CheckpointError(
            f"{target}: cannot be saved ({error}). "
            "What was there is as it was; make room and run the same command."
        ) from None
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(temporary.iterdir(), key=lambda f: f.name == CONFIG):
        replace_file(file, target / file.name)
    temporary.rmdir()


def load_part(folder: str | os.PathLike, role: str | None = None) -> LoadedPart:
    """Read a part and build its network, in evaluation mode. Raises CheckpointError if the folder does not
    say what it is.
    """
    import torch

    path = Path(folder)
    name, config, mel, alphabet = read_config(path, lambda name: registry.part(name).Config)
    kind = registry.part(name)
    if role is not None and kind.role != role:
        raise another_part(path, name, kind.role, role)
    reads_text = any(interface.kind == "alphabet" for interface in kind.reads(config, mel))
    if reads_text and alphabet != list(SYMBOLS):
        odd = " ".join(sorted(set(alphabet or []) ^ set(SYMBOLS)))
        raise CheckpointError(
            f"{path / CONFIG}: made with another alphabet (differing symbols: {odd}). Train the part again."
        )
    # Reading a part must not move a caller's random numbers
    with RNG_LOCK, torch.random.fork_rng(devices=[]):
        network = kind.build(config, mel)
    try:
        network.load_state_dict(_read_tensors(path / WEIGHTS))
    except (OSError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"{path / WEIGHTS}: does not hold the weights that {CONFIG} describes ({_reason(error)})."
        ) from None
    return LoadedPart(name, config, mel, network.eval(), path)


def _reason(error: Exception) -> str:
    """The first fault that an error of loading names. PyTorch lists them below a line that names none."""
    lines = str(error).splitlines() or [type(error).__name__]
    fault = lines[1].strip() if len(lines) > 1 and lines[0].startswith("Error(s) in loading") else lines[0]
    return textwrap.shorten(fault.rstrip(". "), LONGEST_REASON, placeholder=" ...")


def read_config(path: Path, config_of: Callable[[str], type]) -> tuple[str, Any, MelSpec, list[str] | None]:
    """The name, config, mel and alphabet of a part's folder; `config_of` gives the class of the config of a
    part's name. Raises CheckpointError where one is missing.
    """
    file = path / CONFIG
    if not file.is_file():
        raise CheckpointError(
            f"{path}: no {CONFIG} here, so this is not a model folder. "
            "Give a folder written by `soundalike train`."
        )
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        if said.get("format") not in READABLE:
            raise CheckpointError(f"{file}: format is {said.get('format')!r}, this version reads {FORMAT!r}.")
        name = registry.current(said["part"])
        mel = parse(MelSpec, dict(said["mel"]), f"{file} [mel]")
        try:
            wanted = config_of(name)
        except ConfigError as error:
            raise CheckpointError(f"{file}: {error}") from None
        config: Any = parse(wanted, dict(said["network"]), f"{file} [network]")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"{file}: does not say what it is ({error!r}). Restore the file or train the part again."
        ) from None
    return name, config, mel, said.get("alphabet")


def _read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file, in full precision. Raises ValueError for a file that is none."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return unpacked(load_file(path))
    except SafetensorError as error:
        raise ValueError(str(error)) from None


@runtime_checkable
class HoldsParts(Protocol):
    """A network with others of registered parts in it, which may begin with the weights of such a part."""

    parts_within: tuple[str, ...]  # names of its modules


def adopt(network: nn.Module, folder: str | os.PathLike) -> list[str]:
    """Fill a network with the weights of a part's folder as far as names and shapes fit; returns the names of
    tensors left as they are. A network that holds the part as a module takes its weights there.

    A tensor that has grown (more symbols, which the alphabet only ever appends) keeps its first rows. Raises
    CheckpointError when nothing that is learned fits.
    """
    path = Path(folder) / WEIGHTS
    try:
        known = _read_tensors(path)
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{path}: cannot be read ({error}). Give the folder of a trained part."
        ) from None
    within = network.parts_within if isinstance(network, HoldsParts) else ()
    fresh = []
    for name, value in network.state_dict().items():
        module, _, rest = name.partition(".")
        old = known.get(name, known.get(rest) if module in within else None)
        if old is None or old.dim() != value.dim() or any(a > b for a, b in zip(old.shape, value.shape)):
            fresh.append(name)
            continue
        value[tuple(slice(size) for size in old.shape)] = old.to(value.dtype)
        if old.shape != value.shape:
            fresh.append(name)
    learned = {name for name, _ in network.named_parameters()} or set(network.state_dict())
    if learned <= set(fresh):
        raise CheckpointError(
            f"{path}: nothing in it fits this network. Give a part of the same kind and size."
        )
    return fresh


def save_state(folder: Path, tensors: dict[str, torch.Tensor], facts: dict[str, Any]) -> None:
    """Write the training state (deletable; only resuming needs it) as training.safetensors with JSON facts
    inside, whole or not at all.

    Raises CheckpointError when it cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    stored = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
    metadata = {"facts": json.dumps(facts)}
    try:
        write_atomic(
            folder / STATE,
            lambda temporary: save_file(stored, temporary, metadata=metadata),
        )
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{folder}: the state cannot be saved ({error}). "
            "The last one is as it was; make room and run it again."
        ) from None


def load_state(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]] | None:
    """The training state of a run, or None where there is none. Raises CheckpointError for a damaged one."""
    from safetensors import SafetensorError, safe_open

    path = folder / STATE
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            return {k: file.get_tensor(k).clone() for k in file.keys()}, json.loads(file.metadata()["facts"])
    except (OSError, SafetensorError, TypeError, KeyError, ValueError) as error:
        raise CheckpointError(
            f"{path}: cut off or damaged ({_reason(error)}). Copy it again, or begin in another --out with "
            f"train.start_from={folder}."
        ) from None
