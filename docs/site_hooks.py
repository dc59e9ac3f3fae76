"""What the site has beside the pages of docs/: the command line's reference, written from the Typer app, and
pages that lie elsewhere in the repository, and what the page in the browser computes with. Links to files
that are not on the site become plain words.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
COMMANDS_PAGE = "reference/cli.md"
# Pages of the repository, and where they are on the site
ELSEWHERE = {
    "CHANGELOG.md": "CHANGELOG.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CODE_OF_CONDUCT.md": "CODE_OF_CONDUCT.md",
    "SECURITY.md": "SECURITY.md",
    "benchmarks/README.md": "benchmarks.md",
    "models/README.md": "models.md",
    "models/wavenet/card.md": "cards/wavenet.md",
    "models/hifigan/card.md": "cards/hifigan.md",
    "models/codec/card.md": "cards/codec.md",
    "models/codec_lm/card.md": "cards/codec_lm.md",
    "models/convrnn/card.md": "cards/convrnn.md",
    "models/deepvoice3/card.md": "cards/deepvoice3.md",
    "models/expressive/card.md": "cards/expressive.md",
    "models/hybrid/card.md": "cards/hybrid.md",
    "models/emotion/card.md": "cards/emotion.md",
    "models/sv2tts/card.md": "cards/sv2tts.md",
    "models/fastspeech2/card.md": "cards/fastspeech2.md",
    "models/unit_selection/card.md": "cards/unit_selection.md",
    "models/vits/card.md": "cards/vits.md",
    "src/soundalike/weights/default/card.md": "cards/starling.md",
}
RUNTIME = "SOUNDALIKE_ORT_WEB"  # where the package onnxruntime-web lies, unpacked
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def on_files(files: Any, config: Any) -> Any:
    """Adds the pages that are made here."""
    from mkdocs.structure.files import File

    made = {target: (ROOT / source).read_text(encoding="utf-8") for source, target in ELSEWHERE.items()}
    made[COMMANDS_PAGE] = commands_page()
    for target, text in made.items():
        files.append(File.generated(config, target, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Lets links point to where pages are on the site."""
    return relinked(markdown, page.file.src_uri)


def on_post_build(config: Any) -> None:
    """Writes the files of the page that runs in the browser, where ONNX Runtime for the web is given."""
    runtime = os.environ.get(RUNTIME)
    if not runtime:
        print(
            f"browser/speak.html has no model: {RUNTIME} does not say where onnxruntime-web lies. "
            "Run `make ort-web` first, where npm is.",
            file=sys.stderr,
        )
        return
    sys.path.insert(0, str(DOCS))
    from browser_files import write_all

    write_all(Path(config["site_dir"]) / "browser" / "files", Path(runtime))


def relinked(markdown: str, uri: str) -> str:
    """The text of a page with its links to other files of the repository as the site has them."""
    here = source_of(uri)

    def link(match: re.Match) -> str:
        label, target = match.groups()
        path, mark, anchor = target.partition("#")
        if not path or re.match(r"[a-z]+:", path):
            return match[0]
        file = Path(os.path.normpath(here.parent / path))
        if file.is_relative_to(DOCS):
            there = file.relative_to(DOCS).as_posix()
        elif file.is_relative_to(ROOT) and file.relative_to(ROOT).as_posix() in ELSEWHERE:
            there = ELSEWHERE[file.relative_to(ROOT).as_posix()]
        else:
            return label if file.exists() else match[0]
        return f"[{label}]({os.path.relpath(there, os.path.dirname(uri) or '.')}{mark}{anchor})"

    return LINK.sub(link, markdown)


def source_of(uri: str) -> Path:
    """The file that a page of the site is made from."""
    for source, target in ELSEWHERE.items():
        if target == uri:
            return ROOT / source
    return DOCS / uri


def commands_page() -> str:
    """The reference of every command: what it does, its arguments and options, its examples."""
    import typer

    from soundalike.cli.main import NAME, app

    root = typer.main.get_command(app)
    parts = ["# Commands\n\nWritten from the program itself. `soundalike COMMAND --help` shows the same.\n"]
    parts += [_section(words, command) for words, command in _commands(root, (NAME,))]
    return "\n".join(parts)


def _commands(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not hasattr(command, "list_commands"):
        yield words, command
        return
    for name in command.list_commands(None):
        yield from _commands(command.get_command(None, name), (*words, name))


def _section(words: tuple[str, ...], command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    usage = " ".join([*words, *(_placeholder(one) for one in arguments)])
    lines = [f"## {' '.join(words[1:])}", "", _plain(command.help), "", "```text", usage, "```", ""]
    if arguments:
        lines += ["| argument | is |", "|---|---|"]
        lines += [f"| `{_placeholder(one)}` | {_cell(one.help)} |" for one in arguments]
        lines.append("")
    lines += ["| option | is | default |", "|---|---|---|"]
    lines += [f"| {_names(one)} | {_cell(one.help)} | {_default(one)} |" for one in options]
    if command.epilog:
        lines += ["", "```bash", *(line.strip() for line in command.epilog.strip().splitlines()), "```"]
    return "\n".join(lines) + "\n"


def _placeholder(argument: Any) -> str:
    name = (argument.metavar or argument.name or "").upper().strip("[]")
    return f"{name if argument.required else f'[{name}]'}{'...' if argument.nargs == -1 else ''}"


def _names(option: Any) -> str:
    return ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))


def _default(option: Any) -> str:
    value = option.default
    shown = option.show_default
    if isinstance(shown, str):
        return _cell(shown)
    if not isinstance(value, str | int | float) or isinstance(value, bool) or value == "":
        return ""
    return f"`{value}`"


def _plain(text: str | None) -> str:
    return re.sub(r"\[/?[a-z ]+\]", "", text or "").strip()


def _cell(text: str | None) -> str:
    return " ".join(_plain(text).split()).replace("|", "\\|").replace("<", "&lt;")
