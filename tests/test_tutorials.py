"""The tutorials run as they are written.

Each ```bash and ```python block of docs/tutorials runs in order, in one folder with the recordings that the
page asks for. A comment before a block may say what a test does otherwise: `<!-- test: old => new -->` in
that block, `<!-- test: server -->` for one that goes on until the page has ended. Lines that install are not
run.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import warnings

import pytest
from conftest import REFERENCE, ROOT

from soundalike import Audio, Cloner
from soundalike.text.user_languages import add_language

TUTORIALS = ROOT / "docs" / "tutorials"
BLOCK = re.compile(
    r"(?:^<!-- test: (?P<note>.*?) -->\n)?^```(?P<kind>bash|python)\n(?P<code>.*?)^```", re.S | re.M
)
KEPT = ("VOICES", "MODELS", "CACHE", "LANGUAGES")  # in folders of the test's own
NEEDS = {"serve": ("fastapi", "openai"), "train": ("matplotlib",)}
SENTENCES = (
    "The boat was late, so we walked along the river and talked about nothing in particular.",
    "Every morning she opens the window and listens to the street for a while.",
    "They bought bread, cheese and a few apples, and then went home by the old road.",
    "Nobody knew where the music came from, but it was there every evening.",
    "If the weather is good on Saturday, we could take the children to the lake.",
    "His answer was short and friendly, though it took him a week to write it.",
    "The teacher asked a question that none of us had thought about before.",
    "There was a light in the kitchen, and somebody was singing an old song.",
    "The train stopped between two fields, and for ten minutes nothing happened.",
    "We found the key under the stone where it had been for thirty years.",
    "A small dog crossed the square slowly, as if it had nowhere to go.",
    "My brother keeps his letters in a box that nobody else may open.",
    "They painted the door green, then blue, and in the end they left it white.",
    "The winter was long, but the first warm day made us forget all of it.",
)
FEW = 7  # of them, that a page needs which trains
POLISH = (
    "Dzień dobry, nazywam się Anna i mieszkam w małym mieście nad rzeką.",
    "Wczoraj wieczorem padał deszcz, więc zostaliśmy w domu.",
    "Czy możesz mi powiedzieć, gdzie jest najbliższa apteka?",
)
# The columns of Common Voice's tables
COLUMNS = (
    "client_id path sentence_id sentence sentence_domain up_votes down_votes age gender accents variant "
    "locale segment"
).split()


def blocks(page):
    """The blocks of a page: how each is run, its code with the test's substitution, whether it goes on."""
    for match in BLOCK.finditer(page.read_text(encoding="utf-8")):
        code, note = match["code"], match["note"]
        if note and note != "server":
            old, _, new = note.partition(" => ")
            assert old in code, f"{page.name}: {old} is not in the block"
            code = code.replace(old, new)
        lines = [line for line in code.splitlines() if not line.startswith("pip install")]
        yield match["kind"], "\n".join(lines) + "\n", note == "server"


@pytest.fixture(scope="module")
def speech():
    """The sentences in the bundled voices, as many of each as pages ask for: (voice, text, Audio)."""
    cloner = Cloner.load()
    return [
        (name, text, cloner.clone(name, text, quality="fast", quality_check=False, seed=number))
        for name, count in (("wren", len(SENTENCES)), ("rook", FEW))
        for number, text in enumerate(SENTENCES[:count])
    ]


def lay_polish(folder, kept):
    """Sentences in the language of its page as two voices say them, in the layout of Common Voice."""
    page = (TUTORIALS / "language.md").read_text(encoding="utf-8")
    written = kept / "written"
    written.mkdir(parents=True)
    for name in ("language.toml", "lexicon.tsv"):
        file = re.search(rf"cat > polish/{name} <<'END'\n(.*?)^END", page, re.S | re.M)
        if file:
            (written / name).write_text(file[1], encoding="utf-8")
    cloner = Cloner.load()
    rows = ["\t".join(COLUMNS)]
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the language is experimental
        patch.setenv("SOUNDALIKE_LANGUAGES", str(kept / "languages"))
        add_language(written)
        options = {"quality": "fast", "quality_check": False, "language": "pl", "watermark": False}
        for voice in ("wren", "rook"):
            for number, text in enumerate(POLISH):
                name = f"common_voice_pl_{voice}{number}.mp3"
                cloner.clone(voice, text, seed=number, **options).write(folder / "clips" / name)
                row = {"client_id": voice * 8, "path": name, "sentence": text, "locale": "pl"}
                rows.append("\t".join(row.get(column, "") for column in COLUMNS))
    (folder / "validated.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


@pytest.fixture
def desk(tmp_path, request):
    """A folder with what the tutorials ask for."""

    def laid(page):
        Audio.read(REFERENCE).write(tmp_path / "me.wav")
        if page == "language":
            lay_polish(tmp_path / "cv-corpus" / "pl", tmp_path / "kept")
            return tmp_path
        for number, (voice, text, audio) in enumerate(request.getfixturevalue("speech")):
            folder = tmp_path / "recordings"
            if page == "train":
                if number % len(SENTENCES) >= FEW:
                    continue
                folder = folder / voice
            elif voice != "wren":
                continue
            audio.write(folder / f"{number}.wav")
            (folder / f"{number}.txt").write_text(text, encoding="utf-8")
        return tmp_path

    return laid


@pytest.fixture
def environment(tmp_path):
    """The shell's: `soundalike` and `python` are those of this test, what is kept stays in its folder."""
    programs = tmp_path / "bin"
    programs.mkdir()
    command = programs / "soundalike"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m soundalike "$@"\n')
    command.chmod(0o755)
    kept = {f"SOUNDALIKE_{name}": str(tmp_path / name.lower()) for name in KEPT}
    paths = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src")}
    return {**os.environ, **paths, **kept}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def running(words, folder, environment):
    process = subprocess.Popen(words, cwd=folder, env=environment, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


@pytest.mark.skipif(os.name == "nt" or not shutil.which("bash"), reason="the blocks are those of a shell")
@pytest.mark.parametrize("page", sorted(TUTORIALS.glob("*.md")), ids=lambda page: page.stem)
def test_tutorials_run(page, desk, environment):
    for module in NEEDS.get(page.stem, ()):
        pytest.importorskip(module)
    folder = desk(page.stem)
    port = str(free_port())
    found = list(blocks(page))
    assert len(found) >= 3
    with contextlib.ExitStack() as stack:
        for kind, code, goes_on in found:
            code = code.replace("8000", port)
            words = ["bash", "-ec", code] if kind == "bash" else [sys.executable, "-c", code]
            if goes_on:
                stack.enter_context(running(words, folder, environment))
                continue
            done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, f"{code}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    made = [path for ending in ("wav", "mp3") for path in folder.glob(f"*.{ending}") if path.name != "me.wav"]
    assert made and all(path.stat().st_size > 1000 for path in made)
