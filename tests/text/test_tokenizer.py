"""Words and marks of normalised text."""

import pytest

from soundalike.text.alphabet import COMMA, EXCLAMATION, QUESTION, STOP
from soundalike.text.tokenizer import sentences

KNOWN = {"don't", "'tis", "x-ray", "mr.", "straße", "well", "he"}


def pieces(plain, language="en"):
    found = sentences(plain, language, lambda word: word in KNOWN)
    return [[piece.mark or piece.text for piece in sentence] for sentence in found]


@pytest.mark.parametrize(
    "plain, language, expected",
    [
        ("well, he said.", "en", [["well", COMMA, "he", "said", STOP]]),
        ("well? he said!", "en", [["well", QUESTION], ["he", "said", EXCLAMATION]]),
        ("no?! well...", "en", [["no", QUESTION], ["well", COMMA]]),
        ("no...", "cs", [["no", STOP]]),
        ("don't 'quote' 'tis rock 'n' roll", "en", [["don't", "quote", "'tis", "rock", "n", "roll"]]),
        ("twenty-one x-ray co-op's", "en", [["twenty", "one", "x-ray", "co", "op's"]]),
        ("mr. smith.", "en", [["mr.", "smith", STOP]]),
        ("l'amico d’oro", "it", [["l'amico", "d'oro"]]),
        ("straße Straße.", "de", [["straße", "Strasse", STOP]]),
        ("a - b , c", "ru", [["a", "b", COMMA, "c"]]),
        ("", "en", []),
        ("...", "en", [[COMMA]]),
    ],
)
def test_words_and_marks(plain, language, expected):
    assert pieces(plain, language) == expected


def test_letters_are_called_by_their_names():
    (sentence,) = sentences("the USA and U.K. plan B.", "en", lambda word: False)
    letters = [piece.text for piece in sentence if piece.is_letter]
    assert letters == ["U", "S", "A", "U", "K", "B"]
    assert [piece.text for piece in sentence if not piece.is_letter] == ["the", "and", "plan"]
