"""`finchat facts`."""

from typing import TYPE_CHECKING

import click

from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, shared
from finchat_sec_qa.cli.output import note, print_list, print_table
from finchat_sec_qa.cli.plain import one_line
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.errors import NotFoundError
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.views import FactView

if TYPE_CHECKING:
    from finchat_sec_qa.wiring import Library

LONGEST_TEXT = 80  # characters of a text fact shown; --json has all


@click.command(
    "facts",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat facts 0000320193-24-000123 --concept NetIncomeLoss",
        "finchat facts AAPL --concept us-gaap:Assets --limit 0 --json",
        codes="0 done (also when none fits), 1 error, 2 wrong usage or no such filing or company",
    ),
)
@click.argument("filing_or_company")
@click.option("--concept", metavar="NAME", help="Only this concept, with or without its prefix.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    default=50,
    show_default=True,
    help="Facts at most; 0 for all.",
)
@shared
@pass_session
def command(session: Session, filing_or_company: str, concept: str | None, limit: int) -> None:
    """List the XBRL facts of a filing, or of all filings of a company (newest first).

    Values are in base units (dollars, not millions).
    """
    with session.reader() as library:
        ids = filing_ids(library, filing_or_company)
        found, more = collect(library, ids, concept, limit)
    if more:
        note(f"only the first {limit} facts; --limit 0 gives all")
    if session.json:
        print_list("facts", found)
        return
    print_table(
        ("Filing", "Concept", "Value", "Unit", "Start", "End", "Dimensions", "Id"),
        [_row(fact) for fact in found],
        right=("Value",),
    )
    if not found:
        note("no facts fit")


def filing_ids(library: "Library", name: str) -> list[str]:
    """The filing of that id, else the filings of that company. Raises NotFoundError."""
    try:
        return [library.filing(name).id]
    except NotFoundError:
        found = library.filings(ScopeRequest(companies=(name,)))
    if not found:
        raise NotFoundError(f"{name}: no filing or company of that name in the store (finchat companies)")
    return [one.id for one in found]


def collect(
    library: "Library", ids: list[str], concept: str | None, limit: int
) -> tuple[list[FactView], bool]:
    """The first `limit` (0 = all) facts, and whether there are more."""
    found: list[FactView] = []
    for filing in ids:
        room = limit + 1 - len(found) if limit else None
        found.extend(library.facts(filing, concept=concept, limit=room))
        if limit and len(found) > limit:
            return found[:limit], True
    return found, False


def _row(fact: FactView) -> tuple[object, ...]:
    value = fact.value if fact.value is not None else one_line(fact.text or "", LONGEST_TEXT)
    dimensions = ", ".join(f"{axis}={member}" for axis, member in fact.dimensions)
    return (
        fact.filing,
        fact.concept,
        "nil" if fact.nil else value,
        fact.unit,
        fact.start_date,
        fact.end_date,
        dimensions,
        fact.fact_id,
    )
