"""unit_selection assembled: an inventory of recordings, and the acoustic model that says what the units of a
sentence should be like.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from soundalike.audio.mel import MelSpec
from soundalike.audio.speech import Speech
from soundalike.core import registry
from soundalike.core.contracts import Aligner, LoadedPart, SpeakerEncoder
from soundalike.core.errors import AudioError, CheckpointError
from soundalike.core.types import IDENTITY, AcousticOutput, Reference, UnitTrace, Voice
from soundalike.core.vectors import cosine
from soundalike.models.common.mel_arrays import controls_of, timestamps_of
from soundalike.models.common.mel_synthesis import sound
from soundalike.models.common.prompt_conditioning import voice_of
from soundalike.text import Utterance, encode

from .borrowing import BorrowedReader, with_borrowed
from .concatenate import concatenate
from .costs import Units, units_of
from .diphone_check import missing_diphones
from .network import UnitInventory
from .recordings import RecordingReader
from .runs import ends_of, runs_of, stretches_of
from .search import select
from .spec import UnitSelectionOptions
from .targets import targets_of
from .time_scale import time_scaled

SAME = (
    0.55  # cosine between speaker embeddings from which a recording is taken for the inventory's own person
)
KEPT = 3  # inventories held ready beside the model's own


@dataclass(frozen=True)
class OpenInventory:
    """An inventory ready for the search, and its recordings."""

    network: UnitInventory
    units: Units
    reader: RecordingReader


def opened(network: UnitInventory) -> OpenInventory:
    """An inventory made ready."""
    if not len(network.symbols):
        raise CheckpointError("the inventory is empty. Fit it: `soundalike models fit unit_selection`.")
    reader = RecordingReader(network.ogg.numpy().tobytes(), network.pieces.numpy())
    return OpenInventory(network, units_of(network), reader)


class UnitSelectionSynthesizer:
    """Speaks in the voices of inventories: its own, and those that `soundalike models fit` stored."""

    Options = UnitSelectionOptions

    def __init__(
        self,
        inventory: UnitInventory,
        acoustic: Any,
        vocoder: nn.Module,
        speaker_encoder: SpeakerEncoder,
        aligner: Aligner | None,
        mel: MelSpec,
    ):
        self.own = inventory.config.name
        self.acoustic = acoustic
        self.vocoder = vocoder
        self.speaker_encoder: SpeakerEncoder | None = speaker_encoder
        self.aligner = aligner
        self.mel = mel
        self.sample_rate = mel.sample_rate
        self._encoder = speaker_encoder
        self._opened = {self.own: opened(inventory)}
        self._lock = threading.Lock()

    @classmethod
    def of_parts(cls, parts: Mapping[str, LoadedPart]) -> UnitSelectionSynthesizer:
        """The model of parts by slot."""
        aligner = parts["aligner"].instrument if "aligner" in parts else None
        return cls(
            parts["inventory"].network,
            parts["acoustic"].network,
            parts["vocoder"].network,
            parts["speaker"].instrument,
            aligner,
            parts["inventory"].mel,
        )

    def condition(self, reference: Reference) -> Voice:
        """The voice of the inventory whose person speaks in a recording. Raises AudioError where there is
        none of that person.
        """
        heard = voice_of(reference.audio, self._encoder, self.mel)
        known = {self.own: self._opened[self.own].network.identity.numpy()} | {
            name: identity for name, identity in _stored_identities().items() if name != self.own
        }
        likeness = {name: cosine(heard.identity, identity) for name, identity in known.items()}
        nearest = max(likeness, key=lambda name: likeness[name])
        if likeness[nearest] < SAME:
            raise AudioError(
                "unit selection speaks in the voices of its inventories only, and the person of this "
                f"recording has none (nearest: '{nearest}', likeness {likeness[nearest]:.2f}). Make one of "
                "10 minutes of recordings: `soundalike data prepare RECORDINGS d`, then `soundalike models "
                "fit unit_selection d --name NAME`. Or clone with another family."
            )
        return self.inventory_voice(nearest)

    def inventory_voice(self, name: str) -> Voice:
        """The voice of an inventory by name. Raises CheckpointError where there is none."""
        return inventory_voice(self.inventory(name).network, self.mel)

    def check(self, voice: Voice) -> None:
        """Raise CheckpointError for a voice that another model made, or whose inventory is not there."""
        if voice.facts.get("mel") != self.mel.digest or "inventory" not in voice.facts:
            raise CheckpointError(
                "this voice was made for another model. Make it again from its recording with this one."
            )
        self.inventory(voice.facts["inventory"])

    def inventory(self, name: str) -> OpenInventory:
        """The inventory of a name, opened once. Raises CheckpointError where there is none."""
        with self._lock:
            if name not in self._opened:
                part = registry.find(registry.SERVICES, "inventory", "service")(name)
                self._opened[name] = opened(part.network)
                for old in [one for one in self._opened if one != self.own][:-KEPT]:
                    del self._opened[old]
            return self._opened[name]

    def predicted(self, utterance: Utterance, voice: Voice, options: UnitSelectionOptions) -> AcousticOutput:
        """What the acoustic model predicts for a sentence in the voice, at its natural pace."""
        tensors = [
            torch.from_numpy(voice.tensors[name]).float() for name in (IDENTITY, "prompt", "prompt_pitch")
        ]
        embedding, prompt, pitch = (value[None] for value in tensors)
        symbols = torch.tensor(encode(utterance.symbols))
        with torch.inference_mode():
            conditioning = self.acoustic.condition(embedding, prompt, torch.tensor([prompt.shape[1]]), pitch)
            prosody = controls_of(utterance, _Natural(options.seed), self.mel)
            reading = self.acoustic.reading(utterance.language)
            return self.acoustic.infer(symbols, conditioning, prosody, reading)

    def speak(
        self, utterance: Utterance, voice: Voice, options: UnitSelectionOptions | None = None
    ) -> Iterator[Speech]:
        """One sentence in the voice, with timestamps and the stretches it was put together of. The same seed
        gives the same samples. Warns of words with diphones that no recording holds.
        """
        chosen = options or UnitSelectionOptions()
        self.check(voice)
        held = self.inventory(voice.facts["inventory"])
        made = self.predicted(utterance, voice, chosen)
        targets = targets_of(utterance, made)
        units: Units = held.units
        reader: RecordingReader | BorrowedReader = held.reader
        missing = missing_diphones(units, targets, utterance)
        allowed = None
        if missing and units.config.borrow:
            borrowed = sound(self.vocoder, made, utterance, self.mel, chosen.seed).samples
            units, allowed = with_borrowed(units, targets, missing, len(held.reader))
            reader = BorrowedReader(held.reader, borrowed)
        _warn(missing, units.config.borrow)
        selection = select(units, targets, chosen.variety, chosen.seed, allowed)
        runs = runs_of(units, selection)
        samples, places = concatenate(runs, reader, self.sample_rate)
        ends = ends_of(units, selection, places, len(samples))
        trace = UnitTrace(
            utterance.text,
            stretches_of(held.network, units, selection, targets, ends, utterance, self.sample_rate),
            tuple(dict.fromkeys((one.word, one.name) for one in missing)),
        )
        scaled = time_scaled(samples, self.sample_rate, chosen.speed)
        symbol_ends = np.zeros(len(utterance.symbols))
        np.maximum.at(
            symbol_ends, targets.place, ends / self.sample_rate * len(scaled) / max(1, len(samples))
        )
        times = timestamps_of(utterance, np.maximum.accumulate(symbol_ends))
        yield Speech(scaled.astype(np.float32), self.sample_rate, times, units=(trace,))

    def unit_trace(self, utterance: Utterance, voice: Voice, options: Any) -> UnitTrace:
        """Which stretches one sentence is put together of."""
        return next(self.speak(utterance, voice, options)).units[0]


@dataclass(frozen=True)
class _Natural:
    """The prosody that is not asked for: pace and pitch as they come."""

    seed: int
    speed: float = 1.0
    seconds: float = 0.0
    temperature: float = 0.0


def inventory_voice(inventory: UnitInventory, mel: MelSpec) -> Voice:
    """The voice of an inventory."""
    pitch = inventory.prompt_pitch.numpy()
    voiced = pitch[pitch > 0]
    tensors = {
        "prompt": inventory.prompt.numpy().astype(np.float16),
        "prompt_pitch": pitch.astype(np.float32),
        IDENTITY: inventory.identity.numpy().astype(np.float16),
    }
    facts = {
        "inventory": inventory.config.name,
        "pitch_hertz": round(float(np.median(voiced)), 1) if len(voiced) else None,
        "mel": mel.digest,
    }
    return Voice({name: np.ascontiguousarray(value) for name, value in tensors.items()}, facts)


def _stored_identities() -> dict[str, np.ndarray]:
    """The speaker embeddings of the stored inventories, by name."""
    return registry.find(registry.SERVICES, "inventory_identities", "service")()


def _warn(missing: list[Any], borrowed: bool) -> None:
    """Warn of the words that no recording holds all diphones of."""
    by_word: dict[str, list[str]] = {}
    for one in missing:
        by_word.setdefault(one.word, []).append(one.name)
    for word, names in by_word.items():
        done = "taken from the built-in model" if borrowed else "the nearest sounds stand in"
        warnings.warn(
            f"'{word}': no recording holds {', '.join(dict.fromkeys(names))}; {done}.", stacklevel=3
        )
