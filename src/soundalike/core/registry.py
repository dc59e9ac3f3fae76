"""Names of parts and families to where they live; imported when asked for."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import ConfigError

PARTS = {
    "aligner": "soundalike.models.aligners.hmm.objective:PART",
    "tdnn": "soundalike.models.encoders.speaker.tdnn.objective:PART",
    "ge2e": "soundalike.models.encoders.speaker.ge2e.objective:PART",
    "regression": "soundalike.models.tts.starling.objective:PART",
    "mel_adversary": "soundalike.models.tts.starling.discriminator:PART",
    "fastspeech2": "soundalike.models.tts.fastspeech2.objective:PART",
    "convrnn": "soundalike.models.tts.convrnn.objective:PART",
    "sv2tts": "soundalike.models.tts.sv2tts.objective:PART",
    "vocos": "soundalike.models.vocoders.vocos.objective:PART",
    "wavenet": "soundalike.models.vocoders.wavenet.objective:PART",
    "griffin_lim": "soundalike.models.vocoders.griffin_lim.objective:PART",
}
FAMILIES = {
    "regression": "soundalike.models.tts.starling.synthesizer:RegressionCloner",
    "fastspeech2": "soundalike.models.tts.fastspeech2.synthesizer:FastSpeech2Cloner",
    "convrnn": "soundalike.models.tts.convrnn.synthesizer:ConvRNNCloner",
    "sv2tts": "soundalike.models.tts.sv2tts.synthesizer:SV2TTSCloner",
}


def known(table: dict[str, str], name: str, what: str) -> None:
    """Raise ConfigError, listing the names there are, for one that is not registered."""
    if not isinstance(name, str) or name not in table:
        raise ConfigError(f"unknown {what} {name!r}. Choose one of {', '.join(sorted(table))}.")


def find(table: dict[str, str], name: str, what: str) -> Any:
    """The object registered under a name. Raises ConfigError listing the names there are."""
    known(table, name, what)
    module, _, attribute = table[name].partition(":")
    return getattr(importlib.import_module(module), attribute)


def part(name: str) -> Any:
    """The PartKind registered under a name."""
    return find(PARTS, name, "part")


def family(name: str) -> Any:
    """The Cloner class registered under a name."""
    return find(FAMILIES, name, "family")
