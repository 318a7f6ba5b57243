"""A real server on a free loopback port, in a thread of the test's process."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr

from api.app import create_app
from api.serve import listen, server_of
from finchat_sec_qa.config import Settings


def settings_for(**changes: Any) -> Settings:
    """Settings of a test server: a free port and, if named, a token."""
    if "api_token" in changes:
        changes["api_token"] = SecretStr(changes["api_token"])
    return Settings(**{"api_port": 0, "api_rate": "1000000/minute", **changes})


@contextmanager
def live(library: Any, **changes: Any) -> Iterator[str]:
    """Serve the library; gives the server's address. Stops it at the end."""
    settings = settings_for(**changes)
    server = server_of(create_app(settings, library))
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started:
            assert thread.is_alive(), "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the server did not stop"
