"""Consent: given by reading a sentence, signed, bound to the voice; forged, expired and moved ones are
refused with the reason.
"""

from __future__ import annotations

import copy
import os
from datetime import date, timedelta

import numpy as np
import pytest
from conftest import REFERENCE, sentences

from soundalike import Audio, Voice
from soundalike.audio.speech import join
from soundalike.cli.main import main
from soundalike.inference import voice_library
from soundalike.provenance import consent

pytest.importorskip("cryptography", reason="pip install 'soundalike[consent]'")
DAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("SOUNDALIKE_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "voices"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795219200")  # DAY


@pytest.fixture(scope="module")
def people(cloner):
    """Anna's and Ben's clips: (path, text, voice) of two each."""
    return [(path, text, cloner.listen(path)) for path, text in sentences()]


def agreed(voice):
    return consent.grant(voice, consent.ReadingCheck(-0.5, 0.9), "I agree.", "personal", 30, DAY)


def test_the_sentence_holds_the_day_and_is_another_each_time():
    drawn = {consent.sentence(DAY) for _ in range(20)}
    assert len(drawn) > 15 and all("November 21, 2026" in text for text in drawn)


def test_a_reading_by_the_same_speaker_is_taken_another_speaker_or_sentence_is_not(cloner, people):
    (anna_1, text_1, anna), (anna_2, text_2, _), (ben_1, text_3, ben), _ = people
    heard = consent.check_reading(cloner, anna, anna_2, text_2)
    assert heard.likeness > consent.LEAST_LIKENESS and heard.words > consent.LEAST_WORDS
    with pytest.raises(consent.ConsentError, match="another person"):
        consent.check_reading(cloner, anna, ben_1, text_3)
    with pytest.raises(consent.ConsentError, match="other words"):
        consent.check_reading(cloner, anna, anna_2, text_1)


def test_a_clone_cannot_consent(cloner, people):
    _, text, anna = people[0]
    read = join(list(cloner.speak(text, anna, quality="fast")))
    with pytest.raises(consent.ConsentError, match="synthesised"):
        consent.check_reading(cloner, anna, read, text)


def test_a_record_holds_until_it_ends(people):
    voice = agreed(people[0][2])
    assert (
        consent.check(voice, DAY)["scope"] == "personal" == consent.check(voice, DAY + timedelta(30))["scope"]
    )
    assert "personal" in consent.describe(voice, DAY)
    with pytest.raises(consent.ConsentError, match="ended on 2026-12-21"):
        consent.check(voice, DAY + timedelta(31))
    with pytest.raises(consent.ConsentError, match="not yet"):
        consent.check(voice, DAY - timedelta(2))
    with pytest.raises(consent.ConsentError, match="nobody has consented"):
        consent.check(people[0][2], DAY)


def test_forged_moved_and_foreign_records_are_refused(people, tmp_path, monkeypatch):
    voice = agreed(people[0][2])
    other = people[2][2]
    for field, value in (
        ("expires", "2036-01-01"),
        ("scope", "commercial"),
        ("likeness", 1.0),
        ("tensors", consent.digests(other)),
    ):
        forged = copy.deepcopy(voice.facts)
        forged["consent"][field] = value
        with pytest.raises(consent.ConsentError, match="forged"):
            consent.check(Voice(voice.tensors, forged), DAY)
    with pytest.raises(consent.ConsentError, match="another voice"):
        consent.check(Voice(other.tensors, {**other.facts, "consent": voice.facts["consent"]}), DAY)
    with pytest.raises(consent.ConsentError, match="another voice"):
        consent.check(
            Voice(
                {
                    **voice.tensors,
                    "prompt": other.tensors["prompt"],
                    "prompt_pitch": other.tensors["prompt_pitch"],
                },
                voice.facts,
            ),
            DAY,
        )
    for broken in (
        {"signature": "x"},
        {**voice.facts["consent"], "key": "?"},
        {**voice.facts["consent"], "expires": 3},
        [],
    ):
        with pytest.raises(consent.ConsentError):
            consent.check(Voice(voice.tensors, {**voice.facts, "consent": broken}), DAY)
    own = consent.public_key()
    monkeypatch.setenv("SOUNDALIKE_KEYS", str(tmp_path / "elsewhere"))
    with pytest.raises(consent.ConsentError, match="not trusted"):
        consent.check(voice, DAY)
    assert consent.check(voice, DAY, {own})
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / consent.TRUSTED).write_text(f"# friends\n{own}  # anna's laptop\n")
    assert consent.check(voice, DAY)


def test_a_record_survives_the_file_with_or_without_its_clip(people, tmp_path):
    voice = agreed(people[0][2])
    for source in (True, False):
        voice.save(tmp_path / "a.voice", source)
        assert consent.check(Voice.load(tmp_path / "a.voice"), DAY)


def test_the_key_is_the_users_alone_and_stays(tmp_path):
    first = consent.public_key()
    path = tmp_path / "keys" / consent.KEY
    assert first == consent.public_key() and (os.name == "nt" or path.stat().st_mode & 0o777 == 0o600)
    path.write_text("nonsense")
    with pytest.raises(consent.ConsentError, match="not a key"):
        consent.public_key()


def test_a_blend_is_consented_to_when_both_parents_are(cloner, people):
    first = agreed(people[0][2])
    second = agreed(people[2][2])
    blend = consent.grant_blend(voice_library.blend(cloner, first, second, 0.5), (first, second), DAY)
    assert consent.check(blend, DAY)["scope"] == "personal"
    with pytest.raises(consent.ConsentError, match="nobody"):
        consent.grant_blend(voice_library.blend(cloner, first, people[2][2], 0.5), (first, people[2][2]), DAY)
    moved = copy.deepcopy(blend.facts)
    moved["consent"]["of"][0]["scope"] = "commercial"
    with pytest.raises(consent.ConsentError, match="forged"):
        consent.check(Voice(blend.tensors, moved), DAY)


def test_enroll(people, monkeypatch, capsys, tmp_path):
    (_, _, anna), (anna_2, text_2, _), (ben_1, _, _), _ = people
    voice_library.put("Anna", anna)
    before = voice_library.path_of("anna").read_bytes()
    assert main(["enroll", "anna", "--reading", str(anna_2)]) == 2
    assert "no sentence was asked for" in capsys.readouterr().err
    monkeypatch.setattr(consent, "sentence", lambda day=None: text_2)
    assert main(["enroll", "anna"]) == 0
    assert text_2 in capsys.readouterr().out
    assert (
        main(["enroll", "anna", "--reading", str(ben_1)])
        == 2
        == main(["enroll", "anna", "--reading", str(anna_2), "--days", "0"])
    )
    said = capsys.readouterr().err
    assert "heard" in said and "--days 0" in said
    assert main(["enroll", "anna", "--reading", str(tmp_path / "absent.wav")]) == 2
    assert voice_library.path_of("anna").read_bytes() == before, "nothing is overwritten by what is refused"
    assert main(["enroll", "anna", "--reading", str(anna_2), "--scope", "research"]) == 0
    assert (
        consent.check(voice_library.get("anna"))["scope"] == "research"
        and voice_library.get("anna").facts["name"] == "Anna"
    )
    assert main(["voices", "show", "anna"]) == 0
    assert "consent: for research, until 2027-11-21" in capsys.readouterr().out
    assert main(["enroll", "anna", "--reading", str(anna_2)]) == 2, "a reading counts once"
    assert main(["enroll", str(REFERENCE)]) == 2


def test_enroll_makes_the_voice_of_recordings(people, monkeypatch, capsys, tmp_path):
    (anna_1, _, _), (anna_2, text_2, _), (ben_1, _, _), _ = people
    both = [str(anna_1), str(anna_2)]
    monkeypatch.setattr(consent, "sentence", lambda day=None: text_2)
    assert main(["enroll", "anna", *both, "--reading", str(anna_2)]) == 2
    assert "--reading FILE" in capsys.readouterr().err and not voice_library.has("anna")
    assert main(["enroll", "anna", both[0], "--reference", both[1]]) == 0
    shown = capsys.readouterr().out
    assert "anna: made of 2 recordings" in shown and text_2 in shown
    assert len(voice_library.get("anna").facts["clips"]) == 2
    assert main(["enroll", "anna", *both]) == 2 and "--force" in capsys.readouterr().err
    assert main(["enroll", "ben", str(ben_1), "anna"]) == 2
    assert "cannot be joined" in capsys.readouterr().err and not voice_library.has("ben")
    assert main(["enroll", "ben", "anna"]) == 2 and "a kept voice" in capsys.readouterr().err
    assert main(["enroll", "anna", "--reading", str(anna_2)]) == 0
    agreed_to = voice_library.get("anna")
    assert consent.check(agreed_to)["scope"] == "personal" and len(agreed_to.facts["clips"]) == 2
    file = tmp_path / "anna.voice"
    assert main(["enroll", str(file), *both]) == 0 and len(Voice.load(file).facts["clips"]) == 2
    assert main(["enroll", str(file), both[0]]) == 2 and "is there already" in capsys.readouterr().err
    assert main(["enroll", str(file), both[0], "--force"]) == 0
    assert "clips" not in Voice.load(file).facts


def test_silence_is_no_reading(cloner, people):
    with pytest.raises(Exception, match="words|silent|too short"):
        consent.check_reading(
            cloner, people[0][2], Audio(np.zeros(24000 * 5, np.float32), 24000), people[0][1]
        )


def test_a_server_may_ask_for_consent(people, running):
    import httpx

    server = running(require_consent=True)
    voice = people[0][2]
    server.services.store.put("Anna", agreed(voice), False)
    server.services.store.put("Ben", voice, False)
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=900) as http:
        said = {
            name: http.post("/v1/audio/speech", json={"voice": name, "input": "Good evening."})
            for name in ("Anna", "Ben")
        }
        assert said["Anna"].status_code == 200
        assert (
            said["Ben"].status_code == 403
            and "nobody has consented" in said["Ben"].json()["error"]["message"]
        )
        with REFERENCE.open("rb") as file:
            answer = http.post("/voice-cloning", files={"audio": file}, data={"text": "Good evening."})
        assert answer.status_code == 403 and answer.json()["error"]["code"] == "consent_missing"
