"""A part's exported graphs, run by ONNX Runtime; no PyTorch is needed.

A part's folder (part.py) may hold graphs beside its weights: NAME.onnx for each, and graphs.json. The graphs
name their weights as the weights file does, and take them from there when they are opened, in whatever
precision they are stored, 8 bits too, so that weights are in one place. Graphs with quantized weights hold
these themselves; the weights file then has only what no graph holds.

Keys of graphs.json: format, opset, network (digest of what config.json says of the network and its mel),
precision ("float32" or "int8"), graphs (name: the names of the weights it takes from the weights file); of
quantized ones also weights (digest of the weights as shipped) and identity (digest of the part, see
bundle.digest).
"""

from __future__ import annotations

import functools
import hashlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.core import low_rank, registry
from soundalike.core.array_digest import weights_digest
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.graphs import Graph, GraphKind

from .interfaces import another_part
from .packed import plain_names, unpacked_array
from .part import WEIGHTS, read_config

GRAPHS = "graphs.json"
GRAPHS_FORMAT = "soundalike-graphs-1"
FLOAT, INT8 = "float32", "int8"
TURNED = ".turned"  # after the name of a matrix that a graph takes transposed


@dataclass(frozen=True)
class GraphPart:
    """A part read from a folder, whose graphs are run in the place of its network."""

    name: str
    config: Any
    mel: MelSpec
    network: Any
    folder: Path
    kind: GraphKind
    weights: PartWeights

    @property
    def instrument(self) -> Any:
        """What others see of a part that is an instrument by itself: an Aligner, a SpeakerEncoder.

        Raises CheckpointError for a part that is none.
        """
        if self.kind.instrument is None:
            raise CheckpointError(f"{self.folder}: a {self.name} is no aligner and no encoder.")
        return self.kind.instrument(self.network)


def load_graph_part(folder: Path, role: str) -> GraphPart:
    """Read a part and its graphs. Raises CheckpointError where it has none, or they were made of another
    network; ConfigError where ONNX Runtime is not installed.
    """
    check_runtime()
    name, config, mel, _ = read_config(folder, lambda name: registry.graphs(name).Config)
    kind: GraphKind = registry.graphs(name)
    if kind.role != role:
        raise another_part(folder, name, kind.role, role)
    weights = PartWeights(folder, config, mel, read_graphs(folder))
    return GraphPart(name, config, mel, kind.build(weights), folder, kind, weights)


def check_runtime() -> None:
    """Raise ConfigError where ONNX Runtime is not installed."""
    from importlib.util import find_spec

    if find_spec("onnxruntime") is None:
        raise ConfigError("backend onnx: ONNX Runtime is not installed. Run: pip install onnxruntime")


def has_graphs(folder: Path) -> bool:
    """Whether graphs lie in a part's folder."""
    return (folder / GRAPHS).is_file()


def read_graphs(folder: Path) -> dict[str, Any]:
    """What graphs.json says. Raises CheckpointError where it is missing or says nothing, and where the graphs
    were made of another network than the folder's.
    """
    file = folder / GRAPHS
    if not file.is_file():
        raise CheckpointError(
            f"{folder}: no graphs for ONNX Runtime here. "
            "Write them where PyTorch is: `soundalike models export MODEL --onnx -o FOLDER`."
        )
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        if said["format"] != GRAPHS_FORMAT:
            raise CheckpointError(
                f"{file}: format is {said['format']!r}, this version reads {GRAPHS_FORMAT!r}."
            )
        fits = said["network"] == network_digest(folder)
        graphs = {name: list(names) for name, names in said["graphs"].items()}
        return {**said, "graphs": graphs, "fits": fits}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"{file}: does not say what it is ({error!r}). Export the model again."
        ) from None


def network_digest(folder: Path) -> str:
    """Twelve hexadecimal digits of what a part's config.json says that its graphs depend on."""
    said = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    kept = {key: said[key] for key in ("network", "mel", "alphabet")}
    kept["part"] = registry.current(said["part"])
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]


class PartWeights:
    """The weights of a part, and its graphs with them (core.graphs.GraphWeights)."""

    def __init__(
        self,
        folder: Path,
        config: Any,
        mel: MelSpec,
        said: Mapping[str, Any],
        tensors: Mapping[str, np.ndarray] | None = None,
    ):
        if not said["fits"]:
            raise CheckpointError(
                f"{folder}: its graphs were made of another network than {folder / 'config.json'} describes. "
                "Export the model again: `soundalike models export MODEL --onnx -o FOLDER`."
            )
        self.config = config
        self.mel = mel
        self.folder = folder
        self.said = said
        self._given = tensors
        self._graphs: dict[str, Graph] = {}
        self._opening = threading.Lock()

    def tensors(self, names: Iterable[str] | None = None) -> dict[str, np.ndarray]:
        """Weights by name, all of them where none are named, float32 where they are of floating point. Raises
        CheckpointError where the file does not hold one.
        """
        return dict(self.each(names))

    def each(self, names: Iterable[str] | None = None) -> Iterator[tuple[str, np.ndarray]]:
        """`tensors` one by one, so that they need not all be held."""
        if self._given is None:
            return ((name, _as_computed(value)) for name, value in self._stored(names))
        given = self._given
        return ((name, given[name]) for name in names or given)

    def _stored(self, names: Iterable[str] | None = None) -> Iterator[tuple[str, np.ndarray]]:
        """Weights in the precision that the file holds, float32 where that is 8 bits; what was read is not
        kept.
        """
        from safetensors import SafetensorError, safe_open

        file = self.folder / WEIGHTS
        try:
            with safe_open(file, "numpy") as opened:
                stored = _Stored(opened)
                for name in names or plain_names(stored):
                    yield name, unpacked_array(stored, name)
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise CheckpointError(
                f"{file}: does not hold the weights that the graphs beside it take ({error}). "
                "Export the model again."
            ) from None

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that name the weights, as shipped."""
        return self._digest

    @functools.cached_property
    def _digest(self) -> str:
        return self.said["weights"] if self.is_quantized else weights_digest(dict(self._stored()))

    @property
    def is_quantized(self) -> bool:
        """Whether the graphs hold weights of their own, with fewer bits."""
        return self.said["precision"] != FLOAT

    def tensor(self, name: str) -> np.ndarray:
        """One of the weights, as `tensors` gives them."""
        return self.tensors([name])[name]

    def graph(self, name: str) -> Graph:
        """One of the graphs, opened when it is first asked for."""
        with self._opening:
            if name not in self._graphs:
                self._graphs[name] = self.opened(name)
            return self._graphs[name]

    def opened(self, name: str) -> Graph:
        """One of the graphs, opened for this use alone."""
        return OpenGraph(self, name)

    def has(self, name: str) -> bool:
        """Whether there is a graph of this name."""
        return name in self.said["graphs"]

    def changed(self, change: Mapping[str, np.ndarray]) -> PartWeights:
        """The same with a difference added to the weights. Raises ValueError where it is not one of these, or
        where the weights are quantized.
        """
        if self.is_quantized:
            raise ValueError("its weights are quantized")
        adapted = low_rank.changed(self.tensors(), change)
        return PartWeights(self.folder, self.config, self.mel, self.said, adapted)


class _Stored(Mapping[str, np.ndarray]):
    """The tensors of an opened file, each read when it is asked for."""

    def __init__(self, opened: Any):
        self._opened = opened
        self._names = list(opened.keys())

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise KeyError(name)
        return self._opened.get_tensor(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _as_computed(value: np.ndarray) -> np.ndarray:
    return value.astype(np.float32) if np.issubdtype(value.dtype, np.floating) else value


def _taken(weights: PartWeights, names: list[str]) -> Iterator[np.ndarray]:
    """Weights as a graph takes them."""
    plain = weights.each(name.removesuffix(TURNED) for name in names)
    for name, (_, value) in zip(names, plain, strict=True):
        yield np.ascontiguousarray(value.T) if name.endswith(TURNED) else value


class OpenGraph:
    """A graph opened by ONNX Runtime, in one thread, as sentences are made side by side (core.threads)."""

    def __init__(self, weights: PartWeights, name: str):
        import onnxruntime

        file = weights.folder / f"{name}.onnx"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False  # it would keep what the longest sentence took
        names = weights.said["graphs"][name]
        if names:  # the session copies them when it is made, so they need not be kept
            values = [onnxruntime.OrtValue.ortvalue_from_numpy(one) for one in _taken(weights, names)]
            options.add_external_initializers(names, values)
        try:
            self._session = onnxruntime.InferenceSession(
                file.read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime has a class of its own for every reason
            raise CheckpointError(f"{file}: cannot be opened ({error}). Export the model again.") from None
        self.inputs = {one.name: tuple(one.shape) for one in self._session.get_inputs()}
        self.outputs = tuple(one.name for one in self._session.get_outputs())

    def __call__(self, **inputs: np.ndarray) -> list[np.ndarray]:
        """The outputs, in order."""
        return self._session.run(None, inputs)
