"""Very short and very long texts: lengths, loudness, drift of the voice.

usage: python benchmarks/robustness.py OUT [--reference FILE ...]

Speaks the hundred inputs of short_texts.txt, voices in turn, and one text of 3,000 characters in the first
voice. Writes the sounds and `jobs.jsonl` (wav, text, reference) for a recogniser to OUT, and prints one JSON
object. The cosines are of the model's own speaker encoder: they show drift, not similarity.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from soundalike import Audio, Cloner
from soundalike.audio.speech import join
from soundalike.core.types import Reference
from soundalike.core.vectors import cosine

HERE = Path(__file__).resolve().parent
STORY = (
    "When the last ferry had gone, the harbor grew quiet, and only the gulls went on talking about the day. "
    "Anna locked the ticket office, counted the coins once more, and put the key under the blue flower pot. "
    "She had worked there for eleven years, and she knew every boat by the sound of its engine. "
    "On the way home she stopped at the bakery, where the lights were still burning. "
    '"You are late," said the baker, and gave her the loaf that he had kept for her. '
    "They spoke about the weather, about the price of flour, and about the new bridge that nobody wanted. "
)


def likeness(cloner: Cloner, one: Audio, two: Audio) -> float:
    """The cosine between the speaker embeddings of two sounds, by the model's own encoder."""
    first, second = (cloner.synthesizer.condition(Reference(audio)).identity for audio in (one, two))
    return cosine(first, second)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument(
        "--reference", nargs="*", default=[str(HERE.parent / "docs" / "demo" / "reference.flac")]
    )
    parser.add_argument("--quality", default="best", choices=("fast", "best"))
    given = parser.parse_args()
    out = Path(given.out)
    out.mkdir(parents=True, exist_ok=True)
    cloner = Cloner.load()
    voices = [cloner.listen(reference) for reference in given.reference]
    jobs = []
    lengths = []
    for number, text in enumerate((HERE / "short_texts.txt").read_text(encoding="utf-8").splitlines()):
        who = number % len(voices)
        audio = join(list(cloner.speak(text, voices[who], quality=given.quality)))
        audio.write(out / f"short{number}.wav")
        lengths.append(audio.seconds)
        jobs.append({"wav": str(out / f"short{number}.wav"), "text": text, "reference": given.reference[who]})
    (out / "jobs.jsonl").write_text("".join(json.dumps(job) + "\n" for job in jobs), encoding="utf-8")
    text = (STORY * 6)[:3000].rsplit(".", 1)[0] + "."
    long = join(list(cloner.speak(text, voices[0], quality=given.quality)))
    long.write(out / "long.wav")
    ends = [
        Audio(long.samples[part], long.rate)
        for part in (slice(0, 10 * long.rate), slice(len(long.samples) - 10 * long.rate, None))
    ]
    print(
        json.dumps(
            {
                "short_inputs": len(lengths),
                "within_.3_to_2.5_s": sum(0.3 <= seconds <= 2.5 for seconds in lengths),
                "shortest_s": round(min(lengths), 2),
                "longest_s": round(max(lengths), 2),
                "long_characters": len(text),
                "long_seconds": round(long.seconds, 1),
                "first_and_last_10_s_cosine": round(likeness(cloner, *ends), 3),
                "first_and_last_10_s_lufs": [round(end.loudness(), 2) for end in ends],
            }
        )
    )


if __name__ == "__main__":
    main()
