"""The WebSocket that takes text as it is written and gives speech back, sentence by sentence.

Messages are JSON objects with a `type`. From the client: `start` (how to speak), `text` (a further piece),
`flush` (speak what is there), `end`. From the server: `speech.started`, `speech.audio.delta`,
`speech.audio.flushed`, `speech.audio.done`, and `error`, after which the connection is closed.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from typing import Any

from fastapi import APIRouter, WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect

from soundalike.core.types import Voice
from soundalike.serve.answer import CHUNK, ended
from soundalike.serve.encode import RATE, Encoder
from soundalike.serve.errors import Refusal, invalid_value, refusal_of
from soundalike.serve.ignored_fields import unknown
from soundalike.serve.middleware.keys import SUBPROTOCOL
from soundalike.serve.schemas import StreamStart, check_size, check_text
from soundalike.serve.sentence_buffer import SentenceBuffer
from soundalike.serve.services import Services, words_of
from soundalike.serve.sound_answer import count_speech
from soundalike.serve.streamed_speech import StreamedSpeech
from soundalike.text import is_ssml

from .speech import done_event

router = APIRouter()
MESSAGES = ("text", "flush", "end")  # types of messages after the first
BEGINNING = 300  # characters, in which SSML is told
# How a connection is closed after an error (RFC 6455, 7.4): by the error's status, else POLICY
CLOSE = {500: 1011, 429: 1013, 503: 1013}
POLICY = 1008


@router.websocket("/v1/audio/stream")
async def stream(socket: WebSocket) -> None:
    """Speaks a text while it is being written."""
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
    with contextlib.suppress(WebSocketDisconnect, asyncio.TimeoutError, TimeoutError):
        try:
            await Conversation(socket).run()
            await socket.close()
        except (WebSocketDisconnect, asyncio.TimeoutError, TimeoutError):
            raise  # the client left, or takes nothing of what is sent
        except Exception as error:
            await _end_with(socket, error)


async def _end_with(socket: WebSocket, error: Exception) -> None:
    """Tell the client of an error, and close."""
    refusal = refusal_of(error)
    if refusal.status >= 500:
        socket.state.failure = error
    told: dict[str, Any] = {"type": "error", **refusal.body}
    if "Retry-After" in refusal.headers:
        told["retry_after"] = int(refusal.headers["Retry-After"])
    await socket.send_text(json.dumps(told, ensure_ascii=False))
    await socket.close(CLOSE.get(refusal.status, POLICY))


class Conversation:
    """One connection: what the client sends is read while what it sent before is spoken."""

    def __init__(self, socket: WebSocket):
        self.socket = socket
        self.services: Services = socket.app.state.services
        self.settings = self.services.settings
        # (what it is: a type of message; the text that is to be spoken)
        self._waiting: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._speaking = False
        self._characters = 0
        self._beginning = ""  # of the text

    async def run(self) -> None:
        """Speak until the client has sent `end`. Raises Refusal and SoundalikeError, WebSocketDisconnect when
        the client leaves.
        """
        with self.services.limiter.place(self.socket.state.key):
            start = _checked_start(await self._message())
            voice = await self.services.voice_of(start)
            await self._send(
                {
                    "type": "speech.started",
                    "response_format": start.response_format,
                    "sampling_rate": RATE,
                    "seed": start.seed,
                    **({"ignored_fields": ignored} if (ignored := unknown(start.ignored, ())) else {}),
                }
            )
            reading = asyncio.ensure_future(self._read(start))
            speaking = asyncio.ensure_future(self._speak(start, voice))
            try:
                done, _ = await asyncio.wait({reading, speaking}, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                await ended(reading, speaking)

    async def _read(self, start: StreamStart) -> None:
        """Take messages, and pass on what they complete, until the client leaves. Raises Refusal."""
        buffer = SentenceBuffer(start.language)
        if start.input:
            self._take(buffer, start.input)
        over = False
        while True:
            kind, text = _checked(await self._message(over))
            if over:
                raise Refusal(400, "invalid_value", "type: nothing is taken after 'end'.", "type")
            if kind == "text":
                self._take(buffer, text)
            else:
                over = kind == "end"
                self._waiting.put_nowait((kind, buffer.flush()))

    def _take(self, buffer: SentenceBuffer, text: str) -> None:
        """Add text, and pass on the sentences it completes. Raises Refusal where it gets too long."""
        self._characters += len(text)
        self._beginning = (self._beginning + text)[:BEGINNING]
        if is_ssml(self._beginning):
            raise Refusal(
                400, "invalid_text", "text: SSML must be whole. Send it to POST /v1/audio/speech.", "text"
            )
        self.socket.state.characters = self._characters
        check_size(self._characters, self.settings.characters, "text")
        if sentences := buffer.add(text):
            self._waiting.put_nowait(("text", sentences))

    async def _message(self, over: bool = False) -> Any:
        """The next message, as JSON has it. Raises Refusal for one that is no JSON, and where none comes
        though the client has heard all and has more to send.
        """
        while True:
            try:
                message = await asyncio.wait_for(self.socket.receive(), self.settings.idle)
                break
            except (asyncio.TimeoutError, TimeoutError):
                if not over and not self._speaking and self._waiting.empty():
                    raise Refusal(
                        408, "stream_idle", f"Nothing was sent for {self.settings.idle:g} s. Connect again."
                    ) from None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        try:
            return json.loads(message.get("text") or "")
        except (ValueError, RecursionError):
            raise Refusal(400, "invalid_json", "The message is not JSON text.") from None

    async def _speak(self, start: StreamStart, voice: Voice) -> None:
        """Speak what is passed on, to the end of it."""
        speech = StreamedSpeech(self.services, start, voice)
        encoder = Encoder(start.response_format)
        doubts: list[str] = []
        kind = ""
        while kind != "end":
            kind, text = await self._waiting.get()
            self._speaking = True
            if text.strip():
                doubts += await self._speak_piece(speech, encoder, text, kind == "end")
            if kind == "flush":
                await self._send({"type": "speech.audio.flushed", "seconds": round(speech.seconds, 3)})
            self._speaking = False
        if not speech.seconds:
            check_text(speech.text, self.settings.characters, "text")
            raise Refusal(400, "invalid_text", "text: nothing in it can be spoken. Give a sentence.", "text")
        if data := encoder.finish():
            await self._send_sound(data)
        await self._send(done_event(self._characters, speech.seconds, start.seed, doubts, speech.language))

    async def _speak_piece(
        self, speech: StreamedSpeech, encoder: Encoder, text: str, last: bool
    ) -> list[str]:
        """Speak some sentences; what is in doubt in them."""
        doubts: list[str] = []
        before = speech.seconds
        async with contextlib.aclosing(speech.stream(text, last)) as pieces:
            async for piece in pieces:
                count_speech(self.socket, piece)
                doubts += [f"in '{check.text}': {doubt}" for check in piece.checks for doubt in check.doubts]
                words = words_of(piece, before) if speech.body.timestamps else None
                before += piece.seconds
                await self._send_sound(encoder.add(piece), words)
        return doubts

    async def _send_sound(self, data: bytes, words: list[dict[str, Any]] | None = None) -> None:
        """Send sound in messages that clients' default limits let through; its words with the first."""
        more: dict[str, Any] = {} if words is None else {"words": words}
        for at in range(0, max(1, len(data)), CHUNK):
            audio = base64.b64encode(data[at : at + CHUNK]).decode()
            await self._send({"type": "speech.audio.delta", "audio": audio, **more})
            more = {}

    async def _send(self, message: dict[str, Any]) -> None:
        """Send one message. Raises TimeoutError where the client does not take it."""
        sending = self.socket.send_text(json.dumps(message, ensure_ascii=False))
        await asyncio.wait_for(sending, self.settings.stall)


def _checked_start(message: Any) -> StreamStart:
    """The first message. Raises Refusal for one that is not `start`, or has a wrong value."""
    if not isinstance(message, dict) or message.get("type") != "start":
        raise Refusal(
            400, "invalid_value", 'type: the first message must be {"type": "start", "voice": ...}.', "type"
        )
    try:
        start = StreamStart.model_validate(message)
    except ValidationError as error:
        raise invalid_value(error) from None
    if start.ref_audio is not None:
        raise Refusal(
            400,
            "invalid_value",
            "ref_audio: not taken in a stream. Keep the voice first (POST /v1/audio/voices) and name it.",
            "ref_audio",
        )
    return start


def _checked(message: Any) -> tuple[str, str]:
    """The type of a later message, and its text. Raises Refusal for one that is none of MESSAGES."""
    kind = message.get("type") if isinstance(message, dict) else None
    if kind not in MESSAGES:
        choices = ", ".join(f"'{name}'" for name in MESSAGES)
        raise Refusal(400, "invalid_value", f"type: a message is one of {choices}.", "type")
    text = message.get("text") if kind == "text" else ""
    # JSON can write half of a character, which is no text
    if not isinstance(text, str) or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Refusal(400, "invalid_value", "text: Input should be a valid string.", "text")
    return kind, text
