"""Ports of loopback that nobody listens on, for servers in processes of their own."""

import socket

from benchmarks.common import free_port as unused_port

__all__ = ["unused_pair", "unused_port"]


def unused_pair() -> int:
    """One whose successor is unused as well."""
    while True:
        port = unused_port()
        with socket.socket() as second:
            if port < 65535 and second.connect_ex(("127.0.0.1", port + 1)):
                return port
