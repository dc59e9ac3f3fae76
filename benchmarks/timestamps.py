"""How far the timestamps of clones are from where an independent aligner finds the words.

usage: python benchmarks/timestamps.py [--clones 50] [--reference FILE ...]

Speaks sentences in turn with the voices, aligns each with pocketsphinx (pip install ".[recognise]")
and prints one JSON object: words compared, median and 90th percentile of the distance between starts, in
milliseconds.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np
import pocketsphinx

from soundalike import Audio, Cloner
from soundalike.audio.speech import join

ROOT = Path(__file__).resolve().parent.parent
FIRST = (
    "The old man",
    "My sister",
    "Nobody",
    "The young doctor",
    "A tall woman",
    "Our neighbor",
    "The captain",
    "Every child",
    "The baker",
    "His friend",
)
SECOND = (
    "walked slowly to the station",
    "wrote a long letter",
    "closed the window",
    "waited for the last train",
    "looked at the dark river",
)
THIRD = (
    "before the rain began.",
    "and said nothing at all.",
    "while the bells were ringing.",
    "because it was late.",
    "in the middle of the night.",
)


def texts(count: int) -> list[str]:
    """So many different sentences."""
    return [f"{FIRST[i % 10]} {SECOND[i // 2 % 5]} {THIRD[(i + i // 10) % 5]}" for i in range(count)]


def words_by_pocketsphinx(
    decoder: pocketsphinx.Decoder, audio: Audio, words: list[str]
) -> tuple[list[str], np.ndarray]:
    """The words it found and their start and end (W, 2) in seconds."""
    samples = np.clip(audio.resample(16_000).samples, -1.0, 1.0)
    decoder.set_align_text(" ".join(words))
    decoder.start_utt()
    decoder.process_raw((samples * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    found = [piece for piece in decoder.seg() or () if piece.word not in ("<s>", "</s>", "<sil>")]
    times = np.array([(piece.start_frame, piece.end_frame + 1) for piece in found]) / 100
    return [re.sub(r"\(\d+\)$", "", piece.word) for piece in found], times


def measure(references: list[str], clones: int) -> dict[str, float]:
    decoder = pocketsphinx.Decoder(samprate=16000, loglevel="FATAL")
    cloner = Cloner.load()
    voices = [cloner.listen(reference) for reference in references]
    apart: list[float] = []
    for number, text in enumerate(texts(clones)):
        audio = join(list(cloner.speak(text, voices[number % len(voices)], quality="fast")))
        said = [timestamp for timestamp in audio.timestamps if timestamp.kind == "word"]
        words, times = words_by_pocketsphinx(decoder, audio, [timestamp.text.lower() for timestamp in said])
        if words == [timestamp.text.lower() for timestamp in said]:
            apart += [abs(timestamp.start - start) * 1000 for timestamp, (start, _) in zip(said, times)]
    median, p90 = (round(float(np.percentile(apart, share)), 1) for share in (50, 90))
    return {"clones": clones, "words": len(apart), "median_ms": median, "p90_ms": p90}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--clones", type=int, default=50)
    parser.add_argument("--reference", nargs="*", default=[str(ROOT / "docs" / "demo" / "reference.flac")])
    given = parser.parse_args()
    json.dump(measure(given.reference, given.clones), sys.stdout)
    print()
