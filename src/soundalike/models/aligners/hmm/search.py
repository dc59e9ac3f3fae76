"""The states of a transcript, and Viterbi and forward-backward over them."""

from __future__ import annotations

import numpy as np

from .config import COMMONEST, LEAST, PRIOR_SCALE


def states_of(classes: np.ndarray, frames: int) -> np.ndarray:
    """Which symbol each state of the model stands for (S'), by the symbols' classes (S,): a phoneme has LEAST
    states, fewer in a clip too short for it.
    """
    sounded = classes > 0
    repeat = np.where(sounded, max(1, min(LEAST, frames // max(1, int(sounded.sum())))), 1)
    return np.repeat(np.arange(len(classes)), repeat)


def without_prior(log_probs: np.ndarray, log_prior: np.ndarray) -> np.ndarray:
    """How well each class fits each frame (T, C): log-probabilities (T, C), less the scaled prior (C,) of
    each.
    """
    return log_probs - PRIOR_SCALE * np.minimum(log_prior, COMMONEST)


def aligned(
    log_probs: np.ndarray, classes: np.ndarray, log_prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Frames of each symbol (S,) and its mean log-probability (S,) in one clip: log-probabilities (T, C) of
    its frames, the classes (S,) of its symbols, the classes' prior (C,).

    A symbol that lasts no time (a mark without silence) has log-probability zero. The clip must have at
    least as many frames as phonemes.
    """
    states = states_of(classes, len(log_probs))  # (S',)
    scores = without_prior(log_probs, log_prior)[:, classes[states]].astype(np.float64)  # (T, S')
    path = states[viterbi(scores, classes[states] == 0)]  # (T,)
    durations = np.bincount(path, minlength=len(classes))
    own = log_probs[np.arange(len(path)), classes[path]]
    sums = np.bincount(path, own, minlength=len(classes))
    return durations, (sums / np.maximum(durations, 1)).astype(np.float32)


def posteriors(
    scores: np.ndarray, optional: np.ndarray, frames: np.ndarray, states: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Forward-backward: the chance (B, T, S) of each state at each frame, and each clip's log-likelihood
    (B,).

    scores (B, T, S) log emissions; optional (B, S) bool marks states that may be skipped; frames, states (B,)
    lengths.
    """
    B, T, S = scores.shape
    inside = np.arange(S)[None] < states[:, None]
    top = np.where(inside[:, None], scores, -np.inf).max(axis=2, keepdims=True)
    emit = np.where(inside[:, None], np.exp(np.maximum(scores - top, -60.0)), 0.0)
    skip_into = np.zeros((B, S))
    skip_into[:, 2:] = optional[:, 1:-1]  # state s may follow s - 2 when s - 1 is optional
    alpha = np.zeros((T, B, S))
    start = np.zeros((B, S))
    start[:, 0] = 1.0
    start[:, 1] = optional[:, 0]
    now = start * emit[:, 0]
    log_likelihood = np.zeros(B)
    for t in range(T):
        if t:
            came = now.copy()
            came[:, 1:] += now[:, :-1]
            came[:, 2:] += now[:, :-2] * skip_into[:, 2:]
            now = came * emit[:, t]
        scale = np.maximum(now.sum(axis=1), 1e-280)
        now = now / scale[:, None]
        log_likelihood += np.where(t < frames, np.log(scale) + top[:, t, 0], 0.0)
        alpha[t] = now
    rows = np.arange(B)
    finish = np.zeros((B, S))
    finish[rows, states - 1] = 1.0
    finish[rows, states - 2] = optional[rows, states - 1]
    log_likelihood += np.log(np.maximum((alpha[frames - 1, rows] * finish).sum(1), 1e-280))
    gamma = np.zeros((B, T, S))
    beta = finish.copy()
    for t in range(T - 1, -1, -1):
        if t < T - 1:
            later = beta * emit[:, t + 1]
            came = later.copy()
            came[:, :-1] += later[:, 1:]
            came[:, :-2] += later[:, 2:] * skip_into[:, 2:]
            beta = np.where(
                np.equal(frames - 1, t)[:, None],
                finish,
                came / np.maximum(came.sum(axis=1, keepdims=True), 1e-280),
            )
        product = alpha[t] * beta
        gamma[:, t] = product / np.maximum(product.sum(axis=1, keepdims=True), 1e-280)
    gamma[np.arange(T)[None] >= frames[:, None]] = 0.0
    return gamma, log_likelihood


def viterbi(scores: np.ndarray, optional: np.ndarray) -> np.ndarray:
    """The best state at each frame (T,), for scores (T, S) and optional (S,): starts at the first, ends at
    the last state, skipping none but optional ones.
    """
    T, S = scores.shape
    padded = np.full(S + 2, -np.inf)  # two states before the first, which cannot be left
    best = padded[2:]
    best[0] = scores[0, 0]
    if optional[0] and S > 1:
        best[1] = scores[0, 1]
    back = np.zeros((T, S), dtype=np.int8)
    skip = np.full(S, -np.inf)
    skip[2:] = np.where(optional[1:-1], 0.0, -np.inf)
    for t in range(1, T):
        # The state itself, the one before it, and, where that is optional, the one before that
        moved = padded[1:-1]
        skipped = padded[:-2] + skip
        np.greater(moved, best, out=back[t], casting="unsafe")
        highest = np.maximum(best, moved)
        back[t][skipped > highest] = 2
        np.maximum(highest, skipped, out=highest)
        np.add(highest, scores[t], out=best)
    state = S - 1 if not (optional[-1] and best[-2] > best[-1]) else S - 2
    path = np.empty(T, dtype=np.int64)
    for t in range(T - 1, -1, -1):
        path[t] = state
        state -= int(back[t, state])
    return path
