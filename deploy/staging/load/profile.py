"""What users do, for locust: questions, plain and as streams, tables, filings, searches and pages.

    python -m locust -f deploy/staging/load/profile.py --headless --users 8 --api URL --web URL --rate 40

Every answer is compared with the known one, so that a short, doubled or wrong one counts as failed too.
`--tags pages` leaves out everything but the pages.
`--record FILE` gets a line of JSON for each request: [seconds since 1970, kind, milliseconds, error or ""].
"""

# locust leaves these without types
# mypy: disable-error-code="no-untyped-call, untyped-decorator"

import json
import os
import time
from typing import Any
from urllib.parse import quote

from locust import HttpUser, events, tag, task
from locust.argument_parser import LocustArgumentParser
from locust.clients import ResponseContextManager
from locust.env import Environment
from requests import RequestException

from deploy.staging.load.profile_file import PAGES, TOKEN
from deploy.staging.questions import Answered, read

KNOWN = [each for each in read() if isinstance(each, Answered)]
FILING = "0000320193-24-000123"
LONGEST = 30  # seconds for one request
PAGE_END = "</html>"


@events.init_command_line_parser.add_listener
def _options(parser: LocustArgumentParser) -> None:
    parser.add_argument("--api", required=True, help="address of the API")
    parser.add_argument("--web", required=True, help="address of the pages")
    parser.add_argument("--rate", type=float, default=10.0, help="requests per second of all users together")
    parser.add_argument("--record", default="", help="file that gets a line for each request")


@events.init.add_listener
def _record(environment: Environment, **_: Any) -> None:
    """Write down each request as it ends."""
    if not environment.parsed_options or not environment.parsed_options.record:
        return
    file = open(environment.parsed_options.record, "w", buffering=1, encoding="utf-8")  # noqa: SIM115, PTH123 - until the end

    def write(name: str, response_time: float, exception: object, start_time: float, **_: Any) -> None:
        error = str(exception) or type(exception).__name__ if exception else ""
        file.write(json.dumps([start_time, name, round(response_time, 1), error]) + "\n")

    def stumbled(exception: Exception, **_: Any) -> None:
        # An error in here would leave a request out, which must not look as if all were well.
        write("the profile", 0.0, exception, time.time())

    environment.events.request.add_listener(write)
    environment.events.user_error.add_listener(stumbled)
    environment.events.quit.add_listener(lambda **_: file.close())


class Visitor(HttpUser):
    """One of the users. The rate of all of them together is --rate."""

    def __init__(self, environment: Environment) -> None:
        options = environment.parsed_options
        if options is None:
            raise ValueError("run it by locust's command line")
        self.host = options.api
        super().__init__(environment)
        self._web = options.web
        self._pause = options.num_users / options.rate
        self._due = time.monotonic()
        self._turn = id(self) % len(KNOWN)  # users begin at different questions
        self.client.trust_env = False
        if token := os.environ.get(TOKEN):
            self.client.headers["Authorization"] = f"Bearer {token}"

    def wait_time(self) -> float:
        """Seconds until the next request is due: steady, also after a slow one."""
        self._due = max(self._due + self._pause, time.monotonic() - self._pause)
        return max(0.0, self._due - time.monotonic())

    @task(8)
    def ask(self) -> None:
        """A question."""
        known = self._next()
        with self.client.post(
            "/v1/ask",
            json={"question": known.question},
            name="POST /v1/ask",
            catch_response=True,
            timeout=LONGEST,
        ) as reply:
            _judge(reply, known, reply.text)

    @task(4)
    def ask_as_stream(self) -> None:
        """A question whose stages are streamed; its time is that to the last byte."""
        known, began = self._next(), time.perf_counter()
        with self.client.post(
            "/v1/ask",
            json={"question": known.question},
            headers={"Accept": "text/event-stream"},
            name="POST /v1/ask, stream",
            catch_response=True,
            stream=True,
            timeout=LONGEST,
        ) as reply:
            try:
                events_of = reply.text.split("\n\n")
            except RequestException as error:
                reply.failure(f"the stream broke off: {type(error).__name__}")
                return
            finally:
                reply.request_meta["response_time"] = (time.perf_counter() - began) * 1000
            answers = [each for each in events_of if each.startswith("event: answer\n")]
            if _came(reply) and len(answers) != 1:
                reply.failure(f"{len(answers)} answers in the stream")
            else:
                _judge(reply, known, answers[0].partition("data: ")[2] if answers else "")

    @task(2)
    def search(self) -> None:
        """A search."""
        self._get_json("POST /v1/search", "/v1/search", {"query": "supply constraints", "limit": 5})

    @task(3)
    def table(self) -> None:
        """A row of figures."""
        self._get_json("GET /v1/facts", "/v1/facts?company=AAPL&metric=revenue&years=3")

    @task(2)
    def filings(self) -> None:
        """What there is."""
        self._get_json("GET /v1/filings", "/v1/filings?company=NKE")

    @task(2)
    def read(self) -> None:
        """A part of a filing."""
        self._get_json("GET /v1/filings/…/blocks", f"/v1/filings/{FILING}/blocks?limit=20")

    @tag(PAGES)
    @task(3)
    def page(self) -> None:
        """An answer's page, which asks the API in its turn."""
        self._get_page("page /ask", f"/ask?q={quote(self._next().question)}")

    @tag(PAGES)
    @task(1)
    def home(self) -> None:
        """The first page."""
        self._get_page("page /", "/")

    def _next(self) -> Answered:
        self._turn = (self._turn + 1) % len(KNOWN)
        return KNOWN[self._turn]

    def _get_json(self, name: str, path: str, body: dict[str, Any] | None = None) -> None:
        method = "GET" if body is None else "POST"
        with self.client.request(
            method, path, json=body, name=name, catch_response=True, timeout=LONGEST
        ) as reply:
            if _came(reply) and _parsed(reply.text) is None:
                reply.failure("the reply is not JSON")

    def _get_page(self, name: str, path: str) -> None:
        with self.client.get(f"{self._web}{path}", name=name, catch_response=True, timeout=LONGEST) as reply:
            if _came(reply) and (
                reply.text.count(PAGE_END) != 1 or not reply.text.rstrip().endswith(PAGE_END)
            ):
                reply.failure("the page is not whole")


def _judge(reply: ResponseContextManager, known: Answered, text: str) -> None:
    """Fail a reply that is not the known answer."""
    if not _came(reply):
        return
    answer = _parsed(text)
    if answer is None:
        reply.failure("the answer is not JSON")
    elif fault := known.fault(answer):
        reply.failure(f"{known.question}: {fault}")


def _came(reply: ResponseContextManager) -> bool:
    """Whether the reply has status 200. One with another, and one that never came, fails by itself."""
    if 200 < reply.status_code < 400:
        reply.failure(f"status {reply.status_code}")
    return reply.status_code == 200


def _parsed(text: str) -> dict[str, Any] | None:
    """The object that a text is; None when it is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
