"""A user's pronunciations, and the command that shows how a text will be said."""

from __future__ import annotations

import json

import pytest

from soundalike.cli.main import main
from soundalike.core.errors import TextError
from soundalike.text import Lexicon, read
from soundalike.text.lexicon import spell

PLS = """<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en">
  <lexeme><grapheme>GIF</grapheme><grapheme>gifs</grapheme><phoneme>dʒˈɪf</phoneme></lexeme>
  <lexeme><grapheme>W3C</grapheme><alias>World Wide Web Consortium</alias></lexeme>
  <lexeme><grapheme>bad</grapheme>
    <phoneme>ʘ</phoneme></lexeme>
</lexicon>
"""


def write(folder, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def said(text: str, lexicon: Lexicon) -> dict[str, str]:
    return {s.spoken: "".join(s.symbols) for s in read(text, "en", lexicon).trace}


def test_lines_of_ipa_and_arpabet(tmp_path):
    path = write(
        tmp_path,
        "own.tsv",
        "# mine\nNiamh\tnˈiv\nread\tR EH1 D\t# past\n\nNew York\tN UW1 Y AO1 R K\nabout\tAH0 B AW1 T\n",
    )
    lexicon = Lexicon.read(path)
    assert not lexicon.warnings
    words = said("Niamh will read about New York.", lexicon)
    assert (
        words["Niamh"] == "nˈiv"
        and words["read"] == "ɹˈɛd"
        and words["New York"] == "nˈujˈɔɹk"
        and words["about"] == "əbˈaʊt"
    )


def test_long_vowels_of_dictionaries_are_english_vowels(tmp_path):
    lexicon = Lexicon.read(write(tmp_path, "own.tsv", "Niamh\tˈniːv\n"))
    assert said("Niamh [[kruːz]]", lexicon) == {"Niamh": "nˈiv", "kruːz": "kɹuz"}


def test_the_exact_case_wins_and_any_case_matches(tmp_path):
    lexicon = Lexicon.read(write(tmp_path, "own.tsv", "polish\tpˈɑlɪʃ\nPolish\tpˈoʊlɪʃ\nGIF\td͡ʒˈɪf\n"))
    words = said("Polish gif and polish", lexicon)
    assert words == {"Polish": "pˈoʊlɪʃ", "gif": "d͡ʒˈɪf", "and": "ˈænd", "polish": "pˈɑlɪʃ"}
    assert said("Gif's end", lexicon)["Gif's"] == "d͡ʒˈɪfs"


def test_own_words_go_before_normalising(tmp_path):
    lexicon = Lexicon.read(write(tmp_path, "own.tsv", "SQL\tsˈikwəl\nAT&T\tˈeɪti\n3D\tθɹˈidi\n"))
    assert said("SQL at AT&T in 3D.", lexicon) == {
        "SQL": "sˈikwəl",
        "at": "ˈæt",
        "AT&T": "ˈeɪti",
        "in": "ˈɪn",
        "3D": "θɹˈidi",
    }


def test_a_broken_line_is_named_and_the_rest_is_used(tmp_path):
    path = write(
        tmp_path, "own.tsv", "one\twˈʌn\nno tab here\ntwo\ttʘ\nthree\tTH R QQ1\nfour\t\nfive\tfˈaɪv\n"
    )
    lexicon = Lexicon.read(path)
    assert set(lexicon.entries) == {"one", "five"}
    assert [w.partition(": ")[0] for w in lexicon.warnings] == [f"{path}, line {n}" for n in (2, 3, 4, 5)]
    assert (
        "'ʘ' (LATIN LETTER BILABIAL CLICK)" in lexicon.warnings[1]
        and "'QQ1' is no sign of ARPAbet" in lexicon.warnings[2]
    )
    assert read("one", "en", lexicon).warnings == lexicon.warnings


def test_a_file_without_a_usable_line_says_so_and_what_would_be_right(tmp_path):
    path = write(tmp_path, "own.txt", "Niamh  nˈiv\nSQL,sˈikwəl\nGIF d͡ʒˈɪf\nEoin = ˈoʊɪn\n++\tplʌs\n")
    lexicon = Lexicon.read(path)
    assert not lexicon
    warnings = read("Niamh", "en", lexicon).warnings
    assert [w.partition(": ")[0] for w in warnings] == [f"{path}, line {n}" for n in (1, 2, 3, 4, 5)]
    for warning, right in zip(
        warnings, ("Niamh<TAB>nˈiv", "SQL<TAB>s", "GIF<TAB>d", "Eoin<TAB>ˈ"), strict=False
    ):
        assert right in warning
    assert "'++' holds no letter" in warnings[4]


@pytest.mark.parametrize(
    "text, found",
    [
        ("I use C++.", ["C++"]),
        ("(C++) and .NET", ["C++", ".NET"]),
        ("C# or F#?", ["C#"]),
        ("Mr. Smith met mr. Jones.", ["Mr.", "mr."]),
        ("Write @home now", ["@home"]),
        ("Use -v here", ["-v"]),
        ("Visual  C++ 6", ["Visual  C++"]),
        ("'Tis so", ["'Tis"]),
        ("C+++ xC++ my@home ASP.NET", []),
    ],
)
def test_entries_with_signs_at_their_edges_are_found(text, found):
    words = ("C++", ".NET", "C#", "Mr.", "@home", "-v", "Visual C++", "'tis")
    lexicon = Lexicon({word: ["m", "ˈi"] for word in words})
    trace = read(text, "en", lexicon).trace
    assert [word.written for word in trace if word.symbols == ["m", "ˈi"]] == found


def test_pls(tmp_path):
    for name in ("own.pls", "own.txt"):  # by its ending, or by how it begins
        path = write(tmp_path, name, PLS)
        lexicon = Lexicon.read(path)
        assert {w: "".join(s) for w, s in lexicon.entries.items()} == {"GIF": "d͡ʒˈɪf", "gifs": "d͡ʒˈɪf"}
        assert (
            lexicon.warnings[0].startswith(f"{path}, line 4, column 3: a lexeme needs")
            and f"{path}, line 6, column 5: 'ʘ'" in lexicon.warnings[1]
        )


@pytest.mark.parametrize(
    "text, message",
    [
        (PLS.replace("</lexicon>", ""), r"line 8, column 1: no element found. </lexicon> was expected"),
        (
            PLS.replace('alphabet="ipa"', 'alphabet="x-sampa"'),
            r"line 2, column 1: the alphabet 'x-sampa' is not known",
        ),
        ("<words/>", r"<words> found where <lexicon> was expected"),
        ('<!DOCTYPE l [<!ENTITY a "a">]><lexicon/>', r"<!DOCTYPE>"),
    ],
)
def test_pls_that_is_refused(tmp_path, text, message):
    with pytest.raises(TextError, match="own.pls, .*" + message):
        Lexicon.read(write(tmp_path, "own.pls", text))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(TextError, match="none.tsv: cannot be read"):
        Lexicon.read(tmp_path / "none.tsv")
    (tmp_path / "latin.tsv").write_bytes("é\te\n".encode("latin-1"))
    with pytest.raises(TextError, match="latin.tsv: not UTF-8"):
        Lexicon.read(tmp_path / "latin.tsv")


def test_it_can_be_kept(tmp_path):
    lexicon = Lexicon.read(write(tmp_path, "own.tsv", "GIF\td͡ʒˈɪf\nNew York\tN UW1 Y AO1 R K\n"))
    again = Lexicon.from_dict(json.loads(json.dumps(lexicon.to_dict())))
    assert again.entries == lexicon.entries and again.get("gif") == lexicon.get("GIF")
    for broken in ({}, {"entries": ["a"]}, {"entries": {"a": 1}}, {"entries": {"a": "ʘ"}}):
        with pytest.raises(TextError):
            Lexicon.from_dict(broken)


def test_spelling():
    assert spell("R EH1 D") == spell("/ɹˈɛd/") == ["ɹ", "ˈɛ", "d"]
    with pytest.raises(TextError, match="no pronunciation"):
        spell(" ")


def test_say_how_prints_places_rules_and_sounds(tmp_path, capsys):
    lexicon = write(tmp_path, "own.tsv", "GIF\td͡ʒˈɪf\nbroken\n")
    text = write(tmp_path, "note.txt", "I have read 3 gifs: gif [[təmˈɑtoʊ]] blorfth. Bye.")
    assert main(["explain", "--text-file", text, "--lexicon", lexicon]) == 0
    lines = capsys.readouterr().out.splitlines()
    cells = [line.split("  ") for line in lines]
    rules = {row[0].strip(): [c.strip() for c in row if c.strip()][1:] for row in cells}
    assert rules["7-11"] == ["read", "heteronym: past tense", "read", "ɹˈɛd"]
    assert (
        rules["12-13"][0] == "3"
        and rules["12-13"][1] != "as written"
        and rules["12-13"][2:] == ["three", "θɹˈi"]
    )
    assert (
        rules["20-23"][1] == "your lexicon"
        and rules["24-36"][1] == "inline IPA"
        and rules["37-44"][1] == "guessed"
    )
    warning = "'broken' is not a word, a tab and its pronunciation. The line is left out."
    assert "" in lines and lines[-1] == f"warning: {lexicon}, line 2: {warning}"


def test_say_how_as_json(capsys):
    text = (
        '<speak xml:lang="de">Guten <mark name="m"/>'
        '<prosody rate="slow">Tag</prosody><break time="1s"/></speak>'
    )
    assert main(["explain", text, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["language"] == "de" and found["warnings"] == []
    (sentence,) = found["sentences"]
    assert [w["spoken"] for w in sentence["words"]] == ["Guten", "Tag"] and sentence["words"][1][
        "rate"
    ] == 0.75
    assert sentence["pauses"] == [{"after": 1, "seconds": 1.0}] and sentence["marks"] == [
        {"name": "m", "before": 1}
    ]


@pytest.mark.parametrize(
    "arguments",
    [["x", "--language", "xx"], ["<speak>", "--ssml"], ["..."], ["x", "--lexicon", "none.tsv"], []],
)
def test_say_how_refuses_with_one_sentence(arguments, capsys):
    assert main(["explain", *arguments]) == 2
    assert capsys.readouterr().err.startswith("soundalike: ")
