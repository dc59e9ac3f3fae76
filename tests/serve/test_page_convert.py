"""Converting a recording on the web page, in a real browser before the real server."""

from __future__ import annotations

import pytest
from conftest import HERE

from soundalike.audio.audio import Audio

pytest.importorskip("fastapi", reason="needs soundalike[serve]")
# Notes the fields of forms that are sent
NOTE_SENT = """() => {
    const append = FormData.prototype.append;
    window.sent = {};
    FormData.prototype.append = function (name, value, ...more) {
        window.sent[name] = typeof value === "string" ? value : value.name;
        append.call(this, name, value, ...more);
    };
}"""
SOURCE = HERE / "data" / "ben_1.flac"


@pytest.fixture(scope="module")
def address(running) -> str:
    return f"http://127.0.0.1:{running().port}"


@pytest.fixture
def page(address, tab):
    made = tab(address, 1280, 800, accept_downloads=True, permissions=["microphone"])
    made.get_by_role("radio", name="wren").wait_for()
    return made


def test_a_recording_is_chosen_converted_heard_and_downloaded(page, tmp_path):
    page.click("#convert")
    page.locator("#convert-trouble").get_by_text("There is nothing to convert yet").wait_for()
    page.set_input_files("#convert-file", SOURCE)
    page.wait_for_selector("#convert-source:not([hidden])")
    assert page.inner_text("#source-name") == SOURCE.name and page.is_hidden("#convert-result")
    page.select_option("#convert-pitch", "keep")
    page.check("#convert-breaths")
    page.evaluate(NOTE_SENT)
    page.click("#convert")
    page.locator("#convert-status").get_by_text("Done:").wait_for()
    sent = page.evaluate("window.sent")
    assert sent["file"] == SOURCE.name and sent["voice"] == "wren" and sent["strength"] == "1"
    assert sent["pitch"] == "keep" and sent["keep_breaths"] == "true"
    assert page.inner_text("#result-name") == "ben_1.flac as wren" and page.is_hidden("#convert-trouble")
    page.wait_for_selector("#result-play:not(.playing)")
    page.click("#source-play")
    page.wait_for_selector("#source-play.playing")
    page.select_option("#format", "wav")
    with page.expect_download() as got:
        page.click("#result-download")
    assert got.value.suggested_filename == "ben_1-converted.wav"
    got.value.save_as(tmp_path / "out.wav")
    assert Audio.read(tmp_path / "out.wav").seconds == pytest.approx(Audio.read(SOURCE).seconds, abs=1e-3)


def test_speech_is_recorded_and_what_cannot_be_used_is_said(page, tmp_path):
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "letter.wav").write_text("Dear Anna,\n" * 50)
    page.set_input_files("#convert-file", tmp_path / "empty.wav")
    page.locator("#convert-trouble").get_by_text("the file is empty").wait_for()
    page.set_input_files("#convert-file", tmp_path / "letter.wav")
    page.wait_for_selector("#convert-source:not([hidden])")
    page.click("#convert")
    page.locator("#convert-trouble").get_by_text("not a recording").wait_for()
    assert page.is_enabled("#convert") and page.is_hidden("#convert-result")
    page.click("#convert-record")
    page.wait_for_function("() => document.querySelector('#convert-clock').textContent >= '0:02'")
    page.keyboard.press("Enter")  # the focus is on Stop
    page.locator("#source-name").get_by_text("Recording").wait_for()
    assert page.is_hidden("#convert-trouble") and float(page.inner_text("#source-length").split()[0]) >= 2
