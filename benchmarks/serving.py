"""A thousand short requests: latency, and whether memory grows.

usage: python benchmarks/serving.py [--requests 1000] [--at-once 4] [--format mp3]

Starts a server in a process of its own, warms it up with 300 requests (what is kept to go faster fills by
then), and prints one JSON object. Memory is the server's, resident, after the warm-up and at the end.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "demo" / "reference.flac"
TEXTS = (Path(__file__).resolve().parent / "short_texts.txt").read_text(encoding="utf-8").splitlines()


def call(
    port: int, method: str, path: str, body: bytes | str | None = None, kind: str = "application/json"
) -> tuple[int, bytes, float]:
    """Status, body, and seconds to the first byte of it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    began = time.perf_counter()
    connection.request(method, path, body, {"Content-Type": kind} if body else {})
    answer = connection.getresponse()
    first = answer.read(1)
    took = time.perf_counter() - began
    data = first + answer.read()
    connection.close()
    return answer.status, data, took


def resident(process: int) -> int:
    """Bytes of a process' memory (Linux)."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--format", default="mp3")
    given = parser.parse_args()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "soundalike",
            "serve",
            "--port",
            str(port),
            "--data",
            folder,
            "--voices",
            "database",
        ]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            print(json.dumps(measured(given, port, server.pid), indent=1))
        finally:
            server.terminate()
            server.wait()


def measured(given: argparse.Namespace, port: int, process: int) -> dict:
    while True:
        try:
            if call(port, "GET", "/readyz")[0] == 200:
                break
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.2)
    form = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nAnna\r\n'
    form += b'--x\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\n'
    form += REFERENCE.read_bytes() + b"\r\n--x--\r\n"
    assert call(port, "POST", "/v1/audio/voices", form, "multipart/form-data; boundary=x")[0] == 201

    def speak(number: int) -> tuple[int, float, float]:
        body = json.dumps(
            {
                "input": TEXTS[number % len(TEXTS)],
                "voice": "Anna",
                "response_format": given.format,
                "seed": number,
            }
        )
        began = time.perf_counter()
        status, _, first = call(port, "POST", "/v1/audio/speech", body)
        return status, first, time.perf_counter() - began

    with ThreadPoolExecutor(given.at_once) as clients:
        list(clients.map(speak, range(300)))
        before = resident(process)
        began = time.perf_counter()
        answers = list(clients.map(speak, range(given.requests)))
        seconds = time.perf_counter() - began
        after = resident(process)
    first, whole = (np.array([answer[place] for answer in answers]) for place in (1, 2))
    return {
        "requests": given.requests,
        "at_once": given.at_once,
        "answered": sum(status == 200 for status, _, _ in answers),
        "requests_a_second": round(given.requests / seconds, 1),
        "latency_p50": round(float(np.percentile(whole, 50)), 3),
        "latency_p95": round(float(np.percentile(whole, 95)), 3),
        "first_byte_p50": round(float(np.percentile(first, 50)), 3),
        "first_byte_p95": round(float(np.percentile(first, 95)), 3),
        "megabytes_before": round(before / 2**20),
        "megabytes_after": round(after / 2**20),
        "growth": round(after / before - 1, 4),
    }


if __name__ == "__main__":
    main()
