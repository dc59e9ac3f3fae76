"""The codec by itself: recordings to codes and files of them, and back."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest
import torch
from conftest import RECIPES, sentences

from soundalike import Audio
from soundalike.audio.io import read_comment
from soundalike.checkpoints import model_store
from soundalike.checkpoints.part import load_part, save_part
from soundalike.cli import verify
from soundalike.cli.main import main
from soundalike.core import registry
from soundalike.core.errors import AudioError, CheckpointError, ConfigError, DataError
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest
from soundalike.inference import codec as codec_module
from soundalike.inference.codec import SpeechCodec
from soundalike.inference.codec_levels import level_copies
from soundalike.inference.codes_file import MAGIC, CodeFacts, Codes
from soundalike.prepare.derive.codes import codes_facts, write_codes
from soundalike.provenance import metadata
from soundalike.training.recipe import read_recipe

CLIP = sentences()[0][0]
SECONDS = 1.6  # of it that are copied
FACTS = CodeFacts("0123456789ab", 1000, 46.875, 24_000, 24_000, 0.5)


def save_codec(folder, seed):
    """A tiny untrained codec, its codebooks placed on what it makes of a recording."""
    recipe = read_recipe(str(RECIPES / "codec.toml"), "tiny")
    torch.manual_seed(seed)
    network = registry.part(recipe.part).build(recipe.network, recipe.mel)
    network.mean.fill_(-5.0)
    network.std.fill_(2.5)
    mel = torch.randn(1, 400, recipe.mel.n_mels) * 2 - 5
    latent, mask = network.latent(mel, torch.full((1, 400), 200.0), torch.tensor([400]))
    network.quantizer.start(latent.detach(), mask)
    save_part(folder, recipe.part, recipe.network, recipe.mel, network, bits=16)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two codecs of one size and different weights."""
    home = tmp_path_factory.mktemp("codecs")
    return [str(save_codec(home / name, seed)) for seed, name in enumerate(("one", "other"))]


@pytest.fixture(scope="module")
def codec(folders):
    return SpeechCodec.load(folders[0])


@pytest.fixture(scope="module")
def audio():
    whole = Audio.read(CLIP)
    return Audio(whole.samples[: int(SECONDS * whole.rate)], whole.rate)


@pytest.fixture(scope="module")
def codes(codec, audio):
    return codec.encode(audio)


@pytest.fixture
def clip(audio, tmp_path):
    audio.write(tmp_path / "clip.wav")
    return str(tmp_path / "clip.wav")


def test_codes_are_packed_to_the_bit(tmp_path):
    values = np.random.default_rng(0).integers(0, 1000, (47, 8))
    codes = Codes(values, FACTS)
    assert codes.bit_rate == pytest.approx(8 * np.log2(1000) * 46.875)
    codes.save(tmp_path / "a.codes")
    header = json.loads((tmp_path / "a.codes").read_bytes()[12:].partition(b"}")[0] + b"}")
    assert header["levels"] == 8 and header["frames"] == 47 and header["codec"] == "0123456789ab"
    packed = (tmp_path / "a.codes").read_bytes().partition(b"}")[2]
    assert len(packed) == 47 * 8 * 10 // 8
    # The first code's ten bits stand first
    assert (packed[0] << 2) + (packed[1] >> 6) == values[0, 0]
    again = Codes.load(tmp_path / "a.codes")
    assert np.array_equal(again.values, values) and again.facts == FACTS
    assert np.array_equal(again.with_levels(3).values, values[:, :3])


def test_files_that_are_none_are_refused(tmp_path, codes):
    data = codes.to_bytes()
    place = data.index(b"}") + 5
    bad = {
        "not a .codes file": CLIP.read_bytes(),
        "not a .codes": b"",
        "does not say what the codes are": MAGIC + b"\xff\xff\xff\xff{}",
        "header does not say": data.replace(b'"levels": 3', b'"levels": 0'),
        "header does not": data.replace(b'"frames": ', b'"frames": 9'),
        "header": data.replace(b'"size": 16', b'"size": "a"'),
        "cut off or damaged": data[:-3],
        "cut off or": data + b"\0",
        "damaged": data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :],
    }
    for message, content in bad.items():
        (tmp_path / "x.codes").write_bytes(content)
        with pytest.raises(AudioError, match=f"x.codes.*{message}"):
            Codes.load(tmp_path / "x.codes")
    with pytest.raises(AudioError, match=r"none.codes: cannot be read.*codec encode"):
        Codes.load(tmp_path / "none.codes")
    with pytest.raises(AudioError, match="cannot be written"):
        codes.save(CLIP / "under_a_file.codes")


def test_codes_of_another_codec_are_refused_by_digest(codec, folders, codes):
    other = SpeechCodec.load(folders[1])
    assert other.codec.digest != codec.codec.digest
    with pytest.raises(AudioError, match=f"codec {codec.codec.digest}.*{other.codec.digest}.*--codec"):
        other.decode(codes)


def test_half_precision_has_the_digest_of_the_whole(codec, folders, tmp_path):
    part = load_part(folders[0])
    save_part(tmp_path / "again", part.name, part.config, part.mel, part.network)
    assert load_part(tmp_path / "again").instrument.digest == codec.codec.digest
    part.network.quantizer.codebooks[1, 3] += 0.5
    assert part.instrument.digest != codec.codec.digest


def test_a_copy_is_as_long_and_as_loud_and_marked(codec, audio, codes):
    soft = codec.encode(Audio(audio.samples * np.float32(0.1), audio.rate))
    assert np.array_equal(soft.values, codes.values), "the level does not count"
    copy = codec.decode(codes)
    assert len(copy.samples) == codes.facts.samples == len(audio.resample(24_000).samples)
    ratio = (
        codec.decode(soft, watermark=False).samples.std() / codec.decode(codes, watermark=False).samples.std()
    )
    assert ratio == pytest.approx(0.1, rel=0.01)
    note = metadata.notes_in(copy.origin)[0]
    assert note["voice"] == metadata.COPY and note["watermark"] is True
    plain = codec.decode(codes, watermark=False)
    assert metadata.notes_in(plain.origin)[0]["watermark"] is False
    assert 0 < np.abs(copy.samples - plain.samples).max() < 0.3
    assert np.array_equal(codec.decode(codes, seed=0).samples, copy.samples)
    assert not np.array_equal(codec.decode(codes, seed=1).samples, copy.samples)


def test_fewer_levels(codec, audio, codes):
    assert codes.levels == 3 and codec.codec.size == 16
    one = codec.encode(audio, levels=1)
    assert np.array_equal(one.values, codes.values[:, :1]) and one.bit_rate == codes.bit_rate / 3
    assert np.array_equal(codec.decode(one).samples, codec.decode(codes, levels=1).samples)
    assert not np.array_equal(codec.decode(one).samples, codec.decode(codes).samples)
    for levels in (0, 4):
        with pytest.raises(ConfigError, match=f"levels = {levels}.*Choose 1 to 3"):
            codec.encode(audio, levels=levels)


def test_long_recordings_go_piece_by_piece(codec, audio, codes, monkeypatch):
    monkeypatch.setattr(codec_module, "PIECE", 0.6)
    pieces = codec.encode(audio)
    assert pieces.values.shape == codes.values.shape
    assert (pieces.values == codes.values).mean() > 0.99
    made = list(codec.decode_in_pieces(codes, watermark=False))
    assert len(made) > 2 and sum(len(piece.samples) for piece in made) == codes.facts.samples
    monkeypatch.undo()
    whole = codec.decode(codes, watermark=False).samples
    joined = np.concatenate([piece.samples for piece in made])
    # Noise is drawn anew for each piece, the loudness over time is that of the whole
    levels = [np.sqrt((x[: len(x) // 2400 * 2400].reshape(-1, 2400) ** 2).mean(1)) for x in (whole, joined)]
    assert np.corrcoef(*levels)[0, 1] > 0.95


@pytest.mark.parametrize("size", [1, 100, 300, 5000])
def test_the_shortest_recordings(codec, size):
    audio = Audio(np.random.default_rng(0).normal(0, 0.1, size).astype(np.float32), 24_000)
    codes = codec.encode(audio)
    again = Codes.from_bytes(codes.to_bytes())
    assert len(codec.decode(again).samples) == size


def test_no_sound_and_silence(codec):
    with pytest.raises(AudioError, match="holds no sound"):
        codec.encode(Audio(np.zeros(0, np.float32), 24_000))
    silent = codec.encode(Audio(np.zeros(12_000, np.float32), 24_000))
    assert silent.facts.gain == 1.0 and np.isfinite(codec.decode(silent).samples).all()


def test_what_each_level_adds(codec, audio):
    found = level_copies(codec, audio)
    assert [copy.levels for copy in found.copies] == [1, 2, 3]
    rates = [copy.bit_rate for copy in found.copies]
    assert rates == pytest.approx([4 * 46.875, 8 * 46.875, 12 * 46.875])
    assert all(copy.mel.shape == found.mel.shape and copy.distance > 0 for copy in found.copies)
    assert found.picture().startswith(b"\x89PNG")


def test_parts_that_do_not_fit(codec, folders, tmp_path):
    with pytest.raises(CheckpointError, match="of the role codec. What is needed here: vocoder"):
        SpeechCodec.load(folders[0], folders[0])
    part = load_part(folders[0])
    odd = dataclasses.replace(part.mel, floor=1e-3)
    save_part(tmp_path / "odd", part.name, part.config, odd, part.network)
    with pytest.raises(CheckpointError, match="another mel than the codec writes.*floor 1e-05, not 0.001"):
        SpeechCodec.load(tmp_path / "odd")


def test_command_line(folders, clip, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(model_store.PLACE, str(tmp_path / "models"))
    monkeypatch.setattr(model_store, "checkout", lambda: None)
    out, sound = str(tmp_path / "a.codes"), str(tmp_path / "a.wav")
    assert main(["codec", "encode", clip, "-o", out]) == 2
    assert "there is no codec in" in capsys.readouterr().err
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "codec").symlink_to(folders[0])
    assert main(["codec", "encode", clip, "-o", out]) == 0
    assert "frames of 3 codes out of 16, 0.56 kbit/s" in capsys.readouterr().out
    assert main(["codec", "decode", out, "-o", sound, "--levels", "2"]) == 0
    assert "from 0.38 kbit/s" in capsys.readouterr().out
    assert Audio.read(sound).seconds == pytest.approx(SECONDS, abs=0.001)
    assert [note["voice"] for note in metadata.notes_in(read_comment(sound))] == [metadata.COPY]
    assert "a copy that a codec made" in verify._called({"voice": metadata.COPY, "names": []})
    refused = {
        ("codec", "decode", clip, "-o", sound): "not a .codes file",
        ("codec", "decode", out, "-o", sound, "--codec", folders[1]): "Give the folder of the codec",
        ("codec", "decode", out, "-o", sound, "--levels", "9"): "Choose 1 to 3",
        ("codec", "encode", clip, "-o", sound): "Give a name that ends so",
        ("codec", "levels", clip, "-o", out): "ends in .png",
    }
    for words, message in refused.items():
        assert main(list(words)) == 2
        assert message in capsys.readouterr().err
    picture = tmp_path / "levels.png"
    assert main(["codec", "levels", clip, "-o", str(picture)]) == 0
    assert "kbit/s" in capsys.readouterr().out and picture.read_bytes().startswith(b"\x89PNG")


def test_codes_of_a_prepared_folder(prepared, folders, tmp_path, capsys):
    folder = tmp_path / "data"
    shutil.copytree(prepared, folder)
    assert codes_facts(str(folder)) is None
    assert main(["data", "encode", str(folder), "--part", folders[0]]) == 0
    first = load_part(folders[0])
    assert f"4 clips encoded by the codec {first.instrument.digest}" in capsys.readouterr().out
    assert codes_facts(str(folder))["codec"] == first.instrument.digest
    store = FeatureStore(folder, first.mel)
    for row in read_manifest(folder):
        codes = store.read("codes", row.id)
        assert codes.shape == (-(-len(store.read("mel", row.id)) // 2), 3) and codes.max() < 16
    assert write_codes(str(folder), first.instrument, first.mel, again=False) == 0
    other = load_part(folders[1]).instrument
    assert write_codes(str(folder), other, first.mel, again=False) == 4, "codes of another codec are no use"
    (folder / "codec.json").write_text("{")
    with pytest.raises(DataError, match="does not say what made the codes"):
        codes_facts(str(folder))
