"""Text and a voice to speech: the one way from a script to checked, levelled and marked audio."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from soundalike.audio.speech import Speech
from soundalike.core import registry
from soundalike.core.capabilities import PredictsDurations, TakesEmotion
from soundalike.core.contracts import Progress, Synthesizer
from soundalike.core.emotions import Emotion, emotion_asked, emotions_of
from soundalike.core.errors import ConfigError
from soundalike.core.languages import LanguageStatus, TextLanguage, language_name
from soundalike.core.options import check_options
from soundalike.core.speaking import BEST, DEFAULT_QUALITY, LOUDEST, LOUDNESS, QUALITIES, SOFTEST
from soundalike.core.threads import sentences_at_once
from soundalike.core.types import Voice
from soundalike.provenance import metadata
from soundalike.text import LANGUAGES, Lexicon, Script, TextOptions, Utterance, read

from . import postprocess
from .quality_check import QualityChecker
from .side_by_side import in_order
from .streaming import Finish, can_stream, streamed
from .take_selection import TakeRequest, Takes, best_take

BEST_TAKES = 3  # of each sentence of quality "best"
NATURAL = (0.7, 1.4)  # rates beyond which speech made to fit a length sounds hurried or dragging


@dataclass(frozen=True)
class SpeechRequest:
    """How a text is to be spoken, beside the architecture's own options."""

    quality: str = DEFAULT_QUALITY  # one of QUALITIES
    fit: float | None = None  # seconds the whole is to last; None: as long as it takes
    loudness: float = LOUDNESS  # LUFS of every sentence
    others: Mapping[str, Voice] = field(default_factory=dict)  # the voices SSML's <voice name> may call
    quality_check: bool = True  # every sentence is checked, and made again while in doubt
    watermark: bool = True
    day: datetime.date | None = None  # in the watermark; None: the same seed gives the same samples tomorrow
    first_sample: int = 0  # where the watermark's pattern goes on, of what was said before
    more: bool = False  # a pause comes after the last sentence too
    # The first sentence is given in pieces, the first of them before the sound of the rest is made
    stream: bool = False
    text_options: TextOptions = TextOptions()  # how a text that is no script yet is written


def check_request(request: SpeechRequest, has_aligner: bool) -> None:
    """Raise ConfigError for a quality, loudness or length that cannot be had."""
    if request.quality not in QUALITIES or (request.quality == BEST and not has_aligner):
        raise ConfigError(
            f"quality '{request.quality}': choose one of {', '.join(QUALITIES)}; "
            "best needs a model with an aligner."
        )
    check_loudness(request.loudness)


def check_loudness(loudness: float) -> None:
    """Raise ConfigError for a loudness that cannot be had."""
    if not SOFTEST <= loudness <= LOUDEST:
        raise ConfigError(f"loudness = {loudness:g} is out of range. Choose {SOFTEST:g} to {LOUDEST:g} LUFS.")


@dataclass(frozen=True)
class Pipeline:
    """A model with what stands around it: the checker of its takes, the facts its marks carry, and what
    adapts a voice before its best.
    """

    model: Synthesizer
    checker: QualityChecker | None
    facts: Mapping[str, Any]
    adapt: Callable[[Voice], Voice]
    languages: Mapping[str, LanguageStatus] = field(default_factory=dict)  # how well it speaks them
    threads: int | None = 1  # sentences made side by side at most; None: as there are idle cores

    def speak(
        self,
        text: str | Script,
        voice: Voice,
        options: Any,
        request: SpeechRequest,
        progress: Progress | None = None,
    ) -> Iterator[Speech]:
        """The text in the voice, sentence by sentence, the first in pieces where the request is to stream;
        `progress` hears (done, all) after each sentence.

        Raises TextError, ConfigError and CheckpointError before the first piece where the text, an option or
        the voice cannot be used.
        """
        check_options(options)
        check_request(request, self.checker is not None)
        script = text if isinstance(text, Script) else _script(text, voice, request.text_options)
        for warning in script.warnings:
            warnings.warn(warning, stacklevel=2)
        warn_of_experimental(script, self.languages)
        felt = with_emotions(script.utterances, self.model, options)
        sentences = [postprocess.ready(sentence) for sentence in felt]
        voices = [request.others.get(sentence.voice, voice) for sentence in sentences]
        if request.quality == BEST:
            voices = [self.adapt(one) for one in voices]
        lengths = (
            None
            if request.fit is None
            else fitted_seconds(self.model, sentences, voices, options, request.fit)
        )
        work = _Work(self, sentences, voices, options, lengths, request, script.text_language)
        at = request.first_sample
        done = 0  # sentences
        for piece in work.streamed() or ():
            yield piece
            at += len(piece.samples)
            done = 1
        if done and progress is not None:
            progress(done, len(sentences))
        rest = range(done, len(sentences))
        workers = sentences_at_once(self.threads, len(rest))
        made = in_order(lambda place: work.made(rest[place]), len(rest), workers)
        with contextlib.closing(made) as pieces:
            for number, piece in zip(rest, pieces):
                yield metadata.signed(piece, voices[number], self.facts, request.day, request.watermark, at)
                at += len(piece.samples)
                if progress is not None:
                    progress(number + 1, len(sentences))


@dataclass(frozen=True)
class _Work:
    """The sentences of a text, ready to be made."""

    pipeline: Pipeline
    sentences: list[Utterance]
    voices: list[Voice]  # of each sentence
    options: Any
    lengths: list[float] | None  # seconds of each sentence, where they are to fit
    request: SpeechRequest
    language: TextLanguage | None

    def made(self, number: int) -> Speech:
        """A sentence as it is heard, but for its mark, which depends on all before it."""
        sentence = self.sentences[number]
        speech, check = best_take(self._takes(number), self.pipeline.checker, self._take_request)
        return dataclasses.replace(
            postprocess.deliver(speech, sentence, self._pause(number), self.request.loudness),
            checks=(check,) if check else (),
            attention=speech.attention,
            units=speech.units,
            language=self.language,
        )

    def streamed(self) -> Iterator[Speech] | None:
        """The pieces of the first sentence, where that is to be streamed and can be."""
        request = self.request
        model, checker, facts = self.pipeline.model, self.pipeline.checker, self.pipeline.facts
        if not (request.stream and can_stream(model, self.sentences[0], checker, self._take_request)):
            return None
        voice = self.voices[0]
        finish = Finish(
            self._pause(0),
            request.loudness,
            metadata.mark_of(voice, facts, request.day) if request.watermark else None,
            request.first_sample,
            metadata.note_of(voice, facts, request.day, request.watermark),
            self.language,
        )
        return streamed(self._takes(0), checker, self._take_request, finish)

    @property
    def _take_request(self) -> TakeRequest:
        return TakeRequest(BEST_TAKES if self.request.quality == BEST else 1, self.request.quality_check)

    def _takes(self, number: int) -> Takes:
        wishes: dict[str, Any] = {"seed": self.options.seed + number}
        if self.lengths is not None:
            wishes["seconds"] = self.lengths[number]
        options = dataclasses.replace(self.options, **wishes)
        return Takes(self.pipeline.model, self.sentences[number], self.voices[number], options)

    def _pause(self, number: int) -> float:
        """Seconds of quiet after a sentence."""
        is_last = number + 1 == len(self.sentences) and not self.request.more
        return 0.0 if is_last else postprocess.pause_after(self.sentences[number])


def with_emotions(sentences: list[Utterance], model: Synthesizer, options: Any) -> list[Utterance]:
    """The sentences with the emotion of every word: as its text marks it, else as the options ask for. None
    where all are neutral, and, with a warning, of a model that takes no emotions.
    """
    asked = emotion_asked(options)
    if not isinstance(model, TakesEmotion) or asked is None:
        if any(sentence.emotion for sentence in sentences):
            able = [
                name
                for name in registry.ARCHITECTURES
                if "emotion" in registry.architecture(name).capabilities
            ]
            warnings.warn(
                "the text marks emotions, which this family does not take; it is spoken without. "
                f"Families that take them: {', '.join(able)}.",
                stacklevel=4,
            )
        return [dataclasses.replace(sentence, emotion=[]) for sentence in sentences]
    found = []
    for sentence in sentences:
        felt: list[Emotion | None] = [*emotions_of(sentence.emotion, len(sentence.words), asked)]
        neutral = all(emotion is None or emotion.is_neutral for emotion in felt)
        found.append(dataclasses.replace(sentence, emotion=[Emotion()] * len(felt) if neutral else felt))
    return found


def _script(text: str, voice: Voice, options: TextOptions) -> Script:
    """The script of a text, with the pronunciations kept with the voice."""
    return read(text, lexicon=lexicon_of(voice), options=options)


_warned: set[LanguageStatus] = set()  # of in this process


def warn_of_experimental(script: Script, languages: Mapping[str, LanguageStatus]) -> None:
    """Warn, once in a process, of each experimental language that most words of a sentence are in; a user's
    language is one as long as nothing was measured.
    """
    of_sentence: dict[int, list[str]] = {}
    for word in script.trace:
        of_sentence.setdefault(word.utterance, []).append(word.language)
    spoken = dict.fromkeys(max(set(own), key=own.count) for own in of_sentence.values())
    own = {code: LanguageStatus(code, None) for code in spoken if code not in LANGUAGES}
    known = {**own, **languages}
    for status in (known[code] for code in spoken if code in known):
        if status.experimental and status not in _warned:
            _warned.add(status)
            error = (
                "how well it is spoken was not measured"
                if status.word_error is None
                else f"a recogniser hears {100 * status.word_error:.0f} % of its words wrong"
            )
            warnings.warn(f"{language_name(status.code)} is experimental: {error}.", stacklevel=4)


def fitted_seconds(
    model: Synthesizer, sentences: list[Utterance], voices: list[Voice], options: Any, fit: float
) -> list[float]:
    """Seconds for each sentence so that the whole, pauses included, lasts `fit`. Warns outside NATURAL rates.

    Raises ConfigError for a model that does not know its lengths beforehand, and a length that is too short.
    """
    if not isinstance(model, PredictsDurations):
        raise ConfigError(
            "this family does not know beforehand how long it will speak, so it cannot fit a length. "
            "Leave --fit out."
        )
    natural = [model.seconds(sentence, voice, options) for sentence, voice in zip(sentences, voices)]
    quiet = sum(postprocess.pause_after(sentence) for sentence in sentences[:-1])
    quiet += sum(postprocess.asked_pauses(sentence) for sentence in sentences)
    if fit <= quiet + 0.1 * sum(natural):
        raise ConfigError(
            f"--fit {fit:g}: too short; the text takes {sum(natural) + quiet:.1f} s by itself. "
            "Give at least half of that."
        )
    rate = sum(natural) / (fit - quiet)
    if not NATURAL[0] <= rate <= NATURAL[1]:
        warnings.warn(
            f"to fit {fit:g} s the voice must speak at {rate:.2f} times its natural rate; "
            f"{sum(natural) + quiet:.1f} s would suit it.",
            stacklevel=3,
        )
    # Whole frames, so that roundings do not add up
    ends = np.round(np.cumsum(natural) / rate * model.frame_rate) / model.frame_rate
    return np.diff(ends, prepend=0.0).tolist()


def lexicon_of(voice: Voice) -> Lexicon | None:
    """The pronunciations kept with a voice."""
    return Lexicon.from_dict(voice.facts["lexicon"]) if "lexicon" in voice.facts else None
