"""`finchat statement`."""

from datetime import datetime
from typing import Unpack, cast

import click

from finchat_sec_qa.cli.options import SETTINGS, as_of_option, day, examples, pass_session, shared
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.cli.tables import TableOptions, show_table, table_options
from finchat_sec_qa.model.table_request import StatementName


@click.command(
    "statement",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat statement AAPL FY2023 income",
        "finchat statement NVDA Q2FY2025 balance --csv",
        "finchat statement KO latest cashflow --xlsx cashflow.xlsx",
        codes="0 done, 1 error, 2 wrong usage or no such company, 3 no such statement in the store",
    ),
)
@click.argument("company")
@click.argument("period")
@click.argument("which", type=click.Choice(["income", "balance", "cashflow"]))
@as_of_option()
@table_options
@shared
@pass_session
def command(
    session: Session,
    *,
    company: str,
    period: str,
    which: str,
    as_of: datetime | None,
    **options: Unpack[TableOptions],
) -> int:
    """Print a company's income statement, balance sheet or cash-flow statement as its filing prints it.

    PERIOD is a fiscal year or quarter (FY2023, Q2FY2025), or "latest" for the last annual report. Rows stand
    in the filing's own order under its own labels, with its comparative columns. Values are in base units.
    """
    with session.reader() as library:
        table = library.statement(company, period, cast(StatementName, which), as_of=day(as_of))
    return show_table(session, table, options)
