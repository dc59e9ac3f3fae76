"""A sentence given out in pieces, the first before the sound of the rest is made.

What is judged before anything is heard is the sentence's mel, by the same check as its sound. The sound is
checked too, when its last piece is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.speech import Speech
from soundalike.core.capabilities import Streams
from soundalike.core.contracts import Synthesizer
from soundalike.core.languages import TextLanguage
from soundalike.core.types import QualityCheck
from soundalike.provenance import watermark
from soundalike.provenance.error_correction import Mark
from soundalike.text import Utterance

from . import postprocess
from .quality_check import QualityChecker
from .take_selection import PredictedTake, TakeRequest, Takes, best_predicted

SHORTEST = 1.0  # seconds: a shorter sentence is made at once


@dataclass(frozen=True)
class Finish:
    """What every piece of a sentence gets, and what stands around the sentence."""

    pause: float  # seconds of quiet after it
    loudness: float  # LUFS
    mark: Mark | None  # its watermark
    first_sample: int  # where the watermark's pattern goes on
    origin: str
    language: TextLanguage | None


def can_stream(
    model: Synthesizer, utterance: Utterance, checker: QualityChecker | None, request: TakeRequest
) -> bool:
    """Whether a sentence can come in pieces: the model makes such, nothing is to be put into the sentence
    that its timestamps place, and its mel can be checked where takes are.
    """
    if not isinstance(model, Streams) or not model.can_stream or not postprocess.is_plain(utterance):
        return False
    return checker is None or not request.checks or checker.judges_mels(model.mel)


def streamed(
    takes: Takes, checker: QualityChecker | None, request: TakeRequest, finish: Finish
) -> Iterator[Speech] | None:
    """The pieces of a sentence that `can_stream`, as the listener gets them, each made when it is asked for.
    They join to what is given of it whole, but for a loudness that is predicted. The first has the timestamps
    of the sentence, the last the check of its sound.

    None where it is better made whole: it is shorter than SHORTEST, or every mel is in doubt, so that the
    sound has to be judged and perhaps made in halves.
    """
    model = takes.model
    assert isinstance(model, Streams)
    take = best_predicted(takes, model, checker, request)
    in_doubt = take.check is not None and take.check.doubts and request.quality_check
    if in_doubt or take.sound.seconds < SHORTEST:
        return None
    judge = checker if request.quality_check else None
    return _pieces(_Sounding(take, takes, model, judge), finish)


class _Sounding:
    """The sound of a take as it is made, kept for its check."""

    def __init__(self, take: PredictedTake, takes: Takes, model: Streams, checker: QualityChecker | None):
        self.take = take
        self.takes = takes
        self.model = model
        self.checker = checker
        self.rate = model.mel.sample_rate
        self.size = (len(take.made.mel) - 1) * model.mel.hop_length
        self._made: list[np.ndarray] = []

    def pieces(self) -> Iterator[np.ndarray]:
        """Samples (n,), as the model makes them."""
        for piece in self.model.sound_in_pieces(self.take.made, self.take.options):
            self._made.append(piece)
            yield piece

    def checks(self) -> tuple[QualityCheck, ...]:
        """The check of all that was made, where it is checked."""
        if self.checker is None or self.take.check is None:
            return ()
        sound = Speech(np.concatenate(self._made), self.rate, self.take.timestamps)
        check = self.checker.check(sound, self.takes.utterance, self.take.expected)
        _, check = self.checker.best([(sound, check)], self.takes.voice.tensors.get("vector"))
        before = self.take.check
        return (replace(check, takes=before.takes, kept=before.kept, redraws=before.redraws),)


def _pieces(sounding: _Sounding, finish: Finish) -> Iterator[Speech]:
    """The pieces of a sentence, levelled, faded, with its watermark, timestamps and check."""
    rate = sounding.rate
    utterance = sounding.takes.utterance
    take = sounding.take
    size = sounding.size + int(finish.pause * rate)
    gain = _gain(take, postprocess.loudness_of(utterance, finish.loudness))
    pieces = postprocess.deliver_pieces(sounding.pieces(), rate, sounding.size, finish.pause, gain)
    if finish.mark is not None:
        pieces = _marked(pieces, rate, size, finish.mark, finish.first_sample)
    timestamps = postprocess.delivered_timestamps(take.timestamps, utterance, sounding.size / rate)
    at = 0
    for samples in pieces:
        first = at == 0
        at += len(samples)
        yield Speech(
            samples,
            rate,
            timestamps if first else (),
            checks=sounding.checks() if at == size else (),
            origin=finish.origin,
            language=finish.language,
        )


def _gain(take: PredictedTake, loudness: float) -> float:
    """The factor that brings a take to a loudness in LUFS, as far as its mel tells; 1 for silence."""
    own = take.sound.loudness()
    return 1.0 if own == -float("inf") else 10 ** ((loudness - own) / 20)


def _marked(
    pieces: Iterator[np.ndarray], rate: int, size: int, mark: Mark, first_sample: int
) -> Iterator[np.ndarray]:
    """The pieces (n,) of a whole of `size` samples with a watermark."""

    def embedded(around: np.ndarray, at: int) -> np.ndarray:
        return watermark.embed(Audio(around, rate), mark, first_sample + at).samples

    return postprocess.in_context(pieces, watermark.WINDOW, size, embedded)
