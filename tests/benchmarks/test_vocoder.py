"""The copy-synthesis benchmark: tones from noise, a copy of itself, pooled measures."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
import vocoder as instrument
from conftest import REFERENCE

from soundalike import Audio, MelSpec
from soundalike.checkpoints.part import save_part
from soundalike.models.vocoders.hifigan.network import HifiGan, HifiGanConfig

SPEC = MelSpec()


def test_periodicity_knows_tones_from_noise():
    time = np.arange(SPEC.sample_rate) / SPEC.sample_rate
    tone = np.sin(2 * np.pi * 150 * time)
    noise = np.random.default_rng(0).normal(size=len(time))
    middle = slice(5, -5)
    assert instrument.periodicity(tone, SPEC)[middle].min() > 0.95
    assert instrument.periodicity(noise, SPEC)[middle].mean() < 0.4


def test_a_copy_of_itself_has_no_errors():
    sound = Audio.read(REFERENCE).resample(SPEC.sample_rate)
    clip = instrument.Clip("people", sound, "", "en")
    assert instrument.spectral_distance(sound.samples, sound.samples) == 0
    assert instrument.melody(clip, sound) == {"periodicity": 0.0, "f1": 1.0, "cents": 0.0}
    row = instrument.open_vocoders([])[-1]
    made = row.copy(clip)
    assert made.rate == sound.rate and len(made.samples) == len(sound.samples)
    assert 0 < instrument.spectral_distance(sound.samples, made.samples) < 2
    assert instrument.melody(clip, made)["f1"] > 0.9


def test_vocoders_of_other_rates_and_without_a_pitch_have_their_rows(tmp_path):
    torch.manual_seed(0)
    for name, source, rate in (("slow", True, 22_050), ("plain", False, 24_000)):
        config = HifiGanConfig(16, (8, 8, 2, 2), (16, 16, 4, 4), (3,), (1,), source, 8, 1)
        mel = dataclasses.replace(SPEC, sample_rate=rate)
        save_part(tmp_path / name, "hifigan", config, mel, HifiGan(config, mel))
    rows = instrument.open_vocoders([f"{name}={tmp_path / name}" for name in ("slow", "plain")])[3:]
    assert [row.name for row in rows] == ["slow, recording's pitch", "slow, own pitch", "plain, own pitch"]
    sound = Audio.read(REFERENCE).resample(SPEC.sample_rate)
    clip = instrument.Clip("people", Audio(sound.samples[:20_001], sound.rate), "", "en")
    for row in rows:
        made = row.copy(clip)
        assert made.rate == SPEC.sample_rate and len(made.samples) == 20_001


def test_pooled_measures_weigh_words_not_clips():
    rows = [
        {"word_errors": 1, "words": 2, "cents": float("nan")},
        {"word_errors": 0, "words": 8, "cents": 4.0},
    ]
    assert instrument.pooled(rows) == {"wer": 0.1, "cents": 4.0}
