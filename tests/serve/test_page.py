"""The web page in a real browser, before the real server."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from conftest import REFERENCE, sentences

from soundalike.audio.audio import Audio

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
TEXT = "The kettle began to sing. Nobody had told him that the shop was closed."
# Notes that the player played, however short it is
NOTE_PLAYING = """() => {
    const play = document.querySelector("#play");
    new MutationObserver(() => window.played ||= play.matches(".playing")).observe(play, {attributes: true});
}"""


@pytest.fixture(scope="module")
def address(running) -> str:
    """A server that knows no voices yet but those that come with the program."""
    return f"http://127.0.0.1:{running().port}"


def choose(page, path) -> None:
    """Choose a recording, wait for what the server thinks of it, and say that its voice may be used."""
    page.set_input_files("#file", path)
    page.wait_for_selector("#clip:not([hidden])")
    page.check("#consent")
    page.select_option("#quality", "fast")  # which adapts to no voice


def speak(page, text: str) -> None:
    page.fill("#text", text)
    page.click("#speak")
    done(page)


def done(page) -> None:
    page.locator("#status").get_by_text("Done:").wait_for()


def colours(page, canvas: str) -> int:
    """How many different pixels a picture has."""
    code = """id => {
        const c = document.getElementById(id);
        const pixels = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        return new Set(new Uint32Array(pixels.buffer)).size;
    }"""
    return page.evaluate(code, canvas)


def focused(page) -> str:
    """What has the focus, by its id, name or label."""
    code = "(({activeElement: at}) => at.id || at.name || at.ariaLabel || at.textContent)(document)"
    return page.evaluate(code)


def pressing_tab(page, goal: str) -> list[str]:
    """What has the focus, one after the other, until the goal is reached."""
    reached = []
    while not reached or reached[-1] != goal:
        page.keyboard.press("Tab")
        reached.append(focused(page))
        assert len(reached) < 12, reached
    return reached


def sideways(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_from_a_file_to_speech_pictures_and_downloads(address, tab, tmp_path):
    page = tab(address, accept_downloads=True)
    page.wait_for_selector("#ready.good")
    choose(page, REFERENCE)
    assert "A good reference" in page.inner_text("#verdict") and "5.8 s of 7.0 s" in page.inner_text("#facts")
    assert colours(page, "clip-wave") > 1
    page.fill("#text", TEXT)
    page.click("#speak")
    page.wait_for_function("() => parseFloat(document.querySelector('#time').textContent) > 0.2")  # it plays
    page.click("#play")  # pauses
    done(page)
    assert page.locator("#words span").all_inner_texts() == re.findall(r"\w+", TEXT)
    assert colours(page, "wave") > 1 and colours(page, "mel") > 100
    at = page.inner_text("#time")
    page.wait_for_timeout(200)
    assert page.inner_text("#time") == at and page.get_attribute("#play", "aria-label") == "Play"
    lengths = {}
    for format in ("wav", "flac"):
        page.select_option("#format", format)
        with page.expect_download() as got:
            page.click("#download")
        assert got.value.suggested_filename == f"the-kettle-began-to-sing-1.{format}"
        got.value.save_as(tmp_path / f"out.{format}")
        lengths[format] = Audio.read(tmp_path / f"out.{format}")
    shown = float(page.inner_text("#length").split()[0])
    assert lengths["wav"].seconds == pytest.approx(shown, abs=0.06) and len(lengths["flac"].samples) == len(
        lengths["wav"].samples
    )
    # The same seed says the same
    assert np.abs(lengths["flac"].samples - lengths["wav"].samples).max() < 1e-3
    page.click("summary")
    page.fill("#seed", "7")
    page.fill("#pitch", "-4")
    with page.expect_request("**/v1/audio/speech") as asked:
        speak(page, "Good night.")
    # Only what was moved
    assert asked.value.post_data_json["pitch"] == -4 and "temperature" not in asked.value.post_data_json
    rows = page.locator("#takes li").all_inner_texts()
    assert len(rows) == 2 and "Good night." in rows[0] and "seed 7" in rows[0] and "reference.flac" in rows[1]
    page.get_by_role("button", name="Show take 1").click()
    assert float(page.inner_text("#length").split()[0]) == shown
    page.get_by_role("button", name="Remove take 1").click()
    assert page.locator("#takes li").count() == 1 and "seed 7" in page.inner_text("#about").lower()


def test_from_the_microphone(address, tab):
    page = tab(address, permissions=["microphone"])
    page.get_by_role("radio", name="wren").wait_for()  # offered before anything was recorded
    page.check("[name=source][value=recording]", force=True)
    page.click("#record")
    page.wait_for_function("() => document.querySelector('#clock').textContent >= '0:03'")
    page.keyboard.press("Enter")  # the focus is on Stop
    page.wait_for_selector("#clip:not([hidden])")
    speech, whole = re.findall(r"[\d.]+(?= s)", page.inner_text("#facts"))
    assert (
        2 <= float(speech) <= float(whole)
        and "Recording" in page.inner_text("#clip-name")
        and colours(page, "clip-wave") > 1
    )
    page.check("#consent")
    page.select_option("#quality", "fast")
    speak(page, "Yes.")


def test_a_voice_is_saved_and_used_with_the_keyboard_alone(address, tab):
    page = tab(address, 380, 800, color_scheme="dark")
    choose(page, sentences()[0][0])
    page.focus("#voice-name")
    page.keyboard.type("Anna of the long and narrow name without an end so that it wraps")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.name === 'voice'")  # the focus is on the saved voice
    page.reload()
    page.get_by_role("radio", name="Anna of the long").wait_for()
    assert page.is_checked("[name=source][value=saved]") and sideways(page) == 0
    assert pressing_tab(page, "text") == ["Help", "open-text", "text"]
    page.focus("#who")
    page.keyboard.press("Enter")  # to the voices
    assert focused(page) == "source"
    reached = pressing_tab(page, "language")
    assert reached[0] == "voice" and reached[1].startswith("Delete Anna")
    page.focus("#text")
    page.keyboard.type("We walked home.")
    page.keyboard.press("Control+Enter")
    done(page)
    assert "Anna of the long" in page.inner_text("#takes") and sideways(page) == 0
    page.focus("#play")
    page.wait_for_selector("#play:not(.playing)")
    page.evaluate(NOTE_PLAYING)
    page.keyboard.press(" ")
    page.wait_for_function("() => window.played")
    page.wait_for_selector("#play:not(.playing)")
    page.focus("#seek")
    page.keyboard.press("End")
    assert page.get_attribute("#seek", "aria-valuetext").endswith("home")
    page.focus("[aria-label^='Delete Anna']")
    page.keyboard.press("Enter")
    assert page.get_by_role("radio", name="Anna of the long").count() == 1  # asked once more
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Anna of the long").wait_for(state="detached")


def test_a_name_that_is_taken_asks_before_it_replaces(address, tab):
    page = tab(address)
    for number in range(2):
        page.check("[name=source][value=recording]", force=True)
        choose(page, sentences()[number][0])
        page.fill("#voice-name", "Ben")
        page.click("text=Save voice")
        if number:
            page.get_by_text("Ben").and_(page.locator("#voice-trouble")).wait_for()
            page.click("#replace")
        page.get_by_role("radio", name="Ben").wait_for()
    assert page.get_by_role("radio", name="Ben").count() == 1


def test_what_cannot_be_used_is_said(address, tab, tmp_path):
    page = tab(address)
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "letter.wav").write_text("Dear Anna,\n" * 50)
    Audio(np.zeros(48_000, np.float32), 24_000).write(tmp_path / "silent.wav")
    for name, said in (("empty.wav", "the file is empty"), ("letter.wav", "not a recording")):
        page.set_input_files("#file", tmp_path / name)
        page.locator("#voice-trouble").get_by_text(said).wait_for()
        assert page.is_hidden("#clip")
    page.check("[name=source][value=recording]", force=True)
    page.fill("#text", "")
    page.click("#speak")
    page.get_by_text("There is no text yet").wait_for()
    page.fill("#text", "Yes.")
    page.click("#speak")
    page.get_by_text("There is no voice yet").wait_for()
    choose(page, tmp_path / "silent.wav")
    assert "silent" in page.inner_text("#verdict") and "warn" in page.get_attribute("#verdict", "class")
    page.click("#speak")
    page.locator("#trouble").get_by_text("The recording is silent").wait_for()
    choose(page, REFERENCE)
    page.fill("#text", "a" * 100_001)
    page.click("#speak")
    page.get_by_text("The text has 100001 characters").wait_for()
    assert page.is_enabled("#speak") and page.locator("#takes li").count() == 0


def test_a_busy_server_is_asked_again_and_a_lost_one_named(address, tab):
    page = tab(address)
    choose(page, REFERENCE)
    error = {"message": "64 requests are waiting already.", "type": "x", "param": None, "code": "queue_full"}
    busy = json.dumps({"error": error})
    answers = [
        lambda route: route.fulfill(status=429, body=busy, headers={"Retry-After": "5"}),
        lambda route: route.continue_(),
    ]
    page.route("**/v1/audio/speech", lambda route: answers.pop(0)(route))
    page.fill("#text", "Yes.")
    page.click("#speak")
    page.get_by_text(re.compile(r"The server is busy\. Trying again in \d s")).wait_for()
    done(page)
    page.unroute("**/v1/audio/speech")
    page.route("**/v1/audio/speech", lambda route: route.abort())
    page.click("#speak")
    page.get_by_text("The server does not answer").wait_for()
    page.unroute("**/v1/audio/speech")
    speak(page, "Yes.")
    assert page.is_hidden("#trouble")


def test_stopping_keeps_what_was_spoken(address, tab):
    page = tab(address)
    choose(page, REFERENCE)
    page.fill("#text", "We waited for an hour, and then we walked home. " * 80)
    page.click("#speak")
    page.wait_for_selector("#play.playing")
    page.click("#stop")
    page.get_by_text("Stopped.").wait_for()
    assert 1 < float(page.inner_text("#length").split()[0]) < 200 and page.locator("#takes li").count() == 1
    assert page.is_enabled("#speak") and page.is_hidden("#stop")


def test_a_server_with_keys_asks_for_one(running, tab, tmp_path):
    from soundalike.serve.middleware.keys import new_key

    key = new_key(tmp_path / "keys", "anna")
    page = tab(f"http://127.0.0.1:{running(key_file=str(tmp_path / 'keys')).port}")
    page.wait_for_selector("#key[open]")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("Incorrect API key").wait_for()
    page.click("#key-open")
    page.keyboard.type(key)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#voice-trouble').hidden")
    page.reload()
    page.wait_for_selector("#ready.good")  # the key is kept in this tab
    assert page.query_selector("#key[open]") is None


def test_every_control_has_a_name_and_every_text_enough_contrast(address, tab):
    page = tab(address)
    choose(page, REFERENCE)
    speak(page, "Yes.")
    page.click("summary")
    nameless = re.findall(
        r"^\s*- (?:button|textbox|combobox|slider|radio|img)(?:$|:| \[).*",
        page.locator("body").aria_snapshot(),
        re.M,
    )
    assert not nameless
    names = ("paper", "card", "wash", "bad-wash", "accent", "ink", "soft", "bad", "over")
    read = """names => {
        const style = getComputedStyle(document.documentElement);
        return names.map(name => style.getPropertyValue("--" + name).trim());
    }"""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        tones = dict(zip(names, page.evaluate(read, list(names))))
        for front, back in (
            ("ink", "paper"),
            ("soft", "paper"),
            ("soft", "card"),
            ("soft", "wash"),
            ("accent", "card"),
            ("accent", "paper"),
            ("over", "accent"),
            ("bad", "card"),
            ("bad", "bad-wash"),
        ):
            assert contrast(tones[front], tones[back]) >= 4.5, (scheme, front, back)


def contrast(one: str, two: str) -> float:
    """Of two colours #rrggbb, by WCAG 2."""
    shades = [np.array([int(tone[at : at + 2], 16) / 255 for at in (1, 3, 5)]) for tone in (one, two)]
    low, high = sorted(
        float(np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722))
        for s in shades
    )
    return (high + 0.05) / (low + 0.05)
