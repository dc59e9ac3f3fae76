"""The job worker: one thread that speaks the jobs in the store."""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Row, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from soundalike.core.files import replace_file, write_atomic
from soundalike.serve.encode import Encoder
from soundalike.serve.errors import refusal_of
from soundalike.serve.jobs.database import jobs_table as jobs
from soundalike.serve.limiter import one_thread
from soundalike.serve.middleware.request_log import log, places
from soundalike.serve.schemas import JobRequest
from soundalike.serve.services import Services, words_of
from soundalike.serve.voice_store import from_bytes

from .store import JobStore

TRIES = 3  # times a job is begun: one that ends its server each time has failed
SWEEP = 30.0  # seconds between searches for jobs that are due to be deleted
UPDATE = 0.5  # seconds between updates of how far a job is
SPOKEN = {"text": None, "voice": None}  # what of a job is not kept once it is over


class _Lost(Exception):
    """A job that was cancelled, deleted, or taken by another server while it was spoken."""


class _Closing(Exception):
    """The server is being closed."""


class JobWorker:
    """The thread that speaks jobs, and the one that keeps its lease."""

    def __init__(self, services: Services, job_store: JobStore):
        self.services = services
        self.job_store = job_store
        self.lease = services.settings.lease
        self.name = secrets.token_hex(8)
        self.wake = threading.Event()
        self._closing = threading.Event()
        self._current: str | None = None
        self._threads = [
            threading.Thread(target=work, daemon=True, name=work.__name__)
            for work in (self._work, self._keep_lease)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop after the sentence; the job goes back into the queue."""
        self._closing.set()
        self.wake.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        """Speak jobs until the server is closed."""
        one_thread()
        if self.services.wait() is None:
            return
        swept = 0.0
        while not self._closing.is_set():
            self.wake.clear()
            row = self._safely(self._claim)
            if row is not None:
                self._run(row)
                continue
            if time.monotonic() - swept > SWEEP:
                self._safely(self.job_store.sweep)
                swept = time.monotonic()
            self.wake.wait(1.0)

    def _keep_lease(self) -> None:
        """Write, again and again, that this server is alive."""
        while not self._closing.wait(self.lease / 5):
            if self._current is not None:
                self._safely(self._update, self._current)

    def _safely(self, work: Callable[..., Any], *given: Any) -> Any:
        """What a step returns; None where the database does not answer."""
        try:
            return work(*given)
        except (SQLAlchemyError, OSError, _Lost) as error:
            if not isinstance(error, _Lost):
                log.error("jobs", extra={"facts": {"failure": places(error)}})
            return None

    def _claim(self) -> Row | None:
        """The oldest job in the queue, now ours; before, jobs of servers that are gone are queued again."""
        now = time.time()
        with self.job_store.engine.begin() as connection:
            stale = [jobs.c.status == "running", or_(jobs.c.seen.is_(None), jobs.c.seen < now - self.lease)]
            lost = refusal_of(Exception()).body["error"]
            ended = {"status": "failed", "finished": now, "error": lost, **SPOKEN}
            connection.execute(update(jobs).where(*stale, jobs.c.tries >= TRIES).values(ended))
            connection.execute(update(jobs).where(*stale).values(status="queued", worker=None, done=0))
            job_id = connection.execute(
                select(jobs.c.id).where(jobs.c.status == "queued").order_by(jobs.c.created).limit(1)
            ).scalar()
            if job_id is None:
                return None
            ours = {
                "status": "running",
                "worker": self.name,
                "seen": now,
                "started": now,
                "tries": jobs.c.tries + 1,
            }
            still_queued = [jobs.c.id == job_id, jobs.c.status == "queued"]
            if not connection.execute(update(jobs).where(*still_queued).values(ours)).rowcount:
                return None
            return connection.execute(select(jobs).where(jobs.c.id == job_id)).first()

    def _update(self, job_id: str, **facts: Any) -> None:
        """Write that this server is alive, and how far a job is. Raises _Lost when it is ours no more."""
        with self.job_store.engine.begin() as connection:
            ours = [jobs.c.id == job_id, jobs.c.worker == self.name, jobs.c.status == "running"]
            if not connection.execute(update(jobs).where(*ours).values(seen=time.time(), **facts)).rowcount:
                raise _Lost()

    def _run(self, row: Row) -> None:
        """Speak one job to its end, and write how it ended."""
        self._current = row.id
        part = self.job_store.folder / f"{row.id}.{self.name}.part"
        began = time.monotonic()
        facts: dict[str, Any] = {"job": row.id, "key": row.key, "characters": row.characters}
        try:
            facts |= self._finished(row, self._speak(row, part))
        except _Lost:
            self._safely(self.job_store.forget, row.id)
            facts["status"] = "lost"
        except _Closing:
            queued = {"status": "queued", "worker": None, "done": 0, "tries": row.tries - 1}
            self._safely(lambda: self._update(row.id, **queued))
            facts["status"] = "queued"
        except Exception as error:
            failed = {"status": "failed", "finished": time.time(), "error": refusal_of(error).body["error"]}
            self._safely(lambda: self._update(row.id, **failed, **SPOKEN))
            facts |= {"status": "failed", "failure": places(error)}
        finally:
            self._current = None
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            log.info("job", extra={"facts": {**facts, "seconds": round(time.monotonic() - began, 3)}})

    def _finished(self, row: Row, seconds: float) -> dict[str, Any]:
        """Write that a job is done; what the log says of it."""
        length = round(seconds, 3)
        self._update(row.id, status="done", finished=time.time(), seconds=length, **SPOKEN)
        return {"status": "done", "speech_seconds": length}

    def _speak(self, row: Row, part: Path) -> float:
        """Write a job's sound and words; the seconds of it. Raises _Lost, _Closing, and what speaking
        raises.
        """
        body = JobRequest(**row.wanted, input=row.text)
        for left in self.job_store.folder.glob(f"{row.id}.*.part"):  # by a server that was killed
            left.unlink(missing_ok=True)
        with open(part, "wb") as file:
            seconds, words = self._write(row, body, file)
        self._update(row.id, done=row.characters)
        replace_file(part, self.job_store.result(row))
        write_atomic(self.job_store.result(row, "json"), json.dumps({"words": words}, ensure_ascii=False))
        return seconds

    def _write(self, row: Row, body: JobRequest, file: BinaryIO) -> tuple[float, list[dict[str, Any]]]:
        """Write the sound of a job into an open file; its seconds and words."""
        voice = self.services.adapted(from_bytes(row.voice), body.model)
        encoder = Encoder(body.response_format, file)
        seconds = 0.0
        words: list[dict[str, Any]] = []
        updated = 0.0
        for piece in self.services.speak(body, voice):
            encoder.add(piece)
            words += words_of(piece, seconds)
            seconds += piece.seconds
            self.services.metrics.speech_seconds.inc(piece.seconds)
            if self._closing.is_set():
                raise _Closing()
            if time.monotonic() - updated > UPDATE:
                self._update(row.id, done=words[-1]["span"][1] if words else 0)
                updated = time.monotonic()
        encoder.finish()
        return seconds, words
