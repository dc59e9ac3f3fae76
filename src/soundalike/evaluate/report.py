"""From measures to the report: means with intervals, slices, the comparison of two systems; as a dict and as
Markdown.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from soundalike import __version__
from soundalike.core.emotions import EMOTIONS
from soundalike.core.metrics import Metric, format_interval, format_value, metrics
from soundalike.core.vectors import cosine

from .emotions import confusion
from .evaluate import Instruments, Measured
from .jobs import as_dict
from .similarity import cosines, verdict
from .statistics import DRAWS, LEVEL, Estimate, compare, pooled

FORMAT = "soundalike-report-1"
WORST = 10
FEW = 10  # jobs under which a bootstrap interval is known to be too narrow
REFERENCE_BINS = ((3, "under 3 s"), (6, "3 to 6 s"), (10, "6 to 10 s"), (math.inf, "over 10 s"))
TEXT_BINS = ((6, "up to 5 words"), (11, "6 to 10 words"), (21, "11 to 20 words"), (math.inf, "over 20 words"))
SLICES_UP_TO = 20  # values of a field; more are names rather than groups
IN_SLICES = ("wer", "similarity", "first", "naturalness", "pitch_error", "emotion_right", "speed")


def pairs(rows: list[dict[str, Any]], metric: Metric) -> list[tuple[float, float] | None]:
    """The (part, whole) of each row, None where it was not measured."""
    found = []
    for row in rows:
        part = row.get(metric.value or metric.name)
        whole = row.get(metric.whole) if metric.whole else 1.0
        found.append(None if part is None or whole is None else (float(part), float(whole)))
    return found


def estimate(rows: list[dict[str, Any]], metric: Metric, seed: int) -> Estimate | None:
    """The mean or pooled ratio of a metric over the rows that have it; None where none has."""
    known = [pair for pair in pairs(rows, metric) if pair is not None]
    return pooled([part for part, _ in known], [whole for _, whole in known], seed=seed) if known else None


def build(measured: list[Measured], tools: Instruments, notes: list[str], seed: int = 0) -> dict[str, Any]:
    """What report.json holds."""
    table = metrics([(encoder.name, encoder.conditions) for encoder in tools.encoders])
    for one in measured:
        _judge_similarity(one, tools)
    report = {
        "format": FORMAT,
        "version": __version__,
        "interval": f"{100 * LEVEL:.0f} % percentile bootstrap over jobs, {DRAWS} draws, seed {seed}",
        "instruments": tools.names,
        "notes": [*tools.notes, *notes, *_cautions(measured)],
        "metrics": [asdict(metric) for metric in table],
        "systems": [_system(one, table, tools.language, seed) for one in measured],
    }
    if len(measured) == 2:
        report["comparison"] = _comparison(measured, table, seed)
    return _finite(report)


def _cautions(measured: list[Measured]) -> list[str]:
    """What the intervals do not say of themselves."""
    few = [one.system.name for one in measured if len(one.rows) < FEW]
    notes = (
        [f"Fewer than {FEW} jobs ({', '.join(few)}): the intervals are too narrow to rely on."] if few else []
    )
    for one in measured:
        words, wrong = (sum(row.get(name, 0) for row in one.rows) for name in ("words", "word_errors"))
        if words and not wrong:  # no resampling draws an error that never happened
            notes.append(
                f"{one.system.name}: none of {words} words was wrong; "
                f"a true rate of up to {300 / words:.1f} % would often look so."
            )
    return notes


def _judge_similarity(one: Measured, tools: Instruments) -> None:
    independent = any(not encoder.conditions for encoder in tools.encoders)
    for row in one.rows:
        vectors = row.pop("vectors", {})
        sources = row.pop("source_vectors", {})
        row["alike"] = {}
        for encoder in tools.encoders:
            suffix = "_built_in" if encoder.conditions and independent else ""
            if encoder.name in sources:
                row[f"to_source{suffix}"] = cosine(vectors[encoder.name], sources[encoder.name])
            if encoder.name not in vectors or row["reference"] is None:
                continue
            alike = cosines(vectors[encoder.name], one.references[encoder.name])
            row |= {f"{name}{suffix}": value for name, value in verdict(alike, row["reference"]).items()}
            if not suffix:
                row["alike"] = alike


def _system(one: Measured, table: list[Metric], language: str, seed: int) -> dict[str, Any]:
    kinds: dict[str, int] = {}
    for excluded in one.system.excluded:
        kinds[excluded.kind] = kinds.get(excluded.kind, 0) + 1
    jobs = [
        {**as_dict(job), "language": language, "measures": row} for job, row in zip(one.system.jobs, one.rows)
    ]
    return {
        "name": one.system.name,
        "used": len(jobs),
        "excluded_by_kind": kinds,
        "excluded": [asdict(excluded) for excluded in one.system.excluded],
        "table": _table(one.rows, table, seed),
        "slices": _slices(jobs, table, seed),
        "worst": worst(jobs),
        "emotions": confusion(one.rows),
        "jobs": jobs,
    }


def _table(rows: list[dict[str, Any]], table: list[Metric], seed: int) -> dict[str, dict]:
    found = {metric.name: estimate(rows, metric, seed) for metric in table}
    return {name: asdict(value) for name, value in found.items() if value is not None}


def _slices(jobs: list[dict[str, Any]], table: list[Metric], seed: int) -> dict[str, dict[str, dict]]:
    """Field -> value -> a small table; for every extra field that makes groups, the reference's length and
    the text's.
    """
    of: dict[str, Callable[[dict], str | None]] = {
        "length of the reference": lambda job: _bin(job["measures"]["reference_seconds"], REFERENCE_BINS),
        "length of the text": lambda job: _bin(job["measures"]["text_words"], TEXT_BINS),
    }
    order = [label for bins in (REFERENCE_BINS, TEXT_BINS) for _, label in bins]
    for name in dict.fromkeys(name for job in jobs for name in job["fields"]):
        of[name] = functools.partial(_field, name)
    small = [metric for metric in table if metric.name in IN_SLICES]
    found = {}
    for name, choose in of.items():
        groups: dict[str, list[dict]] = {}
        for job in jobs:
            value = choose(job)
            if value is not None:
                groups.setdefault(value, []).append(job["measures"])
        if 1 < len(groups) <= SLICES_UP_TO:
            values = sorted(groups, key=lambda value: (order.index(value) if value in order else -1, value))
            found[name] = {
                value: {"used": len(groups[value]), "table": _table(groups[value], small, seed)}
                for value in values
            }
    return found


def _field(name: str, job: dict) -> str | None:
    return job["fields"].get(name)


def _bin(value: float | None, bins: tuple[tuple[float, str], ...]) -> str | None:
    return None if value is None else next(label for edge, label in bins if value < edge)


def worst(jobs: list[dict[str, Any]], count: int = WORST) -> list[int]:
    """Indices of the jobs with the most words wrong; ties, and all where nothing was recognised, by
    similarity, then naturalness.
    """

    def badness(index: int) -> tuple[float, float, float]:
        row = jobs[index]["measures"]
        errors = (
            row["word_errors"] / row["words"]
            if row.get("words") and row.get("word_errors") is not None
            else 0.0
        )
        return (-errors, row.get("similarity") or 0.0, row.get("naturalness") or 0.0)

    return sorted(range(len(jobs)), key=badness)[:count]


def _comparison(measured: list[Measured], table: list[Metric], seed: int) -> dict[str, dict]:
    found = {}
    for metric in table:
        both = [
            (a, b)
            for a, b in zip(*(pairs(one.rows, metric) for one in measured))
            if a is not None and b is not None
        ]
        result = compare([a for a, _ in both], [b for _, b in both], seed=seed)
        if result is not None:
            found[metric.name] = asdict(result)
    return found


def _finite(value: Any) -> Any:
    """JSON knows no NaN or infinity: None stands for them."""
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def shown_p(p: float) -> str:
    """A probability as it is written: "0.031", "under .001"."""
    return "under .001" if p < 0.001 else f"{p:.3f}"


def verdict_of(metric: dict[str, Any], paired: dict[str, Any]) -> str:
    """What a difference comes to. It counts only where the interval leaves out zero and the sign test agrees;
    either alone is misled by few jobs.
    """
    low = paired["difference"]["low"]
    high = paired["difference"]["high"]
    if (
        low is None
        or low <= 0 <= high
        or paired["p"] > 1 - LEVEL
        or (paired["more"] > paired["less"]) != (low > 0)
    ):
        return "not told apart"
    if not metric["better"]:
        return "differs"
    return "better" if (low > 0) == (metric["better"] == "higher") else "worse"


def markdown(report: dict[str, Any]) -> str:
    """What report.md holds: the tables, the excluded jobs and the worst ten."""
    names = [_safe(system["name"]) for system in report["systems"]]
    lines = ["# Evaluation", "", *[f"- {_safe(counted(system))}" for system in report["systems"]]]
    lines += [f"- {_safe(note)}" for note in report["notes"]] + [
        f"- In brackets and columns named 95 %: {report['interval']}.",
        "",
    ]
    lines += _rows(["measure", "better", *[cell for name in names for cell in (name, "95 %", "jobs")]])
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
            lines.append(_row([metric["label"], metric["better"], *cells]))
    if "comparison" in report:
        lines += ["", f"## {names[1]} less {names[0]}, job by job", ""]
        lines += _rows(["measure", "difference", "95 %", "higher / lower / equal", "sign test p", names[1]])
        for metric in report["metrics"]:
            paired = report["comparison"].get(metric["name"])
            if paired:
                gap = paired["difference"]
                split = f"{paired['more']} / {paired['less']} / {paired['ties']}"
                cells = [
                    format_value(metric, gap["value"], True),
                    format_interval(metric, gap, True),
                    split,
                    shown_p(paired["p"]),
                    verdict_of(metric, paired),
                ]
                lines.append(_row([metric["label"], *cells]))
    for system in report["systems"]:
        lines += _system_lines(system, report)
    return "\n".join(lines) + "\n"


def counted(system: dict[str, Any]) -> str:
    """How many jobs of a system were measured, and how many left out and why, as a phrase."""
    kinds = ", ".join(f"{count} for its {kind}" for kind, count in system["excluded_by_kind"].items())
    return f"{system['name']}: {system['used']} jobs measured, {len(system['excluded'])} left out" + (
        f" ({kinds})" if kinds else ""
    )


def _system_lines(system: dict[str, Any], report: dict[str, Any]) -> list[str]:
    lines = []
    name = _safe(system["name"])
    for field, groups in system["slices"].items():
        shown_here = [
            m
            for m in report["metrics"]
            if m["name"] in IN_SLICES and any(m["name"] in group["table"] for group in groups.values())
        ]
        lines += [
            "",
            f"## {name} by {_safe(field)}",
            "",
            *_rows([field, "jobs", *[metric["short"] or metric["label"] for metric in shown_here]]),
        ]
        for value, group in groups.items():
            cells = [(metric, group["table"].get(metric["name"])) for metric in shown_here]
            lines.append(
                _row(
                    [
                        value,
                        str(group["used"]),
                        *[
                            f"{format_value(m, e['value'])} ({format_interval(m, e)})" if e else "–"
                            for m, e in cells
                        ],
                    ]
                )
            )
    if system["emotions"]:
        lines += ["", f"## {name}: emotions meant (rows) and heard (columns)", ""]
        lines += _rows(["meant", *EMOTIONS])
        lines += [_row([meant, *map(str, own)]) for meant, own in zip(EMOTIONS, system["emotions"])]
    lines += ["", f"## {name}: the worst", ""]
    lines += _rows(["recording", "text", "heard", "words wrong", "similarity"])
    for index in system["worst"]:
        job = system["jobs"][index]
        row = job["measures"]
        wrong = f"{row['word_errors']} of {row['words']}" if "words" in row else "–"
        alike = "–" if row.get("similarity") is None else f"{row['similarity']:.2f}"
        lines.append(_row([job["wav"], job["text"], row.get("heard", "–"), wrong, alike]))
    if system["excluded"]:
        lines += ["", f"## {name}: left out", "", *_rows(["job", "why"])]
        lines += [_row([one["where"], f"{one['kind']}: {one['reason']}"]) for one in system["excluded"]]
    return lines


def _rows(header: list[str]) -> list[str]:
    return [_row(header), "|" + "---|" * len(header)]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(_safe(cell) for cell in cells) + " |"


def _safe(text: str) -> str:
    """Text that cannot break out of its line or cell of Markdown."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
