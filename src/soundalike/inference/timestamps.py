"""When each word, sound and mark of a recording is said; and the files that tell others: SRT, WebVTT,
JSON.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from soundalike.core.errors import ConfigError
from soundalike.core.types import Cue

FORMATS = ("srt", "vtt", "json")
LONGEST_LINE = 42  # characters of a subtitle, as broadcasters have it


def check_cue_file(path: str | os.PathLike) -> str:
    """The format of a timestamp file by its ending. Raises ConfigError for another ending, or a folder that
    does not exist.
    """
    kind = Path(path).suffix.lstrip(".").lower()
    if kind not in FORMATS:
        raise ConfigError(
            f"{path}: timestamps are written as {', '.join(FORMATS)}. Give a name with one of these endings."
        )
    if not Path(path).parent.is_dir():
        raise ConfigError(
            f"{path}: the folder {Path(path).parent} does not exist. Create it or choose another."
        )
    return kind


def write_cues(path: str | os.PathLike, cues: tuple[Cue, ...]) -> None:
    """Write subtitles (srt, vtt: lines of words) or everything (json: words, phonemes, marks), by the name's
    ending; whole or not at all.
    """
    text = render(cues, check_cue_file(path))
    temporary = f"{os.fspath(path)}.part"
    Path(temporary).write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def render(cues: tuple[Cue, ...], kind: str) -> str:
    """The text of a timestamp file of one of FORMATS."""
    if kind == "json":
        named = {"word": "words", "phoneme": "phonemes", "mark": "marks"}
        table: dict[str, list[dict]] = {name: [] for name in named.values()}
        for cue in cues:
            entry: dict = {"text": cue.text, "start": round(cue.start, 4), "stop": round(cue.stop, 4)}
            if cue.kind == "word":
                entry["span"] = list(cue.span)
            table[named[cue.kind]].append(entry)
        return json.dumps(table, ensure_ascii=False, indent=1) + "\n"
    blocks = []
    for number, line in enumerate(lines(cues), 1):
        start, stop = (clock(at, "," if kind == "srt" else ".") for at in (line[0].start, line[-1].stop))
        words = [cue.text + cue.after for cue in line]
        if kind == "vtt":
            words = [word.replace("&", "&amp;").replace("<", "&lt;") for word in words]
            words = words[:1] + [f"<{clock(cue.start, '.')}>{word}" for cue, word in zip(line[1:], words[1:])]
        blocks.append((f"{number}\n" if kind == "srt" else "") + f"{start} --> {stop}\n{' '.join(words)}\n")
    return ("WEBVTT\n\n" if kind == "vtt" else "") + "\n".join(blocks)


def lines(cues: tuple[Cue, ...]) -> list[list[Cue]]:
    """The words in lines of at most LONGEST_LINE characters, broken after sentences, and after commas when
    more than half full.
    """
    rows: list[list[Cue]] = []
    size = 0
    ended = True
    for cue in (cue for cue in cues if cue.kind == "word"):
        length = len(cue.text) + len(cue.after)
        if ended or size + 1 + length > LONGEST_LINE:
            rows.append([])
            size = -1
        rows[-1].append(cue)
        size += 1 + length
        ended = cue.after in (".", "?", "!") or (cue.after == "," and size > LONGEST_LINE / 2)
    return rows


def clock(seconds: float, point: str) -> str:
    """A time as subtitles write it: 00:01:02,345."""
    thousandths = round(max(0.0, seconds) * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
