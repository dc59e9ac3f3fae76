"""Recordings in a language of the user's own: their phonemes come with it, and change with it."""

from __future__ import annotations

import shutil

import pytest
from conftest import HERE

from soundalike.data.manifest import read_manifest
from soundalike.prepare.lint.lint import lint
from soundalike.prepare.pipeline import prepare
from soundalike.prepare.readers.languages import language_code
from soundalike.text.user_languages import PLACE, add_language

LETTERS = "".join(f'{letter} = "{letter}"\n' for letter in "abdefiklmnoprstuvz")


@pytest.fixture
def source(tmp_path, monkeypatch):
    """Two clips, one of them in Polish."""
    monkeypatch.setenv(PLACE, str(tmp_path / "languages"))
    shutil.copy(HERE / "data" / "anna_1.flac", tmp_path / "one.flac")
    shutil.copy(HERE / "data" / "anna_2.flac", tmp_path / "two.flac")
    rows = ["path\ttext\tlanguage", "one.flac\tAla ma kota.\tpl", "two.flac\tA cat.\ten"]
    (tmp_path / "metadata.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def added(folder, code="pl", sounds=LETTERS, **options):
    folder.mkdir(exist_ok=True)
    text = f'code = "{code}"\nname = "Of a test"\n[numbers]\ncode = "pl"\n[sounds]\n{sounds}'
    (folder / "language.toml").write_text(text, encoding="utf-8")
    return add_language(folder, **options)


def phonemes(source, out):
    prepare(str(source / "metadata.tsv"), str(out), workers=1, kinds=())
    return {row.language: row.phonemes for row in read_manifest(out)}


def test_phonemes_come_with_the_language_and_change_with_it(source):
    out = source / "out"
    assert phonemes(source, out)["pl"] == []
    added(source / "polish")
    first = phonemes(source, out)
    assert first["pl"] == ["^", "a", "l", "a", "_", "m", "a", "_", "k", "o", "t", "a", "."]
    journal = (out / "journal.jsonl").read_text(encoding="utf-8")
    assert phonemes(source, out) == first
    assert (out / "journal.jsonl").read_text(encoding="utf-8") == journal, "nothing is done again"
    added(source / "polish", sounds=LETTERS.replace('o = "o"', 'o = "ɔ"'), force=True)
    again = phonemes(source, out)
    assert again["pl"][9] == "ɔ" and again["en"] == first["en"]


def test_lint_knows_it(source):
    def told():
        findings = lint(str(source / "metadata.tsv"), fast=True)
        return [finding.reason for finding in findings if finding.check in ("language", "unspeakable")]

    assert told() == ["Polish (pl) is not spoken here: 1 clips get no phonemes"]
    added(source / "polish")
    assert told() == []


def test_a_code_of_no_list_is_one_in_a_list_once_it_is_added(source):
    assert language_code("qab") is None
    added(source / "made", "qab")
    assert language_code("qab") == language_code("qab-XX") == "qab"
