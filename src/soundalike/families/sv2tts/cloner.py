"""SV2TTS assembled: a speaker encoder (GE2E in the paper), Tacotron 2, and a vocoder (WaveNet in the paper)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from ...audio import Audio
from ...contract import Frames, Voice
from ...listening import Assembled
from ...speaking import sound
from ...text import Spoken, encode, phonemize
from .network import SV2TTS


@dataclass(frozen=True)
class SV2TTSOptions:
    """How to speak. It takes its own time: pace and pitch are those of the training voices."""

    seed: int = 0
    guard: bool = True  # keep the attention moving on, to the end of the text


class SV2TTSCloner(Assembled):
    """Listens once, speaks one sentence at a time, not knowing beforehand how long it will take."""

    Options = SV2TTSOptions

    acoustic: SV2TTS

    def attended(self, spoken: Spoken, voice: Voice, options: SV2TTSOptions) -> tuple[Frames, torch.Tensor]:
        """The mel and durations of one sentence, and the attention (K, S) of each step to each symbol. Raises CheckpointError for
        another model's voice."""
        self.check(voice)
        symbols = torch.tensor(encode(spoken.symbols), device=self.device)
        return self.acoustic.infer(symbols, voice.tensors["vector"].float()[None].to(self.device), options.seed, options.guard)

    def speak(self, spoken: Spoken, voice: Voice, options: SV2TTSOptions | None = None) -> Iterator[Audio]:
        """One sentence in the voice, as one Audio with its cues. The same seed gives the same samples."""
        options = options or SV2TTSOptions()
        yield sound(self.vocoder, self.attended(spoken, voice, options)[0], spoken, self.mel, options.seed)

    def synthesize_spectrograms(self, texts: list[str], embeds: list[np.ndarray], seed: int = 0) -> list[np.ndarray]:
        """Log-mels (M, Ti) of texts in the voices of speaker vectors (V,), as the vocoder's `infer_waveform` takes them."""
        made = []
        for text, embed in zip(texts, embeds, strict=True):
            symbols = torch.tensor(encode(phonemize(text).symbols), device=self.device)
            vector = torch.from_numpy(np.asarray(embed, np.float32))[None].to(self.device)
            made.append(self.acoustic.infer(symbols, vector, seed)[0].mel.T.cpu().numpy())
        return made
