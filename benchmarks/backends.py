"""Speech by PyTorch and by ONNX Runtime side by side: speed, first sound, memory, and how alike it is.

usage: python benchmarks/backends.py [--int8 FOLDER] [--rounds 5]

Takes turns: each sentence is said by every backend before the next sentence, so that whatever else the
machine does falls on all of them alike. One thread; quality fast, every sentence checked and watermarked.
--int8 is a folder that `soundalike models export starling --onnx --int8 -o FOLDER` wrote. Prints one JSON
object: medians of seconds per second of speech (by the wall, and of the processor, which other loads disturb
less), milliseconds to the first sentence, and with `stream` to the first piece of one, wall and processor
seconds and peak megabytes of one `soundalike say` from process start to file, how far each backend's samples
are from PyTorch's, and what PyTorch's quality check says of each: mean confidence of the words, mean likeness
to the voice, doubts.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from speed import SENTENCES

from soundalike import Cloner
from soundalike.audio.speech import Speech
from soundalike.core.types import Voice

VOICES = ("wren", "linnet", "rook")  # in turns
# Runs a command as if PyTorch were not installed
WITHOUT_TORCH = (
    "import sys; sys.modules['torch'] = None; from soundalike.__main__ import main; sys.exit(main())"
)


def farthest(ours: list[np.ndarray], theirs: list[np.ndarray]) -> dict[str, float]:
    """How far sentences are from others: the share of them as long, and of these the largest difference of a
    sample, and the largest root mean square difference over that of the sound.
    """
    pairs = [(one, other) for one, other in zip(ours, theirs) if one.shape == other.shape]
    largest = [float(np.abs(one - other).max()) for one, other in pairs]
    ratio = [float(np.linalg.norm(one - other) / np.linalg.norm(other)) for one, other in pairs]
    return {
        "same_length": round(len(pairs) / len(ours), 3),
        "largest": round(max(largest, default=0.0), 5),
        "rms_over_level": round(max(ratio, default=0.0), 5),
    }


def judged(cloner: Cloner, speech: Speech, text: str, voice: Voice) -> tuple[float, float, int]:
    """By a cloner's own check of a sentence: confidence of its words, likeness to the voice, doubts."""
    assert cloner.quality_checker is not None
    check = cloner.quality_checker.compare(speech, text, voice.identity)
    confidence = statistics.mean(word.confidence for word in check.words)
    return confidence, check.likeness or 0.0, len(check.doubts)


def speaking(cloners: dict[str, Cloner], rounds: int) -> dict[str, dict]:
    """Seconds per second of speech and milliseconds to the first sound of each, in turns."""
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in cloners}
    firsts: dict[tuple[str, bool], list[float]] = {
        (name, stream): [] for name in cloners for stream in (False, True)
    }
    said: dict[str, list[np.ndarray]] = {name: [] for name in cloners}
    checks: dict[str, list[tuple[float, float, int]]] = {name: [] for name in cloners}
    for number in range(rounds + 1):  # the first opens the networks
        voice = cloners["torch"].voice(VOICES[number % len(VOICES)])
        for sentence in SENTENCES:
            for name, cloner in cloners.items():
                began = time.perf_counter(), time.process_time()
                speech = cloner.clone(voice, sentence, quality="fast", seed=number)
                took = time.perf_counter() - began[0], time.process_time() - began[1]
                said[name].append(speech.samples)
                checks[name].append(judged(cloners["torch"], speech, sentence, voice))
                if number:
                    rates[name].append((took[0] / speech.seconds, took[1] / speech.seconds))
        for (name, stream), found in firsts.items():
            began = time.perf_counter()
            next(iter(cloners[name].speak(" ".join(SENTENCES), voice, quality="fast", stream=stream)))
            if number:
                found.append(time.perf_counter() - began)
    return {
        name: {
            "seconds_per_second": round(statistics.median(rate[0] for rate in rates[name]), 4),
            "processor_seconds_per_second": round(statistics.median(rate[1] for rate in rates[name]), 4),
            "first_audio_milliseconds": round(1000 * statistics.median(firsts[name, False])),
            "first_streamed_audio_milliseconds": round(1000 * statistics.median(firsts[name, True])),
            "from_torch": farthest(said[name], said["torch"]),
            "confidence": round(statistics.mean(check[0] for check in checks[name]), 3),
            "likeness": round(statistics.mean(check[1] for check in checks[name]), 3),
            "doubts": sum(check[2] for check in checks[name]),
        }
        for name in cloners
    }


def run_of(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak resident megabytes of a command."""
    code = (
        "import resource,subprocess,sys,time; t=time.monotonic(); "
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
        "r=resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(time.monotonic()-t, r.ru_utime+r.ru_stime, r.ru_maxrss/1024)"
    )
    command = [sys.executable, "-c", code, *command]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(found[0]), float(found[1]), float(found[2])


def processes(int8: str | None, rounds: int) -> dict[str, dict[str, float]]:
    """Wall and processor seconds and peak megabytes of the command line, in turns."""
    ours = [sys.executable, "-m", "soundalike"]
    forms = {
        "torch": [*ours, "{verb}", "--backend", "torch"],
        "onnx": [sys.executable, "-c", WITHOUT_TORCH, "{verb}"],
    }
    if int8:
        forms["int8"] = [*forms["onnx"], "--model", int8]
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in forms}
    with tempfile.TemporaryDirectory() as folder:
        rest = [SENTENCES[0], "--voice", VOICES[0], "--quality", "fast", "-o", f"{folder}/out.wav"]
        for number in range(rounds + 1):
            for name, form in forms.items():
                run = run_of([word.format(verb="say") for word in form] + rest)
                if number:
                    found[name].append(run)
    return {
        name: {
            "process_seconds": round(statistics.median(run[0] for run in runs), 2),
            "process_processor_seconds": round(statistics.median(run[1] for run in runs), 2),
            "peak_megabytes": round(max(run[2] for run in runs)),
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
    report = speaking(cloners, given.rounds)
    for name, facts in processes(given.int8, max(1, given.rounds // 2)).items():
        report[name] |= facts
    print(json.dumps({"load_average": os.getloadavg()[0], **report}, indent=1))


if __name__ == "__main__":
    main()
