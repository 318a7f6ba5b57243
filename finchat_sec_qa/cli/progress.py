"""How far long work is: a bar on a terminal, a line now and then elsewhere. Always on standard error."""

import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Self

import click
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from finchat_sec_qa.cli.output import diagnostics
from finchat_sec_qa.cli.plain import clean, one_line

EVERY = 10.0  # seconds between two plain lines
LABEL = 40  # characters of the current item that are shown


class Meter(ABC):
    """Shows steps of work while it is entered. `unit` is what is counted ("filings")."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def step(self, done: int, total: int | None, label: str) -> None:
        """`done` of `total` (None while unknown) are finished; `label` is the current one."""

    @abstractmethod
    def note(self, message: str) -> None:
        """A line that stays, above the bar."""

    @abstractmethod
    def close(self) -> None:
        """Take the bar away."""


class BarMeter(Meter):
    """A bar with count, rate, what is left and the current item."""

    def __init__(self, unit: str) -> None:
        self._bar = Progress(
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            _Rate(unit),
            TimeElapsedColumn(),
            TextColumn("left", style="dim"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.description}", markup=False),
            console=diagnostics(),
            transient=True,
            redirect_stdout=False,  # it would send our data to standard error
            redirect_stderr=False,
        )
        self._task: TaskID = self._bar.add_task("", total=None)
        self._bar.start()

    def step(self, done: int, total: int | None, label: str) -> None:
        """Move the bar."""
        shown = one_line(label)[-LABEL:]
        self._bar.update(self._task, completed=done, total=total, description=shown)

    def note(self, message: str) -> None:
        """Print above the bar."""
        self._bar.console.print(Text(clean(message)), soft_wrap=True)

    def close(self) -> None:
        """Stop the bar's thread and wipe it."""
        self._bar.stop()


class LineMeter(Meter):
    """A line every ten seconds, for logs."""

    def __init__(self, unit: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._unit = unit
        self._monotonic = monotonic
        self._started = self._said = monotonic()

    def step(self, done: int, total: int | None, label: str) -> None:
        """Say it when the last line is old enough."""
        now = self._monotonic()
        if now - self._said < EVERY:
            return
        self._said = now
        self.note(describe(self._unit, done, total, now - self._started, label))

    def note(self, message: str) -> None:
        """Say it."""
        click.echo(clean(message), err=True)

    def close(self) -> None:
        """Nothing to take away."""


class _Rate(ProgressColumn):
    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} {self._unit}/s" if speed else f"- {self._unit}/s")


def describe(unit: str, done: int, total: int | None, seconds: float, label: str) -> str:
    """What a plain line says: `12 of 40 filings, 2.0/s, 0:00:14 left: AAPL 10-K`."""
    rate = done / seconds if seconds > 0 else 0.0
    count = f"{done} {unit}" if total is None else f"{done} of {total} {unit}"
    left = ""
    if total is not None and rate > 0:
        left = f", {timedelta(seconds=round((total - done) / rate))} left"
    return f"{count}, {rate:.1f}/s{left}: {one_line(label)}"


@contextmanager
def stages() -> Iterator[Callable[[str], None]]:
    """Hears the stages of one question and shows them while they last; nothing unless on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with diagnostics().status("") as status:
        yield lambda stage: status.update(f"{one_line(stage)} …")


def meter(unit: str) -> Meter:
    """The meter that fits where standard error goes."""
    return BarMeter(unit) if sys.stderr.isatty() else LineMeter(unit)
