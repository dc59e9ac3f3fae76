"""Trained families by name: folders that borrow the built-in parts, the shelf, the command line's
--family.
"""

from __future__ import annotations

import json
import shutil
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import REFERENCE, save_tiny
from safetensors.torch import load_file, save_file

from soundalike import Audio, Cloner, Voice
from soundalike.audio.speech import join
from soundalike.checkpoints import model_store
from soundalike.checkpoints.bundle import BUILT_IN, assemble, load_bundle, read_model, write_model
from soundalike.checkpoints.part import load_part
from soundalike.cli.main import main
from soundalike.core import registry
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.inference import voice_library

TEXT = "Good evening."


def told_no(capsys, *command: str) -> str:
    """The one sentence with which a command is refused."""
    assert main(list(command)) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("soundalike: ") and "\n" not in error
    return error


def test_a_folder_borrows_what_is_built_in(tiny_shelf):
    said = read_model(tiny_shelf / "fastspeech2")
    assert said["parts"] == {
        "acoustic": "acoustic",
        "vocoder": "builtin",
        "speaker": "builtin",
        "aligner": "builtin",
    }
    assert sorted(path.name for path in (tiny_shelf / "fastspeech2").iterdir()) == ["acoustic", "model.json"]
    assert {
        role for role, place in read_model(tiny_shelf / "sv2tts")["parts"].items() if place == "builtin"
    } == {"vocoder", "aligner"}
    assert "speaker_encoder_digest" not in read_model(tiny_shelf / "sv2tts"), (
        "it has a speaker encoder of its own"
    )
    assert read_model(tiny_shelf / "convrnn")["parts"]["vocoder"] == "vocoder"
    cloner = Cloner.load(family="fastspeech2")
    assert cloner.model["speaker"] == Cloner.load().model["speaker"] == said["speaker_encoder_digest"]
    utterance = next(iter(cloner.speak(TEXT, cloner.listen(REFERENCE), quality_check=False, quality="fast")))
    assert np.isfinite(utterance.samples).all() and utterance.speech_seconds() > 0


@pytest.mark.parametrize(
    "change, message",
    [("weights", "made for the speaker encoder"), ("mel", "their mels differ"), ("width", "width +64 +256")],
)
def test_other_built_in_parts_are_noticed(change, message, tiny_shelf, tmp_path, monkeypatch):
    """A later version may ship other parts: a speaker encoder trained anew, another mel, another width."""
    from soundalike.checkpoints import bundle as bundle
    from soundalike.checkpoints.part import load_part, save_part

    shutil.copytree(BUILT_IN, tmp_path / "later")
    part = load_part(tmp_path / "later" / "speaker")
    if change == "weights":
        save_part(
            tmp_path / "later" / "speaker",
            part.name,
            part.config,
            part.mel,
            scaled(part.network, 1.01),
            bits=16,
        )
    elif change == "width":
        narrow = types.SimpleNamespace(**{**vars(part), "config": types.SimpleNamespace(vector=64)})
        monkeypatch.setattr(
            bundle,
            "load_part",
            lambda folder, role: narrow if role == "speaker" else load_part(folder, role),
        )
    else:
        config = tmp_path / "later" / "vocoder" / "config.json"
        said = json.loads(config.read_text(encoding="utf-8"))
        config.write_text(json.dumps({**said, "mel": {**said["mel"], "floor": 1e-4}}), encoding="utf-8")
    monkeypatch.setattr(bundle, "BUILT_IN", tmp_path / "later")
    with pytest.raises(CheckpointError, match=message) as caught:
        load_bundle(tiny_shelf / "fastspeech2")
    assert "vocoder and speaker and aligner are the built-in model's, of soundalike 0." in str(caught.value)
    if change == "weights":
        load_bundle(tiny_shelf / "sv2tts")  # which hears by an encoder of its own


@torch.no_grad()
def scaled(network, factor):
    for value in network.parameters():
        value *= factor
    return network


def test_where_a_family_is_looked_for(tiny_shelf, tmp_path, monkeypatch):
    assert model_store.available() == {
        "starling": BUILT_IN,
        **{name: tiny_shelf / name for name in ("convrnn", "fastspeech2", "sv2tts")},
    }
    monkeypatch.setattr(model_store, "checkout", lambda: tiny_shelf)
    monkeypatch.setenv(model_store.PLACE, str(tmp_path / "mine"))
    assert model_store.find("convrnn") == tiny_shelf / "convrnn"
    assert (
        model_store.install(tiny_shelf / "convrnn")
        == tmp_path / "mine" / "convrnn"
        == model_store.find("convrnn")
    )
    assert load_bundle(model_store.find("convrnn")).family == "convrnn"
    with pytest.raises(ConfigError, match="there already. Give --force"):
        model_store.install(tiny_shelf / "convrnn")
    model_store.install(tiny_shelf / "convrnn", force=True)
    with pytest.raises(ConfigError, match="of the built-in family"):
        model_store.install(BUILT_IN)
    monkeypatch.undo()
    assert model_store.checkout() == BUILT_IN.parents[3] / "models"


def test_clone_by_a_family(tiny_shelf, tmp_path, capsys):
    for family in ("fastspeech2", "starling"):
        out = tmp_path / f"{family}.wav"
        assert (
            main(
                [
                    "clone",
                    str(REFERENCE),
                    TEXT,
                    "-o",
                    str(out),
                    "--family",
                    family,
                    "--no-quality-check",
                    "--quality",
                    "fast",
                ]
            )
            == 0
        )
        assert Audio.read(out).seconds > 0.2
    plain = tmp_path / "plain.wav"
    assert (
        main(["clone", str(REFERENCE), TEXT, "-o", str(plain), "--no-quality-check", "--quality", "fast"])
        == 0
    )
    assert np.array_equal(Audio.read(plain).samples, Audio.read(tmp_path / "starling.wav").samples)
    jobs = tmp_path / "jobs.jsonl"
    jobs.write_text(
        json.dumps({"reference": str(REFERENCE), "text": TEXT, "wav": str(tmp_path / "batch.wav")}) + "\n",
        encoding="utf-8",
    )
    assert (
        main(["batch", str(jobs), "--family", "fastspeech2", "--no-quality-check", "--quality", "fast"]) == 0
    )
    assert np.array_equal(
        Audio.read(tmp_path / "batch.wav").samples, Audio.read(tmp_path / "fastspeech2.wav").samples
    )


def test_what_is_refused(tiny_shelf, tmp_path, capsys, monkeypatch):
    ask = ["clone", str(REFERENCE), TEXT, "-o", str(tmp_path / "out.wav")]
    both = ["--model", str(tiny_shelf / "convrnn")]
    assert "a model of the family convrnn, not sv2tts" in told_no(capsys, *ask, *both, "--family", "sv2tts")
    assert "a model of the family convrnn, not starling" in told_no(
        capsys, *ask, *both, "--family", "starling"
    )
    assert model_store.chosen(tiny_shelf / "convrnn", "convrnn") == tiny_shelf / "convrnn", "they agree"
    assert "--speed: the family sv2tts does not have it, only --seed, --sharpen." in told_no(
        capsys, *ask, "--family", "sv2tts", "--speed", "1.2"
    )
    assert "--energy: the family starling does not have it" in told_no(capsys, *ask, "--energy", "3")
    assert "speed = 9.0 is out of range" in told_no(capsys, *ask, "--family", "convrnn", "--speed", "9")
    assert "unknown family 'tacotron'. Choose one of codec_lm, convrnn, " in told_no(
        capsys, *ask, "--family", "tacotron"
    )
    assert "no model.json here" in told_no(capsys, "models", "import", "family", str(tmp_path))
    monkeypatch.setenv(model_store.PLACE, str(tmp_path / "empty"))
    monkeypatch.setattr(model_store, "checkout", lambda: None)
    error = told_no(capsys, *ask, "--family", "sv2tts")
    assert (
        "the family sv2tts is not installed. `soundalike models import family FOLDER`" in error
        and "soundalike train sv2tts" in error
    )
    assert not (tmp_path / "out.wav").exists()


def test_one_part_in_place_of_a_model_or_another_part_is_told(tmp_path, capsys):
    save_tiny("vocoder", tmp_path)
    part = tmp_path / "vocoder"
    told = told_no(capsys, "models", "export", str(part), "--onnx", "-o", str(tmp_path / "out"))
    assert f"`soundalike models assemble NAME {part} builtin` makes" in told and "--model" not in told
    with pytest.raises(CheckpointError, match="of the role vocoder. What is needed here: aligner."):
        load_part(part, "aligner")


def test_advice_names_no_folder_that_is_not_there(tmp_path, monkeypatch):
    """What the repository holds is what users are sent to: its folder, else training, else recordings."""
    home = model_store.checkout()
    if home is None:
        pytest.skip("runs from no checkout")
    assert {folder.parent.name for folder in home.glob("*/model.json")} == model_store.PUBLISHED
    monkeypatch.setenv(model_store.PLACE, str(tmp_path / "empty"))
    monkeypatch.setattr(model_store, "checkout", lambda: None)
    for family in sorted(set(registry.ARCHITECTURES) - {model_store.built_in()}):
        with pytest.raises(ConfigError) as told:
            model_store.chosen(family=family)
        assert (f"models/{family} " in str(told.value)) == (family in model_store.PUBLISHED)
        trained = registry.part(family).objective is not None
        assert (f"soundalike train {family}`" if trained else f"models fit {family}`") in str(told.value)


# Unit selection speaks in the voice of its inventory alone: it has tests of its own
@pytest.mark.parametrize("family", sorted(model_store.PUBLISHED - {"unit_selection"}))
def test_each_trained_family_speaks_a_sentence(family):
    home = model_store.checkout()
    if home is None:
        pytest.skip("runs from no checkout")
    cloner = Cloner.load(home / family)
    (said,) = cloner.speak(TEXT, cloner.listen(REFERENCE), quality="fast", quality_check=False)
    assert [word.text for word in said.words] == ["Good", "evening"]
    assert 0.4 < said.speech_seconds() < 2.0
    assert 0.01 < np.abs(said.samples).max() <= 1.0


def test_a_vocoder_alone_is_listed(tiny_shelf, tmp_path, capsys):
    save_tiny("wavenet", tmp_path)
    shutil.copytree(tmp_path / "wavenet", tiny_shelf / "wavenet")
    assert main(["models", "list", "--json"]) == 0
    wavenet = next(p for p in json.loads(capsys.readouterr().out)["parts"] if p["part"] == "wavenet")
    assert wavenet["of"] is None and wavenet["parameters"] > 0
    assert main(["models", "list"]) == 0
    assert "wavenet      installed" in capsys.readouterr().out


def test_a_command_installs(tiny_shelf, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv(model_store.PLACE, str(tmp_path / "mine"))
    assert main(["models", "import", "family", str(tiny_shelf / "sv2tts")]) == 0
    assert (
        "installed; speak with --family sv2tts" in capsys.readouterr().out
        and model_store.find("sv2tts") == tmp_path / "mine" / "sv2tts"
    )


def test_parts_from_outside_a_folder_are_installed_with_it(tiny_shelf, tmp_path, monkeypatch):
    shelf = tmp_path / "shelf"
    shutil.copytree(tiny_shelf / "sv2tts", shelf / "sv2tts")
    shutil.move(shelf / "sv2tts" / "acoustic", shelf / "another")
    said = json.loads((shelf / "sv2tts" / "model.json").read_text())
    said["parts"]["acoustic"] = "../another"
    (shelf / "sv2tts" / "model.json").write_text(json.dumps(said))
    monkeypatch.setenv(model_store.PLACE, str(tmp_path / "mine"))
    installed = model_store.install(shelf / "sv2tts")
    shutil.rmtree(shelf)
    assert json.loads((installed / "model.json").read_text())["parts"]["acoustic"] == "acoustic"
    assert Cloner.load(family="sv2tts").synthesizer is not None


def test_a_voice_goes_from_family_to_family(tiny_shelf, cloner, voice, tmp_path):
    """Built-in to FastSpeech 2 (another family, the same encoder) to SV2TTS (another encoder) and back: each
    time from the clip it keeps.
    """
    voice.save(tmp_path / "anna.voice")
    for family in ("fastspeech2", "sv2tts"):
        other = Cloner.load(family=family)
        made = voice_library.open_voice(other, tmp_path / "anna.voice")
        assert made.facts["model"] == other.model and made.facts["report"] == voice.facts["report"]
        list(other.speak(TEXT, made, quality_check=False, quality="fast"))
        made.save(tmp_path / "anna.voice")
        assert other.fits(Voice.load(tmp_path / "anna.voice"))
    back = voice_library.open_voice(cloner, tmp_path / "anna.voice")
    assert (
        back.identity.astype(np.float32) @ voice.identity.astype(np.float32) > 0.95
        and join(list(cloner.speak(TEXT, back, quality="fast"))).speech_seconds() > 0.4
    )
    made.save(tmp_path / "bare.voice", source=False)
    with pytest.raises(CheckpointError, match="holds no clip"):
        voice_library.open_voice(cloner, tmp_path / "bare.voice")


def test_the_list_tells_what_there_is(tiny_shelf, tmp_path, capsys):
    shutil.copytree(tiny_shelf / "convrnn", tmp_path / "convrnn")
    said = {
        **read_model(tmp_path / "convrnn"),
        "scores": {"wer": 0.123, "similarity": 0.456},
        "data": "three hours",
    }
    write_model(tmp_path / "convrnn", said)
    model_store.install(tmp_path / "convrnn", force=True)
    assert main(["models", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    by_name = {family["family"]: family for family in told["families"]}
    assert set(by_name) == set(registry.ARCHITECTURES)
    assert [name for name, family in by_name.items() if family["state"] != "not installed"] == [
        "starling",
        "convrnn",
        "fastspeech2",
        "sv2tts",
    ] and by_name["starling"]["state"] == "built in"
    network = load_bundle(model_store.find("convrnn")).parts["acoustic"].network
    assert by_name["convrnn"]["parameters"] == sum(value.numel() for value in network.state_dict().values())
    assert by_name["convrnn"]["scores"] == said["scores"] and by_name["sv2tts"]["scores"] is None
    parts = {part["part"]: part for part in told["parts"]}
    assert (
        parts["ge2e"]["of"] == "sv2tts"
        and parts["tdnn"]["of"] == "starling"
        and parts["wavenet"]["of"] is None
    )
    assert main(["models", "list"]) == 0
    shown = capsys.readouterr().out
    for line in (
        "fastspeech2  installed",
        "word error rate 12.3 %, similarity 0.46",
        "three hours",
        "wavenet      not installed",
    ):
        assert line in shown
    (tiny_shelf / "fastspeech2" / "acoustic" / "model.safetensors").write_bytes(b"cut")
    assert main(["models", "list"]) == 0
    shown = capsys.readouterr().out
    assert "fastspeech2  broken" in shown and "does not hold a part" in shown, (
        "the others are listed all the same"
    )


def test_the_family_is_the_acoustic_models(tiny_shelf, tmp_path):
    save_tiny("convrnn", tmp_path)
    assert (
        read_model(assemble(tmp_path / "mine", [str(tmp_path / "convrnn"), "builtin"]))["family"] == "convrnn"
    )
    with pytest.raises(CheckpointError, match="the family is sv2tts, the acoustic model is one of convrnn"):
        assemble(tmp_path / "other", [str(tmp_path / "convrnn"), "builtin"], "sv2tts")
    said = read_model(assemble(tmp_path / "rough", ["griffin_lim", "builtin"]))
    assert (
        said["family"] == "starling"
        and said["parts"]["acoustic"] == "builtin"
        and said["parts"]["vocoder"] == "vocoder"
    )


def test_the_mean_of_parts(tmp_path, capsys):
    first, last = (
        Path(shutil.copytree(BUILT_IN / "acoustic", tmp_path / name)) for name in ("first", "last")
    )
    weights = load_file(last / "model.safetensors")
    weights["decoder_out.bias"] += 1.0
    save_file(weights, last / "model.safetensors")
    shutil.rmtree(first / "adversary")
    assert main(["models", "average", str(tmp_path / "mean"), str(first), str(last)]) == 0
    assert capsys.readouterr().out.strip() == f"{tmp_path / 'mean'}: the mean of 2"
    mean = load_part(tmp_path / "mean", "acoustic").network.state_dict()
    for name, value in load_part(first).network.state_dict().items():
        assert torch.allclose(mean[name].float(), value + 0.5 * (name == "decoder_out.bias"), atol=1e-3), name
    assert load_part(tmp_path / "mean" / "adversary", "adversary").name == "mel_discriminator"
    assert "not of the kind and size of" in told_no(
        capsys, "models", "average", str(tmp_path / "odd"), str(first), str(BUILT_IN / "vocoder")
    )


def test_attention_is_drawn_on_request(tiny_shelf, tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    from matplotlib.image import imread

    ask = [
        "clone",
        str(REFERENCE),
        "Good evening. Yes.",
        "-o",
        str(tmp_path / "out.wav"),
        "--no-quality-check",
        "--quality",
        "fast",
    ]
    picture = tmp_path / "looked.png"
    assert main([*ask, "--family", "sv2tts", "--attention", str(picture)]) == 0
    pixels = imread(picture)
    assert pixels.shape[1] == 810 and len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 20
    capsys.readouterr()
    assert "the family starling has none to draw. Give --family sv2tts" in told_no(
        capsys, *ask, "--attention", str(picture)
    )
    assert "give a name that ends in .png" in told_no(
        capsys, *ask, "--family", "sv2tts", "--attention", str(tmp_path / "looked.txt")
    )


def test_the_attention_is_that_of_the_take_that_was_kept(tiny_shelf):
    """Untrained, so every sentence is made in every way there is; steps and symbols fit the sound that was
    kept.
    """
    cloner = Cloner.load(family="sv2tts")
    pieces = list(cloner.speak("Good evening. Yes.", cloner.listen(REFERENCE), quality="fast"))
    for piece in pieces:
        assert piece.checks[0].redraws >= 2
        lasts = sum(len(one.weights) * one.step for one in piece.attention)
        # The pause after it, and the frame at each end
        assert abs(lasts - piece.seconds) < 0.05 * len(piece.attention) + 0.13
        for one in piece.attention:
            assert one.weights.shape[1] == len(one.symbols) > one.places.max() and np.allclose(
                one.weights.sum(1), 1.0, atol=1e-4
            )
    assert join(pieces).attention == tuple(one for piece in pieces for one in piece.attention)
