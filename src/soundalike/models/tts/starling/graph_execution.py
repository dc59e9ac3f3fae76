"""starling's network run as exported graphs (graphs.py), without PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from soundalike.core.graphs import GraphKind, GraphWeights
from soundalike.models.common.graph_adaptation import GRAPH, GraphStep
from soundalike.models.common.prompt_conditioning import Changeable

from .config import MelDiscriminatorConfig, Reading, StarlingConfig, StarlingContentConfig


class GraphConditioning(NamedTuple):
    """A voice as the graphs take it: their inputs of these names."""

    voice: np.ndarray  # (1, V)
    base: np.ndarray  # (1, M)
    octave: np.ndarray  # (1,)
    memory: np.ndarray  # (1, T'/2, W)


class GraphStarling(Changeable):
    """The graphs as an `AcousticNetwork`: its states and patches are arrays of batch one."""

    def __init__(self, weights: GraphWeights):
        self._weights = weights
        self.config = weights.config
        self.mel = weights.mel

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that name the weights, as shipped."""
        return self._weights.digest

    @property
    def is_quantized(self) -> bool:
        """Whether the weights are rounded so that nothing can be added to them."""
        return self._weights.is_quantized

    def changed(self, change: Mapping[str, np.ndarray]) -> GraphStarling:
        """The network with a difference to its weights. Raises ValueError where it is not one of this
        network.
        """
        return GraphStarling(self._weights.changed(change))

    @property
    def learns(self) -> bool:
        """Whether there is a graph of prompt adaptation's gradient."""
        return self._weights.has(GRAPH)

    def gradient_step(self, discriminator: GraphDiscriminator) -> GraphStep:
        """What computes prompt adaptation's gradient, opened for this use alone."""
        return GraphStep(self._weights.opened(GRAPH), discriminator.arrays())

    def condition(self, embedding: np.ndarray, prompt: np.ndarray, pitch: np.ndarray) -> GraphConditioning:
        """The conditioning of a speaker embedding (V,) and a prompt's log-mel (T, M) with its pitch (T,)."""
        embedding, prompt, pitch = (values[None].astype(np.float32) for values in (embedding, prompt, pitch))
        found = self._weights.graph("condition")(embedding=embedding, prompt=prompt, prompt_pitch=pitch)
        return GraphConditioning(*found)

    def encode(
        self, symbols: np.ndarray, conditioning: GraphConditioning, reading: Reading
    ) -> tuple[np.ndarray, np.ndarray]:
        """States (1, S, D) of symbols (S,), and the logarithm of one plus their predicted frames (S,)."""
        told = {"language": np.array([reading.language])} if self.config.languages else {}
        voice = conditioning.voice * np.float32(reading.accent)
        states, log_durations = self._weights.graph("encode")(symbols=symbols[None], voice=voice, **told)
        return states, log_durations[0]

    def intone(
        self, states: np.ndarray, durations: np.ndarray, index: np.ndarray, conditioning: GraphConditioning
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Patches (1, P, ...) of states, the pitch in octaves and the log-odds of voicing, (T,) each."""
        patches, octave, voicing = self._weights.graph("intone")(
            states=states, durations=durations[None], index=index[None], voice=conditioning.voice
        )
        return patches, octave[0], voicing[0]

    def decode(
        self,
        patches: np.ndarray,
        octave: np.ndarray,
        voiced: np.ndarray,
        noise: np.ndarray,
        conditioning: GraphConditioning,
    ) -> np.ndarray:
        """The log-mel (T, M) of patches, pitch and voicing (T,) and noise (T, config.noise)."""
        (mel,) = self._weights.graph("decode")(
            patches=patches,
            pitch=octave[None],
            voiced=voiced[None],
            noise=noise[None],
            **conditioning._asdict(),
        )
        return mel[0]


class GraphDiscriminator:
    """The weights of a discriminator of mels, which the graph `adapt` takes."""

    def __init__(self, weights: GraphWeights):
        self._weights = weights

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights by name, float32."""
        return self._weights.tensors()


class GraphContent:
    """The graph `patch` as a `ContentNetwork`."""

    def __init__(self, weights: GraphWeights):
        self._weights = weights
        self.config: StarlingContentConfig = weights.config

    def patches(
        self, states: np.ndarray, mel: np.ndarray, mean: np.ndarray, conditioning: GraphConditioning
    ) -> np.ndarray:
        """Patches (1, P, patch * (D + 3)) of an aligner's states (T, H), the log-mel (T, M) that they are of,
        and the mean (M,) of its recording.
        """
        more = ((0, -len(states) % self.config.patch), (0, 0))
        (made,) = self._weights.graph("patch")(
            states=np.pad(states, more)[None].astype(np.float32),
            mel=np.pad(mel, more)[None].astype(np.float32),
            length=np.array([len(states)]),
            voice=conditioning.voice,
            mean=mean[None].astype(np.float32),
        )
        return made


GRAPHS = GraphKind("acoustic", StarlingConfig, GraphStarling)
DISCRIMINATOR_GRAPHS = GraphKind("adversary", MelDiscriminatorConfig, GraphDiscriminator)
CONTENT_GRAPHS = GraphKind("content", StarlingContentConfig, GraphContent)
