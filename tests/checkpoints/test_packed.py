"""Weights in 8 bits: how far they are off, what they weigh, and that they speak as before."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import REFERENCE
from safetensors.torch import load_file

from soundalike.audio.mel import MelSpec, log_mel
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.model_store import held
from soundalike.checkpoints.packed import FEWEST, packed, unpacked
from soundalike.checkpoints.part import adopt, load_part, save_part
from soundalike.cli.main import main
from soundalike.inference.cloner import Cloner


def test_a_number_is_off_by_half_a_step_of_its_row_at_most():
    torch.manual_seed(0)
    rows = torch.randn(64, 16, 5) * torch.logspace(-4, 2, 64)[:, None, None]
    rows[3] = 0.0
    given = {"kernel": rows, "bias": torch.randn(64), "small": torch.randn(8, 8), "count": torch.tensor(7)}
    given["quantizer.codebooks"] = torch.randn(1, 1024, 8)
    given["own"] = torch.arange(4, dtype=torch.int8)
    assert rows.numel() >= FEWEST > given["small"].numel()
    stored = packed(given)
    assert stored["kernel.int8"].dtype == torch.int8 and int(stored["kernel.int8"].abs().max()) == 127
    read = unpacked(stored)
    assert read.keys() == given.keys()
    steps = rows.flatten(1).abs().amax(1) / 127
    assert ((read["kernel"] - rows).flatten(1).abs().amax(1) <= 0.501 * steps).all()
    assert torch.equal(read["bias"], given["bias"].half().float()) and read["count"] == 7
    assert torch.equal(read["own"], given["own"]), "whole numbers of a part itself"
    for name in ("small", "quantizer.codebooks"):
        assert torch.equal(read[name], given[name].half().float())
    assert packed(read).keys() == stored.keys()
    assert torch.equal(packed(read)["kernel.int8"], stored["kernel.int8"]), "packing twice loses nothing more"


@pytest.fixture
def unrounded(tmp_path) -> Path:
    """The built-in acoustic model, which is stored in 8 bits, as it may have been before."""
    part = load_part(BUILT_IN / "acoustic")
    torch.manual_seed(3)
    for value in part.network.state_dict().values():
        if value.is_floating_point() and value.dim() > 1:
            step = value.flatten(1).abs().amax(1).reshape(-1, *[1] * (value.dim() - 1)) / 127
            value += step * (torch.rand_like(value) - 0.5)
    save_part(tmp_path / "acoustic", part.name, part.config, part.mel, part.network)
    return tmp_path / "acoustic"


def test_a_model_in_eight_bits_is_half_as_big_and_speaks_the_same_words(tmp_path, unrounded):
    half, out = tmp_path / "half", tmp_path / "small"
    assert main(["models", "assemble", str(half), str(unrounded), "builtin"]) == 0
    assert main(["models", "assemble", str(out), str(unrounded), "builtin", "--int8"]) == 0
    before, after = held(half / "acoustic"), held(out / "acoustic")
    assert after.parameters == before.parameters
    assert after.size < 0.53 * before.size
    plain, small = (Cloner.load(folder, cache=False, backend="torch") for folder in (half, out))
    said = []
    for cloner in (plain, small):
        voice = cloner.listen(REFERENCE)
        said.append(cloner.clone(voice, "The train leaves at nine.", quality="fast", quality_check=False))
    one, two = (log_mel(speech.samples, MelSpec()) for speech in said)
    assert abs(len(one) - len(two)) <= 0.03 * len(one)
    assert np.abs(one.mean(0) - two.mean(0)).mean() < 0.1, "their mean spectra, in nats"
    assert main(["models", "export", str(out), "--onnx"]) == 0
    plainly = {"quality": "fast", "quality_check": False, "watermark": False}
    by_torch, by_graphs = (
        one.clone(voice, "The train leaves at nine.", **plainly).samples
        for one in (small, Cloner.load(out, cache=False, backend="onnx"))
    )
    assert np.abs(by_torch - by_graphs).max() < 1e-3, "graphs take weights in 8 bits too"


def test_a_training_begins_with_weights_in_eight_bits(tmp_path):
    main(["models", "assemble", str(tmp_path / "small"), str(BUILT_IN / "acoustic"), "builtin", "--int8"])
    network = load_part(BUILT_IN / "acoustic").network
    known = {name: value.clone() for name, value in network.state_dict().items()}
    assert adopt(network, tmp_path / "small" / "acoustic") == []
    for name, value in network.state_dict().items():
        assert (value.float() - known[name].float()).abs().max() <= 0.01 * known[
            name
        ].float().abs().max() + 1e-4, name


def test_scales_that_are_missing_are_noticed(tmp_path):
    from safetensors.torch import save_file

    from soundalike.core.errors import CheckpointError

    main(["models", "assemble", str(tmp_path / "small"), str(BUILT_IN / "acoustic"), "builtin", "--int8"])
    folder = shutil.copytree(tmp_path / "small" / "acoustic", tmp_path / "broken")
    stored = load_file(folder / "model.safetensors")
    scales = next(name for name in stored if name.endswith(".row_scales"))
    del stored[scales]
    save_file(stored, folder / "model.safetensors")
    with pytest.raises(CheckpointError, match="has no scales"):
        load_part(folder)
