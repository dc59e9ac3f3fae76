"""Audio: samples with their rate, one object. Read, write, resample, trim, loudness."""

from __future__ import annotations

import io
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .attention import Attention
from .contract import AudioError
from .cues import Cue

if TYPE_CHECKING:
    from .verify import Check

FORMATS = {"wav": ("WAV", "PCM_16"), "flac": ("FLAC", "PCM_16"), "mp3": ("MP3", "MPEG_LAYER_III"), "ogg": ("OGG", "VORBIS")}
SILENCE_DB = -40.0  # quieter than the loud parts by this much counts as silence
AUDIBLE_PEAK = 1e-3  # a recording that never exceeds this is silent
BLOCK = 1 << 18  # samples of each channel decoded at a time
KNEE = 0.8  # peaks above this are rounded off where sound is brought to a loudness


@dataclass(frozen=True)
class Audio:
    """Mono sound: `samples` float32 (N,) nominally in [-1, 1], at `rate` hertz; of speech that was made, also when what is said, what was
    found on listening to each sentence again, a note of its origin, which files of it carry, and where a model with attention looked."""

    samples: np.ndarray
    rate: int
    cues: tuple[Cue, ...] = ()
    checks: tuple[Check, ...] = ()
    origin: str = ""
    attention: tuple[Attention, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @staticmethod
    def read(path: str | os.PathLike | io.BytesIO) -> Audio:
        """Sound from any file libsndfile or PyAV (FFmpeg) reads, a video's sound track included.

        Several channels are averaged. Raises AudioError naming the file when it is missing, holds no audio,
        or holds samples that are not numbers.
        """
        channels, rate = read_channels(path)
        return Audio(np.ascontiguousarray(channels.mean(axis=1), dtype=np.float32), rate)

    def resample(self, rate: int) -> Audio:
        """The same sound at another rate (soxr, high quality)."""
        if rate == self.rate:
            return self
        import soxr

        return replace(self, samples=soxr.resample(self.samples, self.rate, rate).astype(np.float32), rate=rate)

    def trim(self, margin: float = 0.05) -> Audio:
        """Without silence at the ends, save for `margin` seconds."""
        loud = np.flatnonzero(self.activity())
        if len(loud) == 0:
            return self
        hop = self.rate // 100
        pad = int(margin * self.rate)
        start, stop = max(0, loud[0] * hop - pad), min(len(self.samples), (loud[-1] + 1) * hop + pad)
        return Audio(self.samples[start:stop], self.rate)

    def activity(self) -> np.ndarray:
        """Which hundredths of a second hold sound: (T,) bool, relative to the loud parts of the recording."""
        hop = max(1, self.rate // 100)
        whole = len(self.samples) // hop * hop
        if whole == 0:
            return np.zeros(0, bool)
        power = (self.samples[:whole].reshape(-1, hop) ** 2).mean(axis=1)
        level = 10 * np.log10(power + 1e-12)
        return (level > np.percentile(level, 95) + SILENCE_DB) & (level > -85.0)

    def speech_seconds(self) -> float:
        """Seconds that are not silence."""
        return float(self.activity().sum()) / 100

    def normalised(self, db: float = -23.0) -> Audio:
        """Scaled so that its active parts have `db` dBFS RMS; the peak stays below 0.98."""
        active = np.repeat(self.activity(), self.rate // 100)
        chosen = self.samples[: len(active)][active] if active.any() else self.samples
        rms = float(np.sqrt((chosen.astype(np.float64) ** 2).mean())) if len(chosen) else 0.0
        peak = float(np.abs(self.samples).max()) if len(self.samples) else 0.0
        if rms <= 0 or peak <= 0:
            return self
        gain = min(10 ** (db / 20) / rms, 0.98 / peak)
        return Audio((self.samples * gain).astype(np.float32), self.rate)

    def loudness(self) -> float:
        """Integrated loudness in LUFS (ITU-R BS.1770-4: K-weighted, gated blocks of 0.4 s); -inf for silence."""
        size, hop = int(0.4 * self.rate), int(0.1 * self.rate)
        samples = self.samples if len(self.samples) >= size else np.pad(self.samples, (0, size - len(self.samples)))
        blocks = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
        weight = _k_weighting(np.fft.rfftfreq(size, 1 / self.rate))
        power = np.array([(np.abs(np.fft.rfft(block)) ** 2 * weight).sum() for block in blocks])
        power *= 2.0 / size**2
        level = 10 * np.log10(power + 1e-20) - 0.691
        kept = power[level > -70.0]
        if not len(kept):
            return -float("inf")
        kept = kept[10 * np.log10(kept) - 0.691 > 10 * np.log10(kept.mean()) - 0.691 - 10.0]
        return float(10 * np.log10(kept.mean()) - 0.691)

    def levelled(self, lufs: float) -> Audio:
        """Scaled to a loudness. Peaks that would pass 0.98 are rounded off, so that a lively voice is no quieter than a flat one."""
        loudness, gain, made = self.loudness(), 1.0, self
        if loudness == -float("inf"):
            return self
        for _ in range(3):  # rounding takes some loudness away again
            gain *= 10 ** ((lufs - loudness) / 20)
            samples = self.samples * gain
            over = np.abs(samples) > KNEE
            rest = 0.98 - KNEE
            samples[over] = np.sign(samples[over]) * (KNEE + rest * np.tanh((np.abs(samples[over]) - KNEE) / rest))
            made = replace(self, samples=samples.astype(np.float32))
            loudness = made.loudness()
            if abs(loudness - lufs) < 0.1:
                break
        return made

    def write(self, path: str | os.PathLike, format: str | None = None) -> None:
        """Write the sound; the format follows the name's ending unless given. The file appears whole or not at all.

        Raises AudioError when the format is unknown or the place cannot be written.
        """
        target = Path(path)
        format = format_of(target, format)
        check_target(target, format)
        write_whole(target, self.encode(format))

    def encode(self, format: str = "wav") -> bytes:
        """The sound as the bytes of a file in one of FORMATS. Raises AudioError for another format."""
        import soundfile

        container, subtype = FORMATS[format_of("", format)]
        buffer, samples = io.BytesIO(), np.clip(self.samples, -1.0, 1.0)
        with soundfile.SoundFile(buffer, "w", self.rate, 1, subtype=subtype, format=container) as file:
            if self.origin:
                file.comment = self.origin
            for start in range(0, len(samples), self.rate):  # libsndfile's Vorbis encoder overflows its stack on long blocks
                file.write(samples[start : start + self.rate])
        return buffer.getvalue()


def read_channels(
    path: str | os.PathLike | io.BytesIO, longest: float = float("inf"), container: str | None = None
) -> tuple[np.ndarray, int]:
    """The channels (N, C) float32 of a file and their rate in hertz; what `Audio.read` averages.

    Raises AudioError as that does, and for a recording of more than `longest` seconds, of which no more than that is decoded.
    Without a `container` (FFmpeg's name of it) FFmpeg chooses among all it knows, some of which name further files.
    """
    if isinstance(path, io.BytesIO):
        name = "<stream>"
    else:
        name = os.fspath(path)
        if not os.path.exists(name):
            raise AudioError(f"{name}: no such file. Give the path of a recording.")
        if os.path.isdir(name):
            raise AudioError(f"{name}: this is a folder. Give the path of one recording.")
        if os.path.getsize(name) == 0:
            raise AudioError(f"{name}: the file is empty. Give a recording of speech.")
    channels, rate = _decode(path, name, longest, container)
    if len(channels) == 0:
        raise AudioError(f"{name}: the file holds no sound. Give a recording of speech.")
    if not np.isfinite(channels).all():
        raise AudioError(f"{name}: the file holds samples that are not finite numbers (NaN). Export it again.")
    return np.asarray(channels, np.float32).reshape(len(channels), -1), int(rate)


def format_of(path: str | os.PathLike, format: str | None = None) -> str:
    """The output format: the one asked for, else the name's ending. Raises AudioError listing the valid ones."""
    chosen = (format or Path(path).suffix.lstrip(".") or "wav").lower()
    if chosen not in FORMATS:
        raise AudioError(f"{path or chosen}: cannot write format '{chosen}'. Choose one of {', '.join(FORMATS)}.")
    return chosen


def check_target(path: str | os.PathLike, format: str | None = None) -> None:
    """Raise AudioError unless a sound can be written to `path`: known format, folder there and writable, not a device."""
    target = Path(path)
    format_of(target, format)
    if not target.parent.is_dir():
        raise AudioError(f"{target}: the folder {target.parent} does not exist. Create it or choose another.")
    if (target.exists() and not target.is_file()) or not os.access(target.parent, os.W_OK):
        raise AudioError(f"{target}: cannot be written. Choose a file in a folder you may write to.")


def write_whole(target: Path, data: bytes) -> None:
    """Write a file so that it appears whole or not at all. Raises AudioError when it cannot be written."""
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise AudioError(f"{target}: cannot write into {target.parent} ({error.strerror}). Choose another folder.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except OSError as error:
        os.unlink(temporary)
        raise AudioError(f"{target}: cannot be written ({error.strerror}).") from error


def join(pieces: list[Audio]) -> Audio:
    """Pieces one after the other, with all that is told of them. All must have one rate."""
    rates = {piece.rate for piece in pieces}
    if len(rates) != 1:
        raise AudioError(f"cannot join pieces of different rates {sorted(rates)}: resample them first.")
    rate, cues, at = rates.pop(), [], 0
    for piece in pieces:
        cues += [cue.moved(at / rate) for cue in piece.cues]
        at += len(piece.samples)
    checks = tuple(check for piece in pieces for check in piece.checks)
    origins = dict.fromkeys(line for piece in pieces for line in piece.origin.splitlines())
    attention = tuple(one for piece in pieces for one in piece.attention)
    return Audio(np.concatenate([piece.samples for piece in pieces]), rate, tuple(cues), checks, "\n".join(origins), attention)


def read_comment(path: str | os.PathLike) -> str:
    """The comment in a file's metadata; empty where there is none, or the format has no place for one that is read here."""
    import soundfile

    try:
        with soundfile.SoundFile(os.fspath(path)) as file:
            return file.comment or ""
    except (soundfile.LibsndfileError, TypeError):
        pass  # not one of libsndfile's formats
    import av

    try:
        with av.open(os.fspath(path)) as container:
            return {name.lower(): value for name, value in container.metadata.items()}.get("comment", "")
    except (av.FFmpegError, ValueError, UnicodeDecodeError):
        return ""


def _k_weighting(hertz: np.ndarray) -> np.ndarray:
    """Power gain of the K-weighting at each frequency: the high shelf and the high pass of ITU-R BS.1770-4, in the analogue domain."""
    s = 2j * np.pi * hertz
    w, q, gain = 2 * np.pi * 1681.97, 0.7072, 10 ** (3.99984 / 20)
    shelf = (gain * s**2 + gain**0.4996667741545416 * w / q * s + w**2) / (s**2 + w / q * s + w**2)
    w, q = 2 * np.pi * 38.1355, 0.5003
    return np.abs(shelf * s**2 / (s**2 + w / q * s + w**2)) ** 2


def _decode(path: str | io.BytesIO, name: str, longest: float, container: str | None) -> tuple[np.ndarray, int]:
    import soundfile

    parts, seconds = [], 0.0
    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            while len(block := file.read(BLOCK, dtype="float32", always_2d=True)):  # a file made as a stream does not say how long it is
                parts.append(block)
                seconds = _counted(seconds + len(block) / rate, longest, name)
        return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32), rate
    except (soundfile.LibsndfileError, TypeError):
        parts, seconds = [], 0.0  # not one of libsndfile's formats: FFmpeg knows more
    if isinstance(path, io.BytesIO):
        path.seek(0)
    import av

    try:
        with av.open(path, format=container) as opened:
            if not opened.streams.audio:
                raise AudioError(f"{name}: the file holds no sound track. Give a recording of speech.")
            stream = opened.streams.audio[0]
            rate = stream.rate
            resampler = av.AudioResampler(format="fltp", layout=stream.layout, rate=rate)
            for frame in opened.decode(stream):
                parts += [r.to_ndarray() for r in resampler.resample(frame)]
                seconds = _counted(seconds + frame.samples / rate, longest, name)
            parts += [r.to_ndarray() for r in resampler.resample(None)]
    except (av.FFmpegError, ValueError) as error:
        raise AudioError(f"{name}: not a readable recording ({error}). Give wav, flac, mp3, m4a, ogg or webm.") from error
    if not parts:
        raise AudioError(f"{name}: the file holds no sound. Give a recording of speech.")
    return np.concatenate(parts, axis=1).T, rate


def _counted(seconds: float, longest: float, name: str) -> float:
    """The seconds decoded so far. Raises AudioError when they are more than wanted."""
    if seconds > longest:
        raise AudioError(f"{name}: longer than {longest:g} s. Cut out 5 to 10 s of speech.")
    return seconds
