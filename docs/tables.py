"""Puts the scores of every model where they are read: one source, one generator.

Our own systems' scores come from each model.json, those of other programs from benchmarks/results.json. A row
of results.json that was measured with other weights than those in the repository is left out.

usage: python docs/tables.py
           fill what stands between <!-- families -->, <!-- built-in -->, <!-- languages -->,
           <!-- languages line -->, <!-- systems --> or <!-- figures NAME --> and its end, in the README, the
           docs and the cards
       python docs/tables.py --note models/NAME REPORT.json --test PHRASE --data PHRASE
           first write the headlines of `soundalike evaluate`'s report into model.json
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from soundalike.checkpoints import model_store
from soundalike.checkpoints.bundle import BUILT_IN, BUILTIN, MODEL, part_folder, read_model, write_model
from soundalike.checkpoints.model_store import InstalledModel
from soundalike.checkpoints.part import CARD, WEIGHTS
from soundalike.core import registry
from soundalike.core.languages import language_name

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "models"
RESULTS = ROOT / "benchmarks" / "results.json"
sys.path.insert(0, str(ROOT / "benchmarks"))
from results import PEERS, PEOPLE, VOCODERS, cells, columns, where_and_when  # noqa: E402

BLOCK = re.compile(
    r"(<!-- (families|built-in|languages line|languages|systems|figures \w+) -->\n)"
    r".*?(<!-- /(?:families|built-in|languages|systems|figures) -->)",
    re.S,
)
COLUMNS = ("word error rate", "similarity", "own reference first", "naturalness", "seconds per second")
FROM_RESULTS = (VOCODERS, PEOPLE, PEERS)  # groups whose scores are those of benchmarks/results.json
IDLE_WHEN_FAST = {"adversary"}  # roles that do not work in quality `fast`


def entries(home: Path = HOME) -> dict[str, InstalledModel]:
    """The built-in architecture, then those of a folder of models, whatever the user has installed."""
    names = [model_store.built_in(), *sorted(set(registry.ARCHITECTURES) - {model_store.built_in()})]
    places = {name: BUILT_IN if name == names[0] else home / name for name in names}
    found = {
        name: model_store.entry(name, place if (place / MODEL).is_file() else None)
        for name, place in places.items()
    }
    for entry in found.values():
        if entry.fault:
            raise SystemExit(entry.fault)
    return found


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = tuple(head)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def size(entry: InstalledModel) -> str:
    """Parameters and bytes of the parts that are a model's own."""
    return f"{entry.parameters / 1e6:.1f} M, {entry.size / 1e6:.1f} MB"


def families(found: dict[str, InstalledModel]) -> str:
    """The table of all architectures, with what was measured under it; links are those of docs/families/."""
    rows = []
    for name, entry in found.items():
        title = f"`{name}` (built in)" if entry.folder == BUILT_IN else f"[`{name}`]({name}.md)"
        scores = model_store.shown(entry.said)
        rows.append(
            (
                title,
                size(entry) if entry.folder else "not trained",
                *(scores.get(column, "–") for column in COLUMNS),
                entry.said.get("data", "–"),
            )
        )
    tests: dict[str, list[str]] = {}
    for name, entry in found.items():
        if "test" in entry.said:
            tests.setdefault(entry.said["test"], []).append(name)
    notes = (f"\nMeasured of {', '.join(names)}: {test}.\n" for test, names in tests.items())
    return table(("architecture", "own parts", *COLUMNS, "trained on"), rows) + "".join(notes)


def built_in(entry: InstalledModel) -> str:
    """All that is known of the built-in model, in both qualities."""
    said = entry.said
    best, fast, ceiling = (
        model_store.shown({"scores": scores}) for scores in (said["scores"], said["fast"], said["ceiling"])
    )
    rows = [(name, best[name], fast[name], ceiling.get(name, "")) for name in COLUMNS]
    rows += [(name, *values, "") for name, *values in said["details"]]
    rows.append(("own parts", size(entry), "", ""))
    head = ("", "`--quality best`", "`--quality fast`", "ceiling, as documented with the judge")
    return table(head, rows) + f"\nMeasured: {said['test']}. `fast` is one take without prompt adaptation.\n"


def languages() -> str:
    """How well the built-in model speaks each language."""
    statuses = sorted(model_store.languages().values(), key=lambda one: language_name(one.code))
    rows = [
        (
            f"`{one.code}`",
            language_name(one.code),
            one.level,
            _percent(one.word_error, "not measured"),
            _percent(one.recordings, ""),
            "" if one.hours is None else f"{one.hours:.1f}",
        )
        for one in sorted(statuses, key=lambda one: one.word_error is None)
    ]
    heads = (
        "code",
        "language",
        "",
        "words that Whisper base hears wrong",
        "of recordings",
        "hours of training speech",
    )
    return table(heads, rows)


def _percent(share: float | None, unknown: str) -> str:
    return unknown if share is None else f"{100 * share:.0f} %"


def languages_line() -> str:
    """The same in a sentence, for the README."""
    statuses = sorted(model_store.languages().values(), key=lambda one: language_name(one.code))
    named: dict[str, list[str]] = {}
    for one in statuses:
        error = "" if one.level == "good" else f" ({_percent(one.word_error, 'not measured')})"
        named.setdefault(one.level, []).append(language_name(one.code) + error)
    fair = f" Fair, by the words that Whisper base hears wrong: {', '.join(named.get('fair', []))}."
    return (
        f"**Languages:** {', '.join(named['good'])}.{fair if 'fair' in named else ''} Experimental: "
        f"{', '.join(named['experimental'])}. "
        "All but English need an extra each: [languages](docs/languages.md).\n"
    )


def weights_of(entry: InstalledModel, without: Iterable[str] = ()) -> dict[Path, str]:
    """The files of weights a model speaks with, borrowed ones too, and what tells each from others."""
    assert entry.folder is not None
    places = {role: place for role, place in entry.said["parts"].items() if role not in without}
    files = [part_folder(entry.folder, role, place) / WEIGHTS for role, place in places.items()]
    return {file: hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in files if file.is_file()}


def _own_row(name: str, scores: dict[str, Any], weights: dict[Path, str], lines: list[dict]) -> list[str]:
    """A row of one of our systems: scores of its model.json; costs of results.json where the weights are the
    same.
    """
    same = [line for line in lines if set(line["facts"].get("weights", ())) == set(weights.values())]
    costs = same[0] if same else {"seconds_per_second": {}, "load": None, "first": None, "megabytes": None}
    speeds = {
        "2": scores.get("speed", costs["seconds_per_second"].get("2")),
        "1": scores.get("speed_one_core", costs["seconds_per_second"].get("1")),
    }
    return cells(
        {
            **costs,
            "name": name,
            "group": "ours",
            "facts": {
                "parameters": sum(model_store.held(file.parent).parameters for file in weights),
                "bytes": sum(file.stat().st_size for file in weights),
            },
            "seconds_per_second": speeds,
            "scores": {
                "wer": scores.get("wer"),
                "sim": scores.get("similarity"),
                "top1": scores.get("first"),
                "dnsmos": scores.get("naturalness"),
            },
        }
    )


def systems(found: dict[str, InstalledModel], report: dict[str, Any]) -> str:
    """Our systems beside the vocoders, people and other people's programs of a benchmark report."""
    current = {digest for entry in found.values() if entry.folder for digest in weights_of(entry).values()}
    measured = [line for line in report["lines"] if "missing" not in line]
    shown = [
        line
        for line in measured
        if line["group"] in FROM_RESULTS and set(line["facts"].get("weights", ())) <= current
    ]
    rows = []
    for name, entry in found.items():
        measured_at = "fast" if "`--quality fast`" in entry.said.get("test", "") else "best"
        for quality, key, idle in ((measured_at, "scores", ()), ("fast", "fast", IDLE_WHEN_FAST)):
            if key in entry.said:
                rows.append(
                    _own_row(f"{name}, {quality}", entry.said[key], weights_of(entry, idle), measured)
                )
    heads = columns(report["threads"])
    for group in FROM_RESULTS:
        of_group = [line for line in shown if line["group"] == group]
        if of_group:
            rows.append([f"*{group}*", *[""] * (len(heads) - 1)])
            rows += [cells(line) for line in of_group]
    return table(heads, rows) + "\n" + _conditions(report, shown)


def _conditions(report: dict[str, Any], shown: list[dict[str, Any]]) -> str:
    jobs, real = report["jobs"], report["real"]
    return (
        "Our systems: from their model.json, which says how scores were measured; speeds by "
        f"`benchmarks/speed.py`. The others: {where_and_when(shown)}. "
        f"All speak {jobs['jobs']} sentences in {jobs['people']} voices. "
        f"Vocoders and recordings are judged on {real['jobs']} other sentences of {real['people']} of such "
        "people. An empty cell has no meaning there, or was not measured with today's weights. "
        "`benchmarks/README.md` explains the columns.\n"
    )


def figures(entry: InstalledModel) -> str:
    """What is known of one architecture."""
    if entry.folder is None:
        return "No weights of it are in the repository: **not trained**.\n"
    borrowed = [role for role, place in entry.said["parts"].items() if place == BUILTIN]
    rows = {
        "own parts": size(entry)
        + (f"; the built-in model's {', '.join(borrowed)} beside it" if borrowed else "")
    }
    rows |= {"trained on": entry.said["data"]} if "data" in entry.said else {}
    rows |= model_store.shown(entry.said) or {"scores": "not measured yet"}
    return table(("", ""), rows.items()) + (
        f"\nMeasured: {entry.said['test']}.\n" if "test" in entry.said else ""
    )


def filled(text: str, found: dict[str, InstalledModel]) -> str:
    """A page with its blocks as they should be."""

    def block(match: re.Match) -> str:
        kind, _, name = match[2].partition(" ")
        if kind == "families":
            made = families(found)
        elif kind == "built-in":
            made = built_in(found[model_store.built_in()])
        elif kind == "languages":
            made = languages_line() if name else languages()
        elif kind == "systems":
            made = systems(found, json.loads(RESULTS.read_text(encoding="utf-8")))
        else:
            made = figures(found[name])
        return match[1] + made + match[3]

    return BLOCK.sub(block, text)


def pages(root: Path = ROOT) -> list[Path]:
    """Every page that may have a block."""
    return [
        root / "README.md",
        *sorted((root / "docs").rglob("*.md")),
        *sorted((root / "models").glob(f"*/{CARD}")),
        BUILT_IN / CARD,
    ]


def note(folder: Path, report: Path, test: str, data: str) -> None:
    """Write the headlines of a report, what they were measured on and the training data into a model.json."""
    scores = json.loads(report.read_text(encoding="utf-8"))["systems"][0]["table"]
    headlines = {name: round(scores[name]["value"], 4) for name in model_store.HEADLINES if name in scores}
    write_model(folder, {**read_model(folder), "test": test, "scores": headlines, "data": data})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--note", nargs=2, type=Path, metavar=("MODEL", "REPORT"))
    parser.add_argument("--test", help="what was measured, a phrase")
    parser.add_argument("--data", help="what it was trained on, a phrase")
    given = parser.parse_args()
    if given.note:
        if not given.test or not given.data:
            parser.error("--note needs --test and --data")
        model, report = given.note
        note(model, report, given.test, given.data)
    found = entries()
    for entry in found.values():
        card = entry.folder and entry.folder / CARD
        if card and not card.is_file():
            card.write_text(
                f"# {entry.family}\n\n<!-- figures {entry.family} -->\n<!-- /figures -->\n", encoding="utf-8"
            )
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if filled(text, found) != text:
            page.write_text(filled(text, found), encoding="utf-8")
            print(f"{page.relative_to(ROOT)}: filled")


if __name__ == "__main__":
    main()
