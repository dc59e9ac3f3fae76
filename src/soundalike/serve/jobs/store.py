"""The job store: jobs in a database, their results in a folder."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, delete, func, insert, select, update

from soundalike.serve.errors import Refusal
from soundalike.serve.jobs.database import jobs_table as jobs
from soundalike.serve.schemas import JobRequest

ENDED = ("done", "failed", "cancelled")


class JobStore:
    """The table of jobs and the folder of their results."""

    def __init__(self, engine: Engine, folder: Path, keep: float, most: int):
        self.engine = engine
        self.folder = folder
        self.keep = keep
        self.most = most
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, key: str | None, body: JobRequest, voice: bytes) -> dict[str, Any]:
        """A new job, queued. Raises Refusal when too many wait."""
        spoken = {"input", "voice", "ref_audio", "ref_text", "instructions"}
        kept = body.model_dump(exclude=spoken | set(body.ignored))
        job_id = f"job-{secrets.token_hex(12)}"
        row: dict[str, Any] = {
            "id": job_id,
            "key": key,
            "status": "queued",
            "wanted": kept,
            "text": body.input,
            "voice": voice,
            "characters": len(body.input),
            "done": 0,
            "created": time.time(),
            "tries": 0,
        }
        queued = select(func.count()).select_from(jobs).where(jobs.c.status == "queued")
        with self.engine.begin() as connection:
            waiting = connection.execute(queued).scalar() or 0
            if waiting >= self.most:
                raise Refusal(
                    429,
                    "queue_full",
                    f"{waiting} jobs are waiting already. Come again later.",
                    headers={"Retry-After": "30"},
                )
            connection.execute(insert(jobs).values(row))
        return self.show(job_id, key)

    def row(self, job_id: str, key: str | None) -> Row:
        """A job's row. Raises Refusal when there is none of that key's."""
        with self.engine.connect() as connection:
            found = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
        if found is None or found.key != key:
            raise Refusal(404, "job_not_found", "There is no such job, or its time is over.", "id")
        return found

    def show(self, job_id: str, key: str | None) -> dict[str, Any]:
        """A job as clients see it. Raises Refusal when there is none of that key's."""
        return self.as_json(self.row(job_id, key))

    def listing(self, key: str | None) -> list[dict[str, Any]]:
        """The newest hundred jobs of a key's, the newest first."""
        mine = jobs.c.key.is_(None) if key is None else jobs.c.key == key
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(jobs).where(mine).order_by(jobs.c.created.desc()).limit(100)
            ).all()
        return [self.as_json(row) for row in rows]

    def cancel(self, job_id: str, key: str | None) -> dict[str, Any]:
        """End a job that is not over; its worker stops at the next sentence."""
        self.row(job_id, key)
        with self.engine.begin() as connection:
            ended = {"status": "cancelled", "finished": time.time(), "text": None, "voice": None}
            connection.execute(
                update(jobs).where(jobs.c.id == job_id, jobs.c.status.not_in(ENDED)).values(ended)
            )
        return self.show(job_id, key)

    def remove(self, job_id: str, key: str | None) -> None:
        """Delete a job and its result."""
        self.row(job_id, key)
        with self.engine.begin() as connection:
            connection.execute(delete(jobs).where(jobs.c.id == job_id))
        self.clear(job_id)

    def clear(self, job_id: str) -> None:
        """Delete a job's files."""
        for path in self.folder.glob(f"{job_id}.*"):
            path.unlink(missing_ok=True)

    def forget(self, job_id: str) -> None:
        """Delete the files of a job that was cancelled or deleted, not of one that another server speaks."""
        with self.engine.connect() as connection:
            status = connection.execute(select(jobs.c.status).where(jobs.c.id == job_id)).scalar()
        if status in (None, "cancelled"):
            self.clear(job_id)

    def sweep(self) -> None:
        """Delete jobs that ended longer ago than they are kept."""
        with self.engine.begin() as connection:
            ended = select(jobs.c.id).where(jobs.c.finished < time.time() - self.keep)
            due = connection.execute(ended).scalars().all()
            connection.execute(delete(jobs).where(jobs.c.id.in_(due)))
        for job_id in due:
            self.clear(job_id)

    def counts(self) -> dict[str, int]:
        """How many jobs there are of each status."""
        grouped = select(jobs.c.status, func.count()).group_by(jobs.c.status)
        with self.engine.connect() as connection:
            return {status: count for status, count in connection.execute(grouped)}

    def result(self, row: Row, ending: str = "") -> Path:
        """Where a job's sound is, or (ending json) its words."""
        return self.folder / f"{row.id}.{ending or row.wanted['response_format']}"

    def as_json(self, row: Row) -> dict[str, Any]:
        """A job as clients see it."""
        return {
            "id": row.id,
            "object": "audio.job",
            "status": row.status,
            "progress": round(row.done / row.characters, 4),
            "characters": row.characters,
            "characters_done": row.done,
            "response_format": row.wanted["response_format"],
            "seconds": row.seconds,
            "created_at": row.created,
            "started_at": row.started,
            "finished_at": row.finished,
            "expires_at": row.finished + self.keep if row.finished else None,
            "error": row.error,
        }
