import random
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.index.order import settle, tied


@dataclass(frozen=True)
class Hit:
    name: str
    score: float


def by_name(hit: Hit) -> tuple[object, ...]:
    return (hit.name,)


def test_best_first_and_ties_by_key() -> None:
    hits = [Hit("c", 1.0), Hit("a", 1.0), Hit("z", 2.0), Hit("b", 1.0)]
    assert [hit.name for hit in settle(hits, by_name)] == ["z", "a", "b", "c"]


def test_noise_of_an_engine_is_no_difference() -> None:
    hits = [Hit("b", 10.00005), Hit("a", 10.000049), Hit("c", 9.9)]
    assert [hit.name for hit in settle(hits, by_name)] == ["a", "b", "c"]
    assert tied(10.00005, 10.000049)
    assert not tied(10.0, 9.99)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_order_does_not_depend_on_noise_or_arrival(scores: list[int], chance: random.Random) -> None:
    exact = [Hit(f"{place:02}", float(score)) for place, score in enumerate(scores)]
    noisy = [Hit(hit.name, hit.score * (1 + chance.uniform(-1e-7, 1e-7))) for hit in exact]
    chance.shuffle(noisy)
    assert [hit.name for hit in settle(noisy, by_name)] == [hit.name for hit in settle(exact, by_name)]
