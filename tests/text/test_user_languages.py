"""Languages of the user's own: their folder, their spelling, their words, and where they are kept."""

from __future__ import annotations

import json
import os

import pytest

from soundalike.checkpoints import model_store
from soundalike.cli.main import main
from soundalike.core.errors import ConfigError, TextError
from soundalike.core.languages import LanguageStatus, language_name
from soundalike.inference import pipeline
from soundalike.text import (
    LANGUAGES,
    base_language,
    find_language,
    installed,
    is_spoken,
    phonemize,
    read,
    split_sentences,
    user_codes,
)
from soundalike.text.explain import guessed
from soundalike.text.lexicon import Lexicon
from soundalike.text.spelling import Spelling
from soundalike.text.user_languages import PLACE, add_language, library, read_language, remove_language

FILE = """
code = "pl"
name = "Polish"
stress = "last but one"
[classes]
vowel = "aeiouyąęó"
lip = "pbm"
[sounds]
a = "a"
e = "ɛ"
i = "i"
o = "ɔ"
u = "u"
"ó" = "u"
y = "ɨ"
"ą" = "ɔ̃"
"ą{lip}" = "ɔm"
b = "b"
"b$" = "p"
"{lip}rz" = "ʂ"
rz = "ʐ"
c = "t͡s"
ci = "t͡ɕi"
"ci{vowel}" = "t͡ɕ"
d = "d"
g = "ɡ"
h = ""
j = "j"
k = "k"
l = "l"
m = "m"
n = "n"
p = "p"
r = "r"
s = "s"
sz = "ʂ"
t = "t"
w = "v"
"^w" = "f"
z = "z"
[letters]
b = "be"
k = "ka"
[signs]
"%" = "procent"
"–" = "do"
[abbreviations]
"np." = "na przykład"
"""


def written(folder, text=FILE, lexicon=""):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "language.toml").write_text(text, encoding="utf-8")
    if lexicon:
        (folder / "lexicon.tsv").write_text(lexicon, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A place for the user's languages of its own."""
    monkeypatch.setenv(PLACE, str(tmp_path / "languages"))
    return tmp_path


@pytest.fixture
def polish(home):
    return add_language(written(home / "polish", lexicon="matematyka\tmatɛmˈatɨka\nzero\tzɛrɔ\n"))


def sounds(text, **more):
    return ["".join(word.symbols) for word in read(text, "pl", **more).trace]


# --- spelling --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("sza", "ʂa"),  # the longest spelling
        ("ciało", "t͡ɕalɔ"),  # before a vowel; ł is read as its plain letter
        ("cicho", "t͡ɕit͡sɔ"),  # a silent h
        ("zab", "zap"),  # the end of a word
        ("zaby", "zabɨ"),
        ("Prze", "pʂɛ"),  # behind a class; capitals
        ("rze", "ʐɛ"),
        ("rąby", "rɔmbɨ"),
        ("wawa", "fava"),  # the beginning of a word
    ],
)
def test_spelling(word, said, home):
    language = read_language(written(home / "polish"))
    assert "".join(language.spelling.read(word)[0]) == said


def test_the_longest_spelling_is_read_whatever_the_order():
    table = {"a": "a", "aa": "e", "aaa": "i", "aa$": "o"}
    for sounds in (table, dict(reversed(table.items()))):
        spelling = Spelling.from_table(sounds, {}, "here")
        assert ["".join(spelling.read("a" * n)[0]) for n in (1, 2, 3, 5)] == ["a", "o", "i", "io"]


def test_letters_without_a_rule_are_told_and_still_heard():
    spelling = Spelling.from_table({"a": "a"}, {}, "here")
    assert spelling.read("Vašx1") == (["v", "a", "s", "k", "s"], ["v", "š", "x"])


@pytest.mark.parametrize(
    ("stress", "said"),
    [
        ("first", "tˈelefono"),
        ("last", "telefonˈo"),
        ("last but one", "telefˈono"),
        ("none", "telefono"),
        ("written", "telefono"),
    ],
)
def test_stress(stress, said, home):
    text = f'code = "xy"\nname = "Made"\nstress = "{stress}"\n[numbers]\ncode = "pl"\n[sounds]\n'
    letters = "".join(f'{c} = "{c}"\n' for c in "telfon") + '"ó" = "ˈo"\n'
    language = read_language(written(home / "made", text + letters))
    assert "".join(language.symbols("telefono")) == said
    assert "".join(language.symbols("teléfóno")) == "telefˈono", "where it is written it stays"
    assert "".join(language.symbols("ton")) == "ton"


# --- texts -----------------------------------------------------------------------------------------------


def test_a_text_is_read(polish):
    assert sounds("Szara rzeka, np. matematyka.") == [
        "ʂˈara", "ʐˈɛka", "na", "pʂˈɨklad", "matɛmˈatɨka",
    ]  # fmt: skip
    spoken = phonemize("Co? To!", language="pl")
    assert spoken.symbols == ["^", "t͡s", "ɔ", "?", "t", "ɔ", "!"] and spoken.language == "pl"
    assert [word.rule for word in guessed(read("Szara.", "pl")).trace] == ["as written"]


def test_numbers_signs_and_letters(polish):
    words = [word.spoken for word in read("Mam 21% z 3–4, 0,5 i BK.", "pl").trace]
    assert words == ("Mam dwadziescia jeden procent z trzy do cztery zero przecinek piec i be ka".split()), (
        "without the letters that no rule has"
    )
    assert "zˈɛrɔ" in sounds("0"), "the words of numbers are in the lexicon too"
    spelled = read('<speak><say-as interpret-as="characters">bk</say-as></speak>', "pl")
    assert spelled.utterances[0].symbols == ["^", "b", "ɛ", "_", "k", "a", "."]


def test_your_own_lexicon_comes_first(polish):
    assert sounds("matematyka", lexicon=Lexicon({"matematyka": ["m", "a"]})) == ["ma"]


def test_a_word_of_the_lexicon_may_hold_letters_that_no_spelling_has(home):
    add_language(written(home / "polish", lexicon="Żółw\tʐuf\n"))
    assert sounds("żółw, Żółw, ŻÓŁW") == ["ʐuf"] * 3
    assert [word.spoken for word in read("żółty", "pl").trace] == ["żółty"]


def test_numbers_figure_by_figure(home):
    text = FILE.replace('"pl"', '"qaa"').replace("Polish", "Made")
    with pytest.raises(ConfigError, match=r"num2words has no numbers of 'qaa'. Give \[numbers\] digits"):
        add_language(written(home / "made", text))
    digits = '[numbers]\ndigits = "nol un du tri kar pen ses sep ok no"\n'
    add_language(written(home / "made", text + digits))
    words = [word.spoken for word in read("Du 105, -20.", "qaa").trace]
    assert words == "Du un nol pen du nol".split()
    with pytest.raises(ConfigError, match=r"\[numbers\] digits has 2 words. Give ten"):
        read_language(written(home / "few", text + '[numbers]\ndigits = "nol un"\n'))


def test_decimals_with_a_point(home):
    add_language(written(home / "polish", FILE + '[numbers]\ndecimal = "."\n'))
    words = [word.spoken for word in read("1,234 i 0.5", "pl").trace]
    assert " ".join(words) == "tysiąc dwiescie trzydziesci cztery i zero przecinek piec"


def test_sentences_and_abbreviations(polish):
    assert split_sentences("Mam np. psa. To wszystko. A ty?", "pl") == [
        "Mam np. psa.",
        "To wszystko.",
        "A ty?",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# Tytul\n\n```py\nx = 1\n```\n\nKoniec $\\frac{a}{b}$ 😀.",
        '<speak>Do <say-as interpret-as="date">24.12.2024</say-as></speak>',
        "Ala 14:30, 2021-05-04, a@b.pl, www.x.org, #tag, 5 kg, 1/2, x², -5, +48 601 234 567, 10:1",
        "3×4, a/b & c ~5",
        "шапка 帽子 ÉCOLE I.V. ciasto-ser 'cytat' „cytat” (w nawiasie) M&M",
    ],
)
def test_no_text_is_too_odd(text, polish):
    script = read(text, "pl")
    assert all(word.symbols for word in script.trace) and script.language == "pl"


def test_the_language_of_a_text_is_found_once_it_is_there(home):
    text = "Dzień dobry, proszę pana. Gdzie jest najbliższy sklep?"
    before = read(text)
    assert before.language == "en" and "is not spoken here" in before.warnings[0]
    add_language(written(home / "polish"))
    script = read(text)
    assert (script.language, script.text_language.given, script.warnings) == ("pl", False, [])


def test_a_language_in_cyrillic_is_not_taken_for_russian(home):
    letters = dict(zip("абвгдеіклмнопрст", "a b v ɦ d ɛ i k l m n ɔ p r s t".split(), strict=True))
    rows = "".join(f'"{letter}" = "{ipa}"\n' for letter, ipa in letters.items())
    add_language(written(home / "uk", f'code = "uk"\nname = "Ukrainian"\nstress = "none"\n[sounds]\n{rows}'))
    assert {word.language for word in read("Мати варила «добре» сало.", "uk").trace} == {"uk"}


# --- where it is known -----------------------------------------------------------------------------------


def test_it_is_known_by_code_region_and_name(polish):
    assert user_codes() == ["pl"]
    assert [base_language(name) for name in ("pl", "PL", "pl-PL", "pl_PL", "Polish")] == ["pl"] * 5
    assert installed("pl") and is_spoken("pl-PL") and not is_spoken("hu") and is_spoken("en-GB")
    with pytest.raises(ConfigError, match="language 'hu' is not known. .*, cs, pl, or add it"):
        base_language("hu")


def test_a_name_of_no_list_is_shown(home):
    add_language(
        written(
            home / "made",
            FILE.replace('"pl"', '"qab"').replace("Polish", "Qabian") + '[numbers]\ncode = "pl"\n',
        )
    )
    assert find_language("qab") is not None and language_name("qab") == "Qabian"


def test_the_folder_is_looked_at_for_no_language_of_the_package(monkeypatch):
    def never():
        raise AssertionError("the user's folder was looked at")

    monkeypatch.setattr("soundalike.text.user_languages.library", never)
    assert all(base_language(code) == code and is_spoken(code) for code in LANGUAGES)
    assert phonemize("Good evening.").language == "en"


def test_a_change_is_seen(polish, home):
    folder = library() / "pl"
    before = find_language("pl")
    assert find_language("pl") is before, "it is read once"
    written(folder, FILE.replace('a = "a"', 'a = "u"'))
    os.utime(folder / "language.toml", (1, 1))
    assert find_language("pl").digest != before.digest and sounds("ma") == ["mu"]
    assert split_sentences("Mam np. psa.", "pl") == ["Mam np. psa."]


def test_added_twice_and_removed(polish, home):
    with pytest.raises(ConfigError, match="'pl' is there already, in .*--force replaces it"):
        add_language(home / "polish")
    (home / "polish" / "lexicon.tsv").unlink()
    assert not add_language(home / "polish", force=True).lexicon
    assert [file.name for file in (library() / "pl").iterdir()] == ["language.toml"]
    with pytest.raises(ConfigError, match="is where the language is kept already"):
        add_language(library() / "pl", force=True)
    remove_language("pl")
    assert user_codes() == [] and not is_spoken("pl") and list(library().iterdir()) == []
    with pytest.raises(ConfigError, match="there is no language '../pl' of your own. There are: none"):
        remove_language("../pl")


def test_a_model_speaks_it_with_one_warning(polish, monkeypatch):
    monkeypatch.setattr(pipeline, "_warned", set())
    script = read("Co to jest?", "pl")
    with pytest.warns(UserWarning, match="Polish is experimental: how well it is spoken was not measured"):
        pipeline.warn_of_experimental(script, model_store.languages())
    pipeline.warn_of_experimental(script, model_store.languages())
    monkeypatch.setattr(pipeline, "_warned", set())
    pipeline.warn_of_experimental(script, {"pl": LanguageStatus("pl", 0.05)})


def test_what_a_model_measured_of_it_is_told(tmp_path):
    said = json.loads((model_store.BUILT_IN / "model.json").read_text(encoding="utf-8"))
    said["languages"]["pl"] = {"word_error": 0.2, "hours": 1.5}
    (tmp_path / "model.json").write_text(json.dumps(said), encoding="utf-8")
    assert model_store.languages(tmp_path)["pl"] == LanguageStatus("pl", 0.2, None, 1.5)


# --- faults ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('code = "pl"', 'code = "polish"', "code = 'polish' is no code of a language. Give that of ISO 639"),
        ('code = "pl"', 'code = "de"', "code = 'de' is a language of the package"),
        ('name = "Polish"', 'name = ""', "name is empty"),
        ('name = "Polish"', "", "name"),
        ("last but one", "second", "'stress' = 'second' cannot be used: .*'last but one'"),
        ("stress", "stres", "unknown key 'stres'. Did you mean 'stress'"),
        ('sz = "ʂ"', 'sz = "☺"', r"\[sounds\] 'sz': '☺' .* stands for no sound. The alphabet holds"),
        ('sz = "ʂ"', 'sz = "ˈ"', r"\[sounds\] 'sz' = 'ˈ' holds no sound"),
        ('sz = "ʂ"', '"s z" = "ʂ"', r"\[sounds\] 's z' is no spelling. Write letters"),
        ('"b$"', '"$b"', r"\[sounds\] '\$b' is no spelling"),
        ('"ą{lip}"', '"ą{lips}"', r"\[classes\] has no letters of the name 'lips'. It has {vowel}, {lip}"),
        ('"%"', '"%%"', r"\[signs\] '%%' is not one character"),
        ('sz = "ʂ"', 'sz = "ʂ"\nsz = "s"', "not valid TOML"),
    ],
)  # fmt: skip
def test_a_fault_names_the_file_and_the_field(old, new, message, home):
    assert old in FILE
    folder = written(home / "polish", FILE.replace(old, new, 1))
    with pytest.raises(ConfigError, match=f"language.toml.*{message}"):
        add_language(folder)
    assert user_codes() == []


def test_faults_of_other_files(home):
    with pytest.raises(ConfigError, match="none/language.toml: there is no such file"):
        add_language(home / "none")
    with pytest.raises(ConfigError, match=r"lexicon.tsv, line 2: '☺' .* stands for no sound"):
        add_language(written(home / "polish", lexicon="pies\tpjɛs\nkot\t☺\n"))
    with pytest.raises(ConfigError, match="lexicon.tsv: 'dzień dobry' is more than one word"):
        add_language(written(home / "polish", lexicon="dzień dobry\tdɔbrɨ\n"))
    consonants = 'code = "pl"\nname = "Polish"\n[sounds]\nb = "b"\n'
    with pytest.raises(ConfigError, match=r"\[sounds\] has no vowel"):
        add_language(written(home / "mute", consonants))
    with pytest.raises(ConfigError, match=r"decimal = ';'. Give ',' or '.'"):
        add_language(written(home / "mute", FILE + '[numbers]\ndecimal = ";"\n'))


def test_every_letter_of_a_word_list_has_a_spelling(home):
    folder = written(home / "polish", lexicon="quasi\tkfazi\n")
    words = home / "words.txt"
    words.write_text("Kot, quasi 12 — tak!\n", encoding="utf-8")
    assert add_language(folder, words).code == "pl"
    words.write_text("Książka ma łąkę.\n", encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"no spelling of these letters of .*words.txt: ż \(Książka\), ł \(łąkę\), ę"
    ):
        add_language(folder, words, force=True)
    with pytest.raises(ConfigError, match="none.txt: cannot be read"):
        add_language(folder, home / "none.txt", force=True)


def test_a_spoiled_language_is_told_where_it_is_asked_for(polish, capsys):
    written(library() / "pl", "code = ")
    os.utime(library() / "pl" / "language.toml", (2, 2))
    with pytest.raises(ConfigError, match="language.toml: not valid TOML"):
        phonemize("Co?", language="pl")
    assert not is_spoken("hu"), "others are not hindered"
    assert main(["languages", "list"]) == 0
    assert "not valid TOML" in capsys.readouterr().out


def test_nothing_to_say(polish):
    with pytest.raises(TextError, match="nothing that can be spoken"):
        phonemize("...", language="pl")


# --- the command line ------------------------------------------------------------------------------------


def test_the_verbs(home, capsys):
    folder = written(home / "polish", lexicon="pies\tpjɛs\n")
    assert main(["languages", "list"]) == 0
    shown = capsys.readouterr().out
    assert "en   English" in shown and "no languages of your own yet in" in shown
    assert main(["languages", "add", str(folder)]) == 0
    assert capsys.readouterr().out.startswith(
        "pl: Polish, 32 spellings, 1 words in the lexicon, stress: last"
    )
    assert main(["languages", "add", str(folder)]) == 2
    assert main(["languages", "list", "--json"]) == 0
    last = json.loads(capsys.readouterr().out)[-1]
    assert last == {"code": "pl", "name": "Polish", "folder": str(library() / "pl"), "fault": None}
    assert main(["explain", "Co to?", "--language", "pl"]) == 0
    assert "Polish: experimental, not measured" in capsys.readouterr().out
    assert main(["explain", "Co to?", "--language", "pl", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["language_status"]["level"] == "experimental"
    assert main(["languages", "remove", "pl"]) == 0 and user_codes() == []
