"""Clipped samples."""

from __future__ import annotations

import numpy as np

NEAR = 0.998  # of the loudest sample: as loud
PIECE_SECONDS = 20.0  # of a recording, looked at together


def cut_off(samples: np.ndarray) -> np.ndarray:
    """Which samples (N,) lie in flat tops: three or more in a row at the level of the loudest, in more than a
    few places.
    """
    flat = np.zeros(len(samples), bool)
    for sign in (1, -1):
        flat |= _tops(sign * samples)
    return flat


def _tops(wave: np.ndarray) -> np.ndarray:
    """Which samples of a wave lie in flat tops of its upper side."""
    at = wave >= NEAR * wave.max()
    inner = at[1:-1] & at[:-2] & at[2:]
    tops = np.zeros(len(wave), bool)
    tops[:-2] |= inner
    tops[1:-1] |= inner
    tops[2:] |= inner
    # A wave may be flat at its highest once by chance
    often = (np.diff(tops.astype(np.int8)) == 1).sum() >= 5
    return tops if often else np.zeros(len(wave), bool)


class ClippingScan:
    """Takes the samples of a recording one block after the other, and tells where they are cut off.

    A recording of up to PIECE_SECONDS is judged as `cut_off` judges it, a longer one piece by piece: only
    pieces as loud as the loudest count.
    """

    def __init__(self, rate: int):
        self._hop = max(1, rate // 100)
        self._piece = int(PIECE_SECONDS * 100) * self._hop
        self._waiting: list[np.ndarray] = []
        self._held = 0
        self._found: list[list[tuple[float, np.ndarray]]] = []  # for each piece and side: height and shares

    def add(self, samples: np.ndarray) -> None:
        """The next samples (N,)."""
        self._waiting.append(samples)
        self._held += len(samples)
        while self._held >= self._piece:
            held = np.concatenate(self._waiting)
            self._look_at(held[: self._piece])
            self._waiting = [held[self._piece :].copy()]
            self._held -= self._piece

    def shares(self) -> np.ndarray:
        """The share (T,) of each hundredth of a second that is cut off; the last may be short."""
        if self._held:
            self._look_at(np.concatenate(self._waiting))
            self._waiting, self._held = [], 0
        if not self._found:
            return np.zeros(0, np.float32)
        highest = [max(piece[side][0] for piece in self._found) for side in (0, 1)]
        pieces = []
        for piece in self._found:
            counted = [
                share if height >= NEAR * highest[side] else np.zeros_like(share)
                for side, (height, share) in enumerate(piece)
            ]
            pieces.append(np.minimum(counted[0] + counted[1], 1.0))
        return np.concatenate(pieces)

    def _look_at(self, samples: np.ndarray) -> None:
        padded = -len(samples) % self._hop
        piece = []
        for sign in (1, -1):
            wave = sign * samples
            tops = np.pad(_tops(wave), (0, padded)).reshape(-1, self._hop)
            piece.append((float(wave.max()), tops.mean(axis=1, dtype=np.float32)))
        self._found.append(piece)
