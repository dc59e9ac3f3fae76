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

from . import contract, delivery, registry
from .audio import AUDIBLE_PEAK, Audio, join
from .checkpoint import CARD, LoadedPart, check_pair, load_part, save_part
from .contract import AudioError, CheckpointError, ConfigError, Voice
from .text import Lexicon, Script, Spoken, phonemize, read

MODEL = "model.json"
MODEL_FORMAT = "soundalike-model-1"
BUILT_IN = Path(__file__).parent / "models" / "default"
NATURAL = (0.7, 1.4)  # rates beyond which speech made to fit a length sounds hurried or dragging
LEAST_SPEECH = 1.0  # seconds of speech a reference must hold


class Cloner:
    """A model ready to use: it listens to a recording and speaks any text in that voice.

    Re-entrant: nothing is changed by listening or speaking.
    """

    def __init__(self, family: contract.Cloner):
        self.family = family
        self.sample_rate: int = family.sample_rate
        self.Options: type = family.Options
        self.frame_rate: float = getattr(family, "frame_rate", 100.0)

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

    def speak(
        self,
        text: str | Script,
        voice: Voice,
        options: Any = None,
        progress: Callable[[int, int], None] | None = None,
        fit: float | None = None,
        loudness: float = delivery.LOUDNESS,
    ) -> Iterator[Audio]:
        """The text in the voice, sentence by sentence, each with its cues; `progress` is told (done, all) after each.

        A plain str is read by `text.read` in the language it seems to be in; read it yourself for a language, a lexicon or SSML.
        With `fit` the whole lasts so many seconds; every sentence is brought to `loudness` in LUFS. Raises TextError, ConfigError and
        CheckpointError before the first piece where the text, an option or the voice cannot be used.
        """
        options = options or self.Options()
        check_options(options)
        if not delivery.SOFTEST <= loudness <= delivery.LOUDEST:
            raise ConfigError(f"loudness = {loudness:g} is out of range. Choose {delivery.SOFTEST:g} to {delivery.LOUDEST:g} LUFS.")
        script = text if isinstance(text, Script) else read(text, lexicon=lexicon_of(voice))
        for warning in script.warnings:
            warnings.warn(warning, stacklevel=2)
        sentences = [delivery.ready(sentence) for sentence in script.utterances]
        seconds = [0.0] * len(sentences) if fit is None else self.fitted(sentences, voice, options, fit)
        for number, sentence in enumerate(sentences):
            chosen = dataclasses.replace(options, seed=options.seed + number, **({"seconds": seconds[number]} if fit is not None else {}))
            sound = join(list(self.family.speak(sentence, voice, chosen)))
            yield delivery.deliver(sound, sentence, script.source, delivery.PAUSE if number + 1 < len(sentences) else 0.0, loudness)
            if progress is not None:
                progress(number + 1, len(sentences))

    def fitted(self, sentences: list[Spoken], voice: Voice, options: Any, fit: float) -> list[float]:
        """Seconds for each sentence so that the whole, pauses included, lasts `fit`. Warns outside NATURAL rates."""
        if not hasattr(self.family, "seconds"):
            raise ConfigError("this family does not know beforehand how long it will speak, so it cannot fit a length. Leave --fit out.")
        natural = [self.family.seconds(sentence, voice, options) for sentence in sentences]
        quiet = delivery.PAUSE * (len(sentences) - 1) + sum(delivery.asked_pauses(sentence) for sentence in sentences)
        if fit <= quiet + 0.1 * sum(natural):
            raise ConfigError(f"--fit {fit:g}: too short; the text takes {sum(natural) + quiet:.1f} s by itself. Give at least half of that.")
        rate = sum(natural) / (fit - quiet)
        if not NATURAL[0] <= rate <= NATURAL[1]:
            warnings.warn(
                f"to fit {fit:g} s the voice must speak at {rate:.2f} times its natural rate; {sum(natural) + quiet:.1f} s would suit it.",
                stacklevel=3,
            )
        ends = np.round(np.cumsum(natural) / rate * self.frame_rate) / self.frame_rate  # whole frames, so that roundings do not add up
        return np.diff(ends, prepend=0.0).tolist()

    def clone(self, reference: Audio | str | os.PathLike, text: str | Script, options: Any = None) -> Audio:
        """Listen and speak in one call."""
        return join(list(self.speak(text, self.listen(reference), options)))


def lexicon_of(voice: Voice) -> Lexicon | None:
    """The pronunciations kept with a voice."""
    return Lexicon.from_dict(voice.facts["lexicon"]) if "lexicon" in voice.facts else None


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
    ranges = {"speed": (0.5, 2.0), "pitch": (-12.0, 12.0), "sharpen": (0.0, 1.0), "temperature": (0.0, 1.5), "seed": (0, 2**62)}
    for name, (low, high) in ranges.items():
        value = getattr(options, name, None)
        if value is not None and not low <= value <= high:
            raise ConfigError(f"{name} = {value} is out of range. Choose {low} to {high}.")


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
