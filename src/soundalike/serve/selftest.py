"""`soundalike serve --selftest`: many requests at once, and each answer checked by who speaks and what is
said.

Its voices are made of nothing: a buzz shaped into vowels is cloned, and what the clone says, played at eight
speeds, gives eight speakers.
"""

from __future__ import annotations

import dataclasses
import http.client
import io
import json
import tempfile
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn

from soundalike.audio.audio import Audio
from soundalike.audio.speech import join
from soundalike.core.errors import SoundalikeError
from soundalike.inference.cloner import Cloner
from soundalike.models.aligners.word_scores import word_scores
from soundalike.text import read

from .encode import RATE
from .limiter import one_thread
from .memory import resident
from .run import server
from .settings import Settings

VOICES = 8
WHO = (
    "The baker",
    "My neighbour",
    "A young doctor",
    "Our old teacher",
    "The captain",
    "Nobody",
    "His brother",
    "Every farmer",
)
WHAT = (
    "counted the apples.",
    "was late again.",
    "never liked the bridge.",
    "sold seven horses.",
    "waited by the door.",
    "painted a small boat.",
    "knows this song.",
    "found the silver key.",
)
VOWELS = (  # hertz of formants, roughly
    (700, 1200, 2500, 3500),
    (300, 2200, 2900, 3600),
    (350, 800, 2400, 3400),
    (500, 1800, 2500, 3500),
    (450, 1000, 2400, 3400),
    (600, 1700, 2500, 3600),
)
# By the voice all others come of
TOLD = (
    "The harbor was quiet this morning.",
    "Please bring two cups of tea.",
    "Nobody wanted the new bridge.",
)
# Of memory, at most, from before the requests to after them: what is kept to go faster fills during the first
# hundreds
GROWTH = 0.2


@dataclasses.dataclass(frozen=True)
class Result:
    """What a self-test found."""

    requests: int
    voices: int
    answered: int
    speaker_right: int
    words_right: int
    seconds: float
    before: int  # bytes of resident memory
    after: int

    @property
    def growth(self) -> float:
        return self.after / self.before - 1 if self.before else 0.0

    @property
    def passed(self) -> bool:
        return (
            self.answered == self.speaker_right == self.words_right == self.requests and self.growth <= GROWTH
        )

    def __str__(self) -> str:
        return (
            f"{'passed' if self.passed else 'FAILED'}: {self.requests} requests at once in {self.voices} voices, {self.seconds:.1f} s; "
            f"answered {self.answered}, right speaker {self.speaker_right}, right words {self.words_right}; "
            f"memory {self.before >> 20} MB before, {self.after >> 20} MB after ({self.growth:+.1%})"
        )


def selftest(settings: Settings) -> Result:
    """Start a server of its own on a free port, with a folder of its own, and try it. Raises SoundalikeError
    when it does not start.
    """
    one_thread()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = {
            "host": "127.0.0.1",
            "port": 0,
            "data": Path(folder),
            "database": None,
            "voices": "database",
            "key_file": None,
            "cors": (),
        }
        running = Running(dataclasses.replace(settings, **own, waiting=max(settings.waiting, 128)))
        try:
            return tried(running)
        finally:
            running.stop()


class Running:
    """A server in a thread of this process."""

    def __init__(self, settings: Settings):
        self.server: uvicorn.Server = server(settings)
        self._thread = threading.Thread(target=self.server.run, daemon=True)
        self._thread.start()
        while not self.server.started and self._thread.is_alive():
            time.sleep(0.01)
        if not self.server.started:
            raise SoundalikeError("the server does not start. Its log says why.")
        self.port: int = self.server.servers[0].sockets[0].getsockname()[1]
        self.services: Any = self.server.config.app.state.services
        if self.services.wait() is None:
            self.stop()
            raise SoundalikeError(f"the model cannot be loaded: {self.services.failure}")

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join()

    def speak(self, text: str, voice: str) -> Audio | None:
        """What the server says, or None."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            body = json.dumps({"input": text, "voice": voice, "response_format": "wav"})
            connection.request("POST", "/v1/audio/speech", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            data = answer.read()
            return Audio.read(io.BytesIO(data)) if answer.status == 200 else None
        except (OSError, http.client.HTTPException, SoundalikeError):
            return None
        finally:
            connection.close()


def tried(running: Running) -> Result:
    """Fire the requests and check the answers."""
    cloner = running.services.cloner
    names = [f"voice {number}" for number in range(VOICES)]
    for name, reference in zip(names, references(cloner)):
        running.services.store.put(name, cloner.listen(reference), False)
    asked = [
        (f"{who} {what}", names[(first + second) % VOICES])
        for first, who in enumerate(WHO)
        for second, what in enumerate(WHAT)
    ]
    with ThreadPoolExecutor(len(asked)) as clients:
        # Warms up: memory is measured from here
        list(clients.map(lambda pair: running.speak(*pair), asked[:16]))
        before = resident()
        began = time.monotonic()
        answers = list(clients.map(lambda pair: running.speak(*pair), asked))
        seconds = time.monotonic() - began
        after = resident()
    known = np.stack([unit(running.services.store.get(name).identity.astype(np.float32)) for name in names])
    speakers = words = 0
    for number, ((text, name), answer) in enumerate(zip(asked, answers)):
        if answer is None:
            continue
        heard = unit(cloner.speaker_encoder.embed([answer])[0])
        speakers += names[int((known @ heard).argmax())] == name
        other = asked[(number + len(WHAT) + 1) % len(asked)][0]  # another beginning and another end
        words += said(cloner, answer, text) > max(-3.0, said(cloner, answer, other))
    answered = sum(answer is not None for answer in answers)
    return Result(len(asked), VOICES, answered, speakers, words, round(seconds, 2), before, after)


def said(cloner: Cloner, audio: Audio, text: str) -> float:
    """How well a sound fits a text: the mean log-probability of its words."""
    return float(word_scores(audio, read(text).utterances[0], cloner.aligner).mean())


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def references(cloner: Cloner) -> list[Audio]:
    """Recordings of VOICES speakers that there never were."""
    import soxr

    voice = cloner.listen(buzz())
    told = join([piece for line in TOLD for piece in cloner.speak(line, voice)])
    return [
        Audio(soxr.resample(told.samples, told.rate, told.rate / pace), told.rate)
        for pace in np.geomspace(0.7, 1.35, VOICES)
    ]


def buzz(hertz: float = 140.0, seconds: float = 4.0) -> Audio:
    """Vowels in a row, with hisses and pauses between them: enough like speech to be cloned."""
    random = np.random.default_rng(0)
    size = int(0.18 * RATE)
    short = int(0.06 * RATE)
    frequency = np.fft.rfftfreq(4 * size, 1 / RATE)
    parts: list[np.ndarray] = []
    number = 0
    while sum(map(len, parts)) < seconds * RATE:
        formants = VOWELS[number % len(VOWELS)]
        number = number + 1
        pitch = hertz * 2 ** (0.15 * np.sin(2 * np.pi * (0.37 * number + 1.3 * np.arange(size) / RATE)))
        pulses = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0) + 0.003 * random.normal(size=size)
        shape = 1 / (1 + frequency / 1500)
        for formant, width in zip(formants, (80, 100, 140, 200)):
            shape = shape * formant**2 / (formant**2 - frequency**2 + 1j * frequency * width)
        vowel = np.fft.irfft(np.fft.rfft(pulses, 4 * size) * shape, 4 * size)[:size] * np.hanning(size) ** 0.3
        parts.append(0.5 * vowel / np.abs(vowel).max())
        if number % 2:
            hiss = np.fft.rfft(random.normal(size=short)) * (np.fft.rfftfreq(short, 1 / RATE) > 3500)
            hiss = np.fft.irfft(hiss, short) * np.hanning(short)
            parts.append(0.1 * hiss / np.abs(hiss).max())
        if number % 7 == 0:
            parts.append(np.zeros(int(0.15 * RATE)))
    samples = np.concatenate(parts)
    return Audio((samples + 1e-4 * random.normal(size=len(samples))).astype(np.float32), RATE)
