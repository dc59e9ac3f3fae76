"""The verbs of languages of the user's own: add, list, remove."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from .command import App, verb
from .options import AsJson, Force

EXAMPLES = """
soundalike languages add polish/
soundalike languages list
soundalike explain "Dzień dobry." --language pl
"""
app = App(epilog=EXAMPLES)


@app.callback()
def languages() -> None:
    """Languages of your own, by their spelling: add, list, remove."""


@verb(
    app,
    "add",
    "soundalike languages add polish/\nsoundalike languages add polish/ --words words.txt --force",
)
def add(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="with language.toml, and lexicon.tsv where there is one")
    ],
    words: Annotated[
        str | None,
        typer.Option(
            "--words",
            metavar="FILE",
            help="a UTF-8 text in the language, every letter of which must have a spelling",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Check a language's folder, and keep it, so that --language knows its code."""
    from soundalike.text import user_languages

    added = user_languages.add_language(folder, words, force)
    kept = user_languages.library() / added.code
    print(
        f"{added.code}: {added.said.name}, {added.spelling.size} spellings, "
        f"{len(added.lexicon.entries)} words in the lexicon, stress: {added.said.stress}; kept in {kept}"
    )


@verb(app, "list", "soundalike languages list\nsoundalike languages list --json")
def list_languages(as_json: AsJson = False) -> None:
    """The languages that texts can be read in: those of the package, then your own."""
    from soundalike.text import LANGUAGES
    from soundalike.text.user_languages import library, user_codes

    entries = [_of_package(code) for code in LANGUAGES] + [_of_the_user(code) for code in user_codes()]
    if as_json:
        print(json.dumps(entries, ensure_ascii=False, indent=1))
        return
    for entry in entries:
        remark = entry["fault"] or entry["folder"] or "of the package"
        print(f"{entry['code']:4} {entry['name']:14} {remark}")
    if not user_codes():
        print(f"no languages of your own yet in {library()}: `soundalike languages add FOLDER`")


@verb(app, "remove", "soundalike languages remove pl")
def remove(code: Annotated[str, typer.Argument(help="of a language of your own")]) -> None:
    """Remove a language of your own."""
    from soundalike.text.user_languages import library, remove_language

    remove_language(code)
    print(f"{code}: removed from {library()}")


def _of_package(code: str) -> dict[str, Any]:
    from soundalike.core.installation import install_command
    from soundalike.core.languages import language_name
    from soundalike.text import installed

    fault = None if installed(code) else f"not installed: {install_command(code)}"
    return {"code": code, "name": language_name(code), "folder": None, "fault": fault}


def _of_the_user(code: str) -> dict[str, Any]:
    from soundalike.core.errors import ConfigError
    from soundalike.core.languages import language_name
    from soundalike.text.user_languages import library, read_language

    fault = None
    try:
        name = read_language(library() / code).said.name
    except ConfigError as error:
        name = language_name(code)
        fault = str(error)
    return {"code": code, "name": name, "folder": str(library() / code), "fault": fault}
