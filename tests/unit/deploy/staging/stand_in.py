"""A stack's stand-in: real HTTP on loopback that answers as the API and the pages do, or as told not to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from deploy.engine import Command, Engine
from deploy.host import Host
from deploy.model import Colour, Release, State
from deploy.settings import Images, Network, Settings
from deploy.staging.site import Site

RELEASE = Release(
    revision="a" * 40,
    version="1.2.3",
    api=f"registry.example.com/api@sha256:{'b' * 64}",
    webapp=f"registry.example.com/webapp@sha256:{'c' * 64}",
)
Answer = tuple[int, bytes, str]
Handler = Callable[[str, bytes, dict[str, str]], Answer]


def as_json(value: Any, status: int = 200) -> Answer:
    return status, json.dumps(value).encode(), "application/json"


def settings(**more: Any) -> Settings:
    given = {
        "name": "stand-in",
        "policy": Path("policy.toml"),
        "images": Images(api="registry.example.com/api", webapp="registry.example.com/webapp"),
        "network": Network(subnet="10.9.8.0/24"),
    }
    return Settings.model_validate(given | more)


class Told(Engine):
    """An engine that runs nothing: it has an answer for each command, and remembers what it was asked."""

    def __init__(self, state: State, servers: list[dict[str, Any]] | None = None) -> None:
        super().__init__("nowhere")
        object.__setattr__(self, "state", state)
        object.__setattr__(self, "servers", up() if servers is None else servers)
        object.__setattr__(self, "asked", [])

    def run(self, command: Command) -> str:
        asked: list[str] = self.asked  # type: ignore[attr-defined]
        asked.append(str(command))
        if command.arguments[0] == "ps":
            return "an-id\n"
        if command.arguments[0] == "port":
            return f"127.0.0.1:{20000 + int(command.arguments[2].partition('/')[0])}\n[::]:1\n"
        state: State = self.state  # type: ignore[attr-defined]
        servers = self.servers  # type: ignore[attr-defined]
        return json.dumps({"ok": {"state": state.model_dump(mode="json"), "servers": servers}})


def up() -> list[dict[str, Any]]:
    """Both proxies hold everything for up."""
    return [
        {"proxy": proxy, "backend": backend, "colour": colour, "up": True}
        for proxy in "ab"
        for backend in ("api", "web")
        for colour in Colour
    ]


def stack(active: Colour = Colour.BLUE, **colours: Release) -> State:
    held = {Colour(name): release for name, release in (colours or {"blue": RELEASE}).items()}
    return State(active=active, colours=held)


def site(
    address: str = "http://127.0.0.1:9", state: State | None = None, other: str = "", **more: Any
) -> Site:
    host = Host(settings(), Told(state or stack()), lambda _: None)
    given: dict[str, Any] = {
        "host": host,
        "release": RELEASE,
        "api": address,
        "web": address,
        "api_preview": other or address,
        "web_preview": other or address,
        "prometheus": address,
        "token": None,
    }
    return Site(**(given | more))


@contextmanager
def served(handler: Handler) -> Iterator[str]:
    """The address of a server that answers by `handler` (path, body, headers)."""

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, text, kind = handler(self.path, body, dict(self.headers))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET  # noqa: N815 - the library calls it

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
