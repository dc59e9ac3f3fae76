"""The front door of the library: a model that takes a voice from a recording and speaks any text in it."""

from __future__ import annotations

import dataclasses
import os
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.speech import Speech
from soundalike.checkpoints import model_store
from soundalike.core import registry
from soundalike.core.backends import AUTO
from soundalike.core.capabilities import Adapts
from soundalike.core.contracts import Converter, Progress, Synthesizer
from soundalike.core.errors import AudioError, ConfigError
from soundalike.core.languages import LanguageStatus
from soundalike.core.options import changed
from soundalike.core.speaking import DEFAULT_QUALITY, FAST
from soundalike.core.types import Reference, Voice
from soundalike.text import Script, phonemize

from . import voice_library
from .adapter_cache import AdapterCache, key_of
from .conversion import ConversionPipeline, ConversionRequest, check_conversion, check_converts
from .conversion_source import open_source, source_name
from .keywords import conversion_keywords, sorted_keywords
from .loading import opened, unadapted
from .long_text import stream_text
from .pipeline import Pipeline, SpeechRequest
from .quality_check import QualityChecker
from .recordings import (
    OpenedRecording,
    Recording,
    name_of,
    open_recording,
    shortened_clip,
)
from .reference_check import Report, Survey, agreement, check_reference, examine, report_on
from .reference_measures import RATE
from .references import HeardClip, best_clip, facts_of, joined_voice
from .script_request import ScriptRequest, read_script
from .voice_file import SMALL, clip_of, pitch_facts

REMEMBERED = 32  # voices adapted to their prompt
ROOM_FOR_FACTS = 8000  # bytes of a voice file that are not arrays
KEPT_FACTS = ("name", "consent", "language", "lexicon", "report", "seconds")  # when a voice is derived anew


class Cloner:
    """A model ready to use: it listens to a recording and speaks any text in that voice.

    Re-entrant: listening and speaking change nothing that others see.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        model: Mapping[str, Any] | None = None,
        languages: Mapping[str, LanguageStatus] | None = None,
        cache: AdapterCache | None = None,
        threads: int | None = 1,
    ):
        self.synthesizer = synthesizer
        self.aligner = synthesizer.aligner
        self.speaker_encoder = synthesizer.speaker_encoder
        self.model = dict(model or {})  # what a voice keeps of the model that made it
        self.languages = dict(languages or {})  # how well the model speaks each
        self.quality_checker = (
            None if self.aligner is None else QualityChecker(self.aligner, self.speaker_encoder)
        )
        self.sample_rate: int = synthesizer.sample_rate
        self.Options: type = synthesizer.Options
        self.ConversionOptions: type | None = (
            synthesizer.ConversionOptions if isinstance(synthesizer, Converter) else None
        )
        self.threads = threads  # sentences made side by side at most; None: as there are idle cores
        self._cache = cache  # of what was learned of voices; None: it is forgotten with the cloner
        self._adapted: dict[str, dict[str, np.ndarray]] = {}
        self._adapting = threading.Lock()

    @staticmethod
    def load(
        model: str | os.PathLike | None = None,
        device: str = "auto",
        family: str | None = None,
        cache: bool = True,
        threads: int | None = None,
        backend: str = AUTO,
    ) -> Cloner:
        """The built-in model, the trained family of a name, or a model from a folder with a `model.json`.

        What prompt adaptation learns of voices is kept in the user's cache folder, unless `cache` is false.
        PyTorch computes with one thread from now on in this process (with OMP_NUM_THREADS where that is set
        and `threads` is not), as several wait for each other wherever anything else runs. The sentences of a
        text are made side by side in `threads` threads, by default as many as there are idle cores; they are
        the same to the bit.

        `backend` says what runs the networks: "torch" or "onnx" (ONNX Runtime, without PyTorch: it needs a
        model's graphs); "auto" takes ONNX Runtime where all parts have graphs and no other device is asked
        for, as it is faster on a processor.

        Raises ConfigError for a family that is not installed and for threads below 1, CheckpointError if the
        parts do not fit.
        """
        folder = model_store.chosen(model, family)
        kept = AdapterCache() if cache else None
        synthesizer, facts, where = opened(folder, device, backend, threads)
        at_once = threads if where == "cpu" else 1
        cloner = Cloner(synthesizer, facts, model_store.languages(folder), kept, at_once)
        phonemize("ready")  # opens the lexicon now, so that the first sentence need not wait for it
        return cloner

    def __repr__(self) -> str:
        family = registry.current(self.model.get("family", type(self.synthesizer).__name__))
        return f"Cloner({family}, {self.sample_rate} Hz, quality {self.chosen_quality()} by default)"

    def chosen_quality(self, asked: str | None = None) -> str:
        """The quality that was asked for; else the default of the family, and `fast` where the model has no
        aligner to choose takes by.
        """
        if asked is not None:
            return asked
        if self.quality_checker is None:
            return FAST
        family = registry.current(self.model.get("family", ""))
        known = family in registry.ARCHITECTURES
        return registry.architecture(family).quality if known else DEFAULT_QUALITY

    def voice(
        self,
        reference: Voice | Recording | Sequence[Recording],
        transcript: str | None = None,
        rate: int | None = None,
    ) -> Voice:
        """The voice of whatever names one: a recording, samples at `rate` hertz, a `.voice` file, a name in
        the voice library, or a Voice itself; derived anew where another model made it.

        Raises as `listen` does, ConfigError for what is neither a file nor a name, CheckpointError for a
        voice that cannot be used.
        """
        if isinstance(reference, Voice):
            return voice_library.ready(self, reference)
        if isinstance(reference, str | os.PathLike):
            found = voice_library.find(reference)
            if isinstance(found, Voice):
                return voice_library.ready(self, found, os.fspath(reference))
            reference = found
        return self.listen(reference, transcript, rate)

    def listen(
        self,
        reference: Recording | Sequence[Recording],
        transcript: str | None = None,
        rate: int | None = None,
    ) -> Voice:
        """The voice of a recording, which should hold two seconds of speech or more: a file, an Audio, or
        samples (N,) or (N, channels) at `rate` hertz. Of several of one person, the speaker embedding is the
        mean over all, and the prompt is that of the best.

        Raises AudioError when one is silent or holds under a second of speech; warns when one is poor, with
        how to mend it, and where another person seems to speak in one.
        """
        if isinstance(reference, Sequence) and not isinstance(reference, str | bytes):
            several = list(reference)
        else:
            several = [reference]
        if not several:
            raise AudioError("no recording is given. Give one or more of the person to be cloned.")
        told = transcript if len(several) == 1 else None
        clips = [self._listen_to(one, told, rate) for one in several]
        voice = joined_voice(clips)
        facts = {**facts_of(clips), "language": None, "consent": {}, "model": self.model}
        if "prompt_pitch" in voice.tensors:
            facts["pitch"] = pitch_facts(voice.tensors["prompt_pitch"])
        size = sum(value.nbytes for value in voice.tensors.values())
        used = best_clip(clips).used
        clip = shortened_clip(used.resample(self.sample_rate), SMALL - size - ROOM_FOR_FACTS)
        source = {"source": clip} if len(clip) else {}
        return Voice({**voice.tensors, **source}, {**voice.facts, **facts})

    def _listen_to(self, reference: Recording, transcript: str | None, rate: int | None) -> HeardClip:
        """One recording, judged, and the voice of its best stretch."""
        name = name_of(reference)
        recording = open_recording(reference, rate, highest_rate=self._highest_rate)
        audio = recording.audio
        report = self._examine(recording, transcript)
        check_reference(report, name)
        start, stop = (int(seconds * audio.rate) for seconds in report.window)
        used = Audio(audio.samples[start:stop].copy(), audio.rate)
        # A transcript of the whole says nothing of a part
        told = transcript if len(used.samples) == len(audio.samples) else None
        return HeardClip(name, audio.seconds, report, used, self.synthesizer.condition(Reference(used, told)))

    def adapt_to_prompt(self, voice: Voice, progress: Progress | None = None) -> Voice:
        """The voice with a difference to the model's weights, learned from its own prompt in some seconds,
        the first time; then it is remembered, on disk too unless the cloner has no cache.

        The voice as it is where it has one already, the model cannot adapt, or too little is understood of
        the prompt. `progress` hears (done, all) after each step.
        """
        model = self.synthesizer
        if not isinstance(model, Adapts) or not model.can_adapt_to_prompt or self.aligner is None:
            return unadapted(model, voice)
        if voice.is_adapted_to(model.weights):
            return voice
        key = key_of(voice, model.adaptation)
        change = self._adapted.get(key)
        if change is None:
            with self._adapting:
                change = self._adapted.get(key)  # another may have waited for the same
                if change is None:
                    change = self._adapted[key] = self._learned(key, voice, progress)
                    for old in list(self._adapted)[:-REMEMBERED]:
                        del self._adapted[old]
        if not change:
            return voice
        return voice.with_adapter(change, {"method": "prompt", "weights": model.weights})

    def _learned(self, key: str, voice: Voice, progress: Progress | None) -> dict[str, np.ndarray]:
        """What prompt adaptation learns of a voice, or learned of it before."""
        kept = self._cache.get(key) if self._cache is not None else None
        if kept is not None:
            return kept
        assert isinstance(self.synthesizer, Adapts) and self.aligner is not None
        change = self.synthesizer.adapt_to_prompt(voice, self.aligner, progress)
        if change and self._cache is not None:
            self._cache.put(key, change)
        return change

    def check(self, reference: Recording, transcript: str | None = None, rate: int | None = None) -> Report:
        """What a recording is worth as a reference. Raises AudioError when it cannot be read."""
        return self._examine(open_recording(reference, rate, highest_rate=self._highest_rate), transcript)

    def judge(self, surveyed: Survey) -> Report:
        """The report on a recording that was looked at already (`reference_check.survey`)."""
        encoder = self.speaker_encoder
        return report_on(surveyed, None if encoder is None else encoder.embed)

    @property
    def _highest_rate(self) -> int:
        """Hertz above which nothing of a reference is used."""
        return max(RATE, self.sample_rate)

    def _examine(self, recording: OpenedRecording, transcript: str | None) -> Report:
        encoder = self.speaker_encoder
        agree = None
        if transcript and self.aligner is not None:
            agree = agreement(self.aligner, recording.audio, transcript)
        return examine(recording, None if encoder is None else encoder.embed, agree)

    def fits(self, voice: Voice) -> bool:
        """Whether a voice was made by a model that hears as this one does. One that does not say is judged by
        its mel alone.
        """
        made = voice.facts.get("model") or {"mel": voice.facts.get("mel")}
        return all(
            made[key] == self.model[key]
            for key in ("family", "mel", "speaker")
            if key in made and key in self.model
        )

    def listen_again(self, voice: Voice, name: str = "voice") -> Voice:
        """The voice derived anew from the clip of its recording, for a voice that another model made; its
        name, consent and other facts stay.
        """
        clip = clip_of(voice, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its recording was judged when it was first heard
            made = self.listen(clip)
        kept = {fact: voice.facts[fact] for fact in KEPT_FACTS if fact in voice.facts}
        return Voice({**made.tensors, "source": voice.tensors["source"]}, {**made.facts, **kept})

    def speak(
        self,
        text: str | Script,
        voice: Voice | Recording,
        options: Any = None,
        progress: Progress | None = None,
        *,
        language: str | None = None,
        quality: str | None = None,
        speed: float | None = None,
        **more: Any,
    ) -> Iterator[Speech]:
        """The text in the voice (or in whatever `voice` takes one from), sentence by sentence, each with its
        timestamps and its check; `progress` hears (done, all) after each.

        `quality` is "fast" or "best", by default that of `chosen_quality`. `language` is found from the text
        unless given. Further keywords are the options of the family, which go before those of `options`
        (`pitch`, `seed` ...), `lexicon` and `ssml` (of a text that is no Script), and the fields of
        `pipeline.SpeechRequest`: fit, loudness, others, quality_check, watermark, day, first_sample, more,
        text_options, stream.
        With `quality_check`, every sentence is listened to again: one in doubt is made anew with another seed
        and slower, then in two halves, and what is still in doubt stands in its `checks`. Each piece carries
        a note of its origin and, unless told not to, an inaudible watermark. Raises TextError, ConfigError
        and CheckpointError before the first piece where the text, an option or the voice cannot be used.

        With `stream`, the first sentence comes in pieces, the first of them, with the sentence's timestamps,
        before the sound of the rest is made. Only its mel was checked then; the check of its sound comes with
        its last piece. Its loudness is predicted, some tenths of a decibel off; else its sound is the same.
        """
        given = sorted_keywords(self.Options, {"language": language, "speed": speed, **more})
        own = voice if isinstance(voice, Voice) else self.voice(voice)
        request = SpeechRequest(quality=self.chosen_quality(quality), **given.request)
        chosen = dataclasses.replace(options or self.Options(), **given.options)
        if isinstance(text, str):
            reading = ScriptRequest(
                text, voices=tuple(request.others), options=request.text_options, **given.reading
            )
            if request.stream and request.fit is None and progress is None:
                return stream_text(self, reading, own, chosen, request)
            text = read_script(reading, own)
        elif given.reading:
            raise ConfigError(
                f"{', '.join(given.reading)}: this text is a Script, which was read already. "
                "Give it to `text.read`."
            )
        pipeline = Pipeline(
            self.synthesizer,
            self.quality_checker,
            self.model,
            self.adapt_to_prompt,
            self.languages,
            self.threads,
        )
        return pipeline.speak(text, own, chosen, request, progress)

    def conversion_options(self, **wishes: Any) -> Any:
        """The model's ConversionOptions with those of the wishes that it has. Raises ConfigError for a model
        that cannot convert.
        """
        check_converts(self.synthesizer)
        assert self.ConversionOptions is not None
        return changed(self.ConversionOptions(), **wishes)

    def convert(
        self,
        source: Recording,
        voice: Voice | Recording | Sequence[Recording],
        transcript: str = "",
        options: Any = None,
        **more: Any,
    ) -> Speech:
        """A recording in another voice, exactly as long: its words, timing and melody stay. The keywords are
        those of `convert_in_pieces`, which raises and warns as this does.
        """
        return Speech.join(self.convert_in_pieces(source, voice, options, transcript=transcript, **more))

    def convert_in_pieces(
        self,
        source: Recording,
        voice: Voice | Recording | Sequence[Recording],
        options: Any = None,
        *,
        rate: int | None = None,
        progress: Progress | None = None,
        **more: Any,
    ) -> Iterator[Speech]:
        """A recording in another voice, piece by piece, so that an hour takes no more memory than a minute.
        `source` is a file, an Audio, or samples at `rate` hertz; `voice` is whatever `voice` takes one from;
        `progress` hears (done, all), whole seconds, after each piece.

        Further keywords are the fields of `conversion.ConversionRequest` (pitch, strength, keep_breaths,
        transcript, loudness, source_check, quality_check, watermark, day) and of the model's
        `ConversionOptions` (seed ...), which go before those of `options`. Raises ConfigError for a model
        that cannot convert and an option that cannot be had, AudioError for a source that cannot be read;
        warns of a source that is silent, or holds music or several people.
        """
        usual = self.conversion_options()
        given = conversion_keywords(type(usual), more)
        chosen = dataclasses.replace(options or usual, **given.options)
        request = ConversionRequest(**given.request)
        check_conversion(request)
        blocks = open_source(source, self.sample_rate, rate)
        own = voice if isinstance(voice, Voice) else self.voice(voice)
        pipeline = ConversionPipeline(self.synthesizer, self.quality_checker, self.model)
        return pipeline.convert(blocks, own, chosen, request, progress, source_name(source))

    def clone(
        self,
        reference: Voice | Recording | Sequence[Recording],
        text: str | Script,
        options: Any = None,
        *,
        rate: int | None = None,
        transcript: str | None = None,
        **more: Any,
    ) -> Speech:
        """The text, whole, in the voice of a recording, of samples at `rate` hertz, of a `.voice` file, of a
        name in the voice library, or in a Voice. The keywords are those of `speak`: language, quality, speed
        and so on. Raises as `voice` and `speak` do.
        """
        voice = self.voice(reference, transcript, rate)
        return Speech.join(self.speak(text, voice, options, **more))
