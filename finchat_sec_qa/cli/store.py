"""`finchat store`: info, check, rebuild, remove, backup, restore, schema."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

import finchat_sec_qa
from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, shared
from finchat_sec_qa.cli.output import note, print_data, print_value, say
from finchat_sec_qa.cli.progress import Meter, meter
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.progress import OnProgress, Progress
from finchat_sec_qa.model.views import BackupReport

if TYPE_CHECKING:
    from finchat_sec_qa.config import Settings

CODES = "0 done, 1 error, 2 wrong usage"


@click.group(
    "store",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat store info",
        "finchat store check --store ./filings",
        "finchat store backup filings.tar.gz",
        codes=CODES,
    ),
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


@command.command(
    "backup",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat store backup finchat.tar.gz",
        "finchat store backup /backups/$(date +%F).tar.gz --json",
        "finchat store backup - > finchat.tar.gz",
        codes=CODES,
    ),
)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True), metavar="FILE")
@shared
@pass_session
def backup(session: Session, file: str) -> None:
    """Write the store into one archive, also while it is served and written to.

    FILE holds the filings as they stood at one moment, with a SHA-256 of every part; it appears when it is
    whole, and must not be there yet. - is standard output. The search index is left out: `restore` makes it.
    """
    if file == "-" and session.json:
        raise UsageError("--json and the archive cannot both go to standard output; name a file")
    target = sys.stdout.buffer if file == "-" else Path(file)
    with meter("files") as shown:
        report = finchat_sec_qa.back_up_store(_settings(session).store, target, on_progress=_teller(shown))
    if session.json:
        print_value(report)
    elif file == "-":
        note(_written(report))
    else:
        say(_written(report))


@command.command(
    "restore",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat store restore finchat.tar.gz --store ./restored",
        "finchat store restore finchat.tar.gz --replace",
        "finchat store restore - --replace < finchat.tar.gz",
        codes=CODES,
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), metavar="FILE")
@click.option("--replace", is_flag=True, help="Put the backup in the place of the filings that are there.")
@shared
@pass_session
def restore(session: Session, file: str, *, replace: bool) -> None:
    """Make a backup the store again.

    Every part is checked against its SHA-256 and the whole is indexed before anything changes; until then,
    and whenever something fails, the store stays as it was. A server that is running shows the restored
    filings from the next question on. - is standard input.
    """
    with ExitStack() as held, meter("files") as shown:
        source: BinaryIO = sys.stdin.buffer if file == "-" else held.enter_context(Path(file).open("rb"))
        name = "standard input" if file == "-" else file
        report = finchat_sec_qa.restore_store(
            _settings(session), source, name=name, replace=replace, on_progress=_teller(shown)
        )
    if report.kept:
        note(f"the damaged store that was there is kept in {report.kept}; restart servers that use it")
    if session.json:
        print_value(report)
    else:
        say(
            f"{report.filings} filings of {report.made} restored to {report.path}, "
            f"{report.passages} passages indexed, {report.replaced} filings replaced"
        )


@command.command(
    "schema",
    context_settings=SETTINGS,
    epilog=examples("finchat store schema", "finchat store schema --json", codes=CODES),
)
@shared
@pass_session
def schema(session: Session) -> None:
    """Print which schema versions this program reads and writes, and the store's.

    A program that reads an older version brings the store up to date when it first opens it.
    """
    found = finchat_sec_qa.store_schema(_settings(session).store)
    if session.json:
        print_data({"reads": list(found.reads), "writes": found.writes, "store": found.store})
    else:
        say(f"reads   {found.reads[0]} to {found.reads[1]}")
        say(f"writes  {found.writes}")
        say(f"store   {'none' if found.store is None else found.store}")


def _settings(session: Session) -> "Settings":
    """Those with the chosen directory, without opening what is in it."""
    from finchat_sec_qa.config import load  # noqa: PLC0415 - costs 0.2 s that --help need not pay

    return load(store=session.store)


def _teller(shown: Meter) -> OnProgress:
    def tell(step: Progress) -> None:
        shown.step(step.done, step.total, step.label)

    return tell


def _written(report: BackupReport) -> str:
    size = "" if report.bytes is None else f", {report.bytes} bytes"
    return f"{report.filings} filings, {report.originals} originals{size}, as of {report.made}: {report.file}"
