"""Clones of people whose reference is degraded in six ways, beside clones of the same clean reference.

    python benchmarks/poor_references.py --corpus CORPUS --split train --people 10 --quality fast

For each way: the speaker similarity to the clean reference, DNSMOS of the speech, of its background and
overall, and the energy above 5 kHz beside that of the clean reference's clone, in decibels.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import vocoder as instrument

from soundalike import Audio, Cloner
from soundalike.audio.speech import join
from soundalike.evaluate.naturalness import Dnsmos
from soundalike.prepare.derive import degrade

TEXT = "The weather turned colder towards the evening, and she asked whether anyone had seen the dog."
RATE = 24_000
BRIGHT = 5000.0  # hertz


def ways(others: list[Audio]) -> dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]]:
    """The six ways, by name."""

    def babble(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return degrade.at_ratio(samples, degrade.babble(len(samples), others, rng), 15.0)

    def room(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        size = int(0.6 * RATE)
        echo = rng.standard_normal(size) * np.exp(-6.9 * np.arange(size) / size)
        echo *= 10 ** (-3 / 20) / np.sqrt(np.sum(echo**2))
        return samples + np.convolve(samples, echo)[: len(samples)]

    def overdriven(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return np.clip(samples * 10 ** (10 / 20) / np.abs(samples).max(), -1, 1)

    return {
        "clean": lambda x, rng: x,
        "noise, 10 dB": lambda x, rng: degrade.at_ratio(x, degrade.coloured_noise(len(x), rng), 10.0),
        "babble, 15 dB": babble,
        "room, 0.6 s": room,
        "telephone": lambda x, rng: degrade.through_band(x, RATE, 300.0, 3400.0),
        "MP3 at the lowest rate": lambda x, rng: degrade.coded_poorly(x, RATE),
        "clipped, 10 dB": overdriven,
    }


def brightness(audio: Audio) -> float:
    """Energy above BRIGHT over all, in decibels."""
    power = np.abs(np.fft.rfft(audio.samples)) ** 2
    hertz = np.fft.rfftfreq(len(audio.samples), 1 / audio.rate)
    return float(10 * np.log10(power[hertz > BRIGHT].sum() / power.sum()))


def references(corpus: Path, split: str, people: int) -> list[Audio]:
    """Recordings of so many people, 4 to 12 seconds each."""
    with open(corpus / "metadata.tsv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    fit = [row for row in rows if row["split"] == split and 4 <= float(row["seconds"]) <= 12]
    fit = [row for row in fit if row["language"].startswith("en")]
    random.Random(5).shuffle(fit)
    one_each = {row["speaker"]: row for row in fit}
    chosen = instrument.in_turn(list(one_each.values()))[:people]
    return [Audio.read(corpus / "audio" / row["file"]).resample(RATE) for row in chosen]


def main() -> None:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--split", default="train")
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--quality", default="fast")
    parser.add_argument("--model", default="")
    parser.add_argument("--option", action="append", default=[], help="NAME=VALUE, a number")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    options = {name: float(value) for name, _, value in (one.partition("=") for one in chosen.option)}
    cloner = Cloner.load(chosen.model) if chosen.model else Cloner.load()
    embedded = instrument.open_similarity()
    judge = Dnsmos()
    people = references(chosen.corpus, chosen.split, chosen.people)
    found: dict[str, list[dict[str, float]]] = {}
    for number, reference in enumerate(people):
        clip = instrument.Clip("", reference, TEXT, "en")
        clean = 0.0
        for name, way in ways(people).items():
            rng = np.random.default_rng(number)
            poor = Audio(way(reference.samples.astype(np.float64), rng).astype(np.float32), RATE)
            voice = cloner.listen(poor.normalised())
            said = cloner.speak(
                TEXT,
                voice,
                cloner.Options(seed=number, **options),
                watermark=False,
                quality_check=False,
                quality=chosen.quality,
            )
            speech = join(list(said))
            made = Audio(speech.samples, speech.rate)
            clean = brightness(made) if name == "clean" else clean
            scores = judge.score(made)
            row = {**embedded(clip, made), **scores, "bright": brightness(made) - clean}
            found.setdefault(name, []).append(row)
        print(f"{number + 1} of {len(people)}", flush=True)
    for name, rows in found.items():
        print(name, json.dumps(instrument.pooled(rows)))


if __name__ == "__main__":
    main()
