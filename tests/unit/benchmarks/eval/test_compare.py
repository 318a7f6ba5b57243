import pytest

from benchmarks.eval.compare import compare
from benchmarks.eval.verdict import Verdict
from tests.unit.benchmarks.eval.making import line


@pytest.mark.parametrize(
    ("before", "after", "how"),
    [
        ({}, {"verdict": Verdict.WRONG}, "right → wrong"),
        ({}, {"verdict": Verdict.FALSE_REFUSAL}, "right → false refusal"),
        ({"verdict": Verdict.FALSE_REFUSAL}, {"verdict": Verdict.WRONG}, "false refusal → wrong"),
        ({"verdict": Verdict.REFUSED}, {"verdict": Verdict.UNDUE}, "refused → undue"),
        ({"verdict": Verdict.FOUND}, {"verdict": Verdict.MISSED}, "found → missed"),
        ({"verdict": Verdict.WRONG}, {"verdict": Verdict.ERROR}, "wrong → error"),
        ({}, {"cited": False}, "its proof cited → not"),
        ({}, {"verified": False}, "verified → not"),
        # one step down outweighs one up
        ({"verdict": Verdict.WRONG}, {"verified": False}, "verified → not"),
    ],
)
def test_a_step_down_is_worse_and_its_way_back_is_better(
    before: dict[str, object], after: dict[str, object], how: str
) -> None:
    changes = compare([line(**before)], [line(**after, why="the reason")])
    (change,) = changes.worse
    assert (change.set, change.id, change.how, change.why) == ("xbrl", "q-1", (how,), "the reason")
    assert changes.better == ()


def test_a_step_up_alone_is_better() -> None:
    changes = compare([line(verdict=Verdict.WRONG, cited=False)], [line()])
    assert changes.worse == ()
    assert changes.better[0].how == ("wrong → right", "not its proof cited → its proof cited")


def test_another_wrong_value_is_neither() -> None:
    changes = compare([line(verdict=Verdict.WRONG, value="1")], [line(verdict=Verdict.WRONG, value="2")])
    assert (changes.worse, changes.better, changes.new, changes.gone) == ((), (), 0, ())


def test_questions_are_told_apart_by_set_and_wording() -> None:
    before = [line(), line(set="search", verdict=Verdict.FOUND), line(id="q-2", question="Old words?")]
    now = [line(verdict=Verdict.WRONG), line(id="q-2", question="New words?", verdict=Verdict.WRONG)]
    changes = compare(before, now)
    assert [change.id for change in changes.worse] == ["q-1"]
    # "search" was not asked at all this time, so nothing of it is missing
    assert (changes.new, changes.gone) == (1, (("xbrl", "q-2"),))


def test_changes_come_in_the_order_of_their_names() -> None:
    names = [f"q-{number}" for number in range(20)]
    now = [line(id=name, verdict=Verdict.WRONG) for name in reversed(names)]
    changes = compare([line(id=name) for name in names], now)
    assert [change.id for change in changes.worse] == sorted(names)
