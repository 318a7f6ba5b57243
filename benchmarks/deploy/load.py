"""Users of a stack at a steady rate: pages and API, GET and POST, streams too; every flaw is counted.

`python -m benchmarks.deploy.load --help`. A request failed when its status is not 2xx, when its connection
was refused, reset or timed out, when its body is short, when a page has not what it is asked for, when a
stream did not end with one answer, or when an answer differs from the first one to the same question: the
program's answers are byte-identical.
"""

import argparse
import asyncio
import json
import signal
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import uvloop

from benchmarks.common import percentile

TIMEOUT = 20.0  # seconds for one request
LONG = 0.1  # seconds without a request that went well which are told, from time.monotonic to time.monotonic
MOST_OPEN = 400  # requests at a time; beyond them the rate is not held, and that is told
QUESTIONS = (
    "What was Apple's revenue in fiscal 2024?",
    "What was Apple's gross margin in fiscal 2024?",
    "How much did Apple spend on research and development in fiscal 2023?",
    "What was Apple's net income in fiscal 2031?",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request; `weight` of all weights is its share."""

    name: str
    weight: int
    method: str
    path: str
    body: dict[str, Any] | None = None
    stream: bool = False
    web: bool = False
    same: bool = True  # its body is always the same
    holds: str = ""  # what its body must have


KINDS = (
    Kind("companies", 30, "GET", "/v1/companies"),
    Kind("filings", 22, "GET", "/v1/filings"),
    Kind("version", 20, "GET", "/version", same=False),  # the colours differ in it
    Kind("facts", 4, "GET", "/v1/facts?company=AAPL&metric=revenue&years=2"),
    *(Kind(f"ask {n}", 2, "POST", "/v1/ask", {"question": text}) for n, text in enumerate(QUESTIONS)),
    Kind("stream", 4, "POST", "/v1/ask", {"question": QUESTIONS[0]}, stream=True),
    Kind("search", 4, "POST", "/v1/search", {"query": "supply chain risk"}),
    Kind("start page", 5, "GET", "/", web=True, same=False, holds="</html>"),
    Kind(
        "answer page",
        3,
        "GET",
        f"/ask?q={quote(QUESTIONS[0])}",
        web=True,
        same=False,
        holds="391.035 billion",
    ),
)


@dataclass
class Seen:
    """What came of all requests. Times are seconds."""

    requests: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)  # times without a request that went well
    not_sent: int = 0  # left out, because too many were open
    times: dict[str, list[float]] = field(default_factory=dict)
    _last: float | None = None

    def well(self, kind: Kind, began: float, ended: float) -> None:
        """A request went well."""
        self.requests += 1
        self.times.setdefault(kind.name, []).append(ended - began)
        if self._last is not None and ended - self._last > LONG:
            self.gaps.append((self._last, ended))
        self._last = ended

    def badly(self, kind: Kind, why: str) -> None:
        """A request failed."""
        self.requests += 1
        self.failures.append({"at": time.time(), "kind": kind.name, "why": why})

    def report(self) -> dict[str, Any]:
        """The figures; times as percentiles in milliseconds."""
        every = [value for values in self.times.values() for value in values] or [0.0]
        named = asdict(self)
        del named["times"], named["_last"]
        return {
            **named,
            "worst_gap": max((ended - began for began, ended in self.gaps), default=0.0),
            "failed": len(self.failures),
            "why": dict(Counter(each["why"] for each in self.failures)),
            "p50_ms": round(percentile(every, 0.50) * 1000, 1),
            "p99_ms": round(percentile(every, 0.99) * 1000, 1),
        }


class Users:
    """Sends requests at a rate until told to stop. Every other one comes on a connection of its own."""

    def __init__(self, api: str, web: str, rate: float) -> None:
        self._bases = {False: api, True: web}
        self._rate = rate
        self._seen = Seen()
        self._first: dict[str, bytes] = {}
        self._stopped = asyncio.Event()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=50, keepalive_expiry=5.0)
        alone = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._clients = [
            httpx.AsyncClient(timeout=TIMEOUT, limits=each, trust_env=False) for each in (limits, alone)
        ]

    def stop(self) -> None:
        """Send no more."""
        self._stopped.set()

    async def run(self, seconds: float) -> Seen:
        """Send for so long, wait for what is open, and tell."""
        turn = [kind for kind in KINDS for _ in range(kind.weight)]
        open_now: set[asyncio.Task[None]] = set()
        began, number = time.monotonic(), 0
        while not self._stopped.is_set() and time.monotonic() - began < seconds:
            due = began + number / self._rate
            if due > time.monotonic():
                await asyncio.sleep(due - time.monotonic())
            if len(open_now) >= MOST_OPEN:
                self._seen.not_sent += 1
            else:
                # 37 is prime to the number of turns: kinds are mixed, and the mix is the same in every run.
                task = asyncio.create_task(self._one(turn[number * 37 % len(turn)], number))
                open_now.add(task)
                task.add_done_callback(open_now.discard)
            number += 1
        await asyncio.gather(*open_now)
        for client in self._clients:
            await client.aclose()
        return self._seen

    async def _one(self, kind: Kind, number: int) -> None:
        began = time.monotonic()
        headers = {"Accept": "text/event-stream"} if kind.stream else {}
        try:
            reply = await self._clients[number % 2].request(
                kind.method, self._bases[kind.web] + kind.path, json=kind.body, headers=headers
            )
        except httpx.HTTPError as error:
            self._seen.badly(kind, type(error).__name__)
            return
        why = self._flaw(kind, reply)
        if why:
            self._seen.badly(kind, why)
        else:
            self._seen.well(kind, began, time.monotonic())

    def _flaw(self, kind: Kind, reply: httpx.Response) -> str:
        if not reply.is_success:
            return f"status {reply.status_code}"
        if kind.stream:
            return (
                "" if reply.text.count("event: answer") == 1 and reply.text.endswith("\n\n") else "stream cut"
            )
        if kind.same and self._first.setdefault(kind.name, reply.content) != reply.content:
            return "another answer"
        return "" if kind.holds in reply.text else f"without {kind.holds}"


async def _main(arguments: argparse.Namespace) -> Seen:
    users = Users(arguments.api, arguments.web, arguments.rate)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, users.stop)
    return await users.run(arguments.seconds)


def main() -> None:
    """Send, and write the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deploy.load", description=__doc__)
    parser.add_argument("--api", required=True, help="address of the API")
    parser.add_argument("--web", required=True, help="address of the pages")
    parser.add_argument("--rate", type=float, default=60, help="requests a second")
    parser.add_argument("--seconds", type=float, default=1e9, help="how long; SIGTERM ends it sooner")
    parser.add_argument("--out", type=Path, required=True, help="file for the figures")
    arguments = parser.parse_args()
    seen = uvloop.run(_main(arguments))
    arguments.out.write_text(json.dumps(seen.report(), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
