"""Whether speech says its text in its voice: the check of every sentence before it is given out.

The aligner's score of every word, the length against the expected one, holes, cut ends, clipping, likeness to
the voice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.audio.speech import Speech
from soundalike.core.contracts import Aligner, SpeakerEncoder
from soundalike.core.types import QualityCheck, WordCheck
from soundalike.core.vectors import cosine
from soundalike.models.aligners.word_scores import scores_of, word_scores
from soundalike.text import Utterance, read
from soundalike.text.alphabet import MARKS

from .predicted_sound import PredictedSound

USUAL = -1.0  # the score of a word of clear speech, and how many words that is worth beside a sentence's own
USUAL_WEIGHT = 1.0
LENGTH_POWER = 0.35  # of a word's phonemes, by which its score is weighted: long words are more certain
# A word whose evidence lies below is in doubt: 95 of 100 sentences in voices of every kind hold none
# (docs/verification.md)
UNCLEAR = -3.8
SLACK = 0.015  # share of the expected length by which a sentence may be longer or shorter, beside
FRAMES_OF_SLACK = 4  # durations are rounded one by one
HOLE = 0.2  # seconds of quiet inside a word
LONGEST_TAIL = 1.5  # seconds of quiet after the last word
# Cosine between a sentence and its voice, below which somebody else seems to speak: of clones 1 in 100 lies
# below 0.61
UNLIKE = 0.5
LEAST_COMPARED = 0.7  # seconds of a sound that are compared with the voice, at least and at most
MOST_COMPARED = 1.2
FULL = 0.999  # of full scale: a sample that is clipped
SILENT = 1e-3  # of full scale


def report(checks: Sequence[QualityCheck]) -> dict:
    """What was found, as JSON can hold it: `verified` if nothing is in doubt, `doubts` in number, `redraws`,
    and every sentence.
    """
    sentences = [asdict(check) for check in checks]
    doubts = sum(len(check.doubts) for check in checks)
    return {
        "verified": bool(checks) and not doubts,
        "doubts": doubts,
        "redraws": sum(c.redraws for c in checks),
        "sentences": sentences,
    }


@dataclass(frozen=True)
class QualityChecker:
    """What checks takes: an aligner for the words, a speaker encoder for the voice."""

    aligner: Aligner
    speaker_encoder: SpeakerEncoder | None

    def check(self, audio: Speech, utterance: Utterance, expected: float | None = None) -> QualityCheck:
        """The check of one sentence's words, of its length against the `expected` seconds, where they are
        known, and of its sound; not yet of its voice.
        """
        scores = word_scores(audio, utterance, self.aligner)
        return self._checked(scores, utterance, audio.seconds, expected, _sound_doubts(audio))

    def judges_mels(self, spec: MelSpec) -> bool:
        """Whether `check_predicted` can read mels of a spec: those of the aligner's own."""
        encoder = self.speaker_encoder
        return self.aligner.mel == spec and (encoder is None or encoder.mel == spec)

    def check_predicted(
        self, sound: PredictedSound, utterance: Utterance, expected: float | None = None
    ) -> QualityCheck:
        """As `check`, of a sentence whose sound is not made yet."""
        scores = scores_of(self.aligner.align_mel(sound.normalised_mel(), utterance.symbols), utterance)
        return self._checked(scores, utterance, sound.seconds, expected, _predicted_doubts(sound))

    def _checked(
        self,
        scores: np.ndarray,
        utterance: Utterance,
        seconds: float,
        expected: float | None,
        sound_doubts: list[str],
    ) -> QualityCheck:
        """The check of a sentence by the scores (W,) of its words, its length, and what else is in doubt."""
        evidence = evidence_of(scores, utterance)
        words = tuple(
            WordCheck(word, round(_confidence(value), 2))
            for word, value in zip(utterance.words, evidence.tolist())
        )
        doubts = [
            f"'{word.word}' was not heard clearly" for word, value in zip(words, evidence) if value < UNCLEAR
        ]
        if expected is not None:
            doubts += _length_doubts(seconds, expected, self.aligner.mel.frames_per_second)
        doubts += sound_doubts
        return QualityCheck(utterance.text, round(seconds, 3), words, None, tuple(doubts))

    def best(
        self, made: Sequence[tuple[Speech | PredictedSound, QualityCheck]], identity: np.ndarray | None
    ) -> tuple[int, QualityCheck]:
        """Of takes of one sentence, the place of the clearest, and its check with its likeness to the speaker
        embedding (V,) of the voice.

        Likeness can only count against a take, so it is asked of those alone that would be chosen.
        """
        checks = [check for _, check in made]
        asked: set[int] = set()
        while True:
            place = max(range(len(checks)), key=lambda take: clearness(checks[take]))
            if place in asked or identity is None or self.speaker_encoder is None:
                return place, checks[place]
            asked.add(place)
            checks[place] = self._compared(*made[place], identity, self.speaker_encoder)

    def compare(self, audio: Speech, text: str, identity: np.ndarray | None) -> QualityCheck:
        """The check of a converted recording: its likeness to the speaker embedding (V,) of the voice, and
        the words of the text it should say, each where it is given.
        """
        if text:
            check = self.check(audio, as_one(read(text).utterances))
        else:
            doubts = tuple(_sound_doubts(audio, ends=False))
            check = QualityCheck("", round(audio.seconds, 3), (), None, doubts)
        if self.speaker_encoder is None or identity is None:
            return check
        return self._compared(busiest(audio), check, identity, self.speaker_encoder)

    def _compared(
        self,
        sound: Audio | PredictedSound,
        check: QualityCheck,
        identity: np.ndarray,
        encoder: SpeakerEncoder,
    ) -> QualityCheck:
        """The check with the likeness to a voice, and a doubt where somebody else seems to speak."""
        if isinstance(sound, PredictedSound):
            likeness = _predicted_likeness(sound, identity, encoder)
        else:
            likeness = _likeness(sound, identity, encoder, self.aligner.mel.sample_rate)
        if likeness is None or likeness >= UNLIKE:
            return replace(check, likeness=likeness)
        doubt = f"it does not sound like the voice (likeness {likeness:.2f})"
        return replace(check, likeness=likeness, doubts=(*check.doubts, doubt))


def _likeness(audio: Audio, identity: np.ndarray, encoder: SpeakerEncoder, rate: int) -> float | None:
    """The cosine between the embeddings of the middle of a sound and a voice; None for a sound too short."""
    sound = audio.resample(rate).normalised()
    if sound.seconds < LEAST_COMPARED:
        return None
    size = round(MOST_COMPARED * sound.rate)
    middle = sound.samples[max(0, (len(sound.samples) - size) // 2) :][:size]
    return round(cosine(encoder.embed([Audio(middle, sound.rate)])[0], identity), 3)


def _predicted_likeness(sound: PredictedSound, identity: np.ndarray, encoder: SpeakerEncoder) -> float | None:
    """As `_likeness`, of a sound that is not made yet."""
    if sound.seconds < LEAST_COMPARED:
        return None
    mel = sound.normalised_mel()
    size = round(MOST_COMPARED * sound.spec.frames_per_second)
    middle = mel[max(0, (len(mel) - size) // 2) :][:size]
    return round(cosine(encoder.embed_mel(middle), identity), 3)


def busiest(audio: Audio, seconds: float = MOST_COMPARED) -> Audio:
    """The stretch of so many seconds with the most power; all of a shorter sound."""
    size = round(seconds * 100)
    power = audio.frame_power()
    if len(power) <= size:
        return audio
    sums = np.concatenate([[0.0], np.cumsum(power)])
    at = int((sums[size:] - sums[:-size]).argmax()) * (audio.rate // 100)
    return Audio(audio.samples[at : at + round(seconds * audio.rate)], audio.rate)


def as_one(utterances: Sequence[Utterance]) -> Utterance:
    """Several sentences as one utterance, symbols and words in order."""
    symbols: list[str] = []
    words: list[str] = []
    word_of: list[int] = []
    for one in utterances:
        word_of += [word if word < 0 else word + len(words) for word in one.word_of]
        symbols += one.symbols
        words += one.words
    return Utterance(symbols, words, word_of, " ".join(one.text for one in utterances))


def evidence_of(scores: np.ndarray, utterance: Utterance) -> np.ndarray:
    """How far each word's score (W,) lies from the median of its sentence, times a weight by its length;
    negative is worse.
    """
    middle = (float(np.median(scores)) * len(scores) + USUAL * USUAL_WEIGHT) / (len(scores) + USUAL_WEIGHT)
    sounds = np.bincount(
        [w for w, symbol in zip(utterance.word_of, utterance.symbols) if symbol not in MARKS],
        minlength=len(scores),
    )
    return (scores - middle) * sounds**LENGTH_POWER


def clearness(check: QualityCheck) -> float:
    """By what takes of one sentence are ranked, the highest first: few doubts, then the mean and the lowest
    confidence of its words.
    """
    sure = [word.confidence for word in check.words]
    return -2.0 * len(check.doubts) + sum(sure) / len(sure) + min(sure) / 2


def _confidence(evidence: float) -> float:
    return 1 / (1 + math.exp(min(60.0, -(evidence - UNCLEAR))))


def _length_doubts(seconds: float, expected: float, rate: float) -> list[str]:
    if abs(seconds - expected) <= SLACK * expected + FRAMES_OF_SLACK / rate:
        return []
    more = (
        "longer: something may be said twice" if seconds > expected else "shorter: something may be missing"
    )
    return [f"it lasts {seconds:.2f} s and should last {expected:.2f}; it is {more}"]


class Level(NamedTuple):
    """The root mean square (T,) of a sound over time, and how many there are in a second."""

    values: np.ndarray
    rate: float


def _sound_doubts(audio: Speech, ends: bool = True) -> list[str]:
    """Doubts from the samples alone: silence, clipping, and what `_level_doubts` tells."""
    if float(np.abs(audio.samples).max(initial=0.0)) < SILENT:
        return ["it is silent"]
    clipped = (np.abs(audio.samples) >= FULL).sum() > audio.rate // 1000
    hop = audio.rate // 100
    frames = audio.samples[: len(audio.samples) // hop * hop].reshape(-1, hop)
    doubts = _level_doubts(Level(np.sqrt((frames**2).mean(1)), 100), audio, ends)
    return ["it is clipped", *doubts] if clipped else doubts


def _predicted_doubts(sound: PredictedSound) -> list[str]:
    """As `_sound_doubts`, of a sound that is not made yet."""
    level = Level(sound.level(), sound.spec.frames_per_second)
    return _level_doubts(level, sound) if level.values.max() >= SILENT else ["it is silent"]


def _level_doubts(level: Level, sound: Speech | PredictedSound, ends: bool = True) -> list[str]:
    """Doubts from the level of a sound over time: holes within words, an endless end; where it `ends` by
    itself, also a cut end.
    """
    doubts = []
    loudest = max(float(level.values.max()), 1e-6)
    quiet = level.values < 0.005 * loudest
    words = [timestamp for timestamp in sound.timestamps if timestamp.kind == "word"]
    for timestamp in words:
        within = quiet[int(timestamp.start * level.rate) + 1 : int(timestamp.stop * level.rate)]
        runs = np.diff(np.flatnonzero(np.concatenate([[True], ~within, [True]])))
        if runs.max() - 1 >= HOLE * level.rate:
            doubts.append(f"there is a hole in '{timestamp.text}'")
    if ends and len(level.values) > 4 and level.values[-2:].mean() > 0.2 * loudest:
        doubts.append("its end is cut off")
    if words and sound.seconds - words[-1].stop > LONGEST_TAIL:
        doubts.append(f"it goes on for {sound.seconds - words[-1].stop:.1f} s after the last word")
    return doubts
