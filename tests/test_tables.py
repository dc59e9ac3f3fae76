"""The figures of the families stand in one place each, and the pages that show them are up to date."""

from __future__ import annotations

import json
import re

import pytest
from conftest import REFERENCE, ROOT, save_tiny

from soundalike import Cloner
from soundalike.audio.speech import join
from soundalike.checkpoints.bundle import BUILT_IN, assemble, read_model
from soundalike.checkpoints.part import CARD

LARGEST = 12 * 2**20  # bytes of a family's folder
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


def test_what_was_written_by_hand_agrees():
    """The built-in model's card and the README's first table tell more than the headlines; those they share
    are model.json's.
    """
    scores = read_model(BUILT_IN)["scores"]
    card = (BUILT_IN / CARD).read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    wer = f"{100 * scores['wer']:.1f} %"
    first = f"{scores['first']:.0%}".replace("%", " %")
    speed = f"{scores['speed']:.3f}"[1:]
    for text, similarity in (
        (card, f"{scores['similarity']:.3f}"[1:]),
        (readme, f"{scores['similarity']:.2f}"[1:]),
    ):
        for label, value in (
            ("word error rate", wer),
            ("similarity", similarity),
            ("DNSMOS", f"{scores['naturalness']:.2f}"),
        ):
            assert re.search(rf"\| {label}[^|]*\| {re.escape(value)}", text), (label, value)
        assert re.search(rf"all (?:of all )?18 \| {first}", text) and f"| {speed} /" in text


def test_scores_come_from_a_report(tables, tmp_path):
    folder = assemble(tmp_path / "models" / "convrnn", save_tiny("convrnn", tmp_path / "parts"))
    found = tables.entries(tmp_path / "models")
    assert "[`convrnn`](docs/families/convrnn.md) |" in tables.families(
        found
    ) and "not measured yet" in tables.figures(found["convrnn"])
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
    assert page.endswith("<!-- figures sv2tts -->\nOurs: **not trained yet**.\n<!-- /figures -->")
    table = tables.families(found)
    assert (
        "12.3 % | – | – | – | 0.200 | an hour |" in table
        and "`sv2tts`](docs/families/sv2tts.md) | not trained |" in table
    )


@pytest.mark.parametrize("folder", TRAINED or [None], ids=lambda folder: folder.name if folder else "none")
def test_trained_families_are_small_and_speak(folder):
    if folder is None:
        pytest.skip("no family is trained yet")
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= LARGEST
    assert f"<!-- figures {folder.name} -->" in (folder / CARD).read_text(encoding="utf-8")
    cloner = Cloner.load(folder, family=folder.name)
    assert join(list(cloner.speak("Good evening.", cloner.listen(REFERENCE)))).speech_seconds() > 0.4
