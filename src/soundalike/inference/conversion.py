"""A recording and a voice to converted speech: the one way from a source to levelled, checked and marked
audio, piece by piece.
"""

from __future__ import annotations

import dataclasses
import datetime
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.loudness import integrated_loudness
from soundalike.audio.speech import Speech
from soundalike.core.capabilities import Blends
from soundalike.core.contracts import Converter, Progress, SpeakerEncoder, Synthesizer
from soundalike.core.converting import AUTO, KEEP, PITCH, STRENGTH
from soundalike.core.errors import AudioError, ConfigError
from soundalike.core.options import changed, check_options, options_of, value_of
from soundalike.core.speaking import LOUDNESS
from soundalike.core.types import QualityCheck, Reference, Voice
from soundalike.core.vectors import cosine
from soundalike.provenance import metadata

from . import breaths, postprocess
from .conversion_source import Blocks, SourceScan, cut_places, mean_pitch, read_pieces, scan_source
from .pipeline import check_loudness
from .quality_check import QualityChecker, busiest
from .recordings import OpenedRecording
from .reference_check import examine

CONTEXT = 1.0  # seconds of the source that a piece is converted with at either end, and given back without
JOIN = 0.01  # seconds over which one piece gives way to the next
LONGEST_OF_TRANSCRIPT = 60.0  # seconds of a source with a transcript, which is converted as one piece
ANOTHER = 0.42  # cosine of the speaker embeddings of two stretches under which two people seem to speak
# What a source may be that is converted badly, by the problems of `reference_check`
PROBLEMS = {
    "two-speakers": "more than one person seems to speak. All of them come out in the one voice.",
    "music": "music or another steady tone sounds along, and comes out as noise or babble. "
    "Give the voice alone.",
}


@dataclass(frozen=True)
class ConversionRequest:
    """How a recording is to be converted, beside the architecture's own options."""

    pitch: str | float = AUTO  # or KEEP, or semitones beside AUTO
    strength: float = 1.0  # in STRENGTH
    keep_breaths: bool = False  # the source's pauses stay as they are, and are not made quiet
    transcript: str = ""  # what the source says, where that is known
    loudness: float = LOUDNESS  # LUFS of the whole
    source_check: bool = True  # music and several people in the source are looked for, and warned of
    quality_check: bool = True  # words, where a transcript is given, and likeness are checked
    watermark: bool = True
    day: datetime.date | None = None  # in the watermark
    first_sample: int = 0  # where the watermark's pattern goes on


def read_pitch(value: str | float) -> str | float:
    """A pitch that somebody gave: AUTO, KEEP or semitones. Raises ConfigError for anything else."""
    if isinstance(value, str) and value.strip().lower() in (AUTO, KEEP):
        return value.strip().lower()
    try:
        semitones = float(value)
    except (TypeError, ValueError):
        semitones = float("nan")
    if not PITCH.low <= semitones <= PITCH.high:
        raise ConfigError(
            f"pitch = {value} cannot be had. Choose {AUTO}, {KEEP}, or {PITCH.low:g} to {PITCH.high:+g} "
            f"semitones."
        )
    return semitones


def check_conversion(request: ConversionRequest) -> None:
    """Raise ConfigError for a pitch, strength or loudness that cannot be had."""
    read_pitch(request.pitch)
    check_loudness(request.loudness)
    if not STRENGTH.low <= request.strength <= STRENGTH.high:
        raise ConfigError(
            f"strength = {request.strength:g} is out of range. Choose {STRENGTH.low:g} to {STRENGTH.high:g}."
        )


def check_converts(model: Synthesizer) -> Converter:
    """The model as one that converts. Raises ConfigError for one that cannot."""
    if not isinstance(model, Converter):
        raise ConfigError(
            "this model cannot convert recordings. Take the built-in one: leave --model and --family out."
        )
    return model


@dataclass(frozen=True)
class ConversionPipeline:
    """A model with what stands around it: the checker of what it makes, and the facts its marks carry."""

    model: Synthesizer
    checker: QualityChecker | None
    facts: Mapping[str, Any]

    def convert(
        self,
        source: Blocks,
        voice: Voice,
        options: Any,
        request: ConversionRequest,
        progress: Progress | None = None,
        name: str = "source",
    ) -> Iterator[Speech]:
        """The source in the voice, piece by piece, together exactly as long as the source; `progress` hears
        (done, all), whole seconds of the source, after each.

        Raises ConfigError, CheckpointError and AudioError before the first piece where an option, the voice
        or the source cannot be used; warns of a source that is silent, or holds music or several people.
        """
        check_converts(self.model)
        check_conversion(request)
        check_options(options)
        if request.pitch != AUTO and "pitch" not in options_of(type(options)):
            raise ConfigError("pitch: this model has no such option. Leave it out.")
        self.model.check(voice)
        scan = scan_source(source)
        if not scan.samples:
            raise AudioError(f"{name}: the recording holds no sound. Give a recording of speech.")
        places = cut_places(scan)
        if request.transcript:
            places = _as_one(scan, name)
        self._warn(scan, name, request.source_check)
        own = self._speaker(scan)
        target = voice if request.strength == 1.0 or own is None else self._between(own, voice, request)
        piece = PieceConverter(self, scan, (own, target), request, len(places) == 1)
        options = changed(options, transcript=request.transcript)
        tail = np.zeros(0, np.float32)
        pieces = read_pieces(source, places, int(CONTEXT * scan.rate), scan.samples)
        for number, (samples, before) in enumerate(pieces):
            start, stop = places[number]
            chosen = changed(options, seed=value_of(options, "seed", 0) + number)
            made, after = piece.made(samples, before, stop - start, chosen)
            made = dataclasses.replace(made, samples=faded_in(tail, made.samples))
            tail = after
            made = dataclasses.replace(made, checks=piece.checks(made, start))
            first = request.first_sample + start
            yield metadata.signed(made, voice, self.facts, request.day, request.watermark, first)
            if progress is not None:
                progress(round(stop / scan.rate), round(scan.seconds))

    def _warn(self, scan: SourceScan, name: str, source_check: bool) -> None:
        """Warn of what will be converted badly."""
        if scan.silent:
            warnings.warn(f"{name}: the recording is silent, and so is what is made of it.", stacklevel=5)
            return
        encoder = self.model.speaker_encoder
        for problem in source_problems(scan, encoder) if source_check else ():
            warnings.warn(f"{name}: {PROBLEMS[problem]}", stacklevel=5)

    def _speaker(self, scan: SourceScan) -> Voice | None:
        """Who speaks in a source, by the stretch in which most is said; None where nothing is."""
        if scan.silent:
            return None
        longest = max(scan.stretches, key=lambda one: int(one.activity().sum()))
        return self.model.condition(Reference(Audio(scan.prepared(longest.samples), longest.rate)))

    def _between(self, own: Voice, voice: Voice, request: ConversionRequest) -> Voice:
        """A voice between the source's speaker and the target."""
        if not isinstance(self.model, Blends):
            raise ConfigError("strength: this model cannot blend voices. Leave it out.")
        return self.model.blend(own, voice, request.strength)


def source_problems(scan: SourceScan, encoder: SpeakerEncoder | None) -> list[str]:
    """Those of PROBLEMS that a source has, by its stretches."""
    embed = None if encoder is None else encoder.embed
    found: set[str] = set()
    centres = []
    for stretch in scan.stretches:
        opened = OpenedRecording(stretch, np.zeros(len(stretch.samples), np.float32))
        found |= set(examine(opened, embed).problems)
        loudest = busiest(stretch, 3.0)
        if encoder is not None and len(scan.stretches) > 1 and loudest.speech_seconds() > 2.0:
            centres.append(encoder.embed([loudest.normalised()])[0])
    if any(cosine(one, other) < ANOTHER for one in centres for other in centres):
        found.add("two-speakers")
    if "music" in found:
        found.discard("two-speakers")  # instruments are not people
    return [name for name in PROBLEMS if name in found]


def target_pitch(voice: Voice) -> float:
    """The mean pitch of a voice, log2 of hertz. Raises ConfigError where nothing is known of it."""
    hertz = voice.tensors.get("prompt_pitch")
    if hertz is not None and (hertz > 0).any():
        return float(np.log2(hertz[hertz > 0].astype(np.float64)).mean())
    median = (voice.facts.get("pitch") or {}).get("median")
    if not median:
        raise ConfigError(f"pitch = {KEEP}: nothing is known of the pitch of this voice. Give semitones.")
    return float(np.log2(median))


def wished_semitones(request: ConversionRequest, source: float | None, voice: Voice) -> float:
    """Semitones beside the target's mean pitch that a request asks for; `source` is the source's mean pitch,
    log2 of hertz, None where nothing in it is voiced.
    """
    chosen = read_pitch(request.pitch)
    if isinstance(chosen, float):
        return chosen
    return 0.0 if chosen == AUTO or source is None else 12 * (source - target_pitch(voice))


class PieceConverter:
    """Converts the pieces of one source into one voice."""

    def __init__(
        self,
        pipeline: ConversionPipeline,
        scan: SourceScan,
        voices: tuple[Voice | None, Voice],
        request: ConversionRequest,
        alone: bool,
    ):
        self.model = check_converts(pipeline.model)
        self.aligner = pipeline.model.aligner
        self.checker = pipeline.checker if request.quality_check else None
        self.scan = scan
        self.own, self.voice = voices  # the source's and the target's
        self.request = request
        self.alone = alone  # the source is one piece
        asked = not alone or read_pitch(request.pitch) == KEEP  # else the model's own measure is enough
        self.source_pitch = scan.pitch() if asked and not scan.silent else None
        self.semitones = wished_semitones(request, self.source_pitch, self.voice)

    def made(self, samples: np.ndarray, before: int, size: int, options: Any) -> tuple[Speech, np.ndarray]:
        """A piece of `size` samples, converted with what stands before and after it; and the JOIN after it,
        into which the next piece is faded. Raises AudioError where a source of one piece is not understood.
        """
        rate = self.scan.rate
        made = self._converted(samples, options)
        stop = before + size
        inside = tuple(
            one.moved(-before / rate) for one in made.timestamps if before <= one.start * rate < stop
        )
        after = made.samples[stop : stop + int(JOIN * rate)]
        return dataclasses.replace(made, samples=made.samples[before:stop], timestamps=inside), after

    def _converted(self, samples: np.ndarray, options: Any) -> Speech:
        """The samples (N,) in the voice, as many, at their loudness in the whole; silence of silence."""
        quiet = Speech(np.zeros_like(samples), self.scan.rate)
        loudness = integrated_loudness(samples, self.scan.rate)
        if self.scan.silent or loudness == -float("inf"):
            return quiet
        source = Audio(self.scan.prepared(samples), self.scan.rate)
        pitch = self.semitones + self._semitones_within(source)
        try:
            made = self.model.convert(source, self.voice, changed(options, pitch=pitch), self.own)
        except AudioError as error:
            if self.alone:
                raise
            warnings.warn(f"a part of the source is left silent: {error}", stacklevel=6)
            return quiet
        wanted = self.request.loudness + (0.0 if self.alone else loudness - self.scan.loudness)
        made = dataclasses.replace(made, samples=of_length(made.samples, len(samples)))
        made = postprocess.level(made, wanted)
        return dataclasses.replace(made, samples=self._with_pauses(made.samples, source, wanted))

    def _semitones_within(self, source: Audio) -> float:
        """Semitones by which a piece lies above the whole: models take the pitch beside the mean of what they
        are given.
        """
        mean = None if self.alone or self.source_pitch is None else mean_pitch([source])
        return 0.0 if mean is None or self.source_pitch is None else 12 * (mean - self.source_pitch)

    def _with_pauses(self, made: np.ndarray, source: Audio, loudness: float) -> np.ndarray:
        if self.aligner is None:
            return made
        places = breaths.pauses(source, self.aligner)
        kept = source.levelled(loudness).samples if self.request.keep_breaths else None
        return breaths.with_pauses(made, kept, places, source.rate)

    def checks(self, speech: Speech, start: int) -> tuple[QualityCheck, ...]:
        """The check of a piece that begins at a sample of the source; none of silence."""
        if self.checker is None or not speech.samples.any():
            return ()
        identity = self.voice.identity if self.request.strength == STRENGTH.high else None  # else nobody's
        check = self.checker.compare(speech, self.request.transcript, identity)
        if not self.alone:
            first, last = (at / self.scan.rate for at in (start, start + len(speech.samples)))
            check = dataclasses.replace(check, text=f"{first:.0f} s to {last:.0f} s")
        return (check,)


def of_length(samples: np.ndarray, size: int) -> np.ndarray:
    """So many of the samples (N,), with zeros after them where there are fewer."""
    return np.pad(samples[:size], (0, max(0, size - len(samples))))


def faded_in(tail: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Samples (N,) whose beginning comes out of the tail of what was before them."""
    size = min(len(tail), len(samples))
    ramp = np.linspace(0.0, 1.0, size, dtype=np.float32)
    return np.concatenate([samples[:size] * ramp + tail[:size] * (1 - ramp), samples[size:]])


def _as_one(scan: SourceScan, name: str) -> list[tuple[int, int]]:
    """A source as a single piece, as its transcript is that of the whole. Raises AudioError for a long
    one.
    """
    if scan.seconds > LONGEST_OF_TRANSCRIPT:
        raise AudioError(
            f"{name}: {scan.seconds:.0f} s with a transcript, which may have {LONGEST_OF_TRANSCRIPT:.0f} s. "
            "Leave the transcript out, or cut the recording at pauses."
        )
    return [(0, scan.samples)]
