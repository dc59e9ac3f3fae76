"""Similarity: is it the reference's voice, and more so than anybody else's."""

from __future__ import annotations

import importlib.util
from typing import Protocol

import numpy as np

from soundalike.audio.audio import Audio


class SpeakerEncoder(Protocol):
    """Something that knows voices: any encoder can stand here."""

    name: str
    conditions: bool  # whether the built-in model is conditioned on it, so that it may flatter

    def embed(self, audio: Audio) -> np.ndarray:
        """The voice as a vector (V,) of length one."""
        ...


class BuiltInEncoder:
    """The speaker encoder of the built-in model. It conditions that model, so its verdict on it is not
    independent.
    """

    name = "built-in"
    conditions = True

    def __init__(self):
        from soundalike.checkpoints.bundle import BUILT_IN
        from soundalike.checkpoints.part import load_part

        self.part = load_part(BUILT_IN / "speaker", "speaker")

    def embed(self, audio: Audio) -> np.ndarray:
        import torch

        from soundalike.nn.spectral import log_mel

        samples = torch.from_numpy(audio.trim().normalised().resample(self.part.mel.sample_rate).samples)
        with torch.inference_mode():
            mel = log_mel(samples[None], self.part.mel)
            return unit(self.part.network(mel, torch.tensor([mel.shape[1]]))[0].numpy())


class Resemblyzer:
    """The GE2E encoder of the package resemblyzer. No model is conditioned on it, but the built-in encoder
    was taught by its vectors: a second opinion, not a stranger's.
    """

    name = "resemblyzer"
    conditions = False

    def __init__(self):
        from resemblyzer import VoiceEncoder

        self.encoder = VoiceEncoder("cpu", verbose=False)

    def embed(self, audio: Audio) -> np.ndarray:
        from resemblyzer import preprocess_wav

        return unit(self.encoder.embed_utterance(preprocess_wav(audio.resample(16_000).samples)))


def unit(vector: np.ndarray) -> np.ndarray:
    vector = np.asarray(vector, dtype=np.float64)
    return vector / max(float(np.linalg.norm(vector)), 1e-12)


def open_encoders() -> tuple[list[SpeakerEncoder], str]:
    """The built-in encoder, and every external one that is installed; and a sentence about one that is, but
    cannot be used.
    """
    encoders: list[SpeakerEncoder] = [BuiltInEncoder()]
    if importlib.util.find_spec("resemblyzer") is None:
        return encoders, ""
    try:
        return [*encoders, Resemblyzer()], ""
    except (ImportError, OSError, RuntimeError) as error:
        return encoders, f"resemblyzer is installed but cannot be used ({error})."


def cosines(vector: np.ndarray, references: dict[str, np.ndarray]) -> dict[str, float]:
    """How alike a voice is to each reference, -1 to 1."""
    return {name: float(unit(vector) @ unit(other)) for name, other in references.items()}


def verdict(alike: dict[str, float], own: str) -> dict[str, float | None]:
    """Similarity to the own reference; margin over the most similar other, and whether the own is first,
    where there are others.
    """
    others = [value for name, value in alike.items() if name != own]
    margin = alike[own] - max(others) if others else None
    return {
        "similarity": alike[own],
        "margin": margin,
        "first": None if margin is None else float(margin > 0),
    }
