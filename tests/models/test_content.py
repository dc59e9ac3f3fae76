"""Content encoders and tokens: what is hidden, published checkpoints, and a codebook that stays."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest
import torch
from conftest import RECIPES, REFERENCE
from safetensors.torch import save_file

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.part import load_part, save_part
from soundalike.checkpoints.public_weights import import_content
from soundalike.cli.main import main
from soundalike.core.errors import CheckpointError, ConfigError, DataError
from soundalike.core.types import Batch, DataFacts, Padded
from soundalike.data.codes_facts import codec_of
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.models.codecs.content_tokens.network import ContentTokens, ContentTokensConfig, at_rate
from soundalike.models.codecs.content_tokens.objective import ContentTokensSettings
from soundalike.models.common.content import ContentEncoder
from soundalike.models.encoders.content.hubert.network import Hubert, HubertConfig
from soundalike.models.encoders.content.hubert.objective import HubertObjective, HubertSettings
from soundalike.models.encoders.content.wav2vec2.network import Wav2Vec2, resampled
from soundalike.models.encoders.content.wav2vec2.published import read_published
from soundalike.training.fit import fit
from soundalike.training.recipe import read_recipe

SPEC = MelSpec()
SMALL = {"width": 32, "convolutions": 1, "blocks": 1, "heads": 2, "clusters": 16, "dropout": 0.0}
FACTS = DataFacts(1, torch.zeros(100), torch.ones(100))
PUBLIC = {  # config.json of a HuBERT of a few thousand parameters
    **{"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24},
    **{"conv_dim": [8, 8, 8], "conv_kernel": [10, 4, 4], "conv_stride": [10, 8, 4], "conv_bias": False},
    **{"feat_extract_norm": "group", "do_stable_layer_norm": False, "hidden_act": "gelu"},
    **{"num_conv_pos_embeddings": 6, "num_conv_pos_embedding_groups": 2},
}


def mels(frames: tuple[int, ...]) -> Batch:
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(len(frames), max(frames), 100, generator=generator) * 2 - 5
    return Batch([str(size) for size in frames], {"mel": Padded(values, torch.tensor(frames))})


def test_the_sizes_are_those_asked_for():
    network = Hubert(read_recipe(str(RECIPES / "hubert.toml")).network, SPEC)
    assert 4.5e6 < sum(value.numel() for value in network.parameters()) < 6e6
    assert network.frames_per_second == pytest.approx(46.9, abs=0.05)


def test_spans_are_hidden_and_all_of_them_are_whole():
    objective = HubertObjective(Hubert(HubertConfig(**SMALL), SPEC), HubertSettings(), FACTS)
    torch.manual_seed(0)
    hidden = objective._hidden(torch.ones(20, 400))
    assert 0.45 < float(hidden.float().mean()) < 0.65, "as much as HuBERT hides"
    runs = "".join("#" if one else " " for one in hidden[0].tolist()).split()
    assert all(len(run) >= 10 for run in runs[1:-1])


def test_what_is_hidden_is_not_seen():
    """Features of a place depend on the mel there, and no more on it once it is hidden."""
    torch.manual_seed(0)
    network = Hubert(HubertConfig(**SMALL), SPEC).eval()
    batch = mels((40,))
    mel, lengths = batch["mel"], batch.lengths("mel")
    other = mel.clone()
    other[:, 20:22] += torch.tensor([3.0, -3.0])[:, None]  # of one place; the mean stays
    hidden = torch.zeros(1, 20, dtype=torch.bool)
    hidden[:, 10] = True
    with torch.no_grad():
        assert not torch.allclose(network(mel, lengths)[:, 10], network(other, lengths)[:, 10])
        torch.testing.assert_close(network(mel, lengths, hidden), network(other, lengths, hidden))


def test_clusters_stay_once_they_have_settled():
    network = Hubert(HubertConfig(**SMALL), SPEC).train()
    objective = HubertObjective(network, HubertSettings(settle=2, warp=0.0), FACTS)
    seen = []
    for size in (60, 61, 62, 63):
        objective.forward(mels((size, 40)))
        seen.append(network.teacher.codebooks.clone())
    assert not torch.equal(seen[0], seen[1]) and torch.equal(seen[1], seen[3])
    network.eval()
    before = int(network.steps_seen)
    objective.forward(mels((50,)))
    assert int(network.steps_seen) == before, "nothing moves but in training"


def test_an_aligner_of_another_width_is_refused():
    with pytest.raises(ConfigError, match="Set network.states = 256"):
        HubertObjective(Hubert(HubertConfig(**SMALL, states=100), SPEC), HubertSettings(), FACTS)


# --- published checkpoints ---------------------------------------------------------------------------------


def published(folder, prefix: str = "", **changes):
    """A randomly initialized checkpoint in the layout of transformers, and its tensors by their names."""
    said = {**PUBLIC, **changes}
    generator = torch.Generator().manual_seed(4)
    width, inner = said["hidden_size"], said["intermediate_size"]

    def random(*size: int) -> torch.Tensor:
        return torch.randn(*size, generator=generator) * 0.2

    tensors = {"masked_spec_embed": random(width), "feature_projection.projection.bias": random(width)}
    channels = [1, *said["conv_dim"]]
    for number, kernel in enumerate(said["conv_kernel"]):
        layer = f"feature_extractor.conv_layers.{number}"
        tensors[f"{layer}.conv.weight"] = random(channels[number + 1], channels[number], kernel)
        if said["conv_bias"]:
            tensors[f"{layer}.conv.bias"] = random(channels[number + 1])
        if said["feat_extract_norm"] == "layer" or not number:
            tensors |= {
                f"{layer}.layer_norm.{name}": random(channels[number + 1]) for name in ("weight", "bias")
            }
    tensors |= {f"feature_projection.layer_norm.{name}": random(channels[-1]) for name in ("weight", "bias")}
    tensors["feature_projection.projection.weight"] = random(width, channels[-1])
    kernel, groups = said["num_conv_pos_embeddings"], said["num_conv_pos_embedding_groups"]
    tensors["encoder.pos_conv_embed.conv.weight_g"] = random(1, 1, kernel).abs()
    tensors["encoder.pos_conv_embed.conv.weight_v"] = random(width, width // groups, kernel)
    tensors["encoder.pos_conv_embed.conv.bias"] = random(width)
    tensors |= {f"encoder.layer_norm.{name}": random(width) for name in ("weight", "bias")}
    for number in range(said["num_hidden_layers"]):
        layer = f"encoder.layers.{number}"
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            tensors[f"{layer}.attention.{name}.weight"] = random(width, width)
            tensors[f"{layer}.attention.{name}.bias"] = random(width)
        for name in ("layer_norm", "final_layer_norm"):
            tensors |= {f"{layer}.{name}.{one}": random(width) for one in ("weight", "bias")}
        tensors[f"{layer}.feed_forward.intermediate_dense.weight"] = random(inner, width)
        tensors[f"{layer}.feed_forward.intermediate_dense.bias"] = random(inner)
        tensors[f"{layer}.feed_forward.output_dense.weight"] = random(width, inner)
        tensors[f"{layer}.feed_forward.output_dense.bias"] = random(width)
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(said))
    stored = {prefix + name: value for name, value in tensors.items()}
    save_file({**stored, "lm_head.weight": random(3, width)}, folder / "model.safetensors")
    return folder, tensors


def by_hand(samples: torch.Tensor, t: dict[str, torch.Tensor], said: dict) -> torch.Tensor:
    """The features (T', D) of samples (N,) at 16 kHz, written out from the published description."""
    F = torch.nn.functional

    def normed(x, name):
        return F.layer_norm(x, x.shape[-1:], t[name + ".weight"], t[name + ".bias"])

    def linear(x, name):
        return x @ t[name + ".weight"].T + t[name + ".bias"]

    x = ((samples - samples.mean()) / (samples.var(correction=0) + 1e-7).sqrt())[None, None]
    for number, stride in enumerate(said["conv_stride"]):
        name = f"feature_extractor.conv_layers.{number}"
        x = F.conv1d(x, t[f"{name}.conv.weight"], t.get(f"{name}.conv.bias"), stride=stride)
        if said["feat_extract_norm"] == "layer":
            x = normed(x.mT, f"{name}.layer_norm").mT
        elif not number:
            centred = x - x.mean(2, keepdim=True)
            x = centred / (x.var(2, correction=0, keepdim=True) + 1e-5).sqrt()
            x = x * t[f"{name}.layer_norm.weight"][:, None] + t[f"{name}.layer_norm.bias"][:, None]
        x = F.gelu(x)
    x = linear(normed(x.mT, "feature_projection.layer_norm"), "feature_projection.projection")
    v, g = (t[f"encoder.pos_conv_embed.conv.weight_{one}"] for one in "vg")
    weight = torch.stack([g[0, 0, k] * v[..., k] / v[..., k].norm() for k in range(v.shape[2])], -1)
    groups = said["num_conv_pos_embedding_groups"]
    added = F.conv1d(
        x.mT, weight, t["encoder.pos_conv_embed.conv.bias"], padding=v.shape[2] // 2, groups=groups
    )
    x = x + F.gelu(added[..., :-1]).mT
    first = said["do_stable_layer_norm"]
    x = x if first else normed(x, "encoder.layer_norm")
    for number in range(said["num_hidden_layers"]):
        name = f"encoder.layers.{number}"
        h = normed(x, f"{name}.layer_norm") if first else x
        heads = []
        query, key, value = (linear(h, f"{name}.attention.{one}_proj") for one in "qkv")
        size = query.shape[-1] // said["num_attention_heads"]
        for head in range(said["num_attention_heads"]):
            part = slice(head * size, (head + 1) * size)
            weights = (query[..., part] @ key[..., part].mT / size**0.5).softmax(-1)
            heads.append(weights @ value[..., part])
        x = x + linear(torch.cat(heads, -1), f"{name}.attention.out_proj")
        x = x if first else normed(x, f"{name}.layer_norm")
        h = normed(x, f"{name}.final_layer_norm") if first else x
        h = linear(
            F.gelu(linear(h, f"{name}.feed_forward.intermediate_dense")), f"{name}.feed_forward.output_dense"
        )
        x = x + h if first else normed(x + h, f"{name}.final_layer_norm")
    return (normed(x, "encoder.layer_norm") if first else x)[0]


KINDS = {  # as base and large networks of the field are
    "base": {},
    "large": {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_published_checkpoint_gives_what_its_description_says(kind, tmp_path):
    prefix = "hubert." if kind == "large" else ""
    folder, tensors = published(tmp_path / "public", prefix, **KINDS[kind])
    network = read_published(folder)
    assert isinstance(network, ContentEncoder) and isinstance(
        Hubert(HubertConfig(**SMALL), SPEC), ContentEncoder
    )
    assert network.frames_per_second == 50.0
    samples = torch.randn(24_000, generator=torch.Generator().manual_seed(1)) * 0.1
    with torch.no_grad():
        wanted = by_hand(resampled(samples, 2, 3), tensors, {**PUBLIC, **KINDS[kind]})
        found = network.features(samples[None], torch.tensor([24_000]))[0]
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-3)
    assert len(found) == int(network.feature_lengths(torch.tensor([24_000]))[0])


def test_a_sine_stays_a_sine_at_another_rate():
    time = torch.arange(24_000) / 24_000
    found = resampled(torch.sin(2 * torch.pi * 440 * time), 2, 3)
    wanted = torch.sin(2 * torch.pi * 440 * torch.arange(16_000) / 16_000)
    assert len(found) == 16_000 and (found - wanted)[100:-100].abs().max() < 1e-3
    assert resampled(torch.sin(2 * torch.pi * 10_500 * time), 2, 3)[100:-100].abs().max() < 0.01, "no aliases"


def test_a_published_checkpoint_is_imported_and_its_layers_chosen(tmp_path, capsys):
    folder, _ = published(tmp_path / "public")
    assert main(["models", "import", "content", str(folder), "--out", str(tmp_path / "all")]) == 0
    assert "imported" in capsys.readouterr().out
    import_content(folder, tmp_path / "first", 1)
    samples = torch.randn(1, 12_000)
    made = []
    for name in ("all", "first"):
        part = load_part(tmp_path / name, "content")
        with torch.no_grad():
            made.append(part.network.features(samples, torch.tensor([12_000])))
    assert made[0].shape == made[1].shape and not torch.allclose(*made)
    with pytest.raises(CheckpointError, match="has 2 layers, and 3 are asked for"):
        import_content(folder, tmp_path / "third", 3)


def test_folders_that_hold_no_content_encoder_are_refused(tmp_path):
    with pytest.raises(CheckpointError, match="config.json: cannot be read"):
        read_published(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(CheckpointError, match="is not of HuBERT, wav2vec 2.0 or ContentVec"):
        read_published(tmp_path)
    folder, tensors = published(tmp_path / "public")
    (folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match="holds neither"):
        read_published(folder)
    kept = {name: value for name, value in tensors.items() if "encoder.layers.1" not in name}
    save_file(kept, folder / "model.safetensors")
    with pytest.raises(CheckpointError, match="lacks the weights of layers.1"):
        read_published(folder)


# --- tokens ------------------------------------------------------------------------------------------------


def tiny_tokens(**changes) -> ContentTokens:
    torch.manual_seed(0)
    config = ContentTokensConfig(**{"sizes": SMALL, "codes": 8, "width": 6, **changes})
    return ContentTokens(config, SPEC).eval()


def test_tokens_are_half_as_many_as_features_and_all_codes_are_used():
    network = tiny_tokens()
    assert network.frames_per_second == pytest.approx(23.4, abs=0.05)
    batch = mels((101, 64))
    measures = network.fit(iter([batch]), ContentTokensSettings())
    found = network.codes(batch["mel"], batch.lengths("mel"))
    assert found.shape == (2, 26, 1) and network.token_lengths(torch.tensor([101, 64])).tolist() == [26, 16]
    assert measures["tokens"] == 42 and 6 < measures["perplexity"] <= 8 and measures["left"] < 1
    with pytest.raises(DataError, match="26 tokens are too few for 1024 codes"):
        tiny_tokens(codes=1024).fit(iter([mels((101,))]), ContentTokensSettings())


def test_features_of_another_rate_are_read_between():
    features = torch.arange(6.0)[None, :, None].expand(1, -1, 2)
    same = at_rate(features, torch.tensor([6]), 1.0, 8)[0, :, 0]
    assert same.tolist() == [0, 1, 2, 3, 4, 5, 5, 5]
    faster = at_rate(features, torch.tensor([4]), 0.5, 6)[0, :, 0]
    assert faster.tolist() == pytest.approx([0, 0.25, 0.75, 1.25, 1.75, 2.25])


def test_the_encoder_is_part_of_the_tokens_and_another_one_is_refused(tmp_path):
    torch.manual_seed(9)
    encoder = Hubert(HubertConfig(**SMALL), SPEC)
    save_part(tmp_path / "encoder", "hubert", encoder.config, SPEC, encoder)
    network = tiny_tokens()
    network.fit(iter([mels((101, 64))]), ContentTokensSettings(str(tmp_path / "encoder")))
    assert torch.equal(network.encoder.enter.weight, encoder.enter.weight)
    other = tiny_tokens(sizes={**SMALL, "width": 16})
    with pytest.raises(ConfigError, match='Set network.encoder = "hubert" and network.sizes = {width = 32}'):
        other.fit(iter([mels((101,))]), ContentTokensSettings(str(tmp_path / "encoder")))
    with pytest.raises(ConfigError, match="'tdnn' is no content encoder"):
        tiny_tokens(encoder="tdnn", sizes={})
    with pytest.raises(ConfigError, match="unknown key 'widht'"):
        tiny_tokens(sizes={"widht": 3})


def test_tokens_of_a_prepared_folder(prepared, tmp_path):
    """By its recipe: fitted, and clips encoded by the command; the digest names the codebook."""
    data = tmp_path / "data"
    shutil.copytree(prepared, data)
    settings = [f'data.manifest="{data}"', "data.seconds=[0.1, 30.0]"]
    run = fit(
        read_recipe(str(RECIPES / "content_tokens.toml"), "tiny", settings), tmp_path / "run", quiet=True
    )
    assert main(["data", "encode", str(data), "--part", str(run)]) == 0
    instrument = load_part(run, "codec").instrument
    facts = codec_of([str(data)])
    assert facts.digest == instrument.digest and facts.codebooks.shape == (1, 16, 8)
    batch = Dataset(DataConfig(str(data), seconds=(0.1, 30.0)), SPEC, {"mel", "codes"}).batch(0)
    wanted = instrument.network.codes(batch["mel"], batch.lengths("mel"))
    size = int(batch.lengths("codes")[0])
    assert torch.equal(batch["codes"][0, :size], wanted[0, :size])
    sound = Audio.read(REFERENCE).resample(SPEC.sample_rate).samples
    assert len(instrument.encode(sound)) == instrument.frames_of(len(sound))
    with pytest.raises(CheckpointError, match="say what is said and not how it sounds"):
        instrument.decode(np.zeros((4, 1), np.int64))


def test_tokens_of_a_published_encoder_read_samples(tmp_path):
    folder, _ = published(tmp_path / "public")
    import_content(folder, tmp_path / "encoder")
    sizes = dataclasses.asdict(load_part(tmp_path / "encoder").config)
    network = tiny_tokens(encoder="wav2vec2", sizes=sizes)
    assert network.required_fields == {"samples"}
    generator = torch.Generator().manual_seed(0)
    lengths = torch.tensor([24_000, 15_000])
    values = torch.randn(2, 24_000, generator=generator) * 0.1
    batch = Batch(["a", "b"], {"samples": Padded(values, lengths)})
    network.fit(iter([batch]), ContentTokensSettings(str(tmp_path / "encoder")))
    save_part(tmp_path / "tokens", "content_tokens", network.config, SPEC, network)
    tokenizer = load_part(tmp_path / "tokens", "codec").instrument
    assert tokenizer.stored_kinds == ("samples",) and isinstance(network.encoder, Wav2Vec2)
    stored = (values[0].clamp(-1, 1) * 32767).short().numpy()
    found = tokenizer.encode_stored({"samples": stored})
    assert len(found) == tokenizer.frames_of(24_000) == 24, (
        "as many as of a mel, though features are 50 a second"
    )
    assert (found == network.codes(values, lengths)[0].numpy()).mean() > 0.9
