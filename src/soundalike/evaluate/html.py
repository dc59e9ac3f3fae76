"""The report as one page that needs no network and no other file: tables, pictures, players."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.plots import bars, mel_png, scatter, squares
from soundalike.core.emotions import EMOTIONS
from soundalike.core.errors import AudioError
from soundalike.core.metrics import format_interval, format_value

from .report import counted, shown_p, verdict_of
from .words import edits, plain_words

MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
LONGEST = 30.0  # seconds of a recording that are embedded
MATRIX_UP_TO = 30  # references shown beside each other

STYLE = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")


def page(report: dict[str, Any], players: int = 12) -> str:
    """What report.html holds; recordings and pictures of the worst jobs, and of others up to `players` for
    each system, are inside it.
    """
    systems = report["systems"]
    embedded: set[str] = set()
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "media-src data:; style-src 'unsafe-inline'\">",
        f"<title>Evaluation of {escape(' and '.join(system['name'] for system in systems))}</title>"
        f"<style>{STYLE}</style></head><body><main>",
        "<h1>Evaluation</h1><ul>",
        *[f"<li>{escape(counted(system))}</li>" for system in systems],
        *[f"<li>{escape(note)}</li>" for note in report["notes"]],
        f"<li>Columns named 95 %: {escape(report['interval'])}. "
        f"Measured by {escape(_instruments(report))}.</li></ul>",
        _main_table(report),
        _comparison(report) if "comparison" in report else "",
        _scatter(report),
        _speed(report),
        *[_one_system(system, report, players, embedded) for system in systems],
        "</main></body></html>\n",
    ]
    return "".join(parts)


def _instruments(report: dict[str, Any]) -> str:
    tools = report["instruments"]
    return ", ".join(
        name
        for name in (
            tools["recogniser"],
            tools["naturalness"],
            *[f"{name} speaker encoder" for name in tools["encoders"]],
        )
        if name
    )


def _table(caption: str, header: list[str], rows: list[list[str]]) -> str:
    """A table of cells that are HTML already; the first of each row is its heading."""
    # Words or numbers
    kinds = [
        "w" if at == 0 or any(row[at].startswith("<td>") for row in rows) else "n"
        for at in range(len(header))
    ]
    head = "".join(f'<th scope="col" class="{kind}">{cell}</th>' for cell, kind in zip(header, kinds))
    body = "".join(
        f'<tr><th scope="row">{first}</th>'
        + "".join(cell if cell.startswith("<td") else f'<td class="n">{cell}</td>' for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="wide"><table><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _main_table(report: dict[str, Any]) -> str:
    rows = []
    for metric in report["metrics"]:
        found = [system["table"].get(metric["name"]) for system in report["systems"]]
        if any(found):
            cells = [
                c
                for e in found
                for c in (
                    (format_value(metric, e["value"]), format_interval(metric, e), str(e["n"]))
                    if e
                    else ("–", "–", "0")
                )
            ]
            rows.append([escape(metric["label"]), f"<td>{metric['better']}</td>", *cells])
    header = [
        "measure",
        "better",
        *[escape(cell) for system in report["systems"] for cell in (system["name"], "95 %", "jobs")],
    ]
    return "<h2>All measures</h2>" + _table(
        "Means over jobs; error rates pooled over words and characters", header, rows
    )


def _comparison(report: dict[str, Any]) -> str:
    first, second = (escape(system["name"]) for system in report["systems"])
    rows = []
    for metric in report["metrics"]:
        paired = report["comparison"].get(metric["name"])
        if paired:
            gap = paired["difference"]
            word = verdict_of(metric, paired)
            split = f"{paired['more']} / {paired['less']} / {paired['ties']}"
            cells = [
                format_value(metric, gap["value"], True),
                format_interval(metric, gap, True),
                split,
                shown_p(paired["p"]),
            ]
            rows.append(
                [escape(metric["label"]), *cells, f'<td><span class="{word.split()[0]}">{word}</span></td>']
            )
    header = ["measure", "difference", "95 %", "jobs higher / lower / equal", "p of the sign test", second]
    note = (
        "<p>Many measures are compared at once: "
        "of twenty without any true difference one is expected to look like one.</p>"
    )
    return (
        f"<h2>{second} less {first}, job by job</h2>"
        + _table("Differences over the same jobs", header, rows)
        + note
    )


def _scatter(report: dict[str, Any]) -> str:
    systems = report["systems"]
    points = []
    for series, system in enumerate(systems):
        for job in system["jobs"]:
            row = job["measures"]
            if row.get("words") and row.get("similarity") is not None:
                rate = 100 * row["word_errors"] / row["words"]
                title = (
                    f"{system['name']}: {Path(job['wav']).name}, {rate:.0f} % of the words wrong, "
                    f"similarity {row['similarity']:.2f}"
                )
                points.append((row["similarity"], rate, title, series))
    if not points:
        return ""
    label = next(metric["label"] for metric in report["metrics"] if metric["name"] == "similarity")
    picture = scatter(points, label, "word error rate, %")
    return (
        "<h2>Words against similarity</h2><p>Each point is a job; below and to the right is good."
        + _key(systems)
        + "</p>"
        + picture
    )


def _speed(report: dict[str, Any]) -> str:
    rows = []
    metric = next(metric for metric in report["metrics"] if metric["name"] == "speed")
    for series, system in enumerate(report["systems"]):
        groups = {"all jobs": {"table": system["table"]}, **system["slices"].get("length of the text", {})}
        for name, group in groups.items():
            found = group["table"].get("speed")
            if found:
                rows.append(
                    (
                        f"{system['name']}, {name}"[-38:],
                        found["value"],
                        format_value(metric, found["value"]),
                        series,
                    )
                )
    if not rows:
        return ""
    label = "seconds of synthesis per second of speech, by the length of the text"
    return (
        f"<h2>Speed</h2><p>{label.capitalize()}: shorter is faster; under 1 is faster than speech.</p>"
        + bars(rows, label)
    )


def _key(systems: list[dict[str, Any]]) -> str:
    return (
        "".join(
            f' <span class="key{i}">● {escape(system["name"])}</span>' for i, system in enumerate(systems)
        )
        if len(systems) > 1
        else ""
    )


def _one_system(system: dict[str, Any], report: dict[str, Any], players: int, embedded: set[str]) -> str:
    name = escape(system["name"])
    parts = [f"<h2>{name}: groups</h2>" if system["slices"] else ""]
    for field, groups in system["slices"].items():
        here = [m for m in report["metrics"] if any(m["name"] in group["table"] for group in groups.values())]
        rows = []
        for value, group in groups.items():
            cells = [(metric, group["table"].get(metric["name"])) for metric in here]
            rows.append(
                [
                    escape(value),
                    str(group["used"]),
                    *[
                        f"{format_value(m, e['value'])} ({format_interval(m, e)})" if e else "–"
                        for m, e in cells
                    ],
                ]
            )
        parts.append(
            _table(
                f"By {escape(field)}",
                [escape(field), "jobs", *[escape(metric["short"] or metric["label"]) for metric in here]],
                rows,
            )
        )
    parts += [_matrix(system), _emotions(system), _listen(system, players, embedded)]
    if system["excluded"]:
        rows = [
            [escape(one["where"]), f"<td>{escape(one['kind'])}: {escape(one['reason'])}</td>"]
            for one in system["excluded"]
        ]
        parts.append(
            f"<h2>{name}: left out</h2>"
            + _table(f"{len(rows)} jobs that could not be measured", ["job", "why"], rows)
        )
    return "".join(parts)


def _matrix(system: dict[str, Any]) -> str:
    """Mean similarity of the jobs of each reference (rows) to every reference (columns)."""
    names: dict[str, str] = {}
    groups: dict[str, list[dict[str, float]]] = {}
    for job in system["jobs"]:
        own = job["measures"]["reference"]
        alike = job["measures"]["alike"]
        if own is not None and alike:
            names.setdefault(own, job["fields"].get("speaker") or Path(job["reference"]).stem)
            groups.setdefault(own, []).append(alike)
    order = list(groups)[:MATRIX_UP_TO]
    if len(order) < 2:
        return ""
    rows = []
    for mine in order:
        means = [float(np.mean([alike[other] for alike in groups[mine]])) for other in order]
        cells = [
            f'<td class="heat{" own" if o == mine else ""}" style="background:{_heat(v)}">{v:.2f}</td>'
            for o, v in zip(order, means)
        ]
        rows.append([escape(names[mine]), *cells])
    left = f"; the first {MATRIX_UP_TO} of {len(groups)}" if len(groups) > MATRIX_UP_TO else ""
    caption = f"Rows: clones of each voice. Columns: the references. The own one is framed{left}"
    return f"<h2>{escape(system['name'])}: whom the clones resemble</h2>" + _table(
        caption, ["voice", *[escape(names[o]) for o in order]], rows
    )


def _emotions(system: dict[str, Any]) -> str:
    """How often each emotion meant is heard as each, as a picture."""
    if not system["emotions"]:
        return ""
    title = f"{escape(system['name'])}: emotions"
    note = (
        "<p>Rows: the emotion that was meant. Columns: the one that a classifier trained on actors hears.</p>"
    )
    return f"<h2>{title}</h2>{note}" + squares(system["emotions"], EMOTIONS, "emotions meant and heard")


def _heat(value: float) -> str:
    """Pale for none, deep for alike; black letters stay readable on all of them."""
    share = min(1.0, max(0.0, value))
    return f"hsl(45 90% {95 - 40 * share:.0f}%)"


def _listen(system: dict[str, Any], players: int, embedded: set[str]) -> str:
    worst = system["worst"][:players]
    others = [index for index in range(len(system["jobs"])) if index not in set(worst)]
    count = min(max(0, players - len(worst)), len(others))
    spread = [others[int(at)] for at in np.linspace(0, len(others) - 1, count)] if count else []
    name = escape(system["name"])
    parts = [f"<h2>{name}: the worst</h2>", _listing([system["jobs"][index] for index in system["worst"]])]
    for title, chosen in (("the worst, to listen to", worst), ("others, to listen to", spread)):
        if chosen:
            parts += [
                f"<h2>{name}: {title}</h2>",
                *[_article(system["jobs"][index], embedded) for index in chosen],
            ]
    return "".join(parts)


def _listing(jobs: list[dict[str, Any]]) -> str:
    rows = []
    for job in jobs:
        row = job["measures"]
        wrong = f"{row['word_errors']} of {row['words']}" if "words" in row else "–"
        alike = "–" if row.get("similarity") is None else f"{row['similarity']:.2f}"
        rows.append([escape(Path(job["wav"]).name), f"<td>{_marked(job)}</td>", wrong, alike])
    return _table(
        "<del>struck</del>: not heard; <ins>underlined</ins>: heard instead or besides",
        ["recording", "words", "words wrong", "similarity"],
        rows,
    )


def _marked(job: dict[str, Any]) -> str:
    """The text with what was heard otherwise; the text alone where nothing listened."""
    heard = job["measures"].get("heard")
    if heard is None:
        return escape(job["text"])
    language = job["language"]
    steps = edits(plain_words(job["text"], language), plain_words(heard, language))
    words = []
    for kind, wanted, got in steps:
        words += (
            [escape(wanted)]
            if kind == "same"
            else [f"<del>{escape(wanted)}</del>"] * bool(wanted) + [f"<ins>{escape(got)}</ins>"] * bool(got)
        )
    return " ".join(words)


def _article(job: dict[str, Any], embedded: set[str]) -> str:
    """One job: its words, the clone, the reference and the speaker's own recording, each with its picture; a
    recording is embedded once.
    """
    name = escape(Path(job["wav"]).name)
    figures = []
    for what, path in (
        ("clone", job["wav"]),
        ("reference", job["reference"]),
        ("the speaker's own recording", job["real"]),
        ("the source", job["source"]),
    ):
        if path and path not in embedded:
            embedded.add(path)
            figures.append(_figure(what, path))
        elif path:
            figures.append(
                f"<figure><figcaption>{what}: {escape(Path(path).name)}, as above</figcaption></figure>"
            )
    return (
        f'<article><h3>{name}</h3><p>{_marked(job)}</p><div class="clips">{"".join(figures)}</div></article>'
    )


def _figure(what: str, path: str) -> str:
    try:
        audio = Audio.read(path)
    except (AudioError, OSError):
        return (
            f"<figure><figcaption>{escape(what)}: {escape(path)} can no longer be read</figcaption></figure>"
        )
    audio = Audio(audio.samples[: int(LONGEST * audio.rate)], audio.rate)
    audio = audio if audio.rate in MP3_RATES else audio.resample(24_000)
    sound, picture = (base64.b64encode(data).decode() for data in (audio.encode("mp3"), mel_png(audio)))
    label = escape(f"{what}: {Path(path).name}")
    return (
        f'<figure><img src="data:image/png;base64,{picture}" '
        f'alt="Mel spectrogram of {label}, {audio.seconds:.1f} seconds">'
        f'<audio controls preload="metadata" src="data:audio/mpeg;base64,{sound}" '
        f'aria-label="{label}"></audio>'
        f"<figcaption>{label}</figcaption></figure>"
    )
