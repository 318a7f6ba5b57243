"""`finchat compare`."""

from datetime import datetime
from typing import Unpack

import click

from finchat_sec_qa.cli.options import SETTINGS, as_of_option, day, examples, pass_session, shared
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.cli.tables import TableOptions, by_option, show_table, table_options
from finchat_sec_qa.model.table_request import PartKind


@click.command(
    "compare",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat compare NVDA AMD INTC --metrics revenue,gross-margin,rd --periods FY2022:FY2024",
        "finchat compare AAPL --metrics revenue-growth,net-margin --periods Q1FY2024:Q4FY2024 --csv",
        "finchat compare KO PEP --metrics free-cash-flow --periods FY2023 --xlsx cash.xlsx",
        'finchat compare NVDA AAPL --metrics "revenue:Data Center,revenue:Greater China" --periods FY2024',
        "finchat compare AAPL NVDA --metrics operating-income --by segment --periods FY2023:FY2024",
        codes="0 done, 1 error, 2 wrong usage: an unknown metric or period, or no company that is known, "
        "3 a company is not in the store, or no cell has a number",
    ),
)
@click.argument("companies", nargs=-1, required=True, metavar="COMPANY...")
@click.option(
    "--metrics",
    required=True,
    metavar="NAMES",
    help="What to compare, parted by commas: revenue,gross-margin,rd.",
)
@click.option(
    "--periods",
    required=True,
    metavar="PERIODS",
    help="Fiscal periods or spans, parted by commas: FY2022:FY2024.",
)
@by_option("A")
@as_of_option()
@table_options
@shared
@pass_session
def command(
    session: Session,
    *,
    companies: tuple[str, ...],
    metrics: str,
    periods: str,
    by: PartKind | None,
    as_of: datetime | None,
    **options: Unpack[TableOptions],
) -> int:
    """Compare metrics of companies over fiscal periods; a COMPANY is a ticker, CIK or name.

    A metric is a figure's name (revenue, "net sales", rd), a formula (gross-margin, free-cash-flow), growth
    (revenue-growth) or an XBRL concept (IncomeTaxesPaidNet); behind a colon, of which segment, product or
    region (revenue:Greater China). Each number carries the mark of the place that proves it; a cell without
    one says why. Values are in base units (dollars, not millions); years are the companies' own fiscal years.
    """
    with session.reader() as library:
        table = library.compare(companies, parted(metrics), parted(periods), by=by, as_of=day(as_of))
    return show_table(session, table, options)


def parted(text: str) -> tuple[str, ...]:
    """The parts between commas, blank ones left out."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
