from datetime import date, timedelta
from pathlib import Path

import pytest

from delivery.scan import exceptions
from delivery.scan.errors import ExceptionsError
from delivery.scan.exceptions import LONGEST, Accepted, Book, Sorted, apply
from delivery.scan.model import Finding

TODAY = date(2026, 11, 23)
FOUND = Finding("bandit", "store/rows.py", 7, "B608", "a statement from parts")
GOOD = Accepted(1, "bandit", "B608", "store/*", "all values are bound", date(2027, 1, 1))


def sort(*entries: Accepted, findings: tuple[Finding, ...] = (FOUND,), complete: str = "bandit") -> Sorted:
    book = Book("exceptions.toml", entries, frozenset({"bandit", "debian"}), TODAY)
    return apply(book, findings, {complete})


def changed(**values: object) -> Accepted:
    kept = {name: getattr(GOOD, name) for name in Accepted.__slots__}
    return Accepted(**{**kept, **values})


def faults(sorted_: Sorted) -> list[str]:
    return [fault.id for fault in sorted_.faults]


def test_a_finding_with_a_good_exception_is_accepted() -> None:
    assert sort(GOOD) == Sorted((), ((FOUND, GOOD),), ())


@pytest.mark.parametrize("where", ["store/*", "store/rows.py", "store/rows.py:7", "*"])
def test_the_place_may_be_a_glob_with_or_without_the_line(where: str) -> None:
    assert not sort(changed(where=where)).stay


@pytest.mark.parametrize(
    "other",
    [{"check": "ruff"}, {"id": "B60"}, {"id": "*"}, {"where": "store/"}, {"where": "store/rows.py:8"}],
)
def test_another_check_id_or_place_is_not_covered(other: dict[str, str]) -> None:
    assert sort(changed(**other)).stay == (FOUND,)


def test_the_last_day_counts_and_the_next_does_not() -> None:
    assert sort(changed(expires=TODAY)).faults == ()
    late = sort(changed(expires=TODAY - timedelta(days=1)))
    assert late.stay == (FOUND,)
    assert faults(late) == ["expired"]
    assert "exception 1 (bandit B608 in store/*) expired on 2026-11-22" in late.faults[0].message


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_one_without_a_reason_accepts_nothing(reason: str) -> None:
    unfounded = sort(changed(reason=reason))
    assert unfounded.stay == (FOUND,)
    assert faults(unfounded) == ["no-reason"]


def test_one_that_matches_nothing_has_to_go() -> None:
    assert faults(sort(GOOD, findings=())) == ["matches-nothing"]


def test_what_was_not_checked_does_not_make_an_exception_needless() -> None:
    assert sort(GOOD, findings=(), complete="debian").faults == ()


def test_what_a_base_image_brings_may_be_absent() -> None:
    assert sort(changed(base_image=True), findings=()).faults == ()


def test_one_that_lasts_for_years_is_a_fault() -> None:
    assert faults(sort(changed(expires=TODAY + LONGEST))) == []
    assert faults(sort(changed(expires=TODAY + LONGEST + timedelta(days=1)))) == ["too-long"]


def test_one_of_a_check_that_there_is_not_is_a_fault() -> None:
    assert faults(sort(changed(check="bandits"))) == ["unknown-check"]


ENTRY = '[[exception]]\ncheck = "a"\nid = "b"\nwhere = "c"\nreason = "d"\nexpires = 2027-01-01\n'


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.toml"
    file.write_text(f"{ENTRY}{ENTRY}base_image = true\n", "utf-8")
    one, two = exceptions.read(file)
    assert one == Accepted(1, "a", "b", "c", "d", date(2027, 1, 1), base_image=False)
    assert two == Accepted(2, "a", "b", "c", "d", date(2027, 1, 1), base_image=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[exception]\n", "is no TOML"),
        ("[exceptions]\n", "take out exceptions"),
        (ENTRY.replace("check", "chekc"), "exception 1: missing or unknown: check, chekc"),
        (ENTRY + ENTRY.replace('where = "c"\n', ""), "exception 2: missing or unknown: where"),
        (ENTRY.replace("2027-01-01", '"2027-01-01"'), "expires is a day"),
        (ENTRY.replace("2027-01-01", "2027-01-01T00:00:00"), "expires is a day"),
        (ENTRY.replace('"b"', "7"), "id is a text"),
        (f"{ENTRY}base_image = 1\n", "base_image is true or false"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "exceptions.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ExceptionsError, match=said) as raised:
        exceptions.read(file)
    assert str(file) in str(raised.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExceptionsError, match="cannot be read"):
        exceptions.read(tmp_path / "none.toml")


def test_a_missing_reason_is_told_with_the_others(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.toml"
    file.write_text(ENTRY.replace('reason = "d"\n', ""), "utf-8")
    assert exceptions.read(file)[0].reason == ""
