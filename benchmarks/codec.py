"""What a codec makes of recordings, level by level, beside its vocoder alone; and how many codes it uses.

usage: python benchmarks/codec.py --corpus FOLDER --codec FOLDER [--split train|dev] [--people 30]
           [--clean 10] [--levels 1 2 4 8] [--without MEASURE ...] [--out FILE.json]

Recordings and columns are those of vocoder.py. `codes in use` counts the different codes of each level over
all recordings; there cannot be more than frames.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from vocoder import CLEAN, OPENERS, Clip, Vocoder, measured, open_measures, read_clips

from soundalike import Audio, MelSpec
from soundalike.inference.codec import SpeechCodec


def copied(codec: SpeechCodec, levels: int) -> Callable[[Clip], Audio]:
    """What makes of a clip its copy by the first so many levels, without a watermark."""
    return lambda clip: codec.decode(codec.encode(clip.sound), levels, watermark=False)


def codes_in_use(codec: SpeechCodec, clips: list[Clip]) -> dict[str, list[int] | int]:
    """How many different codes each level uses, and the frames of all clips."""
    codes = np.concatenate([codec.encode(clip.sound).values for clip in clips])
    return {"codes in use": [len(np.unique(level)) for level in codes.T], "frames": len(codes)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--codec", required=True)
    parser.add_argument("--split", choices=sorted(CLEAN), default="train")
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--clean", type=int, default=10)
    parser.add_argument("--levels", type=int, nargs="*")
    parser.add_argument("--without", action="append", default=[], choices=sorted(OPENERS))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    codec, measures = SpeechCodec.load(given.codec), open_measures(given.without)
    clips = read_clips(given.corpus, given.split, given.people, given.clean, MelSpec().sample_rate)
    rows: dict[str, Callable[[Clip], Audio]] = {"recordings": lambda clip: clip.sound}
    if codec.vocoder is not None:
        rows["vocoder alone"] = Vocoder("", codec.vocoder.network, codec.vocoder.mel, False).copy
    for levels in given.levels or [codec.codec.levels]:
        rows[f"{levels} levels"] = copied(codec, levels)
    table: dict[str, dict] = {"codec": codes_in_use(codec, clips)}
    print("codec", json.dumps(table["codec"]), flush=True)
    for name, copy in rows.items():
        table[name] = measured(copy, clips, measures)
        print(name, json.dumps(table[name]), flush=True)
    if given.out:
        given.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
