"""How long a text will take is known before it is spoken."""

from __future__ import annotations

import pytest

from soundalike.audio.speech import join
from soundalike.inference.speech_length import most_seconds, predicted_seconds
from soundalike.text import read

TEXTS = {
    "prose": "She sold spoons to the shopkeeper, who was never satisfied. He sighed. Would he come back?",
    "digits": "1234567890 " * 3,
    "capitals": "The BBC and CNN, $3.50, 25 % off.",
    "an address": "Write to anna.berg@example.org by 5 p.m.",
    "signs": "± € % ° § + = # @ x",
    "two words": "Good evening.",
}


@pytest.mark.parametrize("case", TEXTS)
def test_predictions_are_near_and_the_most_is_above(cloner, voice, case):
    script = read(TEXTS[case])
    made = join(list(cloner.speak(script, voice, quality_check=False))).seconds
    assert 0.7 * made < predicted_seconds(script) < 1.4 * made
    assert most_seconds(TEXTS[case]) > made
    assert predicted_seconds(script, 2.0) < 0.7 * predicted_seconds(script)


def test_pauses_and_rates_that_are_asked_for_count():
    plain = predicted_seconds(read("Yes. No."))
    assert predicted_seconds(read("Yes. [pause 9s] No.")) == pytest.approx(plain + 9, abs=0.5)
    slow = read('<speak><prosody rate="50%">A long and slow sentence.</prosody></speak>')
    assert predicted_seconds(slow) > 1.6 * predicted_seconds(read("A long and slow sentence."))


@pytest.mark.parametrize("text", ["Yes. [pause 30s] No.", "<speak>Yes.</speak>", "x &lt; y"])
def test_markup_must_be_read_first(text):
    assert most_seconds(text) is None


def test_as_much_prose_as_one_request_takes_needs_no_reading():
    text = "Nobody in the village remembered when the bell had last been rung, or why. " * 60
    assert most_seconds(text[:4096]) < 600


def test_a_pause_lasts_as_long_as_is_asked_for(cloner, voice):
    plain = join(list(cloner.speak("Yes. No.", voice, quality="fast"))).seconds
    long = join(list(cloner.speak(read("Yes. [pause 45s] No."), voice, quality="fast"))).seconds
    assert long == pytest.approx(plain + 45, abs=0.5)
    both = read("Yes. [pause 45s][pause 45s] No.")
    assert sum(seconds for one in both.utterances for seconds in one.pauses.values()) == 60
