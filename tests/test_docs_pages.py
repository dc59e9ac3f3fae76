"""Every page of the docs is in the site's navigation, and every link of a page leads somewhere."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT

DOCS = ROOT / "docs"
CONFIG = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
NAV = re.findall(r"[\w./-]+\.md\b", CONFIG.partition("\nnav:")[2])
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(DOCS.rglob("*.md")),
    *sorted((ROOT / "models").rglob("*.md")),
    *sorted((ROOT / "benchmarks").glob("*.md")),
    *sorted((ROOT / "src" / "soundalike" / "weights").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture
def site_hooks(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    import site_hooks

    return site_hooks


def without_code(text):
    text = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(text):
    """The anchors of a page's headings, as Markdown renderers make them."""
    heads = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M), re.M)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", lambda match: match[1] or "", head) for head in heads]
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", head.lower()).strip()) for head in plain}


def dead_links(page):
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(without_code(text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        if not there.exists():
            yield target
        elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text(encoding="utf-8")):
            yield target


def test_every_page_is_in_the_navigation_once(site_hooks):
    made = {*site_hooks.ELSEWHERE.values(), site_hooks.COMMANDS_PAGE}
    here = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
    assert sorted(NAV) == sorted(made | here)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    assert not list(dead_links(page))


def test_a_dead_link_is_found(tmp_path):
    page = tmp_path / "a.md"
    page.write_text(
        "# One two\n[x](b.md) [y](#one-two) [z](#three) [w](https://example.org)", encoding="utf-8"
    )
    assert list(dead_links(page)) == ["b.md", "#three"]


def test_links_out_of_the_docs_are_those_of_the_site(site_hooks):
    text = "[c](../../CONTRIBUTING.md#tests) [s](../../src/soundalike) [t](../text.md#languages) [g](gone.md)"
    assert (
        site_hooks.relinked(text, "families/index.md")
        == "[c](../CONTRIBUTING.md#tests) s [t](../text.md#languages) [g](gone.md)"
    )
    assert site_hooks.relinked("[d](docs/text.md)", "CONTRIBUTING.md") == "[d](text.md)"


def test_the_reference_has_every_command_and_option(site_hooks):
    page = site_hooks.commands_page()
    for words in ("clone", "say", "voices add", "data prepare", "models assemble"):
        assert f"\n## {words}\n" in page, words
    assert "`--quality`" in page and "`--text-format`" in page
    assert "soundalike clone" in page.partition("\n## clone\n")[2].partition("\n## ")[0]


def test_a_site_without_the_runtime_says_how_to_get_it(site_hooks, monkeypatch, capsys, tmp_path):
    monkeypatch.delenv(site_hooks.RUNTIME, raising=False)
    site_hooks.on_post_build({"site_dir": str(tmp_path)})
    assert "make ort-web" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_the_samples_are_there_and_small():
    files = re.findall(r"\]\((samples/[\w.]+)\)", (DOCS / "samples.md").read_text(encoding="utf-8"))
    assert len(files) >= 6
    assert sum((DOCS / name).stat().st_size for name in files) < 600_000
