"""Gives a test server a TCP port of its own on this machine."""

import socket


def free_port() -> int:
    """A port nobody listens on at the moment; whoever starts on it must be ready to find it taken."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Unavailable(Exception):
    """There is no such server on this machine; the message says what would help."""


class NotOurs(Exception):
    """The server was given by its address, so the tests may use it but neither stop nor kill it."""
