"""French consonants that are said before a vowel alone."""

import pytest

from soundalike.text.phonemes import installed, phonemize

pytestmark = pytest.mark.skipif(not installed("fr"), reason="gruut's lexicon of French is not installed")


def said(plain):
    """The sounds of the words of a sentence, each word's together."""
    spoken = phonemize(plain, language="fr")
    return [
        "".join(symbol for symbol, word in zip(spoken.symbols, spoken.word_of) if word == number).rstrip(
            "_,."
        )
        for number in range(len(spoken.words))
    ]


@pytest.mark.parametrize(
    "plain, first",
    [
        ("Les amis.", "lez"),
        ("Les garçons.", "le"),
        ("Un ami.", "ɛ̃n"),
        ("Un garçon.", "ɛ̃"),
        ("Très utile.", "tʁɛz"),
        ("Et elle.", "e"),  # never
        ("Les haricots.", "le"),  # an h that keeps them apart
        ("Les, amis.", "le"),  # a pause does, too
    ],
)
def test_liaisons(plain, first):
    assert said(plain)[0].replace("ˈ", "") == first


def test_no_sentence_depends_on_what_was_said_before():
    before = said("Les garçons.")
    said("Les amis sont arrivés.")
    assert said("Les garçons.") == before
