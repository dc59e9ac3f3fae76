"""Manner of speaking: pace, pitch, volume, pauses, lengths to fit; and when each word is said."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import torch
from conftest import HERE, REFERENCE

from soundalike import Audio
from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import pitch
from soundalike.audio.speech import Speech, join
from soundalike.cli.main import main
from soundalike.core.errors import ConfigError
from soundalike.core.types import Timestamp
from soundalike.inference.postprocess import deliver, without_rumble
from soundalike.inference.timestamps import lines, render
from soundalike.models.common.mel_synthesis import timestamps_of
from soundalike.nn.length_regulator import fitted
from soundalike.text import read

TEXT = "The harbor was quiet, and the boats lay still. Nobody spoke for 15 minutes."


def say(cloner, voice, text, fit=None, **options) -> Audio:
    return join(list(cloner.speak(read(text), voice, cloner.Options(**options), fit=fit, quality="fast")))


def words(audio) -> list[Timestamp]:
    return [timestamp for timestamp in audio.timestamps if timestamp.kind == "word"]


def median_pitch(audio) -> float:
    hertz = pitch(audio.samples, MelSpec())
    return float(np.median(hertz[hertz > 0]))


def level(audio, timestamp) -> float:
    piece = audio.samples[int(timestamp.start * audio.rate) : int(timestamp.stop * audio.rate)]
    return 10 * np.log10(float((piece**2).mean()))


def test_every_word_has_its_time(cloner, voice):
    audio = say(cloner, voice, TEXT)
    found = words(audio)
    assert [timestamp.text for timestamp in found] == re.findall(r"\w+", TEXT), "as written, numbers too"
    assert [TEXT[slice(*timestamp.span)] for timestamp in found] == [timestamp.text for timestamp in found]
    assert all(a.stop <= b.start + 1e-6 for a, b in zip(found, found[1:])) and found[-1].stop <= audio.seconds
    assert [timestamp.after for timestamp in found if timestamp.after] == [",", ".", "."]
    sounds = [timestamp for timestamp in audio.timestamps if timestamp.kind == "phoneme"]
    assert all(any(w.start - 1e-6 <= s.start and s.stop <= w.stop + 1e-6 for w in found) for s in sounds)


def test_a_length_is_fitted_to_twenty_milliseconds(cloner, voice):
    natural = say(cloner, voice, TEXT).seconds
    for share in (0.75, 1.0, 1.3):
        assert say(cloner, voice, TEXT, fit=natural * share).seconds == pytest.approx(
            natural * share, abs=0.02
        )
    with pytest.warns(UserWarning, match="times its natural rate"):
        say(cloner, voice, TEXT, fit=natural * 2)
    with pytest.raises(ConfigError, match="too short; the text takes"):
        say(cloner, voice, TEXT, fit=0.2)


def test_durations_sum_to_what_is_asked():
    exact = torch.tensor([0.0, 3.3, 7.9, 0.4, 12.2])
    least = torch.tensor([0.0, 2.0, 2.0, 0.0, 2.0])
    for frames in (6, 7, 24, 100, 1001):
        durations = fitted(exact, least, frames)
        assert int(durations.sum()) == frames and bool((durations >= least).all())
    assert int(fitted(exact, least, 1).sum()) == 6, "never shorter than the least"


def test_pitch_and_pace_are_apart(cloner, voice):
    plain = say(cloner, voice, TEXT)
    high = say(cloner, voice, TEXT, pitch=4.0)
    slow = say(cloner, voice, TEXT, speed=0.7)
    assert high.seconds == plain.seconds
    assert 12 * np.log2(median_pitch(high) / median_pitch(plain)) == pytest.approx(4.0, abs=1.0)
    assert slow.seconds > 1.25 * plain.seconds
    assert 12 * np.log2(median_pitch(slow) / median_pitch(plain)) == pytest.approx(0.0, abs=1.0)


def test_markup_is_heard(cloner, voice):
    text = (
        '<speak>One <prosody volume="-12dB">two</prosody> three <mark name="here"/> four. '
        'Five <break time="700ms"/> six.</speak>'
    )
    plain = say(cloner, voice, "One two three four. Five six.")
    marked = say(cloner, voice, text)
    softer = [level(audio, words(audio)[1]) - level(audio, words(audio)[0]) for audio in (plain, marked)]
    assert softer[1] - softer[0] == pytest.approx(-12.0, abs=2.5)
    assert [timestamp.text for timestamp in marked.timestamps if timestamp.kind == "mark"] == ["here"]
    mark = next(timestamp for timestamp in marked.timestamps if timestamp.kind == "mark")
    four = words(marked)[3]
    assert mark.start == pytest.approx(four.start)
    gap = words(marked)[5].start - words(marked)[4].stop
    assert gap >= 0.7
    middle = (words(marked)[4].stop + words(marked)[5].start) / 2
    quiet = marked.samples[int((middle - 0.3) * 24000) : int((middle + 0.3) * 24000)]
    assert np.abs(quiet).max() == 0.0
    slow = say(cloner, voice, '<speak><prosody rate="50%">One two three four.</prosody></speak>')
    assert slow.seconds > 1.6 * say(cloner, voice, "One two three four.").seconds


def test_what_is_spoken_has_one_loudness(cloner, voice):
    text = TEXT + " Well, no! And this is a much longer sentence, said at the end of it all."
    for asked, options in ((-23.0, {}), (-16.0, {"loudness": -16.0})):
        for piece in cloner.speak(text, voice, **options, quality="fast"):
            # A block of quiet weighs much in a short piece
            said = Audio(np.trim_zeros(piece.samples), piece.rate)
            assert said.loudness() == pytest.approx(asked, abs=0.5)
    with pytest.raises(ConfigError, match="loudness = 3 is out of range. Choose -45 to -12 LUFS"):
        next(iter(cloner.speak(text, voice, loudness=3.0, quality="fast")))


def test_rumble_is_taken_out_and_nothing_else(cloner, voice):
    time = np.arange(24_000) / 24_000
    for hertz, left in ((20, 0.0), (60, 0.5), (100, 0.98), (1000, 1.0)):
        tone = np.sin(2 * np.pi * hertz * time).astype(np.float32)
        middle = without_rumble(tone, 24_000)[6000:18_000]
        assert np.abs(middle - left * tone[6000:18_000]).max() < 0.02, hertz
    click = np.zeros(24_000, np.float32)
    click[-1] = 1.0
    # The end does not come round to the beginning
    assert np.abs(without_rumble(click, 24_000)[:12_000]).max() < 1e-4
    power = np.abs(np.fft.rfft(say(cloner, voice, TEXT).samples)) ** 2
    assert power[: int(40 * len(power) / 12_000)].sum() < 1e-5 * power.sum()


def test_another_voice_within_a_text(cloner, voice, tmp_path, monkeypatch, capsys):
    other = cloner.listen(HERE / "data" / "ben_1.flac")
    text = '<speak>Good evening to you all.<voice name="Ben">And a good evening to you.</voice></speak>'
    first, second = cloner.speak(read(text, voices=["Ben"]), voice, others={"Ben": other}, quality="fast")
    alone = [
        next(iter(cloner.speak("Good evening to you all.", who, quality="fast"))) for who in (voice, other)
    ]
    gap = median_pitch(alone[1]) - median_pitch(alone[0])
    assert abs(gap) > 20, "the two people differ in pitch"
    assert (median_pitch(second) - median_pitch(first)) / gap > 0.5
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "library"))
    assert main(["voices", "add", "Ben", str(HERE / "data" / "ben_1.flac")]) == 0
    assert main(["clone", str(REFERENCE), text, "-o", str(tmp_path / "two.wav")]) == 0
    assert "not known" not in capsys.readouterr().err
    assert main(["clone", str(REFERENCE), text.replace("Ben", "Bob"), "-o", str(tmp_path / "two.wav")]) == 0
    assert "voice 'Bob' is not known" in capsys.readouterr().err


CUES = (
    Timestamp("word", "Good", 0.1, 0.4),
    Timestamp("phoneme", "ɡ", 0.1, 0.2),
    Timestamp("word", "evening", 0.4, 1.0, (5, 12), "."),
    Timestamp("mark", "m", 1.0, 1.0),
    *[Timestamp("word", "again", 61 + i, 61.5 + i) for i in range(9)],
    Timestamp("word", "<b>", 3700.0, 3700.25, (0, 3), "!"),
)


def test_subtitles():
    assert [
        len(" ".join(timestamp.text + timestamp.after for timestamp in line)) for line in lines(CUES)
    ] == [13, 41, 16]
    assert render(CUES, "srt").startswith(
        "1\n00:00:00,100 --> 00:00:01,000\nGood evening.\n\n2\n00:01:01,000 --> "
    )
    vtt = render(CUES, "vtt")
    assert (
        vtt.startswith("WEBVTT\n\n00:00:00.100 --> 00:00:01.000\nGood <00:00:00.400>evening.\n\n")
        and "&lt;b>!" in vtt
        and "01:01:40.250" in vtt
    )
    table = json.loads(render(CUES, "json"))
    assert table["words"][1] == {"text": "evening", "start": 0.4, "stop": 1.0, "span": [5, 12]}
    assert (
        table["marks"] == [{"text": "m", "start": 1.0, "stop": 1.0}] and table["phonemes"][0]["text"] == "ɡ"
    )


def test_on_the_command_line(tmp_path, capsys):
    out = tmp_path / "out.wav"
    times = tmp_path / "out.srt"
    command = ["clone", str(REFERENCE), "I said tomato.", "-o", str(out)]
    (tmp_path / "my.tsv").write_text("tomato\tT AH0 M AA1 T OW0\n", encoding="utf-8")
    asked = [
        "--timestamps",
        str(times),
        "--fit",
        "2",
        "--lexicon",
        str(tmp_path / "my.tsv"),
        "--save-voice",
        str(tmp_path / "v.voice"),
    ]
    assert main([*command, *asked]) == 0
    assert "I said tomato." in times.read_text() and Audio.read(out).seconds == pytest.approx(2.0, abs=0.02)
    assert (
        main(
            [
                "clone",
                str(tmp_path / "v.voice"),
                "Tomato!",
                "-o",
                str(out),
                "--timestamps",
                str(tmp_path / "again.json"),
            ]
        )
        == 0
    )
    assert "ˈɑ" in [p["text"] for p in json.loads((tmp_path / "again.json").read_text())["phonemes"]], (
        "the lexicon is kept with the voice"
    )
    assert main([*command, "--timestamps", str(tmp_path / "out.txt")]) == 2
    assert "timestamps are written as srt, vtt, json" in capsys.readouterr().err
    assert main([*command, "--pitch", "40"]) == 2
    assert "pitch = 40.0 is out of range. Choose -12 to 12" in capsys.readouterr().err


def test_timestamps_agree_with_pocketsphinx():
    pytest.importorskip("pocketsphinx")
    from timestamps import measure

    found = measure([str(REFERENCE), str(HERE / "data" / "ben_1.flac")], clones=12)
    assert found["words"] >= 80
    assert found["median_ms"] <= 50


@pytest.mark.parametrize(
    "text, captions",
    [
        ("**Un**believable AT&amp;T: 23 cats, <b>ok</b>!", "Unbelievable AT&T, 23 cats, ok!"),
        ("Dr. Smith paid $3.5 million.", "Dr Smith paid $3.5 million."),
        ("<p>Look <img src=a.png alt='a red car'> there</p>", "Look a red car there."),
        (
            '<speak>The <sub alias="World Wide Web">WWW</sub> is '
            '<say-as interpret-as="characters">AAB</say-as> &amp; so on.</speak>',
            "The World Wide Web is A A B & so on.",
        ),
    ],
)
def test_captions_show_what_is_written_without_markup(text, captions):
    utterance = read(text, "en").utterances[0]
    ends = np.arange(1, len(utterance.symbols) + 1) * 0.05
    samples = np.random.default_rng(0).normal(0, 0.01, int(ends[-1] * 16_000)).astype(np.float32)
    made = Speech(samples, 16_000, timestamps_of(utterance, ends))
    shown = [one for one in deliver(made, utterance, 0.1).timestamps if one.kind == "word"]
    assert " ".join(one.text + one.after for one in shown).replace("..", ".") == captions
