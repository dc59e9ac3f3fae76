"""Where a server listens: an address that it cannot have is told before anything is loaded."""

from __future__ import annotations

import socket

import pytest

from soundalike.core.errors import ConfigError
from soundalike.serve.run import check_address


def test_a_port_in_use_and_one_that_is_none_are_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port}: cannot be listened on"):
            check_address("127.0.0.1", port)
    check_address("127.0.0.1", port)
    check_address("127.0.0.1", 0)
    for wrong in (-1, 99_999):
        with pytest.raises(ConfigError, match="there are ports from 0 to 65535 only"):
            check_address("127.0.0.1", wrong)


def test_a_host_that_is_not_here_is_told():
    with pytest.raises(ConfigError, match="cannot be listened on"):
        check_address("192.0.2.1", 0)


def test_a_name_with_one_address_that_is_not_here_is_listened_on(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (place, 0)) for place in ("192.0.2.1", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    check_address("localhost", 0)
