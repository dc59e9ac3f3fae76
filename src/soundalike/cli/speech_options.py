"""What commands that speak or read a text share: their options, the text, the lexicon."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from soundalike.core.errors import TextError
from soundalike.core.types import Voice

from .model_options import add_family_options, add_model_options
from .provenance import add_origin_options


def add_speaking(parser: argparse.ArgumentParser) -> None:
    """Options of every command that speaks; those of the families are read from their Options."""
    add_family_options(parser)
    add_reading(parser)
    parser.add_argument(
        "--loudness",
        type=float,
        default=-23.0,
        metavar="LUFS",
        help="of what is spoken (default: %(default)s, as broadcast; -18 to -14 for podcasts)",
    )
    parser.add_argument(
        "--quality",
        choices=("fast", "best"),
        default="best",
        help="best practises the voice for some seconds, makes each sentence three times and keeps the clearest (default: %(default)s)",
    )
    parser.add_argument(
        "--no-verify",
        action="store_false",
        dest="verify",
        help="do not listen to each sentence again, nor make it anew where a word is in doubt",
    )
    add_origin_options(parser)
    parser.add_argument(
        "--device",
        default="auto",
        help="cpu, cuda, mps, or auto, which is cpu: the built-in model is fast there (default: auto)",
    )
    add_model_options(parser)


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Options of every command that reads a text to be spoken."""
    parser.add_argument("--language", help="such as en or de (default: found from the text)")
    parser.add_argument(
        "--lexicon",
        metavar="FILE",
        help="your own pronunciations: lines of a word, a tab and IPA or ARPAbet; or a PLS file",
    )
    parser.add_argument(
        "--ssml",
        action="store_true",
        default=None,
        help="take the text as SSML even if it does not begin with <speak",
    )


def read_text(given: argparse.Namespace) -> str:
    if (given.text is None) == (given.text_file is None):
        raise TextError("give the text either as an argument or with --text-file.")
    if given.text_file is None:
        return decode(sys.stdin.buffer.read(), "standard input") if given.text == "-" else given.text
    return read_file(given.text_file)


def read_file(path: str) -> str:
    """A text file. Raises TextError naming it when it cannot be read or is not UTF-8."""
    try:
        return decode(Path(path).read_bytes(), path)
    except OSError as error:
        raise TextError(f"{path}: cannot be read ({error.strerror}). Give a text file.") from None


def decode(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TextError(f"{where}: not UTF-8 text. Save it as UTF-8.") from None


def open_lexicon(given: argparse.Namespace, voice: Voice | None = None) -> Any:
    """The lexicon named on the command line, else the one kept with the voice, else None."""
    from soundalike.text import Lexicon

    if given.lexicon:
        return Lexicon.read(given.lexicon)
    return Lexicon.from_dict(voice.facts["lexicon"]) if voice and "lexicon" in voice.facts else None
