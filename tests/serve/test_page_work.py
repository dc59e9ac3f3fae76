"""What people do on the web page, in a real browser before the real server: see it all, wait, leave and come
back, change a sentence, take files away.
"""

from __future__ import annotations

import json
import re
import wave

import numpy as np
import pytest
from conftest import REFERENCE, ROOT, sentences

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
TEXT = "The kettle began to sing. Nobody had told him that the shop was closed. We walked home."
LONG = "The kettle began to sing, and nobody came. Then the rain began; we walked home.\n\n"
SIZES = ((1280, 800), (390, 844))


@pytest.fixture(scope="module")
def address(running) -> str:
    """A server whose longest text is short, so that others are long."""
    return f"http://127.0.0.1:{running(characters=150, job_characters=20_000).port}"


@pytest.fixture
def page(address, tab):
    return opened(tab(address, 1280, 800, accept_downloads=True, permissions=["microphone"]))


def opened(page):
    """The page when voices are there, its quality one that needs no adaptation."""
    page.get_by_role("radio", name="wren").wait_for()
    page.select_option("#quality", "fast")
    return page


def speak(page, text: str = TEXT) -> None:
    page.fill("#text", text)
    page.click("#speak")
    page.locator("#status").get_by_text("Done:").wait_for()


def recording(page, path=REFERENCE) -> None:
    page.set_input_files("#file", path)
    page.wait_for_selector("#clip:not([hidden])")


def download(page, button, path) -> bytes:
    with page.expect_download() as got:
        button.click()
    got.value.save_as(path)
    return path.read_bytes()


def samples(page, path) -> np.ndarray:
    """The shown take, as the page writes it."""
    page.select_option("#format", "wav")
    download(page, page.locator("#download"), path)
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


@pytest.mark.parametrize("width, height", SIZES)
def test_text_speak_and_result_are_in_view_together(address, tab, width, height):
    page = opened(tab(address, width, height))

    def bottom(what: str) -> float:
        box = page.locator(what).bounding_box()
        assert box["y"] >= 0 and box["x"] >= 0 and box["x"] + box["width"] <= width, (what, box)
        return box["y"] + box["height"]

    places = [bottom(what) for what in ("#text", "#speak", "#nothing")]
    assert max(places) <= height and places[0] < places[1]
    speak(page)
    assert page.evaluate("scrollY") == 0
    for what in ("#text", "#speak", "#who", "#play", "#download", "#srt", "#seek", "#scroll", "#about"):
        assert bottom(what) <= height, what
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width > 1000:  # the result beside the text, not below it
        text, result = (page.locator(what).bounding_box() for what in ("#text", "#scroll"))
        assert result["x"] > text["x"] + text["width"]
        assert bottom("#sentences") <= height


def test_what_is_left_is_told_also_before_the_first_sound_of_the_best_quality(page):
    held = []
    page.route("**/v1/audio/speech", lambda route: held.append(route))
    page.select_option("#quality", "best")
    page.fill("#text", TEXT)
    page.click("#speak")
    page.get_by_text(re.compile(r"0 of 3 sentences done, about \d+ s left")).wait_for()
    first = float(page.get_attribute("#bar", "value") or 0)
    page.wait_for_function("before => document.querySelector('#bar').value > before", arg=first)
    asked = held[0].request.post_data_json
    assert asked["quality"] == "best"
    # Made quickly, as the quality of the sound is no matter here
    held[0].continue_(post_data=json.dumps({**asked, "quality": "fast"}))
    page.locator("#status").get_by_text("Done:").wait_for()
    assert page.is_hidden("#progress") and page.locator("#bar").get_attribute("aria-label")
    kept = page.evaluate("JSON.parse(localStorage['soundalike-pace-best'])")
    assert kept["wait"] > 0 and kept["pace"] > 0  # the next estimate begins with what this one took


def test_a_reload_keeps_text_settings_voice_recording_and_takes_until_they_are_cleared(page, tmp_path):
    page.get_by_role("radio", name="linnet").check()
    page.click("summary")
    page.fill("#seed", "7")
    page.fill("#pitch", "-4")
    page.fill("#speed", "1")
    speak(page, "Good night. Sleep well.")
    before = samples(page, tmp_path / "before.wav")
    recording(page)
    page.check("#consent")
    speak(page, "Another voice.")
    page.reload()
    page.locator("#takes li").nth(1).wait_for()
    page.wait_for_selector("#clip:not([hidden])")
    assert page.input_value("#text") == "Another voice." and page.input_value("#format") == "wav"
    settings = [page.input_value(f"#{name}") for name in ("quality", "seed", "pitch", "speed")]
    assert settings == ["fast", "7", "-4", "1"] and page.inner_text("#speed-shown") == "2×"
    assert page.is_checked("#consent") and page.inner_text("#who") == "Voice: reference.flac"
    page.get_by_role("button", name="Show take 1").click()
    assert (samples(page, tmp_path / "after.wav") == before).all()
    assert page.locator("#sentences li").count() == 2
    # The server speaks the other one again, in the voice of the recording that was kept
    page.get_by_role("button", name="Show take 2").click()
    page.select_option("#format", "flac")
    assert download(page, page.locator("#download"), tmp_path / "again.flac")[:4] == b"fLaC"
    page.get_by_role("radio", name="Voices").check(force=True)
    page.get_by_role("radio", name="rook").check()
    page.reload()
    page.get_by_text("Voice: rook").wait_for()
    page.click("#clear")
    assert page.locator("#takes li").count() == 2  # it asks once more
    page.click("#clear")
    page.wait_for_function("() => !document.querySelector('#text').value && !localStorage.length")
    page.get_by_text("Voice: wren").wait_for()
    assert page.locator("#takes li").count() == 0 and page.is_hidden("#clip")


def test_what_is_called_done_is_kept_already(page):
    # Storage that takes half a second longer than the browser's
    page.evaluate("""() => {
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (value) {
            const until = performance.now() + 500;
            const wait = () => {
                if (performance.now() < until) this.get("none").onsuccess = wait;
                else put.call(this, value);
            };
            wait();
            return this.get("none");
        };
    }""")
    speak(page, "Good night.")
    page.reload()
    page.locator("#takes li").first.wait_for(timeout=10_000)


def test_no_more_takes_are_kept_than_twelve(page):
    page.evaluate("""async () => {
        const store = await import("./store.js");
        const sentence = {text: "Yes.", source: "Yes.", words: [], audio: new Int16Array(2400)};
        for (let n = 1; n <= 14; n++)
            await store.put("takes", {
                id: `${n}-x`, request: {input: `Yes ${n}.`}, voice: "wren", sentences: [sentence],
            });
    }""")
    page.reload()
    opened(page)
    speak(page, "No.")
    page.wait_for_function(
        "async () => (await (await import('./store.js')).all('takes')).length === 12", polling=200
    )
    page.reload()
    page.locator("#takes li").nth(11).wait_for()
    assert "No." in page.locator("#takes li").first.inner_text()


def test_playing_stops_while_the_microphone_is_open(page):
    speak(page)
    page.get_by_role("radio", name="A recording").check(force=True)
    page.focus("#play")
    page.evaluate("document.querySelector('#play:not(.playing)')?.click()")
    page.wait_for_selector("#play.playing")
    page.click("#record")
    page.wait_for_selector("#recorder:not([hidden])")
    assert page.locator(".playing").count() == 0
    page.click("#play")  # nor does it begin
    page.wait_for_timeout(200)
    assert page.locator(".playing").count() == 0
    page.wait_for_function("() => document.querySelector('#clock').textContent >= '0:02'")
    page.click("#stop-record")
    page.wait_for_selector("#clip:not([hidden])")
    page.click("#play")
    page.wait_for_selector("#play.playing")


@pytest.mark.parametrize("share, shown", [(28.79, "100.00 %"), (0.0123, "1.23 %"), (-1, "0.00 %")])
def test_a_share_is_shown_as_a_percentage(page, share, shown):
    module = page.evaluate("new URL('dom.js', document.querySelector('script[type=module]').src).href")
    told = page.evaluate(
        "async ([module, share]) => (await import(module)).percent(share, 2)", [module, share]
    )
    assert told == shown


def test_a_measured_word_error_is_a_percentage(address, tab, chromium):
    page = opened(tab(address))

    def exaggerate(route):
        limits = route.fetch().json()
        status = [{"code": "en", "word_error": 1.7, "experimental": True, "level": "experimental"}]
        route.fulfill(json={**limits, "language_status": status})

    page.route("**/v1/limits", exaggerate)
    page.reload()
    page.wait_for_function("() => document.querySelector('#language').textContent.includes('100 % of words')")


def test_a_long_text_is_made_in_the_background_on_the_same_page(page, tmp_path):
    page.fill("#text", LONG * 4)
    assert page.inner_text("#count").endswith("made in the background")
    page.select_option("#format", "wav")
    page.click("#speak")
    row = page.locator("#jobs li")
    row.get_by_role("button", name="Cancel").wait_for()
    assert row.locator("progress").get_attribute("aria-label")
    page.reload()  # it goes on
    row.get_by_text("Done:").wait_for()
    sound = download(page, row.get_by_role("button", name="Download The kettle"), tmp_path / "job.wav")
    assert sound[:4] == b"RIFF" and len(sound) > 48_000 * 8
    srt = download(page, row.get_by_role("button", name="as SRT"), tmp_path / "job.srt").decode()
    assert srt.count("-->") == 8 and "and nobody came." in srt
    row.get_by_role("button", name="Listen").click()
    page.wait_for_selector("#take:not([hidden])")
    assert page.locator("#sentences li").count() == 8
    row.get_by_role("button", name="Remove").click()
    page.wait_for_selector("#jobs-card", state="hidden")


def test_a_long_text_can_be_cancelled(page):
    page.fill("#text", LONG * 200)
    page.click("#speak")
    row = page.locator("#jobs li")
    row.get_by_text(re.compile(r"\d+ %: [\d,]+ of 16,\d+ characters, about \d+ (s|min) left")).wait_for()
    row.get_by_role("button", name="Cancel").click()
    row.locator("p").get_by_text("Cancelled").wait_for()
    assert row.get_by_role("button", name="Download").is_hidden()


def test_a_text_that_takes_too_long_to_say_becomes_a_long_text(page):
    error = {"message": "too long", "type": "x", "param": None, "code": "speech_too_long"}
    page.route("**/v1/audio/sentences", lambda route: route.fulfill(status=400, json={"error": error}))
    page.fill("#text", "Yes.")
    page.click("#speak")
    page.locator("#jobs li").get_by_text("Done:").wait_for()


def test_subtitles_of_what_was_spoken(page, tmp_path):
    speak(page, "“Well-known,” he said: 12 pears & figs!\n\n" + TEXT)
    srt = download(page, page.locator("#srt"), tmp_path / "a.srt").decode()
    vtt = download(page, page.locator("#vtt"), tmp_path / "a.vtt").decode()
    blocks = [block.split("\n") for block in srt.strip().split("\n\n")]
    texts = [" ".join(block[2:]) for block in blocks]
    assert [block[0] for block in blocks] == ["1", "2", "3", "4"]
    assert texts[1:] == [f"{one.rstrip('.')}." for one in TEXT.split(". ")]
    assert texts[0] == "“Well-known,” he said: 12 pears & figs!"
    assert vtt.startswith("WEBVTT\n\n00:00:0") and "figs" in vtt
    times = [
        int(h) * 3600 + int(m) * 60 + float(s.replace(",", "."))
        for h, m, s in re.findall(r"(\d\d):(\d\d):(\d\d,\d{3})", srt)
    ]
    assert times == sorted(times) and times[-1] <= float(page.inner_text("#length").split()[0]) + 0.4
    assert all(len(line) <= 60 for block in blocks for line in block[2:])


def test_one_sentence_is_made_anew_and_the_others_stay(page, tmp_path):
    speak(page)
    before = samples(page, tmp_path / "before.wav")
    starts = page.evaluate("import('./listen.js').then(({current}) => current().starts)")
    first, second = (round(24_000 * start) for start in starts[1:])
    with page.expect_request("**/v1/audio/speech") as asked:
        page.get_by_role("button", name="Redo sentence 2").click()
    page.get_by_text("Sentence 2 is made anew").wait_for()
    assert asked.value.post_data_json["input"] == "Nobody had told him that the shop was closed."
    after = samples(page, tmp_path / "after.wav")
    last = len(before) - second
    assert (after[:first] == before[:first]).all() and (after[-last:] == before[-last:]).all()
    middle, anew = before[first:second], after[first:-last]
    assert len(middle) != len(anew) or (middle != anew).any()
    shown = page.locator("#words span").all_inner_texts()
    assert shown == re.findall(r"\w+", TEXT)
    page.reload()
    page.wait_for_selector("#sentences li")
    assert (samples(page, tmp_path / "kept.wav") == after).all()
    page.get_by_role("button", name="Undo the change of sentence 2").click()
    assert (samples(page, tmp_path / "undone.wav") == before).all()


@pytest.mark.parametrize(
    "name, data, form, text",
    [
        ("a.txt", "Grüße.\r\nJa.".encode(), "auto", "Grüße.\nJa."),
        ("old.TXT", "Grüße.".encode("cp1252"), "auto", "Grüße."),
        ("wide.txt", "Grüße.".encode("utf-16"), "auto", "Grüße."),
        ("a.md", b"# Title\n\nYes.", "markdown", "# Title\n\nYes."),
        ("a.html", b"\xef\xbb\xbf<p>Yes.</p>", "html", "<p>Yes.</p>"),
        ("a.srt", b"1\n00:00:00,000 --> 00:00:01,000\nYes.\n", "subtitles", None),
    ],
)
def test_a_text_file_is_opened(page, tmp_path, name, data, form, text):
    (tmp_path / name).write_bytes(data)
    with page.expect_file_chooser() as chooser:
        page.click("#open-text")
    chooser.value.set_files(tmp_path / name)
    page.get_by_text(f"{name} is opened.").wait_for()
    assert page.input_value("#text") == (text or data.decode())
    assert page.input_value("#text-format") == form
    assert page.evaluate("document.activeElement.id") == "text"


def test_what_is_no_text_file_is_not_opened(page, tmp_path):
    for name, data, said in (
        ("a.pdf", b"%PDF", "not a text file that is known here"),
        ("a.txt", b"\0\1\2", "this is no text"),
        ("b.txt", b" \n", "the file is empty"),
    ):
        (tmp_path / name).write_bytes(data)
        page.set_input_files("#text-file", tmp_path / name)
        page.locator("#trouble").get_by_text(said).wait_for()
    assert page.input_value("#text") == ""


def test_a_recording_is_used_only_after_somebody_said_that_it_may_be(page):
    speak(page, "Yes.")  # a bundled voice is nobody's
    asked = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[1]))
    recording(page)
    assert not page.is_checked("#consent")
    page.click("#speak")
    page.locator("#trouble").get_by_text("I may use this voice").wait_for()
    page.fill("#voice-name", "Carla")
    page.click("text=Save voice")
    page.locator("#voice-trouble").get_by_text("I may use this voice").wait_for()
    assert page.evaluate("document.activeElement.id") == "consent"
    assert "speech" not in asked and asked.count("voices") == 0
    page.keyboard.press(" ")  # the focus is on the box
    assert page.is_hidden("#trouble") and page.is_hidden("#voice-trouble")
    speak(page, "Yes.")
    recording(page, sentences()[0][0])
    page.wait_for_function(
        "name => document.querySelector('#clip-name').textContent === name", arg=sentences()[0][0].name
    )
    assert not page.is_checked("#consent")  # another recording
    recording(page)
    page.wait_for_function("() => document.querySelector('#clip-name').textContent === 'reference.flac'")
    assert page.is_checked("#consent")  # remembered


def test_the_language_that_was_found_is_shown(page):
    speak(page, "I would like a cup of tea, please. It is very cold outside.")
    assert "English (found from the text)" in page.inner_text("#status")
    assert "Language: English (found from the text)." in page.inner_text("#about")
    assert "English" in page.inner_text("#takes li")
    page.select_option("#language", "en")
    speak(page, "No.")
    assert "English (as chosen)" in page.inner_text("#about")


def test_help_ethics_and_licence_are_served_here(address, page):
    for name, said in (("Help", "Speak a text"), ("Ethics", "Clone only voices you have the right to use")):
        page.goto(address)
        opened(page)  # until then the footer moves
        page.locator("footer").get_by_role("link", name=name).click()
        page.get_by_text(said).first.wait_for()
        page.get_by_role("link", name="Back to the page").click()
        page.wait_for_selector("#text")
    licence = page.request.get(f"{address}/licence.txt")
    assert licence.text() == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_nothing_moves_where_the_system_asks_for_it(page):
    moving = "getComputedStyle(document.querySelector('#speak')).animationName"
    page.evaluate("document.querySelector('#speak').classList.add('busy')")
    assert page.evaluate(moving) != "none"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == "none"
