"""Load a model, pair its parts, split long text, join the pieces, keep to the promises of the command
line.
"""

from __future__ import annotations

import dataclasses
import datetime
import io
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from soundalike.audio.audio import Audio
from soundalike.audio.speech import Speech, join
from soundalike.checkpoints import model_store
from soundalike.checkpoints.bundle import bundle_facts, load_bundle
from soundalike.core import contracts, registry
from soundalike.core.errors import AudioError, CheckpointError, ConfigError
from soundalike.core.types import QualityCheck, Voice
from soundalike.models.aligners.hmm.phone_recognizer import recognize_phones
from soundalike.models.common.prompt_adaptation import adapt_to_prompt
from soundalike.models.common.prompt_conditioning import adapted, is_adapted, vectors
from soundalike.models.common.prompt_conditioning import digest as digest_of
from soundalike.provenance import metadata
from soundalike.text import Script, Utterance, in_halves, phonemize, read

from . import postprocess
from .pipeline import NATURAL, QUALITIES, lexicon_of
from .quality_check import QualityChecker, symbol_scores
from .reference_check import HOPELESS, Report, check_reference, encode_clip, examine, open_recording
from .take_selection import TAKES, _changed
from .voice_file import SMALL, pitch_facts

RANGES = {  # of options
    "speed": (0.5, 2.0),
    "pitch": (-12.0, 12.0),
    "energy": (-12.0, 12.0),
    "sharpen": (0.0, 1.0),
    "temperature": (0.0, 1.5),
    "seed": (0, 2**62),
}
REMEMBERED = 32  # practised voices


class Cloner:
    """A model ready to use: it listens to a recording and speaks any text in that voice.

    Re-entrant: listening and speaking change nothing that others see.
    """

    def __init__(
        self,
        family: contracts.Cloner,
        model: dict[str, Any] | None = None,
        aligner: torch.nn.Module | None = None,
    ):
        self.family = family
        self.aligner = aligner
        self.quality_checker = (
            QualityChecker(aligner, getattr(family, "speaker", None), family.mel)
            if aligner is not None
            else None
        )
        self.model = model or {}  # what made a voice, as kept with it: see `told`
        self.sample_rate: int = family.sample_rate
        self.Options: type = family.Options
        self._adapted: dict[str, dict[str, torch.Tensor]] = {}
        self._adapting = threading.Lock()
        self.frame_rate: float = getattr(family, "frame_rate", 100.0)

    @staticmethod
    def load(
        model: str | os.PathLike | None = None, device: str = "auto", family: str | None = None
    ) -> Cloner:
        """The built-in model, the trained family of a name, or a model from a folder with a `model.json`.

        Raises ConfigError for a family that is not installed, CheckpointError if the parts do not fit.
        """
        folder = model_store.chosen(model, family)
        place = pick_device(device)
        bundle = load_bundle(folder)
        parts = {
            role: part.network.to("cpu" if role in ("aligner", "adversary") else place)
            for role, part in bundle.parts.items()
        }
        built = registry.family(bundle.family)(
            parts["acoustic"], parts["vocoder"], parts["speaker"], bundle.parts["acoustic"].mel
        )
        if "adversary" in parts:
            built.adversary = parts["adversary"]
        cloner = Cloner(built, bundle_facts(bundle), parts.get("aligner"))
        phonemize("ready")  # opens the lexicon now, so that the first sentence need not wait for it
        return cloner

    def listen(
        self, reference: Audio | str | os.PathLike | io.BytesIO, transcript: str | None = None
    ) -> Voice:
        """The voice of a recording, which should hold two seconds of speech or more.

        Raises AudioError when it is silent or holds under a second of speech; warns when it is poor, with how
        to mend it.
        """
        name = "reference" if isinstance(reference, Audio | io.BytesIO) else os.fspath(reference)
        audio, channels = open_recording(reference)
        report = self._examine(audio, channels, transcript)
        check_reference(report, name)
        start, stop = (int(seconds * audio.rate) for seconds in report.window)
        used = Audio(audio.samples[start:stop], audio.rate)
        voice = self.family.listen(used, transcript)
        facts = {
            "seconds": round(audio.seconds, 2),
            "speech_seconds": report.speech_seconds,
            "rate": report.rate,
            "report": report.to_dict(),
        }
        facts |= {"language": None, "consent": {}, "model": self.model}
        if "prompt_pitch" in voice.tensors:
            facts["pitch"] = pitch_facts(voice.tensors["prompt_pitch"])
        size = sum(value.numel() * value.element_size() for value in voice.tensors.values())
        # Room for the facts
        clip = torch.from_numpy(encode_clip(used.resample(self.sample_rate), SMALL - size - 8000))
        return Voice({**voice.tensors, **({"source": clip} if len(clip) else {})}, {**voice.facts, **facts})

    def adapt_to_prompt(self, voice: Voice, progress: Callable[[int, int], None] | None = None) -> Voice:
        """The voice with an adapter of the acoustic model, which practises its prompt for some seconds; the
        last REMEMBERED are kept.

        The voice as it is where it has one already, the model cannot, or too little is understood of the
        prompt. `progress` is told (done, all) after each step.
        """
        if (
            not getattr(self.family, "adaptation_layers", ())
            or self.aligner is None
            or is_adapted(voice, self.family.weights)
        ):
            return voice
        key = digest_of(
            {
                name: voice.tensors[name]
                for name in ("prompt", "prompt_pitch", "vector")
                if name in voice.tensors
            }
        )
        change = self._adapted.get(key)
        if change is None:
            with self._adapting:
                change = self._adapted.get(key)  # another may have waited for the same
                if change is None:
                    said = recognize_phones(voice.tensors["prompt"].float(), self.aligner, self.family.mel)
                    change = self._adapted[key] = (
                        {} if said is None else adapt_to_prompt(self.family, voice, said, progress)
                    )
                    for old in list(self._adapted)[:-REMEMBERED]:
                        del self._adapted[old]
        return (
            adapted(voice, change, {"method": "practice", "weights": self.family.weights})
            if change
            else voice
        )

    def check(
        self, reference: Audio | str | os.PathLike | io.BytesIO, transcript: str | None = None
    ) -> Report:
        """What a recording is worth as a reference. Raises AudioError when it cannot be read."""
        return self._examine(*open_recording(reference), transcript)

    def _examine(self, audio: Audio, channels: np.ndarray, transcript: str | None) -> Report:
        speaker = getattr(self.family, "speaker", None)
        agree = self._agreement(audio, transcript) if transcript and self.aligner is not None else None
        return examine(audio, channels, speaker and self._vectors, agree)

    def _vectors(self, pieces: list[Audio]) -> np.ndarray:
        """Speaker vectors (n, V) of pieces of one length."""
        return vectors(self.family.speaker, pieces).numpy()

    def _agreement(self, audio: Audio, transcript: str) -> float:
        """The mean log-probability of the transcript's phonemes in a recording."""
        symbols = [symbol for sentence in read(transcript).utterances for symbol in sentence.symbols]
        found = symbol_scores(audio.trim(), symbols, self.aligner, self.family.mel)
        if found is None:
            return HOPELESS  # more sounds than frames: this was not said here
        durations, scores = found
        return float(scores[durations > 0].mean())

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
        """The voice derived anew from the clip of its recording, for a voice that another model made; what
        was told of it stays.
        """
        try:
            clip = Audio.read(io.BytesIO(voice.tensors["source"].numpy().tobytes()))
        except AudioError as error:
            raise CheckpointError(
                f"{name}: the clip of its recording cannot be read ({error}). Make the voice again."
            ) from None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its recording was judged when it was first heard
            made = self.listen(clip)
        kept = {
            fact: voice.facts[fact]
            for fact in ("name", "consent", "language", "lexicon", "report", "seconds")
            if fact in voice.facts
        }
        return Voice({**made.tensors, "source": voice.tensors["source"]}, {**made.facts, **kept})

    def speak(
        self,
        text: str | Script,
        voice: Voice,
        options: Any = None,
        progress: Callable[[int, int], None] | None = None,
        fit: float | None = None,
        loudness: float = postprocess.LOUDNESS,
        others: Mapping[str, Voice] | None = None,
        quality: str = "fast",
        verify: bool = True,
        watermark: bool = True,
        day: datetime.date | None = None,
        at: int = 0,
        more: bool = False,
    ) -> Iterator[Speech]:
        """The text in the voice, sentence by sentence, each with its cues and its check; `progress` is told
        (done, all) after each.

        A plain str is read by `text.read` in the language it seems to be in; read it yourself for a language,
        a lexicon or SSML. With `fit` the whole lasts so many seconds; every sentence is brought to `loudness`
        in LUFS; `others` are the voices that SSML's <voice name> may call. With `verify`, every sentence is
        listened to again: one in doubt is made anew with another seed and slower, then in two halves, and
        what is still in doubt is said in its `checks`. Of quality "best" the voice is practised first, every
        sentence is made three times, and the take kept whose words the aligner hears best. Each piece carries
        a note of its origin and, unless told not to, an inaudible `watermark` with the voice's id, the
        model's and the `day`, where one is given (without, the same seed gives the same samples tomorrow);
        its pattern goes on from sample `at` of what was said before. With `more` to follow, a pause comes
        after the last sentence too. Raises TextError, ConfigError and CheckpointError before the first piece
        where the text, an option or the voice cannot be used.
        """
        options = options or self.Options()
        check_options(options)
        if quality not in QUALITIES or (quality == "best" and self.aligner is None):
            raise ConfigError(
                f"quality '{quality}': choose one of {', '.join(QUALITIES)}; best needs a model with an aligner."
            )
        if not postprocess.SOFTEST <= loudness <= postprocess.LOUDEST:
            raise ConfigError(
                f"loudness = {loudness:g} is out of range. Choose {postprocess.SOFTEST:g} to {postprocess.LOUDEST:g} LUFS."
            )
        script = text if isinstance(text, Script) else read(text, lexicon=lexicon_of(voice))
        for warning in script.warnings:
            warnings.warn(warning, stacklevel=2)
        sentences = [postprocess.ready(sentence) for sentence in script.utterances]
        who = [(others or {}).get(sentence.voice, voice) for sentence in sentences]
        if quality == "best":
            who = [self.adapt_to_prompt(one) for one in who]
        seconds = [0.0] * len(sentences) if fit is None else self.fitted(sentences, who, options, fit)
        for number, sentence in enumerate(sentences):
            chosen = dataclasses.replace(
                options,
                seed=options.seed + number,
                **({"seconds": seconds[number]} if fit is not None else {}),
            )
            sound, check = self._take(sentence, who[number], chosen, 3 if quality == "best" else 1, verify)
            pause = postprocess.PAUSE if more or number + 1 < len(sentences) else 0.0
            made = postprocess.deliver(sound, sentence, script.source, pause, loudness)
            made = dataclasses.replace(made, checks=(check,) if check else (), attention=sound.attention)
            yield metadata.signed(made, who[number], self.model, day, watermark, at)
            at += len(made.samples)
            if progress is not None:
                progress(number + 1, len(sentences))

    def _take(
        self, sentence: Utterance, voice: Voice, options: Any, takes: int, verify: bool
    ) -> tuple[Speech, QualityCheck | None]:
        """A sentence made so many times, more often while in doubt, as it is heard best; with what was found,
        if it was listened to.
        """
        made: list[tuple[Speech, QualityCheck]] = []
        plan = {"plan": self.family.plan(sentence, voice)} if hasattr(self.family, "plan") else {}
        expected = (
            self.family.seconds(sentence, voice, options, **plan) if hasattr(self.family, "seconds") else None
        )
        seconds = getattr(options, "seconds", 0.0)
        halves = in_halves(sentence) if verify and not seconds else []
        for number in range(len(TAKES) + (len(halves) > 1)):
            seed, pace = TAKES[number % len(TAKES)]
            chosen = _changed(options, seed=options.seed + seed, speed=getattr(options, "speed", 1.0) * pace)
            if number < len(TAKES):
                sound = join(list(self.family.speak(sentence, voice, chosen, **plan)))
            else:
                sound = join([part for half in halves for part in self.family.speak(half, voice, chosen)])
            if self.quality_checker is None or (takes == 1 and not verify):
                return sound, None
            lasts = seconds or (expected / pace if expected and number < len(TAKES) else None)
            made.append((sound, self.quality_checker.check(sound, sentence, lasts)))
            if number + 1 < takes:
                continue
            kept, check = self.quality_checker.best(made, voice.tensors.get("vector"))
            if not (verify and check.doubts):
                break
        sound = made[kept][0]
        return sound, dataclasses.replace(
            check, takes=len(made), kept=kept + 1, redraws=len(made) - takes
        ) if verify else None

    def fitted(self, sentences: list[Utterance], who: list[Voice], options: Any, fit: float) -> list[float]:
        """Seconds for each sentence so that the whole, pauses included, lasts `fit`. Warns outside NATURAL
        rates.
        """
        if not hasattr(self.family, "seconds"):
            raise ConfigError(
                "this family does not know beforehand how long it will speak, so it cannot fit a length. Leave --fit out."
            )
        natural = [self.family.seconds(sentence, voice, options) for sentence, voice in zip(sentences, who)]
        quiet = postprocess.PAUSE * (len(sentences) - 1) + sum(
            postprocess.asked_pauses(sentence) for sentence in sentences
        )
        if fit <= quiet + 0.1 * sum(natural):
            raise ConfigError(
                f"--fit {fit:g}: too short; the text takes {sum(natural) + quiet:.1f} s by itself. Give at least half of that."
            )
        rate = sum(natural) / (fit - quiet)
        if not NATURAL[0] <= rate <= NATURAL[1]:
            warnings.warn(
                f"to fit {fit:g} s the voice must speak at {rate:.2f} times its natural rate; {sum(natural) + quiet:.1f} s would suit it.",
                stacklevel=3,
            )
        # Whole frames, so that roundings do not add up
        ends = np.round(np.cumsum(natural) / rate * self.frame_rate) / self.frame_rate
        return np.diff(ends, prepend=0.0).tolist()

    def clone(self, reference: Audio | str | os.PathLike, text: str | Script, options: Any = None) -> Speech:
        """Listen and speak in one call."""
        return join(list(self.speak(text, self.listen(reference), options)))


def pick_device(name: str) -> str:
    """A torch device from auto, cpu, cuda or mps. Raises ConfigError when it is not one of these or not
    there.
    """
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        # The built-in model is faster than real time there, and gives the same samples everywhere
        return "cpu"
    if name not in there:
        raise ConfigError(f"unknown device '{name}'. Choose one of auto, {', '.join(there)}.")
    if not there[name]:
        raise ConfigError(f"device '{name}' is not available on this machine. Use --device cpu.")
    return name


def check_options(options: Any) -> None:
    """Raise ConfigError for a value out of range, naming the option."""
    for name, (low, high) in RANGES.items():
        value = getattr(options, name, None)
        if value is not None and not low <= value <= high:
            raise ConfigError(f"{name} = {value} is out of range. Choose {low} to {high}.")
