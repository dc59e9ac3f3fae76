"""Prompt adaptation's gradient by an exported graph, without PyTorch.

The graph takes one window; those of a step are computed side by side, each by one thread, and averaged. Its
sizes are fixed. Here is what they are, and what its inputs and outputs are called: those of a batch, factors
as core.low_rank names them, the discriminator's weights with JUDGE before their names, gradients with
GRADIENT behind those of factors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.core.graphs import Graph
from soundalike.core.low_rank import DOWN, UP
from soundalike.core.threads import windows_at_once

from .prompt_adaptation import MOST_SYMBOLS, WINDOW
from .prompt_conditioning import LONGEST_PROMPT

GRAPH = "adapt"
JUDGE = "discriminator."
GRADIENT = ".gradient"
LOSS = "loss"
# Fields of a batch that the graph takes, and which input has their lengths; empty: none has
LENGTHS = {
    "symbols": "symbols_length",
    "durations": "symbols_length",
    "mel": "mel_length",
    "pitch": "mel_length",
    "prompt": "prompt_length",
    "prompt_pitch": "prompt_length",
    "speaker_embedding": "",
    "noise": "",
}


def example_arrays(mel: MelSpec, embedding: int, noise: int) -> dict[str, np.ndarray]:
    """A window that fits the graph, of a mel, an embedding's width and the noise of a frame."""
    prompt = math.ceil(LONGEST_PROMPT * mel.frames_per_second) + 2
    item = {
        "symbols": np.full(WINDOW // 5, 1),
        "durations": np.full(WINDOW // 5, 5),
        "mel": np.full((WINDOW, mel.n_mels), -4.0),
        "pitch": np.full(WINDOW, 120.0),
        "prompt": np.full((prompt, mel.n_mels), -4.0),
        "prompt_pitch": np.full(prompt, 120.0),
        "speaker_embedding": np.full(embedding, embedding**-0.5),
    }
    return padded(item, np.zeros((WINDOW, noise), np.float32), prompt)


def padded(item: Mapping[str, Any], noise: np.ndarray, prompt: int) -> dict[str, np.ndarray]:
    """The graph's inputs of a window (`PromptWindows.item`) and its noise (WINDOW, N); a prompt longer than
    `prompt` frames is cut.
    """
    sizes = {"symbols_length": MOST_SYMBOLS, "mel_length": WINDOW, "prompt_length": prompt}
    found: dict[str, np.ndarray] = {}
    for name, of in LENGTHS.items():
        array = np.asarray(noise if name == "noise" else item[name])
        array = array.astype(np.int64 if of == "symbols_length" else np.float32)
        if of:
            array = array[: sizes[of]]
            found[of] = np.array([len(array)])
            array = np.pad(array, [(0, sizes[of] - len(array)), *[(0, 0)] * (array.ndim - 1)])
        found[name] = array[None]
    return found


class GraphStep:
    """A graph `adapt`, and the discriminator's weights by name (prompt_adaptation.GradientStep)."""

    def __init__(self, graph: Graph, discriminator: Mapping[str, np.ndarray]):
        self._graph = graph
        self._judge = {JUDGE + name: value for name, value in discriminator.items()}
        self._sizes = graph.inputs
        ups = {name: size for name, size in graph.inputs.items() if name.endswith(UP)}
        self.shapes = {
            name.removesuffix(UP): (size[0], graph.inputs[name.removesuffix(UP) + DOWN][1])
            for name, size in ups.items()
        }
        self.noise = graph.inputs["noise"][2]

    def __call__(
        self, factors: Mapping[str, np.ndarray], items: Sequence[Mapping[str, Any]], noise: np.ndarray
    ) -> dict[str, np.ndarray]:
        """The gradients of all factors."""
        shared = {**factors, **self._judge}

        def of_window(item: Mapping[str, Any], own: np.ndarray) -> list[np.ndarray]:
            given = {**shared, **padded(item, own, self._sizes["prompt"][1])}
            return self._graph(**{name: value for name, value in given.items() if name in self._sizes})

        with ThreadPoolExecutor(windows_at_once(len(items))) as pool:
            found = list(pool.map(of_window, items, noise))
        return {
            name.removesuffix(GRADIENT): np.mean(values, axis=0)
            for name, *values in zip(self._graph.outputs, *found)
            if name.endswith(GRADIENT)
        }
