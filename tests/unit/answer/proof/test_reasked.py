"""Refusals and what is left out beside a number are proven by asking again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer, Refusal
from finchat_sec_qa.model.request import ScopeRequest
from tests.unit.answer.forging import Data, forged, reissued
from tests.unit.report import Report

FIRST, SECOND = Report(), Report(year=2024, flows={"Revenues": (120, 101), "NetIncomeLoss": (15, 12)})
BOLT = Report(company="Bolt Corp", cik="0000000077", ticker="BOLT")
RESTATED = "What was Acme's revenue in fiscal 2023?"
REFUSED = (
    "What was Acme's revenue in fiscal 2031?",
    "What was Acme's goodwill in fiscal 2023?",
    "What was Initech's revenue in fiscal 2023?",
    "What was the goodwill of Acme and Bolt in fiscal 2023?",
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    files = [report.write(tmp_path) for report in (FIRST, SECOND, BOLT)]
    with Library.open(Settings(store=tmp_path / "store")) as library:
        library.ingest_paths(files, jobs=1)
        yield library


@pytest.mark.parametrize("question", REFUSED)
def test_a_refusal_that_is_still_due_holds(library: Library, question: str) -> None:
    answer = library.ask(question)
    assert answer.status == "refused"
    report = library.verify(answer)
    assert (report.holds, report.notes) == (True, ())


def test_a_refusal_in_a_scope_holds_though_the_store_would_answer(library: Library) -> None:
    for scope in (
        ScopeRequest(companies=("Acme",), forms=("10-Q",)),
        ScopeRequest(filings=(BOLT.accession,)),
        ScopeRequest(companies=("Bolt",), fiscal_years=(2023,)),
    ):
        answer = library.ask("What was the revenue in fiscal 2024?", scope)
        assert answer.status == "refused", scope
        assert library.verify(answer).holds, scope


def refused(library: Library, question: str, **fields: object) -> Answer:
    """An answer's refusal with fields changed, the message in the text too, and the id made again."""
    data = library.ask(question).model_dump(mode="json")
    data["refusal"].update(fields)
    data["answer"] = data["refusal"]["message"]
    return reissued(data)


def test_what_a_refusal_says_is_proven(library: Library) -> None:
    question = REFUSED[0]
    for answer, said in (
        (refused(library, question, reason="not_disclosed"), "refused as period_not_covered"),
        (refused(library, question, message="Nothing is known."), "the refusal reads: Acme"),
        (refused(library, question, searched=["the whole world"]), "other places that were searched"),
    ):
        report = library.verify(answer)
        assert not report.holds
        assert said in report.problems[0]


def test_a_question_that_can_be_answered_is_not_refused(library: Library) -> None:
    due = library.ask(REFUSED[0]).refusal
    data = {**library.ask(RESTATED).model_dump(mode="json"), "value": None, "status": "refused"}
    data.update(citations=[], alternates=[], witnesses=[])
    assert isinstance(due, Refusal)
    data.update(refusal=due.model_dump(mode="json"), answer=due.message)
    report = library.verify(reissued(data))
    assert "the question is answered: Acme" in report.problems[0]


def test_what_was_ingested_since_is_told(library: Library, tmp_path: Path) -> None:
    before = library.ask("What was Acme's revenue in fiscal 2025?")
    unknown = library.ask(REFUSED[2])
    library.ingest_paths([Report(year=2025).write(tmp_path)], jobs=1)
    report = library.verify(before)
    assert report.holds
    assert "the store has changed since" in report.notes[0]
    assert "with all that it holds now it answers: Acme Widgets, Inc. reported" in report.notes[0]
    assert library.verify(unknown).holds
    assert library.verify(unknown).notes


def test_a_filing_that_is_gone_is_named(library: Library) -> None:
    before = library.ask(REFUSED[1])
    library.remove([FIRST.accession])
    report = library.verify(before)
    assert not report.holds
    assert FIRST.accession in report.problems[0]
    assert "the store has changed" in report.problems[0]


def test_a_value_that_is_left_out_is_found(library: Library) -> None:
    answer = library.ask(RESTATED)
    assert [one.value.number for one in answer.alternates] == ["101000000"]

    def hide(data: Data) -> None:
        data["alternates"] = []
        del data["citations"][1]

    report = forged(library, RESTATED, hide)
    assert [citation.holds for citation in report.citations] == [False]
    assert "leaves out" in report.citations[0].problems[0]
