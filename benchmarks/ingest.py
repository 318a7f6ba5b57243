"""How fast filings are read: python -m benchmarks.ingest [--jobs N]."""

import json
import tempfile
from pathlib import Path

from benchmarks.common import FINCHAT, Run, edgar_folder, parser, run_measured, say
from finchat_sec_qa import Library


def ingest(store: Path, target: Path, jobs: int) -> Run:
    """One `finchat ingest` as a person would start it, start-up included."""
    command = (*FINCHAT, "ingest", "--store", store, "--json", "--jobs", str(jobs), target)
    return run_measured(*command)


def pages_in(store: Path) -> int:
    """Pages of all documents in a store."""
    with Library.open(store=store, read_only=True) as library:
        details = [library.filing(view.id) for view in library.filings()]
        return sum(document.pages for detail in details for document in detail.documents)


def fill(store: Path, shared: Path, jobs: int) -> None:
    """Put both sets of filings into one store and print the figures."""
    run = ingest(store / "ixbrl", edgar_folder(shared), jobs)
    filings = len(json.loads(run.output)["stored"])
    say("ingest, iXBRL filings", f"{filings} in {run.seconds:.1f} s = {filings / run.seconds:.2f}/s", "≥ 2/s")
    say("  memory, all processes together", f"{run.peak_mb:.0f} MB", "< 1000 MB")
    run = ingest(store / "pdf", shared / "financebench" / "pdfs", jobs)
    pages = pages_in(store / "pdf")
    say("ingest, PDF pages", f"{pages} in {run.seconds:.1f} s = {pages / run.seconds:.0f}/s", "≥ 150/s")
    say("  memory, all processes together", f"{run.peak_mb:.0f} MB", "< 1000 MB")


def main() -> None:
    """Measure into a store that is thrown away."""
    options = parser(__doc__ or "")
    options.add_argument("--jobs", type=int, default=2, help="processes that parse")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), given.shared, given.jobs)


if __name__ == "__main__":
    main()
