"""When each word, sound and mark of a recording is said, and the files for it: SRT, WebVTT, JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path

from soundalike.core.errors import ConfigError
from soundalike.core.files import can_make, write_atomic
from soundalike.core.types import Timestamp

FORMATS = ("srt", "vtt", "json")
LONGEST_LINE = 42  # characters of a subtitle, as broadcasters have it


def check_timestamp_file(path: str | os.PathLike) -> str:
    """The format of a timestamp file by its ending. Raises ConfigError for another ending, or a folder that
    cannot be written to.
    """
    kind = Path(path).suffix.lstrip(".").lower()
    if kind not in FORMATS:
        raise ConfigError(
            f"{path}: timestamps are written as {', '.join(FORMATS)}. Give a name with one of these endings."
        )
    if not can_make(Path(path).parent):
        raise ConfigError(f"{path}: cannot be written. Choose a file in a folder you may write to.")
    return kind


def kinds_in(path: str | os.PathLike) -> tuple[str, ...]:
    """The kinds of timestamps that a file of this name holds."""
    return ("word", "phoneme", "mark") if check_timestamp_file(path) == "json" else ("word",)


def write_timestamps(path: str | os.PathLike, timestamps: tuple[Timestamp, ...]) -> None:
    """Write subtitles (srt, vtt: lines of words) or everything (json: words, phonemes, marks), by the name's
    ending; whole or not at all.
    """
    write_atomic(path, render(timestamps, check_timestamp_file(path)))


def render(timestamps: tuple[Timestamp, ...], kind: str) -> str:
    """The text of a timestamp file of one of FORMATS."""
    if kind == "json":
        named = {"word": "words", "phoneme": "phonemes", "mark": "marks"}
        table: dict[str, list[dict]] = {name: [] for name in named.values()}
        for timestamp in timestamps:
            entry: dict = {
                "text": timestamp.text,
                "start": round(timestamp.start, 4),
                "stop": round(timestamp.stop, 4),
            }
            if timestamp.kind == "word":
                entry["span"] = list(timestamp.span)
            table[named[timestamp.kind]].append(entry)
        return json.dumps(table, ensure_ascii=False, indent=1) + "\n"
    blocks = []
    for number, line in enumerate(lines(timestamps), 1):
        start, stop = (clock(at, "," if kind == "srt" else ".") for at in (line[0].start, line[-1].stop))
        words = [timestamp.text + timestamp.after for timestamp in line]
        if kind == "vtt":
            words = [word.replace("&", "&amp;").replace("<", "&lt;") for word in words]
            words = words[:1] + [
                f"<{clock(timestamp.start, '.')}>{word}" for timestamp, word in zip(line[1:], words[1:])
            ]
        blocks.append((f"{number}\n" if kind == "srt" else "") + f"{start} --> {stop}\n{' '.join(words)}\n")
    return ("WEBVTT\n\n" if kind == "vtt" else "") + "\n".join(blocks)


def lines(timestamps: tuple[Timestamp, ...]) -> list[list[Timestamp]]:
    """The words in lines of at most LONGEST_LINE characters, broken after sentences, and after commas when
    more than half full.
    """
    rows: list[list[Timestamp]] = []
    size = 0
    ended = True
    for timestamp in (timestamp for timestamp in timestamps if timestamp.kind == "word"):
        length = len(timestamp.text) + len(timestamp.after)
        if ended or size + 1 + length > LONGEST_LINE:
            rows.append([])
            size = -1
        rows[-1].append(timestamp)
        size += 1 + length
        ended = timestamp.after in (".", "?", "!") or (timestamp.after == "," and size > LONGEST_LINE / 2)
    return rows


def clock(seconds: float, point: str) -> str:
    """A time as subtitles write it: 00:01:02,345."""
    thousandths = round(max(0.0, seconds) * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
