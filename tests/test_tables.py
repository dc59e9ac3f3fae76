"""The figures of the families stand in one place each, and the pages that show them are up to date."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path

import pytest
import results
from conftest import ROOT, save_tiny

from soundalike import Cloner
from soundalike.audio.speech import join
from soundalike.checkpoints.bundle import BUILT_IN, assemble, read_model
from soundalike.checkpoints.part import CARD
from soundalike.core import registry
from soundalike.inference import bundled_voices, voice_library

LARGEST = 24 * 2**20  # bytes of a family's folder; its language models are the largest
TRAINED = sorted(path.parent for path in (ROOT / "models").glob("*/model.json"))


@pytest.fixture
def tables(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import tables

    return tables


def test_pages_are_up_to_date(tables):
    found = tables.entries()
    for page in tables.pages():
        text = page.read_text(encoding="utf-8")
        assert tables.filled(text, found) == text, f"{page}: run python docs/tables.py"


MEASURES = {
    "word error rate": "wer",
    "wer": "wer",
    "words wrong": "wer",
    "similarity": "similarity",
    "similarity to the reference": "similarity",
    "own reference first": "first",
    "reference recognised among all 18": "first",
    "recognised": "first",
    "top-1": "first",
    "naturalness": "naturalness",
    "dnsmos": "naturalness",
    "dnsmos, overall": "naturalness",
    "seconds per second": "speed",
    "s per s, 2 threads": "speed",
    "seconds per second, 1 core": "speed, one core",
    "s per s, 1 thread": "speed, one core",
    "own parts": "parameters of its own",
    "all parts": "parameters",
    "parameters": "parameters",
    "numbers": "parameters",
}
PEERS = ("kokoro", "piper", "espeak-ng")
HISTORY = ROOT / "docs" / "log.md"  # tells how the scores of former weights came about


def plain(cell):
    """A cell's text without its marks."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", lambda match: match[1] or "", cell).strip().lower()


def system_of(label, page):
    """The system and quality that a row or column is about; None where it is about something else."""
    known = [*registry.ARCHITECTURES, *registry.PARTS, *PEERS, *registry.FORMER_NAMES]
    quality = "fast" if "fast" in label.replace("fastspeech", "") else "best"
    found = [name for name in known if re.search(rf"\b{name}\b", label)]
    if found:
        return registry.current(found[0]), quality
    if "built-in" in label or label.startswith("--quality") or label in ("best", "fast"):
        return "starling", quality
    if label == "" and "families" in page.parts or "models" in page.parts:
        return page.stem if page.stem != "card" else page.parent.name, quality
    return None


def tables_in(text):
    """The tables of a page: the cells of each, row by row, without the line under the head."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        rows = [[plain(cell) for cell in line.strip().strip("|").split("|")] for line in block.splitlines()]
        yield [row for row in rows if not all(set(cell) <= set("-: ") for cell in row) or row == rows[0]]


def scores_in(page, text):
    """What a page's tables say: (system, quality, measure), the value, how finely it is given, where."""
    for table in tables_in(text):
        head, *rows = table
        for row in rows:
            for label, cell in zip(head[1:], row[1:]):
                for system, measure in ((row[0], label), (label, row[0])):
                    about = system_of(system, page)
                    number = re.match(r"(\d*\.?\d+)( %)?", cell)
                    if about and measure in MEASURES and number:
                        digits = len(number[1].partition(".")[2]) + (2 if number[2] else 0)
                        value = float(number[1]) / (100 if number[2] else 1)
                        yield (*about, MEASURES[measure]), value, digits, f"{page}: {row[0]}, {label}: {cell}"


def contradictions(pages):
    """Pairs of cells that say different things of the same system and measure, however they are rounded."""
    said = {}
    for page, text in pages:
        for about, value, digits, where in scores_in(page, text):
            said.setdefault(about, []).append((value, digits, where))
    return [
        (about, one[2], other[2])
        for about, cells in said.items()
        for one, other in combinations(cells, 2)
        if abs(one[0] - other[0]) > 0.50001 * 10 ** -min(one[1], other[1])
    ], said


def test_no_two_tables_contradict_each_other():
    places = [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("models/**/*.md")]
    places += [ROOT / "benchmarks" / "README.md", *BUILT_IN.parent.rglob("*.md")]
    pages = [(page, page.read_text(encoding="utf-8")) for page in places if page != HISTORY]
    found, said = contradictions([(page.relative_to(ROOT), text) for page, text in pages])
    assert not found
    for name in ("starling", "fastspeech2", "sv2tts"):
        assert len(said[name, "best", "wer"]) >= 3, f"{name} is no longer recognised in the tables"
    assert len(said["starling", "fast", "similarity"]) >= 3


def test_a_contradiction_is_found():
    first = "| | WER | DNSMOS |\n|---|---|---|\n| built-in, best | 4.2 % | 2.95 |\n"
    first += "| built-in, fast | 4.5 % | 2.9 |\n"
    second = "| architecture | word error rate |\n|---|---|\n| `starling` (built in) | 3.8 % |\n"
    third = "| | `best` | `fast` |\n|---|---|---|\n| naturalness | 2.951 | 2.93 |\n"
    pages = [(Path(f"docs/{n}.md"), text) for n, text in enumerate((first, second, third))]
    found, _ = contradictions(pages)
    assert [about for about, *_ in found] == [("starling", "best", "wer")]


def test_only_figures_of_these_weights_are_shown(tables):
    found = tables.entries()
    current = [*tables.weights_of(found["starling"]).values()]
    costs = {"machine": "A machine", "date": "2026-01-02", "load": 1.0, "first": 0.1, "megabytes": 400.0}
    line = {**costs, "seconds_per_second": {"2": 0.5, "1": 0.9}, "scores": {"wer": 0.9, "dnsmos": 1.5}}
    report = {
        "jobs": {"jobs": 54, "people": 18},
        "real": {"jobs": 33, "people": 11},
        "threads": [2, 1],
        "lines": [
            {**line, "name": "built-in, best", "group": results.SHIPPED, "facts": {"weights": current}},
            {**line, "name": "old", "group": results.VOCODERS, "facts": {"weights": ["0123"]}},
            {**line, "name": "theirs", "group": results.PEERS, "facts": {}},
        ],
    }
    text = tables.systems(found, report)
    ours = next(row for row in text.splitlines() if row.startswith("| starling, best |"))
    scores = tables.model_store.shown(found["starling"].said)
    assert scores["word error rate"] in ours and "90.0 %" not in ours and "400 MB" in ours
    assert "| old |" not in text and "| theirs |" in text
    assert "| convrnn, fast |" in text and "| fastspeech2, best |" in text, "as each was measured"


def test_scores_come_from_a_report(tables, tmp_path):
    folder = assemble(tmp_path / "models" / "convrnn", save_tiny("convrnn", tmp_path / "parts"))
    found = tables.entries(tmp_path / "models")
    assert "[`convrnn`](convrnn.md) |" in tables.families(found) and "not measured yet" in tables.figures(
        found["convrnn"]
    )
    report = {
        "systems": [{"table": {"wer": {"value": 0.12345}, "speed": {"value": 0.2}, "pauses": {"value": 1.0}}}]
    }
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    tables.note(folder, tmp_path / "report.json", "two people", "an hour")
    found = tables.entries(tmp_path / "models")
    assert read_model(folder)["scores"] == {"wer": 0.1235, "speed": 0.2}
    page = tables.filled(
        "<!-- figures convrnn -->\nold\n<!-- /figures -->\n<!-- figures sv2tts -->\n<!-- /figures -->", found
    )
    assert (
        "| word error rate | 12.3 % |" in page
        and "| trained on | an hour |" in page
        and "Measured: two people." in page
        and "old" not in page
    )
    assert page.endswith(
        "<!-- figures sv2tts -->\nNo weights of it are in the repository: **not trained**.\n<!-- /figures -->"
    )
    table = tables.families(found)
    assert (
        "12.3 % | – | – | – | 0.200 | an hour |" in table and "`sv2tts`](sv2tts.md) | not trained |" in table
    )


@pytest.mark.parametrize("folder", TRAINED or [None], ids=lambda folder: folder.name if folder else "none")
def test_trained_families_are_small_and_speak(folder):
    if folder is None:
        pytest.skip("no family is trained yet")
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= LARGEST
    assert f"<!-- figures {folder.name} -->" in (folder / CARD).read_text(encoding="utf-8")
    cloner = Cloner.load(folder, family=folder.name)
    voice = voice_library.ready(cloner, bundled_voices.load("wren"), "wren")  # unit selection knows no other
    assert join(list(cloner.speak("Good evening.", voice, quality="fast"))).speech_seconds() > 0.4
