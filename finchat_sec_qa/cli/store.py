"""`finchat store`: info, check, rebuild, remove."""

import click

from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, shared
from finchat_sec_qa.cli.output import note, print_data, print_value, say
from finchat_sec_qa.cli.session import Session

CODES = "0 done, 1 error, 2 wrong usage"


@click.group(
    "store",
    context_settings=SETTINGS,
    epilog=examples("finchat store info", "finchat store check --store ./filings", codes=CODES),
)
@shared
def command() -> None:
    """Look after the store."""


@command.command("info", context_settings=SETTINGS, epilog=examples("finchat store info --json", codes=CODES))
@shared
@pass_session
def info(session: Session) -> None:
    """Print where the store is and how much it holds."""
    with session.reader() as library:
        found = library.info()
    if session.json:
        print_value(found)
        return
    for name, value in found.model_dump().items():
        say(f"{name.replace('_', ' '):<16}{value}")


@command.command(
    "check",
    context_settings=SETTINGS,
    epilog=examples("finchat store check", codes="0 all holds, 1 a problem was found, 2 wrong usage"),
)
@shared
@pass_session
def check(session: Session) -> int:
    """Read everything again: hashes of the originals, the texts, and the index against them."""
    with session.reader() as library:
        found = library.check()
    for problem in found.problems:
        note(problem)
    if session.json:
        print_value(found)
    else:
        state = "all holds" if found.holds else f"{len(found.problems)} problems"
        say(f"{found.filings} filings, {found.originals} originals: {state}")
    return 0 if found.holds else 1


@command.command("rebuild", context_settings=SETTINGS, epilog=examples("finchat store rebuild", codes=CODES))
@shared
@pass_session
def rebuild(session: Session) -> None:
    """Make the search index anew from the stored texts."""
    with session.writer() as library:
        passages = library.rebuild()
    if session.json:
        print_data({"passages": passages})
    else:
        say(f"{passages} passages indexed")


@command.command(
    "remove",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat store remove 0000320193-24-000123",
        codes="0 all removed, 1 some were not there, 2 wrong usage",
    ),
)
@click.argument("filings", nargs=-1, required=True, metavar="FILING...")
@shared
@pass_session
def remove(session: Session, filings: tuple[str, ...]) -> int:
    """Take filings out of the store, by their ids."""
    wanted = tuple(dict.fromkeys(filings))
    with session.writer() as library:
        removed = library.remove(wanted)
    if session.json:
        print_data({"removed": removed})
    else:
        say(f"{removed} of {len(wanted)} filings removed")
    return 0 if removed == len(wanted) else 1
