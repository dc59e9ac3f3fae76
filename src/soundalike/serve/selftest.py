"""`soundalike serve --selftest`: many requests at once, each answer checked for its speaker and its words.

Its voices are synthetic: a buzz shaped into vowels is cloned, and what the clone says, played at eight
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

import numpy as np
import uvicorn

from soundalike.audio.audio import Audio
from soundalike.audio.speech import join
from soundalike.core.errors import SoundalikeError
from soundalike.core.speaking import FAST
from soundalike.core.vectors import unit
from soundalike.inference.cloner import Cloner
from soundalike.models.aligners.word_scores import word_scores
from soundalike.text import read

from .app import create_app
from .encode import RATE
from .limiter import one_thread
from .memory import resident
from .run import server
from .services import Services
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
# What the first voice says for the others to be made of
TRAINING_TEXTS = (
    "The harbor was quiet this morning.",
    "Please bring two cups of tea.",
    "Nobody wanted the new bridge.",
)
# Share by which memory may grow from before the requests to after them: caches fill during the first hundreds
GROWTH = 0.2
WORDS_SCORE = -3.0  # mean log-probability of words, above which they were said


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
        """The share by which memory grew."""
        return self.after / self.before - 1 if self.before else 0.0

    @property
    def passed(self) -> bool:
        """Whether every answer was right, and memory did not grow too much."""
        right = self.answered == self.speaker_right == self.words_right == self.requests
        return right and self.growth <= GROWTH

    def __str__(self) -> str:
        return (
            f"{'passed' if self.passed else 'FAILED'}: {self.requests} requests at once in {self.voices} "
            f"voices, {self.seconds:.1f} s; "
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
        own = dataclasses.replace(
            settings,
            host="127.0.0.1",
            port=0,
            data=Path(folder),
            database=None,
            voices="database",
            key_file=None,
            cors=(),
            waiting=max(settings.waiting, 128),
        )
        running = Running(own)
        try:
            return measured(running)
        finally:
            running.stop()


class Running:
    """A server in a thread of this process."""

    def __init__(self, settings: Settings):
        app = create_app(settings)
        self.server: uvicorn.Server = server(app, settings)
        self._thread = threading.Thread(target=self.server.run, daemon=True)
        self._thread.start()
        while not self.server.started and self._thread.is_alive():
            time.sleep(0.01)
        if not self.server.started:
            raise SoundalikeError("the server does not start. Its log says why.")
        self.port: int = self.server.servers[0].sockets[0].getsockname()[1]
        self.services: Services = app.state.services
        if self.services.wait() is None:
            self.stop()
            raise SoundalikeError(f"the model cannot be loaded: {self.services.failure}")

    def stop(self) -> None:
        """Stop the server, and wait until it has."""
        self.server.should_exit = True
        self._thread.join()

    def speak(self, text: str, voice: str) -> Audio | None:
        """The speech that the server answers with; None where it refuses."""
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


def measured(running: Running) -> Result:
    """Send the requests, and check the answers."""
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
    speakers, words = right_answers(running, names, asked, answers)
    answered = sum(answer is not None for answer in answers)
    return Result(len(asked), VOICES, answered, speakers, words, round(seconds, 2), before, after)


def right_answers(
    running: Running, names: list[str], asked: list[tuple[str, str]], answers: list[Audio | None]
) -> tuple[int, int]:
    """How many answers are by the right speaker, and how many say the right words. `asked` are texts and the
    names of voices.
    """
    cloner = running.services.cloner
    encoder = cloner.speaker_encoder
    if encoder is None:
        raise SoundalikeError("this model has no speaker encoder to check the voices with.")
    known = np.stack([unit(running.services.store.get(name).identity) for name in names])
    speakers = words = 0
    for number, ((text, name), answer) in enumerate(zip(asked, answers)):
        if answer is None:
            continue
        embedding = unit(encoder.embed([answer])[0])
        speakers += names[int((known @ embedding).argmax())] == name
        other = asked[(number + len(WHAT) + 1) % len(asked)][0]  # another beginning and another end
        words += score(cloner, answer, text) > max(WORDS_SCORE, score(cloner, answer, other))
    return speakers, words


def score(cloner: Cloner, audio: Audio, text: str) -> float:
    """How well a sound fits a text: the mean log-probability of its words."""
    if cloner.aligner is None:
        raise SoundalikeError("this model has no aligner to check the words with.")
    return float(word_scores(audio, read(text).utterances[0], cloner.aligner).mean())


def references(cloner: Cloner) -> list[Audio]:
    """Recordings of VOICES speakers that do not exist."""
    import soxr

    voice = cloner.listen(buzz())
    speech = join([piece for line in TRAINING_TEXTS for piece in cloner.speak(line, voice, quality=FAST)])
    return [
        Audio(soxr.resample(speech.samples, speech.rate, speech.rate / pace), speech.rate)
        for pace in np.geomspace(0.45, 1.25, VOICES)  # no two of which are taken for each other
    ]


def buzz(hertz: float = 140.0, seconds: float = 4.0) -> Audio:
    """Vowels in a row, with hisses and pauses between them: enough like speech to be cloned."""
    random = np.random.default_rng(0)
    parts: list[np.ndarray] = []
    number = 0
    while sum(map(len, parts)) < seconds * RATE:
        formants = VOWELS[number % len(VOWELS)]
        number = number + 1
        parts.append(_vowel(formants, hertz, number, random))
        if number % 2:
            parts.append(_hiss(random))
        if number % 7 == 0:
            parts.append(np.zeros(int(0.15 * RATE)))
    samples = np.concatenate(parts)
    return Audio((samples + 1e-4 * random.normal(size=len(samples))).astype(np.float32), RATE)


def _vowel(formants: tuple[int, ...], hertz: float, number: int, random: np.random.Generator) -> np.ndarray:
    """Pulses with resonances at the formants, their pitch moving."""
    size = int(0.18 * RATE)
    frequency = np.fft.rfftfreq(4 * size, 1 / RATE)
    pitch = hertz * 2 ** (0.15 * np.sin(2 * np.pi * (0.37 * number + 1.3 * np.arange(size) / RATE)))
    pulses = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0) + 0.003 * random.normal(size=size)
    shape = (1 / (1 + frequency / 1500)).astype(complex)
    for formant, width in zip(formants, (80, 100, 140, 200)):
        shape = shape * formant**2 / (formant**2 - frequency**2 + 1j * frequency * width)
    vowel = np.fft.irfft(np.fft.rfft(pulses, 4 * size) * shape, 4 * size)[:size] * np.hanning(size) ** 0.3
    return 0.5 * vowel / np.abs(vowel).max()


def _hiss(random: np.random.Generator) -> np.ndarray:
    """A short noise above 3500 Hz."""
    size = int(0.06 * RATE)
    noise = np.fft.rfft(random.normal(size=size)) * (np.fft.rfftfreq(size, 1 / RATE) > 3500)
    hiss = np.fft.irfft(noise, size) * np.hanning(size)
    return 0.1 * hiss / np.abs(hiss).max()
