"""The front door of the library: a model that takes a voice from a recording and speaks any text in it."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.speech import Speech, join
from soundalike.checkpoints import model_store
from soundalike.checkpoints.bundle import open_model, pick_device
from soundalike.core.contracts import Adapts, Converter, Progress, Synthesizer
from soundalike.core.errors import AudioError, CheckpointError, ConfigError
from soundalike.core.options import changed
from soundalike.core.types import IDENTITY, Reference, Voice
from soundalike.text import Script, phonemize, read

from .pipeline import ConversionRequest, Pipeline, SpeechRequest
from .quality_check import QualityChecker
from .recordings import OpenedRecording, Recording, open_recording, shortened_clip
from .reference_check import HOPELESS, Report, Survey, check_reference, examine, report_on
from .reference_measures import RATE
from .references import HeardClip, best_clip, facts_of, joined_voice
from .voice_file import SMALL, pitch_facts

REMEMBERED = 32  # voices adapted to their prompt
ROOM_FOR_FACTS = 8000  # bytes of a voice file that are not arrays
PROMPT_ARRAYS = ("prompt", "prompt_pitch", IDENTITY)  # what prompt adaptation learns from
KEPT_FACTS = ("name", "consent", "language", "lexicon", "report", "seconds")  # when a voice is derived anew


class Cloner:
    """A model ready to use: it listens to a recording and speaks any text in that voice.

    Re-entrant: listening and speaking change nothing that others see.
    """

    def __init__(self, synthesizer: Synthesizer, model: Mapping[str, Any] | None = None):
        self.synthesizer = synthesizer
        self.aligner = synthesizer.aligner
        self.speaker_encoder = synthesizer.speaker_encoder
        self.model = dict(model or {})  # what a voice keeps of the model that made it
        self.quality_checker = (
            None if self.aligner is None else QualityChecker(self.aligner, self.speaker_encoder)
        )
        self.sample_rate: int = synthesizer.sample_rate
        self.Options: type = synthesizer.Options
        self.ConversionOptions: type | None = (
            synthesizer.ConversionOptions if isinstance(synthesizer, Converter) else None
        )
        self._adapted: dict[str, dict[str, np.ndarray]] = {}
        self._adapting = threading.Lock()

    @staticmethod
    def load(
        model: str | os.PathLike | None = None, device: str = "auto", family: str | None = None
    ) -> Cloner:
        """The built-in model, the trained family of a name, or a model from a folder with a `model.json`.

        Raises ConfigError for a family that is not installed, CheckpointError if the parts do not fit.
        """
        folder = model_store.chosen(model, family)
        cloner = Cloner(*open_model(folder, pick_device(device)))
        phonemize("ready")  # opens the lexicon now, so that the first sentence need not wait for it
        return cloner

    def listen(self, reference: Recording | Sequence[Recording], transcript: str | None = None) -> Voice:
        """The voice of a recording, which should hold two seconds of speech or more; of several of one
        person, the speaker embedding is the mean over all, and the prompt is that of the best.

        Raises AudioError when one is silent or holds under a second of speech; warns when one is poor, with
        how to mend it, and where another person seems to speak in one.
        """
        if isinstance(reference, Audio | str | os.PathLike | io.BytesIO):
            several: list[Recording] = [reference]
        else:
            several = list(reference)
        if not several:
            raise AudioError("no recording is given. Give one or more of the person to be cloned.")
        clips = [self._listen_to(one, transcript if len(several) == 1 else None) for one in several]
        voice = joined_voice(clips)
        facts = {**facts_of(clips), "language": None, "consent": {}, "model": self.model}
        if "prompt_pitch" in voice.tensors:
            facts["pitch"] = pitch_facts(voice.tensors["prompt_pitch"])
        size = sum(value.nbytes for value in voice.tensors.values())
        used = best_clip(clips).used
        clip = shortened_clip(used.resample(self.sample_rate), SMALL - size - ROOM_FOR_FACTS)
        source = {"source": clip} if len(clip) else {}
        return Voice({**voice.tensors, **source}, {**voice.facts, **facts})

    def _listen_to(self, reference: Recording, transcript: str | None) -> HeardClip:
        """One recording, judged, and the voice of its best stretch."""
        name = "reference" if isinstance(reference, Audio | io.BytesIO) else os.fspath(reference)
        recording = open_recording(reference, highest_rate=self._highest_rate)
        audio = recording.audio
        report = self._examine(recording, transcript)
        check_reference(report, name)
        start, stop = (int(seconds * audio.rate) for seconds in report.window)
        used = Audio(audio.samples[start:stop].copy(), audio.rate)
        # A transcript of the whole says nothing of a part
        told = transcript if len(used.samples) == len(audio.samples) else None
        return HeardClip(name, audio.seconds, report, used, self.synthesizer.condition(Reference(used, told)))

    def adapt_to_prompt(self, voice: Voice, progress: Progress | None = None) -> Voice:
        """The voice with a difference to the model's weights, learned from its own prompt in some seconds;
        the last REMEMBERED are kept.

        The voice as it is where it has one already, the model cannot adapt, or too little is understood of
        the prompt. `progress` hears (done, all) after each step.
        """
        model = self.synthesizer
        if not isinstance(model, Adapts) or not model.can_adapt_to_prompt or self.aligner is None:
            return voice
        if voice.is_adapted_to(model.weights):
            return voice
        key = _digest({name: voice.tensors[name] for name in PROMPT_ARRAYS if name in voice.tensors})
        change = self._adapted.get(key)
        if change is None:
            with self._adapting:
                change = self._adapted.get(key)  # another may have waited for the same
                if change is None:
                    change = self._adapted[key] = model.adapt_to_prompt(voice, self.aligner, progress)
                    for old in list(self._adapted)[:-REMEMBERED]:
                        del self._adapted[old]
        if not change:
            return voice
        return voice.with_adapter(change, {"method": "prompt", "weights": model.weights})

    def check(self, reference: Recording, transcript: str | None = None) -> Report:
        """What a recording is worth as a reference. Raises AudioError when it cannot be read."""
        return self._examine(open_recording(reference, highest_rate=self._highest_rate), transcript)

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
            agree = self._agreement(recording.audio, transcript)
        return examine(recording, None if encoder is None else encoder.embed, agree)

    def _agreement(self, audio: Audio, transcript: str) -> float:
        """The mean log-probability of the transcript's phonemes in a recording."""
        assert self.aligner is not None
        symbols = [symbol for sentence in read(transcript).utterances for symbol in sentence.symbols]
        found = self.aligner.align(audio.trim(), symbols)
        if found is None:
            return HOPELESS  # more sounds than frames: this was not said here
        return float(found.scores[found.durations > 0].mean())

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
        try:
            clip = Audio.read(io.BytesIO(voice.tensors["source"].tobytes()))
        except AudioError as error:
            raise CheckpointError(
                f"{name}: the clip of its recording cannot be read ({error}). Make the voice again."
            ) from None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its recording was judged when it was first heard
            made = self.listen(clip)
        kept = {fact: voice.facts[fact] for fact in KEPT_FACTS if fact in voice.facts}
        return Voice({**made.tensors, "source": voice.tensors["source"]}, {**made.facts, **kept})

    def speak(
        self,
        text: str | Script,
        voice: Voice,
        options: Any = None,
        progress: Progress | None = None,
        **request: Any,
    ) -> Iterator[Speech]:
        """The text in the voice, sentence by sentence, each with its timestamps and its check; `progress`
        hears (done, all) after each.

        A plain str is read by `text.read` in the language it seems to be in; read it yourself for a language,
        a lexicon or SSML. The keywords are the fields of `pipeline.SpeechRequest`: quality, fit, loudness,
        others, quality_check, watermark, day, first_sample, more. With `quality_check`, every sentence is
        listened to again: one in doubt is made anew with another seed and slower, then in two halves, and
        what is still in doubt stands in its `checks`. Each piece carries a note of its origin and, unless
        told not to, an inaudible watermark. Raises TextError, ConfigError and CheckpointError before the
        first piece where the text, an option or the voice cannot be used.
        """
        pipeline = Pipeline(self.synthesizer, self.quality_checker, self.model, self.adapt_to_prompt)
        chosen = options or self.Options()
        yield from pipeline.speak(text, voice, chosen, SpeechRequest(**request), progress)

    def convert(
        self, source: Recording, voice: Voice, transcript: str = "", options: Any = None, **request: Any
    ) -> Speech:
        """A recording in another voice: its words, timing and melody stay.

        With a `transcript` the words are certain; without, phones are recognized, and some are wrong. The
        keywords are the fields of `pipeline.ConversionRequest`. Raises ConfigError for a model that cannot
        convert, AudioError where too little of the recording is understood.
        """
        audio = open_recording(source).audio
        model = self.synthesizer
        if not isinstance(model, Converter):
            raise ConfigError("this family cannot convert recordings. Leave --model and --family out.")
        chosen = options or model.ConversionOptions()
        if transcript:
            chosen = changed(chosen, transcript=transcript)
        pipeline = Pipeline(model, self.quality_checker, self.model, self.adapt_to_prompt)
        return pipeline.convert(audio, voice, chosen, ConversionRequest(**request))

    def clone(
        self, reference: Recording | Sequence[Recording], text: str | Script, options: Any = None
    ) -> Speech:
        """Listen and speak in one call."""
        return join(list(self.speak(text, self.listen(reference), options)))


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Twelve hexadecimal digits of some arrays and their names."""
    sums = hashlib.sha256()
    for name, value in sorted(arrays.items()):
        sums.update(name.encode() + np.ascontiguousarray(value).tobytes())
    return sums.hexdigest()[:12]
