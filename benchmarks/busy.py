"""What a sentence costs beside other work: processor and clock seconds, with one thread and with more.

usage: python benchmarks/busy.py [--reference FILE] [--beside 4] [--quality fast]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time

TEXT = "The young doctor closed the window and looked at the river."
# Environment and options of each row
WAYS = {
    "default": ({}, ()),
    "--threads 2": ({}, ("--threads", "2")),
    "OMP_NUM_THREADS=1": ({"OMP_NUM_THREADS": "1"}, ()),
    "OMP_NUM_THREADS=2": ({"OMP_NUM_THREADS": "2"}, ()),
}


def main() -> None:
    """Print a row for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", default="docs/demo/reference.flac")
    parser.add_argument("--beside", type=int, default=2 * (os.cpu_count() or 1), help="busy processes")
    parser.add_argument("--quality", default="fast")
    given = parser.parse_args()
    loop = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(loop) for _ in range(given.beside)]
    try:
        print(f"| beside {given.beside} busy processes | processor s | clock s |\n|---|---|---|")
        for name, (environment, options) in WAYS.items():
            processor, clock = cost(given.reference, given.quality, environment, options)
            print(f"| {name} | {processor:.1f} | {clock:.1f} |", flush=True)
    finally:
        for other in others:
            other.kill()
            other.wait()


def cost(reference: str, quality: str, environment: dict[str, str], options: tuple) -> tuple[float, float]:
    """Processor and clock seconds of one command."""
    clean = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    command = [sys.executable, "-m", "soundalike", "clone", reference, TEXT, "--quality", quality]
    subprocess.run(
        [*command, *options, "-o", "-"],
        env={**clean, **environment},
        check=True,
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, time.monotonic() - began


if __name__ == "__main__":
    main()
