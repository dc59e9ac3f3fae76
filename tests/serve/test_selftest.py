"""The server's test of itself: 64 requests in 8 voices at once, no two alike, each checked by who speaks and
what is said.
"""

from __future__ import annotations

import pytest

pytest.importorskip("fastapi", reason="needs soundalike[serve]")


def test_selftest():
    from soundalike.serve.selftest import selftest
    from soundalike.serve.settings import Settings

    # This process has the memory of all the tests before
    result = selftest(Settings(workers=2, memory=0))
    assert result.passed, str(result)
    assert result.requests == 64 and result.voices == 8


def test_the_selftest_notices_another_speaker_and_other_words(cloner):
    from soundalike.audio.speech import join
    from soundalike.core.vectors import cosine
    from soundalike.serve.selftest import WORDS_SCORE, references, score

    first, last = (cloner.listen(reference) for reference in references(cloner)[::7])
    audio = join(list(cloner.speak("The baker counted the apples.", first, quality="fast")))
    heard = cloner.speaker_encoder.embed([audio])[0]
    right, wrong = (cosine(heard, voice.identity) for voice in (first, last))
    assert right > wrong + 0.2
    said = score(cloner, audio, "The baker counted the apples.")
    assert said > WORDS_SCORE > score(cloner, audio, "His brother found the silver key.")
