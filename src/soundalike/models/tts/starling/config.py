"""The sizes of starling's network and how it reads, by themselves: who runs its graphs needs no PyTorch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from soundalike.core.errors import ConfigError
from soundalike.core.types import ADDED_LATER


@dataclass(frozen=True)
class StarlingConfig:
    """Sizes of the network."""

    width: int = 256  # of the text encoder
    encoder_blocks: int = 4
    pitch_width: int = 192
    pitch_blocks: int = 3
    decoder_width: int = 320
    decoder_blocks: int = 8
    looks: tuple[int, ...] = (2, 5)  # decoder blocks after which it attends to the prompt
    heads: int = 4  # of that attention
    noise: int = 16  # random numbers of each frame, which adversarial training turns into texture
    expansion: int = 3
    patch: int = 2  # frames the decoder handles as one
    speaker_vector: int = 256
    prompt_width: int = 128
    voice: int = 256
    # Codes of the languages that the text encoder is told of, each with an embedding, the one first that
    # stands for all others; none: it is not told
    languages: tuple[str, ...] = field(default=(), metadata=ADDED_LATER)


@dataclass(frozen=True)
class MelDiscriminatorConfig:
    """Its sizes."""

    voice: int = 256  # width of the voice's conditioning
    said: int = 256  # of the encoder's states of the text
    width: int = 32


@dataclass(frozen=True)
class StarlingContentConfig:
    """Sizes of the network; those of the last four are the aligner's and the acoustic model's."""

    width: int = 192
    blocks: int = 4
    kernel: int = 7
    expansion: int = 3
    cepstra: int = 20  # coefficients of the spectrum's envelope
    states: int = 256  # width of the aligner's states
    text: int = 256  # width of the acoustic model's text encoder
    patch: int = 2  # frames its decoder handles as one
    voice: int = 256  # of its conditioning


# How the names of the layers begin that prompt adaptation changes
ADAPTATION_LAYERS = ("decoder", "depth", "looks", "hear")

Accent = Literal["native", "keep"]


@dataclass(frozen=True)
class Reading:
    """How the text encoder reads a sentence."""

    language: int = 0  # its place among the config's
    accent: float = 1.0  # share of the voice that it is told of; 0: nobody's, so the language's own accent


PLAIN = Reading()


def reading_of(config: StarlingConfig, language: str, accent: Accent = "native") -> Reading:
    """How a network reads a sentence in a language, `de` or `de-AT`: in any but English without the voice,
    unless its accent is to be kept.
    """
    code = language.split("-")[0]
    if code not in config.languages:
        return PLAIN
    return Reading(config.languages.index(code), 1.0 if code == "en" or accent == "keep" else 0.0)


def check_fit(config: StarlingContentConfig, acoustic: Any, aligner: Any) -> None:
    """Raise ConfigError unless a network of this config fits an acoustic model and an aligner of theirs."""
    wanted = {
        "text": acoustic.width,
        "patch": acoustic.patch,
        "voice": acoustic.voice,
        "states": aligner.width,
    }
    for name, size in wanted.items():
        if getattr(config, name) != size:
            raise ConfigError(
                f"starling_content: network.{name} is {getattr(config, name)}, but the acoustic model's or "
                f"the aligner's is {size}. Set network.{name} = {size} and train it again."
            )
