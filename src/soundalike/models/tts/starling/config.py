"""The sizes of starling's network, by themselves: who runs its graphs reads them without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass


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
