"""Traces of requests, questions and ingests, for a collector that FINCHAT_TRACES_URL names.

Without one nothing is traced and no library for it is loaded. What was asked never goes along: spans carry
routes, statuses, reasons and counts.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Value = str | int | float | bool
STAGES = {"search": "lookup"}  # what a stage of a question is called in a trace, where that differs


class Span(Protocol):
    """One piece of work while it goes on."""

    def note(self, **attributes: Value | None) -> None:
        """Add attributes, under "finchat."; those that are None are left out."""

    def failed(self, code: str) -> None:
        """Say that it failed, by its stable code."""


class Traces(Protocol):
    """Makes spans. Each belongs to the one around it, in threads that carry its context as well."""

    def request(self, method: str, traceparent: str) -> AbstractContextManager["RequestSpan"]:
        """The span of a request; part of the trace that its header names, if that is well-formed."""

    def span(self, name: str) -> AbstractContextManager[Span]:
        """The span of a piece of work."""

    def close(self, seconds: float) -> None:
        """Send what is left, for that long at most."""


class RequestSpan(Span, Protocol):
    """The span of a request."""

    def answered(self, route: str | None, status: int) -> None:
        """Name it by its route's template, and say what became of it."""


class NoSpan:
    """A span that nobody hears of."""

    def note(self, **attributes: Value | None) -> None:
        """Nothing."""

    def failed(self, code: str) -> None:
        """Nothing."""

    def answered(self, route: str | None, status: int) -> None:
        """Nothing."""


class NoTraces:
    """Traces that go nowhere."""

    _none = NoSpan()

    @contextmanager
    def request(self, method: str, traceparent: str) -> Iterator[NoSpan]:  # noqa: ARG002 - as Traces says
        """A span that nobody hears of."""
        yield self._none

    @contextmanager
    def span(self, name: str) -> Iterator[NoSpan]:  # noqa: ARG002 - as Traces says
        """A span that nobody hears of."""
        yield self._none

    def close(self, seconds: float) -> None:
        """Nothing to send."""


@contextmanager
def stages(traces: Traces) -> Iterator[Callable[[str], None]]:
    """What a question's stages are told to: a span for each, from its name until the next one's."""
    held: list[AbstractContextManager[Span]] = []

    def leave() -> None:
        if held:
            held.pop().__exit__(None, None, None)

    def enter(name: str) -> None:
        leave()
        span = traces.span(STAGES.get(name, name))
        span.__enter__()
        held.append(span)

    try:
        yield enter
    finally:
        leave()


def known(attributes: Mapping[str, Value | None]) -> dict[str, Value]:
    """Attributes as they are written; those that are None left out."""
    return {f"finchat.{name}": value for name, value in attributes.items() if value is not None}
