"""What the routes of one app share: the model, its workers, voices, limits. Nothing of it belongs to a single
request.
"""

from __future__ import annotations

import asyncio
import dataclasses
import io
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

from sqlalchemy import Engine

from soundalike.audio.speech import Speech
from soundalike.core.errors import SoundalikeError, TextError
from soundalike.core.types import Timestamp, Voice
from soundalike.inference import voice_library
from soundalike.inference.cloner import Cloner
from soundalike.inference.pipeline import lexicon_of
from soundalike.inference.postprocess import LOUDNESS
from soundalike.provenance import consent
from soundalike.provenance.metadata import today
from soundalike.serve.middleware.request_log import log
from soundalike.text import base_language, detect_language, installed, is_ssml, read, sentence_spans

from .decode import Decoder
from .encode import stretched
from .errors import Refusal
from .limiter import Limiter, Pool
from .metrics import Metrics
from .models import DEFAULT, OWN_NAMES, Models, options_of
from .schemas import Wanted
from .settings import Settings
from .voice_store import DatabaseVoices, LibraryVoices, Store

FIRST = 120  # characters that are read before any is spoken, and at a time after that
LATER = 1000
SPEEDS = (0.5, 2.0)  # what a model does by itself; beyond, sound is stretched


class Services:
    """Opens with the app and closes with it; the model is loaded in the meantime."""

    def __init__(self, settings: Settings, engine: Engine):
        self.settings = settings
        self.engine = engine
        self.metrics = Metrics()
        self.store: Store = (
            LibraryVoices() if settings.voice_store == "library" else DatabaseVoices(self.engine)
        )
        self.limiter = Limiter(settings.workers, settings.waiting, settings.per_key, settings.memory)
        self.pool = Pool(settings.workers)
        self.decoder = Decoder(settings.longest, settings.decode_seconds, settings.decode_memory)
        self.failure: str | None = None
        self._decoding = asyncio.Semaphore(max(2, settings.workers))
        self.models = Models(settings.model)
        self._cloner: Cloner | None = None
        self._loaded = threading.Event()
        threading.Thread(target=self._load, daemon=True, name="load").start()

    def _load(self) -> None:
        try:
            self._cloner = self.models.get(DEFAULT)
        except Exception as error:
            self.failure = str(error)
            log.error("the model cannot be loaded: %s", error)
        self._loaded.set()

    @property
    def ready(self) -> bool:
        return self._cloner is not None

    @property
    def cloner(self) -> Cloner:
        """The default model. Raises Refusal while it is being loaded."""
        self.admit(DEFAULT)
        return self._cloner  # type: ignore[return-value]

    def admit(self, model: str) -> None:
        """Raise Refusal for a name of no model, and for any while the default is being loaded."""
        if not self.ready:
            raise Refusal(
                503,
                "loading",
                "The model is being loaded. Come again in a moment.",
                headers={"Retry-After": "2"},
            )
        self.models.check(model)

    def cloner_of(self, model: str) -> Cloner:
        """The model of a name. Call from a worker, as others than the default may have to be loaded first.
        Raises Refusal.
        """
        if model in OWN_NAMES:
            return self.cloner
        try:
            return self.models.get(model)
        except (SoundalikeError, OSError) as error:
            log.error("the model %s cannot be loaded: %s", model, error)
            raise Refusal(
                503, "no_model", f"The model '{model}' cannot be loaded. The server's log says why.", "model"
            ) from None

    def wait(self) -> Cloner | None:
        """The default model once it is loaded; None where it cannot be."""
        self._loaded.wait()
        return self._cloner

    async def decode(self, data: bytes, name: str) -> io.BytesIO:
        """A stranger's recording as a WAV file that may be trusted. Raises AudioError."""
        async with self._decoding:
            return await asyncio.to_thread(self.decoder.decode, data, name)

    async def voice_of(self, wanted: Wanted) -> Voice:
        """The voice that a request names or brings. Raises Refusal and SoundalikeError."""
        self.admit(wanted.model)
        data = wanted.reference(self.settings.upload)
        if data is not None:
            return await self.heard(data, "ref_audio", wanted.ref_text, wanted.model)
        if wanted.voice_name is None:
            raise Refusal(
                400, "missing_value", "voice: give the name of a voice, or a recording as ref_audio.", "voice"
            )
        return await self.pool.call(self.kept_voice, wanted.voice_name, wanted.model)

    async def heard(self, data: bytes, param: str, transcript: str | None, model: str) -> Voice:
        """The voice of a stranger's recording. Raises Refusal and AudioError."""
        self.take_recordings(param)
        recording = await self.decode(data, param)
        return await self.pool.call(lambda: self.cloner_of(model).listen(recording, transcript))

    def take_recordings(self, param: str) -> None:
        """Raises Refusal where only voices with a consent are spoken in: a recording alone has none."""
        if self.settings.require_consent:
            raise Refusal(
                403,
                "consent_missing",
                f"{param}: this server speaks only in kept voices whose speakers have consented. Name one.",
                param,
            )

    def kept_voice(self, name: str, model: str = DEFAULT) -> Voice:
        """A voice of the store, ready for a model. Raises Refusal where its consent is asked for and does not
        hold.
        """
        voice = self.store.get(name)
        if self.settings.require_consent:
            try:
                consent.check(voice)
            except consent.ConsentError as error:
                raise Refusal(403, "consent_missing", f"voice: {error}", "voice") from None
        return self.adapted(voice, model)

    def adapted(self, voice: Voice, model: str) -> Voice:
        """A voice that a model can speak in, should another have made it."""
        return voice_library.ready(self.cloner_of(model), voice)

    def speak(self, wanted: Wanted, voice: Voice) -> Iterator[Speech]:
        """What a request wants said, sentence by sentence; a long text is read bit by bit, so that its
        beginning need not wait for its end.

        Raises TextError, ConfigError and CheckpointError.
        """
        text = wanted.input
        said = 0
        samples = 0
        known = (
            {name for kept in self.store.listing() for name in (kept.name, kept.id)}
            if "<voice" in text
            else set()
        )
        own = min(max(wanted.speed, SPEEDS[0]), SPEEDS[1])
        cloner = self.cloner_of(wanted.model)
        options = self.options(wanted, own)
        loudness = LOUDNESS if wanted.loudness is None else wanted.loudness
        parts = list(sections(text, wanted.language))
        for number, (at, part, language) in enumerate(parts):
            last = number + 1 == len(parts)
            try:
                script = read(part, language, lexicon_of(voice), where="input", voices=known)
            except TextError:
                if last and not said:
                    raise
                continue  # a line of stars, say, among what can be spoken
            others = {
                name: self.kept_voice(name, wanted.model)
                for name in {sentence.voice for sentence in script.utterances} & known
            }
            chosen = dataclasses.replace(options, seed=wanted.seed + said)
            how = {
                "loudness": loudness,
                "others": others,
                "quality": wanted.chosen_quality,
                "day": today(),
                "at": samples,
                "more": not last,
            }
            pieces = cloner.speak(script, voice, chosen, **how)
            for piece in pieces:
                samples += len(piece.samples)
                yield stretched(
                    dataclasses.replace(
                        piece, timestamps=tuple(_later(timestamp, at) for timestamp in piece.timestamps)
                    ),
                    wanted.speed / own,
                )
            said += len(script.utterances)

    def options(self, wanted: Wanted, speed: float) -> Any:
        """A model's options for a request. Raises Refusal for one that this model does not have."""
        cloner = self.cloner_of(wanted.model)
        asked = wanted.options | ({"speed": speed} if speed != 1.0 else {})
        for name in asked:
            if name not in options_of(cloner.model["family"]):
                raise Refusal(
                    400,
                    "invalid_value",
                    f"{name}: the model '{wanted.model}' has no such option. Leave it out.",
                    name,
                )
        return cloner.Options(**asked)

    def stream(self, wanted: Wanted, voice: Voice) -> AsyncIterator[Speech]:
        """What `speak` gives, from a worker."""
        return self.pool.stream(lambda: self.speak(wanted, voice))

    def close(self) -> None:
        self.pool.close()
        self.decoder.close()
        self.engine.dispose()


def _later(timestamp: Timestamp, characters: int) -> Timestamp:
    """A cue whose place in the text is so much later."""
    return (
        dataclasses.replace(timestamp, span=(timestamp.span[0] + characters, timestamp.span[1] + characters))
        if timestamp.kind == "word"
        else timestamp
    )


def sections(text: str, language: str | None) -> Iterator[tuple[int, str, str | None]]:
    """A plain text cut after sentences: a short part, then longer ones, each with its place and the language
    of the whole; SSML as it is.
    """
    if is_ssml(text):
        yield 0, text, language
        return
    if language is None:
        seems = detect_language(text)
        language = seems if installed(seems) else "en"
    start = 0
    size = FIRST
    for _, stop in sentence_spans(text, base_language(language)):
        part = text[start:stop]
        # What stands in brackets may look like the end of a sentence
        if len(part) >= size and part.count("[") == part.count("]"):
            yield start, part, language
            start = stop
            size = LATER
    if text[start:].strip() or not start:
        yield start, text[start:], language


def words_of(audio: Speech, at: float = 0.0) -> list[dict[str, Any]]:
    """The words of a sound and when they are said, in seconds, `at` seconds later."""
    return [
        {
            "text": timestamp.text,
            "start": round(timestamp.start + at, 4),
            "stop": round(timestamp.stop + at, 4),
            "span": list(timestamp.span),
        }
        for timestamp in audio.timestamps
        if timestamp.kind == "word"
    ]
