"""A small memory of what was read last, shared by threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Keeps the values used last, up to a total cost. Values must not change once they are in."""

    def __init__(self, budget: int) -> None:
        """`budget` is the sum of the costs that `get` is told."""
        self._budget = budget
        self._spent = 0
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], tuple[Value, int]]) -> Value:
        """The value under `key`; `make` gives it and its cost when it is not there."""
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        value, cost = make()  # outside the guard: two threads may make the same value, none waits
        with self._guard:
            if key not in self._kept and cost <= self._budget:
                self._kept[key] = (value, cost)
                self._spent += cost
                while self._spent > self._budget:
                    _, (_, dropped) = self._kept.popitem(last=False)
                    self._spent -= dropped
        return value
