"""Names of parts and families to where they live; imported when asked for."""

from __future__ import annotations

import importlib
from typing import Any

from .contract import ConfigError

PARTS = {
    "aligner": "soundalike.prepare.aligner:PART",
    "tdnn": "soundalike.speakers.tdnn:PART",
    "ge2e": "soundalike.speakers.ge2e:PART",
    "regression": "soundalike.families.regression.objective:PART",
    "mel_adversary": "soundalike.families.regression.adversary:PART",
    "fastspeech2": "soundalike.families.fastspeech2.objective:PART",
    "convrnn": "soundalike.families.convrnn.objective:PART",
    "sv2tts": "soundalike.families.sv2tts.objective:PART",
    "vocos": "soundalike.vocoders.vocos:PART",
    "wavenet": "soundalike.vocoders.wavenet:PART",
    "griffin_lim": "soundalike.vocoders.griffin_lim:PART",
}
FAMILIES = {
    "regression": "soundalike.families.regression.cloner:RegressionCloner",
    "fastspeech2": "soundalike.families.fastspeech2.cloner:FastSpeech2Cloner",
    "convrnn": "soundalike.families.convrnn.cloner:ConvRNNCloner",
    "sv2tts": "soundalike.families.sv2tts.cloner:SV2TTSCloner",
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
