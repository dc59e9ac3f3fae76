"""What `table.py` measured, as Markdown: benchmarks/results.md, and the same in the README."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.md"
README = HERE.parent / "README.md"
BEGIN = "<!-- benchmarks/results.md, by benchmarks/table.py -->"
END = "<!-- end -->"
SHIPPED = "built-in model"  # groups
ARCHITECTURES = "families"
VOCODERS = "vocoders of real mels"
PEOPLE = "people"
PEERS = "peers, which do not clone"
NOT_YET = "Not measured yet; `benchmarks/README.md` tells how.\n"


def render(report: dict[str, Any]) -> str:
    """The table and what must be known to read it."""
    measured = [line for line in report["lines"] if "missing" not in line]
    if not measured:
        return NOT_YET
    threads = [f"s per s, {n} thread{'s' * (n > 1)}" for n in report["threads"]]
    columns = (
        "",
        "numbers",
        "weights",
        "load",
        "first sound",
        *threads,
        "memory",
        "jobs",
        "WER",
        "similarity",
        "top-1",
        "DNSMOS",
    )
    text = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    group = ""
    for line in measured:
        if line["group"] != group:
            group = line["group"]
            text.append(f"| *{group}* |" + " |" * (len(columns) - 1))
        text.append("| " + " | ".join(_cells(line)) + " |")
    return "\n".join([*text, "", *_notes(report, measured)]) + "\n"


def _cells(line: dict[str, Any]) -> list[str]:
    scores = line["scores"]
    facts = line["facts"]
    speeds = line["seconds_per_second"]
    group = line["group"]
    makes = group != PEOPLE
    speaks = group not in (PEOPLE, VOCODERS)
    clones = group != PEERS
    return [
        line["name"],
        _number(facts.get("parameters"), "{:.1f} M", 1e-6) if makes else "",
        _number(facts.get("bytes"), "{:.1f} MB", 1e-6) if makes else "",
        f"{line['load']:.1f} s" if makes else "",
        f"{line['first']:.2f} s" if speaks else "",
        *(f"{speed:.3f}" if makes else "" for speed in speeds.values()),
        f"{line['megabytes']:.0f} MB" if makes else "",
        str(scores["n"]),
        _number(scores.get("wer"), "{:.1f} %", 100),
        _number(scores.get("sim"), "{:.2f}") if clones else "",
        _number(scores.get("top1"), "{:.0f} %", 100) if clones else "",
        _number(scores.get("dnsmos"), "{:.2f}"),
    ]


def _number(value: float | None, form: str, scale: float = 1.0) -> str:
    return "" if not value and scale == 1e-6 or value is None else form.format(scale * value)


def _notes(report: dict[str, Any], measured: list[dict[str, Any]]) -> list[str]:
    """Where and when, on which jobs, and what is left out."""
    where: dict[tuple[str, str], list[str]] = {}
    for line in measured:
        where.setdefault((line["machine"], line["date"]), []).append(line["name"])
    told = [
        f"{machine}, {date}" + (f" ({'; '.join(names)})" if len(where) > 1 else "")
        for (machine, date), names in where.items()
    ]
    jobs = report["jobs"]
    real = report["real"]
    lines = [
        f"Measured on {' and '.join(told)}. {jobs['jobs']} jobs in {jobs['people']} voices"
        + (
            f"; people and vocoders: {real['jobs']} other sentences of {real['people']} of such people"
            if real != jobs and real["jobs"]
            else ""
        )
        + f". Scores by {report['judge']}. `benchmarks/README.md` tells what the columns are."
    ]
    missing = [
        f"{line['name']} ({line['missing'].rstrip('.')})" for line in report["lines"] if "missing" in line
    ]
    return lines + ([f"Left out: {'; '.join(missing)}."] if missing else [])


def block(readme: str) -> str:
    """What the README says between its marks. Raises ValueError without them."""
    return readme[readme.index(BEGIN) + len(BEGIN) : readme.index(END)].strip() + "\n"


def publish(report: dict[str, Any], results: Path = RESULTS, readme: Path = README) -> None:
    """Write the table to its file and between the README's marks, and all numbers beside it as JSON."""
    table = render(report)
    text = readme.read_text(encoding="utf-8")
    results.write_text(table, encoding="utf-8")
    results.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    readme.write_text(
        text[: text.index(BEGIN) + len(BEGIN)] + "\n" + table + text[text.index(END) :], encoding="utf-8"
    )
