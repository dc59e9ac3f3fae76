"""A page that shows which recordings sentences were put together of: one HTML file, no scripts."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from pathlib import Path

from soundalike.core.errors import ConfigError
from soundalike.core.files import can_make, write_atomic
from soundalike.core.types import Stretch, UnitTrace

ENDING = ".html"
WIDTH = 960  # pixels of a row
ROW_SECONDS = 3.0  # that a row shows, at most
HEIGHT = 86  # pixels of a row
BAR = 34  # pixels of its stretches
COSTLY = 2.0  # a join cost that is drawn as high as can be
HUES = 47  # degrees of colour between one recording and the next that is met
BORROWED = "hsl(0 0% 82%)"
STYLE = (
    "body{font:14px system-ui,sans-serif;margin:2em;max-width:1000px}svg{display:block;margin:.4em 0}"
    "table{border-collapse:collapse}td,th{padding:.1em .8em;text-align:left}h2{font-size:1.1em}"
)


def check_page(path: str | os.PathLike) -> None:
    """Raise ConfigError where no page can be written: another ending, a folder that cannot be written to."""
    if Path(path).suffix.lower() != ENDING or not can_make(Path(path).parent):
        raise ConfigError(f"--units {path}: give a name that ends in {ENDING}, in a folder you may write to.")


def write_page(traces: Sequence[UnitTrace], path: str | os.PathLike) -> None:
    """Write the page of some sentences, whole or not at all."""
    body = "".join(section_of(trace) for trace in traces)
    write_atomic(
        path,
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Units</title><style>{STYLE}</style>'
        f"<h1>Which recordings were joined</h1>{LEGEND}{body}</html>\n",
    )


LEGEND = (
    "<p>A box is a stretch of a recording, a colour one recording. Red bars are the costs of joins; a join "
    "without a bar costs nothing. Grey is what a model said because no recording holds it.</p>"
)


def section_of(trace: UnitTrace) -> str:
    """A sentence: its picture, its figures, and a table of its stretches."""
    joins = [one.join_cost for one in trace.stretches[1:]]
    seconds = trace.stretches[-1].until if trace.stretches else 0.0
    mean = sum(joins) / len(joins) if joins else 0.0
    told = (
        f"{len(trace.stretches)} stretches in {seconds:.2f} s, {trace.mean_run:.1f} units each; "
        f"mean join cost {mean:.2f}"
    )
    lacking = "".join(
        f"<li>{html.escape(word)}: no recording holds {html.escape(name)}</li>"
        for word, name in trace.missing
    )
    rows = "".join(
        f"<tr><td>{one.at:.2f}</td><td>{html.escape(' '.join(one.sounds))}</td>"
        f"<td>{html.escape(one.recording) or 'a model'}</td><td>{one.start:.2f} to {one.stop:.2f}</td>"
        f"<td>{one.units}</td><td>{one.join_cost:.2f}</td></tr>"
        for one in trace.stretches
    )
    return (
        f"<h2>{html.escape(trace.text)}</h2><p>{told}</p>{picture_of(trace)}"
        f"{f'<ul>{lacking}</ul>' if lacking else ''}<details><summary>table</summary><table>"
        "<tr><th>at, s</th><th>sounds</th><th>recording</th><th>there, s</th><th>units</th><th>join cost</th>"
        f"</tr>{rows}</table></details>"
    )


def picture_of(trace: UnitTrace) -> str:
    """The stretches of a sentence along its time, as SVG."""
    if not trace.stretches:
        return ""
    rows = 1 + int(max(0.0, trace.stretches[-1].until - 1e-6) // ROW_SECONDS)
    hues = {name: HUES * number % 360 for number, name in enumerate(_recordings(trace))}
    parts = [part for one in trace.stretches for part in _drawn(one, hues)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT * rows}" width="{WIDTH}" '
        f'font-family="sans-serif" font-size="11">{"".join(parts)}</svg>'
    )


def _recordings(trace: UnitTrace) -> list[str]:
    return list(dict.fromkeys(one.recording for one in trace.stretches if one.recording))


def _drawn(one: Stretch, hues: dict[str, int]) -> list[str]:
    """A stretch: a box in each row that it reaches into, its sounds, and the cost of the join before it."""
    scale = WIDTH / ROW_SECONDS
    colour = f"hsl({hues[one.recording]} 65% 78%)" if one.recording else BORROWED
    label = html.escape(one.recording or "a model")
    found = []
    for row in range(int(one.at // ROW_SECONDS), 1 + int(max(one.at, one.until - 1e-6) // ROW_SECONDS)):
        left = max(one.at - row * ROW_SECONDS, 0.0) * scale
        right = min(one.until - row * ROW_SECONDS, ROW_SECONDS) * scale
        top = row * HEIGHT + HEIGHT - BAR - 18
        found.append(
            f'<rect x="{left:.1f}" y="{top}" width="{max(0.5, right - left):.1f}" height="{BAR}" '
            f'fill="{colour}" stroke="#555" stroke-width=".6"><title>{label}, {one.start:.2f} to '
            f"{one.stop:.2f} s</title></rect>"
        )
        if row == int(one.at // ROW_SECONDS):
            high = min(1.0, one.join_cost / COSTLY) * (HEIGHT - BAR - 22)
            said = html.escape("".join(one.sounds).replace("_", " "))
            found.append(f'<text x="{left + 2:.1f}" y="{top + BAR - 12}">{said}</text>')
            found.append(
                f'<rect x="{left - 1.5:.1f}" y="{top - high:.1f}" width="3" height="{high:.1f}" fill="#c22"/>'
            )
    return found
