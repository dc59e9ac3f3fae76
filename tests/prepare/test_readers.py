"""Every layout `prepare` reads, in miniature: told by its files, read whole, nothing lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import sentences

from soundalike.audio.audio import Audio
from soundalike.cli.main import main
from soundalike.core.errors import DataError
from soundalike.prepare.pipeline import prepare
from soundalike.prepare.readers.formats import READERS, find_reader

(ONE, TEXT) = sentences()[0]
(TWO, OTHER) = sentences()[2]


def build(folder: Path, files: dict[str, str | Path | bytes]) -> Path:
    """Write a corpus: texts as they are, recordings (a Path) in the format of their name."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif path.suffix == content.suffix:
            shutil.copy(content, path)
        else:
            Audio.read(content).write(path)
    return folder


CV = (
    "client_id\tpath\tsentence_id\tsentence\tsentence_domain\tup_votes\tdown_votes\t"
    "age\tgender\taccents\tvariant\tlocale\tsegment"
)
SPEAKERS = {"a" * 128: "cv-" + "a" * 16, "b" * 128: "cv-" + "b" * 16}
A, B = SPEAKERS
CORPORA = {  # layout -> reader, files, what the rows should be: id, text, speaker, language, emotion, split
    "VCTK": (
        "vctk",
        {
            "txt/p225/p225_001.txt": TEXT + "\n",
            "wav48_silence_trimmed/p225/p225_001_mic1.flac": ONE,
            "wav48_silence_trimmed/p225/p225_001_mic2.flac": ONE,
            "txt/p226/p226_001.txt": OTHER,
            "wav48_silence_trimmed/p226/p226_001_mic1.flac": TWO,
        },
        [
            ("vctk/p225_001", TEXT, "p225", "en", "", "train"),
            ("vctk/p226_001", OTHER, "p226", "en", "", "train"),
        ],
    ),
    "LibriTTS_R": (
        "libritts",
        {
            "train-clean-100/19/198/19_198_000000_000000.normalized.txt": TEXT,
            "train-clean-100/19/198/19_198_000000_000000.wav": ONE,
            "train-clean-100/19/198/19_198_000000_000000.original.txt": TEXT,
            "dev-clean/26/495/26_495_000004_000000.normalized.txt": OTHER,
            "dev-clean/26/495/26_495_000004_000000.wav": TWO,
        },
        [
            ("libritts/26_495_000004_000000", OTHER, "libritts-26", "en", "", "dev"),
            ("libritts/19_198_000000_000000", TEXT, "libritts-19", "en", "", "train"),
        ],
    ),
    "LibriSpeech": (
        "librispeech",
        {
            "train-clean-100/103/1240/103-1240.trans.txt": f"103-1240-0000 {TEXT.rstrip('.').upper()}\n",
            "train-clean-100/103/1240/103-1240-0000.flac": ONE,
            "test-clean/61/70968/61-70968.trans.txt": f"61-70968-0000 {OTHER.rstrip('.').upper()}\n",
            "test-clean/61/70968/61-70968-0000.flac": TWO,
        },
        [
            ("librispeech/61-70968-0000", OTHER.rstrip(".").capitalize(), "librispeech-61", "en", "", "test"),
            (
                "librispeech/103-1240-0000",
                TEXT.rstrip(".").capitalize(),
                "librispeech-103",
                "en",
                "",
                "train",
            ),
        ],
    ),
    "en": (
        "common_voice",
        {
            "validated.tsv": f"{CV}\n{A}\tcommon_voice_en_1.mp3\tx\t{TEXT}\t\t2\t0\t\t\t\t\ten\t\n"
            f"{B}\tcommon_voice_en_2.mp3\ty\t{OTHER}\t\t2\t0\t\t\t\t\ten\t\n",
            "test.tsv": f"{CV}\n{B}\tcommon_voice_en_2.mp3\ty\t{OTHER}\t\t2\t0\t\t\t\t\ten\t\n",
            "clips/common_voice_en_1.mp3": ONE,
            "clips/common_voice_en_2.mp3": TWO,
        },
        [
            ("common_voice/common_voice_en_1", TEXT, SPEAKERS[A], "en", "", "train"),
            ("common_voice/common_voice_en_2", OTHER, SPEAKERS[B], "en", "", "test"),
        ],
    ),
    "ruslan": (
        "ruslan",
        {
            "metadata_RUSLAN_22200.csv": "000000_RUSLAN|На столе стояла пустая чашка.\n",
            "RUSLAN/000000_RUSLAN.wav": ONE,
        },
        [("ruslan/000000_RUSLAN", "На столе стояла пустая чашка.", "ruslan", "ru", "", "train")],
    ),
    "mailabs": (
        "mailabs",
        {
            "en_US/by_book/female/judy_bieber/sea_fairies/metadata.csv": (
                f"sea_fairies_01_f000001|{TEXT.upper()}|{TEXT}\n"
            ),
            "en_US/by_book/female/judy_bieber/sea_fairies/wavs/sea_fairies_01_f000001.wav": ONE,
            "en_US/by_book/male/elliot_miller/pirates/metadata.csv": f"pirates_01_f000001|{OTHER}|{OTHER}\n",
            "en_US/by_book/male/elliot_miller/pirates/wavs/pirates_01_f000001.wav": TWO,
            "en_US/by_book/mix/fables/metadata.csv": f"fables_01_f000001|{OTHER}|{OTHER}\n",
            "en_US/by_book/mix/fables/wavs/fables_01_f000001.wav": TWO,
        },
        [
            (
                "mailabs/judy_bieber/sea_fairies/sea_fairies_01_f000001",
                TEXT,
                "mailabs-judy_bieber",
                "en",
                "",
                "train",
            ),
            (
                "mailabs/elliot_miller/pirates/pirates_01_f000001",
                OTHER,
                "mailabs-elliot_miller",
                "en",
                "",
                "train",
            ),
        ],
    ),
    "ravdess": (
        "ravdess",
        {
            "Actor_01/03-01-05-02-01-01-01.wav": ONE,
            "Actor_02/03-01-01-01-02-02-02.wav": TWO,
            "Actor_02/03-02-01-01-02-02-02.wav": TWO,
        },
        [
            (
                "ravdess/03-01-05-02-01-01-01",
                "Kids are talking by the door.",
                "ravdess-01",
                "en",
                "angry-strong",
                "train",
            ),
            (
                "ravdess/03-01-01-01-02-02-02",
                "Dogs are sitting by the door.",
                "ravdess-02",
                "en",
                "neutral",
                "train",
            ),
        ],
    ),
    "crema": (
        "crema_d",
        {
            "AudioWAV/1001_DFA_ANG_XX.wav": ONE,
            "AudioWAV/1002_IEO_HAP_HI.wav": TWO,
        },
        [
            ("crema_d/1001_DFA_ANG_XX", "Don't forget a jacket.", "crema_d-1001", "en", "angry", "train"),
            (
                "crema_d/1002_IEO_HAP_HI",
                "It's eleven o'clock.",
                "crema_d-1002",
                "en",
                "happy-strong",
                "train",
            ),
        ],
    ),
    "ESD": (
        "esd",
        {
            "0011/0011.txt": f"0011_000351\t{TEXT}\tAngry\n",
            "0011/Angry/0011_000351.wav": ONE,
            "0001/0001.txt": "0001_000001\t打远一看\t中立\n".encode("gb18030"),
            "0001/Surprise/train/0001_000001.wav": TWO,
        },
        [
            ("esd/0001_000001", "打远一看", "esd-0001", "zh", "surprised", "train"),
            ("esd/0011_000351", TEXT, "esd-0011", "en", "angry", "train"),
        ],
    ),
    "LJSpeech-1.1": (
        "csv",
        {
            "metadata.csv": f"LJ001-0001|{TEXT.upper()}|{TEXT}\nLJ001-0002|{OTHER}|{OTHER}\n",
            "wavs/LJ001-0001.wav": ONE,
            "wavs/LJ001-0002.wav": TWO,
        },
        [
            ("LJ001-0001", TEXT, "LJSpeech-1.1", "en", "", "train"),
            ("LJ001-0002", OTHER, "LJSpeech-1.1", "en", "", "train"),
        ],
    ),
    "piper": (
        "csv",
        {
            "metadata.csv": f"one|ann|{TEXT}\ntwo|ben|{OTHER}\n",
            "wav/one.wav": ONE,
            "wav/two.wav": TWO,
        },
        [("one", TEXT, "ann", "en", "", "train"), ("two", OTHER, "ben", "en", "", "train")],
    ),
    "f5": (
        "csv",
        {
            "metadata.csv": f"audio_file|text\nwavs/audio_001.wav|{TEXT}\nwavs/audio_002.wav|{OTHER}\n",
            "wavs/audio_001.wav": ONE,
            "wavs/audio_002.wav": TWO,
        },
        [("audio_001", TEXT, "f5", "en", "", "train"), ("audio_002", OTHER, "f5", "en", "", "train")],
    ),
    "coqui": (
        "csv",
        {
            "metadata_train.csv": f"audio_file|text|speaker_name|emotion_name\nwavs/a.wav|{TEXT}|ann|Happy\n",
            "wavs/a.wav": ONE,
            "metadata_eval.csv": (
                f"audio_file|text|speaker_name|emotion_name\nwavs/b.wav|{OTHER}|ben|neutral\n"
            ),
            "wavs/b.wav": TWO,
        },
        [("b", OTHER, "ben", "en", "neutral", "train"), ("a", TEXT, "ann", "en", "happy", "train")],
    ),
    "commas": (
        "csv",
        {
            "metadata.csv": f'file_name,transcription\nx/a.mp3,"{OTHER}"\n',
            "x/a.mp3": TWO,
        },
        [("x/a", OTHER, "commas", "en", "", "train")],
    ),
    "text": (
        "csv",
        {"metadata.txt": f"audio1|{TEXT}\n", "wavs/audio1.wav": ONE},
        [("audio1", TEXT, "text", "en", "", "train")],
    ),
    "sovits": (
        "gpt_sovits",
        {
            "slicer.list": f"D:\\GPT-SoVITS\\out\\one.wav|ann|EN|{TEXT}\nsub/two.wav|ben|en|{OTHER}\n",
            "deep/er/one.wav": ONE,
            "sub/two.wav": TWO,
        },
        [("one", TEXT, "ann", "en", "", "train"), ("sub/two", OTHER, "ben", "en", "", "train")],
    ),
    "jsonl": (
        "jsonl",
        {
            "train.jsonl": json.dumps(
                {
                    "audio_filepath": "one.wav",
                    "text": TEXT,
                    "duration": 2.5,
                    "speaker": "ann",
                    "emotion": "sad",
                }
            )
            + "\n"
            + json.dumps(
                {
                    "id": "second",
                    "audio": "two.wav",
                    "text": OTHER,
                    "speaker": 7,
                    "split": "dev",
                    "language": "en",
                }
            )
            + "\n",
            "one.wav": ONE,
            "two.wav": TWO,
        },
        [("one", TEXT, "ann", "en", "sad", "train"), ("second", OTHER, "7", "en", "", "dev")],
    ),
    "kaldi": (
        "kaldi",
        {
            "train/wav.scp": "ann-1 sounds/one.flac\nben-1 sox sounds/two.wav -t wav - |\n",
            "train/text": f"ann-1 {TEXT}\nben-1 {OTHER}\n",
            "train/utt2spk": "ann-1 ann\nben-1 ben\n",
            "train/utt2lang": "ann-1 english\nben-1 eng\n",
            "sounds/one.flac": ONE,
            "sounds/two.wav": TWO,
        },
        [("ann-1", TEXT, "ann", "en", "", "train"), ("ben-1", OTHER, "ben", "en", "", "train")],
    ),
    "recordings": (
        "recordings",
        {
            "ann/take 1.mp3": ONE,
            "ann/take 1.txt": TEXT,
            "ben/x.flac": TWO,
            "ben/x.lab": OTHER,
            "notes.md": "not a clip",
        },
        [("ann/take 1", TEXT, "ann", "en", "", "train"), ("ben/x", OTHER, "ben", "en", "", "train")],
    ),
}


LEFT_OUT = {"mailabs": ["several readers"], "ravdess": ["song"]}  # of a layout, and why


@pytest.mark.parametrize("name", CORPORA)
def test_a_layout_is_told_and_read(name, tmp_path):
    reader, files, wanted = CORPORA[name]
    source = build(tmp_path / name, files)
    assert find_reader(source)[0] == reader
    rows = prepare(source, tmp_path / "out", workers=1, kinds=())
    assert [(row.id, row.text, row.speaker, row.language, row.emotion, row.split) for row in rows] == wanted
    assert all(1 < row.seconds < 5 and Path(tmp_path / "out", row.audio).is_file() for row in rows)
    assert all(bool(row.phonemes) == (row.language in ("en", "ru")) for row in rows)
    rejected = [
        json.loads(line)["reason"] for line in (tmp_path / "out" / "rejected.jsonl").read_text().splitlines()
    ]
    assert len(rejected) == len(LEFT_OUT.get(name, ()))
    assert all(word in reason for word, reason in zip(LEFT_OUT.get(name, ()), rejected))


def test_every_reader_has_its_miniature():
    assert {reader for reader, _, _ in CORPORA.values()} | {"table"} == set(READERS)


def test_a_list_may_be_given_by_itself(tmp_path):
    source = build(tmp_path / "x", CORPORA["sovits"][1])
    assert [row.id for row in prepare(source / "slicer.list", tmp_path / "out", workers=1, kinds=())] == [
        "one",
        "sub/two",
    ]
    assert len(prepare(source, tmp_path / "again", "gpt_sovits", workers=1, kinds=(), speaker="carl")) == 2


def test_a_corpus_one_folder_deeper_is_named(tmp_path):
    build(tmp_path / "LJSpeech-1.1", CORPORA["LJSpeech-1.1"][1])
    with pytest.raises(DataError, match="LJSpeech-1.1 in it is one"):
        find_reader(tmp_path)


def test_clips_that_cannot_be_used_are_named_with_their_reason(tmp_path):
    files = {
        "metadata.csv": f"a|{TEXT}\nb|{OTHER}\nb|{OTHER}\nc|{OTHER}\nd|{OTHER}\n../e|{OTHER}\nf|…\n",
        "wavs/a.wav": ONE,
        "wavs/b.wav": TWO,
        "wavs/d.wav": b"RIFF but not really",
        "wavs/f.wav": ONE,
    }
    source = build(tmp_path / "x", files)
    rows = prepare(source, tmp_path / "out", workers=1, kinds=())
    assert [row.id for row in rows] == ["a", "b"]
    rejected = {
        entry["id"]: entry["reason"]
        for entry in map(json.loads, (tmp_path / "out" / "rejected.jsonl").read_text().splitlines())
    }
    for id, words in {
        "b": ("line 3", "is there already"),
        "c": ("metadata.csv, line 4", "there is no"),
        "d": ("d.wav", "not a readable recording"),
        "../e": ("line 6", "cannot name a file"),
        "f": ("line 7", "can be spoken"),
    }.items():
        assert all(word in rejected[id] for word in words), (id, rejected[id])


def test_sources_with_nothing_in_them_are_refused_in_one_sentence(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    build(tmp_path / "hollow", {"metadata.csv": "\n"})
    build(tmp_path / "latin", {"metadata.csv": "a|Fine.\nb|Caf\u00e9.\n".encode("cp1252"), "wavs/a.wav": ONE})
    build(tmp_path / "bars", {"metadata.csv": f"a|{TEXT}\nb|one|two\n", "wavs/a.wav": ONE})
    build(tmp_path / "orphans", {"metadata.csv": f"a|{TEXT}\n"})
    build(tmp_path / "broken", {"x.wav": b"nothing", "x.txt": TEXT})
    build(tmp_path / "fine", {"x.flac": ONE, "x.txt": TEXT})
    cases = [
        ("gone", "no such file or folder"),
        ("empty", "no recordings here"),
        ("hollow", "holds no clip"),
        ("latin", "line 2: byte 0xe9 is not UTF-8"),
        ("bars", "line 2: has 3 fields instead of 2"),
        ("orphans", "line 1: there is no"),
        ("broken", "x.wav: not a readable recording"),
    ]
    for name, message in cases:
        assert main(["data", "prepare", str(tmp_path / name), str(tmp_path / "out"), "--workers", "1"]) == 2
        error = capsys.readouterr().err.strip().splitlines()[-1]
        assert error.startswith("soundalike: ") and message in error, (name, error)
    for arguments, message in [
        (["--test", "0.5"], "leaves the split 'test' with no speaker"),
        (["--reader", "nope"], "unknown reader 'nope'. Choose one of"),
        (["--engine", "abacus"], "Choose one of local, ray"),
        (["--vad", "ear"], "Choose one of auto, silero, activity"),
        (["--workers", "0"], "more than 0"),
    ]:
        assert main(["data", "prepare", str(tmp_path / "fine"), str(tmp_path / "out"), *arguments]) == 2
        assert message in capsys.readouterr().err
    assert main(["data", "prepare", str(tmp_path / "fine"), str(tmp_path / "fine" / "out")]) == 2
    assert "lies inside" in capsys.readouterr().err
