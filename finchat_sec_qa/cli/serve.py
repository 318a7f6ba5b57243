"""`finchat serve`: the API and the web pages over one store."""

import signal
import sys
from types import FrameType

import click

from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, shared
from finchat_sec_qa.cli.output import note, print_data, say
from finchat_sec_qa.cli.progress import meter
from finchat_sec_qa.cli.questions import example_questions
from finchat_sec_qa.cli.services import Service, Services, usable_port
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.config import Settings, environment, load
from finchat_sec_qa.errors import NotFoundError, StoreError
from finchat_sec_qa.model.progress import Progress

LOG_LEVELS = ("WARNING", "INFO", "DEBUG")  # of the servers on a terminal, by the number of -v
START_SECONDS = 60.0  # a slow machine's first start compiles every module


@click.command(
    "serve",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat serve --samples",
        "finchat serve --store ./filings --api-port 8001 --web-port 5001",
        "finchat serve --api-only --host 0.0.0.0",
        codes="0 stopped by Ctrl-C or SIGTERM, 1 a server failed or a port is taken, 2 wrong usage",
    ),
)
@click.option("--samples", is_flag=True, help="Load the sample filings first when the store is empty.")
@click.option("--api-only", is_flag=True, help="Without the web pages.")
@click.option("--host", metavar="ADDRESS", help="Listen here. [default: FINCHAT_API_HOST, FINCHAT_WEB_HOST]")
@click.option(
    "--api-port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="[default: FINCHAT_API_PORT, else 8000] 0: any",
)
@click.option(
    "--web-port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="[default: FINCHAT_WEB_PORT, else 5000] 0: any",
)
@shared
@pass_session
def command(
    session: Session,
    *,
    samples: bool,
    api_only: bool,
    host: str | None,
    api_port: int | None,
    web_port: int | None,
) -> None:
    """Start the API and the web pages, and print their addresses and questions to begin with.

    Both run until Ctrl-C or SIGTERM; when one ends by itself the other is stopped too.
    """
    settings = load(store=session.store, api_host=host, web_host=host, api_port=api_port, web_port=web_port)
    services = plan(settings, api_only=api_only)
    _prepare(session, samples=samples)
    stop = _Stop()
    with stop, Services(stop.asked) as running:
        for service in services:
            running.start(service, environment(**_settings_of(session, settings, services)))
        with session.reader() as library:
            questions = [] if stop.asked() else example_questions(library)
        if running.wait_until_healthy(START_SECONDS):
            _announce(session, services, questions)
            running.watch()
    note("stopped")


def plan(settings: Settings, *, api_only: bool) -> list[Service]:
    """The servers to start, each on a port that is free. Raises ServiceError, UsageError."""
    port = usable_port(settings.api_host, settings.api_port, option="--api-port")
    services = [Service("API", "api", settings.api_host, port)]
    if not api_only:
        port = usable_port(settings.web_host, settings.web_port, option="--web-port")
        services.append(Service("web UI", "webapp", settings.web_host, port))
    return services


def _settings_of(session: Session, settings: Settings, services: list[Service]) -> dict[str, object]:
    """What the children must know beyond the environment they inherit.

    On a terminal their log lines are for a person: plain, and warnings only, unless the settings or -v say
    otherwise.
    """
    api = services[0]
    chosen: dict[str, object] = {
        "store": settings.store.absolute(),
        "api_host": api.host,
        "api_port": api.port,
        "api_url": api.url,
    }
    if len(services) > 1:
        chosen |= {"web_host": services[1].host, "web_port": services[1].port}
    if sys.stderr.isatty():
        if "log_format" not in settings.model_fields_set:
            chosen["log_format"] = "plain"
        if "log_level" not in settings.model_fields_set:
            chosen["log_level"] = LOG_LEVELS[min(session.verbosity, len(LOG_LEVELS) - 1)]
    return chosen


def _prepare(session: Session, *, samples: bool) -> None:
    """Make the store if there is none, and fill an empty one when asked to."""
    if _filled(session):
        return
    with session.writer() as library:
        if not samples:
            note("the store is empty; finchat serve --samples, or finchat ingest, puts filings into it")
            return
        note("loading the sample filings")
        with meter("filings") as shown:

            def tell(step: Progress) -> None:
                shown.step(step.done, step.total, step.label)
                if step.outcome == "failed":
                    shown.note(f"finchat: {step.label}: {step.reason}")

            library.ingest_samples(on_progress=tell)


def _filled(session: Session) -> bool:
    """True when there is a store with filings: then another process may go on writing to it."""
    try:
        with session.reader() as library:
            return library.info().filings > 0
    except (NotFoundError, StoreError):
        return False  # none yet, or an older schema: opening it for writing makes it, or tells what is wrong


def _announce(session: Session, services: list[Service], questions: list[str]) -> None:
    if session.json:
        addresses = {service.module.removesuffix("app"): service.url for service in services}
        print_data({**addresses, "questions": questions})
        return
    for service in reversed(services):
        say(f"{service.name:<7} {service.url}")
    if questions:
        say("Questions to begin with:")
    for question in questions:
        say(f"  {question}")
    say("Ctrl-C stops.")


class _Stop:
    """Remembers SIGINT, SIGTERM and SIGHUP while it is entered, in place of what they did before."""

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> "_Stop":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def asked(self) -> bool:
        """True once one of them came."""
        return self._asked

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
