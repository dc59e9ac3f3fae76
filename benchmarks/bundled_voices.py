"""Make the voices that come with the program from synthetic recordings, or renew them for another model.

    python benchmarks/bundled_voices.py                          # each anew, from the clip it holds
    python benchmarks/bundled_voices.py wren=wren.flac ...       # from these recordings

Run it when the built-in model's mel or speaker encoder has changed. Cards are written by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

from soundalike import Cloner, Voice
from soundalike.inference import bundled_voices
from soundalike.inference.voice_file import write

ORIGIN = "synthetic: a blend of two voices of Kokoro-82M (Apache-2.0); nobody's voice"
NEEDED = (
    "name",
    "language",
    "origin",
    "seconds",
    "speech_seconds",
    "rate",
    "report",
    "pitch",
    "model",
    "mel",
)


def made(cloner: Cloner, name: str, recording: Path | None) -> Voice:
    """A bundled voice, from a recording or from the clip that it holds already."""
    voice = cloner.listen(recording) if recording else cloner.listen_again(bundled_voices.load(name), name)
    facts = {**voice.facts, "name": name, "language": "en", "origin": ORIGIN}
    return Voice(voice.tensors, {fact: facts[fact] for fact in facts if fact in NEEDED})


def main(words: list[str]) -> None:
    """Write each voice, and print its size."""
    recordings = dict(word.split("=", 1) for word in words)
    cloner = Cloner.load()
    for name in bundled_voices.NAMES:
        path = bundled_voices.path_of(name)
        path.parent.mkdir(exist_ok=True)
        voice = made(cloner, name, Path(recordings[name]) if name in recordings else None)
        write(voice, path)
        print(name, path.stat().st_size, "bytes", voice.facts["report"]["problems"])


if __name__ == "__main__":
    main(sys.argv[1:])
