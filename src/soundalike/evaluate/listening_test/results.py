"""From ratings to means with intervals, without the listeners who failed the hidden references."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

from soundalike.core.files import write_atomic
from soundalike.evaluate.statistics import DRAWS, LEVEL, Estimate, compare, pooled

from .plan import ANCHOR, OTHER, REAL, SYSTEM
from .ratings import Rating, Ratings
from .wording import WORDINGS

LABELS = {
    REAL: "real recordings (hidden)",
    ANCHOR: "low-pass anchor, 3.5 kHz (hidden)",
    OTHER: "another speaker (hidden)",
}
REAL_AT_LEAST = 3.5  # mean of the hidden real recordings on the scale of five
MUSHRA_REAL = 90.0  # BS.1534-3: the hidden reference under 90 in more than 15 % of the rounds
MUSHRA_MISSES = 0.15
RULES = {
    "mos": f"the hidden real recordings had a mean under {REAL_AT_LEAST}",
    "similarity": (
        f"real recordings of the same speaker had a mean under {REAL_AT_LEAST}, "
        "or no higher than those of another speaker"
    ),
    "ab": "the real recording was not preferred to its low-pass anchor in most of the hidden pairs",
    "mushra": (
        f"the hidden reference was rated under {MUSHRA_REAL:.0f} "
        f"in more than {100 * MUSHRA_MISSES:.0f} % of the rounds"
    ),
}


def results(ratings: Ratings) -> dict[str, Any]:
    """What results.json holds."""
    about = ratings.about()
    rows = ratings.rows()
    test = about["test"]
    names = json.loads(about["systems"])
    heard: dict[str, list[Rating]] = defaultdict(list)
    for row in rows:
        heard[row.rater].append(row)
    dropped = [rater for rater, own in heard.items() if fails(test, own)]
    kept = [row for row in rows if row.rater not in dropped]
    groups = [(name, [row for row in kept if row.kind == SYSTEM and row.system == name]) for name in names]
    groups += [
        (label, [row for row in kept if row.kind == kind and not (test == "ab")])
        for kind, label in LABELS.items()
    ]
    return {
        "format": "soundalike-listening-1",
        "test": test,
        "question": WORDINGS[test].question,
        "measure": WORDINGS[test].unit,
        "interval": (
            f"{100 * LEVEL:.0f} % by a percentile bootstrap, {DRAWS} draws, "
            "of listeners or of jobs, whichever is wider"
        ),
        "raters": len(heard),
        "raters_kept": len(heard) - len(dropped),
        "dropped": dropped,
        "dropped_when": RULES[test],
        "unscreened": [rater for rater, own in heard.items() if not any(row.kind == REAL for row in own)],
        "table": [_row(name, own) for name, own in groups if own],
        "comparisons": _comparisons(names, kept),
        "excluded": json.loads(about["excluded"]),
    }


def write_results(ratings: Ratings, report: dict[str, Any], out: str | os.PathLike) -> None:
    """Write ratings.csv, results.md and results.json into a folder, each whole or not at all."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    ratings.write_csv(folder / "ratings.csv")
    table = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    for name, content in (("results.md", markdown(report)), ("results.json", table)):
        write_atomic(folder / name, content)


def fails(test: str, rows: list[Rating]) -> bool:
    """Whether a listener's ratings show that they did not listen: RULES says when. Without hidden references
    nobody fails.
    """
    real, other = ([row.score for row in rows if row.kind == kind] for kind in (REAL, OTHER))
    if not real:
        return False
    if test == "mushra":
        return sum(score < MUSHRA_REAL for score in real) > MUSHRA_MISSES * len(real)
    mean = sum(real) / len(real)
    if test == "ab":
        return mean <= 0.5
    return mean < REAL_AT_LEAST or bool(other and mean <= sum(other) / len(other))


def mean(rows: list[Rating]) -> Estimate | None:
    """The mean score, with the wider of two intervals: one listener's ratings hang together, and so do those
    of one job.
    """
    clusters: tuple[Callable[[Rating], str], ...] = (lambda row: row.rater, lambda row: row.job)
    found = [
        pooled([part for part, _ in sums], [whole for _, whole in sums])
        for sums in (list(_sums(rows, by).values()) for by in clusters)
    ]
    return max(found, key=_width)


def _width(estimate: Estimate | None) -> float:
    """The width of an estimate's interval; under 0 where it has none."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return -1.0
    return estimate.high - estimate.low


def _sums(rows: list[Rating], by: Callable[[Rating], str]) -> dict[str, tuple[float, float]]:
    """Sum and number of the scores of each cluster."""
    found: dict[str, tuple[float, float]] = {}
    for row in rows:
        part, whole = found.get(by(row), (0.0, 0.0))
        found[by(row)] = (part + row.score, whole + 1)
    return found


def _row(name: str, rows: list[Rating]) -> dict[str, Any]:
    estimate = mean(rows)
    assert estimate is not None  # there are rows
    counts = {
        "ratings": len(rows),
        "raters": len({row.rater for row in rows}),
        "jobs": len({row.job for row in rows}),
    }
    return {
        "name": name,
        "kind": rows[0].kind,
        "mean": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        **counts,
    }


def _comparisons(names: list[str], rows: list[Rating]) -> list[dict[str, Any]]:
    """Each two systems, the second less the first, job by job."""
    sums = {
        name: _sums([row for row in rows if row.kind == SYSTEM and row.system == name], lambda row: row.job)
        for name in names
    }
    found = []
    for one, two in combinations(names, 2):
        shared = [job for job in sums[one] if job in sums[two]]
        paired = compare([sums[one][job] for job in shared], [sums[two][job] for job in shared])
        if paired is not None:
            found.append({"first": one, "second": two, **asdict(paired)})
    return found


def markdown(report: dict[str, Any]) -> str:
    """What results.md holds and the command line prints."""
    test = report["test"]
    kept = f"{report['raters_kept']} of {report['raters']} listeners counted"
    why = (
        f"; {len(report['dropped'])} dropped, as {report['dropped_when']}: {', '.join(report['dropped'])}"
        if report["dropped"]
        else ""
    )
    lines = [f"# Listening test: {report['question']} ({test})", "", f"- {kept}{why}."]
    if report["unscreened"]:
        lines.append(
            f"- Heard no hidden reference, so could not be screened: {', '.join(report['unscreened'])}."
        )
    lines += [f"- Left out of {system}: {where}: {reason}" for system, where, reason in report["excluded"]]
    lines += [f"- Intervals: {report['interval']}.", ""]
    lines += [
        f"| system | {report['measure']} | 95 % | ratings | listeners | jobs |",
        "|---|---|---|---|---|---|",
    ]
    for row in report["table"]:
        cells = [row["name"], shown(test, row), _interval(test, row["low"], row["high"])]
        lines.append(
            "| "
            + " | ".join(_safe(str(cell)) for cell in [*cells, row["ratings"], row["raters"], row["jobs"]])
            + " |"
        )
    if not report["table"]:
        lines.append("| no ratings yet | – | – | 0 | 0 | 0 |")
    if report["comparisons"]:
        lines += [
            "",
            "| job by job | difference | 95 % | higher / lower / equal | sign test p |",
            "|---|---|---|---|---|",
        ]
    for one in report["comparisons"]:
        gap = one["difference"]
        split = f"{one['more']} / {one['less']} / {one['ties']}"
        numbers = [_number(test, gap["value"]), _interval(test, gap["low"], gap["high"])]
        cells = [f"{one['second']} less {one['first']}", *numbers, split, f"{one['p']:.3f}"]
        lines.append("| " + " | ".join(_safe(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def shown(test: str, row: dict[str, Any]) -> str:
    """A mean with half its interval: "3.2 ± 0.2"."""
    half = "" if row["low"] is None else f" ± {_number(test, (row['high'] - row['low']) / 2)}"
    return _number(test, row["mean"]) + half


def _interval(test: str, low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{_number(test, low)} to {_number(test, high)}"


def _number(test: str, value: float) -> str:
    rounded = round(100 * value) if test == "ab" else round(value, 0 if test == "mushra" else 1)
    return f"{rounded + 0.0:.{1 if test in ('mos', 'similarity') else 0}f}"


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
