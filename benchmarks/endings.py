"""Whether an architecture with attention ends its sentences by itself, and reads them in order.

usage: python benchmarks/endings.py [--family sv2tts | --model FOLDER] [--reference FILE ...] [--sentences N]

Speaks the fifty sentences of endings.txt, 1 to 40 words long, voices in turn, once each, without choosing
among takes; guarded and, where the family's options have a guard, without. Prints one JSON object for each of
the two: how many ended by their stop token (`by_themselves`; of the others `ended` says whether it was by
staying on the last symbol, which the guard ends, or at the limit of length), the share whose attention was
monotonic (never more than one symbol behind the furthest yet), and the share whose attention came to the end
of the text.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from tqdm import tqdm

from soundalike import Cloner, Voice
from soundalike.core.options import options_of
from soundalike.inference.postprocess import ready
from soundalike.text import Utterance, phonemize

HERE = Path(__file__).resolve().parent
BACK = 1  # symbols behind the furthest that still count as in order
END = 2  # symbols before the end that count as the end: the last is a mark


@runtime_checkable
class Attends(Protocol):
    """A model that shows where it looks in the text, and how a sentence ended."""

    def attended(self, utterance: Utterance, voice: Voice, options: Any) -> Any:
        """One sentence before the vocoder: its attention `weights` (K, S), and how it `ended`."""
        ...


def texts() -> list[str]:
    """The sentences of endings.txt."""
    return (HERE / "endings.txt").read_text(encoding="utf-8").splitlines()


def monotonic(weights: np.ndarray) -> bool:
    """Whether attention (K, S) never falls behind the furthest symbol it has looked at."""
    places = weights.argmax(1)
    return bool((np.maximum.accumulate(places) - places).max() <= BACK)


def arrives(weights: np.ndarray) -> bool:
    """Whether attention (K, S) comes to the end of the text."""
    return bool(weights.argmax(1).max() >= weights.shape[1] - END)


def measure(cloner: Cloner, voices: list[Voice], sentences: list[str], options: Any) -> dict[str, Any]:
    """How sentences end, and whether they are read in order."""
    model: Any = cloner.synthesizer
    ended: Counter[str] = Counter()
    in_order = 0
    whole = 0
    for number, text in enumerate(tqdm(sentences, unit="sentence")):
        utterance = ready(phonemize(text))
        made = model.attended(
            utterance, voices[number % len(voices)], dataclasses.replace(options, seed=options.seed + number)
        )
        weights = made.weights.cpu().numpy()
        ended[made.ended] += 1
        in_order += monotonic(weights)
        whole += arrives(weights)
    count = len(sentences)
    return {
        "sentences": count,
        "by_themselves": ended["stop"],
        "ended": dict(ended),
        "monotonic": in_order / count,
        "arrived": whole / count,
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--family", help="(default: sv2tts, or that of --model)")
    parser.add_argument("--model")
    parser.add_argument(
        "--reference", nargs="*", default=[str(HERE.parent / "docs" / "demo" / "reference.flac")]
    )
    parser.add_argument("--sentences", type=int, help="only so many, spread over the lengths")
    given = parser.parse_args()
    cloner = Cloner.load(given.model, family=given.family or (None if given.model else "sv2tts"))
    if not isinstance(cloner.synthesizer, Attends):
        parser.error(f"the family {cloner.model['family']} has no attention")
    voices = [cloner.listen(reference) for reference in given.reference]
    chosen = (
        texts()[:: max(1, len(texts()) // given.sentences)][: given.sentences] if given.sentences else texts()
    )
    guards = (True, False) if "guard" in options_of(cloner.Options) else (None,)
    for guard in guards:
        options = cloner.Options() if guard is None else cloner.Options(guard=guard)
        print(
            json.dumps(
                {"family": cloner.model["family"], "guard": guard, **measure(cloner, voices, chosen, options)}
            )
        )


if __name__ == "__main__":
    main()
