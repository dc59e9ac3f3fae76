"""What starling says, worked out in numpy around its network, whatever runs that: PyTorch or ONNX Runtime."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from soundalike.audio.contour import reshaped, spread_of, widening
from soundalike.audio.durations import natural, of_frames, symbol_of_frame, whole
from soundalike.audio.mel import MelSpec
from soundalike.audio.noise import white_noise
from soundalike.audio.pitch import PITCH_CEILING, PITCH_FLOOR, mean_octave
from soundalike.core.types import AcousticArrays, ProsodyControls
from soundalike.text.alphabet import phone_classes

from .config import Reading, StarlingConfig

IS_MARK = np.array(phone_classes()) == 0  # by symbol


class Register(NamedTuple):
    """Where a voice's pitch lies, and how far it moves."""

    octave: float  # mean log2 hertz
    spread: float | None = None  # octaves, as audio.contour.spread_of has it; None: not known


def register_of(hertz: np.ndarray) -> Register:
    """The register of a prompt's pitch (T,) in hertz, 0 where unvoiced."""
    voiced = hertz > 0
    octave = np.log2(np.where(voiced, hertz, 1.0).astype(np.float64))
    return Register(mean_octave(hertz), spread_of(octave, voiced))


class AcousticNetwork(Protocol):
    """The network, cut where its lengths become whole numbers. What one of its steps gives the next in its
    own kind of values is Any.
    """

    config: StarlingConfig
    mel: MelSpec

    def condition(self, embedding: np.ndarray, prompt: np.ndarray, pitch: np.ndarray) -> Any:
        """The conditioning of a speaker embedding (V,) and a prompt's log-mel (T, M) with its pitch (T,)."""
        ...

    def encode(self, symbols: np.ndarray, conditioning: Any, reading: Reading) -> tuple[Any, np.ndarray]:
        """States of symbols (S,) int64, and the logarithm of one plus their predicted frames (S,)."""
        ...

    def intone(
        self, states: Any, durations: np.ndarray, index: np.ndarray, conditioning: Any
    ) -> tuple[Any, np.ndarray, np.ndarray]:
        """Patches of states that last whole durations (S,), by the symbol (T,) of each frame, T a whole
        number of patches; the pitch in octaves above the voice's mean, and the log-odds of voicing, (T,)
        each.
        """
        ...

    def decode(
        self, patches: Any, octave: np.ndarray, voiced: np.ndarray, noise: np.ndarray, conditioning: Any
    ) -> np.ndarray:
        """The log-mel (T, M) of patches, pitch and voicing (T,) and noise (T, config.noise)."""
        ...


def predicted_lengths(
    network: AcousticNetwork, symbols: np.ndarray, conditioning: Any, reading: Reading
) -> tuple[Any, np.ndarray]:
    """States of symbols (S,), and the frames (S,) of each at the natural pace, not rounded."""
    states, log_durations = network.encode(symbols, conditioning, reading)
    return states, natural(log_durations, IS_MARK[symbols])


def inferred(
    network: AcousticNetwork,
    symbols: np.ndarray,
    conditioning: Any,
    register: Register,
    prosody: ProsodyControls,
    lengths: tuple[Any, np.ndarray],
) -> AcousticArrays:
    """The mel, pitch and durations of one utterance: symbols (S,), a conditioning, the voice's register,
    controls in numpy, and what `predicted_lengths` gives.
    """
    states, exact = lengths
    durations = whole(exact / prosody.tempo, ~IS_MARK[symbols], prosody.frames)
    frames = int(durations.sum())
    patch = network.config.patch
    size = -(-frames // patch) * patch
    index = symbol_of_frame(durations, size)
    patches, octave, voicing = network.intone(states, durations, index, conditioning)
    voiced = (voicing > 0).astype(np.float32)
    octave = _reshaped(octave, voiced, register, prosody, durations)
    asked = np.broadcast_to(prosody.octaves, symbols.shape)
    octave = (octave + of_frames(asked, durations, size)).astype(np.float32)
    width = network.config.noise
    noise = np.float32(prosody.temperature) * white_noise(prosody.seed, size * width).reshape(size, width)
    mel = network.decode(patches, octave, voiced, noise, conditioning)[:frames]
    # In double precision: a vocoder adds the pitch up to a phase, so that its last digits are heard
    hertz = (2.0 ** (octave.astype(np.float64) + register.octave)).clip(PITCH_FLOOR, PITCH_CEILING) * voiced
    silence = np.float32(network.mel.silence)
    return AcousticArrays(np.maximum(mel, silence), hertz[:frames].astype(np.float32), durations)


def followed(
    network: AcousticNetwork,
    patches: Any,
    octaves: np.ndarray,
    conditioning: Any,
    register: Register,
    noise: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The log-mel (T, M) and the pitch (T,) in hertz of patches that follow a given pitch (T,): octaves above
    the voice's own mean, NaN where unvoiced. `noise` (T', config.noise) has a frame for each of the patches'
    at least.
    """
    frames = len(octaves)
    size = patches.shape[1] * network.config.patch
    given = np.pad(octaves, (0, size - frames), constant_values=np.nan)
    voiced = np.isfinite(given).astype(np.float32)
    octave = np.nan_to_num(given).astype(np.float32)
    mel = network.decode(patches, octave, voiced, noise[:size].astype(np.float32), conditioning)[:frames]
    hertz = (2.0 ** (octave.astype(np.float64) + register.octave)).clip(PITCH_FLOOR, PITCH_CEILING) * voiced
    return np.maximum(mel, np.float32(network.mel.silence)), hertz[:frames].astype(np.float32)


def _reshaped(
    octave: np.ndarray,
    voiced: np.ndarray,
    register: Register,
    prosody: ProsodyControls,
    durations: np.ndarray,
) -> np.ndarray:
    """A predicted pitch (T,) that moves as far as is asked, in the whole and symbol by symbol."""
    if prosody.expressiveness:
        factor = widening(spread_of(octave, voiced), register.spread, prosody.expressiveness)
        mean = (octave * voiced).sum() / max(1.0, voiced.sum())
        octave = mean + factor * (octave - mean)
    if prosody.spread is None or prosody.rise is None:
        return octave
    spread = of_frames(prosody.spread, durations, len(octave), 1.0)
    return reshaped(octave, voiced, spread, of_frames(prosody.rise, durations, len(octave)))
