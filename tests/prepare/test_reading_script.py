"""Sentences to be read aloud, and what recordings cover."""

from __future__ import annotations

import json

import pytest

from soundalike.core.errors import ConfigError, DataError
from soundalike.data.manifest import Row, write_manifest
from soundalike.prepare.reading_script import ReadingSentence, read_pool, reading_script, sentence_pool
from soundalike.prepare.reading_words import WORDS, words_of
from soundalike.prepare.recording_coverage import check_enough, recording_coverage
from soundalike.text import phonemize
from soundalike.text.diphones import PAUSE, coverage, diphones_of, named, sounds_of


def test_diphones_of_symbols():
    symbols = ["^", "h", "ˈaɪ", ",", "j", "u", "_", "ˌoʊ", "."]
    assert sounds_of(symbols) == [PAUSE, "h", "aɪ", PAUSE, "j", "u", "oʊ", PAUSE]
    assert [named(one) for one in diphones_of(symbols)][:3] == ["#-h", "h-aɪ", "aɪ-#"]
    assert coverage([("a", "b"), ("a", "b"), ("b", "c")], [("a", "b")]) == 0.5 and coverage([], []) == 1.0


@pytest.fixture(scope="module")
def pool():
    return read_pool(sentence_pool(120), 0.066)


def test_sentences_are_whole_and_different():
    texts = sentence_pool(200)
    assert len(set(texts)) == 200 and sentence_pool(200) == texts and sentence_pool(200, 1) != texts
    assert all(text[0].isupper() and text[-1] in ".?!" and "{" not in text for text in texts)
    assert all(len(words_of(slot)) >= 20 for slot in WORDS)
    assert all(word.isascii() for slot in WORDS for word in words_of(slot))


def test_the_greedy_choice_beats_the_first_sentences(pool):
    script = reading_script(pool, 1.0)
    assert 60 <= script.seconds < 75
    assert len({one.text for one in script.sentences}) == len(script.sentences)
    wanted = {diphone for one in pool for diphone in one.diphones}
    first = [one for one in pool[: len(script.sentences)]]
    taken = {diphone for one in first for diphone in one.diphones}
    assert script.coverage > coverage(wanted, taken) + 0.02 and script.kinds == len(wanted)
    assert reading_script(pool, 2.0).coverage > script.coverage


def test_each_choice_is_the_best_there_is():
    def sentence(text, seconds=1.0):
        return ReadingSentence(text, tuple(zip(text, text[1:])), seconds)

    pool = [sentence("abc"), sentence("abcde"), sentence("cde"), sentence("xyxyx"), sentence("zw", 0.6)]
    texts = [one.text for one in reading_script(pool, 4.3 / 60).sentences]
    # 4 new pairs; then 2 of xy; then the short one; then what repeats
    assert texts[0] == "abcde" and texts[1:3] == ["xyxyx", "zw"]
    held = 3 * [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")]
    assert reading_script(pool, 0.9 / 60, held).sentences[0].text == "xyxyx"


def test_more_minutes_than_there_are_are_refused(pool):
    for minutes in (0.0, 999.0):
        with pytest.raises(ConfigError, match="--minutes .*: give more than 0,"):
            reading_script(pool, minutes)


def folder_of(tmp_path, speakers=("anna",)):
    rows = [
        Row(f"{name}_{k}", "x.wav", text, name, "en", 30.0, "train", phonemes=phonemize(text).symbols)
        for name in speakers
        for k, text in enumerate(("The old boat.", "A green map."))
    ]
    write_manifest(tmp_path, rows)
    return tmp_path


def test_coverage_of_recordings(tmp_path):
    folder = folder_of(tmp_path)
    found = recording_coverage(folder, "The old boat.")
    assert found.minutes == 1.0 and found.kinds == 1.0 and found.share == 1.0
    less = recording_coverage(folder, "The old goat.")
    assert 0.5 < less.kinds < 1.0 and "ɡ-oʊ" in str(less)
    with pytest.raises(DataError, match=r"1.0 minutes .* hold .* % .*5 minutes.*data script.*--borrow"):
        check_enough(less, folder, 5.0)
    check_enough(less, folder, 0.5)
    with pytest.raises(DataError, match="2 speakers .anna, ben.*--speaker NAME"):
        recording_coverage(folder_of(tmp_path, ("anna", "ben")))


def test_the_script_command(capsys, monkeypatch):
    from soundalike.cli.main import main
    from soundalike.prepare import reading_script as room

    monkeypatch.setattr(room, "POOL", 40)
    assert main(["data", "script", "--minutes", "1"]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert 8 < len(lines) < 30 and all(line[-1] in ".?!" for line in lines)
    assert "sentences, about 1." in told.err and json.dumps(lines)
