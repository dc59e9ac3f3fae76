"""Takes of one sentence: making them, checking them, and choosing the best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from soundalike.audio.speech import Speech, join
from soundalike.core.capabilities import PlansTakes, PredictsDurations
from soundalike.core.contracts import Synthesizer
from soundalike.core.options import changed, value_of
from soundalike.core.types import QualityCheck, Voice
from soundalike.text import Utterance, in_halves

from .quality_check import QualityChecker

# Seed and pace of each take of a sentence that is to be as clear as can be
TAKES = ((0, 1.0), (1000, 0.95), (2000, 0.9))


@dataclass(frozen=True)
class TakeRequest:
    """How often a sentence is made: `takes` times, and again while `quality_check` leaves a doubt."""

    takes: int = 1
    quality_check: bool = True


class Takes:
    """Every take of one sentence, made from one plan where the model has one."""

    def __init__(self, model: Synthesizer, utterance: Utterance, voice: Voice, options: Any):
        self.model = model
        self.utterance = utterance
        self.voice = voice
        self.options = options
        self.seconds: float = value_of(options, "seconds", 0.0)  # asked for; 0: none
        self._make, self._expected = self._planned()

    def _planned(self) -> tuple[Callable[[Any], Speech], float | None]:
        """What makes a take of some options, and the seconds the sentence should last, where known."""
        model = self.model
        if isinstance(model, PlansTakes):
            planning: PlansTakes = model
            plan = planning.plan(self.utterance, self.voice, self.options)
            expected = planning.planned_seconds(plan, self.options)
            return lambda options: join(list(planning.speak_planned(plan, options))), expected
        known = (
            model.seconds(self.utterance, self.voice, self.options)
            if isinstance(model, PredictsDurations)
            else None
        )
        return lambda options: join(list(model.speak(self.utterance, self.voice, options))), known

    def take(self, number: int) -> Speech:
        """Take `number`: another seed and pace each."""
        return self._make(self._options_of(number))

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
    if checker is None or (request.takes == 1 and not request.quality_check):
        return takes.take(0), None
    # The last resort for a sentence in doubt, where its length is free: its halves
    halves = in_halves(takes.utterance) if request.quality_check and not takes.seconds else []
    made: list[tuple[Speech, QualityCheck]] = []
    for number in range(len(TAKES) + (len(halves) > 1)):
        speech = takes.take(number) if number < len(TAKES) else takes.halved(number, halves)
        made.append((speech, checker.check(speech, takes.utterance, takes.expected(number))))
        if number + 1 < request.takes:
            continue
        kept, check = checker.best(made, takes.voice.tensors.get("vector"))
        if not (request.quality_check and check.doubts):
            break
    if not request.quality_check:
        return made[kept][0], None
    counted = replace(check, takes=len(made), kept=kept + 1, redraws=len(made) - request.takes)
    return made[kept][0], counted
