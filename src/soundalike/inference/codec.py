"""A codec by itself: recordings to codes, and codes to sound again."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.speech import Speech, join
from soundalike.core.errors import AudioError, CheckpointError, ConfigError
from soundalike.provenance import metadata

from .codes_file import CodeFacts, Codes

if TYPE_CHECKING:
    from soundalike.checkpoints.part import LoadedPart
    from soundalike.core.contracts import Codec

NAME = "codec"  # of the codec's folder in a model store
PIECE = 30.0  # seconds that are encoded or decoded together, at most
CONTEXT = 2.0  # seconds beyond a piece that it is encoded or decoded with at either end
JOIN = 0.01  # seconds over which one piece gives way to the next


class SpeechCodec:
    """A codec with the vocoder that it decodes through.

    >>> codec = SpeechCodec.load()
    >>> codes = codec.encode(Audio.read("in.wav"))
    >>> codec.decode(codes, levels=4).write("out.wav")
    """

    def __init__(self, codec: Codec, vocoder: LoadedPart | None = None):
        self.codec = codec
        self.vocoder = vocoder

    @staticmethod
    def load(
        folder: str | os.PathLike | None = None, vocoder: str | os.PathLike | None = None
    ) -> SpeechCodec:
        """The codec of a folder, the one of the model store where none is given; and a vocoder, the built-in
        one where none is given.

        Raises CheckpointError where there is none, where a folder holds another part, and where the vocoder
        takes another mel; ConfigError for a vocoder that is given to a codec that needs none.
        """
        from soundalike.checkpoints.bundle import BUILT_IN
        from soundalike.checkpoints.part import load_part

        codec = load_part(folder or find(), "codec").instrument
        if not codec.needs_vocoder:
            if vocoder is not None:
                raise ConfigError("this codec makes samples itself. Leave the vocoder out.")
            return SpeechCodec(codec)
        part = load_part(vocoder or BUILT_IN / "vocoder", "vocoder")
        if differing := codec.mel.differences(part.mel):
            shown = ", ".join(f"{name} {theirs}, not {mine}" for name, mine, theirs in differing)
            raise CheckpointError(
                f"{part.folder}: takes another mel than the codec writes ({shown}). Give one of that mel."
            )
        return SpeechCodec(codec, part)

    def encode(self, audio: Audio, levels: int | None = None) -> Codes:
        """The codes of a recording, at its usual level; of the first `levels` only, where that is given.

        Raises AudioError for a recording without samples, ConfigError for levels that the codec has not.
        """
        codec = self.codec
        plain = audio.resample(codec.sample_rate)
        if not len(plain.samples):
            raise AudioError("the recording holds no sound. Give a recording of speech.")
        gain = _gain(plain)
        samples = plain.samples * np.float32(gain)
        frames = codec.frames_of(len(samples))
        piece, context = self._frames(PIECE), self._frames(CONTEXT)
        found = []
        for start in range(0, frames, piece):
            first = max(0, start - context)
            stop = (start + piece + context) * codec.hop_length
            codes = codec.encode(samples[first * codec.hop_length : stop])
            found.append(codes[start - first : start - first + piece])
        values = np.concatenate(found)[:frames].astype(np.int64)
        facts = CodeFacts(
            codec.digest, codec.size, codec.frames_per_second, len(samples), codec.sample_rate, gain
        )
        return Codes(values, facts).with_levels(codec.levels if levels is None else levels)

    def decode(
        self,
        codes: Codes,
        levels: int | None = None,
        seed: int = 0,
        watermark: bool = True,
        day: datetime.date | None = None,
    ) -> Speech:
        """The sound of codes as long and as loud as the recording, marked as made by this package; by the
        first `levels` only, where that is given. Raises AudioError for another codec's codes.
        """
        return join(list(self.decode_in_pieces(codes, levels, seed, watermark, day)))

    def decode_in_pieces(
        self,
        codes: Codes,
        levels: int | None = None,
        seed: int = 0,
        watermark: bool = True,
        day: datetime.date | None = None,
    ) -> Iterator[Speech]:
        """As `decode`, piece by piece."""
        self.check(codes)
        if levels is not None:
            codes = codes.with_levels(levels)
        first_sample = 0
        for samples in self._sounds(codes, seed):
            piece = Speech(samples / np.float32(codes.facts.gain), codes.facts.sample_rate)
            yield metadata.signed_copy(piece, self._said(), day, watermark, first_sample)
            first_sample += len(samples)

    def check(self, codes: Codes, name: str = "codes") -> None:
        """Raise AudioError, naming the file, for codes of another codec."""
        if codes.facts.codec != self.codec.digest:
            raise AudioError(
                f"{name}: codes of the codec {codes.facts.codec}, and this one is {self.codec.digest}. "
                "Give the folder of the codec that made them with --codec."
            )

    def _sounds(self, codes: Codes, seed: int) -> Iterator[np.ndarray]:
        """The samples of pieces that are cut where it is quietest, and faded into one another; together as
        many as the recording had.
        """
        codec, values, left = self.codec, codes.values, codes.facts.samples
        hop = codec.hop_length
        piece, context, fade = self._frames(PIECE), self._frames(CONTEXT), int(JOIN * codec.sample_rate)
        tail = np.zeros(0, np.float32)
        start = 0
        while start < len(values):
            stop = min(len(values), start + piece)
            first = max(0, start - context)
            made = codec.decode(values[first : stop + context], self.vocoder, seed).astype(np.float32)
            made = made[(start - first) * hop :]
            if stop < len(values):
                stop = start + _quietest(made, hop, (stop - start) // 2, stop - start)
            own = _faded(tail, made[: (stop - start) * hop])
            tail = made[(stop - start) * hop :][:fade]
            own = own[:left] if stop < len(values) else np.pad(own, (0, max(0, left - len(own))))[:left]
            left -= len(own)
            start = stop
            yield own

    def _frames(self, seconds: float) -> int:
        return round(seconds * self.codec.frames_per_second)

    def _said(self) -> dict[str, Any]:
        """What names the codec in the marks of what it makes."""
        return {"codec": self.codec.digest}


def find() -> Path:
    """The folder of the codec in the user's model store, or in `models/` of the checkout. Raises
    CheckpointError where there is none.
    """
    from soundalike.checkpoints import model_store
    from soundalike.checkpoints.part import CONFIG

    homes = [home for home in (model_store.library(), model_store.checkout()) if home]
    folder = next((home / NAME for home in homes if (home / NAME / CONFIG).is_file()), None)
    if folder is None:
        raise CheckpointError(
            f"there is no codec in {' or '.join(str(home) for home in homes)}. "
            "Give the folder of one with --codec; `soundalike train codec` makes it."
        )
    return folder


def _gain(audio: Audio) -> float:
    """What brings a recording to its usual level; one where it is silent."""
    peak = float(np.abs(audio.samples).max())
    levelled = audio.normalised().samples
    at = int(np.abs(audio.samples).argmax())
    return float(levelled[at] / audio.samples[at]) if peak > 0 else 1.0


def _quietest(samples: np.ndarray, hop: int, low: int, high: int) -> int:
    """The frame from `low` to below `high` at whose beginning samples are quietest."""
    power = [
        float((samples[max(0, frame * hop - hop // 2) : frame * hop + hop // 2] ** 2).mean())
        for frame in range(low, high)
    ]
    return low + int(np.argmin(power))


def _faded(tail: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Samples whose beginning the end of the piece before gives way to."""
    size = min(len(tail), len(samples))
    share = np.linspace(0.0, 1.0, size, dtype=np.float32)
    made = samples.copy()
    made[:size] = share * samples[:size] + (1 - share) * tail[:size]
    return made
