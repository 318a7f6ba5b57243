"""What goes to standard output and error: tables and colour on a terminal, plain lines elsewhere.

Rich obeys NO_COLOR and TERM itself. Everything printed here for people is cleaned of control characters.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from finchat_sec_qa.cli.plain import clean, clean_json, one_line


def on_terminal() -> bool:
    """True when a person reads standard output."""
    return sys.stdout.isatty()


def diagnostics() -> Console:
    """The console for everything that is not data."""
    return Console(file=sys.stderr, highlight=False, markup=False, emoji=False)


def print_json(text: str) -> None:
    """One line of JSON as it is; on a terminal with unsafe characters escaped (the same value)."""
    click.echo(clean_json(text) if on_terminal() else text)


def print_value(value: BaseModel) -> None:
    """A value of the contract as one line of JSON."""
    print_json(value.model_dump_json(by_alias=True))


def print_list(name: str, values: Iterable[BaseModel]) -> None:
    """{"name": [values]} on one line, as the HTTP API gives it."""
    print_data({name: [value.model_dump(mode="json", by_alias=True) for value in values]})


def print_data(data: dict[str, Any]) -> None:
    """Plain data as one line of JSON."""
    print_json(json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def say(text: str | Text = "") -> None:
    """A line for people on standard output; styled text keeps its style on a terminal only."""
    if not on_terminal():
        click.echo(clean(str(text)))
        return
    shown = text if isinstance(text, Text) else Text(clean(text))
    Console(highlight=False, emoji=False).print(shown)


def note(message: str) -> None:
    """A line of diagnosis on standard error."""
    click.echo(f"finchat: {clean(message)}", err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> None:
    """A table on a terminal; elsewhere a header line and rows, cells parted by tabs.

    None is an empty cell. `right` names the columns that are set flush right.
    """
    shown = [["" if cell is None else one_line(str(cell)) for cell in row] for row in rows]
    if not on_terminal():
        for line in ([name.lower() for name in columns], *shown):
            click.echo("\t".join(line))
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in shown:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False, emoji=False).print(table)
