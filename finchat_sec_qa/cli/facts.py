"""`finchat facts`."""

from datetime import datetime
from typing import TYPE_CHECKING, Unpack

import click

from finchat_sec_qa.cli.options import SETTINGS, as_of_option, day, examples, pass_session, shared
from finchat_sec_qa.cli.output import note, print_list, print_table
from finchat_sec_qa.cli.plain import one_line
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.cli.tables import TableOptions, by_option, show_table, table_options
from finchat_sec_qa.errors import NotFoundError, UsageError
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.table_request import PartKind
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
        "finchat facts AAPL --concept revenue --years 5",
        "finchat facts NVDA --concept gross-margin --quarters 8 --xlsx margin.xlsx",
        'finchat facts AAPL --concept revenue --part "Greater China" --years 3',
        "finchat facts AAPL --concept revenue --by segment --years 3",
        codes="0 done (also when none fits), 1 error, 2 wrong usage or no such filing or company, "
        "3 no number in those years",
    ),
)
@click.argument("filing_or_company")
@click.option(
    "--concept",
    metavar="NAME",
    help="Only this concept, with or without its prefix; with --years any metric.",
)
@click.option(
    "--years",
    type=click.IntRange(1, 30),
    metavar="N",
    help="The metric's series over the last N fiscal years.",
)
@click.option(
    "--quarters",
    type=click.IntRange(1, 40),
    metavar="N",
    help="The metric's series over the last N quarters.",
)
@click.option(
    "--part",
    "--segment",
    "part",
    metavar="NAME",
    help="For a series: of this segment, product or region, by the company's own name.",
)
@by_option("For a series: a")
@as_of_option("For a series: leave")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    default=50,
    show_default=True,
    help="Facts at most; 0 for all.",
)
@table_options
@shared
@pass_session
def command(
    session: Session,
    *,
    filing_or_company: str,
    concept: str | None,
    years: int | None,
    quarters: int | None,
    part: str | None,
    by: PartKind | None,
    as_of: datetime | None,
    limit: int,
    **options: Unpack[TableOptions],
) -> int:
    """List the XBRL facts of a filing, or of all filings of a company (newest first).

    With --years or --quarters: one metric of a company over time, as `finchat compare` names metrics; with
    --part of a segment, product or region, with --by a row for each of them, the total, and the sum of the
    parts as its witness. Values are in base units (dollars, not millions).
    """
    if years is None and quarters is None:
        if as_of is not None or part is not None or by is not None or any(options.values()):
            raise UsageError(
                "--part, --by, --as-of, --csv, --markdown and --xlsx are for a series: add --years or "
                "--quarters"
            )
        _list_facts(session, filing_or_company, concept, limit)
        return 0
    if years is not None and quarters is not None:
        raise UsageError("a series runs over --years or over --quarters; choose one")
    if concept is None:
        raise UsageError("a series is of one metric: name it with --concept, such as --concept revenue")
    with session.reader() as library:
        table = library.series(
            filing_or_company,
            concept,
            part=part,
            by=by,
            years=years or 1,
            quarters=quarters,
            as_of=day(as_of),
        )
    return show_table(session, table, options)


def _list_facts(session: Session, filing_or_company: str, concept: str | None, limit: int) -> None:
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
