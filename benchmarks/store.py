"""How fast the embedded store takes, finds and re-reads real filings: python -m benchmarks.store

Parses every filing at hand (not timed), then times each `put` (transaction, originals, index terms and
index), searches with scopes of several sizes, and the upkeep. Prints milliseconds of wall and, for `put`, of
processor time: other programs on the machine show in the first only.
"""

import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.common import edgar_folder, parser
from finchat_sec_qa.disk import DiskFiling, find_filings
from finchat_sec_qa.index.tokens import terms
from finchat_sec_qa.ingest import Outcome, parse_one
from finchat_sec_qa.model.filing import ParsedFiling
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.ports import FactQuery
from finchat_sec_qa.store import SqliteStore, open_store

QUESTIONS = (
    "What was revenue in fiscal 2023?",
    "What are the main supply chain and component risks?",
    "capital expenditure purchases of property plant and equipment cash flow statement",
    "Has the company been party to litigation over patents, and what did it accrue?",
    "effective tax rate reconciliation statutory foreign income",
    "How many shares were repurchased and at what average price?",
    "goodwill impairment reporting unit fair value",
    "segment operating income by geography",
)


def parsed_filings(paths: list[Path]) -> Iterator[ParsedFiling]:
    """Every filing under the paths that parses."""
    found, _ = find_filings(paths, max_bytes=Limits().max_bytes)
    with get_context("spawn").Pool(2) as pool:
        for outcome in pool.imap(load_and_parse, found):
            if outcome.parsed is not None:
                yield outcome.parsed


def load_and_parse(filing: DiskFiling) -> Outcome:
    """Read and parse one filing in a worker process."""
    return parse_one(Limits(), filing.load())


def put_all(store: SqliteStore, filings: Iterator[ParsedFiling]) -> None:
    """Store everything, and say what one filing cost."""
    wall, processor, characters = [], [], []
    for parsed in filings:
        began, spent = time.perf_counter(), time.process_time()
        store.put(parsed)
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - spent)
        characters.append(sum(len(document.text) for document in parsed.documents))
    began = time.perf_counter()
    store.flush()
    show("put, wall", wall)
    show("put, processor", processor)
    rate = sum(characters) / sum(processor) / 1e6
    print(f"characters a filing: {statistics.median(characters):,.0f}; {rate:.1f} million a processor second")
    print(f"flush: {(time.perf_counter() - began) * 1e3:.0f} ms")


def search_all(store: SqliteStore) -> None:
    """Search every question in scopes of one filing up to the whole store."""
    chance = random.Random(1)  # noqa: S311 - the same scopes every time
    ids = [filing.id for filing in store.filings()]
    questions = [[(term, 1.0) for term in terms(question)] for question in QUESTIONS]
    for size in (1, 4, len(ids) // 2, len(ids) - 1, len(ids)):
        times = []
        for turn in range(240):
            scope = Scope() if size == len(ids) else Scope(filings=tuple(chance.sample(ids, size)))
            times.append(timed(partial(store.search, questions[turn % len(questions)], scope, 20)))
        show(f"search, {size} of {len(ids)} filings", times)


def read_all(store: SqliteStore) -> None:
    """Read what an answer reads, each time from a filing not read before."""
    ids = [filing.id for filing in store.filings()]
    show("text", [timed(partial(store.text, name, 0)) for name in ids])
    show("blocks", [timed(partial(store.blocks, name, 0)) for name in ids])
    show("tables", [timed(partial(store.tables, name, 0)) for name in ids])
    concepts = ("us-gaap:Revenues", "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax")
    show(
        "facts of two concepts, one filing",
        [timed(partial(read_facts, store, FactQuery(filings=(name,), concepts=concepts))) for name in ids],
    )
    show(
        "facts of two concepts, all filings",
        [timed(partial(read_facts, store, FactQuery(concepts=concepts))) for _ in range(20)],
    )


def read_facts(store: SqliteStore, query: FactQuery) -> int:
    """Read all facts that a query gives; returns how many."""
    return sum(1 for _ in store.facts(query))


def timed(action: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def show(what: str, seconds: list[float]) -> None:
    """Print median, 99th percentile and maximum in milliseconds."""
    ranked = sorted(seconds)
    last = ranked[min(len(ranked) - 1, int(len(ranked) * 0.99))]
    print(f"{what}: p50 {statistics.median(ranked) * 1e3:.2f}, p99 {last * 1e3:.2f} ms (n = {len(ranked)})")


def main() -> None:
    """Run everything in a directory of its own, and remove it."""
    given = parser(__doc__ or "").parse_args()
    paths = [edgar_folder(given.shared), given.shared / "financebench" / "pdfs"]
    with tempfile.TemporaryDirectory(prefix="finchat-bench-") as name:
        folder = Path(name)
        with open_store(folder) as store:
            put_all(store, parsed_filings(paths))
            print(store.info())
            search_all(store)
            read_all(store)
            print(f"check: {timed(store.check):.1f} s, holds: {store.check().holds}")
            print(f"rebuild: {timed(store.rebuild):.1f} s")
        print(f"open and first search: {timed(partial(open_and_search, folder)) * 1e3:.0f} ms")
        for part in sorted(folder.iterdir()):
            size = sum(file.stat().st_size for file in [part, *part.rglob("*")] if file.is_file())
            print(f"{part.name}: {size / 1e6:.1f} MB")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def open_and_search(folder: Path) -> None:
    """What a process does that asks one thing."""
    with open_store(folder, read_only=True) as reader:
        reader.search([("revenu", 1.0)], Scope(), 10)


if __name__ == "__main__":
    main()
