"""The verb that shows how a text will be said: explain."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from .command import App, verb
from .options import AsJson, ReadingOptions, text_of

EXAMPLES = """
soundalike explain "Dr. Smith read 3 records."
soundalike explain --text-file story.txt --language de --json
soundalike explain "The gif won." --lexicon mine.tsv
"""
app = App()


@verb(app, "explain", EXAMPLES)
def explain(
    reading: ReadingOptions,
    text: Annotated[
        str | None,
        typer.Argument(help="the text; - reads it from standard input", show_default=False),
    ] = None,
    text_file: Annotated[
        str | None, typer.Option("--text-file", metavar="FILE", help="file with the text, UTF-8")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how a text will be said, word by word, without speaking it."""
    from soundalike.checkpoints.model_store import languages
    from soundalike.core.languages import LanguageStatus
    from soundalike.inference import voice_library
    from soundalike.inference.script_request import known_voices, read_script
    from soundalike.text.explain import as_dict, guessed, table

    words = text_of(text, text_file)
    known = known_voices(words, voice_library.all_names)
    script = guessed(read_script(reading.request(words, text_file or "text", known)))
    status = languages().get(script.language) or LanguageStatus(script.language, None)
    if as_json:
        print(
            json.dumps(as_dict(script) | {"language_status": status.to_dict()}, ensure_ascii=False, indent=1)
        )
        return
    print(table(script))
    print(f"\nlanguage: {script.text_language}")
    if status.experimental:
        print(f"built-in model, {status}")
    for warning in script.warnings:
        print(f"warning: {warning}")
