"""Speech as bytes, piece by piece: mp3, opus, aac, flac by FFmpeg's encoders; wav and pcm as they are."""

from __future__ import annotations

import struct
from dataclasses import replace

import av
import numpy as np

from soundalike.audio.audio import Audio
from soundalike.audio.speech import Speech

RATE = 24_000  # hertz of everything that is sent: what OpenAI's pcm has
MEDIA = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
ENDLESS = 0xFFFFFFFF  # a length that is not known yet
# container, codec, kind of sample, bits a second, options of the container
CODECS = {
    "mp3": ("mp3", "libmp3lame", "fltp", 96_000, {"write_xing": "0", "id3v2_version": "0"}),
    "opus": ("ogg", "libopus", "flt", 48_000, {"page_duration": "200000"}),
    "aac": ("adts", "aac", "fltp", 96_000, {}),
    "flac": ("flac", "flac", "s16", None, {}),
}


class Encoder:
    """One stream of sound: give it pieces, take the bytes that are ready, finish it."""

    def __init__(self, format: str):
        self.format = format
        self._sink = _Sink()
        self._stream = None
        if format in CODECS:
            container, codec, self._kind, bits, options = CODECS[format]
            self._container = av.open(
                self._sink, "w", format=container, options={**options, "flush_packets": "1"}
            )
            self._stream = self._container.add_stream(codec, rate=RATE, layout="mono", format=self._kind)
            if bits:
                self._stream.bit_rate = bits
        elif format == "wav":
            self._sink.write(wav_header(None))
        self._at = 0

    def add(self, audio: Audio) -> bytes:
        """The bytes that a further piece makes ready; they may be few, as encoders look ahead."""
        samples = np.clip(audio.resample(RATE).samples, -1.0, 1.0)
        if self._stream is None:
            self._sink.write(np.round(samples * 32767).astype("<i2").tobytes())
            return self._sink.take()
        values = (
            np.round(samples * 32767).astype(np.int16) if self._kind == "s16" else samples.astype(np.float32)
        )
        if len(values):
            frame = av.AudioFrame.from_ndarray(values[None], format=self._kind, layout="mono")
            frame.rate = RATE
            frame.pts = self._at
            self._at += len(values)
            self._container.mux(self._stream.encode(frame))
        return self._sink.take()

    def finish(self) -> bytes:
        """The last bytes."""
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
            self._container.close()
        return self._sink.take()


class _Sink:
    """What an encoder writes into: bytes come out as they went in, so nothing before them can be changed."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data = b"".join(self._parts)
        self._parts = []
        return data


def wav_header(size: int | None) -> bytes:
    """The header of a WAV file of `size` bytes of sound, or of one whose length is not known yet."""
    whole, rest = (ENDLESS, ENDLESS) if size is None else (size + 36, size)
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", whole, b"WAVE", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16, b"data", rest
    )


def stretched(audio: Speech, tempo: float) -> Speech:
    """The sound at another pace, its pitch kept (FFmpeg's atempo); `tempo` .5 to 2, cues with it."""
    if tempo == 1.0:
        return audio
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        format="fltp", sample_rate=audio.rate, layout="mono", time_base=f"1/{audio.rate}"
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
