"""A server that keeps what is posted to it: the stand-in for webhooks, collectors and Alertmanagers."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Post:
    """One request, as it came."""

    path: str
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Receiver:
    """`address` is that of the server, with its port and without a path."""

    address: str
    posts: "queue.Queue[Post]"

    def next(self, seconds: float = 60) -> Post:
        """The next post. Raises queue.Empty when there is none for so long."""
        return self.posts.get(timeout=seconds)


@contextmanager
def receiver(host: str = "127.0.0.1") -> Iterator[Receiver]:
    """A receiver on a free port of an address, for the time of the block. It answers 200 to every POST."""
    posts: queue.Queue[Post] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posts.put(Post(self.path, self.headers, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((host, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Receiver(f"http://{host}:{server.server_port}", posts)
        finally:
            server.shutdown()
            thread.join()
