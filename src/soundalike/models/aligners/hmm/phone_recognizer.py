"""Phone recognition: the phones of speech without a transcript."""

from __future__ import annotations

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.text.alphabet import COMMA, GAP, PHONES, START, STOP

from .config import LEAST
from .search import without_prior

ENTERING = 3.0  # nats that a new phone costs: as many are then recognized as are said


CLEAR = -1.8  # mean log-probability of recognized phones under which a clip is left alone


PACE = (5.0, 22.0)  # recognized phones a second that speech may have


PAUSE = 12  # frames of silence that are written as a comma


def recognize_phones(
    log_probs: np.ndarray, log_prior: np.ndarray, mel: MelSpec
) -> tuple[list[str], list[int]] | None:
    """The symbols recognized in a sound and the frames of each, by the log-probabilities (T, C) of its frames
    and the classes' prior (C,); None where they are too few or not clear.
    """
    spans = phone_loop(without_prior(log_probs, log_prior)) if len(log_probs) >= LEAST else []
    phones = [span for span in spans if span[0]]
    pace = len(phones) / max(1, len(log_probs)) * mel.frames_per_second
    if (
        len(phones) < 5
        or not PACE[0] < pace < PACE[1]
        or np.mean([log_probs[a:b, c].mean() for c, a, b in phones]) < CLEAR
    ):
        return None
    return _written(spans)


def _written(spans: list[tuple[int, int, int]]) -> tuple[list[str], list[int]]:
    """Recognized spans as the symbols of a sentence with the frames of each: silences become marks."""
    symbols = [START]
    durations = [0]
    for number, (kind, start, stop) in enumerate(spans):
        if kind:
            symbols.append(PHONES[kind - 1])
            durations.append(stop - start)
        elif number == 0:
            durations[0] = stop - start
        elif number + 1 < len(spans):
            symbols.append(COMMA if stop - start > PAUSE else GAP)
            durations.append(stop - start)
    kind, start, stop = spans[-1]
    return [*symbols, STOP], [*durations, 0 if kind else stop - start]


def phone_loop(
    scores: np.ndarray, entering: float = ENTERING, least: int = LEAST
) -> list[tuple[int, int, int]]:
    """The best way through scores (T, C) by classes of at least so many frames each: (class, first frame,
    last plus one) in order.
    """
    size, classes = scores.shape
    best = np.full((least, classes), -np.inf)  # by frames already spent in a class; the last row may go on
    best[0] = scores[0]
    came = np.zeros((size, classes), np.int64)
    stayed = np.zeros((size, classes), bool)
    for t in range(1, size):
        left = best[-1].copy()
        came[t] = left.argmax()
        entered = np.full(classes, left.max() - entering)
        entered[came[t, 0]] = -np.inf  # a class does not follow itself
        stayed[t] = best[-1] >= best[-2]
        best = np.concatenate([entered[None], best[:-2], np.maximum(best[-1], best[-2])[None]]) + scores[t]
    kind = int(best[-1].argmax())
    t = size - 1
    end = size
    spans: list[tuple[int, int, int]] = []
    while True:
        while t > 0 and stayed[t, kind]:
            t -= 1
        start = t - (least - 1)
        if start <= 0:
            return [(kind, 0, end), *reversed(spans)]
        spans.append((kind, start, end))
        kind = int(came[start, kind])
        t = start - 1
        end = start
