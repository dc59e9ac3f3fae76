"""Sound to features: the only STFT, the only mel, the only place a sample rate is written."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class MelSpec:
    """Every choice that changes a number of a log-mel spectrogram.

    Frame t is centred on sample t * hop_length of the padded signal, so N samples give N // hop_length + 1
    frames.
    """

    sample_rate: int = 24_000  # hertz
    n_fft: int = 1024  # samples; also the window's length (Hann, periodic)
    hop_length: int = 256  # samples
    n_mels: int = 100
    fmin: float = 0.0  # hertz
    fmax: float = 12_000.0  # hertz
    # Mel = 2595 log10(1 + f / 700); or even steps up to 1 kHz, even ratios above
    scale: Literal["htk", "slaney"] = "htk"
    norm: Literal["none", "slaney"] = "none"  # triangles of height one; or of one area
    # Of the magnitude, not the power; or the power itself, without a logarithm
    log: Literal["natural", "power"] = "natural"
    floor: float = 1e-5  # smallest magnitude before the logarithm
    # N_fft // 2 at either end: the sound mirrored, or silence
    padding: Literal["reflect", "constant"] = "reflect"

    @property
    def digest(self) -> str:
        """Short name of these choices; the feature cache is filed under it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    @property
    def frames_per_second(self) -> float:
        return self.sample_rate / self.hop_length

    @property
    def silence(self) -> float:
        """The log-mel value of nothing at all."""
        return float(np.log(self.floor)) if self.log == "natural" else 0.0

    def differences(self, other: MelSpec) -> list[tuple[str, object, object]]:
        """The fields in which two specs differ: (name, mine, theirs)."""
        pairs = ((f.name, getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return [(name, mine, theirs) for name, mine, theirs in pairs if mine != theirs]
