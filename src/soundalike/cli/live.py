"""`soundalike convert --live`: from a microphone to a loudspeaker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from . import console
from .command import OptionGroup

if TYPE_CHECKING:
    from soundalike.core.types import Voice
    from soundalike.inference.cloner import Cloner
    from soundalike.inference.conversion import ConversionRequest

LIVE = "Live"


@dataclass(frozen=True, kw_only=True)
class LiveOptions(OptionGroup):
    """Whether a microphone is converted, and how."""

    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="convert what the microphone hears, to the loudspeaker, until Ctrl-C",
            show_default=False,
            rich_help_panel=LIVE,
        ),
    ] = False
    block: Annotated[
        float,
        typer.Option("--block", metavar="MS", help="milliseconds converted at a time", rich_help_panel=LIVE),
    ] = 200.0
    input_device: Annotated[
        str | None,
        typer.Option(
            "--input-device",
            metavar="NAME",
            help="the microphone's number, or a part of its name",
            show_default="the system's",
            rich_help_panel=LIVE,
        ),
    ] = None
    output_device: Annotated[
        str | None,
        typer.Option(
            "--output-device",
            metavar="NAME",
            help="the loudspeaker's",
            show_default="the system's",
            rich_help_panel=LIVE,
        ),
    ] = None

    def run(self, cloner: Cloner, voice: Voice, request: ConversionRequest, seed: int) -> None:
        """Convert until Ctrl-C, and tell the latency before and after. Raises SoundalikeError."""
        from soundalike.inference.audio_devices import open_devices
        from soundalike.inference.live import LiveConverter, convert_live

        converter = LiveConverter(cloner, voice, request, self.block / 1000, seed)
        with open_devices(converter.rate, converter.block, self.input_device, self.output_device) as devices:
            convert_live(converter, devices, console.note)
