"""`finchat filings`."""

from typing import Unpack

import click

from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, scope_options, shared
from finchat_sec_qa.cli.output import note, print_list, print_table
from finchat_sec_qa.cli.requests import ScopeOptions, scope_of
from finchat_sec_qa.cli.session import Session


@click.command(
    "filings",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat filings --company AAPL",
        "finchat filings --form 10-K --fiscal-year 2023 --json",
        codes="0 done (also when none fits), 1 error, 2 wrong usage or unknown company",
    ),
)
@scope_options
@shared
@pass_session
def command(session: Session, **options: Unpack[ScopeOptions]) -> None:
    """List the filings in the store, by company, newest first."""
    with session.reader() as library:
        found = library.filings(scope_of(options))
    if session.json:
        print_list("filings", found)
        return
    print_table(
        ("Filing", "Company", "Form", "Period end", "Fiscal", "Filed", "Sample"),
        [
            (
                one.id,
                one.company,
                one.form,
                one.period_end,
                " ".join(str(part) for part in (one.fiscal_year, one.fiscal_period) if part is not None),
                one.filed,
                "yes" if one.sample else None,
            )
            for one in found
        ],
    )
    if not found:
        note("no filings fit")
