"""What `table.py` measured: as Markdown, and as the numbers that docs/tables.py fills the README from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
SHIPPED = "built-in model"  # groups
ARCHITECTURES = "families"
VOCODERS = "vocoders of real mels"
PEOPLE = "people"
PEERS = "peers, which do not clone"
NOT_YET = "Not measured yet; `benchmarks/README.md` says how.\n"


def columns(threads: list[int]) -> tuple[str, ...]:
    """The heads of the table, for these numbers of threads."""
    speeds = [f"s per s, {n} thread{'s' * (n > 1)}" for n in threads]
    costs = ("all parts", "weights", "load", "first sound", *speeds, "memory")
    return ("", *costs, "word error rate", "similarity", "own reference first", "naturalness")


def render(report: dict[str, Any]) -> str:
    """The table and what must be known to read it."""
    measured = [line for line in report["lines"] if "missing" not in line]
    if not measured:
        return NOT_YET
    heads = columns(report["threads"])
    text = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    group = ""
    for line in measured:
        if line["group"] != group:
            group = line["group"]
            text.append(f"| *{group}* |" + " |" * (len(heads) - 1))
        text.append("| " + " | ".join(cells(line)) + " |")
    return "\n".join([*text, "", *_notes(report, measured)]) + "\n"


def cells(line: dict[str, Any]) -> list[str]:
    """A measured line, cell by cell. Empty: not measured, or without meaning for its group."""
    scores = line["scores"]
    facts = line["facts"]
    speeds = line["seconds_per_second"]
    group = line["group"]
    makes = group != PEOPLE
    speaks = group not in (PEOPLE, VOCODERS)
    clones = group != PEERS
    return [
        line["name"],
        _number(facts.get("parameters") or None, "{:.1f} M", 1e-6, makes),
        _number(facts.get("bytes") or None, "{:.1f} MB", 1e-6, makes),
        _number(line["load"], "{:.1f} s", shown=makes),
        _number(line["first"], "{:.2f} s", shown=speaks),
        *(_number(speed, "{:.3f}", shown=makes) for speed in speeds.values()),
        _number(line["megabytes"], "{:.0f} MB", shown=makes),
        _number(scores.get("wer"), "{:.1f} %", 100),
        _number(scores.get("sim"), "{:.2f}", shown=clones),
        _number(scores.get("top1"), "{:.0f} %", 100, clones),
        _number(scores.get("dnsmos"), "{:.2f}"),
    ]


def _number(value: float | None, form: str, scale: float = 1.0, shown: bool = True) -> str:
    return "" if value is None or not shown else form.format(scale * value)


def where_and_when(measured: list[dict[str, Any]]) -> str:
    """On which machines lines were measured, and on which days."""
    where: dict[tuple[str, str], list[str]] = {}
    for line in measured:
        where.setdefault((line["machine"], line["date"]), []).append(line["name"])
    parts = [
        f"{machine}, {date}" + (f" ({'; '.join(names)})" if len(where) > 1 else "")
        for (machine, date), names in where.items()
    ]
    return " and ".join(parts)


def _notes(report: dict[str, Any], measured: list[dict[str, Any]]) -> list[str]:
    """Where and when, on which jobs, and what is left out."""
    jobs = report["jobs"]
    real = report["real"]
    others = ""
    if real != jobs and real["jobs"]:
        others = f"; people and vocoders: {real['jobs']} other sentences of {real['people']} of such people"
    lines = [
        f"Measured on {where_and_when(measured)}. {jobs['jobs']} jobs in {jobs['people']} voices{others}. "
        f"Scores by {report['judge']}. `benchmarks/README.md` explains the columns."
    ]
    missing = [
        f"{line['name']} ({line['missing'].rstrip('.')})" for line in report["lines"] if "missing" in line
    ]
    return lines + ([f"Left out: {'; '.join(missing)}."] if missing else [])


def publish(report: dict[str, Any], results: Path = RESULTS) -> None:
    """Keep all numbers as JSON, where docs/tables.py finds them."""
    results.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
