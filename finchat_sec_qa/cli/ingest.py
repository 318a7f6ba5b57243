"""`finchat ingest`: filings from disk, from EDGAR and the samples."""

from datetime import datetime
from pathlib import Path

import click

from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, shared
from finchat_sec_qa.cli.output import note, print_value, say
from finchat_sec_qa.cli.progress import Meter, meter
from finchat_sec_qa.cli.requests import valid
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.progress import OnProgress, Progress
from finchat_sec_qa.model.request import IngestRequest
from finchat_sec_qa.model.views import IngestReport

FILE_ENDINGS = frozenset({".htm", ".html", ".xhtml", ".xml", ".txt", ".pdf", ".zip", ".gz", ".json"})
MAX_COMPANIES = 50  # of one request to EDGAR


@click.command(
    "ingest",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat ingest --samples",
        "finchat ingest 10-K.htm reports/2023.pdf edgar/Archives --jobs 2",
        "finchat ingest AAPL NVDA --form 10-K --form 10-Q --limit 4",
        'finchat ingest --edgar "Berkshire Hathaway" --since 2023-01-01',
        "finchat ingest AAPL --form 10-K --form companyfacts",
        "finchat ingest CIK0000320193.json",
        codes="0 all stored or unchanged, 1 some filing failed, 2 wrong usage, 130 interrupted",
    ),
)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--disk/--edgar", "disk", default=None, help="Take every TARGET as a path, or as a company.")
@click.option("--form", "forms", multiple=True, metavar="FORM", help="From EDGAR: this form. [10-K and 10-Q]")
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    metavar="N",
    default=4,
    show_default=True,
    help="From EDGAR: newest N per form.",
)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="From EDGAR: filed on DATE or later."
)
@click.option("--samples", is_flag=True, help="The sample filings that come with the program.")
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Processes that parse. [one per core]")
@shared
@pass_session
def command(
    session: Session,
    *,
    targets: tuple[str, ...],
    disk: bool | None,
    forms: tuple[str, ...],
    limit: int,
    since: datetime | None,
    samples: bool,
    jobs: int | None,
) -> int:
    """Read filings from disk or EDGAR into the store.

    A TARGET that exists as a path is a file or folder; any other is a company's ticker, CIK or name on
    EDGAR. EDGAR's companyfacts (CIK##########.json, or --form companyfacts) make each report that they tell
    of a filing of its own, of figures alone. A filing that is in the store already is left as it is; a bad
    one is reported and the rest goes on. EDGAR wants to know who asks: set FINCHAT_EDGAR_CONTACT.
    """
    paths, companies = sort_targets(targets, disk)
    if not (paths or companies or samples):
        raise UsageError("nothing to ingest: name files, folders or companies, or give --samples")
    since_day = since.date() if since else None
    requests = [
        valid(
            IngestRequest, companies=some, limit=limit, since=since_day, **({"forms": forms} if forms else {})
        )
        for some in (companies[at : at + MAX_COMPANIES] for at in range(0, len(companies), MAX_COMPANIES))
    ]
    reports: list[IngestReport] = []
    with session.writer(jobs) as library, meter("filings") as shown:
        on_progress = _teller(shown, session)
        if samples:
            reports.append(library.ingest_samples(on_progress=on_progress))
        if paths:
            reports.append(library.ingest_paths(paths, on_progress=on_progress))
        reports.extend(library.ingest_edgar(request, on_progress=on_progress) for request in requests)
    report = _joined(reports)
    _tell(session, report)
    return 1 if report.failed else 0


def sort_targets(targets: tuple[str, ...], disk: bool | None) -> tuple[list[Path], list[str]]:  # noqa: FBT001
    """(paths, companies); `disk` True or False forces one kind.

    Raises UsageError for a path that does not exist, also for what only looks like one: nobody who types
    the name of a file means a company.
    """
    paths: list[Path] = []
    companies: list[str] = []
    for target in targets:
        path = Path(target)
        if disk is False or (disk is None and not path.exists() and not _looks_like_path(target)):
            companies.append(target)
        elif path.exists():
            paths.append(path)
        else:
            raise UsageError(f"{target}: no such file or folder (--edgar takes it as a company's name)")
    return paths, companies


def _looks_like_path(target: str) -> bool:
    return "/" in target or "\\" in target or Path(target).suffix.lower() in FILE_ENDINGS


def _teller(shown: Meter, session: Session) -> OnProgress:
    def tell(step: Progress) -> None:
        shown.step(step.done, step.total, step.label)
        if step.outcome == "failed":
            shown.note(f"finchat: {step.label}: {step.reason}")
        elif session.verbosity and step.outcome != "started":
            shown.note(f"{step.label}: {step.outcome}")

    return tell


def _joined(reports: list[IngestReport]) -> IngestReport:
    return IngestReport(
        stored=tuple(one for report in reports for one in report.stored),
        unchanged=tuple(one for report in reports for one in report.unchanged),
        failed=tuple(one for report in reports for one in report.failed),
        skipped=sum(report.skipped for report in reports),
        warnings=tuple(one for report in reports for one in report.warnings),
    )


def _tell(session: Session, report: IngestReport) -> None:
    if session.verbosity:
        for warning in report.warnings:
            note(f"warning: {warning}")
    if session.json:
        print_value(report)
        return
    parts = [
        f"{len(report.stored)} stored",
        f"{len(report.unchanged)} unchanged",
        f"{len(report.failed)} failed",
    ]
    if report.skipped:
        parts.append(f"{report.skipped} files skipped (no filings)")
    if report.warnings and not session.verbosity:
        parts.append(f"{len(report.warnings)} warnings (-v shows them)")
    say(", ".join(parts))
