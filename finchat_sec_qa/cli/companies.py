"""`finchat companies`."""

import click

from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, shared
from finchat_sec_qa.cli.output import note, print_list, print_table
from finchat_sec_qa.cli.session import Session


@click.command(
    "companies",
    context_settings=SETTINGS,
    epilog=examples("finchat companies", "finchat companies --json", codes="0 done, 1 error, 2 wrong usage"),
)
@shared
@pass_session
def command(session: Session) -> None:
    """List the companies that have filings in the store."""
    with session.reader() as library:
        found = library.companies()
    if session.json:
        print_list("companies", found)
        return
    print_table(
        ("CIK", "Tickers", "Name", "Filings", "First", "Last"),
        [
            (one.cik, " ".join(one.tickers), one.name, one.filings, one.first_period, one.last_period)
            for one in found
        ],
        right=("Filings",),
    )
    if not found:
        note("the store is empty; finchat ingest --samples puts filings into it")
