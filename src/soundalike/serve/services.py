"""What the routes of one app share: models, worker threads, voices, limits. Nothing in it belongs to one
request.
"""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import AsyncGenerator, Generator
from typing import Any

from sqlalchemy import Engine

from soundalike.audio.speech import Speech
from soundalike.core.errors import SoundalikeError
from soundalike.core.speaking import LOUDNESS
from soundalike.core.types import Voice
from soundalike.inference import bundled_voices, voice_library
from soundalike.inference.cloner import Cloner
from soundalike.inference.long_text import speak_in_sections
from soundalike.inference.script_request import ScriptRequest, known_voices, read_script
from soundalike.inference.speech_length import most_seconds, predicted_seconds
from soundalike.provenance import consent
from soundalike.provenance.metadata import today
from soundalike.serve.middleware.request_log import log

from .decode import Decoder
from .encode import stretched
from .errors import Refusal
from .limiter import Limiter, Pool
from .metrics import Metrics
from .models import DEFAULT, DEFAULT_NAMES, Models
from .request_options import model_speed, options_of_architecture
from .schemas import TextRequest
from .settings import Settings
from .voice_store import DatabaseVoices, LibraryVoices, Store, WithBundledVoices


class Services:
    """Opens with the app and closes with it; the default model is loaded in a thread meanwhile."""

    def __init__(self, settings: Settings, engine: Engine):
        self.settings = settings
        self.engine = engine
        self.metrics = Metrics()
        own: Store = LibraryVoices() if settings.voice_store == "library" else DatabaseVoices(self.engine)
        self.store: Store = WithBundledVoices(own)
        self.limiter = Limiter(settings.workers, settings.waiting, settings.per_key, settings.memory)
        self.pool = Pool(settings.workers)
        self.decoder = Decoder(settings.longest, settings.decode_seconds, settings.decode_memory)
        self.failure: str | None = None  # why the default model cannot be loaded
        self._decoding = asyncio.Semaphore(max(2, settings.workers))
        self.models = Models(settings.model, settings.backend)
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
        """Whether the default model is loaded."""
        return self._cloner is not None

    @property
    def cloner(self) -> Cloner:
        """The default model. Raises Refusal while it is being loaded."""
        if self._cloner is None:
            raise Refusal(
                503,
                "loading",
                "The model is being loaded. Come again in a moment.",
                headers={"Retry-After": "2"},
            )
        return self._cloner

    def admit(self, model: str) -> None:
        """Raise Refusal for a name of no model, and for any while the default is being loaded."""
        _ = self.cloner
        self.models.check(model)

    def cloner_of(self, model: str) -> Cloner:
        """The model of a name. Call from a worker, as others than the default may have to be loaded first.
        Raises Refusal.
        """
        if model in DEFAULT_NAMES:
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

    async def check_length(self, body: TextRequest, param: str = "input") -> None:
        """Raise Refusal for a text that would take longer to say than one request may, before it is spoken;
        TextError and ConfigError for one that cannot be read.
        """
        most = most_seconds(body.input)
        if most is None or most / body.speed > self.settings.speech_seconds:
            seconds = await self.pool.call(self._predicted_seconds, body)
            check_seconds(seconds, self.settings.speech_seconds, param)

    def is_short(self, body: TextRequest) -> bool:
        """Whether the speech of a text is so short that nobody need wait for it in parts."""
        most = most_seconds(body.input)
        return most is not None and most / body.speed <= self.settings.whole_seconds

    def _predicted_seconds(self, body: TextRequest) -> float:
        """Seconds that a text will take at the speed asked for."""
        return predicted_seconds(read_script(self.script_request(body)), body.speed)

    def script_request(self, body: TextRequest) -> ScriptRequest:
        """How the text of a request is to be read."""
        text = body.input
        voices = known_voices(text, self._names_of_voices)
        return ScriptRequest(text, body.language, source="input", voices=voices, options=body.text_options)

    async def decode(self, data: bytes, name: str) -> io.BytesIO:
        """An uploaded recording as a WAV file that is safe to read. Raises AudioError."""
        async with self._decoding:
            return await asyncio.to_thread(self.decoder.decode, data, name)

    async def voice_of(self, body: TextRequest) -> Voice:
        """The voice that a request names or brings. Raises Refusal and SoundalikeError."""
        self.admit(body.model)
        data = body.reference(self.settings.upload)
        if data is not None:
            return await self.listen(data, "ref_audio", body.ref_text, body.model)
        name = body.voice_name or bundled_voices.DEFAULT
        return await self.pool.call(self.kept_voice, name, body.model)

    async def listen(self, data: bytes, param: str, transcript: str | None, model: str) -> Voice:
        """The voice of an uploaded recording. Raises Refusal and AudioError."""
        self.check_recordings_allowed(param)
        recording = await self.decode(data, param)
        return await self.pool.call(lambda: self.cloner_of(model).listen(recording, transcript))

    def check_recordings_allowed(self, param: str) -> None:
        """Raise Refusal where only voices with a consent may speak, as a recording alone has none."""
        if self.settings.require_consent:
            raise Refusal(
                403,
                "consent_missing",
                f"{param}: this server speaks only in kept voices whose speakers have consented. Name one.",
                param,
            )

    def kept_voice(self, name: str, model: str = DEFAULT) -> Voice:
        """A voice of the store, ready for a model. Raises Refusal where a consent is required and does not
        hold.
        """
        voice = self.store.get(name)
        # Nobody speaks in a bundled voice, so nobody can have consented
        if self.settings.require_consent and self.store.has(name):
            try:
                consent.check(voice)
            except consent.ConsentError as error:
                raise Refusal(403, "consent_missing", f"voice: {error}", "voice") from None
        return self.adapted(voice, model)

    def adapted(self, voice: Voice, model: str) -> Voice:
        """A voice that a model can speak in: derived anew where another model made it."""
        return voice_library.ready(self.cloner_of(model), voice)

    def speak(self, body: TextRequest, voice: Voice, stream: bool = False) -> Generator[Speech, None, None]:
        """The text of a request in a voice, sentence by sentence, the first in pieces where it is to stream;
        a long text is read in sections, so that its beginning need not wait for its end.

        Raises Refusal, TextError, ConfigError and CheckpointError.
        """
        speed = model_speed(body.speed)
        pieces = speak_in_sections(
            self.cloner_of(body.model),
            self.script_request(body),
            voice,
            self.options(body, speed),
            lambda name: self.kept_voice(name, body.model),
            stream=stream and speed == body.speed,  # sentences are stretched whole
            loudness=LOUDNESS if body.loudness is None else body.loudness,
            quality=body.chosen_quality,
            day=today(),
        )
        for piece in pieces:
            yield stretched(piece, body.speed / speed)

    def _names_of_voices(self) -> list[str]:
        """What SSML may call the voices: their names and ids, and OpenAI's names."""
        names = [name for kept in self.store.listing() for name in (kept.name, kept.id)]
        return [*names, *bundled_voices.OPENAI_NAMES]

    def options(self, body: TextRequest, speed: float) -> Any:
        """A model's options for a request. Raises Refusal for one that this model does not have."""
        cloner = self.cloner_of(body.model)
        given = body.options | ({"speed": speed} if speed != 1.0 else {})
        own = options_of_architecture(cloner.model["family"])
        for name in given:
            if name not in own:
                raise Refusal(
                    400,
                    "invalid_value",
                    f"{name}: the model '{body.model}' has no such option. Leave it out.",
                    name,
                )
        return cloner.Options(**given, seed=body.seed)

    def stream(
        self, body: TextRequest, voice: Voice, in_pieces: bool = False
    ) -> AsyncGenerator[Speech, None]:
        """What `speak` gives, from a worker; its first sentence in pieces where that is asked for."""
        return self.pool.stream(lambda: self.speak(body, voice, in_pieces))

    def close(self) -> None:
        """End the workers, the decoding processes and the connections to the database."""
        self.pool.close()
        self.decoder.close()
        self.engine.dispose()


def check_seconds(seconds: float, most: float, param: str = "input") -> None:
    """Raise Refusal for speech of more seconds than one request may ask for."""
    if seconds > most:
        raise Refusal(
            400,
            "speech_too_long",
            f"{param}: about {seconds:.0f} s of speech, at most {most:.0f} s are made in one request. "
            "Send the text in parts, or as a job: POST /v1/audio/jobs takes long texts.",
            param,
        )


def words_of(audio: Speech, later: float = 0.0) -> list[dict[str, Any]]:
    """The words of a sound and when they are said, in seconds, `later` seconds later."""
    return [
        {
            "text": timestamp.text,
            "start": round(timestamp.start + later, 4),
            "stop": round(timestamp.stop + later, 4),
            "span": list(timestamp.span),
        }
        for timestamp in audio.timestamps
        if timestamp.kind == "word"
    ]
