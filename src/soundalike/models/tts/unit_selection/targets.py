"""What the units of a sentence should be like: half-phones with the duration, pitch and spectrum that the
acoustic model predicts in the voice (hybrid unit selection).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from soundalike.core.types import AcousticOutput
from soundalike.text import Utterance
from soundalike.text.alphabet import encode, phone_classes

from .collection import flags_of
from .features import frame_features, log_pitch, middle_of, unit_pitch
from .network import SECOND

CLASSES = np.array(phone_classes())  # by symbol id; 0 is a pause


@dataclass(frozen=True)
class Targets:
    """The half-phones (H,) that a sentence needs."""

    place: np.ndarray  # (H,) the symbol of the utterance that each is half of
    symbols: np.ndarray  # (H,) its id
    flags: np.ndarray  # (H,) bits as in an inventory
    left: np.ndarray  # (H,) class of the sound before the symbol
    right: np.ndarray  # (H,) class of the sound after it
    frames: np.ndarray  # (H,) how many it should last
    pitch: np.ndarray  # (H,) log pitch
    means: np.ndarray  # (H, D) energy and cepstra
    borders: np.ndarray  # (H + 1, 2, D) before and after each border
    border_pitch: np.ndarray  # (H + 1, 2)
    cuts: np.ndarray  # (H + 1,) frames of the borders in what was predicted

    def __len__(self) -> int:
        return len(self.place)


def targets_of(utterance: Utterance, made: AcousticOutput) -> Targets:
    """The targets of an utterance, of what the acoustic model predicts for it."""
    durations = made.durations.cpu().numpy()
    features = frame_features(made.mel.cpu().numpy())
    assert made.pitch is not None
    octaves = log_pitch(made.pitch.cpu().numpy())
    ids = np.array(encode(utterance.symbols))
    flags = flags_of(utterance.symbols, durations)
    ends = durations.cumsum()
    lasting = np.flatnonzero(durations > 0)
    classes = CLASSES[ids[lasting]]
    before = np.concatenate([[0], classes[:-1]])
    after = np.concatenate([classes[1:], [0]])
    cuts = [0]
    rows = []
    for number, place in enumerate(lasting.tolist()):
        stop = int(ends[place])
        first = stop - int(durations[place])
        middle = middle_of(features, first, stop)
        for half, (a, b) in enumerate(((first, middle), (middle, stop))):
            span = slice(a, max(b, a + 1))
            flag = flags[place] | (SECOND if half else 0)
            rows.append((place, ids[place], flag, before[number], after[number], b - a, span))
        cuts += [middle, stop]
    places, symbols, halves, left, right, frames, spans = zip(*rows)
    edges = np.array(cuts)
    last = len(features) - 1
    ahead, behind = np.clip(edges - 1, 0, last), np.clip(edges, 0, last)
    return Targets(
        place=np.array(places),
        symbols=np.array(symbols),
        flags=np.array(halves),
        left=np.array(left),
        right=np.array(right),
        frames=np.array(frames),
        pitch=np.array([unit_pitch(octaves[span]) for span in spans], np.float32),
        means=np.stack([features[span].mean(0) for span in spans]),
        borders=np.stack([features[ahead], features[behind]], 1),
        border_pitch=np.stack([octaves[ahead], octaves[behind]], 1),
        cuts=edges,
    )
