"""Takes of one sentence: making them, checking them, and choosing the best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from soundalike.audio.speech import Speech, join
from soundalike.core.capabilities import PlansTakes, PredictsDurations, Streams
from soundalike.core.contracts import Synthesizer
from soundalike.core.options import changed, value_of
from soundalike.core.types import AcousticArrays, QualityCheck, Timestamp, Voice
from soundalike.text import Utterance, in_halves

from .predicted_sound import PredictedSound
from .quality_check import QualityChecker

# Seed and pace of each take of a sentence that is to be as clear as can be
TAKES = ((0, 1.0), (1000, 0.95), (2000, 0.9))


@dataclass(frozen=True)
class TakeRequest:
    """How often a sentence is made: `takes` times, and again while `quality_check` leaves a doubt."""

    takes: int = 1
    quality_check: bool = True

    @property
    def checks(self) -> bool:
        """Whether takes are checked, be it only to choose among them."""
        return self.takes > 1 or self.quality_check


@dataclass(frozen=True)
class PredictedTake:
    """A take of a sentence as far as it is known before its sound."""

    made: AcousticArrays
    options: Any  # it is made by
    sound: PredictedSound
    timestamps: tuple[Timestamp, ...]
    expected: float | None  # seconds it should last, where they are known
    check: QualityCheck | None = None  # of the mel, if it was checked


class Takes:
    """Every take of one sentence, made from one plan where the model has one."""

    def __init__(self, model: Synthesizer, utterance: Utterance, voice: Voice, options: Any):
        self.model = model
        self.utterance = utterance
        self.voice = voice
        self.options = options
        self.seconds: float = value_of(options, "seconds", 0.0)  # asked for; 0: none
        self.plan: Any = None
        self._expected: float | None = None  # seconds that it should last by itself
        if isinstance(model, PlansTakes):
            self.plan = model.plan(utterance, voice, options)
            self._expected = model.planned_seconds(self.plan, options)
        elif isinstance(model, PredictsDurations):
            self._expected = model.seconds(utterance, voice, options)

    def take(self, number: int) -> Speech:
        """Take `number`: another seed and pace each."""
        options = self._options_of(number)
        model = self.model
        if isinstance(model, PlansTakes):
            return join(list(model.speak_planned(self.plan, options)))
        return join(list(model.speak(self.utterance, self.voice, options)))

    def predicted(self, number: int, model: Streams) -> PredictedTake:
        """Take `number` before its sound, by the model of these takes."""
        options = self._options_of(number)
        made = model.planned_output(self.plan, options)
        timestamps = model.planned_timestamps(self.plan, made)
        sound = PredictedSound(made.mel, model.mel, timestamps)
        return PredictedTake(made, options, sound, timestamps, self.expected(number))

    def halved(self, number: int, halves: list[Utterance]) -> Speech:
        """The sentence said as two, by the options of take `number`."""
        options = self._options_of(number)
        return join([piece for half in halves for piece in self.model.speak(half, self.voice, options)])

    def expected(self, number: int) -> float | None:
        """The seconds take `number` should last, where they are known."""
        if self.seconds:
            return self.seconds
        return self._expected / TAKES[number][1] if self._expected and number < len(TAKES) else None

    def _options_of(self, number: int) -> Any:
        seed, pace = TAKES[number % len(TAKES)]
        speed = value_of(self.options, "speed", 1.0) * pace
        return changed(self.options, seed=self.options.seed + seed, speed=speed)


def best_take(
    takes: Takes, checker: QualityChecker | None, request: TakeRequest
) -> tuple[Speech, QualityCheck | None]:
    """The best of as many takes as asked, of more while all are in doubt; with its check, if it was
    checked.
    """
    if checker is None or not request.checks:
        return takes.take(0), None
    # The last resort for a sentence in doubt, where its length is free: its halves
    halves = in_halves(takes.utterance) if request.quality_check and not takes.seconds else []

    def checked(number: int) -> tuple[Speech, QualityCheck]:
        speech = takes.take(number) if number < len(TAKES) else takes.halved(number, halves)
        return speech, checker.check(speech, takes.utterance, takes.expected(number))

    kept, check, made = _best(checked, len(TAKES) + (len(halves) > 1), takes, checker, request)
    return made[kept][0], check if request.quality_check else None


def best_predicted(
    takes: Takes, model: Streams, checker: QualityChecker | None, request: TakeRequest
) -> PredictedTake:
    """As `best_take`, chosen by the mels of the takes, before any sound; in doubt where all are."""
    if checker is None or not request.checks:
        return takes.predicted(0, model)
    found: list[PredictedTake] = []

    def checked(number: int) -> tuple[PredictedSound, QualityCheck]:
        take = takes.predicted(number, model)
        found.append(take)
        return take.sound, checker.check_predicted(take.sound, takes.utterance, take.expected)

    kept, check, _ = _best(checked, len(TAKES), takes, checker, request)
    return replace(found[kept], check=check)


Sound = TypeVar("Sound", Speech, PredictedSound)


def _best(
    checked: Callable[[int], tuple[Sound, QualityCheck]],
    most: int,
    takes: Takes,
    checker: QualityChecker,
    request: TakeRequest,
) -> tuple[int, QualityCheck, list[tuple[Sound, QualityCheck]]]:
    """The place and the check of the best of at most so many takes, and those that were made."""
    made: list[tuple[Sound, QualityCheck]] = []
    for number in range(most):
        made.append(checked(number))
        if number + 1 < request.takes:
            continue
        kept, check = checker.best(made, takes.voice.tensors.get("vector"))
        if not (request.quality_check and check.doubts):
            break
    counted = replace(check, takes=len(made), kept=kept + 1, redraws=len(made) - request.takes)
    return kept, counted, made
