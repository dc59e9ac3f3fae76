"""The interfaces that parts read and write, from their config and mel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from soundalike.audio.mel import MelSpec
from soundalike.core.types import Interface
from soundalike.text.alphabet import SYMBOLS

Interfaces = tuple[Interface, ...]


def alphabet() -> Interface:
    """The symbols of this package's text front end, in order."""
    return Interface("alphabet", {"symbols": " ".join(SYMBOLS)})


def mel_spectrogram(mel: MelSpec) -> Interface:
    """A log-mel spectrogram."""
    return Interface("mel", asdict(mel))


def waveform(mel: MelSpec) -> Interface:
    """Samples at a mel's rate."""
    return Interface("waveform", {"sample_rate": mel.sample_rate})


def speaker_embedding(width: int) -> Interface:
    """A speaker embedding of so many numbers."""
    return Interface("speaker embedding", {"width": width})


def codes(levels: int, size: int, frames_per_second: float) -> Interface:
    """Codes of so many codebooks, each with so many codes."""
    return Interface("codes", {"levels": levels, "size": size, "frames_per_second": frames_per_second})


def acoustic_reads(config: Any, mel: MelSpec) -> Interfaces:
    """What an acoustic model with a speaker embedding reads."""
    return (alphabet(), speaker_embedding(config.speaker_vector))


def writes_mel(config: Any, mel: MelSpec) -> Interfaces:
    """What an acoustic model writes."""
    return (mel_spectrogram(mel),)


def reads_mel(config: Any, mel: MelSpec) -> Interfaces:
    """What a vocoder reads."""
    return (mel_spectrogram(mel),)


def writes_waveform(config: Any, mel: MelSpec) -> Interfaces:
    """What a vocoder writes."""
    return (waveform(mel),)


def writes_speaker_embedding(config: Any, mel: MelSpec) -> Interfaces:
    """What a speaker encoder writes."""
    return (speaker_embedding(config.vector),)


def reads_alphabet(config: Any, mel: MelSpec) -> Interfaces:
    """What an aligner reads beside sound."""
    return (alphabet(),)


InterfacesOf = Callable[[Any, MelSpec], Interfaces]
