"""Whole trials drawn by lot, with requests as users send them: which colours the judge sends back."""

import random
from collections import Counter

import pytest

from deploy.judge import Kind, Pace, Reading, Span, judge
from deploy.settings import Canary

# Kind, weight among all requests, seconds on a small machine.
KINDS: tuple[tuple[Kind, int, float], ...] = (
    (("api", "/v1/companies", "GET"), 30, 0.006),
    (("api", "/v1/filings", "GET"), 22, 0.006),
    (("api", "/version", "GET"), 20, 0.003),
    (("api", "/v1/ask", "POST"), 12, 0.050),
    (("api", "/v1/facts", "GET"), 4, 0.020),
    (("api", "/v1/search", "POST"), 4, 0.030),
    (("webapp", "/", "GET"), 5, 0.020),
    (("webapp", "/ask", "GET"), 3, 0.080),
)
LOOK, SCRAPE = 0.25, 4  # seconds between two looks; looks between two scrapes
TRIALS = 100
ALL, NEARLY_ALL, NONE = range(100, 101), range(95, 101), range(1)


class Counted:
    """The counters of one colour."""

    def __init__(self) -> None:
        self.requests: Counter[Kind] = Counter()
        self.seconds: dict[Kind, float] = {}

    def add(self, kind: Kind, seconds: float) -> None:
        self.requests[kind] += 1
        self.seconds[kind] = self.seconds.get(kind, 0.0) + seconds

    def reading(self) -> Reading:
        return Reading(dict(self.requests), dict(self.seconds))


def sent_back(wanted: Canary, rate: float, more: float, noise: float, seed: int) -> bool:
    """One trial in which each request of the new colour takes ten times as long, or `more` seconds longer."""
    lot, pace, new, old = random.Random(seed), Pace(wanted), Counted(), Counted()
    seen = Span(new.reading(), old.reading())
    for look in range(round(wanted.patience / LOOK)):
        for _ in range(round(max(0.0, lot.gauss(rate * LOOK, 0.3)))):
            kind, _, usual = lot.choices(KINDS, [weight for _, weight, _ in KINDS])[0]
            took = usual * lot.lognormvariate(0, noise)
            if lot.random() >= wanted.percent / 100:
                old.add(kind, took)
            else:
                new.add(kind, took + (max(more, 9 * took) if more else 0.0))
        if look % SCRAPE == 0:
            seen = Span(new.reading(), old.reading())
        pace.see(seen, look * LOOK)
        judged = judge(seen, pace)
        if judged.back:
            return True
        if look * LOOK >= wanted.seconds and judged.enough:
            return False
    return bool(pace.why)


FEW = Canary(percent=40, seconds=2, fewest_requests=20, slowest=7.0, slack_ms=80)


@pytest.mark.parametrize(
    ("wanted", "rate", "more", "noise", "expected"),
    [
        (Canary(), 40, 0.1, 0.5, ALL),  # as in the benches
        (Canary(), 40, 0.1, 1.0, NEARLY_ALL),
        (FEW, 10, 1.0, 0.5, ALL),  # few requests of many kinds
        (FEW, 10, 1.0, 1.0, NEARLY_ALL),
        (Canary(), 40, 0.0, 0.5, NONE),  # as quick as the old one
        (Canary(), 40, 0.0, 1.0, range(2)),
        (FEW, 10, 0.0, 1.0, NONE),
    ],
)
def test_slow_colours_are_sent_back_and_sound_ones_stay(
    wanted: Canary, rate: float, more: float, noise: float, expected: range
) -> None:
    assert sum(sent_back(wanted, rate, more, noise, seed) for seed in range(TRIALS)) in expected
