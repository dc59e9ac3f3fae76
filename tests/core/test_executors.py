"""Workers that are told to end: at once, without a word, and what they write is undone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

WORK = """
import ctypes
import functools
import os
import sys
import time

from soundalike.core.executors import run
from soundalike.core.files import write_atomic


def wait():
    os.write(1, b"writing\\n")
    time.sleep(600)
    return 0


def work(job, folder):
    if job == 0:
        return job
    def slowly(place):
        if sys.argv[2] == "a callback":
            compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
            two = (ctypes.c_int * 2)()
            ctypes.CDLL(None).qsort(two, 2, 4, compare(lambda *_: wait()))
        wait()
    write_atomic(f"{folder}/{job}.txt", slowly)


def main():
    for done in run("local", functools.partial(work, folder=sys.argv[1]), list(range(8)), 2):
        pass


if __name__ == "__main__":
    import soundalike.cli.main as real
    from soundalike.__main__ import main as start

    real.main = main
    raise SystemExit(start())
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("who", ["the terminal, to all", "another process, to the first"])
@pytest.mark.parametrize("where", ["a loop", "a callback"])
def test_ctrl_c_ends_workers_and_leaves_nothing(who, where, tmp_path):
    (tmp_path / "work.py").write_text(WORK, encoding="utf-8")
    (tmp_path / "out").mkdir()
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "work.py"), str(tmp_path / "out"), where],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Python's usual way with SIGINT, which who starts the tests may have switched off
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        assert [process.stdout.readline() for _ in range(2)] == [b"writing\n"] * 2
        send = os.killpg if who.startswith("the terminal") else os.kill
        send(process.pid, signal.SIGINT)
        said = process.communicate(timeout=600)[1].decode()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    assert process.returncode == 130 and said == "soundalike: interrupted\n"
    assert list((tmp_path / "out").iterdir()) == []


# What the pool does in a worker between two jobs, when another died with the lock of the results in hand: it
# waits for the lock, and, told to end, tries to give back that it was
WAITING = """
import multiprocessing
import os
import signal

from soundalike.core import executors

executors._end_quietly()
lock = multiprocessing.Lock()
lock.acquire()
try:
    os.kill(os.getpid(), signal.SIGTERM)
    lock.acquire()
except BaseException:
    lock.acquire()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no polite kill")
def test_a_worker_that_waits_for_a_lock_of_a_dead_one_can_be_ended():
    process = subprocess.Popen([sys.executable, "-c", WAITING])
    try:
        assert process.wait(120) == 1
    finally:
        process.kill()
        process.wait()
