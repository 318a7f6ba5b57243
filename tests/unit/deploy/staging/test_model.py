"""Checks end in one of three ways, and only what was done and found no fault has passed."""

import httpx
import pytest

from deploy.errors import EngineError
from deploy.staging.model import Check, Found, NotCheckedError, Report, perform
from tests.unit.deploy.staging.stand_in import RELEASE


def ends(error: Exception) -> Check:
    def look() -> Found:
        raise error

    return perform("load", look)


def test_what_finds_no_fault_passes_with_its_figures() -> None:
    done = perform("load", lambda: Found("all fine", figures={"requests": 3}))
    assert (done.outcome, done.passed, done.detail, done.figures) == (
        "passed",
        True,
        "all fine",
        {"requests": 3},
    )


def test_a_fault_fails_and_is_told() -> None:
    done = perform("load", lambda: Found("3 requests", ("2 failed", "too slow"), {"failed": 2}))
    assert (done.outcome, done.passed) == ("failed", False)
    assert done.detail == "3 requests; 2 failed; too slow"
    assert done.figures == {"failed": 2}


@pytest.mark.parametrize("error", [EngineError("the agent is gone"), httpx.ReadTimeout("timed out")])
def test_what_keeps_a_check_from_its_end_fails_it(error: Exception) -> None:
    assert (ends(error).outcome, ends(error).detail) == ("failed", str(error))


def test_what_could_not_be_done_is_not_passed() -> None:
    done = ends(NotCheckedError("no browser"))
    assert (done.outcome, done.passed, done.detail) == ("not checked", False, "no browser")


def test_an_error_of_the_program_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        ends(ZeroDivisionError())


@pytest.mark.parametrize(
    ("outcomes", "passed"),
    [
        (("passed", "passed"), True),
        (("passed", "failed"), False),
        (("passed", "not checked"), False),
        ((), False),
    ],
)
def test_a_report_passes_when_all_checks_do(outcomes: tuple[str, ...], passed: bool) -> None:
    checks = tuple(Check(f"{n}", outcome, "", 1.0) for n, outcome in enumerate(outcomes))  # type: ignore[arg-type]
    report = Report("staging", RELEASE, True, checks, 1.0, 2.0)
    assert report.passed is passed
    document = report.document()
    assert document["passed"] is passed
    assert [each["passed"] for each in document["checks"]] == [each == "passed" for each in outcomes]
    assert (document["api"], document["webapp"], document["revision"]) == (
        RELEASE.api,
        RELEASE.webapp,
        "a" * 40,
    )
