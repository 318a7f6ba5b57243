import random
import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.clock import SystemClock
from finchat_sec_qa.edgar.pace import Pace, shared_pace
from tests.fake_edgar import FakeClock


def most_in_a_second(moments: list[float]) -> int:
    moments = sorted(moments)
    return max(sum(start <= other < start + 1 for other in moments) for start in moments)


@given(
    st.sampled_from([0.4, 1.0, 2.5, 6.0, 10.0]),
    st.lists(st.floats(0, 3), min_size=1, max_size=60),
    st.randoms(),
)
def test_arrivals_never_pass_the_rate_whenever_in_its_turn_a_request_arrives(
    rate: float, durations: list[float], chance: random.Random
) -> None:
    clock = FakeClock()
    pace = Pace(rate, clock)
    arrivals = []
    for duration in durations:
        with pace.turn():
            arrivals.append(clock.monotonic() + chance.random() * duration)
            clock.sleep(duration)
    assert most_in_a_second(arrivals) <= max(1, rate)
    assert all(later - earlier >= 1 / rate for earlier, later in pairwise(arrivals) if rate <= 1)


def test_starts_are_evenly_spaced() -> None:
    clock = FakeClock()
    pace = Pace(5.0, clock)
    starts = []
    for _ in range(20):
        with pace.turn():
            starts.append(clock.monotonic())
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert min(gaps) >= 0.2
    assert max(gaps) <= 0.21


def test_threads_share_one_pace() -> None:
    clock = SystemClock()
    pace = Pace(10.0, clock)
    chance = random.Random(1)
    arrivals: list[float] = []

    def work() -> None:
        for _ in range(4):
            with pace.turn():
                clock.sleep(chance.random() * 0.15)
                arrivals.append(clock.monotonic())

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(arrivals) == 24
    assert most_in_a_second(arrivals) <= 10


def test_a_block_stops_everything_and_then_goes_on() -> None:
    clock = FakeClock()
    pace = Pace(10.0, clock)
    with pace.turn():
        blocked_at = clock.monotonic()
        pace.block(600)
    with pace.turn():
        assert clock.monotonic() >= blocked_at + 600
    with pace.turn():
        assert clock.monotonic() < blocked_at + 601


def test_a_block_reaches_those_who_wait_already() -> None:
    class Interrupting(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if len(self.slept) == 2:  # another thread is blocked while this one waits for its turn
                pace.block(60)

    clock = Interrupting()
    pace = Pace(1.0, clock)
    with pace.turn():
        pass
    before = clock.monotonic()
    with pace.turn():
        assert clock.monotonic() - before >= 60


def test_a_turn_is_given_back_after_an_error() -> None:
    pace = Pace(1.0, FakeClock())
    for _ in range(3):
        with pytest.raises(KeyError), pace.turn():
            raise KeyError


def test_all_clients_of_the_same_hosts_share_the_lowest_rate() -> None:
    clock = FakeClock()
    hosts = frozenset({"a", "b"})
    first = shared_pace(hosts, 10.0, clock)
    assert shared_pace(hosts, 2.0, clock) is first
    assert shared_pace(frozenset({"c"}), 2.0, clock) is not first
    starts = []
    for _ in range(12):
        with first.turn():
            starts.append(clock.monotonic())
    assert most_in_a_second(starts) == 2


def test_slowing_down_reaches_requests_that_are_under_way() -> None:
    clock = FakeClock()
    pace = Pace(3.0, clock)
    with pace.turn(), pace.turn(), pace.turn():
        pace.slow_to(1.0)
    starts = []
    for _ in range(5):
        with pace.turn():
            starts.append(clock.monotonic())
    assert most_in_a_second(starts) == 1
    pace.slow_to(50.0)  # never faster again


def test_the_real_clock_is_one() -> None:
    assert SystemClock() == SystemClock()
    assert hash(SystemClock()) == hash(SystemClock())
    assert SystemClock().now().utcoffset() is not None
