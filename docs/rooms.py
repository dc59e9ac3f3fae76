"""Draws the rooms of the package and who imports whom, read from the source tree: docs/images/rooms.svg.

usage: python docs/rooms.py [--png FILE]    (needs matplotlib)

A line goes from a room down to one it imports. Lines that follow from others are left out: where `cli`
imports `serve` and `serve` imports `core`, no line is drawn from `cli` to `core`. An import that points up or
sideways is drawn in red.
"""

from __future__ import annotations

import argparse
import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "soundalike"
PICTURE = ROOT / "docs" / "images" / "rooms.svg"

# One level a row, the lowest first. A room imports rooms of lower levels only.
LEVELS = (
    ("core",),
    ("audio",),
    ("nn", "text"),
    ("data",),
    ("models",),
    ("checkpoints",),
    ("provenance",),
    ("inference", "training", "prepare", "evaluate"),
    ("serve",),
    ("cli",),
)
# Rooms that stand alone on their level, moved aside so that lines stay in sight.
ASIDE = {"provenance": -3.2, "checkpoints": 1.9, "models": -1.6, "data": 1.9}
SUBJECTS = {
    "core": "errors, types, contracts, registry, config",
    "audio": "Audio, files, loudness, the one mel, pitch",
    "nn": "blocks of networks with two or more users",
    "text": "writing to words to phonemes",
    "data": "manifest, features, batches",
    "models": "one room an architecture; common",
    "checkpoints": "parts, bundles, the model store",
    "provenance": "watermark, notes, consent",
    "inference": "Cloner, quality check, voices",
    "training": "the one loop, recipes, finetune",
    "prepare": "readers, slicing, derive, lint",
    "evaluate": "scores, listening tests",
    "serve": "HTTP, jobs, the page",
    "cli": "one file a verb",
}


def rooms() -> list[str]:
    """The rooms there are: folders of the package with code in them."""
    return sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file() or _holds(path))


def _holds(folder: Path) -> bool:
    return folder.is_dir() and folder.name not in ("weights", "__pycache__") and any(folder.rglob("*.py"))


def imports_of(file: Path) -> set[tuple[str, ...]]:
    """Modules of this package that a file imports when it runs, wherever in the file they are named."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    package = ("soundalike", *file.relative_to(PACKAGE).parts)[:-1]
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, *(node.module or "").split(".")) if node.module else base
            # `from .. import x` names a module by its alias
            found |= {module if len(module) > 1 else (*module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {tuple(alias.name.split(".")) for alias in node.names}
    return {name[1:] for name in found if name[0] == "soundalike" and len(name) > 1}


def edges() -> Counter[tuple[str, str]]:
    """How many files of a room import another room: (importer, imported) -> files."""
    known = rooms()
    counts: Counter[tuple[str, str]] = Counter()
    for room in known:
        for file in (PACKAGE / room).rglob("*.py"):
            targets = {name[0] for name in imports_of(file)} & set(known) - {room}
            counts.update((room, target) for target in targets)
    return counts


def level_of(room: str) -> int:
    return next(level for level, row in enumerate(LEVELS) if room in row)


def needed(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The downward lines that do not follow from others."""
    below = {room: {target for source, target in pairs if source == room} for room, _ in pairs}

    def reached(room: str) -> set[str]:
        direct = below.get(room, set())
        return direct | {far for near in direct for far in reached(near)}

    return {
        (source, target)
        for source, target in pairs
        if not any(target in reached(other) for other in below[source] - {target})
    }


def draw(picture: Path) -> None:
    """The picture: a box a room, a row a level."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams.update({"svg.hashsalt": "rooms", "svg.fonttype": "none"})
    from matplotlib import pyplot

    width, height, places = 2.9, 0.62, {}
    figure, axis = pyplot.subplots(figsize=(11.5, 9))
    for level, row in enumerate(LEVELS):
        for number, room in enumerate(row):
            x = ASIDE.get(room, (number - (len(row) - 1) / 2) * (width + 0.45))
            places[room] = (x, level * 1.15)
    pairs = set(edges())
    down = {(one, other) for one, other in pairs if level_of(one) > level_of(other)}
    for lines, colour, thick in ((needed(down), "#8a97a8", 1.3), (pairs - down, "#c0392b", 1.8)):
        for one, other in sorted(lines):
            (x1, y1), (x2, y2) = places[one], places[other]
            bend = 0.25 if abs(x1 - x2) < 0.1 and abs(y1 - y2) > 1.5 else 0.0
            axis.annotate(
                "",
                (x2, y2 + height / 2),
                (x1, y1 - height / 2),
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": colour,
                    "lw": thick,
                    "connectionstyle": f"arc3,rad={bend}",
                },
            )
    for room, (x, y) in places.items():
        box = pyplot.Rectangle(
            (x - width / 2, y - height / 2), width, height, facecolor="#f4f6f9", edgecolor="#3d4f66", zorder=3
        )
        axis.add_patch(box)
        axis.text(x, y + 0.12, room, ha="center", va="center", fontsize=11, weight="bold", zorder=4)
        axis.text(x, y - 0.15, SUBJECTS[room], ha="center", va="center", fontsize=7.2, zorder=4)
    for level in range(len(LEVELS)):
        axis.text(-7.5, level * 1.15, f"level {level}", va="center", fontsize=8, color="#6b7787")
    axis.set(xlim=(-7.6, 6.8), ylim=(-0.6, (len(LEVELS) - 1) * 1.15 + 0.6))
    axis.axis("off")
    figure.tight_layout()
    figure.savefig(picture, dpi=80, metadata={"Date": None} if picture.suffix == ".svg" else None)
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--png", type=Path, help="draw into this file instead")
    draw(parser.parse_args().png or PICTURE)


if __name__ == "__main__":
    main()
