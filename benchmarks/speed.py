"""Speed, memory and size of the built-in model or another family, on this machine.

usage: python benchmarks/speed.py [--family NAME] [--threads 2] [--reference FILE]

Prints one JSON object: seconds of synthesis per second of speech (model loaded), the time from a call to its
first sentence, and with `stream` to the first piece of one, the wall time and peak memory of one `soundalike
clone` from process start to file, and the bytes of weights that are the family's own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SENTENCES = (
    "The ferry leaves the harbor at dawn and returns just before supper.",
    "A small brown dog was waiting under the station clock.",
    "If you listen carefully, you can hear the pipes singing at night.",
    "Nothing in the attic had been touched for thirty years.",
)


def peak_memory(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak resident megabytes of a command."""
    code = (
        "import resource,subprocess,sys,time; t=time.monotonic(); "
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
        "print(time.monotonic()-t, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    seconds, kilobytes = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, check=True
    ).stdout.split()
    return float(seconds), float(kilobytes) / (1024 if sys.platform != "darwin" else 1024**2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--reference", default=str(ROOT / "docs" / "demo" / "reference.flac"))
    parser.add_argument("--family", default="starling")
    given = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(given.threads)

    from soundalike import Cloner
    from soundalike.audio.speech import join
    from soundalike.checkpoints import model_store
    from soundalike.core.backends import torch_is_installed

    if torch_is_installed():  # which then runs the model
        import torch

        torch.set_num_threads(given.threads)
    cloner = Cloner.load(family=given.family)
    began = time.monotonic()
    voice = cloner.listen(given.reference)
    listening = time.monotonic() - began
    firsts: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(5):
        for stream, found in firsts.items():
            began = time.monotonic()
            next(iter(cloner.speak(" ".join(SENTENCES), voice, quality="fast", stream=stream)))
            found.append(time.monotonic() - began)
    rates: dict[str, list[float]] = {"fast": [], "best": []}
    for quality, found in rates.items():
        for repeat in range(3):
            for sentence in SENTENCES:
                began = time.monotonic()
                audio = join(list(cloner.speak(sentence, voice, quality=quality)))
                if repeat:
                    found.append((time.monotonic() - began) / audio.seconds)
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "soundalike",
            "clone",
            given.reference,
            SENTENCES[0],
            "-o",
            f"{folder}/out.wav",
            "--family",
            given.family,
        ]
        runs = [peak_memory(command) for _ in range(3)]
    weights = model_store.entry(given.family, model_store.chosen(family=given.family)).size
    report = {
        "family": given.family,
        "threads": given.threads,
        "seconds_per_second": {
            quality: round(statistics.median(found), 4) for quality, found in rates.items()
        },
        "first_audio_milliseconds": round(1000 * statistics.median(firsts[False])),
        "first_streamed_audio_milliseconds": round(1000 * statistics.median(firsts[True])),
        "listen_seconds": round(listening, 3),
        "clone_process_seconds": round(statistics.median(r[0] for r in runs), 2),
        "clone_peak_megabytes": round(max(r[1] for r in runs)),
        "weights_megabytes": round(weights / 1e6, 1),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
