"""Whether a sentence that lost, doubled or garbled a word is caught, and how often a good one is suspected.

usage: python benchmarks/verification.py [--sentences 100] [--reference FILE ...]

Speaks sentences in turn with the voices: as they are, and by an acoustic model that breaks one word of every
sentence it is given for the first time, and of half of those it is given again. Prints one JSON object: of
100 each, how many good ones are in doubt after the first take, how many broken ones were repaired, how many
flagged, by kind; how often a mel is judged as the sound that is made of it; and what the check costs.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from timestamps import texts

from soundalike import Cloner
from soundalike.audio.speech import Speech, join
from soundalike.core.contracts import Synthesizer
from soundalike.core.types import Reference, Voice
from soundalike.inference.postprocess import ready
from soundalike.inference.predicted_sound import PredictedSound
from soundalike.text import Utterance, read
from soundalike.text.alphabet import CONSONANTS, MARKS, VOWELS, is_vowel

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("dropped", "repeated", "garbled")


def broken(utterance: Utterance, kind: str, rng: random.Random) -> Utterance:
    """A sentence with one of its inner words dropped, said twice, or of other sounds. Its words no longer
    match its symbols.
    """
    sounds = Counter(
        word for word, symbol in zip(utterance.word_of, utterance.symbols) if symbol not in MARKS
    )
    word = rng.choice([w for w in range(1, len(utterance.words) - 1) if sounds[w] > 2])
    place = [i for i, w in enumerate(utterance.word_of) if w == word]
    before = utterance.symbols[: place[0]]
    own = utterance.symbols[place[0] : place[-1] + 1]
    after = utterance.symbols[place[-1] + 1 :]
    if kind == "garbled":
        own = [
            s
            if s in MARKS
            else rng.choice([o for o in (VOWELS if is_vowel(s) else CONSONANTS) if o != s.lstrip("ˈˌ")])
            for s in own
        ]
    symbols = before + {"dropped": [], "repeated": own + own}.get(kind, own) + after
    return replace(utterance, symbols=symbols, word_of=[0] * len(symbols))


class Breaking:
    """A model that breaks a word: of every sentence it is given for the first time, of half of those it is
    given again.
    """

    def __init__(self, model: Synthesizer, kind: str, seed: int):
        self.model = model
        self.kind = kind
        self.rng = random.Random(seed)
        self.broke: list[bool] = []  # whether it did, take by take
        self.sample_rate = model.sample_rate
        self.Options = model.Options
        self.speaker_encoder = model.speaker_encoder
        self.aligner = model.aligner
        self.frame_rate = model.frame_rate

    def condition(self, reference: Reference) -> Voice:
        return self.model.condition(reference)

    def check(self, voice: Voice) -> None:
        self.model.check(voice)

    def seconds(self, utterance: Utterance, voice: Voice, options: Any) -> float:
        return self.model.seconds(utterance, voice, options)

    def speak(self, utterance: Utterance, voice: Voice, options: Any = None) -> Iterator[Speech]:
        self.broke.append(not self.broke or self.rng.random() < 0.5)
        said = broken(utterance, self.kind, self.rng) if self.broke[-1] else utterance
        for speech in self.model.speak(said, voice, options):
            yield replace(speech, timestamps=())  # they would not be those of the sentence


def caught(cloner: Cloner, kind: str, text: str, voice: Any, seed: int) -> str:
    """What becomes of a sentence whose first take is broken: "repaired", "flagged" or "missed"."""
    model = Breaking(cloner.synthesizer, kind, seed)
    (speech,) = Cloner(model, cloner.model).speak(text, voice, quality="fast")
    (check,) = speech.checks
    return "flagged" if check.doubts else "missed" if model.broke[check.kept - 1] else "repaired"


def foreseen(cloner: Cloner, voices: list[Voice], sentences: int) -> dict[str, int]:
    """Of sentences as they are and broken in each way, how often the verdict on the mel is that on the sound,
    and how often it is when length is left out of account, so that words alone decide.
    """
    model = cloner.synthesizer
    checker = cloner.quality_checker
    found: Counter[str] = Counter()
    for seed, text in enumerate(texts(sentences)):
        voice = voices[seed % len(voices)]
        utterance = ready(read(text).utterances[0])
        options = cloner.Options(seed=seed)
        for kind in ("good", *KINDS):
            said = utterance if kind == "good" else broken(utterance, kind, random.Random(seed))
            plan = model.plan(said, voice, options)
            mel = PredictedSound(model.planned_output(plan, options).mel, model.mel)
            (spoken,) = model.speak_planned(plan, options)
            sound = replace(spoken, timestamps=())
            for name, seconds in (("", model.seconds(utterance, voice, options)), (", words", None)):
                made = (
                    (sound, checker.check(sound, utterance, seconds)),
                    (mel, checker.check_predicted(mel, utterance, seconds)),
                )
                doubts = [bool(checker.best([one], voice.identity)[1].doubts) for one in made]
                found[f"{kind}{name}"] += doubts[0] == doubts[1]
    return dict(found)


def measure(references: list[str], sentences: int) -> dict[str, Any]:
    cloner = Cloner.load()
    voices = [cloner.listen(reference) for reference in references]
    result: dict[str, Any] = {"sentences": sentences, "voices": len(voices)}
    good = [
        join(list(cloner.speak(text, voices[i % len(voices)], quality="fast")))
        for i, text in enumerate(texts(sentences))
    ]
    result["good ones in doubt at first"] = sum(audio.checks[0].takes > 1 for audio in good)
    result["good ones in doubt at last"] = sum(bool(audio.checks[0].doubts) for audio in good)
    for kind in KINDS:
        outcome: Counter[str] = Counter()
        for i, text in enumerate(texts(sentences)):
            outcome[caught(cloner, kind, text, voices[i % len(voices)], i)] += 1
        result[kind] = dict(outcome)
    result["judged alike by mel and sound"] = foreseen(cloner, voices, sentences)
    torch.set_num_threads(2)
    for name, checked in (("plain", False), ("verified", True)) * 2:
        began = time.monotonic()
        for i, text in enumerate(texts(30)):
            list(cloner.speak(text, voices[i % len(voices)], quality="fast", quality_check=checked))
        result[f"seconds for 30, {name}"] = round(time.monotonic() - began, 2)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=100)
    parser.add_argument("--reference", nargs="+", default=[str(ROOT / "docs" / "demo" / "reference.flac")])
    given = parser.parse_args()
    print(json.dumps(measure(given.reference, given.sentences), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
