"""An inventory of units: half-phones of one person's recordings, their features, and the recordings.

Hunt & Black 1996, "Unit selection in a concatenative speech synthesis system using a large speech database".
It is fitted, not trained: `fit` segments the recordings by the durations of an aligner and keeps what target
costs and join costs compare.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.types import Batch
from soundalike.nn.masks import length_mask

from .features import cosines

if TYPE_CHECKING:
    from soundalike.core.contracts import Progress

    from .objective import UnitSelectionSettings


@dataclass(frozen=True)
class UnitSelectionConfig:
    """Whose units they are, and how they are chosen: the weights of the sub-costs, and the pruning."""

    name: str = ""  # of the voice
    borrow: bool = False  # whether what the recordings lack is taken from the acoustic model
    # Target cost: what each difference counts
    duration: float = 1.0  # a nat of duration
    pitch: float = 1.0  # an octave
    voicing: float = 0.5  # voiced instead of unvoiced, or the other way
    spectrum: float = 0.6  # a nat, root mean square over the smoothed spectrum
    context: float = 1.2  # the most different neighbouring sound
    stress: float = 0.4
    word: float = 0.2  # at the beginning or the end of a word instead of within, or the other way
    phrase: float = 0.4  # before a pause instead of not, or the other way
    # Join cost
    join: float = 0.5  # every join
    join_spectrum: float = 1.2  # a nat
    join_pitch: float = 4.0  # an octave
    join_voicing: float = 0.6
    join_energy: float = 0.15  # a nat
    # Pruning: candidates of each target
    candidates: int = 80
    # How far from the border of a unit its best join is looked for
    join_frames: float = 1.5


# Name, number type and shape of every buffer; U units, B borders (one more than units in each recording), C
# recordings, P streams, N bytes. Samples are counted through all recordings, one after the other
BUFFERS: dict[str, tuple[torch.dtype, int]] = {
    "ogg": (torch.uint8, 1),  # (N,) the recordings, Ogg Vorbis streams
    "pieces": (torch.int32, 2),  # (P + 1, 2) first byte and first sample of each stream, and where all end
    "names": (torch.uint8, 1),  # (N,) names of the recordings, a JSON list
    "check": (torch.uint8, 1),  # (32,) SHA-256 of the three
    "clips": (torch.int32, 2),  # (C, 3) first unit, first border, first sample
    "symbols": (torch.uint8, 1),  # (U,) id of the symbol each unit is half of
    "flags": (torch.uint8, 1),  # (U,) bits of FLAGS
    "times": (torch.int32, 1),  # (B,) sample at each border
    "borders": (torch.int8, 3),  # (B, 2, D) energy and cepstra before and after each border
    "border_pitch": (torch.float32, 2),  # (B, 2) log pitch before and after
    "means": (torch.int8, 2),  # (U, D) mean energy and cepstra
    "pitch": (torch.float32, 1),  # (U,) log pitch; UNVOICED of what has none
    "prompt": (torch.float32, 2),  # (T, M) a recording's mel, for the voice
    "prompt_pitch": (torch.float32, 1),  # (T,)
    "identity": (torch.float32, 1),  # (V,) speaker embedding
}
# Bits of flags: the second half of its symbol; first or last sound of a word; before a pause
SECOND, BEGINS, ENDS, FINAL = 1, 2, 4, 8


class UnitInventory(nn.Module):
    """Units with what they are compared by, and the recordings they are cut from; see BUFFERS."""

    required_fields: ClassVar[frozenset[str]] = frozenset(
        {"symbols", "durations", "mel", "pitch", "samples", "speaker", "speaker_embedding"}
    )
    ogg: Tensor
    pieces: Tensor
    names: Tensor
    check: Tensor
    clips: Tensor
    symbols: Tensor
    flags: Tensor
    times: Tensor
    borders: Tensor
    border_pitch: Tensor
    means: Tensor
    pitch: Tensor
    prompt: Tensor
    prompt_pitch: Tensor
    identity: Tensor
    cosines: Tensor

    def __init__(self, config: UnitSelectionConfig, mel: MelSpec):
        super().__init__()
        self.config = config
        self.mel = mel
        for name, (kind, dimensions) in BUFFERS.items():
            self.register_buffer(name, torch.zeros((0,) * dimensions, dtype=kind))
        self.register_buffer("cosines", torch.from_numpy(cosines(mel.n_mels)), persistent=False)

    def forward(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """Energy and cepstra (B, T, D) of a log-mel (B, T, M); zero in the padding."""
        return (mel @ self.cosines.T) * length_mask(lengths, mel.shape[1])[..., None]

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The features by which units are compared."""
        return {"features": self(batch["mel"], batch.lengths("mel"))}

    @torch.no_grad()
    def fit(
        self, batches: Iterator[Batch], settings: UnitSelectionSettings, progress: Progress | None = None
    ) -> dict[str, float]:
        """Make the inventory of the clips of some batches, all of one speaker.

        Returns `recordings`, `minutes`, `units`, `diphones` (kinds of them that are held) and `bytes`. Raises
        DataError for clips of several speakers, or fewer minutes than the settings ask for.
        """
        from .collection import Collection

        gathered = Collection(self.mel)
        for number, batch in enumerate(batches):
            for clip in range(len(batch.ids)):
                gathered.add(batch, clip)
            if progress is not None:
                progress(number + 1, number + 2)
        gathered.check(settings.minutes, self.config.borrow)
        arrays = gathered.arrays()
        for name, value in arrays.items():
            setattr(self, name, torch.from_numpy(np.ascontiguousarray(value)).to(BUFFERS[name][0]))
        self.check = torch.frombuffer(bytearray(self._digest()), dtype=torch.uint8).clone()
        if progress is not None:
            progress(number + 1, number + 1)
        return {
            "recordings": float(len(self.clips)),
            "minutes": gathered.seconds / 60,
            "units": float(len(self.symbols)),
            "diphones": float(len(gathered.diphones)),
            "bytes": float(len(self.ogg)),
        }

    @property
    def recording_names(self) -> list[str]:
        """The names of the recordings."""
        return json.loads(self.names.numpy().tobytes() or b"[]")

    def _digest(self) -> bytes:
        checked = (self.ogg, self.pieces, self.names)
        return hashlib.sha256(b"".join(one.numpy().tobytes() for one in checked)).digest()

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        local_metadata: Any,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Buffers take the sizes of what is loaded, which is checked against its digest."""
        for name, (_, dimensions) in BUFFERS.items():
            found = state_dict.get(prefix + name)
            if found is not None and found.dim() == dimensions:
                setattr(self, name, torch.empty_like(getattr(self, name)).new_empty(found.shape))
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )
        if not error_msgs and not missing_keys and (fault := self.fault()):
            error_msgs.append(f"the inventory is damaged: {fault}")

    def fault(self) -> str | None:
        """What is wrong with the arrays, or None."""
        if len(self.check) and self.check.numpy().tobytes() != self._digest():
            return "its recordings are not those it was made of"
        units = len(self.symbols)
        clips = len(self.clips)
        lengths = {"flags": units, "means": units, "pitch": units}
        lengths |= dict.fromkeys(("times", "borders", "border_pitch"), units + clips)
        wrong = [name for name, size in lengths.items() if len(getattr(self, name)) != size]
        return (
            f"{wrong[0]} has {len(getattr(self, wrong[0]))} entries, not {lengths[wrong[0]]}"
            if wrong
            else None
        )
