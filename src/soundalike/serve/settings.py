"""The settings of a server."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from soundalike.core.backends import AUTO, check_backend
from soundalike.core.errors import ConfigError
from soundalike.core.files import data_dir

POSITIVE = (
    "workers",
    "per_key",
    "upload",
    "longest",
    "characters",
    "job_characters",
    "speech_seconds",
    "lease",
    "stall",
    "idle",
    "keep",
)


def data_folder() -> Path:
    """Where jobs, their results and the database are kept by default: `serve` in the user's data folder."""
    return data_dir() / "serve"


def cores() -> int:
    """The processor's cores that this process may use."""
    if sys.platform == "linux":
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Settings:
    """Every limit and place of a server. Seconds and bytes unless said otherwise."""

    host: str = "127.0.0.1"
    port: int = 8000
    # Hosts it answers to beside localhost; none where it listens to all addresses: any
    names: tuple[str, ...] = ()
    model: str | None = None
    backend: str = AUTO  # one of core.backends.BACKENDS
    workers: int = field(default_factory=cores)  # texts spoken at once
    waiting: int = 64  # requests that may wait for a worker; more are refused
    per_key: int = 16  # requests that one key may have at once
    key_file: str | None = None
    cors: tuple[str, ...] = ()  # origins whose pages may use the server
    database: str | None = None  # a URL of SQLAlchemy's; SQLite in the data folder otherwise
    voices: str | None = None  # "library" (files) or "database"; the library with SQLite, else the database
    data: Path = field(default_factory=data_folder)
    require_consent: bool = False  # speak only in kept voices with a consent that holds
    upload: int = 25_000_000  # bytes of one recording
    longest: float = 180.0  # seconds of one recording
    characters: int = 4096  # of a text spoken at once
    job_characters: int = 100_000
    speech_seconds: float = 600.0  # predicted, that one request may ask for; jobs may ask for more
    whole_seconds: float = 30.0  # at most, of wav and flac answers that are sent whole, their length true
    jobs: int = 100  # jobs that may wait
    adaptations: int = 20  # that may be kept, with their recordings
    keep: float = 86_400.0  # how long a finished job is kept
    lease: float = 15.0  # a job whose server has written nothing for so long goes to another
    headers_within: float = 10.0  # a client must have sent its headers
    body_grace: float = 10.0  # a body may take so long, and longer by its bytes at
    body_rate: float = 20_000.0  # bytes a second
    stall: float = 30.0  # a client must take each part of an answer within
    idle: float = 60.0  # a client of /v1/audio/stream must send its next message within
    memory: int = 4096  # megabytes of resident memory above which requests are refused; 0: never
    decode_memory: int = 768  # megabytes that decoding a recording may take
    decode_seconds: float = 10.0

    @property
    def json_bytes(self) -> int:
        """The largest body: a recording in base64, and the rest."""
        return self.upload * 4 // 3 + 1_000_000

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database or f"sqlite:///{self.data / 'soundalike.db'}"

    @property
    def voice_store(self) -> str:
        """Where voices are kept: "library" or "database"."""
        return self.voices or ("library" if self.url.startswith("sqlite") else "database")

    def check(self) -> None:
        """Raise ConfigError for a value out of range."""
        for name in POSITIVE:
            if getattr(self, name) <= 0:
                raise ConfigError(f"{name} = {getattr(self, name)} is out of range. Choose a number above 0.")
        if self.waiting < 0 or self.memory < 0:
            raise ConfigError("waiting and memory must not be below 0.")
        if self.model is not None and not Path(self.model).is_dir():
            raise ConfigError(f"--model {self.model}: no such folder. Leave it out for the built-in model.")
        check_backend(self.backend)
        if self.voices not in (None, "library", "database"):
            raise ConfigError(f"voices are kept in 'library' or 'database', not {self.voices!r}.")
        if any(not origin.startswith(("http://", "https://")) for origin in self.cors):
            raise ConfigError("--cors takes origins such as https://example.org.")
