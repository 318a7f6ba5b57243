"""Options that several commands share, and the form of their help."""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from finchat_sec_qa.cli.session import Session

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
LOG_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)  # by the number of -v

F = TypeVar("F", bound=Callable[..., Any])
pass_session = click.make_pass_decorator(Session)
questions_file = click.option(
    "--file",
    "file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="IN.jsonl",
    help='Questions, one {"id", "question", "scope"?} a line; - is standard input.',
)


def examples(*lines: str, codes: str) -> str:
    """The end of a help page: examples, then the exit codes."""
    shown = "\n".join(f"  {line}" for line in lines)
    return f"\b\nExamples:\n{shown}\n\nExit codes: {codes}."


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep an option in the session wherever it stood; the one after the command wins."""
    session = ctx.ensure_object(Session)
    if param.name == "store" and value is not None:
        session.store = value
    elif param.name == "json":
        session.json = session.json or value
    elif param.name == "verbosity" and value:
        session.verbosity = max(session.verbosity, value)
        level = LOG_LEVELS[min(session.verbosity, len(LOG_LEVELS) - 1)]
        logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s", force=True)


def shared(function: F) -> F:
    """Give a command --store, --json and -v."""
    for option in (
        click.option(
            "-v",
            "--verbose",
            "verbosity",
            count=True,
            expose_value=False,
            callback=_remember,
            help="Say more on standard error; -vv for all.",
        ),
        click.option(
            "--json",
            is_flag=True,
            expose_value=False,
            callback=_remember,
            help="Print JSON; errors as JSON on standard error.",
        ),
        click.option(
            "--store",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            expose_value=False,
            callback=_remember,
            help="Directory of the store. [default: FINCHAT_STORE, else the user's data directory]",
        ),
    ):
        function = option(function)
    return function


def as_of_option(begin: str = "Leave") -> Callable[[F], F]:
    """The option --as-of, whose value `day` reads; its help begins with these words."""
    return click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="DATE",
        help=f"{begin} out what was filed after DATE (YYYY-MM-DD).",
    )


def scope_options(function: F) -> F:
    """Give a command the options that say which filings may be used."""
    for option in (
        as_of_option(),
        click.option(
            "--fiscal-year",
            "fiscal_years",
            type=int,
            multiple=True,
            metavar="YEAR",
            help="Only this fiscal year, as the company names it.",
        ),
        click.option("--form", "forms", multiple=True, metavar="FORM", help="Only this form, such as 10-K."),
        click.option("--filing", "filings", multiple=True, metavar="ID", help="Only this filing."),
        click.option(
            "--company",
            "companies",
            multiple=True,
            metavar="NAME",
            help="Only this company: a ticker, CIK or name.",
        ),
    ):
        function = option(function)
    return function


def day(value: datetime | None) -> Any:
    """The date of an option's value."""
    return None if value is None else value.date()
