"""Speech by PyTorch and by ONNX Runtime side by side: speed, first sound, memory, and how alike it is.

usage: python benchmarks/backends.py [--int8 FOLDER] [--rounds 5]

Takes turns: each sentence is said by every backend before the next sentence, so that whatever else the
machine does falls on all of them alike. One thread; quality fast, every sentence checked and watermarked.
--int8 is a folder that `soundalike models export starling --onnx --int8 -o FOLDER` wrote. Prints one JSON
object: medians of seconds per second of speech, milliseconds to the first sound, wall seconds and peak
megabytes of one `soundalike clone` of a kept voice from process start to file, and how far each backend's
samples are from PyTorch's.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from speed import SENTENCES, peak_memory

from soundalike import Cloner
from soundalike.core.types import Voice

VOICE = "wren"
# Runs a command as if PyTorch were not installed
WITHOUT_TORCH = (
    "import sys; sys.modules['torch'] = None; from soundalike.__main__ import main; sys.exit(main())"
)


def distance(ours: np.ndarray, theirs: np.ndarray) -> dict[str, float] | None:
    """How far samples are from others of the same length; None where the lengths differ."""
    if ours.shape != theirs.shape:
        return None
    difference = ours - theirs
    level = float(np.sqrt(np.square(theirs).mean()))
    return {
        "largest": round(float(np.abs(difference).max()), 6),
        "rms_over_level": round(float(np.sqrt(np.square(difference).mean())) / level, 6),
    }


def speaking(cloners: dict[str, Cloner], voice: Voice, rounds: int) -> dict[str, dict]:
    """Seconds per second of speech and milliseconds to the first sound of each, in turns."""
    rates: dict[str, list[float]] = {name: [] for name in cloners}
    firsts: dict[str, list[float]] = {name: [] for name in cloners}
    said: dict[str, np.ndarray] = {}
    for number in range(rounds + 1):  # the first opens the networks
        for sentence in SENTENCES:
            for name, cloner in cloners.items():
                began = time.perf_counter()
                speech = cloner.clone(voice, sentence, quality="fast")
                took = time.perf_counter() - began
                said[name] = speech.samples
                if number:
                    rates[name].append(took / speech.seconds)
        for name, cloner in cloners.items():
            began = time.perf_counter()
            next(iter(cloner.speak(" ".join(SENTENCES), voice, quality="fast")))
            if number:
                firsts[name].append(time.perf_counter() - began)
    return {
        name: {
            "seconds_per_second": round(statistics.median(rates[name]), 4),
            "first_audio_milliseconds": round(1000 * statistics.median(firsts[name])),
            "from_torch": distance(said[name], said["torch"]),
        }
        for name in cloners
    }


def processes(int8: str | None, rounds: int) -> dict[str, dict[str, float]]:
    """Wall seconds and peak megabytes of the command line, in turns."""
    ours = [sys.executable, "-m", "soundalike"]
    forms = {
        "torch": [*ours, "{verb}", "--backend", "torch"],
        "onnx": [sys.executable, "-c", WITHOUT_TORCH, "{verb}"],
    }
    if int8:
        forms["int8"] = [*forms["onnx"], "--model", int8]
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in forms}
    with tempfile.TemporaryDirectory() as folder:
        rest = [SENTENCES[0], "--voice", VOICE, "--quality", "fast", "-o", f"{folder}/out.wav"]
        for number in range(rounds + 1):
            for name, form in forms.items():
                run = peak_memory([word.format(verb="say") for word in form] + rest)
                if number:
                    found[name].append(run)
    return {
        name: {
            "process_seconds": round(statistics.median(run[0] for run in runs), 2),
            "peak_megabytes": round(max(run[1] for run in runs)),
        }
        for name, runs in found.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--int8", metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    cloners = {name: Cloner.load(backend=name, cache=False) for name in ("torch", "onnx")}
    if given.int8:
        cloners["int8"] = Cloner.load(Path(given.int8), backend="onnx", cache=False)
    report = speaking(cloners, cloners["torch"].voice(VOICE), given.rounds)
    for name, facts in processes(given.int8, max(1, given.rounds // 2)).items():
        report[name] |= facts
    print(json.dumps({"load_average": os.getloadavg()[0], **report}, indent=1))


if __name__ == "__main__":
    main()
