"""Names of parts and architectures to where they live; imported when asked for."""

from __future__ import annotations

import importlib
from typing import Any

from .errors import ConfigError

PARTS = {
    "aligner": "soundalike.models.aligners.hmm.objective:PART",
    "tdnn": "soundalike.models.encoders.speaker.tdnn.objective:PART",
    "ge2e": "soundalike.models.encoders.speaker.ge2e.objective:PART",
    "kmeans": "soundalike.models.encoders.content.kmeans.objective:PART",
    "hubert": "soundalike.models.encoders.content.hubert.objective:PART",
    "wav2vec2": "soundalike.models.encoders.content.wav2vec2.network:PART",
    "emotion": "soundalike.models.encoders.emotion.objective:PART",
    "starling": "soundalike.models.tts.starling.objective:PART",
    "starling_content": "soundalike.models.tts.starling.content_objective:PART",
    "mel_discriminator": "soundalike.models.tts.starling.discriminator:PART",
    "picture_discriminator": "soundalike.models.common.picture_discriminator:PART",
    "fastspeech2": "soundalike.models.tts.fastspeech2.objective:PART",
    "convrnn": "soundalike.models.tts.convrnn.objective:PART",
    "sv2tts": "soundalike.models.tts.sv2tts.objective:PART",
    "deepvoice3": "soundalike.models.tts.deepvoice3.objective:PART",
    "vits": "soundalike.models.tts.vits.objective:PART",
    "expressive": "soundalike.models.tts.expressive.objective:PART",
    "unit_selection": "soundalike.models.tts.unit_selection.objective:PART",
    "codec_lm": "soundalike.models.tts.codec_lm.objective:PART",
    "hybrid": "soundalike.models.tts.hybrid.objective:PART",
    "hybrid_decoder": "soundalike.models.tts.hybrid.decoder_objective:PART",
    "codec_levels": "soundalike.models.tts.codec_lm.levels_objective:PART",
    "vocos": "soundalike.models.vocoders.vocos.objective:PART",
    "sound_discriminator": "soundalike.models.vocoders.vocos.discriminator:PART",
    "hifigan": "soundalike.models.vocoders.hifigan.objective:PART",
    "hifigan_discriminator": "soundalike.models.vocoders.hifigan.discriminator:PART",
    "wavenet": "soundalike.models.vocoders.wavenet.objective:PART",
    "griffin_lim": "soundalike.models.vocoders.griffin_lim.objective:PART",
    "mel_codec": "soundalike.models.codecs.mel_codec.objective:PART",
    "content_tokens": "soundalike.models.codecs.content_tokens.objective:PART",
    "seanet": "soundalike.models.codecs.seanet.objective:PART",
    "seanet_discriminator": "soundalike.models.codecs.seanet.discriminator:PART",
}
# Parts whose exported graphs can be run without PyTorch; no torch is imported there.
GRAPHS = {
    "aligner": "soundalike.models.aligners.hmm.graph_execution:GRAPHS",
    "tdnn": "soundalike.models.encoders.speaker.tdnn.graph_execution:GRAPHS",
    "starling": "soundalike.models.tts.starling.graph_execution:GRAPHS",
    "starling_content": "soundalike.models.tts.starling.graph_execution:CONTENT_GRAPHS",
    "mel_discriminator": "soundalike.models.tts.starling.graph_execution:DISCRIMINATOR_GRAPHS",
    "vocos": "soundalike.models.vocoders.vocos.graph_execution:GRAPHS",
}
# What stands above the rooms that call it, reached by name so that imports point down.
SERVICES = {
    "write_voice": "soundalike.inference.voice_file:write",
    "read_voice": "soundalike.inference.voice_file:read",
    "part": "soundalike.checkpoints.bundle:named_part",
    "inventory": "soundalike.checkpoints.inventory_store:load",
    "inventory_identities": "soundalike.checkpoints.inventory_store:identities",
}
ARCHITECTURES = {
    "starling": "soundalike.models.tts.starling.spec:SPEC",
    "fastspeech2": "soundalike.models.tts.fastspeech2.spec:SPEC",
    "convrnn": "soundalike.models.tts.convrnn.spec:SPEC",
    "sv2tts": "soundalike.models.tts.sv2tts.spec:SPEC",
    "deepvoice3": "soundalike.models.tts.deepvoice3.spec:SPEC",
    "vits": "soundalike.models.tts.vits.spec:SPEC",
    "expressive": "soundalike.models.tts.expressive.spec:SPEC",
    "unit_selection": "soundalike.models.tts.unit_selection.spec:SPEC",
    "codec_lm": "soundalike.models.tts.codec_lm.spec:SPEC",
    "hybrid": "soundalike.models.tts.hybrid.spec:SPEC",
}

# Names that checkpoints and recipes of former versions use.
FORMER_NAMES = {
    "regression": "starling",
    "mel_adversary": "mel_discriminator",
    "mel_codec_discriminator": "picture_discriminator",
}


def current(name: str) -> str:
    """The name that a part or an architecture has today."""
    return FORMER_NAMES.get(name, name) if isinstance(name, str) else name


def identity(name: str) -> str:
    """The name under which digests know a part or an architecture: its first, so that ids never change."""
    return {now: then for then, now in FORMER_NAMES.items()}.get(name, name)


def register_part(name: str, target: str) -> None:
    """Register a PartKind under a name, as "module:ATTRIBUTE"; imported when asked for. For parts that live
    outside this package: those inside have a line in PARTS.
    """
    _register(PARTS, name, target)


def register_architecture(name: str, target: str) -> None:
    """Register an ArchitectureSpec under a name, as "module:ATTRIBUTE"; imported when asked for."""
    _register(ARCHITECTURES, name, target)


def _register(table: dict[str, str], name: str, target: str) -> None:
    if table.get(name, target) != target:
        raise ConfigError(f"the name '{name}' is taken by {table[name]}. Choose another.")
    table[name] = target


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
    return find(PARTS, current(name), "part")


def architecture(name: str) -> Any:
    """The ArchitectureSpec registered under a name."""
    return find(ARCHITECTURES, current(name), "family")


def graphs(name: str) -> Any:
    """The GraphKind registered under a part's name."""
    return find(GRAPHS, current(name), "part with graphs")
