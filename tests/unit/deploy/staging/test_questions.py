"""The questions of staging have the answers that the product gives over the samples; wrong ones are seen."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.staging.questions import Answered, Quoted, Refused, read
from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings

QUESTIONS = read()
ANSWER: dict[str, Any] = {
    "status": "answered",
    "value": {"number": "383285000000", "unit": "USD"},
    "citations": [{"filing": "0000320193-24-000123", "quote": "383,285"}],
}
KNOWN = Answered(
    question="?", number="383285000000", unit="USD", cites=(("0000320193-24-000123", "383,285"),)
)
QUOTED = Quoted(question="?", filing="0000320193-24-000123", words="383")
REFUSED = Refused(question="?", reason="ambiguous")
REFUSAL: dict[str, Any] = {"status": "refused", "refusal": {"reason": "ambiguous"}, "citations": []}


@pytest.fixture(scope="module")
def library(sample_store: Path) -> Iterator[Library]:
    with Library.open(Settings(store=sample_store), read_only=True) as opened:
        yield opened


def test_there_are_some_of_every_kind() -> None:
    kinds = [type(each) for each in QUESTIONS]
    assert min(kinds.count(kind) for kind in (Answered, Quoted, Refused)) >= 5
    assert len({each.question for each in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("known", QUESTIONS, ids=[each.question for each in QUESTIONS])
def test_the_answers_are_those_of_the_samples(library: Library, known: Answered | Quoted | Refused) -> None:
    assert known.fault(json.loads(library.ask(known.question).to_json())) == ""


def test_the_right_answers_have_no_fault() -> None:
    assert KNOWN.fault(ANSWER) == QUOTED.fault(ANSWER) == REFUSED.fault(REFUSAL) == ""


@pytest.mark.parametrize(
    ("known", "answer", "said"),
    [
        (KNOWN, ANSWER | {"value": {"number": "383285000", "unit": "USD"}}, "answered 383285000 USD"),
        (KNOWN, ANSWER | {"value": {"number": "383285000000", "unit": "EUR"}}, "EUR"),
        (KNOWN, ANSWER | {"value": None}, "answered None"),
        (KNOWN, ANSWER | {"citations": []}, "cites ()"),
        (KNOWN, ANSWER | {"citations": [{"filing": "other", "quote": "383,285"}]}, "other"),
        (KNOWN, REFUSAL, "answered None"),
        (QUOTED, REFUSAL, "was refused"),
        (QUOTED, ANSWER | {"citations": [{"filing": "other", "quote": "383,285"}]}, "quotes other"),
        (QUOTED, ANSWER | {"citations": [{"filing": "0000320193-24-000123", "quote": "none"}]}, "'none'"),
        (REFUSED, ANSWER, "was answered"),
        (REFUSED, REFUSAL | {"refusal": {"reason": "unsupported"}}, "unsupported"),
        (REFUSED, REFUSAL | {"citations": [{"filing": "x", "quote": "y"}]}, "cites something"),
    ],
)
def test_a_wrong_answer_is_told(
    known: Answered | Quoted | Refused, answer: dict[str, Any], said: str
) -> None:
    assert said in known.fault(answer)
