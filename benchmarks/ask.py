"""How long a question takes in-process: python -m benchmarks.ask [--store DIR]."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import parser, percentile, questions, say
from benchmarks.filled import filled_store
from finchat_sec_qa import Library

WARM_UP = 5  # questions that load what is loaded once


def measure(store: Path, shared: Path) -> None:
    """Ask every question once and print the spread of the times."""
    asked = questions(shared)
    milliseconds: list[float] = []
    numbers: list[float] = []
    outcomes: Counter[str] = Counter()
    with Library.open(store=store, read_only=True) as library:
        filings = library.info().filings
        for question in asked[:WARM_UP]:
            library.ask(question.text, question.scope)
        for question in asked:
            started = time.perf_counter()
            answer = library.ask(question.text, question.scope)
            milliseconds.append((time.perf_counter() - started) * 1000)
            if question.numeric:
                numbers.append(milliseconds[-1])
            outcomes[answer.status] += 1
    say(
        f"a question over {filings} filings ({len(asked)} asked)",
        spread(milliseconds),
        "p50 < 50, p99 < 250 ms",
    )
    say(f"  those for a number ({len(numbers)})", spread(numbers), "p50 < 20, p99 < 100 ms")
    say("  slowest; outcomes", f"{max(milliseconds):.0f} ms; {dict(sorted(outcomes.items()))}", "-")


def spread(milliseconds: Sequence[float]) -> str:
    """Median and 99th percentile."""
    return f"p50 {percentile(milliseconds, 0.5):.1f}, p99 {percentile(milliseconds, 0.99):.1f} ms"


def main() -> None:
    """Measure over the given store, or over a new one with all filings."""
    given = parser(__doc__ or "").parse_args()
    with filled_store(given) as store:
        measure(store, given.shared)


if __name__ == "__main__":
    main()
