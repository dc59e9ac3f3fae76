"""Files that appear whole or not at all, and the user's data folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .errors import ConfigError

# What the temporary file of a write that is under way ends in
PARTIAL = ".part"
# Characters of the target's name that its temporary file keeps: a file name holds at most 255 bytes
KEPT_OF_NAME = 60
CACHE_PLACE = "SOUNDALIKE_CACHE"  # environment variable with the folder of what can be made again


def data_dir() -> Path:
    """The user's data folder of this package. It need not exist."""
    import platformdirs

    return Path(platformdirs.user_data_dir("soundalike", appauthor=False))


def cache_dir() -> Path:
    """The user's folder for what can be made again: $SOUNDALIKE_CACHE, else the system's place. It need not
    exist.
    """
    if os.environ.get(CACHE_PLACE):
        return Path(os.environ[CACHE_PLACE])
    import platformdirs

    return Path(platformdirs.user_cache_dir("soundalike", appauthor=False))


def can_make(folder: str | os.PathLike) -> bool:
    """Whether files can be written into a folder that is there, or can be made."""
    place = Path(folder).absolute()
    while not os.path.lexists(place) and place != place.parent:
        place = place.parent
    return place.is_dir() and os.access(place, os.W_OK | os.X_OK)


def check_apart(outputs: Mapping[str, str | os.PathLike | None], inputs: Iterable[str | os.PathLike]) -> None:
    """Raise ConfigError where a file that is to be written is one that is read, or is named twice. `outputs`
    are paths by what names them, such as `-o`; none and "-" are no file.
    """
    read = {os.path.realpath(path): path for path in inputs}
    written: dict[str, str] = {}
    for name, path in outputs.items():
        if path is None or str(path) in ("", "-") or _is_device(path):
            continue
        place = os.path.realpath(path)
        if place in read:
            raise ConfigError(f"{name} {path}: this file is read, and would be lost. Name another file.")
        if place in written:
            raise ConfigError(f"{name} {path}: {written[place]} names this file too. Name another file.")
        written[place] = name


def _is_device(path: str | os.PathLike) -> bool:
    """Whether a path is there and neither a file nor a folder, such as /dev/null or a pipe."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def write_atomic(
    path: str | os.PathLike,
    data: bytes | str | Callable[[Path], object],
    *,
    overwrite: bool = True,
    mode: int = 0o644,
) -> None:
    """Write a file so that it appears whole or not at all; its folder is made where it is not there.

    The data goes to a temporary file beside the target, which then takes the target's name. `data` is the
    content (text is written as UTF-8), or a function that writes it to the path it is given. `mode` are the
    file's permissions. Without `overwrite` an existing file is kept and FileExistsError raised.

    Raises OSError when the file cannot be written, and whatever `data` raises; nothing is left behind then.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name[:KEPT_OF_NAME]}."
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=prefix, suffix=PARTIAL)
    try:
        with os.fdopen(handle, "wb") as file:
            if isinstance(data, str):
                file.write(data.encode())
            elif not callable(data):
                file.write(data)
        if callable(data):
            data(Path(temporary))
        os.chmod(temporary, mode)
        if overwrite:
            os.replace(temporary, target)
        else:
            _move_to_new(temporary, target)
    except OSError as error:
        # A disk that is full names no file
        error.filename = error.filename or str(target)
        raise
    finally:
        # It has another name after a success
        if os.path.lexists(temporary):
            os.unlink(temporary)


def link_atomic(source: str | os.PathLike, target: str | os.PathLike) -> None:
    """Give a file a second place without a second copy where the disk can do so; else copy it. What was at
    the target goes. Raises OSError.
    """

    def link(temporary: Path) -> None:
        temporary.unlink()
        try:
            os.link(source, temporary)
        except OSError:
            shutil.copyfile(source, temporary)

    write_atomic(target, link)


def replace_file(source: str | os.PathLike, target: str | os.PathLike) -> None:
    """Give a file that was written beside its target the target's name; one that was there goes.

    For files that take long to write or come in sets. Raises OSError.
    """
    os.replace(source, target)


@contextmanager
def whole_folder(target: str | os.PathLike) -> Iterator[Path]:
    """A new folder, which takes the target's name at the end of the context; what was there goes. After an
    error there is nothing of it. Raises OSError.
    """
    place = Path(target)
    place.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{place.name[:KEPT_OF_NAME]}."
    temporary = Path(tempfile.mkdtemp(dir=place.parent, prefix=prefix, suffix=PARTIAL))
    try:
        temporary.chmod(0o755)
        yield temporary
        shutil.rmtree(place, ignore_errors=True)
        os.replace(temporary, place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _move_to_new(temporary: str, target: Path) -> None:
    """Give a file its name unless there is one. Raises FileExistsError."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except (OSError, AttributeError):
        # A file system without links: claim the name, then fill it
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.replace(temporary, target)
