"""Names of products in English, and seconds that are written like them."""

from __future__ import annotations

import re

import pytest

from soundalike.text.normalise import normalise

ROWS = {
    "I bought an iPhone 12s.": "i bought an iphone twelve s",
    "the iPhone 12s Pro": "the iphone twelve s pro",
    "the 12s battery": "the twelve s battery",
    "The 6s has a headphone jack.": "the six s has a headphone jack",
    "Xiaomi 12s Ultra, OnePlus 6t, Redmi Note 11s": "xiaomi twelve s ultra oneplus six t redmi note eleven s",
    "The iPhone is out; my 5s died.": "the iphone is out my five s died",
    "It took 12s to load.": "it took twelve seconds to load",
    "The iPhone waits for a 12s interval.": "the iphone waits for a twelve second interval",
    "after 5s, a 10s delay": "after five seconds a ten second delay",
    "McLaren 12s ahead": "mclaren twelve seconds ahead",
    "Wait 30s.": "wait thirty seconds",
    "a 30s delay": "a thirty second delay",
    "every 30s, for 20s and within 60s": "every thirty seconds for twenty seconds and within sixty seconds",
    "every 80s song of the 80s": "every eighties song of the eighties",
    "He is in his 50s.": "he is in his fifties",
    "then 30s more, in her 30s later": "then thirty seconds more in her thirties later",
    "two 9s, a pair of 10s": "two nines a pair of tens",
    "count by 2s; the 6s are gone": "count by twos the sixes are gone",
    "the 10s timer, all the 5s delays": "the ten seconds timer all the five seconds delays",
    "a string of 0s and 1s": "a string of zeros and ones",
    "wait 5s, then 10s": "wait five seconds then ten seconds",
    "RTX 4090 and RX 6800": "r t x forty ninety and r x sixty eight hundred",
    "4K, 5G, S24 and M1": "four k five g s twenty four and m one",
}


@pytest.mark.parametrize("text", ROWS)
def test_models_are_told_from_seconds(text):
    assert " ".join(re.findall(r"\w+", normalise(text, "en").lower())) == ROWS[text]
