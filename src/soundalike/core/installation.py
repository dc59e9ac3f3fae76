"""How this package was installed, and so the command that adds an extra to it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PACKAGE = "soundalike"
CHECKOUT = Path(__file__).resolve().parents[3]  # where the code is run from a clone of the repository
_REQUIREMENT = re.compile(r"""^(?P<needs>[^;]+);.*\bextra\s*==\s*["'](?P<extra>[\w-]+)["']""")


def install_command(*extras: str) -> str:
    """The command that installs extras of this package from where it came from, to be pasted into a shell.

    From a clone: `pip install ".[de]"`, with the clone's path where that is not the current folder, and with
    -e where the install is editable. From a wheel: with its path. From an index: `pip install
    "soundalike[de]"`. Where the source is gone: with the requirements of the extras themselves. Begins with
    the installer that reaches this environment: pip, its python where that pip is not the first one on the
    path, or uv.
    """
    distribution = _distribution()
    if _is_checkout(CHECKOUT):
        what = f'-e "{_shown(CHECKOUT)}[{",".join(extras)}]"'
    else:
        what = _from_origin(distribution, extras)
    return f"{_installer(distribution)} {what}"


def _distribution() -> Any:
    """What the environment says of this package; None where it is not installed."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        return distribution(PACKAGE)
    except PackageNotFoundError:
        return None


def _is_checkout(folder: Path) -> bool:
    return (folder / "pyproject.toml").is_file() and (folder / "src" / PACKAGE).is_dir()


def _from_origin(distribution: Any, extras: tuple[str, ...]) -> str:
    """What to install so that the extras come from where the package came from (PEP 610)."""
    names = f"[{','.join(extras)}]"
    said = distribution.read_text("direct_url.json") if distribution else None
    if not said:
        return f'"{PACKAGE}{names}"'
    origin = json.loads(said)
    url = origin["url"]
    if "vcs_info" in origin:
        vcs = origin["vcs_info"]
        return f'"{PACKAGE}{names} @ {vcs["vcs"]}+{url}@{vcs["commit_id"]}"'
    if urlsplit(url).scheme != "file":
        return f'"{PACKAGE}{names} @ {url}"'
    from urllib.request import url2pathname  # brings much that few commands need

    place = Path(url2pathname(urlsplit(url).path))
    if not place.exists():
        return " ".join(f'"{need}"' for need in _needs(distribution, extras))
    return f'"{_shown(place)}{names}"'


def _needs(distribution: Any, extras: tuple[str, ...]) -> list[str]:
    """The requirements of extras, those of extras within them included."""
    found: dict[str, None] = {}
    for line in distribution.requires or ():
        match = _REQUIREMENT.match(line)
        if not match or match["extra"] not in extras:
            continue
        need = match["needs"].strip()
        inner = re.fullmatch(rf"{PACKAGE}\[([\w,\s-]+)\]", need)
        names = _needs(distribution, tuple(re.split(r"\s*,\s*", inner[1]))) if inner else [need]
        found.update(dict.fromkeys(names))
    return list(found)


def _shown(place: Path) -> str:
    """A path as it may stand before extras: `.` for the current folder."""
    try:
        return "." if place.resolve() == Path.cwd().resolve() else str(place)
    except OSError:  # the current folder is gone
        return str(place)


def _installer(distribution: Any) -> str:
    """`pip install` or `uv pip install`; by its python where `pip` would reach another environment."""
    python = Path(sys.executable)
    if distribution and (distribution.read_text("INSTALLER") or "").strip() == "uv":
        active = os.environ.get("VIRTUAL_ENV")
        here = active and Path(active) == Path(sys.prefix)
        return "uv pip install" if here else f'uv pip install --python "{python}"'
    first = shutil.which("pip")
    if first and Path(first).parent == python.parent:
        return "pip install"
    return f'"{python}" -m pip install' if " " in str(python) else f"{python} -m pip install"
