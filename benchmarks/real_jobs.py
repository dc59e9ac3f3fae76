"""Jobs for the ceilings: sentences that people of a corpus said themselves, each with another recording of
theirs as the reference.

usage: python benchmarks/real_jobs.py CORPUS JOBS.jsonl [--split dev] [--language en] [--per-speaker 3]

CORPUS is a folder in any layout that `soundalike data prepare` reads. The reference is a person's longest
clip under 12 s; the sentences are of their other clips, spread over all of 2 to 12 s. People of one clip are
left out.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import soundfile
from stopwatch import spread

from soundalike.prepare.readers.clips import Clip
from soundalike.prepare.readers.formats import find_reader

SHORTEST = 2.0  # seconds
LONGEST = 12.0


def jobs_of(clips: list[Clip], per_speaker: int) -> list[dict[str, str]]:
    """Jobs (reference, text, real), a person's after another's."""
    people: dict[str, list[tuple[float, Clip]]] = defaultdict(list)
    for clip in clips:
        seconds = soundfile.info(clip.audio).duration
        if SHORTEST < seconds < LONGEST:
            people[clip.speaker].append((seconds, clip))
    jobs = []
    for _, found in sorted(people.items()):
        *others, (_, reference) = sorted(found, key=lambda one: one[0])
        chosen = spread(
            [{"reference": reference.audio, "text": clip.text, "real": clip.audio} for _, clip in others]
        )
        jobs += chosen[:per_speaker]
    return jobs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("jobs")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--language", default="en")
    parser.add_argument("--per-speaker", type=int, default=3)
    parser.add_argument("--without", nargs="*", default=["teacher", "ravdess"], help="corpora to leave out")
    given = parser.parse_args()
    _, read = find_reader(Path(given.corpus))
    clips = [
        clip
        for clip in read(Path(given.corpus))
        if isinstance(clip, Clip) and clip.text and clip.split == given.split
    ]
    clips = [clip for clip in clips if clip.language == given.language and clip.corpus not in given.without]
    jobs = jobs_of(clips, given.per_speaker)
    Path(given.jobs).write_text("".join(json.dumps(job) + "\n" for job in jobs), encoding="utf-8")
    print(f"{len({job['reference'] for job in jobs})} people, {len(jobs)} jobs")


if __name__ == "__main__":
    main()
