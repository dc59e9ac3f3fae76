"""What synthesizers share whose language model goes on from the codes of a reference: the prompt, the symbols
said in it, the path through the text.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from soundalike.core.array_digest import digest
from soundalike.core.contracts import LoadedPart
from soundalike.core.types import Attention, Reference, Voice
from soundalike.data.clip import said_within
from soundalike.text import Utterance, encode, read
from soundalike.text.alphabet import GAP

from .code_lm import CodecLM, Prompt
from .mel_arrays import speech_frames
from .prompt_conditioning import PromptSynthesizer

PROMPT_SECONDS = 3.2  # of the reference that the sentence goes on from: as long as in training
KEPT = 8  # prompts held ready

Own = TypeVar("Own", bound="CodePromptSynthesizer")


class CodePromptSynthesizer(PromptSynthesizer, ABC):
    """A language model of codes, in the slot acoustic, and the codec in the slot codec."""

    acoustic: CodecLM
    codec: Any  # a network that makes codes
    codec_digest: str
    learned_of_codes: tuple[str, ...] = ("acoustic",)  # slots of parts that know a codec's digest

    _prompts: dict[str, Prompt]
    _lock: threading.Lock

    @classmethod
    def of_parts(cls: type[Own], parts: Mapping[str, LoadedPart]) -> Own:
        """The model of parts by slot. Raises CheckpointError for one that learned from another codec."""
        made = super().of_parts(parts)
        made.codec = parts["codec"].network
        made.codec_digest = parts["codec"].instrument.digest
        for slot in cls.learned_of_codes:
            parts[slot].network.check_codec(made.codec_digest, slot)
        made._prompts = {}
        made._lock = threading.Lock()
        return made

    @property
    def grid(self) -> int:
        """Frames of the mel to whose multiples the beginning of a stretch is rounded."""
        return 1

    @abstractmethod
    def stretch_codes(self, voice: Voice, first: int, size: int) -> Tensor:
        """The codes (T', L) of a stretch of a voice's prompt, by its first frame and how many it has."""

    def condition(self, reference: Reference) -> Voice:
        """The voice of a recording. Where its transcript is given, the prompt's symbols are those of it;
        else they are recognized when it speaks.
        """
        voice = super().condition(reference)
        if reference.transcript is None or self.aligner is None:
            return voice
        utterances = read(reference.transcript, reference.language or "").utterances
        symbols = [symbol for utterance in utterances for symbol in utterance.symbols]
        # The prompt is the whole reference, but for silence at its ends, where that is short enough
        aligned = self.aligner.align_mel(voice.tensors["prompt"].astype(np.float32), symbols)
        if aligned is None:
            return voice
        said = {
            "prompt_symbols": np.array(encode(symbols), np.int16),
            "prompt_durations": aligned.durations.astype(np.int16),
        }
        return Voice({**voice.tensors, **said}, voice.facts)

    def prompt(self, voice: Voice) -> Prompt:
        """What the sentence goes on from: a stretch of the voice's prompt with the most speech."""
        key = digest(voice.tensors)
        with self._lock:
            if key not in self._prompts:
                self._prompts[key] = self._prompt_of(voice)
                for old in list(self._prompts)[:-KEPT]:
                    del self._prompts[old]
            return self._prompts[key]

    @torch.inference_mode()
    def _prompt_of(self, voice: Voice) -> Prompt:
        whole = self.tensor(voice, "prompt")[0]
        symbols, durations = self._said(voice)
        size = min(len(whole), round(PROMPT_SECONDS * self.frame_rate))
        first = loudest(whole, size) // self.grid * self.grid
        ids, frames = said_within(symbols, durations, first, size)
        codes = self.stretch_codes(voice, first, size)
        return Prompt(
            torch.from_numpy(ids).to(codes.device), torch.from_numpy(frames).to(codes.device), codes
        )

    def _said(self, voice: Voice) -> tuple[np.ndarray, np.ndarray]:
        """The symbols of a voice's prompt and their frames: by its transcript, or as they are recognized; one
        pause where too little is.
        """
        if "prompt_symbols" in voice.tensors:
            return voice.tensors["prompt_symbols"].astype(np.int64), voice.tensors["prompt_durations"]
        mel = voice.tensors["prompt"].astype(np.float32)
        recognized = self.aligner.recognize_mel(mel) if self.aligner is not None else None
        if recognized is None:
            return np.array(encode([GAP])), np.array([len(mel)])
        symbols, frames = recognized
        return np.array(encode(symbols)), np.array(frames)

    def path(self, utterance: Utterance, places: Tensor) -> Attention:
        """The path through the text: the symbol (K,) that each step was made for."""
        weights = F.one_hot(places, len(utterance.symbols)).float().numpy()
        return Attention(tuple(utterance.symbols), weights, self.acoustic.frames / self.mel.frames_per_second)


def loudest(mel: Tensor, size: int) -> int:
    """The first frame of the stretch of so many frames of a log-mel (T, M) that holds the most speech."""
    floor = float(speech_frames(mel.cpu().numpy()).mean(1).min())
    active = (mel.mean(1) >= floor).float()
    sums = active.cumsum(0)
    held = sums[size - 1 :] - F.pad(sums, (1, 0))[: len(sums) - size + 1]
    return int(held.argmax())
