"""What the routes of one app share: the model, its workers, voices, limits. Nothing of it belongs to a single request."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .. import voices
from ..audio import Audio
from ..clone import Cloner, lexicon_of
from ..contract import Voice
from ..text import Script, read
from .database import open_database
from .decode import Decoder
from .encode import stretched
from .errors import Refusal
from .metrics import Metrics
from .schemas import Wanted
from .settings import Settings
from .store import DatabaseVoices, LibraryVoices, Store
from .work import Desk, Pool

SPEEDS = (0.5, 2.0)  # what a model does by itself; beyond, sound is stretched


@dataclass(frozen=True)
class Ready:
    """A text read through, with the voices that speak it."""

    script: Script
    voice: Voice
    others: Mapping[str, Voice]


class House:
    """Opens with the app and closes with it; the model is loaded in the meantime."""

    def __init__(self, settings: Settings):
        self.settings, self.metrics = settings, Metrics()
        self.engine = open_database(settings.url)
        self.store: Store = LibraryVoices() if settings.voice_store == "library" else DatabaseVoices(self.engine)
        self.desk = Desk(settings.workers, settings.waiting, settings.per_key, settings.memory)
        self.pool = Pool(settings.workers)
        self.decoder = Decoder(settings.longest, settings.decode_seconds, settings.decode_memory)
        self.failure: str | None = None
        self._decoding = asyncio.Semaphore(max(2, settings.workers))
        self._cloner: Cloner | None = None
        self._loaded = threading.Event()
        threading.Thread(target=self._load, daemon=True, name="load").start()

    def _load(self) -> None:
        try:
            self._cloner = Cloner.load(self.settings.model)
        except Exception as error:
            self.failure = str(error)
        self._loaded.set()

    @property
    def ready(self) -> bool:
        return self._cloner is not None

    @property
    def cloner(self) -> Cloner:
        """The model. Raises Refusal while it is being loaded."""
        if self._cloner is None:
            raise Refusal(503, "loading", "The model is being loaded. Come again in a moment.", headers={"Retry-After": "2"})
        return self._cloner

    def wait(self) -> Cloner | None:
        """The model once it is loaded; None where it cannot be."""
        self._loaded.wait()
        return self._cloner

    async def decode(self, data: bytes, name: str) -> io.BytesIO:
        """A stranger's recording as a WAV file that may be trusted. Raises AudioError."""
        async with self._decoding:
            return await asyncio.to_thread(self.decoder.decode, data, name)

    async def voice_of(self, wanted: Wanted) -> Voice:
        """The voice that a request names or brings. Raises Refusal and SoundalikeError."""
        cloner, data = self.cloner, wanted.reference(self.settings.upload)
        if data is not None:
            recording = await self.decode(data, "ref_audio")
            return await self.pool.call(cloner.listen, recording, wanted.ref_text)
        if wanted.voice_name is None:
            raise Refusal(400, "missing_value", "voice: give the name of a voice, or a recording as ref_audio.", "voice")
        return await self.pool.call(self.kept_voice, wanted.voice_name)

    def kept_voice(self, name: str) -> Voice:
        """A voice of the store, ready for the model."""
        return voices.ready(self.cloner, self.store.get(name), name)

    def prepare(self, text: str, language: str | None, voice: Voice) -> Ready:
        """A text read in the voice's lexicon, with the voices that its SSML names. Raises TextError and ConfigError."""
        known = [kept.name for kept in self.store.listing()] if "<voice" in text else []
        script = read(text, language, lexicon_of(voice), where="input", voices=known)
        others = {name: self.kept_voice(name) for name in {sentence.voice for sentence in script.utterances} & set(known)}
        return Ready(script, voice, others)

    def speak(self, ready: Ready, speed: float = 1.0, seed: int = 0, quality: str = "fast") -> Iterator[Audio]:
        """The sentences of a text, one by one."""
        own = min(max(speed, SPEEDS[0]), SPEEDS[1])
        fields = {field.name for field in dataclasses.fields(self.cloner.Options)}
        options = self.cloner.Options(**{name: value for name, value in (("speed", own), ("seed", seed)) if name in fields})
        for piece in self.cloner.speak(ready.script, ready.voice, options, others=ready.others, quality=quality):
            yield stretched(piece, speed / own)

    def stream(self, wanted: Wanted, voice: Voice) -> AsyncIterator[Audio]:
        """What a request wants said, sentence by sentence, as it is spoken."""

        def make() -> Iterator[Audio]:
            ready = self.prepare(wanted.input, wanted.language, voice)
            yield from self.speak(ready, wanted.speed, wanted.seed, wanted.chosen_quality)

        return self.pool.stream(make)

    def close(self) -> None:
        self.pool.close()
        self.decoder.close()
        self.engine.dispose()


def words_of(audio: Audio, at: float = 0.0) -> list[dict[str, Any]]:
    """The words of a sound and when they are said, in seconds, `at` seconds later."""
    return [
        {"text": cue.text, "start": round(cue.start + at, 4), "stop": round(cue.stop + at, 4), "span": list(cue.span)}
        for cue in audio.cues
        if cue.kind == "word"
    ]
