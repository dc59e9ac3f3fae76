"""Puts the figures of the families where they are read: from each model.json into the README, the families'
pages and their cards.

usage: python docs/tables.py                                   fill what stands between <!-- families --> or
<!-- figures NAME --> and its end
       python docs/tables.py --note models/NAME REPORT.json --test PHRASE --data PHRASE
                                                               first write the headlines of `soundalike
                                                               evaluate`'s report into model.json
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from soundalike.checkpoints import model_store
from soundalike.checkpoints.bundle import BUILT_IN, BUILTIN, MODEL, read_model, write_model
from soundalike.checkpoints.model_store import InstalledModel
from soundalike.checkpoints.part import CARD
from soundalike.core import registry

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "models"
BLOCK = re.compile(r"(<!-- (families|figures \w+) -->\n).*?(<!-- /(?:families|figures) -->)", re.S)
COLUMNS = ("word error rate", "similarity", "own reference first", "naturalness", "seconds per second")


def entries(home: Path = HOME) -> dict[str, InstalledModel]:
    """The built-in family, then those of a folder of models, whatever the user has installed."""
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


def size(entry: InstalledModel) -> str:
    return f"{entry.parameters / 1e6:.1f} M, {entry.size / 2**20:.1f} MiB"


def families(found: dict[str, InstalledModel]) -> str:
    """The table of all families, with what was measured under it."""
    lines = [f"| family | size | {' | '.join(COLUMNS)} | trained on |", f"|{'---|' * (len(COLUMNS) + 3)}"]
    for name, entry in found.items():
        title = f"`{name}` (built in)" if entry.folder == BUILT_IN else f"[`{name}`](docs/families/{name}.md)"
        scores = model_store.shown(entry.said)
        cells = [
            size(entry) if entry.folder else "not trained",
            *(scores.get(column, "–") for column in COLUMNS),
            entry.said.get("data", "–"),
        ]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    tests: dict[str, list[str]] = {}
    for name, entry in found.items():
        if "test" in entry.said:
            tests.setdefault(entry.said["test"], []).append(name)
    return (
        "\n".join([*lines, *(f"\nMeasured of {', '.join(names)}: {test}." for test, names in tests.items())])
        + "\n"
    )


def figures(entry: InstalledModel) -> str:
    """What is known of one family."""
    if entry.folder is None:
        return "Ours: **not trained yet**.\n"
    borrowed = [role for role, place in entry.said["parts"].items() if place == BUILTIN]
    rows = {
        "size, in half precision": size(entry)
        + (f"; the built-in model's {', '.join(borrowed)} beside it" if borrowed else "")
    }
    rows |= {"trained on": entry.said["data"]} if "data" in entry.said else {}
    rows |= model_store.shown(entry.said) or {"scores": "not measured yet"}
    table = ["| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows.items())]
    return "\n".join(table + ([f"\nMeasured: {entry.said['test']}."] if "test" in entry.said else [])) + "\n"


def filled(text: str, found: dict[str, InstalledModel]) -> str:
    """A page with its blocks as they should be."""

    def block(match: re.Match) -> str:
        kind, _, name = match[2].partition(" ")
        return match[1] + (families(found) if kind == "families" else figures(found[name])) + match[3]

    return BLOCK.sub(block, text)


def pages(root: Path = ROOT) -> list[Path]:
    """Every page that may have a block."""
    return [
        root / "README.md",
        *sorted((root / "docs").rglob("*.md")),
        *sorted((root / "models").glob(f"*/{CARD}")),
    ]


def note(folder: Path, report: Path, test: str, data: str) -> None:
    """Write the headlines of a report, what they were measured on and the training data into a model.json."""
    table = json.loads(report.read_text(encoding="utf-8"))["systems"][0]["table"]
    scores = {name: round(table[name]["value"], 4) for name in model_store.HEADLINES if name in table}
    write_model(folder, {**read_model(folder), "test": test, "scores": scores, "data": data})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--note", nargs=2, type=Path, metavar=("MODEL", "REPORT"))
    parser.add_argument("--test", help="what was measured, a phrase")
    parser.add_argument("--data", help="what it was trained on, a phrase")
    given = parser.parse_args()
    if given.note:
        if not given.test or not given.data:
            parser.error("--note needs --test and --data")
        note(*given.note, given.test, given.data)
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
