"""The watermark: how often it is found after what happens to recordings, how often where there is none, what
it does to the sound, its cost.

usage: python benchmarks/watermark.py --corpus FOLDER [--clones 80] [--real 2000] [--parts
attacks,false,quality,words,cost]

Speaks sentences in voices of the corpus's `dev` speakers (in no part's training), marks them, and real clips
of theirs, and looks for the mark after each attack; looks for marks in real clips that have none. Prints one
JSON object a part. Recordings are in the layout of `prepare`.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import statistics
import time
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

import av
import numpy as np

from soundalike import Audio, Cloner
from soundalike.audio.speech import join
from soundalike.core.errors import SoundalikeError
from soundalike.provenance import watermark
from soundalike.provenance.error_correction import Mark

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 11, 21)
Attack = Callable[[Audio, random.Random], Audio]


def coded(audio: Audio, codec: str, container: str, kilobits: int) -> Audio:
    """A sound encoded and decoded again by FFmpeg."""
    buffer = io.BytesIO()
    samples = (np.clip(audio.samples, -1, 1)[None] * 32767).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
    frame.sample_rate = audio.rate
    frame.pts = 0
    with av.open(buffer, "w", format=container) as file:
        stream = file.add_stream(codec, rate=audio.rate)
        stream.bit_rate = kilobits * 1000
        stream.layout = "mono"
        resampler = av.AudioResampler(format=stream.codec_context.format.name, layout="mono", rate=audio.rate)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return Audio.read(io.BytesIO(buffer.getvalue())).resample(audio.rate)


def mp3(audio: Audio, rng: random.Random) -> Audio:
    return coded(audio, "libmp3lame", "mp3", 64)


def opus(audio: Audio, rng: random.Random) -> Audio:
    return coded(audio, "libopus", "ogg", 24)


def telephone_rate(audio: Audio, rng: random.Random) -> Audio:
    return audio.resample(16_000)


def volume(audio: Audio, rng: random.Random) -> Audio:
    return Audio(np.clip(audio.samples * 10 ** (rng.uniform(-20, 10) / 20), -1, 1), audio.rate)


def crop(audio: Audio, rng: random.Random) -> Audio:
    size = 3 * audio.rate
    start = rng.randrange(max(1, len(audio.samples) - size + 1))
    return Audio(audio.samples[start : start + size], audio.rate)


def noise(audio: Audio, rng: random.Random) -> Audio:
    """White noise 30 dB below the sound."""
    level = np.sqrt((audio.samples**2).mean()) * 10 ** (-30 / 20)
    return Audio(
        audio.samples
        + np.random.default_rng(rng.randrange(2**32)).normal(0, level, len(audio.samples)).astype(np.float32),
        audio.rate,
    )


ATTACKS: dict[str, tuple[Attack, ...]] = {
    "none": (),
    "mp3 64 kbit/s": (mp3,),
    "Opus 24 kbit/s": (opus,),
    "16 kHz": (telephone_rate,),
    "volume -20 to +10 dB": (volume,),
    "3 s crop": (crop,),
    "noise at 30 dB": (noise,),
    "3 s crop, mp3 64": (crop, mp3),
    "3 s crop, Opus 24": (crop, opus),
    "3 s crop, noise at 30 dB": (crop, noise),
    "mp3, then Opus": (mp3, opus),
}


def rows_of(corpus: Path, split: str) -> list[dict[str, str]]:
    with open(corpus / "metadata.tsv", encoding="utf-8") as file:
        return [
            row
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["split"] == split
        ]


def clones(
    cloner: Cloner, corpus: Path, count: int, mark: bool, split: str = "dev", seed: int = 0
) -> list[tuple[Audio, str]]:
    """Sentences of at least 3 s in the voices of that split's speakers in turn, with their texts."""
    rng = random.Random(seed)
    by_speaker = {}
    for row in rows_of(corpus, split):
        if 4 <= float(row["seconds"]) <= 16:
            by_speaker.setdefault(row["speaker"], []).append(row)
    texts = [
        row["text"]
        for row in rows_of(corpus, "train")
        if row["corpus"] in ("kathleen", "ljspeech") and 30 <= len(row["text"]) <= 150
    ]
    speakers = sorted(by_speaker)
    made = []
    for number in range(20 * count):
        row = rng.choice(by_speaker[speakers[number % len(speakers)]])
        text = rng.choice(texts)
        try:
            voice = cloner.listen(corpus / "audio" / row["file"])
            audio = join(
                list(
                    cloner.speak(
                        text, voice, cloner.Options(seed=number), quality="fast", watermark=mark, day=DAY
                    )
                )
            )
        except SoundalikeError:
            continue  # too little speech for a voice
        if audio.seconds >= 3.05:
            made.append((audio, text))
        if len(made) == count:
            break
    return made


def recordings(
    corpus: Path,
    count: int,
    seconds: float,
    split: str | None = None,
    seed: int = 0,
    without: tuple[str, ...] = ("teacher",),
) -> list[Audio]:
    """Real clips of at least so long, drawn by chance."""
    rows = [row for part in ([split] if split else ["train", "dev"]) for row in rows_of(corpus, part)]
    rows = [row for row in rows if float(row["seconds"]) >= seconds and row["corpus"] not in without]
    random.Random(seed).shuffle(rows)
    return [Audio.read(corpus / "audio" / row["file"]) for row in rows[:count]]


def found_in(audio: Audio, mark: Mark) -> tuple[bool, bool, float]:
    """Whether any mark is found, whether it is that one, and its strength."""
    found = watermark.find(audio)
    return bool(found), bool(found) and found[0].mark == mark, found[0].strength if found else 0.0


def attacks(sounds: list[tuple[Audio, Mark]]) -> dict[str, dict[str, float]]:
    """Of marked sounds: how many are found, read rightly, and the weakest strength, after each attack."""
    result = {}
    for name, steps in ATTACKS.items():
        rng = random.Random(name)
        seen = []
        for audio, mark in sounds:
            for step in steps:
                audio = step(audio, rng)
            seen.append(found_in(audio, mark))
        result[name] = {
            "found": sum(s[0] for s in seen),
            "right": sum(s[1] for s in seen),
            "of": len(seen),
            "strength, least and median": [
                min(s[2] for s in seen),
                round(statistics.median(s[2] for s in seen), 1),
            ],
        }
        print(name, json.dumps(result[name]), flush=True)
    return result


def false_alarms(sounds: list[Audio]) -> dict[str, float]:
    """Marks found in sounds that have none; and how their best agreements, whatever the checksum, are
    spread.
    """
    best = []
    alarms = 0
    for audio in sounds:
        heard = watermark.evidence(audio.resample(watermark.RATE).samples)
        best.append(float(watermark.agreement(heard)[0].max()))
        alarms += bool(watermark.find(audio))
    spread = float(np.std(best) * np.sqrt(6) / np.pi)
    return {
        "clips": len(sounds),
        "alarms": alarms,
        "best agreement": max(best),
        "place": float(np.mean(best)) - 0.5772 * spread,
        "spread": spread,
    }


def quality(pairs: list[tuple[Audio, Audio]]) -> dict[str, float]:
    """DNSMOS before and after, and how far the change is below the sound."""
    from soundalike.evaluate.naturalness import open_naturalness

    judge = open_naturalness()
    before, after = ([judge.score(audio)["naturalness"] for audio in side] for side in zip(*pairs))
    change = np.array(after) - np.array(before)
    below = [10 * np.log10((a.samples**2).sum() / ((b.samples - a.samples) ** 2).sum()) for a, b in pairs]
    return {
        "pairs": len(pairs),
        "before": float(np.mean(before)),
        "after": float(np.mean(after)),
        "change": float(change.mean()),
        "half a 95 % interval": float(1.96 * change.std(ddof=1) / np.sqrt(len(change))),
        "decibels below the sound": float(np.mean(below)),
    }


def word_errors(pairs: list[tuple[Audio, Audio, str]]) -> dict[str, float]:
    """Word errors that Whisper base makes before and after."""
    from soundalike.evaluate.words import score_words
    from soundalike.models.recognizers.whisper import open_recogniser

    recogniser = open_recogniser("en")
    scores = [[score_words(text, recogniser.transcribe(audio)) for audio in (a, b)] for a, b, text in pairs]
    words = sum(s[0].words for s in scores)
    before, after = (sum(s[side].word_errors for s in scores) for side in (0, 1))
    return {"pairs": len(pairs), "words": words, "errors before": before, "errors after": after}


def cost(pairs: list[tuple[Audio, Audio, str]]) -> dict[str, float]:
    """Seconds of marking and of looking for a mark per second of sound."""
    put = []
    look = []
    mark = Mark(1, 1)
    for plain, _, _ in pairs[:20]:
        watermark.embed(plain, mark)
        began = time.perf_counter()
        marked = watermark.embed(plain, mark)
        middle = time.perf_counter()
        watermark.find(marked)
        put.append((middle - began) / plain.seconds)
        look.append((time.perf_counter() - middle) / plain.seconds)
    return {"embed, s per s": statistics.median(put), "find, s per s": statistics.median(look)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--corpus",
        type=Path,
        default=Path(os.environ.get("SOUNDALIKE_CORPUS", ROOT.parent / "shared" / "corpus")),
    )
    parser.add_argument("--clones", type=int, default=80)
    parser.add_argument("--real", type=int, default=2000)
    parser.add_argument("--parts", default="attacks,false,quality,words,cost")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    parts = given.parts.split(",")
    if {"attacks", "quality", "words", "cost"} & set(parts):
        made = clones(Cloner.load(), given.corpus, given.clones, mark=False)
        marks = [Mark(number * 811 % 65536, number % 64, DAY) for number in range(1000)]
        pairs = [(audio, watermark.embed(audio, mark), text) for (audio, text), mark in zip(made, marks)]
    if "attacks" in parts:
        print(
            json.dumps({"clones": attacks([(marked, mark) for (_, marked, _), mark in zip(pairs, marks)])}),
            flush=True,
        )
        real = [
            (watermark.embed(audio, mark), mark)
            for audio, mark in zip(recordings(given.corpus, given.clones, 3.05, "dev"), marks)
        ]
        print(json.dumps({"real clips": attacks(real)}), flush=True)
    if "false" in parts:
        print(
            json.dumps({"false": false_alarms(recordings(given.corpus, given.real, 1.0, seed=1))}), flush=True
        )
    if "quality" in parts:
        print(json.dumps({"quality": quality([pair[:2] for pair in pairs[:60]])}), flush=True)
    if "words" in parts:
        print(json.dumps({"words": word_errors(pairs[:40])}), flush=True)
    if "cost" in parts:
        print(json.dumps({"cost": cost(pairs)}), flush=True)


if __name__ == "__main__":
    main()
