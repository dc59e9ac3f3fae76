"""The page that runs in the browser: its computations against the program's, step by step; what it says, and
what it answers to bad input, in a real browser.
"""

from __future__ import annotations

import base64
import functools
import http.server
import json
import os
import shutil
import threading
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from conftest import REFERENCE, ROOT

from soundalike import Cloner
from soundalike.audio.audio import Audio
from soundalike.audio.mel import log_mel
from soundalike.audio.noise import white_noise
from soundalike.audio.pitch import pitch
from soundalike.audio.pulses import pulses
from soundalike.audio.speech import Speech
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.inference import bundled_voices, postprocess
from soundalike.inference.quality_check import as_one
from soundalike.models.common.prompt_conditioning import best_seconds, voice_of
from soundalike.provenance import metadata, watermark
from soundalike.text import SYMBOLS, encode, read
from soundalike.text.phonemes import word_symbols

RUNTIME = "SOUNDALIKE_ORT_WEB"  # where the package onnxruntime-web lies, unpacked
TEXT = "The kettle began to sing, and nobody came. Shall we walk home?"
SENTENCES = [
    "The weather turned colder towards the evening, and we went home early.",
    "Who's there? I don't know!",
    "She asked whether the well-known singer had 1,234 records and 2.5 tons of gold.",
    'He said "never" (quietly); then, after a pause - nothing.',
    "Dr. Smith's dog ate 21 pears on the 3rd of May, 1999.",
    "It costs $5, or 100% of what I have.",
    "We met at 5:30, e.g. in the U.S.A. by train.",
    "Wait, what?! No way!!",
    "An apple a day: that was the rule of the house\u2026",
    "They rode from 3-4 miles away \u2014 it\u2019s far.",
    "We live in the house that they use, and I would read the record close by.",
    "They record St. Martin's choir; the use of No. 5 is the contract.",
    "The BBC called to his house at Mt. Rainier; US trains don't constructor anything.",
    "I was born in 1905 and he in 2005.",
    "Nobody could explain where the old map in the drawer came from.",
]


@pytest.fixture(scope="session")
def browser_files():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "docs"))
        import browser_files

        yield browser_files


@pytest.fixture(scope="session")
def small_model(tmp_path_factory):
    """The built-in model in eight bits, as the page has it: its folder."""
    pytest.importorskip("onnx", reason="the package onnx, which exports graphs, is not installed")
    from soundalike.checkpoints.onnx_export import export_model

    folder = tmp_path_factory.mktemp("int8") / "model"
    export_model(BUILT_IN, folder, "int8")
    return folder


@pytest.fixture(scope="session")
def small(small_model):
    return Cloner.load(small_model, backend="onnx")


class Site(NamedTuple):
    """The page's address, and the folder that it is served from."""

    url: str
    folder: Path


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site(chromium, request, browser_files, tmp_path_factory):
    """The page and its files, served: its address."""
    runtime = os.environ.get(RUNTIME)
    if not runtime:
        pytest.skip(f"{RUNTIME} does not say where onnxruntime-web lies")
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs" / "browser", folder / "browser")
    small_model = request.getfixturevalue("small_model")
    browser_files.write_files(folder / "browser" / "files", Path(runtime), small_model)
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(f"http://127.0.0.1:{server.server_port}/browser/speak.html", folder / "browser")
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(site, tab):
    return tab(site.url, 900, 1100, accept_downloads=True, permissions=["microphone"])


def unpacked(value):
    if isinstance(value, dict):
        return np.frombuffer(base64.b64decode(value["floats"]), np.float32)
    return value


@pytest.fixture(scope="session")
def bench(site, chromium):
    """Runs JavaScript that has the page's modules by `engine(name)`, its tables as `tables`."""
    opened = chromium.new_page()
    opened.goto(site.url)
    opened.evaluate(
        """async () => {
            globalThis.engine = (name) => import(new URL(`engine/${name}.js`, location.href));
            const { loadTables, loadLexicon } = await engine("model");
            globalThis.tables = { ...(await loadTables()), lexicon: await loadLexicon() };
            globalThis.fetched = async (value) => {
                if (!value?.floats) return value;
                const answer = await fetch(value.floats, { cache: "no-store" });
                return new Float32Array(await answer.arrayBuffer());
            };
            globalThis.packed = (value) => {
                if (!(value instanceof Float32Array)) return value;
                const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
                let text = "";
                for (const byte of bytes) text += String.fromCharCode(byte);
                return { floats: btoa(text) };
            };
        }"""
    )

    def run(script: str, **given):
        plain = {}
        for name, value in given.items():
            if isinstance(value, np.ndarray):  # too long for JSON
                (site.folder / f"{name}.f32").write_bytes(value.astype(np.float32).tobytes())
                value = {"floats": f"{name}.f32"}
            plain[name] = value
        found = opened.evaluate(
            f"""async (all) => {{
                const given = {{}};
                for (const name of Object.keys(all)) given[name] = await fetched(all[name]);
                const found = await (async () => {{ {script} }})();
                if (found?.constructor !== Object) return packed(found);
                return Object.fromEntries(Object.entries(found).map(([name, one]) => [name, packed(one)]));
            }}""",
            plain,
        )
        if isinstance(found, dict) and set(found) != {"floats"}:
            return {name: unpacked(value) for name, value in found.items()}
        return unpacked(found)

    yield run
    opened.close()


@pytest.fixture(scope="session")
def speech(small) -> np.ndarray:
    """Three seconds of a recording at the model's rate."""
    samples = Audio.read(REFERENCE).resample(small.sample_rate).samples
    return samples[: 3 * small.sample_rate]


@pytest.fixture(scope="session")
def planned(small):
    """A sentence in the bundled voice by the program: its symbols, and what the acoustic model makes."""
    utterance = read(SENTENCES[0]).utterances[0]
    model = small.synthesizer
    options = small.Options(seed=3)
    made = model.planned_output(model.plan(utterance, bundled_voices.load("wren"), options), options)
    return encode(utterance.symbols), made


def test_mel(bench, speech, small):
    found = bench("return (await engine('spectrum')).logMel(given.samples, tables);", samples=speech)
    wanted = log_mel(speech, small.synthesizer.mel)
    assert np.allclose(np.reshape(found, wanted.shape), wanted, atol=1e-4)


def test_pitch(bench, speech, small):
    script = "return (await engine('pitch')).pitchOf(given.samples, tables.facts);"
    wanted = pitch(speech, small.synthesizer.mel)
    assert (wanted > 0).mean() > 0.3
    assert np.allclose(bench(script, samples=speech), wanted, rtol=1e-5)


def test_noise(bench):
    script = "return (await engine('noise')).whiteNoise(given.seed, given.size);"
    for seed, size in ((0, 5), (7, 16), (12345, 4001)):
        assert np.allclose(bench(script, seed=seed, size=size), white_noise(seed, size), atol=2e-6)


def test_pulses(bench, speech, small):
    script = "return (await engine('pulses')).pulses(given.pitch, tables.facts);"
    mel = small.synthesizer.mel
    hertz = pitch(speech, mel)
    wanted = pulses(hertz, mel.hop_length, mel.sample_rate)
    assert np.allclose(bench(script, pitch=hertz), wanted, atol=1e-3)


def test_vocoder_around_its_graph(bench, planned, small, monkeypatch):
    """With what the program's graph says, so that nothing differs but what is computed around it."""
    _, made = planned
    vocoder = small.synthesizer.vocoder
    noise = white_noise(5, (len(made.mel) - 1) * 256)
    graph = vocoder._weights.graph("filters")
    said = {}

    def kept(**given):
        outputs = graph(**given)
        said.update({name: values.ravel() for name, values in zip(graph.outputs, outputs)})
        return outputs

    monkeypatch.setattr(vocoder._weights, "graph", lambda _: kept)
    wanted = vocoder.samples(made.mel, made.pitch, noise)
    found = bench(
        """const model = { ...tables, graphs: { run: async () => given } };
        const { vocoded } = await engine("vocoder");
        return await vocoded(given.wanted, given.pitch, given.noise, model);""",
        **said,
        wanted=made.mel,
        pitch=made.pitch,
        noise=noise,
    )
    assert np.abs(wanted).max() > 0.05
    assert np.abs(found - wanted).max() < 2e-4


def test_a_sentence_by_the_same_graphs(bench, planned):
    symbols, made = planned
    found = bench(
        """const { loadModel } = await engine("model");
        const model = await loadModel();
        const { prepared, sentenceOf } = await engine("speaker");
        const voice = await prepared(model.bundled, model);
        return await sentenceOf(given.symbols, voice, { seed: 3, speed: 1 }, model);""",
        symbols=symbols,
    )
    assert np.abs(np.array(found["durations"]) - made.durations).max() <= 1  # eight bits are rounded anew
    if found["durations"] == made.durations.tolist():
        assert np.abs(np.reshape(found["mel"], made.mel.shape) - made.mel).mean() < 0.05
        voiced = (found["pitch"] > 0) & (made.pitch > 0)
        assert voiced.mean() > 0.3 and (voiced == (made.pitch > 0)).mean() > 0.97
        assert np.abs(np.log2(found["pitch"][voiced] / made.pitch[voiced])).mean() < 0.01


def test_watermark(bench, speech):
    voice = bundled_voices.load("rook")
    bits = int(metadata.voice_id(voice)[:4], 16)
    model = bench("return tables.facts.note.model")
    mark = watermark.Mark(bits, int(model[:2], 16) >> 2)
    script = "return (await engine('watermark')).marked(given.samples, given.bits, 1000, tables);"
    wanted = watermark.embed(Audio(speech, watermark.RATE), mark, 1000).samples
    assert np.abs(wanted - speech).max() > 1e-3
    assert np.allclose(bench(script, samples=speech, bits=bits), wanted, atol=1e-6)


def test_delivery(bench, speech):
    script = "return (await engine('delivery')).delivered(given.samples, false, tables);"
    utterance = read("Yes.").utterances[0]
    wanted = postprocess.deliver(Speech(speech * 0.3, 24_000), utterance, postprocess.PAUSE).samples
    found = bench(script, samples=speech * np.float32(0.3))
    assert found.shape == wanted.shape
    gain = np.sqrt((found**2).mean() / (wanted**2).mean())
    assert abs(20 * np.log10(gain)) < 0.05
    assert np.allclose(found / gain, wanted, atol=2e-4)


def test_a_voice_of_a_recording(bench, small):
    recording = Audio.read(REFERENCE).resample(small.sample_rate)
    mel = small.synthesizer.mel
    chosen = best_seconds(recording, mel).samples
    script = "return (await engine('voice')).bestSeconds(given.samples, tables.facts);"
    assert np.allclose(bench(script, samples=recording.samples), chosen, atol=1e-6)
    wanted = voice_of(recording, small.speaker_encoder, mel)
    found = bench(
        """const run = async () => ({ embedding: given.embedding });
        const { voiceOf } = await engine("voice");
        const voice = await voiceOf(given.samples, { ...tables, graphs: { run } });
        return voice;""",
        samples=recording.samples,
        embedding=wanted.identity.astype(np.float32),
    )
    prompt = wanted.tensors["prompt"].astype(np.float32)
    assert np.allclose(np.reshape(found["prompt"], prompt.shape), prompt, atol=0.01)
    assert np.allclose(found["pitch"], wanted.tensors["prompt_pitch"], rtol=1e-4)
    assert found["id"] == metadata.voice_id(wanted)


def test_sentences_as_the_program_reads_them(bench):
    script = """const { read } = await engine("text");
        const { sentences, spelled, left } = read(given.text, tables);
        const list = (name) => sentences.map((one) => one[name]);
        return { said: list("names"), ids: list("symbols"), spelled, left };"""
    for text in SENTENCES:
        wanted = [utterance.symbols for utterance in read(text).utterances]
        found = bench(script, text=text)
        assert found["said"] == wanted, text
        assert found["ids"] == [encode(symbols) for symbols in wanted]
        assert not found["spelled"] and not found["left"]
    strange = bench(script, text="The zxqwk of 東京 glowingly restarted NASA's cupboardless dogcarts.")
    assert strange["spelled"] == ["zxqwk"] and strange["left"] == ["東京"]


def test_words_of_the_lexicon(site, browser_files):
    lines = zlib.decompress((site.folder / "files" / "lexicon.txt.z").read_bytes()).decode().splitlines()
    assert len(lines) > 120_000
    for word, signs in (line.split("\t") for line in lines[::1500]):
        symbols = [SYMBOLS[ord(sign) - browser_files.LEXICON_OFFSET - 1] for sign in signs]
        assert symbols == word_symbols(word, "en"), word


def test_numbers(bench):
    script = "return (await engine('numbers')).withoutFigures(given.text).replace(/\\s+/g, ' ').trim();"
    pairs = {
        "0": "zero",
        "115": "one hundred and fifteen",
        "1,005": "one thousand and five",
        "2,345,678": "two million three hundred and forty five thousand six hundred and seventy eight",
        "1234567890123": "one two three four five six seven eight nine zero one two three",
        "007": "zero zero seven",
        "0.05": "zero point zero five",
        "-5": "minus five",
        "12th": "twelfth",
        "40th": "fortieth",
        "1990s": "nineteen nineties",
        "$2.50": "two dollars and fifty cents",
        "5:05": "five oh five",
    }
    assert {given: bench(script, text=given) for given in pairs} == pairs


def speak(page, text: str) -> None:
    page.fill("#text", text)
    page.click("#speak")
    page.locator("#status").get_by_text("Done:").wait_for()


def downloaded(page, path: Path) -> Path:
    with page.expect_download() as download:
        page.click("#download")
    download.value.save_as(path)
    return path


def check_speech(cloner, path: Path, text: str) -> metadata.Origin:
    """The words are heard in a file and its mark is found."""
    audio = Audio.read(path)
    utterances = read(text).utterances
    check = cloner.quality_checker.check(Speech(audio.samples, audio.rate), as_one(utterances))
    assert not check.doubts and min(word.confidence for word in check.words) > 0.5, check
    origin = metadata.origin_of(path)
    assert origin.marks and origin.notes[0]["watermark"]
    assert f"{origin.marks[0].mark.voice:04x}" == origin.notes[0]["voice"][:4]
    return origin


def test_it_speaks_in_the_bundled_voice(page, cloner, small, tmp_path):
    speak(page, TEXT)
    path = downloaded(page, tmp_path / "said.wav")
    voice = bundled_voices.load("wren")
    origin = check_speech(cloner, path, TEXT)
    assert origin.marks[0].mark == metadata.mark_of(voice, small.model, None)
    assert origin.notes == [json.loads(metadata.note_of(voice, small.model))]
    wanted = sum(piece.seconds for piece in small.speak(TEXT, voice, quality="fast", quality_check=False))
    assert abs(Audio.read(path).seconds - wanted) < 0.1
    page.fill("#speed", "2")
    speak(page, TEXT)
    assert Audio.read(downloaded(page, tmp_path / "quick.wav")).seconds < 0.65 * wanted
    page.fill("#speed", "1")
    assert page.is_hidden("#trouble") and not page.inner_text("#notes")
    speak(page, "Zxqwk, said 東京.")
    assert "“Zxqwk”" in page.inner_text("#notes") and "“東京”" in page.inner_text("#notes")


def test_it_clones_a_file_when_the_visitor_may_use_the_voice(page, cloner, tmp_path):
    page.set_input_files("#file", REFERENCE)
    page.get_by_text("reference.flac:").wait_for()
    assert page.is_checked("#voice-own") and page.is_disabled("#speak")
    assert "Tick" in page.inner_text("#why")
    page.check("#consent")
    speak(page, TEXT)
    path = downloaded(page, tmp_path / "clone.wav")
    origin = check_speech(cloner, path, TEXT)
    assert origin.notes[0]["voice"] != metadata.voice_id(bundled_voices.load("wren"))
    check = cloner.quality_checker.compare(
        Speech(Audio.read(path).samples, 24_000), "", cloner.listen(REFERENCE).identity
    )
    assert check.likeness > 0.5
    # Another recording needs another tick
    page.set_input_files("#file", REFERENCE)
    page.get_by_text("Tick that you may").wait_for()
    assert not page.is_checked("#consent")


def test_it_clones_the_microphone(page, tmp_path):
    page.check("#voice-own")
    assert "Record or choose" in page.inner_text("#why")
    page.click("#record")
    page.get_by_text("Stop (5 s)").click()
    page.get_by_text("Your recording:").wait_for()
    page.check("#consent")
    speak(page, "Good evening.")
    assert Audio.read(downloaded(page, tmp_path / "own.wav")).seconds > 0.5


def test_bad_input_is_answered(page, tmp_path):
    def trouble(said: str) -> None:
        page.locator("#trouble").get_by_text(said).wait_for()

    for text, said in (("  ", "There is no text"), ("東京 ?!", "There is no English word")):
        page.fill("#text", text)
        page.click("#speak")
        trouble(said)
    tone = 0.2 * np.sin(np.arange(12_000) / 20).astype(np.float32)
    sounds = {"short": tone, "silent": np.zeros(100_000, np.float32)}
    for name, samples in sounds.items():
        Audio(samples, 24_000).write(tmp_path / f"{name}.wav")
    (tmp_path / "text.wav").write_text("no sound")
    page.set_input_files("#file", tmp_path / "text.wav")
    trouble("holds no sound")
    page.fill("#text", "Good evening.")
    for name, said in (("silent", "is silent"), ("short", "too short")):
        page.set_input_files("#file", tmp_path / f"{name}.wav")
        page.get_by_text(f"{name}.wav:").wait_for()
        page.check("#consent")
        page.click("#speak")
        trouble(said)
    page.check("#voice-bundled")
    speak(page, "Good evening.")
    assert page.is_hidden("#trouble")


def test_without_a_microphone_it_says_so(site, tab):
    page = tab(site.url, 900, 1100, permissions=[])
    page.evaluate(
        """() => {
            const none = async () => { throw new DOMException("", "NotFoundError"); };
            navigator.mediaDevices.getUserMedia = none;
        }"""
    )
    page.check("#voice-own")
    page.click("#record")
    page.locator("#trouble").get_by_text("No microphone was found").wait_for()


def test_a_missing_file_is_named(site, tab):
    page = tab(site.url, 900, 1100)
    page.route("**/decode.onnx.z", lambda route: route.fulfill(status=404))
    page.click("#speak")
    page.locator("#trouble").get_by_text("decode.onnx cannot be fetched").wait_for()
    page.unroute("**/decode.onnx.z")
    speak(page, "Good evening.")  # it is tried again


def test_the_licences_of_others_lie_beside_the_page(site):
    text = (site.folder / "files" / "licences.txt").read_text(encoding="utf-8")
    assert "Microsoft" in text and "Michael Hansen" in text


def test_a_folder_without_the_runtime_is_refused(browser_files, tmp_path):
    with pytest.raises(SystemExit, match="make ort-web"):
        browser_files.check_runtime(tmp_path)
