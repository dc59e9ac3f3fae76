"""Emotions marked in texts: [happy] in plain ones, <mstts:express-as> in SSML."""

from __future__ import annotations

import pytest

from soundalike.core.emotions import Emotion
from soundalike.core.errors import TextError
from soundalike.core.text_options import TextOptions
from soundalike.text import in_halves, open_text, read

HAPPY = Emotion("happy")
XMLNS = 'xmlns:mstts="http://www.w3.org/2001/mstts"'


def felt(text: str, **more) -> list[list]:
    return [utterance.emotion for utterance in read(text, "en", **more).utterances]


@pytest.mark.parametrize(
    "text, emotions",
    [
        ("[happy] Good day.", [[HAPPY, HAPPY]]),
        ("Good [happy] day.", [[None, HAPPY]]),
        ("[happy] Good [/happy] day.", [[HAPPY, None]]),
        ("[happy] Good [/emotion] day.", [[HAPPY, None]]),
        ("[Happy] Yes. [very sad] No.", [[HAPPY], [Emotion("sad", 1.5)]]),
        ("[slightly angry] Yes. [neutral] No.", [[Emotion("angry", 0.5)], [Emotion("neutral")]]),
        ("[fearful: 1.2] Yes.\n\nNo.", [[Emotion("fear", 1.2)], [Emotion("fear", 1.2)]]),
        ("# Title\n\n- [happy] one\n- two", [[], [HAPPY], [HAPPY]]),
        ("No mark here.", [[]]),
    ],
)
def test_marks_hold_until_the_next(text, emotions):
    assert felt(text) == emotions
    assert read(text, "en").warnings == []


def test_words_of_the_sentence_are_no_marks():
    script = read("I was [happy] to see [angry](http://a.b) men.", "en")
    assert not any(utterance.emotion for utterance in script.utterances)
    assert "happy" in [word.lower() for word in script.utterances[0].words]
    plain = read("[happy] Yes.", "en", options=TextOptions("plain"))
    assert not any(utterance.emotion for utterance in plain.utterances)


@pytest.mark.parametrize(
    "text, words, marks",
    [
        ("[excitedd] You are here.", "You are here", "[excitedd]"),
        ("Good day. [very hapyy] And [Hapyy] so on.", "Good day And so on", "[very hapyy], [Hapyy]"),
        ("[disgusted] Eat it yourself.", "Eat it yourself", "[disgusted]"),
        ("[emotion: xyz] Good day. [emotion: xyz] So.", "Good day So", "[emotion: xyz]"),
        ('<mstts:express-as style="xyz">Hi there.</mstts:express-as>', "Hi there", "mstts:express-as style"),
        ('<p>Hi <amazon:emotion name="xyz">you</amazon:emotion>.</p>', "Hi you", "amazon:emotion name"),
    ],
)
def test_marks_of_no_emotion_are_left_out_and_named_once(text, words, marks):
    script = read(text, "en")
    assert " ".join(word for one in script.utterances for word in one.words) == words
    assert not any(utterance.emotion for utterance in script.utterances)
    assert len(script.warnings) == 1 and marks in script.warnings[0]
    assert script.warnings[0].endswith("Known: neutral, happy, sad, angry, surprised, fear")


@pytest.mark.parametrize(
    "text",
    [
        "See [Smith] there.",
        "[danger] Keep out.",
        "It was a [hopeful] sign.",
        "The [excitedd] man.",
        "[sic] So.",
    ],
)
def test_other_words_in_brackets_are_read(text):
    script = read(text, "en")
    spoken = [word for one in script.utterances for word in one.words]
    assert spoken == "".join(sign for sign in text if sign not in "[].").split() and not script.warnings


def test_the_tag_of_ssml_and_named_marks_count_in_a_plain_text():
    assert felt('Hi <mstts:express-as style="cheerful" styledegree="0.5">you</mstts:express-as> two.') == [
        [None, Emotion("happy", 0.5), None]
    ]
    assert felt('[sad] Hi <express-as style="xyz">you</express-as> two.') == [[Emotion("sad")] * 3]
    assert felt("[emotion: very happy] Good day.") == [[Emotion("happy", 1.5)] * 2]


def test_a_style_that_is_not_known_is_named_once():
    one = '<mstts:express-as style="xyz">Hi.</mstts:express-as>'
    script = read(f"<speak {XMLNS}>{one} {one}</speak>")
    assert len(script.warnings) == 1 and "style 'xyz' is not known" in script.warnings[0]


def test_an_intensity_out_of_range_is_brought_into_it():
    script = read("Yes. [sad 3] No.", "en")
    assert script.utterances[1].emotion == [Emotion("sad", 1.5)]
    assert "line 1, column 6: intensity of 3 is out of range (0 to 1.5)" in script.warnings[0]


def test_an_emotion_goes_on_in_the_next_part_of_a_text():
    first = open_text("[happy] Yes.", "en")
    assert first.emotion == HAPPY
    second = open_text("No. [/happy] So.", "en", emotion=first.emotion)
    assert second.emotion is None
    assert [item.style.emotion for item in second.items if hasattr(item, "style")] == [HAPPY, None]


def test_ssml_has_styles():
    script = read(
        f'<speak {XMLNS}>Hi. <mstts:express-as style="cheerful" styledegree="0.5">Good '
        '<prosody rate="fast">day</prosody>.</mstts:express-as> Bye.</speak>'
    )
    assert [one.emotion for one in script.utterances] == [[], [Emotion("happy", 0.5)] * 2, []]
    assert script.utterances[1].rate == [1.0, 1.25] and not script.warnings


@pytest.mark.parametrize(
    "attributes, warning",
    [
        ('style="whispering"', "style 'whispering' is not known"),
        ('style="sad" styledegree="2"', "styledegree of 2 is out of range (0 to 1.5); 1.5 is taken"),
        ('style="sad" styledegree="much"', "styledegree 'much' is not known; write a number"),
        ('style="sad" role="Girl"', "the attribute role of <express-as> is not supported"),
    ],
)
def test_ssml_that_is_not_understood_is_named(attributes, warning):
    script = read(f"<speak {XMLNS}><mstts:express-as {attributes}>Good day.</mstts:express-as></speak>")
    assert (
        len(script.warnings) == 1 and warning in script.warnings[0] and "line 1, column" in script.warnings[0]
    )


def test_a_prefix_that_is_not_declared_says_how():
    with pytest.raises(TextError, match="Declare it in <speak>, such as xmlns:mstts="):
        read('<speak><mstts:express-as style="sad">Hi.</mstts:express-as></speak>')


def test_halves_of_a_sentence_keep_their_emotions():
    (whole,) = read("[sad] One two three four, [happy] five six seven eight.", "en").utterances
    assert [half.emotion for half in in_halves(whole)] == [[Emotion("sad")] * 4, [HAPPY] * 4]
