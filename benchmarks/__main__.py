"""All benchmarks, one after another: python -m benchmarks, or `make bench`."""

import sys
import tempfile
from pathlib import Path

from benchmarks import ask, citations, ingest, startup
from benchmarks.common import parser


def main() -> None:
    """Measure the ingest into a new store, and the rest over that or the given one."""
    given = parser(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        ingest.fill(store, given.shared, jobs=2)
        store = given.store or store
        startup.measure(store, runs=5)
        ask.measure(store, given.shared)
        sys.exit(0 if citations.check(store, given.shared, verified=citations.VERIFIED) else 1)


if __name__ == "__main__":
    main()
