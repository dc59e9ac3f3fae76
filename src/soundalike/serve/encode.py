"""Speech as bytes, piece by piece: mp3, opus, aac and flac by FFmpeg's encoders, wav and pcm plain."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import BinaryIO

import av
import numpy as np
from av.audio.stream import AudioStream

from soundalike.audio.audio import Audio
from soundalike.audio.speech import Speech
from soundalike.audio.wav_header import wav_header

RATE = 24_000  # hertz of everything that is sent: what OpenAI's pcm has
MEDIA = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
# container, codec, kind of sample, bits a second, options of the container
CODECS = {
    "mp3": ("mp3", "libmp3lame", "fltp", 96_000, {"write_xing": "0", "id3v2_version": "0"}),
    "opus": ("ogg", "libopus", "flt", 48_000, {"page_duration": "200000"}),
    "aac": ("adts", "aac", "fltp", 96_000, {}),
    "flac": ("flac", "flac", "s16", None, {}),
}


class Encoder:
    """One stream of sound: add pieces, take the bytes that are ready, finish it.

    Without a file, bytes go out as they are made, so headers cannot say how long the sound is. With one (open
    for writing, at its start), all bytes go there, and `finish` puts the true length into its header.
    """

    def __init__(self, format: str, file: BinaryIO | None = None):
        self.format = format
        self._file = file
        self._sink = _Sink()
        target = self._sink if file is None else file
        self._codec = _Codec(target, format) if format in CODECS else None
        self._target = target
        self._size = 0  # bytes of plain samples
        if format == "wav":
            target.write(wav_header(RATE))

    def add(self, audio: Audio) -> bytes:
        """The bytes that a further piece makes ready; they may be few, as encoders look ahead."""
        samples = np.clip(audio.resample(RATE).samples, -1.0, 1.0)
        if self._codec is not None:
            self._codec.add(samples)
        else:
            data = np.round(samples * 32767).astype("<i2").tobytes()
            self._size += len(data)
            self._target.write(data)
        return self._sink.take()

    def finish(self) -> bytes:
        """The last bytes."""
        if self._codec is not None:
            self._codec.finish()
        elif self.format == "wav" and self._file is not None:
            self._file.seek(0)
            self._file.write(wav_header(RATE, self._size))
            self._file.seek(0, 2)
        return self._sink.take()


class _Codec:
    """One of FFmpeg's encoders, which writes into a sink or a file."""

    def __init__(self, sink: _Sink | BinaryIO, format: str):
        container, codec, self._kind, bits, options = CODECS[format]
        self._container = av.open(sink, "w", format=container, options={**options, "flush_packets": "1"})
        stream = self._container.add_stream(codec, rate=RATE, layout="mono", format=self._kind)
        assert isinstance(stream, AudioStream), codec
        self._stream = stream
        if bits:
            self._stream.bit_rate = bits
        self._position = 0

    def add(self, samples: np.ndarray) -> None:
        """Encode samples at RATE, within -1 to 1."""
        if not len(samples):
            return
        values = (
            np.round(samples * 32767).astype(np.int16) if self._kind == "s16" else samples.astype(np.float32)
        )
        frame = av.AudioFrame.from_ndarray(values[None], format=self._kind, layout="mono")
        frame.rate = RATE
        frame.pts = self._position
        self._position += len(values)
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Encode what the encoder holds back, and end the container."""
        self._container.mux(self._stream.encode(None))
        self._container.close()


class _Sink:
    """What an encoder writes into: bytes are taken out in order, so none before them can be changed."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data = b"".join(self._parts)
        self._parts = []
        return data


def stretched(audio: Speech, tempo: float) -> Speech:
    """The sound at another tempo, .5 to 2, its pitch kept (FFmpeg's atempo); its timestamps move along."""
    if tempo == 1.0:
        return audio
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        format="fltp", sample_rate=audio.rate, layout="mono", time_base=Fraction(1, audio.rate)
    )
    filter = graph.add("atempo", f"{tempo:g}")
    sink = graph.add("abuffersink")
    source.link_to(filter)
    filter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(audio.samples[None].astype(np.float32), format="fltp", layout="mono")
    frame.rate = audio.rate
    frame.pts = 0
    graph.push(frame)
    graph.push(None)
    parts = []
    while True:
        try:
            parts.append(graph.pull().to_ndarray()[0])
        except (av.error.BlockingIOError, av.error.EOFError):
            break
    timestamps = tuple(
        replace(timestamp, start=timestamp.start / tempo, stop=timestamp.stop / tempo)
        for timestamp in audio.timestamps
    )
    return replace(audio, samples=np.concatenate(parts), timestamps=timestamps)
