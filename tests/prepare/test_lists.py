"""Lists as other programs write them: every row is read, or named with the reason why it is not."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from soundalike.audio.audio import Audio
from soundalike.cli.main import main
from soundalike.core.errors import ConfigError, DataError
from soundalike.prepare.lint.lint import lint
from soundalike.prepare.pipeline import prepare
from soundalike.prepare.readers.clips import Clip, Fault
from soundalike.prepare.readers.formats import find_reader
from soundalike.prepare.readers.languages import language_code
from soundalike.prepare.readers.recordings import read_cues

NAMES = ("a.wav", "b.wav", "c.wav")
TEXTS = ("The lamp burned all night.", "Bring two chairs, please.", "Our train leaves at nine.")


def folder_of(root: Path, lists: dict[str, str | bytes], sounds: tuple[str, ...] = NAMES) -> Path:
    """A folder with lists, and files in place of sounds, which readers do not open."""
    for name in sounds:
        path = root / "wavs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    for name, content in lists.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def read(source: Path, reader: str | None = None) -> tuple[list[Clip], list[Fault]]:
    """The clips and the faults of a source; notes, by which nothing is lost, are left out."""
    found = list(find_reader(source, reader)[1](source))
    faults = [entry for entry in found if isinstance(entry, Fault) and not entry.note]
    return [entry for entry in found if isinstance(entry, Clip)], faults


def rows(separator: str, *texts: str, header: str = "") -> str:
    lines = [f"{name}{separator}{text}" for name, text in zip(NAMES, texts or TEXTS)]
    return "\n".join([*([header] if header else []), *lines]) + "\n"


READ_WHOLE = {  # a list -> its text, as some program writes it; each names NAMES with TEXTS
    "bars": rows("|"),
    "tabs": rows("\t"),
    "semicolons": rows(";"),
    "commas, quoted where needed": rows(",", TEXTS[0], f'"{TEXTS[1]}"', TEXTS[2]),
    "commas, all quoted": "\n".join(f'"{name}","{text}"' for name, text in zip(NAMES, TEXTS)),
    "bars, all quoted": "\n".join(f'"{name}"|"{text}"' for name, text in zip(NAMES, TEXTS)),
    "a header, commas": rows(",", TEXTS[0], f'"{TEXTS[1]}"', TEXTS[2], header="file_name,transcription"),
    "a header, semicolons": rows(";", header="Path;Sentence"),
    "a header, tabs": rows("\t", header="audio file\ttext"),
    "a space after the comma": "".join(f'{name}, "{text}"\n' for name, text in zip(NAMES, TEXTS)),
    "text first": "".join(f"{text}|{name}\n" for name, text in zip(NAMES, TEXTS)),
    "no endings": rows("|").replace(".wav", ""),
    "paths of Windows": rows("|").replace("a.wav", "D:\\data\\a.wav"),
    "lines of Windows": rows("|").replace("\n", "\r\n"),
    "lines of old Macs": rows("|").replace("\n", "\r"),
    "empty lines and cells": rows(",", TEXTS[0], f'"{TEXTS[1]}"', TEXTS[2]).replace("b.wav", "\n,\nb.wav"),
}


@pytest.mark.parametrize("name", READ_WHOLE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_list_is_read_whole(name, encoding, tmp_path):
    source = folder_of(tmp_path / "x", {"metadata.csv": READ_WHOLE[name].encode(encoding)})
    clips, faults = read(source)
    assert [(Path(clip.audio).name, clip.text) for clip in clips] == list(zip(NAMES, TEXTS)), faults
    assert faults == []


@pytest.mark.parametrize(
    ("separator", "text"),
    [
        (",", "The old man; the gate."),
        (",", "One; two; three."),
        (",", "A | B"),
        ("|", "Well, yes; no,\tmaybe."),
        ("\t", "Yes | no, and; so."),
        (";", "She came, saw, and left."),
    ],
)
def test_a_text_may_hold_the_marks_of_other_lists(separator, text, tmp_path):
    texts = (text, TEXTS[0], "No marks at all")
    source = folder_of(tmp_path / "x", {"metadata.csv": rows(separator, *texts)})
    clips, faults = read(source)
    assert [clip.text for clip in clips] == list(texts) and not faults


def test_marks_in_every_text_do_not_hide_the_separator(tmp_path):
    texts = ("One; two.", "Three; four.", "Five; six.")
    clips, faults = read(folder_of(tmp_path / "x", {"metadata.csv": rows(",", *texts)}))
    assert [clip.text for clip in clips] == list(texts) and not faults


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_quoted_field_may_run_over_lines(separator, tmp_path):
    lines = [
        f"file_name{separator}text",
        f'a.wav{separator}"The old man',
        "",
        'said ""yes"" and left."',
        f"b.wav{separator}{TEXTS[0]}",
        f'c.wav{separator}"One{separator} two."',
    ]
    clips, faults = read(folder_of(tmp_path / "x", {"metadata.csv": "\n".join(lines) + "\n"}))
    assert [" ".join(clip.text.split()) for clip in clips] == [
        'The old man said "yes" and left.',
        TEXTS[0],
        f"One{separator} two.".replace("\t", ""),
    ]
    assert [clip.where.rsplit(" ", 1)[1] for clip in clips] == ["2", "5", "6"] and not faults


def test_a_quote_that_nothing_closes_swallows_no_rows(tmp_path):
    lines = [
        f'a|"{TEXTS[0]}|"{TEXTS[0]}',  # as in LJSpeech, where a speech goes on in the next clip
        f"b|{TEXTS[1]}|{TEXTS[1]}",
        f"c|{TEXTS[2]}|{TEXTS[2]}",
        "gone|Its sound was not copied.|Its sound was not copied.",
    ]
    clips, faults = read(folder_of(tmp_path / "x", {"metadata.csv": "\n".join(lines) + "\n"}))
    assert [Path(clip.audio).name for clip in clips] == [*NAMES, "gone.wav"] and not faults
    assert clips[0].text == f'"{TEXTS[0]}'


def test_two_recordings_of_one_text_are_told_apart(tmp_path):
    for name in ("talk.flac", "talk.wav"):
        Audio(np.full(24_000, 0.1, np.float32), 24_000).write(tmp_path / "set" / name)
    (tmp_path / "set" / "talk.txt").write_text("Hello.")
    found = [finding for finding in lint(str(tmp_path / "set"), fast=True) if finding.check == "duplicate-id"]
    assert len(found) == 1 and "talk.wav beside " in found[0].reason and "talk.flac" in found[0].reason


def test_one_recording_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "talk.mp3").write_bytes(b"")
    with pytest.raises(DataError, match="talk.mp3: one recording. Put it into a folder"):
        find_reader(tmp_path / "talk.mp3")


def test_a_json_row_without_a_sound_is_told_the_usual_names(tmp_path):
    source = folder_of(tmp_path / "x", {"clips.jsonl": '{"audio_filepath": "a.wav"}\n{"text": "Hi."}\n'})
    assert "line 2: no field names the sound. Give its path as audio, audio_file, audio_filepath" in str(
        read(source)[1][0]
    )


def test_the_projects_own_table_may_be_quoted(tmp_path):
    header = "file\tspeaker\tlanguage\temotion\tseconds\tsplit\tcorpus\tlicence\ttext\n"
    lines = [f'{name}\tann\teng\t\t1\ttrain\tmine\tCC0\t"Line one\nand ""two""."\n' for name in NAMES]
    source = folder_of(tmp_path / "x", {"metadata.tsv": header + "".join(lines)})
    (source / "wavs").rename(source / "audio")
    clips, faults = read(source)
    assert [clip.text for clip in clips] == ['Line one and "two".'] * 3 and not faults
    assert {clip.language for clip in clips} == {"en"}


def test_one_speaker_in_two_unicode_forms_is_one(tmp_path):
    lines = f"a.wav|M\u00fcller|{TEXTS[0]}\nb.wav|Mu\u0308ller|{TEXTS[1]}\n"
    clips, _ = read(folder_of(tmp_path / "x", {"metadata.csv": lines}))
    assert len({clip.speaker for clip in clips}) == 1


def test_a_quote_that_is_never_closed_swallows_nothing(tmp_path):
    texts = ('"In the beginning', 'He said "no"', '"Oh" was all.')
    clips, faults = read(folder_of(tmp_path / "x", {"metadata.csv": rows("|", *texts)}))
    assert [clip.text for clip in clips] == list(texts) and not faults


COLUMNS = {  # a list of three or four columns -> speakers and texts
    "speaker second": "a.wav|ann|One two.\nb.wav|ben|Three four.\n",
    "speaker last": "a.wav|One two.|ann\nb.wav|Three four.|ben\n",
    "language too": "a.wav|ann|english|One two.\nb.wav|ben|eng|Three four.\n",
    "a header in another order": "Transcript,Speaker,Audio\nOne two.,ann,a.wav\nThree four.,ben,b.wav\n",
    "more columns than needed": "file_name,age,text,speaker\na.wav,3,One two.,ann\nb.wav,4,Three four.,ben\n",
    "two texts in a header": (
        "id,file_name,raw_text,normalized_text,speaker\n"
        "x,a.wav,1 2.,One two.,ann\ny,b.wav,3 4.,Three four.,ben\n"
    ),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_told_by_what_they_hold(name, tmp_path):
    clips, faults = read(folder_of(tmp_path / "x", {"metadata.csv": COLUMNS[name]}, NAMES[:2]))
    assert [(clip.speaker, clip.text) for clip in clips] == [("ann", "One two."), ("ben", "Three four.")]
    assert {clip.language for clip in clips} == {"en" if "language" in name else ""} and not faults


@pytest.mark.parametrize(
    "list_name",
    ["METADATA.CSV", "transcripts.csv", "train.tsv", "filelists/train.txt", "train/metadata.csv", "list.txt"],
)
def test_lists_are_found_by_name_or_by_what_they_hold(list_name, tmp_path):
    source = folder_of(tmp_path / "x", {list_name: rows("\t", *TEXTS)})
    if list_name.startswith("train/"):
        (source / "wavs").rename(source / "train" / "wavs")
    assert find_reader(source)[0] == "csv"
    clips, faults = read(source)
    assert [clip.text for clip in clips] == list(TEXTS) and not faults
    assert all(Path(clip.audio).is_file() for clip in clips)


def test_a_table_without_texts_is_no_list(tmp_path):
    source = folder_of(tmp_path / "x", {"durations.csv": "a.wav,2.34\nb.wav,1.2\nc.wav,3.1\n"})
    assert find_reader(source)[0] == "recordings"
    (source / "metadata.csv").write_text("file_name,label\na.wav,dog\nb.wav,cat\n")
    _, faults = read(source)
    assert faults[0].fatal and "no column of texts: file_name, label" in faults[0].reason


# --- names of files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "there"),
    [
        ("1.WAV", "1.wav"),
        ("1.wav", "1.WAV"),
        ("Clip_A", "clip_a.Wav"),
        ("SUB/One.wav", "sub/one.WAV"),
        ("M\u00fcller.wav", unicodedata.normalize("NFD", "M\u00fcller.wav")),
        (unicodedata.normalize("NFD", "caf\u00e9_\u0439"), "CAF\u00c9_\u0439.wav"),
        ("C:\\old\\Stra\u00dfe.wav", "deep/er/STRASSE.WAV"),
    ],
)
def test_names_are_compared_without_case_and_in_one_form(listed, there, tmp_path):
    source = folder_of(tmp_path / "x", {"metadata.csv": f"{listed}|{TEXTS[0]}\n"}, (there,))
    clips, faults = read(source)
    assert Path(clips[0].audio) == (source / "wavs" / there).resolve() and not faults
    assert clips[0].id == unicodedata.normalize("NFC", clips[0].id)


def test_where_two_files_fit_neither_is_taken(tmp_path):
    source = folder_of(tmp_path / "x", {"metadata.csv": f"A.wav|{TEXTS[0]}\n"}, ("a.wav", "a.WAV"))
    clips, faults = read(source)
    assert not Path(clips[0].audio).is_file() and len(faults) == 2
    assert {fault.check for fault in faults} == {"unlisted-file"}


def test_the_same_name_comes_before_a_similar_one(tmp_path):
    source = folder_of(tmp_path / "x", {"metadata.csv": f"A.wav|{TEXTS[0]}\n"}, ("a.wav", "A.wav"))
    assert Path(read(source)[0][0].audio).name == "A.wav"


def test_texts_beside_recordings_are_found_by_similar_names(tmp_path):
    decomposed = unicodedata.normalize("NFD", "sch\u00f6n")
    files = {"ann/sch\u00f6n.TXT": TEXTS[0], "ann/lost.txt": TEXTS[1], "README.txt": "About."}
    source = folder_of(tmp_path / "x", files, ())
    (source / "ann" / f"{decomposed}.wav").write_bytes(b"")
    clips, faults = read(source)
    assert [(clip.text, clip.speaker) for clip in clips] == [(TEXTS[0], "ann")]
    assert [(fault.check, Path(fault.where).name) for fault in faults] == [("unused-text", "lost.txt")]


# --- JSON, NeMo, Kaldi, subtitles -------------------------------------------------------------------------

ENTRIES = [
    {"audio_filepath": f"wavs/{name}", "duration": 1.9, "text": text} for name, text in zip(NAMES, TEXTS)
]
LINES = "\n".join(map(json.dumps, ENTRIES)) + "\n"
BY_NAME = {f"wavs/{name}": text for name, text in zip(NAMES, TEXTS)}
JSON_LISTS = {  # file -> its text
    "manifest.jsonl": LINES,
    "train_manifest.json": LINES,
    "MANIFEST.JSON": json.dumps(ENTRIES, indent=1),
    "metadata.jsonl": json.dumps(ENTRIES),
    "one_line.json": json.dumps(BY_NAME),
    "by_name.json": json.dumps({name: {"text": text} for name, text in BY_NAME.items()}, indent=2),
    "by_id.json": json.dumps({f"clip {n}": entry for n, entry in enumerate(ENTRIES)}),
    "inside.json": json.dumps({"version": 1, "info": {"by": "us"}, "data": ENTRIES}, indent=2),
    "columns.json": json.dumps({"path": list(BY_NAME), "sentence": list(TEXTS)}),
    "frame.json": json.dumps(
        {"file_name": dict(enumerate(BY_NAME)), "text": dict(enumerate(TEXTS))}, ensure_ascii=False
    ),
    "hugging.jsonl": "\n".join(
        json.dumps({"audio": {"path": name, "bytes": None}, "text": text}) for name, text in BY_NAME.items()
    ),
    "train/metadata.jsonl": LINES,
}


@pytest.mark.parametrize("name", JSON_LISTS)
def test_json_lists(name, tmp_path):
    files = {name: JSON_LISTS[name], "config.json": '{"sample_rate": 24000, "name": "x"}'}
    source = folder_of(tmp_path / "x", files)
    assert find_reader(source)[0] == "jsonl"
    clips, faults = read(source)
    assert [(Path(clip.audio).name, clip.text) for clip in clips] == list(zip(NAMES, TEXTS))
    assert all(Path(clip.audio).is_file() for clip in clips) and not faults
    assert [clip.text for clip in read(source / name)[0]] == list(TEXTS)


def test_a_manifest_of_nemo_is_looked_through_like_a_list(tmp_path):
    source = folder_of(tmp_path / "x", {"manifest.jsonl": LINES})
    findings = lint(str(source), fast=True)
    assert {finding.check for finding in findings} <= {"unreadable", "duplicate-sound"}
    with pytest.raises(DataError, match="soundalike data prepare"):
        from soundalike.data.manifest import read_manifest

        read_manifest(source)


@pytest.fixture(scope="module")
def long_recording(tmp_path_factory) -> Path:
    """Ten seconds: a tone that rises a step every second."""
    time = np.arange(24_000) / 24_000
    tones = [np.sin(2 * np.pi * (200 + 100 * step) * time) for step in range(10)]
    envelope = np.minimum(1, 20 * np.minimum(time, 1 - time))
    path = tmp_path_factory.mktemp("long") / "talk.wav"
    Audio(np.concatenate([0.3 * tone * envelope for tone in tones]).astype(np.float32), 24_000).write(path)
    return path


def pitch_of(path: Path) -> float:
    audio = Audio.read(path)
    return float(np.abs(np.fft.rfft(audio.samples)).argmax() * audio.rate / len(audio.samples))


SEGMENTS = {  # the fourth and the eighth second of a recording, by several kinds of lists
    "nemo": {
        "manifest.json": "\n".join(
            json.dumps({"audio_filepath": "talk.wav", "offset": at, "duration": 1.0, "text": text})
            for at, text in ((3.0, TEXTS[0]), (7.0, TEXTS[1]))
        )
    },
    "kaldi": {
        "wav.scp": "rec talk.wav\n",
        "segments": "u1 rec 3.0 4.0\nu2 rec 7.0 8.0\n",
        "text": f"u1 {TEXTS[0]}\nu2 {TEXTS[1]}\n",
        "utt2spk": "u1 ann\nu2 ben\n",
    },
    "csv": {"metadata.csv": f'path,start,end,text\ntalk.wav,3,4,{TEXTS[0]}\ntalk.wav,7,8,"{TEXTS[1]}"\n'},
    "srt": {
        "talk.srt": "1\n00:00:03,000 --> 00:00:03,400\n<i>The lamp burned</i>\n\n"
        "2\n00:00:03,400 --> 00:00:04,000\nall night.\n\n3\n00:00:05,000 --> 00:00:06,000\n[Music]\n\n"
        f"4\n00:00:07,000 --> 00:00:08,000\n{TEXTS[1]}\n"
    },
    "vtt": {
        "Talk.VTT": f"WEBVTT\n\n00:03.000 --> 00:04.000 align:start\n<v Ann>{TEXTS[0]}\n\n"
        f"x\n00:07.000 --> 00:08.000\n- {TEXTS[1]}\n"
    },
}


@pytest.mark.parametrize("name", SEGMENTS)
def test_clips_are_cut_out_of_their_recording(name, long_recording, tmp_path):
    source = folder_of(tmp_path / "x", SEGMENTS[name], ())
    (source / "talk.wav").write_bytes(long_recording.read_bytes())
    made = prepare(source, tmp_path / "out", workers=1, kinds=(), trim=False)
    assert [row.text for row in made] == list(TEXTS[:2])
    assert [round(pitch_of(tmp_path / "out" / row.audio), -2) for row in made] == [500, 900]
    assert all(1 <= row.seconds <= 1.3 for row in made)
    rejected = (tmp_path / "out" / "rejected.jsonl").read_text()
    assert rejected.count("\n") == {"srt": 2, "vtt": 1}.get(name, 0)
    assert ("8.0 s of " in rejected and "lie in no subtitle" in rejected) == (name in ("srt", "vtt"))
    assert ("the subtitle says no words" in rejected) == (name == "srt")
    findings = {finding.check for finding in lint(str(source), fast=True)}
    assert not findings & {"duplicate-file", "duplicate-sound", "too-long", "unlisted-file"}
    if name == "kaldi":
        assert [row.speaker for row in made] == ["ann", "ben"]


def test_times_that_cannot_be_are_named(tmp_path, long_recording):
    lines = (
        f"path,start,end,text\ntalk.wav,4,3,{TEXTS[0]}\ntalk.wav,30,31,{TEXTS[2]}\ntalk.wav,1,2,{TEXTS[0]}\n"
    )
    source = folder_of(tmp_path / "x", {"metadata.csv": lines}, ())
    (source / "talk.wav").write_bytes(long_recording.read_bytes())
    assert len(prepare(source, tmp_path / "out", workers=1, kinds=())) == 1
    reasons = sorted((tmp_path / "out" / "rejected.jsonl").read_text().splitlines())
    assert (
        len(reasons) == 2 and "starts at 4 s and ends at 3 s" in reasons[0] and "lasts 10.00 s" in reasons[1]
    )


def test_cues_of_several_kinds():
    text = "1\n01:02:03,5 --> 01:02:04,250\n{\\an8}Hello,\n<b>you</b>.\n\nNOTE no cue\n\n"
    cue = read_cues(text)[0]
    assert (cue.start, cue.stop, cue.text, cue.line) == (3723.5, 3724.25, "Hello, you.", 2)


def test_kaldi_names_what_it_cannot_use(tmp_path):
    files = {
        "wav.scp": "u1 wavs/a.wav\nu2 cat x | decode |\n",
        "text": f"u1 {TEXTS[0]}\nu2 {TEXTS[1]}\nu3 {TEXTS[2]}\n",
    }
    clips, faults = read(folder_of(tmp_path / "x", files, ("a.wav",)))
    assert [clip.id for clip in clips] == ["u1"]
    assert [fault.where.rsplit(" ", 1)[1] for fault in faults] == ["2", "3"]
    assert "a command" in faults[0].reason and "no line for 'u3'" in faults[1].reason


# --- languages and splits ---------------------------------------------------------------------------------


LANGUAGE_NAMES = {
    "en": "en, EN, eng, en_US, en-GB, english, English, American English, US English, English (US), american"
    ", \u82f1\u8bed, \u82f1\u6587",
    "de": "de, ger, deu, DE-at, German, deutsch, Deutsch, allemand, German (Austria)",
    "fr": "fr, fra, fre, fr_CA, French, fran\u00e7ais, Franz\u00f6sisch",
    "es": "es, spa, es-419, Spanish, espa\u00f1ol, castilian, Spanisch, Latin American Spanish",
    "pt": "pt, por, pt_BR, Portuguese, Brazilian Portuguese, portugu\u00eas",
    "cs": "cs, ces, cze, Czech, \u010de\u0161tina, c\u030ces\u030ctina",
    "ru": "ru, rus, Russian, \u0440\u0443\u0441\u0441\u043a\u0438\u0439",
    "zh": "zh, zho, chi, cmn, zh-CN, all_zh, Chinese, Mandarin, \u4e2d\u6587",
    "ja": "ja, jpn, JP, all_ja, Japanese",
    "pl": "pl, pol, Polish, polski",
    "auto": "auto, AUTO",
    "": "und, unknown, -",
}


@pytest.mark.parametrize("code", LANGUAGE_NAMES)
def test_languages_by_their_codes_and_names(code):
    for name in LANGUAGE_NAMES[code].split(", "):
        assert language_code(name) == code, name


@pytest.mark.parametrize("name", ["klingonese", "xyz", "12", "e", "engl ish", "the"])
def test_unknown_languages_are_named_with_their_line(name, tmp_path):
    assert language_code(name) is None
    lines = f"a.wav|ann|{name}|{TEXTS[0]}\nb.wav|ann|en|{TEXTS[1]}\n"
    clips, faults = read(folder_of(tmp_path / "x", {"x.list": lines}, NAMES[:2]))
    assert len(clips) == 1 and [fault.check for fault in faults] == ["language"]
    assert faults[0].where.endswith("x.list, line 1") and repr(name) in faults[0].reason


def test_a_language_that_is_not_spoken_here_is_told(tmp_path, capsys):
    source = folder_of(tmp_path / "x", {"x.list": f"a.wav|ann|polish|{TEXTS[0]}\nb.wav|ann|pl|{TEXTS[1]}\n"})
    findings = [finding for finding in lint(str(source), fast=True) if finding.check == "language"]
    assert len(findings) == 1 and "Polish (pl) is not spoken here: 2 clips" in findings[0].reason


def test_languages_of_options_are_understood_or_refused(tmp_path):
    source = folder_of(tmp_path / "x", {"metadata.csv": rows("|")})
    with pytest.raises(ConfigError, match="--language klingonese: not a known language"):
        lint(str(source), language="klingonese")
    assert lint(str(source), language="English", fast=True) == lint(str(source), fast=True)
    assert main(["data", "prepare", str(source), str(tmp_path / "out"), "--language", "nolang"]) == 2


def test_splits_by_their_usual_names(tmp_path):
    lines = "path,split,speaker,text\n" + "".join(
        f"{name},{split},{split},{text}\n"
        for name, split, text in zip(NAMES, ("Validation", "TRAIN", "holdout"), ("One.", "Two.", "Three."))
    )
    clips, faults = read(folder_of(tmp_path / "x", {"metadata.csv": lines}))
    assert [clip.split for clip in clips] == ["dev", "train"]
    assert [fault.check for fault in faults] == ["split"] and "'holdout'" in faults[0].reason


def test_a_speaker_in_two_splits_is_told_before_any_work(tmp_path):
    lines = f"path,split,text\na.wav,train,{TEXTS[0]}\nb.wav,dev,{TEXTS[2]}\n"
    source = folder_of(tmp_path / "x", {"metadata.csv": lines})
    with pytest.raises(DataError, match="line 3: speaker x is in the split 'dev', and in 'train' at"):
        prepare(source, tmp_path / "out", workers=1)
    assert not (tmp_path / "out").exists()


# --- nothing is lost silently -----------------------------------------------------------------------------


def test_all_that_is_left_out_is_counted_and_named(tmp_path, long_recording, capsys):
    lines = (
        f"path|speaker|language|text\na.wav|ann|en|{TEXTS[0]}\nb.wav|ann|qqq|{TEXTS[1]}\n|ann|en|{TEXTS[2]}\n"
    )
    source = folder_of(
        tmp_path / "x", {"metadata.csv": lines + f"c.wav|ann|zh|{TEXTS[2]}\n"}, ("b.wav", "d.wav")
    )
    for name in ("a.wav", "c.wav"):
        (source / "wavs" / name).write_bytes(long_recording.read_bytes())
    words = [
        "data",
        "prepare",
        str(source),
        str(tmp_path / "out"),
        "--workers",
        "1",
        "--no-align",
        "--no-embed",
    ]
    assert main(words) == 0
    told = capsys.readouterr().out
    for part in (
        "3 rows or recordings were left out",
        "line 3: the language 'qqq' is not known",
        "line 4: names no sound",
        "d.wav: no list or text names this sound",
        "1 clips have no phonemes: Chinese (1)",
    ):
        assert part in told, told
    rejected = (tmp_path / "out" / "rejected.jsonl").read_text().splitlines()
    assert len(rejected) == 3
