"""Voice conversion without a transcript: what the aligner hears, said in another voice."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import sentences

from soundalike import Audio
from soundalike.audio.mel import MelSpec, log_mel
from soundalike.audio.pitch import pitch
from soundalike.checkpoints.bundle import BUILT_IN, BUILTIN, assemble, read_model
from soundalike.checkpoints.part import load_part, save_part
from soundalike.core import registry
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.models.common.disguise import disguised, noisy, reverberated, stretched
from soundalike.models.tts.starling import content_conversion
from soundalike.models.tts.starling.config import StarlingContentConfig, check_fit
from soundalike.models.tts.starling.content import StarlingContent
from soundalike.models.tts.starling.content_conversion import cut_frames, noise_at, prepared, quietened

RATE = 24_000


@pytest.fixture(scope="module")
def recording() -> Audio:
    """Two seconds of another person than the demo's voice."""
    path = next(path for path, _ in sentences() if path.stem.startswith("ben"))
    return Audio(Audio.read(path).resample(RATE).samples[: 2 * RATE], RATE)


@pytest.fixture(scope="module")
def model(cloner):
    """What converts, of the built-in model."""
    return cloner.synthesizer


@pytest.fixture(scope="module")
def converted(model, voice, recording):
    """The recording in the demo's voice."""
    return model.convert(recording, voice)


@pytest.mark.parametrize(
    "samples, rate", [(24_001, 24_000), (11_025, 22_050), (9_999, 16_000), (250, 24_000)]
)
def test_the_length_is_kept(model, voice, recording, samples, rate):
    source = Audio(recording.resample(rate).samples[:samples], rate)
    made = model.convert(source, voice)
    assert len(made.samples) == len(source.resample(RATE).samples) and np.isfinite(made.samples).all()
    assert not made.timestamps


def test_another_voice_changes_the_sound(model, cloner, voice, recording, converted):
    embed = model.speaker_encoder.embed
    own = voice.identity.astype(np.float32)
    heard, before = embed([converted])[0], embed([recording])[0]
    assert heard @ own > 0.6 > 0.4 > heard @ before
    other = cloner.listen(next(path for path, _ in sentences() if path.stem.startswith("anna")))
    again = model.convert(recording, other)
    assert not np.allclose(again.samples, converted.samples, atol=0.01)
    assert embed([again])[0] @ other.identity.astype(np.float32) > heard @ other.identity.astype(np.float32)


def test_the_melody_stays_and_moves_as_asked(model, voice, recording, converted):
    higher = model.convert(recording, voice, model.ConversionOptions(pitch=4.0))
    before, made, raised = (
        pitch(sound.normalised().samples, MelSpec()) for sound in (recording, converted, higher)
    )
    both = (before > 0) & (made > 0) & (raised > 0)
    assert np.corrcoef(np.log(before[both]), np.log(made[both]))[0, 1] > 0.8
    moved = 12 * (np.log2(raised[both]) - np.log2(made[both]))
    assert np.median(moved) == pytest.approx(4.0, abs=0.3)


def test_the_same_seed_gives_the_same_samples(model, voice, recording, converted):
    assert np.array_equal(model.convert(recording, voice).samples, converted.samples)
    other = model.convert(recording, voice, model.ConversionOptions(seed=7))
    assert not np.array_equal(other.samples, converted.samples)


def test_windows_join_to_the_whole(model, voice, recording, converted, monkeypatch):
    monkeypatch.setattr(content_conversion, "WINDOW", 1.0)
    found = prepared(recording, model.mel)
    assert len(found.cuts) > 3
    made = model.convert(recording, voice)
    whole, parts = (log_mel(sound.samples, MelSpec()) for sound in (converted, made))
    apart = np.abs(np.maximum(whole, -7) - np.maximum(parts, -7))
    assert whole.shape == parts.shape and apart.mean() < 0.2
    steps = [
        np.abs(np.diff(made.samples[cut * 256 - 200 : cut * 256 + 440])).max() for cut in found.cuts[1:-1]
    ]
    assert max(steps) <= np.abs(np.diff(converted.samples)).max(), "a click where windows meet"


def test_silence_gives_silence(model, voice, recording):
    with pytest.warns(UserWarning, match="the source is silent"):
        made = model.convert(Audio(np.zeros(RATE, np.float32), RATE), voice)
    assert len(made.samples) == RATE and not made.samples.any()
    paused = np.concatenate([recording.samples, np.zeros(RATE, np.float32), recording.samples])
    made = model.convert(Audio(paused, RATE), voice)
    inside = made.samples[2 * RATE + RATE // 4 : 3 * RATE - RATE // 4]
    assert np.sqrt((inside**2).mean()) < 0.003 * np.sqrt((made.samples[: 2 * RATE] ** 2).mean())


def test_quiet_frames_come_out_no_louder_than_they_were():
    prompt = np.full((50, 4), -2.0)
    heard = np.concatenate([np.full((20, 4), -1.0), np.full((5, 4), -8.0)])
    made = quietened(np.full((25, 4), -2.0), heard, prompt)
    assert (made[:20] == -2.0).all(), "speech stays as it is"
    assert np.allclose(made[20:], -2.0 - 7.0 + content_conversion.SOFT)


def test_a_recording_is_cut_where_it_is_quiet():
    mel = MelSpec()
    rng = np.random.default_rng(0)
    samples = rng.normal(size=50 * RATE).astype(np.float32) * 0.1
    for quiet in (14.0, 31.0):
        samples[int(quiet * RATE) : int((quiet + 0.3) * RATE)] = 0
    samples = np.pad(samples, (0, -len(samples) % mel.hop_length))
    cuts = cut_frames(samples, mel)
    assert [round(cut / mel.frames_per_second, 1) for cut in cuts[1:3]] == [
        pytest.approx(14.15, abs=0.16),
        pytest.approx(31.15, abs=0.16),
    ]
    assert cuts[0] == 0 and cuts[-1] == len(samples) // mel.hop_length
    assert all(cut % 2 == 0 for cut in cuts[:-1]) and max(np.diff(cuts)) <= 20.1 * mel.frames_per_second
    assert cut_frames(samples[:2560], mel) == [0, 10]


def test_noise_is_the_same_at_a_place_wherever_it_begins():
    whole = noise_at(3, 0, 10_000)
    assert np.array_equal(noise_at(3, 4_000, 5_000), whole[4_000:9_000])
    assert not np.array_equal(noise_at(4, 0, 100), whole[:100])
    assert whole.std() == pytest.approx(1.0, abs=0.03)


def test_another_level_or_rate_changes_little(model, voice, recording, converted):
    made = model.convert(Audio(recording.samples * 0.2, RATE), voice)
    first, second = (log_mel(sound.normalised().samples, MelSpec()) for sound in (converted, made))
    assert np.abs(np.maximum(first, -6) - np.maximum(second, -6)).mean() < 0.05


def test_a_transcript_is_spoken_and_without_the_part_phones_are(model, voice, recording, monkeypatch):
    path, text = next((path, text) for path, text in sentences() if path.stem.startswith("ben"))
    said = model.convert(Audio.read(path), voice, model.ConversionOptions(transcript=text))
    assert said.words
    monkeypatch.setattr(model, "content", None)
    assert model.convert(recording, voice).phones


def test_a_model_of_one_s_own_leaves_the_part_out(tmp_path):
    assert read_model(BUILT_IN)["parts"]["content"] == "content"
    shutil.copytree(BUILT_IN / "acoustic", tmp_path / "acoustic")
    shutil.rmtree(tmp_path / "acoustic" / "adversary")
    made = assemble(tmp_path / "own", [str(tmp_path / "acoustic"), BUILTIN])
    assert "content" not in read_model(made)["parts"]


def test_a_part_of_other_sizes_is_refused(tmp_path):
    part = load_part(BUILT_IN / "content", "content")
    wrong = dataclasses.replace(part.config, states=64)
    save_part(tmp_path / "content", part.name, wrong, part.mel, StarlingContent(wrong, part.mel))
    parts = {role: load_part(BUILT_IN / role, role) for role in ("acoustic", "vocoder", "speaker", "aligner")}
    spec = registry.architecture("starling")
    with pytest.raises(CheckpointError, match="trained with another acoustic model or aligner"):
        spec.assemble({**parts, "content": load_part(tmp_path / "content", "content")})
    with pytest.raises(ConfigError, match="Set network.states = 256"):
        check_fit(wrong, parts["acoustic"].config, parts["aligner"].config)


def test_the_shipped_part_is_small():
    assert Path(BUILT_IN / "content" / "model.safetensors").stat().st_size <= 3_000_000
    assert isinstance(load_part(BUILT_IN / "content").config, StarlingContentConfig)


# --- the disguise of training ------------------------------------------------------------------------------


def tones(*hertz: float) -> torch.Tensor:
    """The log-mel (1, T, M) of some tones together."""
    time = np.arange(RATE // 2) / RATE
    samples = sum(0.1 * np.sin(2 * np.pi * one * time) for one in hertz)
    return torch.from_numpy(log_mel(np.asarray(samples, np.float32), MelSpec()))[None]


@pytest.mark.parametrize("factor", [0.85, 1.0, 1.15])
def test_a_spectrum_is_stretched(factor):
    made = stretched(tones(1000.0), torch.tensor([factor]), MelSpec())
    expected = tones(1000.0 * factor)
    assert abs(int(made[0, 20].argmax()) - int(expected[0, 20].argmax())) <= 1
    if factor == 1.0:
        assert torch.allclose(made, tones(1000.0), atol=1e-3)


def test_rooms_and_noise_only_add():
    torch.manual_seed(0)
    mel = torch.randn(64, 40, 100) - 4.0
    heard = reverberated(mel, MelSpec())
    changed = (heard - mel).abs().amax((1, 2)) > 1e-4
    assert 5 < changed.sum() < 40 and (heard > mel - 1e-3).all()
    heard = noisy(mel, torch.ones(64, 40), MelSpec())
    changed = (heard - mel).abs().amax((1, 2)) > 1e-4
    assert 5 < changed.sum() < 40 and (heard > mel - 1e-3).all()


def test_a_disguise_keeps_padding_empty_and_timing():
    torch.manual_seed(1)
    mel = tones(500.0, 2000.0).repeat(8, 1, 1)
    mask = torch.ones(8, mel.shape[1])
    mask[:, 30:] = 0
    made = disguised(mel * mask[..., None], mask, MelSpec(), 0.2)
    assert made.shape == mel.shape and not made[:, 30:].any() and made.isfinite().all()
    assert len({tuple(one.argmax(-1).tolist()) for one in made[:, :30]}) > 4, (
        "each clip is stretched by itself"
    )
