"""Voices by name: in the library of files that the command line has, or, for several servers of one database,
in that.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Column, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from soundalike.core.errors import SoundalikeError
from soundalike.core.types import Voice
from soundalike.inference import bundled_voices, voice_library
from soundalike.inference.voice_file import file_stem, name_fault, write
from soundalike.serve.jobs.database import voices_table

from .errors import Refusal


@dataclass(frozen=True)
class Kept:
    """A voice of the store; without facts where its file cannot be read."""

    id: str
    name: str
    facts: dict[str, Any]
    bundled: bool = False  # it came with the program

    @staticmethod
    def id_of(name: str) -> str:
        """The id of the voice of a name."""
        return file_stem(name)


class Store(Protocol):
    """Where voices are kept. An id is a name in lower case; both find a voice."""

    def listing(self) -> list[Kept]:
        """All voices, by id."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is a voice of that name."""
        ...

    def get(self, name: str) -> Voice:
        """The voice of a name. Raises Refusal where there is none."""
        ...

    def put(self, name: str, voice: Voice, replace: bool) -> Kept:
        """Keep a voice under a name. Raises Refusal for a name that is taken, unless `replace`, or cannot be
        one.
        """
        ...

    def remove(self, name: str) -> None:
        """Delete the voice of a name. Raises Refusal where there is none."""
        ...


class LibraryVoices:
    """The library of files: what `soundalike voices` shows."""

    def listing(self) -> list[Kept]:
        """All voices, by id."""
        return [Kept(entry.path.stem, entry.name, entry.facts) for entry in voice_library.listing()]

    def has(self, name: str) -> bool:
        """Whether there is a voice of that name."""
        return voice_library.has(name)

    def get(self, name: str) -> Voice:
        """The voice of a name. Raises Refusal where there is none."""
        if not voice_library.has(name):
            raise unknown(name)
        return voice_library.get(name)

    def put(self, name: str, voice: Voice, replace: bool) -> Kept:
        """Keep a voice under a name. Raises Refusal for one that is taken, unless `replace`."""
        check_name(name)
        if voice_library.has(name) and not replace:
            raise taken(name)
        try:
            voice_library.put(name, voice, force=replace)
        except SoundalikeError:
            if voice_library.has(name) and not replace:
                raise taken(name) from None  # by another, meanwhile
            raise
        return Kept(Kept.id_of(name), name, voice.facts)

    def remove(self, name: str) -> None:
        """Delete the voice of a name. Raises Refusal where there is none."""
        if not voice_library.has(name):
            raise unknown(name)
        voice_library.remove(name)


class DatabaseVoices:
    """Voices as rows, each with the bytes of its `.voice` file."""

    def __init__(self, engine: Engine):
        self.engine = engine

    def listing(self) -> list[Kept]:
        """All voices, by id."""
        table = voices_table.c
        with self.engine.connect() as connection:
            rows = connection.execute(select(table.id, table.name, table.facts).order_by(table.id))
            return [Kept(*row) for row in rows]

    def has(self, name: str) -> bool:
        """Whether there is a voice of that name."""
        return self._one(voices_table.c.id, name) is not None

    def get(self, name: str) -> Voice:
        """The voice of a name. Raises Refusal where there is none."""
        found = self._one(voices_table.c.file, name)
        if found is None:
            raise unknown(name)
        return from_bytes(found)

    def _one(self, column: Column, name: str) -> Any:
        if name_fault(name) is not None:
            return None
        with self.engine.connect() as connection:
            return connection.execute(select(column).where(voices_table.c.id == Kept.id_of(name))).scalar()

    def put(self, name: str, voice: Voice, replace: bool) -> Kept:
        """Keep a voice under a name. Raises Refusal for one that is taken, unless `replace`."""
        check_name(name)
        kept = Kept(Kept.id_of(name), name, {**voice.facts, "name": name})
        row = {"name": name, "facts": kept.facts, "file": to_bytes(Voice(voice.tensors, kept.facts))}
        for _ in range(2):  # again where another adds the same name between the two steps
            if replace and self._replaced(kept.id, row):
                return kept
            try:
                with self.engine.begin() as connection:
                    connection.execute(insert(voices_table).values(id=kept.id, **row))
                    return kept
            except IntegrityError:
                if not replace:
                    raise taken(name) from None
        raise taken(name)

    def _replaced(self, voice_id: str, row: dict[str, Any]) -> bool:
        """Whether there was a voice of that id, which has a new row now."""
        with self.engine.begin() as connection:
            changed = connection.execute(
                update(voices_table).where(voices_table.c.id == voice_id).values(row)
            )
            return bool(changed.rowcount)

    def remove(self, name: str) -> None:
        """Delete the voice of a name. Raises Refusal where there is none."""
        if name_fault(name):
            raise unknown(name)
        with self.engine.begin() as connection:
            gone = connection.execute(delete(voices_table).where(voices_table.c.id == Kept.id_of(name)))
            if not gone.rowcount:
                raise unknown(name)


class WithBundledVoices:
    """A store, and the bundled voices where it has none of that name."""

    def __init__(self, own: Store):
        self.own = own

    def listing(self) -> list[Kept]:
        """The voices of the store, by id, then the bundled ones whose names are not taken."""
        kept = self.own.listing()
        taken_ids = {one.id for one in kept}
        bundled = [Kept(name, name, bundled_voices.facts_of(name), True) for name in bundled_voices.NAMES]
        return kept + [one for one in bundled if one.id not in taken_ids]

    def has(self, name: str) -> bool:
        """Whether the store itself has a voice of that name."""
        return self.own.has(name)

    def get(self, name: str) -> Voice:
        """The voice of a name: the store's, else the bundled one. Raises Refusal where there is none."""
        bundled = None if self.own.has(name) else bundled_voices.meant_by(name)
        return self.own.get(name) if bundled is None else bundled_voices.load(bundled)

    def put(self, name: str, voice: Voice, replace: bool) -> Kept:
        """Keep a voice under a name, which may be a bundled one's. Raises as the store does."""
        return self.own.put(name, voice, replace)

    def remove(self, name: str) -> None:
        """Delete the voice of a name. Raises Refusal where there is none, and for a bundled one."""
        if not self.own.has(name) and bundled_voices.meant_by(name) is not None:
            raise Refusal(
                409,
                "voice_bundled",
                f"{name[:80]!r} comes with the program and cannot be deleted. A voice of your own of that "
                "name takes its place.",
                "voice",
            )
        self.own.remove(name)


def to_bytes(voice: Voice) -> bytes:
    """A voice as the bytes of its file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.voice"
        write(voice, path)
        return path.read_bytes()


def from_bytes(data: bytes) -> Voice:
    """A voice from the bytes of its file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.voice"
        path.write_bytes(data)
        return Voice.load(path)


def check_name(name: str) -> None:
    """Raise Refusal for what cannot be a voice's name."""
    wrong = name_fault(name)
    if wrong:
        message = f"name: {name[:80]!r} {wrong}. Use up to 64 letters, digits, spaces, - and _."
        raise Refusal(400, "invalid_value", message, "name")


def unknown(name: str) -> Refusal:
    """The refusal for a name of no voice."""
    return Refusal(
        404,
        "voice_not_found",
        f"No voice is called {name[:80]!r}. GET /v1/audio/voices lists them, POST adds one.",
        "voice",
    )


def taken(name: str) -> Refusal:
    """The refusal for a name that a voice has already."""
    return Refusal(
        409,
        "voice_exists",
        f"There is a voice called {name[:80]!r} already. Choose another name, or send replace=true.",
        "name",
    )
