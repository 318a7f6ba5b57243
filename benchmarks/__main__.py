"""All benchmarks, one after another: python -m benchmarks, or `make bench`."""

import sys
import tempfile
from pathlib import Path

from benchmarks import ask, citations, ingest, startup
from benchmarks.common import parser
from benchmarks.filled import filled_store


def main() -> None:
    """Measure the ingest into stores of its own, and the rest over one with all filings."""
    given = parser(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ingest.fill(Path(folder), given.shared, jobs=2)
    with filled_store(given) as store:
        startup.measure(store, runs=5)
        ask.measure(store, given.shared)
        sys.exit(0 if citations.check(store, given.shared) else 1)


if __name__ == "__main__":
    main()
