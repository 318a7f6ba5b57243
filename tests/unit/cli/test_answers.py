import pytest

from finchat_sec_qa.cli.answers import show_answer
from tests.unit.webapp.fake_api import MARGIN, REVENUE, api_with_answers

ANSWERS = api_with_answers().answers


def test_witnesses_are_told_below_the_calculation(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(ANSWERS[MARGIN])
    told = capsys.readouterr().out
    assert "[1] agrees with EDGAR's companyfacts." in told
    assert "[2] says otherwise." in told


def test_what_the_answer_rests_on_is_told_in_full_and_components_in_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = ANSWERS[REVENUE]
    (own, other) = answer.citations
    witness = ANSWERS[MARGIN].witnesses[0]
    part = {"label": "x", "number": "1", "unit": "USD", "sign": "+", "citation": 2}
    beside = witness.model_validate({**witness.model_dump(), "parts": [part]})
    show_answer(answer.model_copy(update={"alternates": (), "witnesses": (beside,)}))
    told = capsys.readouterr().out
    assert f"characters {own.start} to {own.end}" in told
    assert "[2] “6,581”" in told
    assert f"characters {other.start} to {other.end}" not in told
