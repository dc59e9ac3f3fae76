"""The watermark's payload as a field of signs: bits, their checksum, an error-correcting code, an interleaved
order.

44 bits (voice, model, day, checksum) pass through a tail-biting convolutional code of rate 1/4 and constraint
length 9; the 176 signs that come out are repeated, some 14 times each, over a field of PERIOD columns by
BANDS rows, and each place is scrambled by a fixed sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

PERIOD = 64  # columns and rows of the field of signs
BANDS = 40
FIRST_DAY = date(2026, 1, 1)
VOICE_BITS = 16
MODEL_BITS = 6
DAY_BITS = 12
CHECK_BITS = 10
NO_DAY = 2**DAY_BITS - 1
BITS = VOICE_BITS + MODEL_BITS + DAY_BITS + CHECK_BITS
GENERATORS = (0o765, 0o671, 0o513, 0o473)  # of rate 1/4 at constraint length 9, the best distances there are
STATES = 256
CHECK = 0x233  # x^10 + x^9 + x^5 + x^4 + x + 1
SIGNS = BITS * len(GENERATORS)


@dataclass(frozen=True)
class Mark:
    """The content of a watermark: 16 bits of the voice's id, 6 of the model's, and the day or none."""

    voice: int
    model: int
    day: date | None = None

    def bits(self) -> np.ndarray:
        """(BITS,) int8, the checksum last. A day that does not fit is left out."""
        days = NO_DAY if self.day is None else (self.day - FIRST_DAY).days
        days = days if 0 <= days < NO_DAY else NO_DAY
        number = (self.voice % 2**VOICE_BITS << MODEL_BITS | self.model % 2**MODEL_BITS) << DAY_BITS | days
        return _as_bits(number << CHECK_BITS | _checksum(number), BITS)

    @staticmethod
    def from_bits(bits: np.ndarray) -> Mark | None:
        """The mark of (BITS,) bits; None where the checksum does not fit."""
        whole = int("".join(str(int(bit)) for bit in bits), 2)
        number = whole >> CHECK_BITS
        check = whole % 2**CHECK_BITS
        if _checksum(number) != check:
            return None
        days = number % 2**DAY_BITS
        day = None if days == NO_DAY else FIRST_DAY + timedelta(days)
        return Mark(number >> DAY_BITS + MODEL_BITS, (number >> DAY_BITS) % 2**MODEL_BITS, day)


def field(bits: np.ndarray) -> np.ndarray:
    """The signs (PERIOD, BANDS) int8 that carry (BITS,) bits."""
    return (SCRAMBLE * encode(bits[None])[0][PLACES]).astype(np.int8)


def soft_signs(evidence: np.ndarray) -> np.ndarray:
    """Evidence for each of the code's signs: (..., SIGNS) from that of the field's (..., PERIOD, BANDS), in
    log-odds or alike.
    """
    flat = (evidence * SCRAMBLE).reshape(*evidence.shape[:-2], -1)[..., ORDER]
    return np.add.reduceat(flat, STARTS, axis=-1)


def encode(bits: np.ndarray) -> np.ndarray:
    """The code's signs (A, SIGNS) of words of bits (A, BITS); the register begins as it ends."""
    register = np.zeros(bits.shape, np.int64)
    for delay in range(9):
        register |= np.roll(bits, delay, axis=1).astype(np.int64) << delay
    return OUTPUT[register].reshape(len(bits), -1)


def decode(soft: np.ndarray) -> np.ndarray:
    """The bits (A, BITS) whose signs agree best with soft ones (A, SIGNS): Viterbi's algorithm, two and a
    half times around the ring.
    """
    count = len(soft)
    gains = (
        soft.reshape(count, BITS, len(GENERATORS)).astype(np.float32) @ OUTPUT.T.astype(np.float32)
    ).reshape(count, BITS, 2, STATES)
    steps = 2 * BITS + BITS // 2
    score = np.zeros((count, STATES), np.float32)
    reached_by = np.empty((steps, count, STATES), bool)
    # State: the last eight bits; it was reached from state >> 1, with the bit that left it 0 or 1
    for step in range(steps):
        near = np.repeat(score[:, : STATES // 2], 2, axis=1) + gains[:, step % BITS, 0]
        far = np.repeat(score[:, STATES // 2 :], 2, axis=1) + gains[:, step % BITS, 1]
        reached_by[step] = far > near
        score = np.maximum(near, far)
    rows = np.arange(count)
    state = score.argmax(axis=1)
    bits = np.empty((count, BITS), np.int8)
    for step in range(steps - 1, -1, -1):
        if BITS // 2 <= step < BITS // 2 + BITS:  # the middle, where neither end matters
            bits[:, step % BITS] = state & 1
        state = state >> 1 | reached_by[step, rows, state].astype(np.int64) << 7
    return bits


def _checksum(number: int) -> int:
    """The remainder of a number's bits, as CRC-10; not zero for zero."""
    rest = number << CHECK_BITS ^ 0x2A5 << VOICE_BITS + MODEL_BITS + DAY_BITS
    for place in range(rest.bit_length() - 1, CHECK_BITS - 1, -1):
        if rest >> place & 1:
            rest ^= (1 << CHECK_BITS | CHECK) << place - CHECK_BITS
    return rest


def _as_bits(number: int, count: int) -> np.ndarray:
    return np.array([number >> place & 1 for place in range(count - 1, -1, -1)], np.int8)


def _parity(number: int) -> int:
    return bin(number).count("1") & 1


def _places() -> tuple[np.ndarray, np.ndarray]:
    """Which of the code's signs stands at each place of the field, and each place's own sign.

    Row by row every sign comes once before any comes twice, as some rows are far more reliable than others.
    """
    drawn = np.random.RandomState(20261121)  # frozen by numpy: the same numbers in every version
    laps = -(-PERIOD * BANDS // SIGNS)
    order = np.concatenate([drawn.permutation(SIGNS) for _ in range(laps)])[: PERIOD * BANDS].reshape(
        BANDS, PERIOD
    )
    order = np.stack([row[drawn.permutation(PERIOD)] for row in order], axis=1)
    return order, 2 * drawn.randint(0, 2, (PERIOD, BANDS)) - 1


OUTPUT = np.array(
    [[1 - 2 * _parity(register & g) for g in GENERATORS] for register in range(2 * STATES)], np.int8
)
PLACES, SCRAMBLE = _places()
ORDER = np.argsort(PLACES, axis=None, kind="stable")
STARTS = np.searchsorted(PLACES.reshape(-1)[ORDER], np.arange(SIGNS))
