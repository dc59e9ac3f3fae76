"""The thread that runs adaptations, one at a time, each as `soundalike adapt` in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from soundalike.core.errors import SoundalikeError
from soundalike.core.types import Voice
from soundalike.inference import voice_file, voice_library
from soundalike.serve.errors import Refusal
from soundalike.serve.limiter import one_thread
from soundalike.serve.middleware.request_log import log
from soundalike.serve.services import Services
from soundalike.serve.settings import cores

from .store import DONE, ERRORS, FAILED, NOTES, AdaptationStore

LOOK = 0.5  # seconds between looks at whether it was cancelled, or is over
AGAIN = 5.0  # seconds between looks for one whose server is gone
PATIENCE = 60.0  # seconds for which a process may save what it has once it is to end
COMPLAINT = "soundalike: "  # begins the line in which a command says why it failed


class AdaptationWorker:
    """Runs what is queued. One that its server left, whether closed or killed, goes on where it was."""

    def __init__(self, services: Services, store: AdaptationStore):
        self.services = services
        self.store = store
        self.wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True, name="adaptations")
        self._thread.start()

    def close(self) -> None:
        """End the process that runs, which keeps what it has; it goes on when a server is there again."""
        self._closing.set()
        self.wake.set()
        self._thread.join()

    def _work(self) -> None:
        one_thread()
        while not self._closing.is_set():
            self.wake.clear()
            found = self.store.next()
            if found is None:
                self.wake.wait(AGAIN)
                continue
            began = time.monotonic()
            try:
                status, error = self._run(found)
            except OSError as fault:
                status, error = FAILED, f"The server cannot keep it ({fault.strerror}). Start it again."
            if status is not None:
                self.store.finish(found["id"], status, error)
            self.store.release(found["id"])
            facts = {"adaptation": found["id"], "key": found["key"], "status": status or "left"}
            log.info("adaptation", extra={"facts": {**facts, "seconds": round(time.monotonic() - began, 3)}})

    def _run(self, found: dict[str, Any]) -> tuple[str | None, str | None]:
        """How one ended, and why it failed; None where it was cancelled or left for later."""
        folder = self.store.folder / found["id"]
        voice = folder / "kept.voice"
        voice.unlink(missing_ok=True)  # the new one is compared with what conditioning gives, not with it
        with open(folder / NOTES, "wb") as notes, open(folder / ERRORS, "wb") as errors:
            code = self._command(self._words(found, voice), notes, errors, found["id"])
        if code is None:
            return None, None
        if code != 0:
            return FAILED, _reason(folder)
        try:
            self._keep(found, voice_file.read(voice))
        except (SoundalikeError, Refusal) as error:
            return FAILED, str(error)
        return DONE, None

    def _keep(self, found: dict[str, Any], voice: Voice) -> None:
        """Put the voice into the store. Raises Refusal for a name that another voice got meanwhile, unless it
        may be replaced.
        """
        store, name = self.services.store, found["name"]
        # Adaptations of earlier versions do not say whether it may be replaced
        replace = found.get("replace", True)
        if not replace and store.has(name):
            # It is kept already where its server was killed right after keeping it
            replace = voice_library.same_recordings(store.get(name), voice)
        store.put(name, voice, replace)

    def _words(self, found: dict[str, Any], voice: Path) -> list[str]:
        """The words of the command."""
        id = found["id"]
        words = [str(self.store.recordings(id)), "-o", str(voice), "--work", str(self.store.work(id))]
        words += ["--minutes", f"{found['minutes']:g}"]
        model = self.services.settings.model
        return ["adapt", *words, *(["--model", model] if model else [])]

    def _command(self, words: list[str], notes: IO[bytes], errors: IO[bytes], id: str) -> int | None:
        """The exit code of a command; None where it was ended because nobody wants it now."""
        process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.attached", *words],
            stdin=subprocess.PIPE,
            stdout=notes,
            stderr=errors,
            # Speaking goes on beside it
            env={**os.environ, "OMP_NUM_THREADS": str(max(1, cores() - 1)), "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdin is not None
        while process.poll() is None:
            if self._closing.wait(LOOK) or not self.store.is_running(id):
                process.stdin.close()
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                return None
        process.stdin.close()
        return process.returncode


def _reason(folder: Path) -> str:
    """Why a command failed: the line in which it says so, without the places of this server's files."""
    text = (folder / ERRORS).read_text(encoding="utf-8", errors="replace").replace("\r", "\n")
    lines = text.replace(f"{folder}/", "").splitlines()
    said = [line.removeprefix(COMPLAINT) for line in lines if line.startswith(COMPLAINT)]
    return (
        said[-1]
        if said
        else "The training ended without saying why. Start it again: it goes on where it was."
    )
