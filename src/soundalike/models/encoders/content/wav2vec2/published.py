"""Published checkpoints of content encoders, in the layout of the package transformers, as networks."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from soundalike.audio.mel import MelSpec
from soundalike.core.errors import CheckpointError

from .network import Wav2Vec2, Wav2Vec2Config

CONFIG = "config.json"
READER = "preprocessor_config.json"  # beside it: whether samples are normalized
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
# What their tensors are called, as patterns, and what ours are
NAMES = (
    (r"feature_extractor\.conv_layers\.(\d+)\.conv\.", r"convs.\1."),
    (r"feature_extractor\.conv_layers\.(\d+)\.layer_norm\.", r"conv_norms.\1."),
    (r"feature_projection\.layer_norm\.", "project_norm."),
    (r"feature_projection\.projection\.", "project."),
    (r"encoder\.pos_conv_embed\.conv\.", "position."),
    (r"encoder\.layer_norm\.", "norm."),
    (r"encoder\.layers\.(\d+)\.attention\.q_proj\.", r"layers.\1.query."),
    (r"encoder\.layers\.(\d+)\.attention\.k_proj\.", r"layers.\1.key."),
    (r"encoder\.layers\.(\d+)\.attention\.v_proj\.", r"layers.\1.value."),
    (r"encoder\.layers\.(\d+)\.attention\.out_proj\.", r"layers.\1.out."),
    (r"encoder\.layers\.(\d+)\.layer_norm\.", r"layers.\1.attention_norm."),
    (r"encoder\.layers\.(\d+)\.feed_forward\.intermediate_dense\.", r"layers.\1.wide."),
    (r"encoder\.layers\.(\d+)\.feed_forward\.output_dense\.", r"layers.\1.narrow."),
    (r"encoder\.layers\.(\d+)\.final_layer_norm\.", r"layers.\1.feed_norm."),
)
# Both names of the parts that a normed weight is stored as: its lengths, and its directions
NORMED = (
    ("weight_g", "weight_v"),
    ("parametrizations.weight.original0", "parametrizations.weight.original1"),
)


def read_published(folder: str | os.PathLike, used: int = 0) -> Wav2Vec2:
    """The network of a folder that holds a HuBERT, wav2vec 2.0 or ContentVec checkpoint; features are the
    states of its first `used` layers, or of all. Raises CheckpointError for a folder that holds none.
    """
    path = Path(folder)
    network = Wav2Vec2(_config(path, used), MelSpec())
    weights = _plain(_tensors(path))
    ours = {name: renamed for name in weights if (renamed := _renamed(name))}
    missing = sorted(set(network.state_dict()) - set(ours.values()))
    if missing:
        raise CheckpointError(
            f"{path}: lacks the weights of {missing[0]} and {len(missing) - 1} more. Give a folder of "
            "HuBERT, wav2vec 2.0 or ContentVec as the package transformers writes it."
        )
    try:
        network.load_state_dict({mine: weights[theirs].float() for theirs, mine in ours.items()})
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise CheckpointError(f"{path}: its weights are not those that {CONFIG} tells ({reason}).") from None
    return network.eval()


def _config(path: Path, used: int) -> Wav2Vec2Config:
    """The sizes that a checkpoint says. Raises CheckpointError for one of another kind."""
    said = _json(path / CONFIG)
    try:
        if said["feat_extract_norm"] not in ("group", "layer") or said.get("hidden_act", "gelu") != "gelu":
            raise KeyError("feat_extract_norm or hidden_act")
        layers = int(said["num_hidden_layers"])
        if not 0 <= used <= layers:
            raise CheckpointError(f"{path}: has {layers} layers, and {used} are asked for.")
        reader = _json(path / READER) if (path / READER).is_file() else {}
        return Wav2Vec2Config(
            int(said["hidden_size"]),
            layers,
            int(said["num_attention_heads"]),
            int(said["intermediate_size"]),
            tuple(said["conv_dim"]),
            tuple(said["conv_kernel"]),
            tuple(said["conv_stride"]),
            bool(said["conv_bias"]),
            said["feat_extract_norm"] == "layer",
            bool(said["do_stable_layer_norm"]),
            int(said["num_conv_pos_embeddings"]),
            int(said["num_conv_pos_embedding_groups"]),
            bool(reader.get("do_normalize", True)),
            used,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{path / CONFIG}: is not of HuBERT, wav2vec 2.0 or ContentVec ({error}). Give the folder of one."
        ) from None


def _json(file: Path) -> dict[str, Any]:
    """A JSON file as a table. Raises CheckpointError where it cannot be read."""
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{file}: cannot be read ({error}). Give the folder of a checkpoint.") from None


def _tensors(path: Path) -> dict[str, Tensor]:
    """The weights of a checkpoint. Raises CheckpointError where there are none."""
    file = next((path / name for name in WEIGHTS if (path / name).is_file()), None)
    if file is None:
        raise CheckpointError(f"{path}: holds neither {' nor '.join(WEIGHTS)}.")
    try:
        if file.suffix == ".bin":
            return dict(torch.load(file, map_location="cpu", weights_only=True))
        from safetensors.torch import load_file

        return load_file(file)
    except Exception as error:  # neither library names a single error for a file that is not its own
        raise CheckpointError(f"{file}: cannot be read ({type(error).__name__}).") from None


def _plain(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors with normed weights multiplied out: at each place of the kernel a direction and its length."""
    out = dict(tensors)
    for lengths, directions in NORMED:
        for name in [name for name in out if name.endswith(directions)]:
            direction = out.pop(name).float()
            length = out.pop(name.removesuffix(directions) + lengths).float()
            norm = direction.norm(dim=(0, 1), keepdim=True)
            out[name.removesuffix(directions) + "weight"] = direction * (length / norm)
    return out


def _renamed(name: str) -> str:
    """Our name of a tensor of theirs; empty of one that is not needed."""
    bare = re.sub(r"^(hubert|wav2vec2|model)\.", "", name)
    for pattern, ours in NAMES:
        if re.match(pattern, bare):
            return re.sub(pattern, ours, bare, count=1)
    return ""
