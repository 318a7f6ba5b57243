"""Exits 0 when /health on that port of this container answers 200: `python -I -S healthcheck.py PORT`.

A bare socket, since it runs every few seconds and an HTTP library would take ten times as long to load. It
waits long: on a machine whose processors are all busy a late answer is still one.
"""

import socket
import sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=8) as connection:
    connection.sendall(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
    sys.exit(not connection.makefile("rb").readline().startswith((b"HTTP/1.0 200", b"HTTP/1.1 200")))
