"""TOML in, frozen dataclasses inside, checked by pydantic, JSON out; an unknown key is an error."""

from __future__ import annotations

import dataclasses
import difflib
import json
import sys
from pathlib import Path
from typing import Any, TypeVar

from .errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")


def parse(kind: type[T], table: dict[str, Any], where: str) -> T:
    """A frozen dataclass from a table of plain values. Raises ConfigError naming `where`, the key, and the
    valid ones.
    """
    from pydantic import TypeAdapter, ValidationError

    if not isinstance(table, dict):
        raise ConfigError(f"{where}: expected a table of settings, found {table!r}.")
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, 1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise ConfigError(
                f"{where}: unknown key '{key}'.{hint} Valid keys: {', '.join(names) or 'none'}."
            )
    try:
        return TypeAdapter(kind).validate_python(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{where}: '{key}' = {first['input']!r} cannot be used: {first['msg']}.") from None


def to_json(value: Any) -> Any:
    """Plain JSON values of a frozen dataclass."""
    return json.loads(json.dumps(dataclasses.asdict(value)))


def read_toml(path: str) -> dict[str, Any]:
    """A TOML file as a table. Raises ConfigError naming the file and place."""
    file = Path(path)
    if not file.is_file():
        raise ConfigError(f"{path}: no such recipe. Give the path of a TOML file.")
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}.") from None


def merge(table: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`table` with nested `changes` laid over it."""
    out = dict(table)
    for key, value in changes.items():
        out[key] = (
            merge(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
        )
    return out


def assignments(settings: list[str]) -> dict[str, Any]:
    """Nested table of `section.key=value` words, values in TOML syntax (bare words are strings)."""
    out: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise ConfigError(f"--set {setting}: write it as section.key=value.")
        try:
            value = tomllib.loads(f"v = {text}")["v"]
        except tomllib.TOMLDecodeError:
            value = text
        for part in reversed(name.strip().split(".")):
            value = {part: value}
        out = merge(out, value)
    return out
