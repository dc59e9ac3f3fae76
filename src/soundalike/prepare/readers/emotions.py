"""Readers of corpora of acted emotions.

Emotions are named neutral, calm, happy, sad, angry, fearful, disgust and surprised, with `-strong` where
acted strongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .clips import Clip, Fault
from .places import sounds_in
from .text_files import read_lines

RAVDESS_EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
RAVDESS_SENTENCES = ("Kids are talking by the door.", "Dogs are sitting by the door.")
CREMA_EMOTIONS = {
    "ANG": "angry",
    "DIS": "disgust",
    "FEA": "fearful",
    "HAP": "happy",
    "NEU": "neutral",
    "SAD": "sad",
}
CREMA_SENTENCES = {
    "IEO": "It's eleven o'clock.",
    "TIE": "That is exactly what happened.",
    "IOM": "I'm on my way to the meeting.",
    "IWW": "I wonder what this is about.",
    "TAI": "The airplane is almost full.",
    "MTI": "Maybe tomorrow it will be cold.",
    "IWL": "I would like a new alarm clock.",
    "ITH": "I think I have a doctor's appointment.",
    "DFA": "Don't forget a jacket.",
    "ITS": "I think I've seen this before.",
    "TSI": "The surface is slick.",
    "WSI": "We'll stop in a couple of minutes.",
}
ESD_EMOTIONS = {
    "Angry": "angry",
    "Happy": "happy",
    "Neutral": "neutral",
    "Sad": "sad",
    "Surprise": "surprised",
}


def read_ravdess(source: Path) -> Iterator[Clip | Fault]:
    """RAVDESS: `Actor_NN/MM-CC-EE-II-SS-RR-AA.wav`, the numbers naming emotion, intensity, sentence and
    actor; speech only, not song.
    """
    for path in sorted(source.rglob("Actor_*/*.wav")):
        code = re.fullmatch(r"\d\d-(\d\d)-(0[1-8])-(0[12])-(0[12])-\d\d-(\d\d)", path.stem)
        if code is None:
            yield Fault(
                "name",
                str(path),
                "the name is not of RAVDESS's seven numbers",
                "Restore it, or take the file out.",
                False,
            )
            continue
        if code.group(1) != "01":
            yield Fault("name", str(path), "it is song, not speech", "Nothing is to be done.", False)
            continue
        emotion = RAVDESS_EMOTIONS[int(code.group(2)) - 1] + ("-strong" if code.group(3) == "02" else "")
        text = RAVDESS_SENTENCES[int(code.group(4)) - 1]
        speaker = f"ravdess-{code.group(5)}"
        yield Clip(
            f"ravdess/{path.stem}",
            str(path.resolve()),
            text,
            speaker,
            str(path),
            "en",
            "",
            "ravdess",
            "CC-BY-NC-SA-4.0",
            emotion,
        )


def read_crema_d(source: Path) -> Iterator[Clip | Fault]:
    """CREMA-D: `AudioWAV/ACTOR_SENTENCE_EMOTION_LEVEL.wav`, one of twelve sentences."""
    for path in sorted((source / "AudioWAV").glob("*.wav")):
        code = re.fullmatch(r"(\d{4})_([A-Z]{3})_([A-Z]{3})_(LO|MD|HI|XX?)", path.stem)
        if code is None or code.group(2) not in CREMA_SENTENCES or code.group(3) not in CREMA_EMOTIONS:
            yield Fault(
                "name",
                str(path),
                "the name is not of CREMA-D's codes",
                "Restore it, or take the file out.",
                False,
            )
            continue
        actor, sentence, emotion, level = code.groups()
        yield Clip(
            f"crema_d/{path.stem}",
            str(path.resolve()),
            CREMA_SENTENCES[sentence],
            f"crema_d-{actor}",
            str(path),
            "en",
            "",
            "crema_d",
            "ODbL-1.0",
            CREMA_EMOTIONS[emotion] + ("-strong" if level == "HI" else ""),
        )


def read_esd(source: Path) -> Iterator[Clip | Fault]:
    """ESD: `NNNN/NNNN.txt` with ID, text and emotion between tabs; `NNNN/EMOTION/ID.wav`, or one folder
    deeper. Speakers to 0010 speak Mandarin.
    """
    for table in sorted(source.rglob("[0-9][0-9][0-9][0-9].txt")):
        folder = table.parent
        speaker = table.stem
        if folder.name != speaker:
            continue
        texts = {
            fields[0].strip(): fields[1].strip()
            for fields in (line.split("\t") for _, line in _esd_lines(table))
            if len(fields) >= 2
        }
        language = "zh" if int(speaker) <= 10 else "en"
        for path in sounds_in(folder):
            emotion = path.relative_to(folder).parts[0]
            if emotion not in ESD_EMOTIONS:
                yield Fault(
                    "name",
                    str(path),
                    f"'{emotion}' is none of ESD's emotions",
                    f"Put it under one of {', '.join(ESD_EMOTIONS)}.",
                    False,
                )
                continue
            yield Clip(
                f"esd/{path.stem}",
                str(path.resolve()),
                texts.get(path.stem, ""),
                f"esd-{speaker}",
                str(path),
                language,
                "",
                "esd",
                "research only",
                ESD_EMOTIONS[emotion],
            )


def _esd_lines(table: Path) -> list[tuple[int, str]]:
    """The lines of a table that may be in UTF-8, UTF-16 or, of Mandarin speakers, GB 18030."""
    lines, faults = read_lines(table)
    if any(fault.check == "encoding" and "UTF-16" not in fault.reason for fault in faults):
        return list(enumerate(table.read_bytes().decode("gb18030", errors="replace").splitlines(), 1))
    return lines
