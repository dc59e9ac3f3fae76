"""The adaptations of a server: a folder each, which says by itself what it is.

ID/adaptation.json   name, replace, key, status, recordings, minutes
ID/recordings/       the recordings, numbered
ID/claim             there while a server runs it, and touched by it
ID/notes.txt         what the command says
ID/errors.txt        warnings, progress, and why it failed
ID/work/             what `soundalike adapt` keeps between, to go on from
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import secrets
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from soundalike.core.adapting import RESULT, RUNS, SCORECARD
from soundalike.core.files import write_atomic
from soundalike.serve.errors import Refusal

FACTS = "adaptation.json"
CLAIM = "claim"
NOTES = "notes.txt"
ERRORS = "errors.txt"
DRAFT, QUEUED, RUNNING, DONE, FAILED, CANCELLED = "draft", "queued", "running", "done", "failed", "cancelled"
UNDER_WAY = (QUEUED, RUNNING)
MOST_RECORDINGS = 200
POINTS = 200  # of a curve, at most
SHOWN_NOTES = 40
HIDDEN = ("key", "replace")  # facts that clients do not see


class AdaptationStore:
    """The folder of adaptations. Each method that takes an id raises Refusal where there is none of that
    key's.
    """

    def __init__(self, folder: Path, most: int, lease: float):
        """`lease`: seconds after which one whose server has not touched its claim goes to another."""
        self.folder = folder
        self.most = most
        self.lease = lease
        self._writing = threading.RLock()

    def add(self, key: str | None, name: str, replace: bool) -> dict[str, Any]:
        """A new one, a draft that recordings can be added to; with `replace` its voice may take the place of
        another of that name. Raises Refusal when there are too many.
        """
        with self._writing:
            if len(list(self._all())) >= self.most:
                raise Refusal(
                    429, "queue_full", f"There are {self.most} adaptations. Delete one that is over."
                )
            id = f"adaptation-{secrets.token_hex(8)}"
            found: dict[str, Any] = {
                "id": id,
                "object": "audio.adaptation",
                "key": key,
                "name": name,
                "replace": replace,
                "status": DRAFT,
                "created": round(time.time(), 3),
                "minutes": None,
                "recordings": [],
                "error": None,
            }
            self.recordings(id).mkdir(parents=True)
            self._write(found)
        return self.show(id, key)

    def recordings(self, id: str) -> Path:
        """The folder of its recordings."""
        return self.folder / id / "recordings"

    def work(self, id: str) -> Path:
        """The work folder of its training."""
        return self.folder / id / "work"

    def get(self, id: str, key: str | None) -> dict[str, Any]:
        """Its facts."""
        found = self._read(self.folder / id) if id.startswith("adaptation-") and "/" not in id else None
        if found is None or found["key"] != key:
            raise Refusal(404, "adaptation_not_found", "There is no such adaptation.", "id")
        return found

    def show(self, id: str, key: str | None) -> dict[str, Any]:
        """What clients see of it: its facts, what was said, the curves of its training, its result."""
        found = self.get(id, key)
        work = self.work(id)
        shown = {name: value for name, value in found.items() if name not in HIDDEN}
        return {
            **shown,
            "seconds": round(sum(one["seconds"] for one in found["recordings"]), 1),
            "notes": _lines(self.folder / id),
            "curves": _curves(work),
            "result": _json(work / RESULT) if found["status"] == DONE else None,
            "has_scorecard": (work / SCORECARD).is_file(),
        }

    def listing(self, key: str | None) -> list[dict[str, Any]]:
        """Those of a key, the newest first."""
        mine = [found for found in self._all() if found["key"] == key]
        return [self.show(one["id"], key) for one in sorted(mine, key=lambda one: -one["created"])]

    def keep_recording(
        self, id: str, key: str | None, name: str, data: bytes, told: dict[str, Any]
    ) -> dict[str, Any]:
        """Add a recording to a draft, as a WAV file's bytes, with what is told of it."""
        with self._writing:
            found = self._draft(id, key)
            if len(found["recordings"]) >= MOST_RECORDINGS:
                raise Refusal(
                    400, "invalid_value", f"audio: at most {MOST_RECORDINGS} recordings are taken.", "audio"
                )
            number = 1 + max((one["number"] for one in found["recordings"]), default=0)
            write_atomic(self.recordings(id) / f"{number:04d}.wav", data)
            one = {"number": number, "name": name, **told}
            self._write({**found, "recordings": [*found["recordings"], one]})
        return one

    def drop_recording(self, id: str, key: str | None, number: int) -> None:
        """Take a recording out of a draft."""
        with self._writing:
            found = self._draft(id, key)
            kept = [one for one in found["recordings"] if one["number"] != number]
            if len(kept) == len(found["recordings"]):
                raise Refusal(404, "recording_not_found", f"There is no recording {number}.", "number")
            self._write({**found, "recordings": kept})
            (self.recordings(id) / f"{number:04d}.wav").unlink(missing_ok=True)

    def start(self, id: str, key: str | None, minutes: float, least: float) -> dict[str, Any]:
        """Queue a draft, or one that failed or was cancelled, which goes on from where it was."""
        with self._writing:
            found = self.get(id, key)
            if found["status"] in (*UNDER_WAY, DONE):
                raise Refusal(
                    409, "adaptation_started", f"The adaptation is {found['status']} already.", "id"
                )
            seconds = sum(one["seconds"] for one in found["recordings"])
            if seconds < least:
                raise Refusal(
                    400,
                    "too_little_speech",
                    f"{seconds:.0f} s of recordings. Give at least {least:.0f} s, better three minutes.",
                    "audio",
                )
            self._write({**found, "status": QUEUED, "minutes": minutes, "error": None})
        return self.show(id, key)

    def cancel(self, id: str, key: str | None) -> dict[str, Any]:
        """End one that is queued or running; one that is over stays as it is."""
        with self._writing:
            found = self.get(id, key)
            if found["status"] in UNDER_WAY:
                self._write({**found, "status": CANCELLED})
        return self.show(id, key)

    def remove(self, id: str, key: str | None) -> None:
        """Delete one with its recordings; its voice stays in the store of voices."""
        with self._writing:
            if self.get(id, key)["status"] == RUNNING:
                raise Refusal(409, "adaptation_running", "The adaptation is running. Cancel it first.", "id")
            shutil.rmtree(self.folder / id, ignore_errors=True)

    def next(self) -> dict[str, Any] | None:
        """The oldest that is queued, or was running when its server ended; now running, and claimed."""
        with self._writing:
            waiting = [found for found in self._all() if found["status"] in UNDER_WAY]
            for found in sorted(waiting, key=lambda one: one["created"]):
                if self._claim(found["id"]):
                    self._write({**found, "status": RUNNING})
                    return {**found, "status": RUNNING}
        return None

    def is_running(self, id: str) -> bool:
        """Whether one that is claimed is still to run: nobody has cancelled it. Renews the claim."""
        with contextlib.suppress(OSError):
            os.utime(self.folder / id / CLAIM)
        found = self._read(self.folder / id)
        return found is not None and found["status"] == RUNNING

    def release(self, id: str) -> None:
        """Give up a claim, whatever came of it."""
        (self.folder / id / CLAIM).unlink(missing_ok=True)

    def _claim(self, id: str) -> bool:
        """Whether it is now claimed here: no server that is alive had."""
        path = self.folder / id / CLAIM
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > self.lease:
                path.unlink()
        with contextlib.suppress(FileExistsError):
            path.touch(exist_ok=False)
            return True
        return False

    def finish(self, id: str, status: str, error: str | None = None) -> None:
        """Write how a running one ended."""
        with self._writing:
            found = self._read(self.folder / id)
            if found is not None and found["status"] == RUNNING:
                self._write({**found, "status": status, "error": error})

    def _draft(self, id: str, key: str | None) -> dict[str, Any]:
        found = self.get(id, key)
        if found["status"] != DRAFT:
            raise Refusal(
                409, "adaptation_started", "Its training has begun: no recordings can be changed.", "id"
            )
        return found

    def _all(self) -> Iterator[dict[str, Any]]:
        for folder in sorted(self.folder.glob("adaptation-*")):
            found = self._read(folder)
            if found is not None:
                yield found

    def _read(self, folder: Path) -> dict[str, Any] | None:
        return _json(folder / FACTS)

    def _write(self, found: dict[str, Any]) -> None:
        write_atomic(self.folder / found["id"] / FACTS, json.dumps(found, ensure_ascii=False) + "\n")


def _json(path: Path) -> dict[str, Any] | None:
    """What a JSON file says; None where it is not there or not whole."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text(encoding="utf-8"))
    return None


def _lines(folder: Path) -> list[str]:
    """The last notes of an adaptation, without the places of this server's files."""
    with contextlib.suppress(OSError):
        text = (folder / NOTES).read_text(encoding="utf-8", errors="replace")
        return text.replace(f"{folder}/", "").splitlines()[-SHOWN_NOTES:]
    return []


def _curves(work: Path) -> dict[str, list[tuple[int, float]]]:
    """The losses of the newest training run, by name: (step, value), at most POINTS of each."""
    logs = sorted(work.glob(RUNS), key=lambda path: path.stat().st_mtime)
    curves: dict[str, list[tuple[int, float]]] = defaultdict(list)
    if logs:
        with open(logs[-1], newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["value"] and not (row["name"] or "").startswith("norm_"):
                    curves[row["name"]].append((int(row["step"]), float(row["value"])))
    return {name: curve[:: -(-len(curve) // POINTS)] for name, curve in curves.items()}
