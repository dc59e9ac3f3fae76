"""Voice conversion by speaking again: the source's words, durations and pitch in the target's voice.

The words come from a transcript, or are recognized phone by phone by the aligner, which is less reliable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import pitch
from soundalike.core.contracts import Aligner
from soundalike.core.errors import AudioError
from soundalike.text import Utterance, read

LONGEST = 60.0  # seconds of a source that is converted in one go


@dataclass(frozen=True)
class SourceSentence:
    """One sentence of a source: its text, durations and pitch."""

    utterance: Utterance
    durations: np.ndarray  # (S,) frames of each symbol
    pitch: np.ndarray  # (T,) octaves above the source's own mean; NaN where unvoiced


def sentences_of(
    source: Audio, aligner: Aligner, mel: MelSpec, transcript: str, language: str
) -> Iterator[SourceSentence]:
    """The sentences of a recording with their durations and pitch at a mel's frame rate.

    Raises AudioError for a recording that is too long, or of which too little is understood.
    """
    if source.seconds > LONGEST:
        raise AudioError(
            f"the source lasts {source.seconds:.0f} s. "
            f"Give at most {LONGEST:.0f} s at a time: cut it at pauses."
        )
    sound = source.resample(mel.sample_rate)
    hertz = pitch(sound.normalised().samples, mel)
    frames = len(sound.samples) // mel.hop_length + 1
    octaves = np.full(frames, np.nan)
    voiced = hertz[:frames] > 0
    octaves[voiced] = np.log2(hertz[:frames][voiced])
    if voiced.any():
        octaves -= np.nanmean(octaves)
    utterances, durations = words_of(source, aligner, mel, frames, transcript, language)
    first = 0
    begin = 0
    for utterance in utterances:
        own = durations[first : first + len(utterance.symbols)]
        end = begin + int(own.sum())
        yield SourceSentence(utterance, own, octaves[begin:end])
        first += len(utterance.symbols)
        begin = end


def words_of(
    source: Audio, aligner: Aligner, mel: MelSpec, frames: int, transcript: str, language: str
) -> tuple[list[Utterance], np.ndarray]:
    """What is said, sentence by sentence, and the frames of every symbol, which sum to `frames`."""
    if not transcript:
        recognized = aligner.recognize(source)
        if recognized is None:
            raise AudioError(
                "too little of the source is understood. "
                "Give its transcript, or a clearer recording of speech."
            )
        symbols, durations = recognized
        said = Utterance(symbols, [""], [0] * len(symbols))
        return [said], _at_rate(np.array(durations), frames)
    utterances = [replace(one, spans=[]) for one in read(transcript, language or None).utterances]
    found = aligner.align(source, [symbol for one in utterances for symbol in one.symbols])
    if found is None:
        raise AudioError("the source is too short for its transcript. Give the transcript of this recording.")
    return utterances, found.at_rate(mel.frames_per_second, frames)


def _at_rate(durations: np.ndarray, frames: int) -> np.ndarray:
    """Durations (S,) in other frames, which sum to `frames`."""
    ends = np.round(durations.cumsum() * (frames / max(1, durations.sum()))).astype(np.int64)
    return np.diff(ends, prepend=0)
