"""The order of search hits, made independent of how an engine adds up its scores."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

TIE = 1e-5
"""Scores closer than this share of the larger one are equal: engines add 32-bit floats in any order."""


class Scored(Protocol):
    """Something with a score."""

    @property
    def score(self) -> float:
        """Higher is better."""


Hit = TypeVar("Hit", bound=Scored)


def settle(hits: Sequence[Hit], key: Callable[[Hit], tuple[object, ...]]) -> list[Hit]:
    """The hits best first; those whose scores tie stand in the order of `key`.

    Ties are chains of neighbours within `TIE`, not equal roundings: a rounding could part two equal scores
    that differ in their last bit.
    """
    settled: list[Hit] = []
    for chain in _chains(sorted(hits, key=lambda hit: -hit.score)):
        settled += sorted(chain, key=key) if len(chain) > 1 else chain
    return settled


def tied(first: float, second: float) -> bool:
    """True when two scores cannot be told apart."""
    return abs(first - second) <= TIE * max(abs(first), abs(second))


def _chains(ranked: Sequence[Hit]) -> list[list[Hit]]:
    chains: list[list[Hit]] = []
    for hit in ranked:
        if chains and tied(chains[-1][-1].score, hit.score):
            chains[-1].append(hit)
        else:
            chains.append([hit])
    return chains
