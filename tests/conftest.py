"""Shared fixtures: a miniature corpus of two synthetic voices, prepared once; a tiny trained model."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import read_manifest
from soundalike.prepare.pipeline import prepare
from soundalike.text.alphabet import encode, phone_classes
from soundalike.training.recipe import read_recipe

HERE = Path(__file__).parent
ROOT = HERE.parent
# Recordings of people, where there are any
CORPUS = Path(os.environ.get("SOUNDALIKE_CORPUS", ROOT.parent / "shared" / "corpus"))
RECIPES = ROOT / "recipes"
REFERENCE = ROOT / "docs" / "demo" / "reference.flac"
WAIT = 300_000  # milliseconds until something must have come about in a browser, on however slow a machine
sys.path.insert(0, str(ROOT / "benchmarks"))  # tests share their measuring
THREADS = int(os.environ.get("OMP_NUM_THREADS", 2))


@pytest.fixture(autouse=True)
def threads():
    """Each test begins with as many threads of PyTorch as the tests have, whatever one before it set."""
    torch.set_num_threads(THREADS)


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """What is learned in a session stays in it."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["SOUNDALIKE_CACHE"] = str(folder)
    yield folder
    del os.environ["SOUNDALIKE_CACHE"]


@pytest.fixture(scope="session", autouse=True)
def languages(tmp_path_factory):
    """No language is known that the user of this machine has added."""
    os.environ["SOUNDALIKE_LANGUAGES"] = str(tmp_path_factory.mktemp("languages"))
    yield
    del os.environ["SOUNDALIKE_LANGUAGES"]


# Files that take longest, for the worker that is free first; what is not named comes after, in order
SLOWEST = (
    "test_tutorials.py",
    "test_page_work.py",
    "test_browser_page.py",
    "test_page_adapt.py",
    "test_long_recordings.py",
    "test_interrupt.py",
    "test_finetune.py",
    "test_batch.py",
    "test_training.py",
    "test_contract.py",
    "test_recipes.py",
    "test_whole_way.py",
    "test_benchmarks.py",
    "test_jobs.py",
    "test_page.py",
    "test_evaluate.py",
    "test_prompt_adaptation.py",
    "test_tables.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Long files first, so that workers that share the files end together (with --no-loadscope-reorder)."""
    place = {name: number for number, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(SLOWEST)))


BRIEF = 3  # steps of prompt adaptation where what it learns is not what a test is about


@pytest.fixture(scope="session", autouse=True)
def brief_adaptation():
    """Prompt adaptation in a tenth of its steps, kept apart from that of all steps in the caches; gives what
    was set before.
    """
    from soundalike.models.common import prompt_adaptation

    whole = {"STEPS": prompt_adaptation.STEPS, "SETTINGS": prompt_adaptation.SETTINGS}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prompt_adaptation, "STEPS", BRIEF)
        patch.setattr(prompt_adaptation, "SETTINGS", (*whole["SETTINGS"], BRIEF))
        yield whole


@pytest.fixture
def whole_adaptation(brief_adaptation, monkeypatch):
    """Prompt adaptation in all its steps, as users have it."""
    from soundalike.models.common import prompt_adaptation

    for name, value in brief_adaptation.items():
        monkeypatch.setattr(prompt_adaptation, name, value)


def sentences() -> list[tuple[Path, str]]:
    """The bundled recordings and what they say."""
    lines = (HERE / "data" / "texts.tsv").read_text(encoding="utf-8").splitlines()
    return [(HERE / "data" / name, text) for name, text in (line.split("\t") for line in lines)]


def descendants(pid: int) -> list[int]:
    """The processes that a process began, and those that they did."""
    found = []
    with contextlib.suppress(OSError):  # it, or one of its threads, has just ended
        for path in Path("/proc").glob(f"{pid}/task/*/children"):
            for child in path.read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.fixture(scope="session")
def cloner():
    """The built-in model, one for all tests: none may change it for good."""
    from soundalike import Cloner

    return Cloner.load()


@pytest.fixture(scope="session")
def voice(cloner):
    """The demo's voice."""
    return cloner.listen(REFERENCE)


MINUTE = [
    "The weather turned colder towards the evening, and we went home early.",
    "She asked whether the train from the coast had already left the station.",
    "Nobody could explain where the old map in the drawer came from.",
    "We should finish the work in the garden before the others return.",
    "A small boat was waiting under the bridge, although it was late.",
    "He opened the window and listened to the rain for a long time.",
    "They sold the house by the river in the first week of March.",
    "The teacher wrote three questions on the board and sat down again.",
    "Every morning the baker carried his bread across the narrow street.",
    "It is easier to begin a long journey with a good pair of shoes.",
]


@pytest.fixture(scope="session")
def recordings(cloner, voice, tmp_path_factory):
    """A minute of recordings of the demo's voice, made by the model, with their texts beside them."""
    from soundalike.audio.speech import join

    folder = tmp_path_factory.mktemp("recordings")
    slow = cloner.Options(speed=0.55)
    for number, text in enumerate(MINUTE):
        spoken = cloner.speak(text, voice, slow, quality_check=False, watermark=False, quality="fast")
        join(list(spoken)).write(folder / f"{number}.wav")
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return folder


# The recipes of the parts that are a family's own, where these are more than its acoustic model
OWN_PARTS = {
    "sv2tts": ("sv2tts", "ge2e"),
    "codec_lm": ("codec_lm", "codec_levels", "codec"),
    "hybrid": ("hybrid", "hybrid_decoder", "content_tokens"),
}


def save_tiny(family: str, folder: Path) -> list[str]:
    """Tiny untrained parts of a family's own, saved in a folder; what `assemble` is to be given."""
    from soundalike.checkpoints.part import save_part
    from soundalike.core import registry

    chosen = OWN_PARTS.get(family, (family,))
    for name in chosen:
        recipe = read_recipe(str(RECIPES / f"{name}.toml"), "tiny")
        torch.manual_seed(3)
        save_part(
            folder / name,
            recipe.part,
            recipe.network,
            recipe.mel,
            registry.part(recipe.part).build(recipe.network, recipe.mel),
        )
    return [
        *(str(folder / name) for name in chosen),
        *(["griffin_lim"] if family == "convrnn" else []),
        "builtin",
    ]


@pytest.fixture
def tiny_shelf(tmp_path_factory, monkeypatch) -> Path:
    """The user's shelf with tiny untrained families, the only ones there are beside the built-in one."""
    from soundalike.checkpoints import model_store
    from soundalike.checkpoints.bundle import assemble

    home = tmp_path_factory.mktemp("models")
    for family in ("convrnn", "fastspeech2", "sv2tts"):
        assemble(home / family, save_tiny(family, tmp_path_factory.mktemp(family)))
    monkeypatch.setenv(model_store.PLACE, str(home))
    monkeypatch.setattr(model_store, "checkout", lambda: None)
    return home


@pytest.fixture(scope="session")
def corpus(tmp_path_factory) -> Path:
    """A folder in the layout of `read_table`: two speakers, two clips each."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "audio").mkdir()
    lines = [
        "\t".join(
            (
                "file",
                "speaker",
                "language",
                "emotion",
                "seconds",
                "rate",
                "split",
                "corpus",
                "licence",
                "text_source",
                "text",
            )
        )
    ]
    for path, text in sentences():
        audio = Audio.read(path)
        audio.write(folder / "audio" / path.name)
        lines.append(
            "\t".join(
                (
                    path.name,
                    path.stem[:-2],
                    "en",
                    "neutral" if path.stem.endswith("1") else "happy",
                    f"{audio.seconds:.2f}",
                    str(audio.rate),
                    "train",
                    "made",
                    "CC0",
                    "human",
                    text,
                )
            )
        )
    (folder / "metadata.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def prepared(corpus, tmp_path_factory) -> Path:
    """The miniature corpus prepared, with even durations and made-up vectors: enough for every Objective."""
    folder = tmp_path_factory.mktemp("prepared")
    prepare(str(corpus), str(folder), workers=1)
    prepare(
        str(corpus), str(folder), mel=read_recipe(str(RECIPES / "ge2e.toml")).mel, kinds=("mel",), workers=1
    )
    store = FeatureStore(folder, MelSpec())
    classes = np.array(phone_classes())
    for number, row in enumerate(read_manifest(folder)):
        frames = len(store.read("mel", row.id))
        weight = 0.05 + (classes[encode(row.phonemes)] > 0)
        ends = np.round(np.cumsum(weight) / weight.sum() * frames)
        store.write("durations", row.id, np.diff(ends, prepend=0).astype(np.int16))
        vector = np.random.default_rng(number // 2).normal(size=256)
        store.write("vector", row.id, (vector / np.linalg.norm(vector)).astype(np.float16))
        store.write("teacher", row.id, (vector / np.linalg.norm(vector)).astype(np.float16))
        # Codes that say something of the sound: how loud three bands are in every other frame
        bands = store.read("mel", row.id)[::2, 10::30][:, :3].astype(np.float32)
        store.write("codes", row.id, (bands + 12).clip(0, 15).astype(np.int16))
    return folder


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium without a window, its microphone the demo's recording."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    place = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        None,
    )
    if place is None:
        pytest.skip("no Chromium on this machine")
    quiet = (
        "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking "
        "disable-component-update disable-sync"
    )
    with tempfile.TemporaryDirectory() as folder, api.sync_playwright() as player:
        Audio.read(REFERENCE).write(Path(folder) / "microphone.wav")
        fake = [
            "use-fake-device-for-media-stream",
            "use-fake-ui-for-media-stream",
            f"use-file-for-fake-audio-capture={folder}/microphone.wav",
        ]
        browser = player.chromium.launch(
            executable_path=place, timeout=WAIT, args=[f"--{name}" for name in (*quiet.split(), *fake)]
        )
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium):
    """Opens pages at a given size; fails when one asks anything of another host, or logs an error."""
    opened = []
    faults = []

    def open_tab(url: str, width: int = 1000, height: int = 900, **more):
        context = chromium.new_context(viewport={"width": width, "height": height}, **more)
        opened.append(context)
        origin = "/".join(url.split("/")[:3])
        context.on(
            "request",
            lambda asked: (
                asked.url.startswith((origin, "blob:", "data:")) or faults.append(f"asked for {asked.url}")
            ),
        )
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
        page.on("console", lambda line: "Content Security Policy" in line.text and faults.append(line.text))
        page.goto(url)
        return page

    yield open_tab
    for context in opened:
        context.close()
    assert not faults


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    """Starts servers with settings of one's own; voices are kept in their databases. They stop when the
    session ends.
    """
    from soundalike.serve.selftest import Running
    from soundalike.serve.settings import Settings

    started = []

    def start(**settings) -> Running:
        data = tmp_path_factory.mktemp("server")
        own = {"port": 0, "data": data, "voices": "database", "workers": 2, "memory": 0}
        patience = {"body_grace": 5.0, "headers_within": 5.0, "decode_seconds": 60.0}
        started.append(Running(Settings(**{**own, **patience, **settings})))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def served(running):
    """A server that knows the demo's voice as Anna."""
    server = running()
    server.services.store.put("Anna", server.services.cloner.listen(REFERENCE), False)
    return server
