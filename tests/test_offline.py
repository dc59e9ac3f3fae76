"""Nothing is told to anybody: the program opens no connection of its own accord and keeps no identity."""

import os
import subprocess
import sys

SPEAK = """
import socket

def refused(*arguments, **more):
    raise AssertionError(f"a connection was asked for: {arguments}")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refused
from soundalike import Cloner
speech = Cloner.load(backend="onnx", cache=False).clone("wren", "Hello.", quality="fast")
assert len(speech.samples)
"""


def test_speaking_reports_to_nobody(tmp_path):
    # ONNX Runtime writes a lasting identity into the cache folder when it begins to report
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "USERPROFILE": str(tmp_path)}
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [sys.executable, "-c", SPEAK], env=environment | home, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert not {"deviceid", "onnxruntime.db"} & left


def test_what_reports_by_itself_is_told_not_to_unless_somebody_wants_it():
    names = ("ORT_DISABLE_TELEMETRY", "RAY_USAGE_STATS_ENABLED")
    code = f"import os, soundalike; print(*(os.environ[name] for name in {names}))"
    plain = {name: value for name, value in os.environ.items() if name not in names}
    for more, told in (({}, "1 0"), ({"RAY_USAGE_STATS_ENABLED": "1"}, "1 1")):
        done = subprocess.run(
            [sys.executable, "-c", code], env=plain | more, capture_output=True, text=True, check=True
        )
        assert done.stdout.split("\n")[0] == told
