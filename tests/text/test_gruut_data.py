"""gruut's lexicon, tagger and guesser, against what gruut 2.4 itself says."""

import pytest

from soundalike.text.gruut_data import LETTER, GruutData, data_folder


@pytest.fixture(scope="module")
def english():
    return GruutData("en")


def test_words_in_their_roles(english):
    assert english.looked_up("Hello") == ["h", "ɛ", "l", "ˈoʊ"]
    assert english.looked_up("a") != english.looked_up("a", LETTER) == ["ˈeɪ"]
    assert english.looked_up("read", "gruut:VBD") == ["ɹ", "ˈɛ", "d"]
    assert english.looked_up("read", "gruut:VB") == ["ɹ", "ˈi", "d"]
    assert english.looked_up("qzxqzx") == []


def test_a_word_that_is_written_otherwise(english):
    assert not english.holds("HELLO") and english.holds("hello")
    assert english.looked_up("hel-lo") == english.looked_up("hello")


def test_what_is_looked_up_can_be_changed_without_harm(english):
    english.looked_up("hello").append("z")
    assert english.looked_up("hello")[-1] == "ˈoʊ"


def test_parts_of_speech(english):
    assert english.parts_of_speech("I have read the old book".split()) == [
        "PRP", "VBP", "VBN", "DT", "JJ", "NN",
    ]  # fmt: skip
    assert english.parts_of_speech([]) == []


@pytest.mark.parametrize(
    "language, word, sounds",
    [
        ("en", "Soundalike", "s ˈaʊ n d ə l ɪ k"),
        ("en", "Zürich", "z ˈɪ ɹ ɪ k"),
        ("fr", "chantonnerions", "ʃ ɑ̃ t ɔ n ə ʁ j ɔ̃"),
        ("ru", "зыбкость", "z ɨː b k o s tʲ"),
    ],
)
def test_words_that_are_guessed(language, word, sounds):
    if data_folder(language) is None:
        pytest.skip(f"gruut's data of {language} are not installed")
    assert GruutData(language).guessed(word) == sounds.split()


def test_a_language_that_is_not_there():
    assert data_folder("xx") is None
    with pytest.raises(FileNotFoundError, match="gruut_lang_xx"):
        GruutData("xx")
