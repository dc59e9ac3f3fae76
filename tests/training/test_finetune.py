"""Adapting to one voice: what changes, what is kept, what is refused."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from conftest import RECIPES

from soundalike import Voice
from soundalike.audio.speech import Speech, join
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import load_part
from soundalike.cli.adapt import finetune_tools
from soundalike.cli.main import main
from soundalike.core.errors import AudioError, CheckpointError, ConfigError
from soundalike.core.types import ADAPTER
from soundalike.data.manifest import Row
from soundalike.evaluate.statistics import compare
from soundalike.inference import voice_library
from soundalike.nn import lora as adapter
from soundalike.prepare.lint.finding import Finding
from soundalike.training import finetune as adapt
from soundalike.training.finetune_comparison import FinetuneResult, compared
from soundalike.training.finetune_estimate import Estimate, Work, estimated, probe
from soundalike.training.finetune_settings import FinetuneSettings
from soundalike.training.finetune_verdict import Difference, verdict_of
from soundalike.training.loop import train
from soundalike.training.recipe import read_recipe

START = BUILT_IN / "acoustic"


def changed(before: torch.nn.Module, after: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The tensors of two networks that differ, as their difference."""
    old = before.state_dict()
    return {
        name: value - old[name]
        for name, value in after.state_dict().items()
        if value.is_floating_point() and not torch.equal(value, old[name])
    }


def adapted_by(method: str, prepared, folder) -> tuple[torch.nn.Module, torch.nn.Module]:
    """The built-in acoustic model, and what two steps on the miniature corpus make of it."""
    settings = [
        f"data.manifest={prepared}",
        f"train.start_from={START}",
        f"train.adapt={method}",
        "train.rank=4",
        "train.steps=2",
        "train.lr=0.01",
    ]
    recipe = read_recipe(
        str(RECIPES / "starling.toml"),
        "",
        [*settings, "train.ema=0", "train.warmup=1", "train.decay=0", "data.batch_frames=800"],
    )
    train(recipe, folder, quiet=True)
    return load_part(START).network, load_part(folder).network


def test_embedding_changes_what_is_added_to_the_voice_and_nothing_else(prepared, tmp_path):
    before, after = adapted_by("embedding", prepared, tmp_path)
    assert set(changed(before, after)) == {"hear.mix.2.bias"}


def test_lora_changes_weights_by_matrices_of_its_rank(prepared, tmp_path):
    before, after = adapted_by("lora", prepared, tmp_path)
    found = changed(before, after)
    assert "hear.mix.2.bias" not in found and "mean" not in found
    assert any(name.startswith("decoder.") for name in found) and any(
        name.startswith("encoder.") for name in found
    )
    for name, value in found.items():
        assert torch.linalg.matrix_rank(value.flatten(1), rtol=1e-3) <= 4, name


def test_full_changes_biases_too_but_not_the_statistics(prepared, tmp_path):
    before, after = adapted_by("full", prepared, tmp_path)
    found = changed(before, after)
    assert "hear.mix.2.bias" in found and "decoder_out.conv.weight" in found or "decoder_out.weight" in found
    assert "mean" not in found and "std" not in found


def test_a_run_of_lora_goes_on_where_it_stopped(prepared, tmp_path):
    settings = [
        f"data.manifest={prepared}",
        f"train.start_from={START}",
        "train.adapt=lora",
        "train.steps=4",
        "data.batch_frames=800",
    ]
    recipe = read_recipe(str(RECIPES / "starling.toml"), "", [*settings, "train.save_every=1"])
    train(recipe, tmp_path / "whole", quiet=True)
    train(recipe, tmp_path / "parts", max_seconds=0.0, quiet=True)
    train(recipe, tmp_path / "parts", quiet=True)
    whole, parts = (load_part(tmp_path / name).network.state_dict() for name in ("whole", "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_adapting_nothing_is_refused(prepared, tmp_path):
    recipe = read_recipe(
        str(RECIPES / "starling.toml"), "tiny", [f"data.manifest={prepared}", "train.adapt=lora"]
    )
    with pytest.raises(ConfigError, match="start_from"):
        train(recipe, tmp_path, quiet=True)


def test_a_difference_added_again_gives_the_network_that_was_taught():
    before = load_part(START).network
    after = copy.deepcopy(before)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, value in after.named_parameters():
            flat = value.flatten(1) if value.dim() > 1 else None
            if flat is None or min(flat.shape) <= 16:
                value += 0.01 * torch.randn(value.shape, generator=generator)
            elif name.startswith("decoder"):
                thin = torch.randn(len(flat), 3, generator=generator) @ torch.randn(
                    3, flat.shape[1], generator=generator
                )
                value += 0.01 * thin.view_as(value)
    again = adapter.applied(before, adapter.difference(before, after, 8))
    for name, value in again.state_dict().items():
        assert torch.allclose(value.float(), after.state_dict()[name].float(), atol=2e-4), name


def test_a_difference_of_another_network_is_refused():
    network = torch.nn.Linear(3, 4)
    with pytest.raises(ValueError, match="elsewhere"):
        adapter.applied(network, {"elsewhere": torch.zeros(4)})
    with pytest.raises(ValueError, match="weight"):
        adapter.applied(network, {"weight.up": torch.zeros(4, 2), "weight.down": torch.zeros(2, 5)})


@pytest.fixture(scope="module")
def adapted(cloner, voice) -> Voice:
    """The demo's voice with a made-up adapter, a strong one."""
    change = {
        ADAPTER + "hear.mix.2.bias": 2.0
        * torch.randn(cloner.synthesizer.acoustic.config.voice, generator=torch.Generator().manual_seed(0))
        .half()
        .numpy()
    }
    return Voice(
        {**voice.tensors, **change},
        {**voice.facts, "adapter": {"method": "embedding", "weights": cloner.synthesizer.weights}},
    )


def test_an_adapted_voice_speaks_otherwise_and_alike_from_its_file(cloner, voice, adapted, tmp_path):
    adapted.save(tmp_path / "a.voice")
    reopened = Voice.load(tmp_path / "a.voice")
    said = [
        join(list(cloner.speak("Good morning.", one, quality_check=False, quality="fast"))).samples
        for one in (voice, adapted, reopened)
    ]
    assert len(said[1]) == len(said[2]) and (said[1] == said[2]).all()
    assert len(said[0]) != len(said[1]) or (said[0] != said[1]).any()


def test_an_adapter_for_other_weights_is_left_out_with_a_warning(cloner, voice, adapted):
    old = Voice(adapted.tensors, {**adapted.facts, "adapter": {"method": "embedding", "weights": "0" * 12}})
    with pytest.warns(UserWarning, match="adapted to other weights"):
        said = join(list(cloner.speak("Good morning.", old, quality_check=False, quality="fast")))
    assert (
        said.samples
        == join(list(cloner.speak("Good morning.", voice, quality_check=False, quality="fast"))).samples
    ).all()


@pytest.mark.parametrize("name", [ADAPTER + "../etc", ADAPTER + "a" * 130, "adapter", ADAPTER])
def test_odd_names_in_a_voice_file_are_refused(adapted, name, tmp_path):
    Voice({**adapted.tensors, name: np.zeros(3, np.float16)}, adapted.facts).save(tmp_path / "odd.voice")
    with pytest.raises(CheckpointError, match="is none of"):
        Voice.load(tmp_path / "odd.voice")


def test_an_adapter_that_does_not_fit_is_refused(cloner, adapted):
    odd = Voice({**adapted.tensors, ADAPTER + "nowhere": np.zeros(3, np.float16)}, adapted.facts)
    with pytest.raises(CheckpointError, match="does not fit"):
        list(cloner.speak("Good morning.", odd, quality="fast"))


def between(low: float | None, high: float | None) -> Difference:
    value = 0.02 if low is None or high is None else (low + high) / 2
    return Difference(value, low, high)


VERDICTS = {  # differences of the adapted voice -> whether it is kept, and what is said
    "clearly more alike": ({"similarity": between(0.02, 0.1)}, True, "clearly better in similarity"),
    "clearly less alike": ({"similarity": between(-0.1, -0.01)}, False, "clearly worse in similarity"),
    "the interval holds zero": ({"similarity": between(-0.05, 0.03)}, True, "not clearly worse in anything"),
    "a mean that is lower, by chance": ({"similarity": between(-0.09, 0.01)}, True, "nor clearly better"),
    "words lost by chance": (
        {"similarity": between(0.02, 0.1), "wer": between(-0.02, 0.09)},
        True,
        "clearly better in similarity",
    ),
    "words clearly lost": (
        {"similarity": between(0.02, 0.1), "wer": between(0.02, 0.09)},
        False,
        "clearly worse in share of wrong words (+0.055, 95 %: +0.020 to +0.090)",
    ),
    "no more words lost than allowed": ({"wer": between(0.001, 0.009)}, True, "not clearly worse"),
    "fewer words lost": ({"wer": between(-0.09, -0.02)}, True, "clearly better in share of wrong words"),
    "less natural": ({"naturalness": between(-0.4, -0.2)}, False, "predicted naturalness"),
    "hardly less natural": ({"naturalness": between(-0.09, -0.01)}, True, "not clearly worse"),
    "doubts, with a recogniser": (
        {"wer": between(0, 0.01), "doubted": between(0.2, 0.4)},
        True,
        "wrong words",
    ),
    "doubts, without one": ({"doubted": between(0.2, 0.4)}, False, "sentences in doubt"),
    "one sentence": ({"similarity": between(None, None)}, True, "not clearly worse"),
    "none": ({}, True, "too few clips"),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_an_adapted_voice_is_kept_unless_it_is_clearly_worse(case):
    differences, is_kept, words = VERDICTS[case]
    verdict = verdict_of(differences, 9)
    assert verdict.is_adapted_kept == is_kept and words in verdict.reason, verdict


class _Spoken:
    """A cloner that says nothing, and finds no fault in it."""

    def speak(self, script, voice, quality, watermark):
        yield Speech(np.zeros(2400, np.float32), 24_000)


def compared_by(report, folder, keep=False):
    """What the comparison comes to under a made-up report."""
    rows = [Row(f"c{n}", "c.wav", "Hello.", "ann", "en", 2.0, "train") for n in range(4)]
    tools = SimpleNamespace(
        open_instruments=lambda language, model: None, evaluate=lambda *_: report, compare=compare
    )
    voices = {"adapted": "new", "before": "old"}
    return compared(_Spoken(), voices, rows, folder, folder, tools, FinetuneSettings(keep=keep))


def report_of(low: float, high: float) -> dict:
    """A report in which the plain voice is more alike than the adapted one by so much."""
    table = {"similarity": {"value": 0.6}}
    gap = {"value": (low + high) / 2, "low": low, "high": high}
    comparison = {"similarity": {"difference": gap}}
    return {"systems": [{"table": table}, {"table": table}], "comparison": comparison}


def test_the_better_voice_is_taken_and_said(tmp_path):
    worse = compared_by(report_of(0.05, 0.15), tmp_path)
    assert (worse.voice, worse.is_adapted) == ("old", False) and "-0.100" in worse.verdict.reason
    better = compared_by(report_of(-0.15, -0.05), tmp_path)
    assert (better.voice, better.is_adapted) == ("new", True) and "+0.100" in better.verdict.reason
    assert compared_by(report_of(-0.1, 0.15), tmp_path).voice == "new"
    kept = compared_by(report_of(0.05, 0.15), tmp_path, keep=True)
    assert kept.voice == "new" and kept.verdict.worse


@pytest.mark.parametrize(
    ("is_adapted", "was_there", "words", "kept"),
    [
        (True, False, "the adapted voice is kept", "adapted"),
        (False, False, "the plain voice is kept, not the adapted one (--keep would take it)", "plain"),
        (True, True, "the adapted voice is kept", "adapted"),
        (False, True, "the voice that was there stays", "there"),
    ],
)
def test_a_usable_voice_is_there_in_every_case(
    is_adapted, was_there, words, kept, voice, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "voices"))
    names = ("adapted", "plain", "there")
    named = {name: Voice(voice.tensors, {**voice.facts, "language": name}) for name in names}
    if was_there:
        voice_library.put("anna", named["there"])
    verdict = verdict_of({"similarity": between(0.1, 0.2) if is_adapted else between(-0.2, -0.1)}, 9)
    result = FinetuneResult(
        named["adapted" if is_adapted else "plain"], is_adapted, verdict, {}, {}, {}, None, {}
    )
    monkeypatch.setattr(adapt, "adapt", lambda *_, **__: result)
    assert main(["adapt", str(tmp_path), "--name", "anna"]) == 0
    assert f"anna: {words}" in " ".join(capsys.readouterr().out.split())
    assert voice_library.get("anna").facts["language"] == kept


def test_a_voice_in_the_file_is_compared_with_and_stays_where_it_is_better(voice, tmp_path, monkeypatch):
    file = tmp_path / "anna.voice"
    voice.save(file)
    before = file.read_bytes()
    verdict = verdict_of({"similarity": between(-0.2, -0.1)}, 9)
    other = Voice(voice.tensors, {**voice.facts, "language": "plain"})
    result = FinetuneResult(other, False, verdict, {}, {}, {}, None, {})
    known = []

    def adapted(*given, **_):
        known.append(given[4])
        return result

    monkeypatch.setattr(adapt, "adapt", adapted)
    assert main(["adapt", str(tmp_path), "-o", str(file)]) == 0
    assert known[0].facts == voice.facts and file.read_bytes() == before
    assert main(["adapt", str(tmp_path), "-o", str(tmp_path / "new.voice")]) == 0
    assert known[1] is None and Voice.load(tmp_path / "new.voice").facts["language"] == "plain"


def test_the_time_is_estimated_first(recordings, tmp_path, monkeypatch):
    class Stop(Exception):
        pass

    def stop(*_, **__):
        raise Stop

    told = []
    tools = replace(finetune_tools(), prepare=stop)
    with pytest.raises(Stop):
        adapt.adapt(recordings, tmp_path, tools, tell=told.append)
    assert len(told) == 1 and told[0].startswith("10 recordings, ")
    assert "to prepare" in told[0] and "of training" in told[0] and "to compare" in told[0]


def test_an_estimate_grows_with_the_work_and_ends_with_the_minutes():
    work = Work(60.0, adapt.choose("full", 600, 60), 100, 9, False)
    one = estimated(work, 1000.0, 0.1)
    assert estimated(work, 1000.0, 0.2).train == pytest.approx(2 * one.train)
    assert estimated(replace(work, steps=200), 1000.0, 0.1).train == pytest.approx(2 * one.train)
    assert estimated(replace(work, steps=10**6), 5.0, 0.1).train == 5.0
    assert estimated(replace(work, transcribe=True), 5.0, 0.1).prepare > one.prepare
    assert estimated(replace(work, sentences=16), 5.0, 0.1).compare > one.compare
    assert "about 5 minutes" in str(Estimate(0.2, 4.0, 0.6)) and "under a minute" in str(
        Estimate(0.2, 4.0, 0.6)
    )
    assert 0 < probe(0.0) < 60


def test_what_preparing_left_out_is_told(tmp_path):
    entries = [{"id": f"c{n}", "reason": "there is no such file."} for n in range(12)]
    (tmp_path / "rejected.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    (tmp_path / "unaligned.jsonl").write_text(json.dumps({"id": "x", "reason": "no fit"}) + "\n")
    told = adapt._left_out_earlier(tmp_path)
    assert told[0] == "c0: there is no such file." and told[-1].startswith("5 more, listed in")
    place = tmp_path / "clips" / "talk.flac"
    finding = Finding(
        "clipped", f"{tmp_path}/manifest.jsonl, line 3", str(place), "is clipped", "Record again."
    )
    assert adapt._told_of_clip(finding, {place: "anna/talk"}) == "anna/talk: is clipped. Record again."


def test_few_clips_still_leave_some_to_compare():
    def rows(count: int, seconds: float) -> list[Row]:
        return [Row(f"c{n}", "c.wav", "Hello.", "ann", "en", seconds, "train") for n in range(count)]

    assert [len(part) for part in adapt.divided(rows(4, 18.0))] == [3, 1]
    assert [len(part) for part in adapt.divided(rows(60, 5.0))] == [51, 9]
    assert [len(part) for part in adapt.divided(rows(2, 18.0))] == [2, 0]


def test_the_method_follows_the_length_and_the_time():
    assert adapt.choose("auto", 40, 20).method == "embedding"
    assert adapt.choose("auto", 180, 20).method != "embedding"
    assert adapt.choose("lora", 40, 20).method == "lora"
    with pytest.raises(ConfigError, match="auto, embedding, lora, full"):
        adapt.choose("magic", 40, 20)


def test_too_little_speech_is_refused(recordings, tmp_path):
    few = tmp_path / "few"
    few.mkdir()
    for name in ("0.wav", "0.txt", "1.wav", "1.txt"):
        (few / name).write_bytes((recordings / name).read_bytes())
    with pytest.raises(AudioError, match="at least 30 s"):
        adapt.adapt(few, tmp_path / "work", finetune_tools(), tell=lambda line: None)
