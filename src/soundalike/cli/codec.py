"""The verbs of the codec: codec encode | decode | levels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from soundalike.core.errors import ConfigError

from . import console
from .command import App, verb
from .options import MODEL, SOUND, OriginOptions

EXAMPLES = """
soundalike codec encode in.wav -o in.codes
soundalike codec decode in.codes -o out.wav
soundalike codec levels in.wav -o levels.png
"""
app = App(help="Speech as codes, a few whole numbers a moment, and back.", epilog=EXAMPLES)

Codec = Annotated[
    str | None,
    typer.Option(
        "--codec",
        metavar="FOLDER",
        help="folder of a trained codec",
        show_default="`codec` in the model store",
        rich_help_panel=MODEL,
    ),
]
Vocoder = Annotated[
    str | None,
    typer.Option(
        "--vocoder",
        metavar="FOLDER",
        help="folder of a trained vocoder, through which a codec of mels decodes",
        show_default="the built-in one",
        rich_help_panel=MODEL,
    ),
]
Levels = Annotated[
    int | None,
    typer.Option(
        "--levels", metavar="N", help="the first so many levels only: fewer bits a second", show_default="all"
    ),
]


@app.callback()
def codec() -> None:
    """Speech as codes, a few whole numbers a moment, and back."""


@verb(
    app, "encode", "soundalike codec encode in.wav -o in.codes\nsoundalike codec encode talk.mp4 --levels 4"
)
def encode(
    recording: Annotated[str, typer.Argument(metavar="RECORDING", help="a recording of speech")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="file to write",
            show_default="the recording's name, .codes",
        ),
    ] = None,
    levels: Levels = None,
    codec: Codec = None,
) -> None:
    """Encode a recording: a .codes file, which `decode` makes sound of again."""
    from soundalike.audio.audio import Audio
    from soundalike.inference.codec import SpeechCodec
    from soundalike.inference.codes_file import ENDING

    target = Path(output) if output else Path(recording).with_suffix(ENDING)
    if target.suffix != ENDING:
        raise ConfigError(f"--output {target}: codes are kept in {ENDING} files. Give a name that ends so.")
    codes = SpeechCodec.load(codec).encode(Audio.read(recording), levels)
    codes.save(target)
    console.note(
        f"{target}: {codes.seconds:.2f} s, {len(codes.values)} frames of {codes.levels} codes out of "
        f"{codes.facts.size}, {codes.bit_rate / 1000:.2f} kbit/s"
    )


@verb(
    app, "decode", "soundalike codec decode in.codes -o out.wav\nsoundalike codec decode in.codes --levels 2"
)
def decode(
    codes: Annotated[str, typer.Argument(metavar="FILE", help="a .codes file that this codec made")],
    origin: OriginOptions,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="file to write, in the format of its ending")
    ] = "out.wav",
    levels: Levels = None,
    codec: Codec = None,
    vocoder: Vocoder = None,
    seed: Annotated[
        int, typer.Option("--seed", help="the same seed gives the same sound", rich_help_panel=SOUND)
    ] = 0,
) -> None:
    """Decode a .codes file: sound as long and as loud as the recording, with a watermark."""
    from soundalike.audio.io import check_target, format_of
    from soundalike.inference.codec import SpeechCodec
    from soundalike.inference.codes_file import Codes
    from soundalike.provenance.metadata import today
    from soundalike.provenance.written import Credentials, write_pieces

    chosen = format_of(output)
    check_target(output, chosen)
    origin.check(chosen)
    found = Codes.load(codes)
    loaded = SpeechCodec.load(codec, vocoder)
    loaded.check(found, codes)
    pieces = loaded.decode_in_pieces(found, levels, seed, origin.watermark, today())
    credentials = Credentials(origin.c2pa_cert, origin.c2pa_key)
    made = write_pieces(Path(output), pieces, chosen, credentials)
    rate = found.with_levels(levels or found.levels).bit_rate
    console.note(f"{output}: {made.seconds:.2f} s from {rate / 1000:.2f} kbit/s")


@verb(app, "levels", "soundalike codec levels in.wav\nsoundalike codec levels in.wav -o levels.png")
def levels(
    recording: Annotated[str, typer.Argument(metavar="RECORDING", help="a recording of speech")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="also draw the spectrograms: a PNG", show_default="none"
        ),
    ] = None,
    codec: Codec = None,
    vocoder: Vocoder = None,
) -> None:
    """Show what each level adds: the bit rate, and how far the copy's spectrum is from the recording's."""
    from soundalike.audio.audio import Audio
    from soundalike.core.files import write_atomic
    from soundalike.inference.codec import SpeechCodec
    from soundalike.inference.codec_levels import level_copies

    if output and not output.lower().endswith(".png"):
        raise ConfigError(f"--output {output}: the picture is a PNG. Give a name that ends in .png.")
    found = level_copies(SpeechCodec.load(codec, vocoder), Audio.read(recording))
    print("levels  kbit/s  mean difference of the mels, dB")
    for copy in found.copies:
        print(f"{copy.levels:6}  {copy.bit_rate / 1000:6.2f}  {copy.distance:.2f}")
    if output:
        write_atomic(output, found.picture())
