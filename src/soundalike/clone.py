"""Load a model, pair its parts, split long text, join the pieces, keep to the promises of the command line."""

from __future__ import annotations

import dataclasses
import json
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from . import contract, registry
from .audio import AUDIBLE_PEAK, Audio, join
from .checkpoint import CARD, LoadedPart, check_pair, load_part, save_part
from .contract import AudioError, CheckpointError, ConfigError, Voice
from .text import normalise, phonemize, split_sentences

MODEL = "model.json"
MODEL_FORMAT = "soundalike-model-1"
BUILT_IN = Path(__file__).parent / "models" / "default"
PAUSE = 0.12  # seconds of quiet put between sentences, beside those the model makes
LOUDNESS = -18.0  # LUFS of what is spoken
FADE = 0.005  # seconds over which a piece's ends are faded
LEAST_SPEECH = 1.0  # seconds of speech a reference must hold


class Cloner:
    """A model ready to use: it listens to a recording and speaks any text in that voice.

    Re-entrant: nothing is changed by listening or speaking.
    """

    def __init__(self, family: contract.Cloner):
        self.family = family
        self.sample_rate: int = family.sample_rate
        self.Options: type = family.Options

    @staticmethod
    def load(model: str | os.PathLike | None = None, device: str = "auto") -> Cloner:
        """The built-in model, or one from a folder with a `model.json`. Raises CheckpointError if its parts do not fit."""
        cloner = _load(Path(model or BUILT_IN), pick_device(device))
        phonemize("ready")  # opens the lexicon now, so that the first sentence need not wait for it
        return cloner

    def listen(self, reference: Audio | str | os.PathLike, transcript: str | None = None) -> Voice:
        """The voice of a recording, which should hold two seconds of speech or more.

        Raises AudioError when it is silent or holds under a second of speech; warns when it is clipped or of telephone
        quality.
        """
        name = "reference" if isinstance(reference, Audio) else os.fspath(reference)
        audio = reference if isinstance(reference, Audio) else Audio.read(reference)
        check_reference(audio, name)
        return self.family.listen(audio, transcript)

    def speak(self, text: str, voice: Voice, options: Any = None, progress: Callable[[int, int], None] | None = None) -> Iterator[Audio]:
        """The text in the voice, sentence by sentence; `progress` is told (done, all) after each."""
        options = options or self.Options()
        check_options(options)
        normalise(text)  # refuse the whole before speaking a part
        pieces = split_sentences(text)
        for number, piece in enumerate(pieces):
            seeded = dataclasses.replace(options, seed=options.seed + number)
            sound = join(list(self.family.speak(piece, voice, seeded)))
            last = number == len(pieces) - 1
            yield finish(sound, pause=0.0 if last else PAUSE)
            if progress is not None:
                progress(number + 1, len(pieces))

    def clone(self, reference: Audio | str | os.PathLike, text: str, options: Any = None) -> Audio:
        """Listen and speak in one call."""
        return join(list(self.speak(text, self.listen(reference), options)))


def pick_device(name: str) -> str:
    """A torch device from auto, cpu, cuda or mps. Raises ConfigError when it is not one of these or not there."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return "cpu"  # the built-in model is faster than real time there, and gives the same samples everywhere
    if name not in there:
        raise ConfigError(f"unknown device '{name}'. Choose one of auto, {', '.join(there)}.")
    if not there[name]:
        raise ConfigError(f"device '{name}' is not available on this machine. Use --device cpu.")
    return name


def _load(path: Path, device: str) -> Cloner:
    said_file = path / MODEL
    if not said_file.is_file():
        raise CheckpointError(f"{path}: no {MODEL} here, so this is not a model folder. Leave --model out for the built-in one.")
    try:
        said = json.loads(said_file.read_text(encoding="utf-8"))
        if said["format"] != MODEL_FORMAT:
            raise CheckpointError(f"{said_file}: format is {said['format']!r}, this version reads {MODEL_FORMAT!r}.")
        family, places = registry.family(said["family"]), dict(said["parts"])
    except ConfigError as error:
        raise CheckpointError(f"{said_file}: {error}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{said_file}: does not say what it is ({error!r}). It needs format, family and parts.") from None
    parts = {role: load_part(path / str(place), role) for role, place in places.items()}
    check_parts(parts, str(said_file))
    networks = {role: part.network.to(device) for role, part in parts.items()}
    mel = parts["acoustic"].mel
    return Cloner(family(networks["acoustic"], networks["vocoder"], networks["speaker"], mel))


def check_parts(parts: dict[str, LoadedPart], where: str) -> None:
    """Raise CheckpointError unless there is one part of every role needed and their mels agree."""
    for role in ("acoustic", "vocoder", "speaker"):
        if role not in parts:
            raise CheckpointError(
                f"{where}: no {role} among the parts ({', '.join(parts) or 'none'}). Give an acoustic, a vocoder and a speaker part."
            )
    for part in parts.values():
        check_pair(parts["acoustic"], part)


def check_reference(audio: Audio, name: str) -> None:
    """Raise AudioError for a recording no voice can be taken from; warn of one that will give a poor voice."""
    peak = float(np.abs(audio.samples).max()) if len(audio.samples) else 0.0
    if not np.isfinite(peak):
        raise AudioError(f"{name}: the recording holds samples that are not finite numbers (NaN). Export it again.")
    if peak < AUDIBLE_PEAK:
        raise AudioError(f"{name}: the recording is silent. Give one in which somebody speaks.")
    speech = audio.speech_seconds()
    if speech < LEAST_SPEECH:
        raise AudioError(f"{name}: only {speech:.1f} s of speech. Give at least {LEAST_SPEECH:.0f} s; 5 to 10 s work best.")
    if audio.rate < 12_000:
        warnings.warn(
            f"{name}: telephone quality ({audio.rate} Hz). The clone will sound muffled; a recording of 16 kHz or more is better.", stacklevel=3
        )
    clipped = float((np.abs(audio.samples) >= 0.999 * peak).mean())
    if peak > 0.98 and clipped > 0.001:
        warnings.warn(f"{name}: the recording is clipped (overdriven). Record it again at a lower level for a cleaner voice.", stacklevel=3)


def check_options(options: Any) -> None:
    """Raise ConfigError for a value out of range, naming the option."""
    ranges = {"speed": (0.5, 2.0), "sharpen": (0.0, 1.0), "temperature": (0.0, 1.5), "seed": (0, 2**62)}
    for name, (low, high) in ranges.items():
        value = getattr(options, name, None)
        if value is not None and not low <= value <= high:
            raise ConfigError(f"{name} = {value} is out of range. Choose {low} to {high}.")


def finish(audio: Audio, pause: float) -> Audio:
    """A piece at LOUDNESS, its ends faded, with a pause appended, so that pieces join without clicks or jumps of level."""
    samples, size = audio.levelled(LOUDNESS).samples.copy(), int(FADE * audio.rate)
    ramp = np.linspace(0.0, 1.0, size, dtype=np.float32)
    samples[:size] *= ramp
    samples[-size:] *= ramp[::-1]
    return Audio(np.concatenate([samples, np.zeros(int(pause * audio.rate), np.float32)]), audio.rate)


def assemble(out: str | os.PathLike, folders: list[str], family: str) -> Path:
    """Write a model folder from trained parts, weights in half precision. Raises CheckpointError if they do not fit."""
    target = Path(out)
    roles: dict[str, LoadedPart] = {}
    for folder in folders:
        part = load_part(folder)
        role = registry.part(part.name).role
        if role in roles:
            raise CheckpointError(f"{folder}: a second {role}, beside {roles[role].folder}. Give one part of each role.")
        roles[role] = part
    registry.family(family)
    check_parts(roles, str(target))
    target.mkdir(parents=True, exist_ok=True)
    for role, part in roles.items():
        card = part.folder / CARD
        text = card.read_text(encoding="utf-8") if card.is_file() else ""
        save_part(target / role, part.name, part.config, part.mel, part.network, text, half=True)
    said = {"format": MODEL_FORMAT, "family": family, "parts": {role: role for role in roles}}
    (target / MODEL).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return target
