"""The microphone and the loudspeaker, through sounddevice (PortAudio), where it is installed."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from soundalike.core.errors import ConfigError
from soundalike.core.installation import install_command

EXTRA = "live"  # of this package: brings sounddevice


class Devices(Protocol):
    """A microphone and a loudspeaker: what is used of `sounddevice.Stream`."""

    @property
    def latency(self) -> Any:
        """Seconds that sound takes within the devices: (in, out)."""
        ...

    def read(self, frames: int) -> tuple[np.ndarray, bool]:
        """The next samples (N, 1), and whether some were lost before them; none where there are no more."""
        ...

    def write(self, data: np.ndarray) -> bool:
        """Play samples (N, 1); whether there was a gap before them."""
        ...


def open_devices(rate: int, block: int, source: str | None = None, sink: str | None = None) -> Any:
    """A microphone and a loudspeaker (Devices) at `rate` hertz, in blocks of so many samples, as a context;
    each by its number or a part of its name, else the system's.

    Raises ConfigError where sounddevice, PortAudio or a device is missing.
    """
    try:
        import sounddevice
    except ImportError:
        raise ConfigError(f"--live: sounddevice is not installed ({install_command(EXTRA)}).") from None
    except OSError as error:  # it is installed, but what it calls is not
        raise ConfigError(
            f"--live: PortAudio is missing ({error}). On Debian and Ubuntu: apt install libportaudio2."
        ) from None
    chosen = (_device(source), _device(sink))
    try:
        return sounddevice.Stream(
            samplerate=rate, blocksize=block, device=chosen, channels=1, dtype="float32", latency="low"
        )
    except (sounddevice.PortAudioError, ValueError) as error:
        raise ConfigError(
            f"--live: the audio devices cannot be opened ({error}). "
            "`python -m sounddevice` lists those there are; --input-device and --output-device choose."
        ) from None


def _device(name: str | None) -> int | str | None:
    return int(name) if name is not None and name.isdigit() else name
