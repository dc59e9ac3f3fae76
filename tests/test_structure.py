"""Guards of the house: import direction, room by room; the front door; what importing loads; file lengths."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import soundalike

PACKAGE = Path(soundalike.__file__).parent
LEVELS = {
    "core": 0,
    "audio": 1,
    "text": 2,
    "nn": 2,
    "data": 3,
    "models": 4,
    "checkpoints": 5,
    "provenance": 6,
    "inference": 7,
    "training": 7,
    "prepare": 7,
    "evaluate": 7,
    "serve": 8,
    "cli": 9,
}
# Rooms whose modules load no torch when they are imported
TORCH_FREE = (
    "core",
    "audio",
    "text",
    "checkpoints",
    "provenance",
    "inference",
    "prepare",
    "evaluate",
    "serve",
    "cli",
)
MODULES_OF_A_NETWORK = 15  # of ours, at most, that importing a network loads
FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> tuple[str, ...]:
    return path.relative_to(PACKAGE).with_suffix("").parts


def room_of(module: tuple[str, ...]) -> tuple[str, ...]:
    """The room of a module: below `models` every folder with a network or a spec is one of its own."""
    if module[0] != "models":
        return module[:1]
    folder = PACKAGE.joinpath(*module)
    while not folder.is_dir():
        folder = folder.parent
    while folder != PACKAGE / "models" and not any(
        (folder / name).is_file() for name in ("network.py", "spec.py")
    ):
        folder = folder.parent
    found = folder.relative_to(PACKAGE).parts
    return found if len(found) > 1 else module[:2]


def imported(path: Path) -> list[tuple[str, ...]]:
    """Modules of this package that a file imports, wherever in the file."""
    package = ("soundalike", *module_of(path))[:-1]
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = tuple((node.module or "").split(".")) if node.module else ()
            if node.level:
                base = package[: len(package) - node.level + 1] + base
            if base[:1] == ("soundalike",):
                found += [(*base[1:], alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [
                tuple(alias.name.split(".")[1:])
                for alias in node.names
                if alias.name.split(".")[0] == "soundalike"
            ]
    return [target for target in found if target and target[0] in LEVELS]


def typing_only(path: Path) -> set[tuple[str, ...]]:
    """What a file imports for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    blocks = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    ]
    inside = {
        (*tuple((node.module or "").split("."))[1:], alias.name)
        for block in blocks
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom) and not node.level
        for alias in node.names
    }
    return inside


@pytest.mark.parametrize("path", FILES, ids=lambda p: "/".join(module_of(p)))
def test_imports_point_down(path):
    here = module_of(path)
    if here[0] in ("__init__", "__main__"):
        return
    assert here[0] in LEVELS, f"{here[0]} is in no room: give it a level"
    for there in set(imported(path)) - typing_only(path):
        if there[0] == here[0]:
            continue
        up = LEVELS[there[0]] >= LEVELS[here[0]]
        assert not up, f"{'.'.join(here)} imports upward or sideways: {'.'.join(there)}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if module_of(p)[0] == "models"], ids=lambda p: "/".join(module_of(p))
)
def test_rooms_of_models_never_import_one_another(path):
    here = room_of(module_of(path))
    if here == ("models", "common"):
        return
    for there in imported(path):
        if there[0] == "models" and there[1] != "common":
            other = room_of(there[:-1])
            ours = other == here or here[: len(other)] == other or other[: len(here)] == here
            assert ours, f"{'.'.join(module_of(path))} imports its neighbour {'.'.join(there)}"


def test_models_common_imports_no_room():
    for path in (PACKAGE / "models" / "common").glob("*.py"):
        rooms = [there for there in imported(path) if there[0] == "models" and there[1] != "common"]
        assert not rooms, f"{path.name} imports {rooms}"


def test_front_door():
    assert soundalike.__all__ == [
        *("Audio", "Cloner", "MelSpec", "Options", "SoundalikeError", "Speech", "Timestamp", "Voice"),
        "__version__",
    ]
    assert all(hasattr(soundalike, name) for name in soundalike.__all__)


# Imports groups of modules one after the other, each group as if nothing of ours were loaded, and writes for
# each which of ours were loaded then, and whether torch was
LOADING = """
import importlib, json, sys

found = []
for modules in json.loads(sys.stdin.read()):
    for name in [name for name in sys.modules if name.split(".")[0] == "soundalike"]:
        del sys.modules[name]
    for name in modules:
        importlib.import_module(name)
    ours = sorted(name for name in sys.modules if name.startswith("soundalike."))
    found.append((ours, sorted({name.split(".")[0] for name in sys.modules})))
print(json.dumps(found))
"""


def loaded(groups: list[list[str]]) -> list[tuple[list[str], list[str]]]:
    """Of each group of modules, which of ours importing them loads, and the packages that are loaded after
    it; in one new process for all.
    """
    run = subprocess.run(
        [sys.executable, "-c", LOADING], input=json.dumps(groups), capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def without_torch() -> dict[str, list[str]]:
    """Of the package alone, and then of each room that is to load no torch, the packages loaded after it."""
    groups = {"": ["soundalike"]}
    for room in TORCH_FREE:
        modules = [".".join(("soundalike", *module_of(p))) for p in FILES if module_of(p)[0] == room]
        groups[room] = [
            m.removesuffix(".__init__")
            for m in modules
            if "migrations" not in m and not m.endswith("__main__")
        ]
    found = loaded(list(groups.values()))
    assert not found[0][0], "the package by itself loads none of its modules"
    return {room: packages for room, (_, packages) in zip(groups, found, strict=True)}


def test_importing_the_package_loads_nothing_else(without_torch):
    assert not {"torch", "pycrfsuite"} & set(without_torch[""])


@pytest.mark.parametrize("room", TORCH_FREE)
def test_rooms_above_the_networks_load_no_torch(room, without_torch):
    rooms = ["", *TORCH_FREE]
    before = without_torch[rooms[rooms.index(room) - 1]]
    assert "torch" not in without_torch[room] or "torch" in before, f"{room} loads it"


NETWORKS = {"/".join(module_of(p)[1:-1]): p for p in FILES if p.name == "network.py"}


@pytest.fixture(scope="module")
def of_networks() -> dict[str, list[str]]:
    """Of each network, the modules of ours that importing it loads."""
    found = loaded([[".".join(("soundalike", *module_of(path)))] for path in NETWORKS.values()])
    return {name: ours for name, (ours, _) in zip(NETWORKS, found, strict=True)}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_loads_few_modules(name, of_networks):
    files = [
        m for m in of_networks[name] if (PACKAGE.joinpath(*m.split(".")[1:]).with_suffix(".py")).is_file()
    ]
    assert 0 < len(files) < MODULES_OF_A_NETWORK, files


@pytest.mark.parametrize("path", FILES, ids=lambda p: "/".join(module_of(p)))
def test_files_stay_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_lines_stay_narrow():
    wide = [
        f"{path.name}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 110
    ]
    assert wide == []


def test_what_a_subclass_must_give_is_abstract():
    stubs = [path.name for path in FILES if "NotImplementedError" in path.read_text(encoding="utf-8")]
    assert stubs == [], "declare an abstract method or a Protocol"


def test_the_top_of_the_package_is_bare():
    assert len(list(PACKAGE.glob("*.py"))) <= 4


def test_no_homeless_functions():
    assert not [p for p in FILES if p.stem in ("utils", "util", "helpers", "misc")]
