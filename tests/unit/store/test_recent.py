import threading

from finchat_sec_qa.store.recent import Recent


def test_values_are_made_once_until_the_budget_is_spent() -> None:
    recent: Recent[str] = Recent(budget=10)
    made: list[str] = []

    def value(name: str, cost: int) -> str:
        def make() -> tuple[str, int]:
            made.append(name)
            return name.upper(), cost

        return recent.get(name, make)

    assert [value("a", 4), value("b", 4), value("a", 4)] == ["A", "B", "A"]
    assert made == ["a", "b"]
    value("c", 4)  # spends too much: b, used longest ago, goes
    value("a", 4)
    assert made == ["a", "b", "c"]
    value("b", 4)
    assert made == ["a", "b", "c", "b"]


def test_what_costs_more_than_everything_is_not_kept() -> None:
    recent: Recent[int] = Recent(budget=10)
    assert recent.get("small", lambda: (1, 10)) == 1
    assert recent.get("large", lambda: (2, 11)) == 2
    assert recent.get("large", lambda: (3, 11)) == 3
    assert recent.get("small", lambda: (4, 10)) == 1


def test_threads_agree_and_the_budget_holds() -> None:
    recent: Recent[int] = Recent(budget=50)

    def use() -> None:
        for number in range(2_000):
            key = number % 37
            assert recent.get(key, lambda key=key: (key, 5)) == key

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recent._kept) == 10
    assert recent._spent == 50
