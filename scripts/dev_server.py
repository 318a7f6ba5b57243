"""Serves the API or the web pages from the checkout, and anew after every change of a source file.

For compose.dev.yaml. Everything is imported once; for each start this process is forked, forgets the
project's modules and imports those again. Libraries cost nothing then, nor do regular expressions that were
compiled before. A debugger may attach on the --debug port; debugpy is loaded when one does.
"""

import argparse
import ast
import contextlib
import gc
import importlib
import json
import multiprocessing
import signal
import socket
import sys
import threading
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import TYPE_CHECKING

from watchfiles import watch

if TYPE_CHECKING:
    from finchat_sec_qa.config import Settings

ROOT = Path(__file__).resolve().parent.parent
CORE = "finchat_sec_qa"
SERVERS = {"api": "api.serve", "webapp": "webapp.serve"}  # folder: the module that imports all the rest
GRACE = 1.0  # seconds that the old server has for requests in work
EXAMPLES = """examples:
  python -m scripts.dev_server api --debug 5678
  python -m scripts.dev_server webapp --debug 5679 --json
"""


def libraries(server: str, root: Path = ROOT) -> list[str]:
    """The modules outside the project that a server's sources import, wherever in a file; sorted.

    Sources that are no Python are passed over: the server says what is wrong with them.
    """
    found: set[str] = set()
    for path in [source for folder in (CORE, server) for source in (root / folder).rglob("*.py")]:
        try:
            tree = ast.parse(path.read_bytes(), filename=str(path))
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    return sorted(name for name in found if not _is_own(name))


def warm(server: str) -> None:
    """Import what the server will; what cannot be imported is the server's to tell, which tries again."""
    for name in [*libraries(server), SERVERS[server]]:
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - a source in work may raise anything while it is imported
            sys.stderr.write(f"{server}: {name} cannot be imported yet: {error!r}\n")


def forget_own() -> None:
    """Make the next import read the project's modules from their files."""
    for name in [name for name in sys.modules if _is_own(name)]:
        del sys.modules[name]


class Reloaded:
    """One server at a time, each in a fork of this process."""

    def __init__(self, server: str, debug: int | None, *, as_json: bool) -> None:
        self._server, self._debug, self._as_json = server, debug, as_json
        self._running: ForkProcess | None = None

    def watch(self, stopping: threading.Event) -> None:
        """Serve until `stopping` is set; every change of a file in the server's folders starts it anew."""
        folders = [ROOT / folder for folder in (CORE, self._server)]
        self._start()
        try:
            for changes in watch(*folders, stop_event=stopping):
                self._tell(sorted({str(Path(path).relative_to(ROOT)) for _, path in changes}))
                self._stop()
                self._start()
        finally:
            self._stop()

    def _start(self) -> None:
        self._running = multiprocessing.get_context("fork").Process(
            target=_serve, args=(self._server, self._debug)
        )
        self._running.start()

    def _stop(self) -> None:
        """Ask the server to stop, then make it; one that ended by itself is only collected."""
        if self._running is None:
            return
        self._running.terminate()
        self._running.join(GRACE)
        if self._running.is_alive():
            self._running.kill()
            self._running.join()
        self._running = None

    def _tell(self, changed: list[str]) -> None:
        plain = f"{self._server}: starting anew after a change of {', '.join(changed)}"
        print(
            json.dumps({"server": self._server, "changed": changed}) if self._as_json else plain, flush=True
        )


def _is_own(name: str) -> bool:
    return name.partition(".")[0] in {CORE, *SERVERS}


def _serve(server: str, debug: int | None) -> None:
    """In the fork: serve as the FINCHAT_* variables say, until SIGTERM."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    forget_own()
    from finchat_sec_qa import config  # noqa: PLC0415 - as its file is now
    from finchat_sec_qa.errors import FinChatError  # noqa: PLC0415 - the same

    try:
        settings = config.load()
        if debug is not None:
            threading.Thread(target=_offer_debugger, args=(debug,), daemon=True).start()
        if server == "api":
            importlib.import_module(SERVERS[server]).serve(settings)
        else:
            _serve_pages(settings)
    except FinChatError as error:
        sys.stderr.write(f"{server}: {error}\n")
        sys.exit(error.exit_code)


def _serve_pages(settings: "Settings") -> None:
    """In one process with threads: gunicorn's workers would be where the debugger is not."""
    from werkzeug.serving import make_server  # noqa: PLC0415 - only the pages need it

    from finchat_sec_qa.telemetry import logs  # noqa: PLC0415 - as its file is now
    from webapp.app import create_app  # noqa: PLC0415 - the same
    from webapp.serve import listen  # noqa: PLC0415 - the same

    logs.configure(settings.log_level, settings.log_format)
    pages = create_app(settings)
    with listen(settings.web_host, settings.web_port) as listener:
        make_server(settings.web_host, 0, pages, threaded=True, fd=listener.fileno()).serve_forever()


def _offer_debugger(port: int) -> None:
    """Load the debugger when the first client connects to `port`, and pass on what they say to each other."""
    with socket.create_server(("", port)) as listener:  # compose.dev.yaml publishes it on loopback only
        client, _ = listener.accept()
        import debugpy  # noqa: PLC0415 - slow

        debugpy.configure(subProcess=False)  # ingest parses in processes of its own, at full speed
        adapter = debugpy.listen(("127.0.0.1", 0))
        debugpy.trace_this_thread(False)  # a breakpoint stops all threads; this one must go on
        while True:
            server = socket.create_connection(adapter)
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()
            client, _ = listener.accept()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Copy until either side closes; then neither has anybody to talk to."""
    import debugpy  # noqa: PLC0415 - loaded by now

    debugpy.trace_this_thread(False)
    with source, target, contextlib.suppress(OSError):
        while sent := source.recv(1 << 16):
            target.sendall(sent)


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; returns 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("server", choices=sorted(SERVERS))
    parser.add_argument("--debug", type=int, metavar="PORT", help="let a debugger attach here")
    parser.add_argument("--json", action="store_true", help="report each new start as one JSON object a line")
    given = parser.parse_args(arguments)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    warm(given.server)
    gc.freeze()  # what is warm stays; the forks need not look through it for garbage
    Reloaded(given.server, given.debug, as_json=given.json).watch(stopping)
    return 0


if __name__ == "__main__":
    sys.exit(main())
