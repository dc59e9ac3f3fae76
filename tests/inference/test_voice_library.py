"""Voice files of every version, bad ones refused; the library; every way to a voice; blends."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
from conftest import HERE, REFERENCE, sentences
from safetensors.numpy import save

from soundalike import Audio, SoundalikeError, Voice
from soundalike.audio.speech import join
from soundalike.cli.main import main
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.vectors import cosine
from soundalike.inference import voice_library
from soundalike.inference.voice_file import FORMAT, name_fault

TEXT = "The harbor was quiet, and the boats lay still."


@pytest.fixture(autouse=True)
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "library"))
    return tmp_path / "library"


def small(**facts) -> Voice:
    """A voice of next to nothing."""
    tensors = {
        "prompt": np.zeros((3, 100), np.float16),
        "prompt_pitch": np.full(3, 120.0, np.float32),
        "vector": np.ones(256, np.float16),
    }
    return Voice(tensors, {"mel": "x", **facts})


def test_a_file_keeps_everything_and_stays_small(cloner, voice, tmp_path):
    voice.save(tmp_path / "me.voice")
    again = Voice.load(tmp_path / "me.voice")
    assert again.facts == voice.facts and again.tensors.keys() == voice.tensors.keys()
    assert all(np.array_equal(again.tensors[name], value) for name, value in voice.tensors.items())
    assert {"report", "model", "consent", "language", "pitch", "rate", "mel"} <= again.facts.keys()
    assert again.facts["model"]["package"] and again.facts["pitch"]["low"] < again.facts["pitch"]["high"]
    long = cloner.listen(Audio(np.tile(Audio.read(REFERENCE).samples, 3), 24000))
    long.save(tmp_path / "long.voice")
    assert "source" in Voice.load(tmp_path / "long.voice").tensors
    assert os.path.getsize(tmp_path / "long.voice") <= 300_000
    voice.save(tmp_path / "bare.voice", source=False)
    assert "source" not in Voice.load(tmp_path / "bare.voice").tensors


@pytest.mark.parametrize("version", [1, 2])
def test_files_of_every_version_are_read(version, cloner):
    kept = Voice.load(HERE / "data" / f"version_{version}.voice")
    assert kept.tensors["prompt"].shape[1] == 100 and kept.tensors["vector"].shape == (256,)
    assert {
        "consent",
        "model",
        "report",
        "language",
        "pitch",
        "rate",
    } <= kept.facts.keys() and 80 < kept.facts["pitch"]["median"] < 400
    audio = join(
        list(
            cloner.speak(
                "Good evening.",
                voice_library.open_voice(cloner, HERE / "data" / f"version_{version}.voice"),
                quality="fast",
            )
        )
    )
    assert np.abs(audio.samples).max() > 0.05


def test_a_file_is_free_for_a_voice_of_the_same_recordings_alone(voice, tmp_path):
    file = tmp_path / "a.voice"
    voice_library.check_file_free(file, voice)
    other = Voice(voice.tensors, {**voice.facts, "seconds": 1.0})
    judged = Voice(voice.tensors, {**voice.facts, "report": {**voice.facts["report"], "one_voice": 0.1}})
    signed = Voice(voice.tensors, {**voice.facts, "consent": {"signature": "x"}, "name": "Anna"})
    trained = voice.with_adapter({"a": np.zeros((1, 1), np.float16)}, {"method": "lora", "weights": "x"})
    blend = Voice(voice.tensors, {"mel": "x"})
    for kept, made, said in (
        (voice, voice, None),
        (voice, judged, None),  # another model's report
        (trained, trained, None),
        (blend, blend, None),
        (voice, other, "a.voice: keeps a voice of other recordings"),
        (signed, voice, "keeps a voice 'Anna' with its speaker's consent"),
        (trained, voice, "that `soundalike adapt` trained"),
    ):
        kept.save(file)
        voice_library.check_file_free(file, made, force=True)
        if said is None:
            voice_library.check_file_free(file, made)
        else:
            with pytest.raises(ConfigError, match=said):
                voice_library.check_file_free(file, made)
    file.write_bytes(b"a letter")
    with pytest.raises(ConfigError, match="is no voice that can be read. Name another file, or give --force"):
        voice_library.check_file_free(file, voice)


def file_of(tensors=None, said=FORMAT, facts='{"mel": "x"}', **more) -> bytes:
    return save(
        {**small().tensors, **(tensors or {})} if tensors != {} else {"other": np.ones(1, np.float32)},
        {"format": said, "facts": facts, **more},
    )


def header(text: bytes) -> bytes:
    return len(text).to_bytes(8, "little") + text


BAD = {
    "empty": (b"", "cut short"),
    "a letter": (b"Dear Sir, this is no voice. " * 9, "cut short, or not in the safetensors format"),
    "cut in the header": (file_of()[:200], "cut short"),
    "cut in the numbers": (file_of()[:-9], "not a voice file"),
    "too long": (b"\0" * 8_000_001, "larger than 8000000 bytes"),
    "an endless header": ((600_000).to_bytes(8, "little") + b" " * 600_000, "its header takes 600000 bytes"),
    "a header of no JSON": (header(b"{oops"), "its header cannot be read"),
    "a deep header": (header(b"[" * 90_000), "its header cannot be read"),
    "a header that is a list": (header(b"[]"), "its header cannot be read"),
    "of the future": (
        file_of(said="soundalike-voice-9"),
        "made by a later version of soundalike (soundalike-voice-9",
    ),
    "of the past": (file_of(said="soundalike-voice-0"), "there never was a version 0"),
    "of something else": (file_of(said="pt"), "its format is 'pt'"),
    "with foreign tensors": (
        file_of({"weights": np.ones(2, np.float32)}),
        "a tensor 'weights' is none of prompt",
    ),
    "with nothing but foreign tensors": (file_of({}), "a tensor 'other'"),
    "of wrong numbers": (
        file_of({"vector": np.ones(256, np.int32)}),
        "vector holds int32, not float16 or float32",
    ),
    "of double numbers": (file_of({"prompt": np.ones((3, 100))}), "prompt holds float64"),
    "of a wrong shape": (
        file_of({"vector": np.ones((2, 128), np.float32)}),
        "vector has the shape (2, 128), 1 dimension with",
    ),
    "of an empty shape": (file_of({"vector": np.ones(0, np.float32)}), "vector has the shape (0,)"),
    "of lengths that do not fit": (file_of({"prompt": np.ones((4, 100), np.float32)}), "not of one length"),
    "with NaN": (file_of({"vector": np.full(256, np.nan, np.float32)}), "not finite"),
    "without a vector": (
        save({"source": np.ones(9, np.uint8)}, {"format": FORMAT, "facts": "{}"}),
        "no vector",
    ),
    "of facts that are no JSON": (file_of(facts="{"), "its facts cannot be read"),
    "of facts of a wrong kind": (file_of(facts='{"report": "fine"}'), "its fact 'report' is a str"),
    "named like a path": (
        file_of(facts='{"name": "../../etc/x"}'),
        "its name '../../etc/x' has signs other than letters",
    ),
    "in a language like a path": (
        file_of(facts='{"language": "../en"}'),
        "its language '../en' is no language",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_with_the_reason(case, tmp_path, capsys, library):
    data, reason = BAD[case]
    (tmp_path / "bad.voice").write_bytes(data)
    with pytest.raises(CheckpointError) as caught:
        Voice.load(tmp_path / "bad.voice")
    assert (
        reason in str(caught.value) and "bad.voice: " in str(caught.value) and "\n" not in str(caught.value)
    )
    voice_library.put("bad", small())
    before = (library / "bad.voice").read_bytes()
    assert main(["voices", "import", str(tmp_path / "bad.voice"), "--force"]) == 2
    assert reason in capsys.readouterr().err
    assert (library / "bad.voice").read_bytes() == before and len(list(library.iterdir())) == 1


@pytest.mark.parametrize("name", ["anna", "Anna 2", "Анна", "मीरा", "小林", "a-b_c", "7", "x" * 64, "Jürgen"])
def test_names_of_any_script(name, library):
    assert name_fault(name) is None
    voice_library.put(name, small())
    assert voice_library.get(name).facts["name"] == name == voice_library.listing()[0].name
    assert [path.parent for path in library.iterdir()] == [library]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "../x",
        "a/b",
        "a\\b",
        "a.b",
        ".",
        "-a",
        " a",
        "a ",
        "x" * 65,
        "\U00020000" * 64,
        "a\n",
        "a\0",
        "CON",
        "lpt1",
        "😀",
    ],
)
def test_names_that_are_none(name, library):
    with pytest.raises(ConfigError, match="Use up to 64 letters"):
        voice_library.put(name, small())
    assert not library.exists()


def test_names_differ_by_more_than_case(library):
    voice_library.put("Anna", small())
    before = (library / "anna.voice").read_bytes()
    for other in ("anna", "ANNA"):
        with pytest.raises(ConfigError, match="already. Give --force"):
            voice_library.put(other, small(extra=1))
    assert (library / "anna.voice").read_bytes() == before
    voice_library.put("ANNA", small(extra=1), force=True)
    assert [entry.name for entry in voice_library.listing()] == ["ANNA"]
    voice_library.rename("anna", "Anna")
    assert [entry.name for entry in voice_library.listing()] == ["Anna"]


def test_rename_remove_and_near_names(library):
    voice_library.put("anna", small())
    voice_library.put("ben", small())
    with pytest.raises(ConfigError, match="already"):
        voice_library.rename("anna", "Ben")
    voice_library.rename("anna", "Anne Marie")
    assert [entry.name for entry in voice_library.listing()] == ["Anne Marie", "ben"]
    with pytest.raises(ConfigError, match="no voice is called 'anne maria'. Did you mean anne marie"):
        voice_library.get("anne maria")
    (library / "ben.voice").write_bytes(b"broken")
    assert "not a voice file" in next(entry.fault for entry in voice_library.listing() if entry.name == "ben")
    voice_library.remove("ben")
    with pytest.raises(ConfigError, match="no voice"):
        voice_library.remove("ben")
    assert len(list(library.iterdir())) == 1


def test_two_processes_may_add_at_once(library):
    code = (
        "import numpy as np\nfrom soundalike import Voice, SoundalikeError\n"
        "from soundalike.inference import voice_library\nwon = 0\n"
        "for i in range(40):\n"
        "    tensors = {'vector': np.full(20000, float(i), np.float32)}\n"
        "    try:\n        voice_library.put(f'v{i}', Voice(tensors, {'mel': 'x'})); won += 1\n"
        "    except SoundalikeError: pass\n"
        "    voice_library.put('same', Voice(tensors, {'mel': 'x'}), force=True)\n"
        "print(won)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    won = [int(process.communicate()[0]) for process in running]
    assert sum(won) == 40 and not any(process.returncode for process in running)
    entries = voice_library.listing()
    assert len(entries) == 41 and not any(entry.fault for entry in entries)
    assert sorted(path.suffix for path in library.iterdir()) == [".voice"] * 41


def test_a_name_is_a_reference_everywhere(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["voices", "add", "Anna", str(REFERENCE)]) == 0
    assert main(["clone", "anna", "Good evening.", "-o", "one.wav"]) == 0
    (tmp_path / "jobs.jsonl").write_text(
        json.dumps({"reference": "Anna", "text": "Good evening.", "wav": "two.wav"}), encoding="utf-8"
    )
    assert main(["batch", "jobs.jsonl"]) == 0
    assert np.array_equal(Audio.read("one.wav").samples, Audio.read("two.wav").samples)
    capsys.readouterr()
    assert main(["clone", "ann", "Good evening.", "-o", "no.wav"]) == 2
    assert "ann: neither a file nor a voice of the library. Did you mean anna?" in capsys.readouterr().err
    assert main(["voices", "list", "--json"]) == 0
    assert [entry["name"] for entry in json.loads(capsys.readouterr().out)][0] == "Anna"
    assert main(["voices", "show", "anna", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["facts"]["report"]["problems"] == []
    assert main(["voices", "show", "anna"]) == main(["voices", "list"]) == 0
    assert main(["voices", "export", "anna", "a.voice", "--no-source"]) == 0
    assert (
        main(["voices", "export", "anna", "a.voice"]) == 2
        and main(["voices", "export", "anna", "a.wav"]) == 2
    )
    assert main(["voices", "import", "a.voice"]) == 2  # the name in the file is taken
    assert main(["voices", "import", "a.voice", "--name", "Berta"]) == 0
    assert (
        "source" not in voice_library.get("berta").tensors and "source" in voice_library.get("anna").tensors
    )
    assert main(["voices", "rename", "Berta", "Carla"]) == 0 and main(["voices", "remove", "carla"]) == 0
    assert main(["voices", "blend", "Both", "anna", str(sentences()[2][0]), "--weight", "0.3"]) == 0
    assert voice_library.get("both").facts["blend"]["weight"] == 0.3
    assert main(["voices", "blend", "Other", "anna", "both", "--weight", "2"]) == 2


def test_an_existing_path_wins_over_a_name(cloner, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    voice_library.put("anna", small())
    assert isinstance(voice_library.find("anna"), Voice)
    Audio.read(REFERENCE).write(tmp_path / "anna", "flac")
    assert voice_library.find("anna") == "anna"
    assert voice_library.open_voice(cloner, "anna").facts["mel"] == cloner.synthesizer.mel.digest


def test_a_voice_of_another_model_is_derived_anew_or_refused(cloner, voice, tmp_path):
    told = {
        **voice.facts,
        "name": "Anna",
        "consent": {"by": "herself"},
        "model": {**voice.facts["model"], "speaker": "other", "package": "0.0.1"},
    }
    Voice({**voice.tensors, "vector": np.zeros(7, np.float16)}, told).save(tmp_path / "with.voice")
    again = voice_library.open_voice(cloner, tmp_path / "with.voice")
    assert (
        again.facts["model"] == cloner.model
        and again.facts["consent"] == {"by": "herself"}
        and again.facts["name"] == "Anna"
    )
    assert cosine(again.identity, voice.identity) > 0.9
    join(list(cloner.speak("Good evening.", again, quality="fast")))
    Voice(voice.tensors, told).save(tmp_path / "without.voice", source=False)
    with pytest.raises(
        CheckpointError,
        match=r"without.voice: this voice was made for another model \(soundalike 0.0.1\) and holds no clip",
    ):
        voice_library.open_voice(cloner, tmp_path / "without.voice")
    Voice({**voice.tensors, "source": np.zeros(99, np.uint8)}, told).save(tmp_path / "broken.voice")
    with pytest.raises(CheckpointError, match="the clip of its recording cannot be read"):
        voice_library.open_voice(cloner, tmp_path / "broken.voice")


def test_the_speech_of_a_blend_lies_between(cloner):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first, second = (cloner.listen(sentences()[index][0]) for index in (0, 2))

    def vector(voice):
        audio = join(list(cloner.speak(TEXT, voice, quality="fast")))
        return cloner.speaker_encoder.embed([audio])[0]

    blends = [voice_library.blend(cloner, first, second, weight) for weight in (0.0, 0.5, 1.0)]
    made = [vector(blend) for blend in blends]
    to_first, to_second = (
        [float(one @ voice.identity.astype(np.float32)) for one in made] for voice in (first, second)
    )
    assert to_first[0] > to_first[1] > to_first[2], to_first
    assert to_second[0] < to_second[1] < to_second[2], to_second
    hertz = [blend.facts["pitch_hertz"] for blend in blends]
    assert hertz[0] == pytest.approx(first.facts["pitch_hertz"], abs=0.2) and hertz[0] > hertz[1] > hertz[2]
    with pytest.raises(ConfigError, match="weight 1.2 is out of range"):
        voice_library.blend(cloner, first, second, 1.2)
    with pytest.raises(CheckpointError, match="another model"):
        cloner.synthesizer.blend(first, dataclasses.replace(second, facts={"mel": "other"}), 0.5)


def test_errors_are_of_the_package():
    with pytest.raises(SoundalikeError):
        voice_library.get("nobody")
