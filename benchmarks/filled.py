"""A store with all filings at hand, for the benchmarks that ask questions."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.common import FINCHAT, edgar_folder, run_measured


@contextmanager
def filled_store(given: argparse.Namespace) -> Iterator[Path]:
    """The store that was given, or a new one that is thrown away at the end."""
    if given.store:
        yield given.store
        return
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        targets = (edgar_folder(given.shared), given.shared / "financebench" / "pdfs")
        run_measured(*FINCHAT, "ingest", "--store", store, "--json", *targets)
        yield store
