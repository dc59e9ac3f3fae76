"""API keys: kept as hashes, compared in constant time.

A key file has a line for each key: its name, a space, and `sha256:` with the hash in hexadecimal; lines that
begin with # are comments. Keys are made here of 256 random bits, so a quick hash is as safe as a slow one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from soundalike.core.command_line import as_word
from soundalike.core.errors import ConfigError

# Browsers cannot send headers with a WebSocket: they name these as its subprotocols, a key after the second
SUBPROTOCOL = "soundalike"
KEY_SUBPROTOCOL = "soundalike-key."
_LINE = re.compile(r"([\w.-]{1,64}) sha256:([0-9a-f]{64})")


def read_keys(path: str | os.PathLike) -> dict[str, str]:
    """The hashes of keys by name. Raises ConfigError naming the line that is not one."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}). "
            f"`soundalike serve --new-key NAME --api-key-file {as_word(path)}` makes it."
        ) from None
    keys = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if not match or match[1] in keys:
            raise ConfigError(
                f"{path}, line {number}: not a name of its own and a hash. "
                "`soundalike serve --new-key NAME` adds a line that is."
            )
        keys[match[1]] = match[2]
    if not keys:
        raise ConfigError(
            f"{path}: holds no key. "
            f"`soundalike serve --new-key NAME --api-key-file {as_word(path)}` adds one."
        )
    return keys


def new_key(path: str | os.PathLike, name: str) -> str:
    """A new key, whose hash is added to the file, readable by its owner alone. Raises ConfigError for a name
    that is taken or cannot be one.
    """
    file = Path(path)
    if not re.fullmatch(r"[\w.-]{1,64}", name):
        raise ConfigError(f"key name {name!r}: use up to 64 letters, digits, dots, - and _.")
    if file.exists() and file.read_text(encoding="utf-8").strip() and name in read_keys(file):
        raise ConfigError(
            f"{path}: has a key called '{name}' already. Choose another name, or delete its line."
        )
    key = f"sk-soundalike-{secrets.token_urlsafe(32)}"
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(f"{name} sha256:{_hash(key)}\n")
    return key


def offered_key(headers: Mapping[str, str]) -> str:
    """The Authorization header of a request, or, where there is none, one made of the key that a WebSocket
    names among its subprotocols; empty where there is neither.
    """
    if "authorization" in headers:
        return headers["authorization"]
    offered = [name.strip() for name in headers.get("sec-websocket-protocol", "").split(",")]
    found = [name for name in offered if name.startswith(KEY_SUBPROTOCOL)]
    return f"Bearer {found[0].removeprefix(KEY_SUBPROTOCOL)}" if found else ""


def holder(keys: dict[str, str], header: str) -> str | None:
    """The name of the key in an Authorization header, or None. Every hash is compared, whichever fits."""
    scheme, _, key = header.partition(" ")
    given = _hash(key.strip())
    found = None
    for name, known in keys.items():
        if hmac.compare_digest(given, known):
            found = name
    return found if scheme.lower() == "bearer" else None


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
