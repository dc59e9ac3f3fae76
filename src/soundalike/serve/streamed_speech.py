"""Speech for text that arrives in pieces: what one piece must know of those spoken before it."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass, field

from soundalike.audio.speech import Speech
from soundalike.core.emotions import Emotion
from soundalike.core.errors import TextError
from soundalike.core.languages import TextLanguage
from soundalike.core.speaking import LOUDNESS
from soundalike.core.types import Timestamp, Voice
from soundalike.inference.script_request import ScriptRequest, opened, read_script
from soundalike.inference.speech_length import predicted_seconds
from soundalike.provenance.metadata import today
from soundalike.text import Script, reading_language

from .encode import stretched
from .request_options import model_speed
from .schemas import StreamedRequest
from .services import Services, check_seconds

JUDGED = 1000  # characters of the beginning, by which the language is told


@dataclass
class StreamedSpeech:
    """One voice that goes on speaking: seeds, the watermark and places in the text go on with each piece."""

    services: Services
    body: StreamedRequest
    voice: Voice
    text: str = ""  # all that was given to be spoken
    seconds: float = 0.0  # of what was spoken
    language: TextLanguage | None = None  # that the text is read in
    _sentences: int = field(default=0, repr=False)
    _samples: int = field(default=0, repr=False)
    _emotion: Emotion | None = field(default=None, repr=False)  # that a mark left in force

    def stream(self, text: str, last: bool) -> AsyncGenerator[Speech, None]:
        """A further piece of text, spoken sentence by sentence in a worker, the first in pieces where that
        is asked for; nothing for one that holds nothing to speak. Raises Refusal before the first sound where
        the whole gets too long, ConfigError and CheckpointError.
        """
        start = len(self.text)
        self.text += text
        return self.services.pool.stream(lambda: self._speak(text, start, last))

    def _speak(self, text: str, start: int, last: bool) -> Generator[Speech, None, None]:
        script = self._read(text)
        if script is None:
            return
        body = self.body
        coming = predicted_seconds(script, body.speed)
        check_seconds(self.seconds + coming, self.services.settings.speech_seconds, "text")
        speed = model_speed(body.speed)
        options = self.services.options(body, speed)
        pieces = self.services.cloner_of(body.model).speak(
            script,
            self.voice,
            dataclasses.replace(options, seed=options.seed + self._sentences),
            first_sample=self._samples,
            more=not last,
            stream=bool(body.stream)
            and speed == body.speed,  # what is stretched is stretched in whole sentences
            loudness=LOUDNESS if body.loudness is None else body.loudness,
            quality=body.chosen_quality,
            day=today(),
        )
        for piece in pieces:
            self._samples += len(piece.samples)
            heard = stretched(piece, body.speed / speed)
            self.seconds += heard.seconds
            moved = tuple(_moved(timestamp, start) for timestamp in heard.timestamps)
            yield dataclasses.replace(heard, timestamps=moved)
        self._sentences += len(script.utterances)

    def _read(self, text: str) -> Script | None:
        """The sentences of a piece; None of one that holds nothing to speak, such as a line of stars."""
        language, _ = reading_language(self.text[:JUDGED], self.body.language)
        self.language = language
        options = self.body.text_options
        request = ScriptRequest(text, language.code, ssml=False, options=options, emotion=self._emotion)
        try:
            part = opened(request)
            self._emotion = part.emotion
            return read_script(request, self.voice, part)
        except TextError:
            return None


def _moved(timestamp: Timestamp, characters: int) -> Timestamp:
    """A timestamp whose word is so many characters later in the text."""
    if timestamp.kind != "word":
        return timestamp
    start, stop = timestamp.span
    return dataclasses.replace(timestamp, span=(start + characters, stop + characters))
