"""Runs in the container `agent` of a stack, where only Python is: keeps the state, the maps and the lock.

    python -c PROGRAM serve     the container's own process: metrics, and two duties (see `Keeper`)
    python -c PROGRAM session   one deployer's session over stdin and stdout: a JSON object a line each way
    python -c PROGRAM look      state, routing and servers, without the lock

A session holds the lock as long as it lives. When the deployer dies its pipe closes, the session ends, and
the lock is free: no lock outlives its holder. One file, standard library only: it is sent, not installed.
"""

import contextlib
import csv
import fcntl
import http.server
import json
import os
import socket
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HOME = Path(os.environ.get("DEPLOY_HOME", "/var/lib/finchat"))
SOCKETS = Path(os.environ.get("DEPLOY_SOCKETS", "/run/finchat"))
PORT = int(os.environ.get("DEPLOY_METRICS_PORT", "9105"))
COLOURS = ("blue", "green")
LARGEST_REPLY = 2_000_000  # bytes of an HTTP reply that are read
TICK = 0.25  # seconds between two looks of the keeper


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file whole or not at all: under another name, forced to disk, renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    other = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with other.open("w", encoding="utf-8") as file:
            other.chmod(mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        other.replace(path)
    except OSError:
        other.unlink(missing_ok=True)
        raise


def overwrite(path: Path, text: str) -> None:
    """Write a file whole; on a full disk into the place that it has, which takes no more. Raises OSError."""
    try:
        write(path, text)
    except OSError:
        with path.open("r+", encoding="utf-8") as file:
            file.write(text)
            file.truncate()


def read_state() -> dict[str, Any]:
    """The state as it was last written; empty before the first deploy."""
    try:
        return dict(json.loads((HOME / "state.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def write_state(state: dict[str, Any]) -> None:
    """Keep the state."""
    write(HOME / "state.json", json.dumps(state, indent=1, sort_keys=True))


def read_base() -> dict[str, Any]:
    """What the base was made of."""
    try:
        return dict(json.loads((HOME / "base.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def write_base(base: dict[str, Any]) -> None:
    """Remember what the base was made of."""
    write(HOME / "base.json", json.dumps(base))


# ── the proxies ─────────────────────────────────────────────────────────────────────────────────────────────


def runtime(proxy: Path, command: str) -> str:
    """What a proxy's runtime socket answers. Raises OSError when nobody is there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(2)
        connection.connect(str(proxy))
        connection.sendall(command.encode() + b"\n")
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts).decode()


def proxies() -> list[Path]:
    """The proxies' sockets, in order."""
    return sorted(SOCKETS.glob("*.sock"))


def routing() -> dict[str, str]:
    """Which colour is active, which is tried, by what percentage of requests; empty before there was any."""
    try:
        lines = [
            *(HOME / "routing.map").read_text(encoding="utf-8").splitlines(),
            *(HOME / "share.map").read_text(encoding="utf-8").splitlines(),
        ]
    except FileNotFoundError:
        return {}
    return dict(line.split() for line in lines)


def maps(active: str, canary: str, share: int) -> dict[str, str]:
    """The maps' values; a canary that is the active colour has no share."""
    return {"active": active, "canary": canary, "share": str(0 if active == canary else share)}


def texts(wanted: dict[str, str]) -> dict[str, str]:
    """The maps' files, by name."""
    return {
        "share.map": f"share {wanted['share']}\n",
        "routing.map": f"active {wanted['active']}\ncanary {wanted['canary']}\n",
    }


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Between the files and the proxies nobody else changes either: a keeper would bring old values back."""
    with (HOME / "routing.lock").open("a") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        yield


def route(active: str, canary: str, share: int) -> list[str]:
    """Change the routing: the files first, which a starting proxy reads, then every running proxy at once.

    Raises OSError, with nothing changed, when the files cannot be written. Returns what went wrong with a
    proxy: the keeper brings it into line as soon as it answers.
    """
    wanted = maps(active, canary, share)
    with alone():
        for name, text in texts(wanted).items():
            write(HOME / name, text)
        return tell_all(wanted)


def back(active: str) -> list[str]:
    """Send all requests to one colour; the proxies first, so that a full disk keeps none. Raises OSError."""
    wanted = maps(active, active, 0)
    with alone():
        wrong = tell_all(wanted)
        for name, text in texts(wanted).items():
            overwrite(HOME / name, text)
    return wrong


def tell_all(wanted: dict[str, str]) -> list[str]:
    """Tell every running proxy; returns what went wrong with each."""
    wrong = []
    for proxy in proxies():
        try:
            wrong += tell(proxy, wanted)
        except OSError as error:
            wrong.append(f"{proxy.stem}: {error}")
    return wrong


def tell(proxy: Path, wanted: dict[str, str]) -> list[str]:
    """Set a proxy's maps; returns its complaints.

    In one batch, in an order in which no request between its commands meets a colour that it must not: a
    share that ends goes first, one that begins goes last.
    """
    values = [("routing", "active"), ("routing", "canary")]
    ordered = [*values, ("share", "share")] if wanted["share"] != "0" else [("share", "share"), *values]
    batch = ";".join(f"set map {HOME}/{file}.map {key} {wanted[key]}" for file, key in ordered)
    said = runtime(proxy, batch).strip()
    return [f"{proxy.stem}: {said}"] if said else []


def held(proxy: Path) -> dict[str, str]:
    """What a proxy's maps say now."""
    found = {}
    for file in ("routing", "share"):
        for line in runtime(proxy, f"show map {HOME}/{file}.map").splitlines():
            if line.strip():
                _, key, value = line.split()
                found[key] = value
    return found


def servers() -> list[dict[str, Any]]:
    """Every server of every proxy that answers: proxy, backend, colour, whether it is up, open requests."""
    found = []
    for proxy in proxies():
        try:
            text = runtime(proxy, "show stat -1 4 -1").lstrip("# ")
        except OSError as error:
            found.append({"proxy": proxy.stem, "error": str(error)})
            continue
        rows = csv.DictReader(text.splitlines())
        found += [seen(proxy, row) for row in rows if row["svname"] in COLOURS]
    return found


def seen(proxy: Path, row: dict[str, str]) -> dict[str, Any]:
    """One server of one proxy."""
    return {
        "proxy": proxy.stem,
        "backend": row["pxname"],
        "colour": row["svname"],
        "up": row["status"].startswith("UP"),
        "open": int(row["scur"] or 0),
        "said": row["last_chk"] or row["check_status"],
    }


# ── a session ───────────────────────────────────────────────────────────────────────────────────────────────


def fetch(
    url: str, timeout: float, body: str | None = None, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """An HTTP request from inside the stack: status (0 when nobody answered), body, seconds."""
    asked = urllib.request.Request(url, body.encode() if body else None, headers or {})  # noqa: S310 - the deployer's own
    started = time.monotonic()
    try:
        with urllib.request.urlopen(asked, timeout=timeout) as reply:  # noqa: S310 - the same
            status, text = reply.status, reply.read(LARGEST_REPLY)
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read(LARGEST_REPLY)
    except (OSError, ValueError) as error:
        status, text = 0, str(error).encode()
    return {"status": status, "body": text.decode("utf-8", "replace"), "seconds": time.monotonic() - started}


def put(files: dict[str, str], exact: list[str]) -> None:
    """Write configuration files, by path below the home; of the folders `exact` nothing else stays.

    A path that leads out of the home is refused.
    """
    paths = {inside(name): text for name, text in files.items()}
    for path, text in paths.items():
        write(path, text, 0o600 if "secrets" in path.parts else 0o644)
    for folder in map(inside, exact):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path not in paths:
                path.unlink()


def inside(name: str) -> Path:
    """The path of that name below the home. Raises ValueError for one that leads out of it."""
    path = (HOME / name).resolve()
    if HOME.resolve() not in path.parents:
        raise ValueError(f"{name!r} leads out of {HOME}")
    return path


def wait_servers(backend_colours: list[list[str]], timeout: float) -> list[dict[str, Any]]:
    """Wait until every proxy holds these (backend, colour) for up; returns those that one does not."""
    wanted = {(backend, colour) for backend, colour in backend_colours}
    end = time.monotonic() + timeout
    while True:
        seen = servers()
        down = [
            each for each in seen if (each.get("backend"), each.get("colour")) in wanted and not each["up"]
        ]
        reached = {(each.get("backend"), each.get("colour")) for each in seen}
        if not down and wanted <= reached:
            return []
        if time.monotonic() > end:
            return down or [{"error": "no proxy answers"}]
        time.sleep(0.05)


def wait_drained(colour: str, timeout: float) -> int:
    """Wait until no proxy has an open request on a colour; returns how many are open at the end."""
    end = time.monotonic() + timeout
    while True:
        still = sum(int(each["open"]) for each in servers() if each.get("colour") == colour)
        if not still or time.monotonic() > end:
            return still
        time.sleep(0.05)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "read_state": read_state,
    "write_state": write_state,
    "read_base": read_base,
    "write_base": write_base,
    "routing": routing,
    "route": route,
    "back": back,
    "servers": servers,
    "wait_servers": wait_servers,
    "wait_drained": wait_drained,
    "fetch": fetch,
    "put": put,
}


def session() -> int:
    """Serve one deployer: take the lock, then answer its requests until its pipe closes. 4: locked."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("a+", encoding="utf-8") as lock:
        try:
            take(lock.fileno(), 0.5)
        except OSError:
            lock.seek(0)
            answer({"locked": lock.read().strip() or "unknown"})
            return 4
        lock.truncate(0)
        lock.write(os.environ.get("DEPLOY_HOLDER", "unknown"))
        lock.flush()
        answer({"ok": "ready"})
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                answer({"ok": OPERATIONS[asked["do"]](**asked["with"])})
            except (OSError, ValueError, KeyError, TypeError) as error:
                answer({"error": f"{type(error).__name__}: {error}"})
        lock.truncate(0)
    return 0


def look() -> int:
    """Print what can be seen without the lock: state, routing, servers."""
    answer({"ok": {"state": read_state(), "routing": routing(), "servers": servers()}})
    return 0


def take(descriptor: int, patience: float) -> None:
    """Lock a file; waits a little, since the keeper holds it for moments. Raises OSError."""
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def answer(said: dict[str, Any]) -> None:
    """Send one line."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


# ── the keeper ──────────────────────────────────────────────────────────────────────────────────────────────


class Keeper:
    """The container's own duties.

    - A proxy that started meanwhile is told what the others know.
    - A deploy whose deployer died (it is pending, and nobody holds the lock) is undone: all requests go to
      the colour that had them before. What it started stays, for the next deploy to remove.
    """

    def look(self) -> None:
        """One look at both."""
        self._undo_abandoned()
        with alone():
            wanted = routing()
            for proxy in proxies() if wanted else ():
                try:
                    if held(proxy) != wanted:
                        tell(proxy, wanted)
                except OSError:
                    continue  # it is not there: it reads the files when it comes

    def _undo_abandoned(self) -> None:
        pending = read_state().get("pending")
        if not pending:
            return
        with (HOME / "lock").open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return  # its deployer lives
            state = read_state()
            pending = state.get("pending")
            if not pending or pending.get("abandoned"):
                return
            serving = state.get("active") or ""
            if serving:
                back(serving)
            state["pending"] = {**pending, "abandoned": time.time()}
            write_state(state)
            say(
                f"the deploy of {pending.get('revision', '?')} was abandoned; {serving or 'no colour'} serves"
            )


def say(text: str) -> None:
    """One line of the container's log."""
    sys.stderr.write(json.dumps({"time": time.time(), "message": text}) + "\n")
    sys.stderr.flush()


# ── metrics ─────────────────────────────────────────────────────────────────────────────────────────────────


def metrics() -> str:
    """The state in Prometheus' text format; names and meanings are in deploy/agent_metrics.py too."""
    state = read_state()
    pending = state.get("pending") or {}
    going = bool(pending) and not pending.get("abandoned")
    active = state.get("active")
    release = (state.get("colours") or {}).get(active) or {}
    rows: list[tuple[str, str, float]] = [
        ("finchat_deploy_in_progress", "", float(going)),
        ("finchat_deploy_canary_percent", "", float(routing().get("share", 0))),
    ]
    if going:
        rows.append(("finchat_deploy_started_timestamp_seconds", "", pending.get("started", 0.0)))
    rows += [("finchat_deploy_active", f'colour="{colour}"', float(colour == active)) for colour in COLOURS]
    for image, created in sorted((release.get("created") or {}).items()):
        rows.append(("finchat_deploy_image_created_timestamp_seconds", f'image="{image}"', created))
    for check, refused in sorted((state.get("gate") or {}).items()):
        rows.append(("finchat_deploy_gate_refused", f'check="{check}"', float(refused)))
    if state.get("last_success"):
        rows.append(("finchat_deploy_last_success_timestamp_seconds", "", state["last_success"]))
    rows += [("finchat_deploy_certificate_expiry_timestamp_seconds", "", each) for each in expiry()]
    lines = []
    for name in dict.fromkeys(name for name, _, _ in rows):
        lines.append(f"# TYPE {name} gauge")
        lines += [
            f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"
            for row, labels, value in rows
            if row == name
        ]
    return "\n".join(lines) + "\n"


def expiry() -> list[float]:
    """When the certificate that a proxy uses ends, in seconds since 1970; empty without TLS."""
    for proxy in proxies():
        try:
            said = runtime(proxy, f"show ssl cert {HOME}/secrets/tls.pem")
        except OSError:
            continue
        for line in said.splitlines():
            if line.startswith("Not After: "):
                return [float(ssl.cert_time_to_seconds(line.removeprefix("Not After: ").strip()))]
    return []


class Metrics(http.server.BaseHTTPRequestHandler):
    """GET /metrics; anything else is the health check."""

    def do_GET(self) -> None:
        """Answer."""
        body = (metrics() if self.path == "/metrics" else "ok\n").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing of each request."""


def serve() -> int:
    """Serve metrics and keep watch until the container is stopped."""
    HOME.mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer(("0.0.0.0", PORT), Metrics)  # noqa: S104 - inside the stack only
    threading.Thread(target=server.serve_forever, daemon=True).start()
    keeper = Keeper()
    while True:
        try:
            keeper.look()
        except (OSError, ValueError) as error:
            say(f"{type(error).__name__}: {error}")
        time.sleep(TICK)


if __name__ == "__main__":
    modes: dict[str, Callable[[], int]] = {"serve": serve, "session": session, "look": look}
    sys.exit(modes[sys.argv[1]]())
