"""From prepared clips to the arrays of an inventory: segmentation into half-phones, features, levels."""

from __future__ import annotations

import json

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.core.errors import DataError
from soundalike.core.types import Batch
from soundalike.text.alphabet import GAP, MARKS, SYMBOLS
from soundalike.text.diphones import Diphone, diphones_of

from .features import (
    frame_features,
    log_pitch,
    middle_of,
    quantised,
    unit_pitch,
)
from .network import BEGINS, ENDS, FINAL, SECOND
from .recordings import RecordingWriter

LEVEL = -23.0  # dBFS RMS of speech in every recording, so that none is louder than another
LONGEST_PROMPT = 10.0  # seconds
LEAST_FRAMES = 12  # of a recording


class Collection:
    """The clips of one speaker, cut into units one after the other."""

    def __init__(self, mel: MelSpec):
        self.mel = mel
        self.seconds = 0.0
        self.diphones: set[Diphone] = set()
        self._writer = RecordingWriter(mel.sample_rate)
        self._names: list[str] = []
        self._parts: dict[str, list[np.ndarray]] = {}
        self._clips: list[tuple[int, int, int]] = []
        self._units = 0
        self._borders = 0
        self._speakers: set[int] = set()
        self._embeddings: list[np.ndarray] = []
        self._prompts: list[tuple[float, np.ndarray, np.ndarray]] = []

    def add(self, batch: Batch, clip: int) -> None:
        """Cut one clip of a batch into units, and keep them."""
        field = {
            name: batch[name][clip, : int(batch.lengths(name)[clip])].numpy()
            for name in ("symbols", "durations", "mel", "pitch", "samples")
        }
        frames = min(len(field["mel"]), len(field["pitch"]), int(field["durations"].sum()))
        symbols = [SYMBOLS[place - 1] for place in field["symbols"]]
        if frames < LEAST_FRAMES:
            return
        sound = Audio(field["samples"], self.mel.sample_rate)
        level = sound.normalised(LEVEL).samples
        gain = float(np.abs(level).max() / max(1e-6, float(np.abs(field["samples"]).max())))
        features = frame_features(field["mel"][:frames])
        features[:, 0] += np.log(max(gain, 1e-3))
        octaves = log_pitch(field["pitch"][:frames])
        begin = self._writer.write(level)
        self._segment(symbols, field["symbols"], field["durations"], features, octaves, begin, len(level))
        self._names.append(batch.ids[clip])
        self.diphones.update(diphones_of(symbols))
        self.seconds += sound.seconds
        self._speakers.add(int(batch["speaker"][clip]))
        self._embeddings.append(batch["speaker_embedding"][clip].numpy())
        mel = field["mel"][:frames] + np.float32(np.log(max(gain, 1e-3)))
        self._keep_prompt(sound.seconds, mel, field["pitch"][:frames])

    def check(self, minutes: float, borrow: bool) -> None:
        """Raise DataError unless these are enough recordings of one speaker."""
        if not self._names:
            raise DataError("there are no clips to cut units from. Loosen the recipe's [data].")
        if len(self._speakers) > 1:
            raise DataError(
                f"the clips are of {len(self._speakers)} speakers, an inventory is of one. "
                "Prepare a folder with the recordings of one person."
            )
        if self.seconds < 60 * minutes and not borrow:
            raise DataError(
                f"{self.seconds / 60:.1f} minutes of recordings are too few for unit selection, which needs "
                f"{minutes:g} at least: they hold {len(self.diphones)} kinds of diphones. Record sentences "
                "that hold the others (`soundalike data script --minutes 10` prints them), or give --borrow: "
                "the built-in model then says what is missing."
            )

    def arrays(self) -> dict[str, np.ndarray]:
        """The buffers of the inventory, by name."""
        names = np.frombuffer(json.dumps(self._names, ensure_ascii=False).encode(), np.uint8).copy()
        found = {name: np.concatenate(parts) for name, parts in self._parts.items()}
        for name in ("pitch", "border_pitch"):
            found[name] = found[name].astype(np.float16).astype(np.float32)  # as it is shipped
        _, mel, pitch = max(self._prompts, key=lambda one: one[0])
        mean = np.mean(self._embeddings, axis=0)
        identity = mean / max(1e-6, float(np.linalg.norm(mean)))
        ogg, pieces = self._writer.finish()
        found |= {"ogg": ogg, "pieces": pieces, "names": names, "clips": np.array(self._clips, np.int32)}
        voice = {"prompt": mel, "prompt_pitch": pitch, "identity": identity}
        return found | {name: value.astype(np.float16).astype(np.float32) for name, value in voice.items()}

    def _segment(
        self,
        symbols: list[str],
        ids: np.ndarray,
        durations: np.ndarray,
        features: np.ndarray,
        octaves: np.ndarray,
        begin: int,
        size: int,
    ) -> None:
        """Half-phones of one clip: two units a symbol that lasts, and the borders between."""
        frames = len(features)
        ends = np.minimum(durations.cumsum(), frames)
        places = flags_of(symbols, durations)
        cuts = [0]  # frames of the borders
        kept: list[tuple[int, int]] = []  # symbol id and flags of each unit
        for place, symbol_id in enumerate(ids):
            first = int(ends[place - 1]) if place else 0
            stop = int(ends[place])
            if stop <= first:
                continue
            cuts += [middle_of(features, first, stop), stop]
            kept += [(int(symbol_id), places[place]), (int(symbol_id), places[place] | SECOND)]
        self._clips.append((self._units, self._borders, begin))
        self._units += len(kept)
        self._borders += len(cuts)
        before = np.clip(np.array(cuts) - 1, 0, frames - 1)
        after = np.clip(cuts, 0, frames - 1)
        pairs = list(zip(cuts, cuts[1:]))
        means = np.stack([features[a : max(b, a + 1)].mean(0) for a, b in pairs])
        pitch = np.array([unit_pitch(octaves[a : max(b, a + 1)]) for a, b in pairs], np.float32)
        times = np.clip(np.round((np.array(cuts) - 0.5) * self.mel.hop_length), 0, size).astype(np.int32)
        times[0] = 0
        times[-1] = size
        found: dict[str, np.ndarray] = {
            "symbols": np.array([one[0] for one in kept], np.uint8),
            "flags": np.array([one[1] for one in kept], np.uint8),
            "times": times + begin,
            "borders": quantised(np.stack([features[before], features[after]], 1)),
            "border_pitch": np.stack([octaves[before], octaves[after]], 1),
            "means": quantised(means),
            "pitch": pitch,
        }
        for name, value in found.items():
            self._parts.setdefault(name, []).append(value)

    def _keep_prompt(self, seconds: float, mel: np.ndarray, pitch: np.ndarray) -> None:
        """Keep the mel of the longest clip that is no longer than a prompt may be, for the voice."""
        most = int(LONGEST_PROMPT * self.mel.frames_per_second)
        if not self._prompts or min(seconds, LONGEST_PROMPT) > self._prompts[0][0]:
            self._prompts = [(min(seconds, LONGEST_PROMPT), mel[:most].copy(), pitch[:most].copy())]


def flags_of(symbols: list[str], durations: np.ndarray) -> list[int]:
    """For each symbol whether it begins or ends a word, and whether a pause follows: bits of the flags."""
    found = [0] * len(symbols)
    for place, symbol in enumerate(symbols):
        if symbol in MARKS:
            continue
        before = symbols[place - 1] if place else GAP
        after = symbols[place + 1] if place + 1 < len(symbols) else GAP
        found[place] |= BEGINS if before in MARKS else 0
        found[place] |= ENDS if after in MARKS else 0
        pauses = after in MARKS and (place + 1 >= len(symbols) or durations[place + 1] > 0)
        found[place] |= FINAL if pauses else 0
    return found
