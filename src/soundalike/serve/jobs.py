"""Long texts, spoken one after the other in the background: kept in the database, so that they outlive the server.

A job is queued, running, and then done, failed or cancelled. Its server is heard of every few seconds while it speaks; a job whose
server is not goes back into the queue, and is spoken from its beginning. Text and voice are deleted once they are spoken.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from .database import jobs_table as jobs
from .encode import Encoder, wav_header
from .errors import Refusal, refusal_of
from .house import House, words_of
from .schemas import JobRequest
from .store import from_bytes
from .watch import log, places
from .work import one_thread

ENDED = ("done", "failed", "cancelled")
TRIES = 3  # times a job is begun: one that ends its server each time is given up
SWEEP = 30.0  # seconds between looks for jobs that are due to be deleted


class Ledger:
    """The table of jobs and the folder of their results."""

    def __init__(self, engine: Engine, folder: Path, keep: float, most: int):
        self.engine, self.folder, self.keep, self.most = engine, folder, keep, most
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, key: str | None, wanted: JobRequest, voice: bytes) -> dict[str, Any]:
        """A new job, queued. Raises Refusal when too many wait."""
        kept = wanted.model_dump(exclude={"input", "voice", "ref_audio", "ref_text", "instructions"})
        row = {"id": f"job-{secrets.token_hex(12)}", "key": key, "status": "queued", "wanted": kept, "text": wanted.input, "voice": voice}
        row |= {"characters": len(wanted.input), "done": 0, "created": time.time(), "tries": 0}
        with self.engine.begin() as connection:
            waiting = connection.execute(select(func.count()).select_from(jobs).where(jobs.c.status == "queued")).scalar() or 0
            if waiting >= self.most:
                raise Refusal(429, "queue_full", f"{waiting} jobs are waiting already. Come again later.", headers={"Retry-After": "30"})
            connection.execute(insert(jobs).values(row))
        return self.show(row["id"], key)

    def row(self, number: str, key: str | None) -> Row:
        """A job's row. Raises Refusal when there is none of that key's."""
        with self.engine.connect() as connection:
            found = connection.execute(select(jobs).where(jobs.c.id == number)).first()
        if found is None or found.key != key:
            raise Refusal(404, "job_not_found", "There is no such job, or its time is over.", "id")
        return found

    def show(self, number: str, key: str | None) -> dict[str, Any]:
        return self.as_json(self.row(number, key))

    def listing(self, key: str | None) -> list[dict[str, Any]]:
        """The newest hundred jobs of a key's, the newest first."""
        mine = jobs.c.key.is_(None) if key is None else jobs.c.key == key
        with self.engine.connect() as connection:
            rows = connection.execute(select(jobs).where(mine).order_by(jobs.c.created.desc()).limit(100)).all()
        return [self.as_json(row) for row in rows]

    def cancel(self, number: str, key: str | None) -> dict[str, Any]:
        """End a job that is not over; its worker hears of it."""
        self.row(number, key)
        with self.engine.begin() as connection:
            ended = {"status": "cancelled", "finished": time.time(), "text": None, "voice": None}
            connection.execute(update(jobs).where(jobs.c.id == number, jobs.c.status.not_in(ENDED)).values(ended))
        return self.show(number, key)

    def remove(self, number: str, key: str | None) -> None:
        """Delete a job and its result."""
        self.row(number, key)
        with self.engine.begin() as connection:
            connection.execute(delete(jobs).where(jobs.c.id == number))
        self.clear(number)

    def clear(self, number: str) -> None:
        """Delete a job's files."""
        for path in self.folder.glob(f"{number}.*"):
            path.unlink(missing_ok=True)

    def forget(self, number: str) -> None:
        """Delete the files of a job that was cancelled or deleted, not of one that another server speaks."""
        with self.engine.connect() as connection:
            status = connection.execute(select(jobs.c.status).where(jobs.c.id == number)).scalar()
        if status in (None, "cancelled"):
            self.clear(number)

    def sweep(self) -> None:
        """Delete what is over for longer than it is kept."""
        with self.engine.begin() as connection:
            due = connection.execute(select(jobs.c.id).where(jobs.c.finished < time.time() - self.keep)).scalars().all()
            connection.execute(delete(jobs).where(jobs.c.id.in_(due)))
        for number in due:
            self.clear(number)

    def counts(self) -> dict[str, int]:
        """How many jobs there are of each status."""
        with self.engine.connect() as connection:
            return {status: count for status, count in connection.execute(select(jobs.c.status, func.count()).group_by(jobs.c.status))}

    def result(self, row: Row, ending: str = "") -> Path:
        """Where a job's sound is, or (ending json) its words."""
        return self.folder / f"{row.id}.{ending or row.wanted['response_format']}"

    def as_json(self, row: Row) -> dict[str, Any]:
        """A job as clients see it."""
        return {
            "id": row.id, "object": "audio.job", "status": row.status, "progress": round(row.done / row.characters, 4),
            "characters": row.characters, "characters_done": row.done, "response_format": row.wanted["response_format"], "seconds": row.seconds,
            "created_at": row.created, "started_at": row.started, "finished_at": row.finished,
            "expires_at": row.finished + self.keep if row.finished else None, "error": row.error,
        }  # fmt: skip


class _Lost(Exception):
    """A job that was cancelled, deleted, or given to another while it was spoken."""


class _Closing(Exception):
    """The server is being closed."""


class Clerk:
    """The thread that speaks jobs, and the one that says it is alive."""

    def __init__(self, house: House, ledger: Ledger):
        self.house, self.ledger, self.lease = house, ledger, house.settings.lease
        self.name = secrets.token_hex(8)
        self.wake, self._closing = threading.Event(), threading.Event()
        self._current: str | None = None
        self._threads = [threading.Thread(target=work, daemon=True, name=work.__name__) for work in (self._work, self._live)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop after the sentence; the job goes back into the queue."""
        self._closing.set()
        self.wake.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        one_thread()
        if self.house.wait() is None:
            return
        swept = 0.0
        while not self._closing.is_set():
            self.wake.clear()
            row = self._safely(self._claim)
            if row is not None:
                self._run(row)
                continue
            if time.monotonic() - swept > SWEEP:
                self._safely(self.ledger.sweep)
                swept = time.monotonic()
            self.wake.wait(1.0)

    def _live(self) -> None:
        while not self._closing.wait(self.lease / 5):
            if self._current is not None:
                self._safely(self._note, self._current)

    def _safely(self, work: Callable[..., Any], *given: Any) -> Any:
        """What a step gives; None where the database does not answer."""
        try:
            return work(*given)
        except (SQLAlchemyError, OSError, _Lost) as error:
            if not isinstance(error, _Lost):
                log.error("jobs", extra={"facts": {"failure": places(error)}})
            return None

    def _claim(self) -> Row | None:
        """The oldest job in the queue, now ours; jobs of servers that are gone are put back before."""
        now = time.time()
        with self.ledger.engine.begin() as connection:
            stale = [jobs.c.status == "running", or_(jobs.c.seen.is_(None), jobs.c.seen < now - self.lease)]
            lost = refusal_of(Exception()).body["error"]
            ended = {"status": "failed", "finished": now, "error": lost, "text": None, "voice": None}
            connection.execute(update(jobs).where(*stale, jobs.c.tries >= TRIES).values(ended))
            connection.execute(update(jobs).where(*stale).values(status="queued", worker=None, done=0))
            number = connection.execute(select(jobs.c.id).where(jobs.c.status == "queued").order_by(jobs.c.created).limit(1)).scalar()
            if number is None:
                return None
            ours = {"status": "running", "worker": self.name, "seen": now, "started": now, "tries": jobs.c.tries + 1}
            if not connection.execute(update(jobs).where(jobs.c.id == number, jobs.c.status == "queued").values(ours)).rowcount:
                return None
            return connection.execute(select(jobs).where(jobs.c.id == number)).first()

    def _note(self, number: str, **facts: Any) -> None:
        """Say that this server is alive, and how far a job is. Raises _Lost when it is ours no more."""
        with self.ledger.engine.begin() as connection:
            ours = [jobs.c.id == number, jobs.c.worker == self.name, jobs.c.status == "running"]
            if not connection.execute(update(jobs).where(*ours).values(seen=time.time(), **facts)).rowcount:
                raise _Lost()

    def _run(self, row: Row) -> None:
        """Speak one job to its end."""
        self._current, part = row.id, self.ledger.folder / f"{row.id}.{self.name}.part"
        over = {"text": None, "voice": None}
        began, facts = time.monotonic(), {"job": row.id, "key": row.key, "characters": row.characters}
        try:
            seconds = self._speak(row, part)
            self._note(row.id, status="done", finished=time.time(), seconds=round(seconds, 3), **over)
            facts |= {"status": "done", "speech_seconds": round(seconds, 3)}
        except _Lost:
            self._safely(self.ledger.forget, row.id)
            facts["status"] = "lost"
        except _Closing:
            self._safely(lambda: self._note(row.id, status="queued", worker=None, done=0, tries=row.tries - 1))
            facts["status"] = "queued"
        except Exception as error:
            refusal = refusal_of(error)
            self._safely(lambda: self._note(row.id, status="failed", finished=time.time(), error=refusal.body["error"], **over))
            facts |= {"status": "failed", "failure": places(error)}
        finally:
            self._current = None
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            log.info("job", extra={"facts": {**facts, "seconds": round(time.monotonic() - began, 3)}})

    def _speak(self, row: Row, part: Path) -> float:
        """Write a job's sound and words; the seconds of it. Raises _Lost, _Closing, and what speaking raises."""
        wanted = JobRequest(**row.wanted, input=row.text)
        voice, encoder = self.house.adapted(from_bytes(row.voice), wanted.model), Encoder(wanted.response_format)
        seconds, words, told = 0.0, [], 0.0
        for left in self.ledger.folder.glob(f"{row.id}.*.part"):  # by a server that was killed
            left.unlink(missing_ok=True)
        with open(part, "wb") as file:
            for piece in self.house.speak(wanted, voice):
                file.write(encoder.add(piece))
                words += words_of(piece, seconds)
                seconds += piece.seconds
                self.house.metrics.spoken.inc(piece.seconds)
                if self._closing.is_set():
                    raise _Closing()
                if time.monotonic() - told > 0.5:
                    self._note(row.id, done=words[-1]["span"][1] if words else 0)
                    told = time.monotonic()
            file.write(encoder.finish())
            if wanted.response_format == "wav":  # its length is known now
                size = file.tell() - len(wav_header(0))
                file.seek(0)
                file.write(wav_header(size))
        self._note(row.id, done=row.characters)
        os.replace(part, self.ledger.result(row))
        part.write_text(json.dumps({"words": words}, ensure_ascii=False), encoding="utf-8")
        os.replace(part, self.ledger.result(row, "json"))
        return seconds
