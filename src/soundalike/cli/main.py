"""The command line: speaking one text, and how it will be said, here; the other commands in cli_*.py."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import NoReturn

from soundalike.core.errors import ConfigError, SoundalikeError
from soundalike.core.types import Voice

from .batch import add_batch_command
from .data import add_data_commands
from .import_command import add_import_command
from .listening_test import add_listen_command
from .model_options import add_list_command, check_attention, family_options, open_cloner, with_adapted_prompt
from .provenance import add_trust_commands, check_origin_options, encoded
from .serve import add_serve_command
from .speech_options import add_reading, add_speaking, open_lexicon, read_text
from .train import add_training_commands
from .voices import add_voice_commands


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code: 0 done, 2 refused with one sentence on stderr, 130
    interrupted.
    """
    warnings.showwarning = lambda message, *rest, **more: print(f"warning: {message}", file=sys.stderr)
    options = build_parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except SoundalikeError as error:
        print(f"soundalike: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(
            f"soundalike: {error.filename or 'file'}: {error.strerror}. Choose another place.",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("soundalike: interrupted", file=sys.stderr)
        return 130


class Parser(argparse.ArgumentParser):
    """Mistakes in the words of a command end as all others do: one sentence, exit code 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"soundalike: {message}. See `{self.prog} --help`.\n")


def build_parser() -> argparse.ArgumentParser:
    from soundalike import __version__

    parser = Parser(
        prog="soundalike", description="Clone a voice from a few seconds of speech, offline, on a CPU."
    )
    parser.add_argument("--version", action="version", version=f"soundalike {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    clone = commands.add_parser("clone", help="speak a text in the voice of a recording")
    clone.add_argument(
        "reference",
        help="recording of the voice (wav, flac, mp3, m4a, ogg, webm, a video), a .voice file, or a voice's name",
    )
    clone.add_argument("text", nargs="?", help="what to say; - reads it from standard input")
    clone.add_argument("--text-file", help="file with the text, UTF-8")
    clone.add_argument(
        "-o",
        "--output",
        default="out.wav",
        help="file to write; - writes to standard output (default: out.wav)",
    )
    clone.add_argument("--format", help="wav, flac, mp3 or ogg (default: by the name's ending)")
    clone.add_argument(
        "--timestamps", metavar="FILE", help="also write when each word is said: .srt, .vtt or .json"
    )
    clone.add_argument("--fit", type=float, metavar="SECONDS", help="make the whole last so long")
    clone.add_argument(
        "--report",
        metavar="FILE",
        help="also write what was heard on listening to each sentence again, as JSON",
    )
    clone.add_argument(
        "--attention",
        metavar="FILE",
        help="also draw where the family looked in the text, as .png; for families with attention",
    )
    clone.add_argument("--save-voice", metavar="FILE", help="also keep the voice in a .voice file")
    clone.add_argument(
        "--no-source", action="store_false", dest="source", help="keep no clip of the recording in that file"
    )
    add_speaking(clone)
    clone.set_defaults(run=run_clone)

    add_batch_command(commands)
    add_voice_commands(commands)
    add_trust_commands(commands)

    how = commands.add_parser(
        "say-how", help="show how a text will be said, word by word, without speaking it"
    )
    how.add_argument("text", nargs="?", help="the text, plain or SSML; - reads it from standard input")
    how.add_argument("--text-file", help="file with the text, UTF-8")
    add_reading(how)
    how.add_argument("--json", action="store_true", help="print JSON")
    how.set_defaults(run=run_explain)

    add_data_commands(commands)
    add_training_commands(commands)
    add_listen_command(commands)
    add_serve_command(commands)
    add_import_command(commands)

    add_list_command(commands)
    return parser


def run_clone(given: argparse.Namespace) -> None:
    from tqdm import tqdm

    from soundalike.audio.io import check_target, format_of, write_encoded
    from soundalike.audio.speech import join
    from soundalike.inference import attention_plot, voice_library
    from soundalike.inference.quality_check import report
    from soundalike.inference.timestamps import check_timestamp_file, write_timestamps
    from soundalike.provenance.metadata import today
    from soundalike.text import read

    text = read_text(given)
    format = format_of("" if given.output == "-" else given.output, given.format)
    if given.output != "-":
        check_target(given.output, format)
    check_origin_options(given, format)
    if given.timestamps:
        check_timestamp_file(given.timestamps)
    if given.attention:
        attention_plot.check_picture(given.attention)
    if given.report and not Path(given.report).parent.is_dir():
        raise ConfigError(
            f"--report {given.report}: the folder {Path(given.report).parent} does not exist. Create it or choose another."
        )
    if given.save_voice and not (
        given.save_voice.endswith(".voice") and Path(given.save_voice).parent.is_dir()
    ):
        raise ConfigError(
            f"--save-voice {given.save_voice}: give a name that ends in .voice, in a folder that exists."
        )
    found = voice_library.find(given.reference)
    lexicon = open_lexicon(given, found if isinstance(found, Voice) else None)
    known = [entry.name for entry in voice_library.listing()] if "<voice" in text else []
    script = read(text, given.language, lexicon, given.ssml, given.text_file or "text", known)
    began = time.monotonic()
    cloner = open_cloner(given)
    options = family_options(cloner, given)
    if given.attention:
        check_attention(cloner)
    voice = voice_library.ready(cloner, found, given.reference)
    others = {
        name: voice_library.ready(cloner, voice_library.get(name), name)
        for name in {sentence.voice for sentence in script.utterances} & set(known)
    }
    utterance = with_adapted_prompt(cloner, voice) if given.quality == "best" else voice
    pieces = len(script.utterances)
    with tqdm(total=pieces, unit="sentence", disable=pieces < 2) as bar:
        how = {
            "fit": given.fit,
            "loudness": given.loudness,
            "others": others,
            "quality": given.quality,
            "verify": given.verify,
        }
        how |= {"progress": lambda done, of: bar.update(1), "watermark": given.watermark, "day": today()}
        audio = join(list(cloner.speak(script, utterance, options, **how)))
    for check in audio.checks:
        for doubt in check.doubts:
            warnings.warn(f"in doubt, in '{shortened(check.text)}': {doubt}", stacklevel=1)
    data = encoded(audio, format, given)
    if given.output == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_encoded(Path(given.output), data)
        print(f"{given.output}: {audio.seconds:.1f} s of speech in {time.monotonic() - began:.1f} s")
    if given.timestamps:
        write_timestamps(given.timestamps, audio.timestamps)
    if given.attention:
        attention_plot.draw(audio.attention, given.attention)
    if given.report:
        Path(given.report).write_text(
            json.dumps(report(audio.checks), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    if given.save_voice:
        kept = {"lexicon": lexicon.to_dict()} if lexicon else {}
        Voice(voice.tensors, {**voice.facts, **kept}).save(given.save_voice, given.source)


def shortened(text: str, size: int = 40) -> str:
    return text if len(text) <= size else text[: size - 3].rstrip() + "..."


def run_explain(given: argparse.Namespace) -> None:
    from soundalike.text import read
    from soundalike.text.explain import as_dict, guessed, table

    text = read_text(given)
    lexicon = open_lexicon(given)
    script = guessed(read(text, given.language, lexicon, given.ssml, given.text_file or "text"))
    if given.json:
        print(json.dumps(as_dict(script), ensure_ascii=False, indent=1))
        return
    print(table(script))
    for warning in script.warnings:
        print(f"warning: {warning}")
