"""Voice conversion by ear: what the aligner hears in a recording, said by the decoder in another voice, and
what it misheard taken from the recording.

No transcript is needed, and any length is converted: in windows cut where the recording is quiet, with some
of its sound on either side, which is heard but not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.levels import frame_power
from soundalike.audio.mel import MelSpec, log_mel
from soundalike.audio.noise import white_noise
from soundalike.audio.pitch import pitch
from soundalike.core.contracts import Aligner
from soundalike.core.types import AcousticArrays
from soundalike.models.common.mel_arrays import sharpened

from .speaking import AcousticNetwork, Register, followed
from .spectral_difference import carried_over, formant_factor

WINDOW = 20.0  # seconds of a window, at most
LEAST = 0.5  # share of that which it has at least
CONTEXT = 1.0  # seconds heard on either side
PAUSE = 10  # hundredths of a second whose power decides where a recording is cut
JOIN = 0.01  # seconds over which a window gives way to the next
SPEECH = 6.0  # nats below the loudest frame down to which frames count as speech
SHORT_PAUSE = 0.5  # seconds of a pause that belongs to the speech about it, as in the clips of training
QUIET = 3.0  # nats below the mean of speech: softer frames come out no louder than this beside what they were
SOFT = 1.0
SILENT = 1e-5  # peak of a recording in which there is nothing at all
SHORTEST = 8  # frames that a recording is filled up to with silence
BLOCK = 4096  # random numbers drawn together


@dataclass(frozen=True)
class Source:
    """A recording at the model's rate and its usual level, with what is known of the whole of it."""

    samples: np.ndarray  # (N,) whole frames of them
    octaves: np.ndarray  # (T,) above its own mean pitch; NaN where unvoiced
    mean: np.ndarray  # (M,) mean log-mel of its speech
    cuts: tuple[int, ...]  # frames at which it is cut, 0 and the last one too


@dataclass(frozen=True)
class Speaker:
    """A voice as the model takes it."""

    network: AcousticNetwork  # as adapted to it
    conditioning: Any  # as the network takes it
    register: Register
    prompt: np.ndarray  # (T, M)
    pitch: np.ndarray  # (T,) of the prompt in hertz, 0 where unvoiced


class ContentNetwork(Protocol):
    """The content part, whatever runs it."""

    def patches(self, states: np.ndarray, mel: np.ndarray, mean: np.ndarray, conditioning: Any) -> Any:
        """Patches (1, P, patch * (D + 3)), as the acoustic network takes them, of an aligner's states (T, H),
        the log-mel (T, M) that they are of, the mean (M,) of its recording, and a conditioning.
        """
        ...


def prepared(audio: Audio, mel: MelSpec) -> Source | None:
    """A recording made ready to be converted; None where it is silent."""
    sound = audio.resample(mel.sample_rate).normalised()
    hop = mel.hop_length
    size = max(len(sound.samples), SHORTEST * hop)
    samples = np.pad(sound.samples, (0, size + -size % hop - len(sound.samples)))
    if np.abs(samples).max() < SILENT:
        return None
    cuts = cut_frames(samples, mel)
    near = round(SHORT_PAUSE * mel.frames_per_second / 2)
    total = np.zeros(mel.n_mels)
    count = 0
    hertz = []
    loudest = max(float(frames.mean(1).max()) for frames, _ in _mels(samples, cuts, mel))
    for (frames, _), (first, last) in zip(_mels(samples, cuts, mel), zip(cuts, cuts[1:])):
        spoken = np.convolve(frames.mean(1) > loudest - SPEECH, np.ones(2 * near + 1))[near:-near] > 0
        total += frames[spoken].sum(0)
        count += int(spoken.sum())
        begin, end = _with_context(first, last, cuts[-1], mel)
        found = pitch(samples[begin * hop : end * hop], mel)
        hertz.append(found[first - begin : last - begin + (last == cuts[-1])])
    octaves = _relative(np.concatenate(hertz))
    return Source(samples, octaves, (total / max(1, count)).astype(np.float32), tuple(cuts))


def cut_frames(samples: np.ndarray, mel: MelSpec) -> list[int]:
    """The frames at which samples (N,) are cut into windows of at most WINDOW seconds, at their quietest
    places; the first is 0, the last N / hop_length, those between are even.
    """
    power = frame_power(samples, mel.sample_rate)  # of each hundredth
    near = np.convolve(power, np.ones(PAUSE) / PAUSE, mode="same") if len(power) else power
    cuts = [0]
    begin = 0
    while len(power) - begin > WINDOW * 100:
        first, last = begin + int(LEAST * WINDOW * 100), begin + int(WINDOW * 100)
        begin = first + int(near[first:last].argmin())
        cuts.append(round(begin * mel.frames_per_second / 200) * 2)
    return [*cuts, len(samples) // mel.hop_length]


@dataclass(frozen=True)
class Manner:
    """How it is said."""

    semitones: float  # beside the voice's own mean pitch
    seed: int
    temperature: float
    sharpen: float  # as StarlingOptions has it


class ContentConversion:
    """An aligner, what maps its states to the decoder, and what makes samples (N,) of a mel, by white noise
    (N,).
    """

    def __init__(
        self,
        content: ContentNetwork,
        aligner: Aligner,
        vocoded: Callable[[AcousticArrays, np.ndarray], np.ndarray],
        mel: MelSpec,
    ):
        self.content = content
        self.aligner = aligner
        self.vocoded = vocoded
        self.mel = mel

    def pieces(
        self, source: Source, own: Speaker | None, target: Speaker, manner: Manner
    ) -> Iterator[np.ndarray]:
        """The source in another voice, window by window: samples (N,) that join to as many as it has. `own`
        is who speaks in it; where that is not known, the words are less clear.
        """
        hop = self.mel.hop_length
        fade = int(JOIN * self.mel.sample_rate)
        tail = np.zeros(0, np.float32)
        factor = 1.0 if own is None else self.formant_factor(own, target)
        for first, last in zip(source.cuts, source.cuts[1:]):
            begin, end = _with_context(first, last, source.cuts[-1], self.mel)
            made = self._spoken(source, (begin, end), own, target, factor, manner)
            inside = made[(first - begin) * hop : (last - begin) * hop].copy()
            size = min(len(tail), len(inside))
            ramp = np.linspace(0.0, 1.0, size, dtype=np.float32)
            inside[:size] = inside[:size] * ramp + tail[:size] * (1 - ramp)
            tail = made[(last - begin) * hop :][:fade]
            yield inside

    def formant_factor(self, own: Speaker, target: Speaker) -> float:
        """The factor from one speaker's formants to another's, of the first one's prompt in both voices."""
        octaves = _relative(own.pitch)
        config = own.network.config
        noise = np.zeros((len(own.prompt) + config.patch, config.noise), np.float32)
        mean = own.prompt.mean(0)
        plain, _ = self._said(own.prompt, mean, octaves, own, noise)
        there, _ = self._said(own.prompt, mean, octaves, target, noise)
        return formant_factor(plain, there, self.mel)

    def _said(
        self, heard: np.ndarray, mean: np.ndarray, octaves: np.ndarray, speaker: Speaker, noise: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """What is heard in a log-mel (T, M) of a recording of some mean (M,) in a speaker's voice: log-mel
        and pitch (T,), the octaves (T,) beside the voice's own. `noise` has enough frames for whole patches.
        """
        states = self.aligner.content(heard, mean)
        patches = self.content.patches(states, heard, mean, speaker.conditioning)
        return followed(speaker.network, patches, octaves, speaker.conditioning, speaker.register, noise)

    def _spoken(
        self,
        source: Source,
        span: tuple[int, int],
        own: Speaker | None,
        target: Speaker,
        factor: float,
        manner: Manner,
    ) -> np.ndarray:
        """The samples from one frame of the source to another."""
        begin, end = span
        hop = self.mel.hop_length
        heard = log_mel(source.samples[begin * hop : end * hop], self.mel).astype(np.float32)
        octaves = source.octaves[begin : end + 1]
        said = (heard, source.mean)
        config = target.network.config
        width = config.noise
        drawn = noise_at(manner.seed, begin * width, (len(heard) + config.patch) * width)
        noise = np.float32(manner.temperature) * drawn.reshape(-1, width)
        mel, hertz = self._said(*said, octaves + manner.semitones / 12, target, noise)
        if own is None:
            mel = sharpened(mel, target.prompt, manner.sharpen)
        else:
            plain, _ = self._said(*said, octaves, own, noise)
            mel = carried_over(heard, plain, mel, factor, self.mel)
        mel = np.maximum(quietened(mel, heard, target.prompt), np.float32(self.mel.silence))
        air = noise_at(manner.seed + 1, begin * hop, (end - begin) * hop)
        return self.vocoded(AcousticArrays(mel.astype(np.float32), hertz, np.ones(len(mel), int)), air)


def quietened(mel: np.ndarray, heard: np.ndarray, prompt: np.ndarray) -> np.ndarray:
    """A log-mel (T, M) no louder where what was heard (T, M) is quiet: as far below a prompt's speech (T', M)
    as that was below its own, SOFT nats more at most.
    """

    def below(frames: np.ndarray, reference: np.ndarray) -> np.ndarray:
        level = reference.mean(1)
        return frames.mean(1) - level[level > level.max() - SPEECH].mean()

    source = below(heard, heard)
    excess = (below(mel, prompt) - source - SOFT).clip(0.0)
    return mel - np.where(source < -QUIET, excess, 0.0)[:, None].astype(mel.dtype)


def noise_at(seed: int, first: int, size: int) -> np.ndarray:
    """White noise of unit power (size,): the same numbers at the same places, wherever it begins."""
    blocks = range(first // BLOCK, (first + size - 1) // BLOCK + 1)
    drawn = [white_noise((seed * 1_000_003 + block) % 2**63, BLOCK) for block in blocks]
    begin = first - blocks[0] * BLOCK
    return np.concatenate(drawn)[begin : begin + size]


def _with_context(first: int, last: int, size: int, mel: MelSpec) -> tuple[int, int]:
    """Two frames with CONTEXT before the one and after the other, within `size`; even ones stay even."""
    context = round(CONTEXT * mel.frames_per_second / 2) * 2
    return max(0, first - context), min(size, last + context)


def _mels(samples: np.ndarray, cuts: list[int], mel: MelSpec) -> Iterator[tuple[np.ndarray, int]]:
    """The log-mel (T, M) of each window, without context, and the frame it begins at."""
    for first, last in zip(cuts, cuts[1:]):
        yield log_mel(samples[first * mel.hop_length : last * mel.hop_length], mel), first


def _relative(hertz: np.ndarray) -> np.ndarray:
    """Octaves (T,) above the mean of a pitch (T,) in hertz; NaN where it is 0."""
    octaves = np.full(len(hertz), np.nan)
    voiced = hertz > 0
    if voiced.any():
        octaves[voiced] = np.log2(hertz[voiced])
        octaves -= np.nanmean(octaves)
    return octaves
