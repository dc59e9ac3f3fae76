"""Similarity: is it the reference's voice, and more so than anybody else's."""

from __future__ import annotations

import importlib.util
from typing import Protocol

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.core.vectors import cosine, unit


class VoiceEncoder(Protocol):
    """Anything that gives a recording a speaker embedding."""

    name: str
    conditions: bool  # whether the built-in model is conditioned on it, so that it may flatter

    def embed(self, audio: Audio) -> np.ndarray:
        """The speaker embedding (V,) of a recording, of length one."""
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

        self.encoder = load_part(BUILT_IN / "speaker", "speaker").instrument

    def embed(self, audio: Audio) -> np.ndarray:
        """The speaker embedding (V,), of length one, of what is not silence at the ends."""
        return unit(self.encoder.embed([audio.trim().normalised()])[0])


class Resemblyzer:
    """The GE2E encoder of the package resemblyzer. No model is conditioned on it, but the built-in encoder
    was distilled from it: a second opinion, not an independent one.
    """

    name = "resemblyzer"
    conditions = False

    def __init__(self):
        from resemblyzer import VoiceEncoder as Ge2eEncoder

        self.encoder = Ge2eEncoder("cpu", verbose=False)

    def embed(self, audio: Audio) -> np.ndarray:
        """The speaker embedding (V,) of a recording, of length one."""
        from resemblyzer import preprocess_wav

        return unit(self.encoder.embed_utterance(preprocess_wav(audio.resample(16_000).samples)))


def open_encoders() -> tuple[list[VoiceEncoder], str]:
    """The built-in encoder, and every external one that is installed; and a sentence about one that is, but
    cannot be used.
    """
    encoders: list[VoiceEncoder] = [BuiltInEncoder()]
    if importlib.util.find_spec("resemblyzer") is None:
        return encoders, ""
    try:
        return [*encoders, Resemblyzer()], ""
    except (ImportError, OSError, RuntimeError) as error:
        return encoders, f"resemblyzer is installed but cannot be used ({error})."


def cosines(embedding: np.ndarray, references: dict[str, np.ndarray]) -> dict[str, float]:
    """How alike a voice is to each reference, -1 to 1."""
    return {name: cosine(embedding, other) for name, other in references.items()}


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
