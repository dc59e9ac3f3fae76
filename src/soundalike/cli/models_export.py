"""The verb models export: a model's networks as ONNX graphs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from soundalike.core.command_line import as_word
from soundalike.core.errors import ConfigError

from .options import Force

EXAMPLES = """
soundalike models export starling --onnx -o starling-onnx
soundalike models export starling --onnx --int8 -o starling-int8
soundalike models export my-model --onnx
"""


def export(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="name of a family, or a model's folder")],
    onnx: Annotated[
        bool, typer.Option("--onnx", help="as ONNX graphs, the one format there is", show_default=False)
    ] = False,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FOLDER",
            help="folder to write: a model for --model that needs no PyTorch",
            show_default="the graphs alone, beside the weights they take",
        ),
    ] = None,
    int8: Annotated[
        bool,
        typer.Option(
            "--int8",
            help="the weights of matrix products in eight bits: a third of the size, not quite the same "
            "sound, and adapted voices speak as if they were not",
            show_default=False,
        ),
    ] = False,
    force: Force = False,
) -> None:
    """A model's networks as ONNX graphs, to speak without PyTorch."""
    from soundalike.checkpoints import model_store
    from soundalike.checkpoints.graph_part import FLOAT, INT8
    from soundalike.checkpoints.onnx_export import add_graphs, export_model
    from soundalike.core import registry

    if not onnx:
        raise ConfigError("say the format to export to: --onnx.")
    if int8 and out is None:
        raise ConfigError("--int8 writes other weights, so it needs a folder: -o FOLDER.")
    is_family = registry.current(model) in registry.ARCHITECTURES
    folder = model_store.chosen(None, registry.current(model)) if is_family else model_store.chosen(model)
    if out is None:
        files = add_graphs(folder, force)
    else:
        files = export_model(folder, Path(out), INT8 if int8 else FLOAT, force)
    for file in files:
        print(f"{file}: {file.stat().st_size / 2**20:.2f} MiB")
    if out is not None:
        size = sum(file.stat().st_size for file in Path(out).rglob("*") if file.is_file())
        print(f"{out}: {size / 2**20:.1f} MiB; speak with --model {as_word(out)} --backend onnx")
