"""The story of a validation: its order, what a failed smoke check means, and what counts as a whole one."""

import pytest

from deploy.errors import SettingError
from deploy.staging import limits, quality, validation
from deploy.staging.model import Found, NotCheckedError, perform
from deploy.staging.questions import Answered
from deploy.staging.site import Site
from tests.unit.deploy.staging.stand_in import RELEASE, Answer, as_json, served, site, stack

LIMITS = limits.read()
KNOWN = Answered(question="How much?", number="1", unit="USD", cites=(("f", "1"),))
ANSWER = {
    "status": "answered",
    "value": {"number": "1", "unit": "USD"},
    "citations": [{"filing": "f", "quote": "1", "sha256": "d"}],
}


def looks(**faults: str) -> "dict[str, validation.Look]":
    return {
        name: lambda name=name: Found(name, (faults[name],) if name in faults else ())
        for name in validation.NAMES
    }


def run(
    monkeypatch: pytest.MonkeyPatch, *only: str, own: limits.Limits = LIMITS, **faults: str
) -> validation.Report:
    monkeypatch.setattr(validation, "checks", lambda site, limits: looks(**faults))
    return validation.validate(site(), own, lambda _: None, only)


def test_the_names_are_those_of_the_checks() -> None:
    assert tuple(validation.checks(site(), LIMITS)) == validation.NAMES


def test_all_checks_are_done_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    report = run(monkeypatch)
    assert [each.name for each in report.checks] == list(validation.NAMES)
    assert report.passed
    assert report.standard
    assert report.release == RELEASE


def test_a_failure_does_not_keep_the_others_from_being_done(monkeypatch: pytest.MonkeyPatch) -> None:
    report = run(monkeypatch, load="too slow")
    assert not report.passed
    assert [each.name for each in report.checks if each.outcome != "passed"] == ["load"]


def test_without_smoke_nothing_further_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    report = run(monkeypatch, smoke="nothing answers")
    assert report.checks[0].outcome == "failed"
    assert {each.outcome for each in report.checks[1:]} == {"not checked"}


def test_a_part_and_other_limits_are_no_pass_for_production(monkeypatch: pytest.MonkeyPatch) -> None:
    part = run(monkeypatch, "smoke", "load")
    assert [each.name for each in part.checks] == ["smoke", "load"]
    assert not part.standard
    other = LIMITS.model_copy(update={"soak": LIMITS.soak.model_copy(update={"seconds": 5})})
    assert not run(monkeypatch, own=other).standard


def test_an_unknown_check_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingError, match="no check lod; there are smoke"):
        run(monkeypatch, "lod")


def answers(reply: Answer, verified: Answer, other: Answer | None = None, colours: int = 2) -> Found:
    """The answer check against two colours that give these replies."""

    def first(path: str, body: bytes, headers: dict[str, str]) -> Answer:
        return verified if path == "/v1/verify" else reply

    both = {"blue": RELEASE, "green": RELEASE} if colours == 2 else {"blue": RELEASE}
    with served(first) as here, served(lambda *_: other or reply) as there:
        return quality.answers(site(here, stack(**both), there), [KNOWN])


HOLDS = as_json({"holds": True})


def test_an_exact_answer_that_holds_and_is_the_same_of_both_colours_passes() -> None:
    found = answers(as_json(ANSWER), HOLDS)
    assert (found.faults, found.figures) == ((), {"questions": 1, "right": 1, "verified": 1})


@pytest.mark.parametrize(
    ("reply", "verified", "other", "said"),
    [
        (as_json(ANSWER | {"value": {"number": "2", "unit": "USD"}}), HOLDS, None, "right is 1 USD"),
        (as_json(ANSWER), as_json({"holds": False}), None, "does not hold"),
        (as_json(ANSWER), as_json({}, 500), None, "does not hold"),
        (as_json(ANSWER), HOLDS, as_json(ANSWER | {"more": 1}), "different bytes"),
        (as_json(ANSWER), HOLDS, as_json({}, 503), "503"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told(
    reply: Answer, verified: Answer, other: Answer | None, said: str
) -> None:
    (fault,) = answers(reply, verified, other).faults
    assert fault.startswith("How much?: ")
    assert said in fault


def test_colours_of_two_releases_are_not_compared() -> None:
    with pytest.raises(NotCheckedError, match="different releases"):
        answers(as_json(ANSWER), HOLDS, colours=1)


def test_a_stack_that_does_not_answer_fails() -> None:
    def look() -> Found:
        there: Site = site(state=stack(blue=RELEASE, green=RELEASE))
        return quality.answers(there, [KNOWN])

    assert perform("answers", look).outcome == "failed"
