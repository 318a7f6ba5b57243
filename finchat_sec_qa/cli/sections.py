"""`finchat sections`."""

import click

from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, shared
from finchat_sec_qa.cli.output import note, print_list, print_table
from finchat_sec_qa.cli.session import Session


@click.command(
    "sections",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat sections 0000320193-24-000123",
        "finchat sections 0000320193-24-000123 --json",
        codes="0 done, 1 error, 2 wrong usage or no such filing",
    ),
)
@click.argument("filing")
@shared
@pass_session
def command(session: Session, filing: str) -> None:
    """List the Items of a filing and where they stand in its text."""
    with session.reader() as library:
        found = library.sections(filing)
    if session.json:
        print_list("sections", found)
        return
    print_table(
        ("Document", "Part", "Item", "Title", "Start", "End", "Page", "Warning"),
        [
            (one.document, one.part, one.item, one.title, one.start, one.end, one.page, one.warning)
            for one in found
        ],
        right=("Document", "Start", "End", "Page"),
    )
    if not found:
        note(f"no Items were found in {filing}")
