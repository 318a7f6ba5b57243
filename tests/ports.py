"""Ports of loopback that nobody listens on, for servers in processes of their own."""

import socket


def unused_port() -> int:
    """One, until somebody takes it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def unused_pair() -> int:
    """One whose successor is unused as well."""
    while True:
        port = unused_port()
        with socket.socket() as second:
            if port < 65535 and second.connect_ex(("127.0.0.1", port + 1)):
                return port
