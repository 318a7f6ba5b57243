"""How fast filings are read: python -m benchmarks.ingest [--jobs N]."""

import tempfile
from pathlib import Path

from benchmarks.common import FINCHAT, Run, edgar_folder, parser, run_measured, say
from finchat_sec_qa import Library


def ingest(store: Path, target: Path, jobs: int) -> Run:
    """One `finchat ingest` as a person would start it, start-up included."""
    command = (*FINCHAT, "ingest", "--store", store, "--json", "--jobs", str(jobs), target)
    return run_measured(*command)


def held(store: Path) -> tuple[int, int]:
    """(10-K and 10-Q in HTML with facts, which is inline XBRL; pages of PDF documents) in a store."""
    with Library.open(store=store, read_only=True) as library:
        details = [library.filing(view.id) for view in library.filings()]
    reports = [detail for detail in details if detail.form in {"10-K", "10-Q"}]
    inline = sum(report.facts > 0 and report.documents[0].kind == "html" for report in reports)
    pages = sum(one.pages for detail in details for one in detail.documents if one.kind == "pdf")
    return inline, pages


def fill(store: Path, shared: Path, jobs: int) -> None:
    """Put both sets of filings into one store, one after the other, and print the figures.

    The folder of inline XBRL filings holds some others too; their time counts, they themselves do not.
    """
    run = ingest(store, edgar_folder(shared), jobs)
    tell("ingest, inline XBRL filings", held(store)[0], run, "≥ 2/s")
    run = ingest(store, shared / "financebench" / "pdfs", jobs)
    tell("ingest, PDF pages", held(store)[1], run, "≥ 150/s")


def tell(name: str, count: int, run: Run, bar: str) -> None:
    """The figures of one run."""
    say(name, f"{count} in {run.seconds:.1f} s = {count / run.seconds:.2f}/s", bar)
    say("  processor time", f"{run.cpu_seconds:.1f} s", "-")
    say("  memory, all processes together", f"{run.peak_mb:.0f} MB", "< 1000 MB")


def main() -> None:
    """Measure into a store that is thrown away."""
    options = parser(__doc__ or "")
    options.add_argument("--jobs", type=int, default=2, help="processes that parse")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder) / "store", given.shared, given.jobs)


if __name__ == "__main__":
    main()
