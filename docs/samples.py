"""Makes the samples of docs/samples.md with the built-in model: docs/samples/*.mp3.

usage: python docs/samples.py
"""

from __future__ import annotations

from pathlib import Path

from soundalike import Audio, Cloner

HERE = Path(__file__).resolve().parent
REFERENCE = HERE / "demo" / "reference.flac"
SEED = 7
TEXT = "The boat was late, so we walked along the river and talked about nothing in particular."
# Name, voice, text, quality
SAMPLES = (
    ("clone_best", REFERENCE, TEXT, "best"),
    ("clone_fast", REFERENCE, TEXT, "fast"),
    (
        "clone_numbers",
        REFERENCE,
        "On 3 May 2024 at 9:30 it cost $3.5 million. Dr. Smith read it twice.",
        "best",
    ),
    ("wren", "wren", TEXT, "best"),
    ("linnet", "linnet", TEXT, "best"),
    ("rook", "rook", TEXT, "best"),
)


def main() -> None:
    folder = HERE / "samples"
    folder.mkdir(exist_ok=True)
    Audio.read(REFERENCE).write(folder / "reference.mp3")
    cloner = Cloner.load()
    for name, voice, text, quality in SAMPLES:
        cloner.clone(voice, text, quality=quality, seed=SEED).write(folder / f"{name}.mp3")
    total = sum(path.stat().st_size for path in folder.glob("*.mp3"))
    print(f"{folder}: {len(SAMPLES) + 1} files, {total / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
