"""Answers that agree with themselves but not with the question, or not with what an answer may rest on."""

import re
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.answer.amounts import Computed, Named, latest
from finchat_sec_qa.answer.compose import Frame, from_comparison, from_fact, from_formula
from finchat_sec_qa.answer.findings import Finding
from finchat_sec_qa.answer.sources import Sources
from finchat_sec_qa.config import Settings
from finchat_sec_qa.facts.calendar import Calendar
from finchat_sec_qa.facts.derivation import Span
from finchat_sec_qa.facts.formulas import expand
from finchat_sec_qa.facts.select import Chosen
from finchat_sec_qa.model.answer import Answer, VerifyReport
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.model.period import FiscalPeriod
from finchat_sec_qa.ports import FactQuery
from finchat_sec_qa.question.read import read
from tests.unit.answer.forging import Data, forged, named, passed_off, reissued
from tests.unit.report import Report

REVENUE = "What was Acme's revenue in fiscal 2023?"
BRASS = "What was Acme's revenue from Brass in fiscal 2023?"
MARGIN = "What was Acme's net margin in fiscal 2024?"
COMPARED = "Was Acme's revenue higher than Bolt's in fiscal 2023?"
RISKS = "What supply risks does Acme face?"

OTHERS = [
    (REVENUE, "What was Acme's revenue in fiscal 2024?"),
    (REVENUE, "What was Acme's revenue in fiscal 2022?"),
    (REVENUE, "What was Acme's net income in fiscal 2023?"),
    (REVENUE, "What was Bolt's revenue in fiscal 2023?"),
    (REVENUE, BRASS),
    (BRASS, REVENUE),
    (REVENUE, "What was Acme's net margin in fiscal 2023?"),
    (REVENUE, COMPARED),
    (COMPARED, REVENUE),
    (COMPARED, "Was Acme's revenue higher than Bolt's in fiscal 2022?"),
    (COMPARED, "Was Acme's net income higher than Bolt's in fiscal 2023?"),
    (MARGIN, "What was Acme's net margin in fiscal 2023?"),
    (MARGIN, "What was Acme's asset turnover in fiscal 2024?"),
    (MARGIN, "What was Acme's net margin in fiscal 2024? Round to one decimal place."),
    ("What was Acme's net margin in fiscal 2024? Round to one decimal place.", MARGIN),
    (RISKS, REVENUE),
    (RISKS, MARGIN),
    ("What else?", REVENUE),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "told"), OTHERS)
def test_a_true_answer_to_another_question(library: Library, asked: str, told: str) -> None:
    answer = library.ask(told)
    assert answer.status == "answered"
    assert library.verify(answer).holds
    report = passed_off(library, asked, told)
    assert not report.holds
    if "Round" not in asked + told:
        assert named(report), report


def frame(library: Library, question: str) -> Frame:
    answer = library.ask(question)
    return Frame(question, library.info().digest, answer.scope.companies, answer.scope.filings)


def finding(
    library: Library, cik: str, year: int, concept: str, *, of: int = 0, part: bool = False
) -> Finding:
    """A fact of the report of a year; `of` years before it, of the segment where `part`."""
    filing = next(f for f in library._store.filings() if f.cik == cik and f.fiscal_year == year)
    query = FactQuery(filings=(filing.id,), concepts=(f"us-gaap:{concept}",), numeric_only=True)
    facts: list[Fact] = [fact for _, fact in library._store.facts(query)]
    fact = next(f for f in facts if f.period.end.year == year - of and bool(f.dimensions) == part)
    return Finding(Chosen(filing, fact), FiscalPeriod(year - of))


ACME, BOLT = "0000000042", "0000000077"


def margin(library: Library, income: Finding, revenue: Finding) -> Answer:
    """The net margin of fiscal 2024, composed as ours are, of other operands."""
    plan = read(MARGIN, library._store.companies())
    _, (one, other) = expand(plan.expression, 2024)
    operands = (Named(one.name, income), Named(other.name, revenue))
    days = latest([income.fact.period, revenue.fact.period])
    computed = Computed(Span(FiscalPeriod(2024)), plan.expression, operands, days, {})
    calendar = Calendar(library._store.filings(Scope()))
    return from_formula(frame(library, MARGIN), Sources(library._store), plan, computed, calendar)


def test_operands_of_a_part_another_year_or_another_company(library: Library) -> None:
    income = finding(library, ACME, 2024, "NetIncomeLoss")
    revenue = finding(library, ACME, 2024, "Revenues")
    assert library.verify(margin(library, income, revenue)).holds
    for wrong in (
        finding(library, ACME, 2024, "Revenues", part=True),
        finding(library, ACME, 2024, "Revenues", of=1),
        finding(library, ACME, 2023, "Revenues"),
        finding(library, ACME, 2024, "CostOfRevenue"),
        finding(library, BOLT, 2023, "Revenues"),
    ):
        report = library.verify(margin(library, income, wrong))
        assert named(report) == [2], wrong


def test_the_operands_in_each_others_place(library: Library) -> None:
    income = finding(library, ACME, 2024, "NetIncomeLoss")
    revenue = finding(library, ACME, 2024, "Revenues")
    assert named(library.verify(margin(library, revenue, income))) == [1, 2]


def compared(library: Library, first: Finding, second: Finding) -> VerifyReport:
    plan = read(COMPARED, library._store.companies())
    sources = Sources(library._store)
    return library.verify(from_comparison(frame(library, COMPARED), sources, plan, (first, second)))


def test_a_comparison_of_other_sides(library: Library) -> None:
    acme, bolt = (finding(library, cik, 2023, "Revenues") for cik in (ACME, BOLT))
    assert compared(library, acme, bolt).holds
    assert named(compared(library, bolt, acme)) == [1, 2]
    assert named(compared(library, acme, acme)) == [2]
    assert named(compared(library, acme, finding(library, BOLT, 2023, "Revenues", of=1))) == [2]
    assert named(compared(library, finding(library, ACME, 2023, "Revenues", part=True), bolt)) == [1]


def test_the_unit_of_a_share_taken_for_another(library: Library) -> None:
    def as_ratio(data: Data) -> None:
        data["value"]["unit"] = "ratio"
        data["answer"] = data["answer"].replace("%", "", 1)

    def as_days(data: Data) -> None:
        data["value"]["unit"] = "days"
        data["answer"] = data["answer"].replace("%", " days", 1)

    for change in (as_ratio, as_days):
        assert not forged(library, MARGIN, change).holds


def test_an_alternate_of_another_year(library: Library) -> None:
    other = library.ask("What was Acme's revenue in fiscal 2022?").model_dump(mode="json")

    def change(data: Data) -> None:
        alternate, citation = data["alternates"][0], other["citations"][0]
        data["citations"][1] = {**citation, "id": 2}
        alternate["value"] = other["value"]
        alternate["label"] = f"as reported later, in 10-K for the period ended {citation['period_end']}"

    assert named(forged(library, REVENUE, change)) == [2]


def test_a_restated_number_given_as_the_one_first_reported(library: Library) -> None:
    def change(data: Data) -> None:
        one, other = data["citations"]
        data["citations"] = [{**other, "id": 1}, {**one, "id": 2}]
        (alternate,) = data["alternates"]
        data["value"], alternate["value"] = alternate["value"], data["value"]
        alternate["label"] = f"as reported later, in 10-K for the period ended {one['period_end']}"
        data["answer"] = data["answer"].replace("100", "95")

    assert named(forged(library, REVENUE, change)) == [2]


def test_an_alternate_to_no_number(library: Library) -> None:
    told = library.ask(REVENUE).model_dump(mode="json")

    def change(data: Data) -> None:
        data["alternates"] = told["alternates"]
        data["alternates"][0]["citation"] = 1

    for question in (RISKS, MARGIN):
        assert named(forged(library, question, change)) == [1], question


@pytest.mark.parametrize(("first", "last"), [(1, 1), (-1, -1), (1, 0), (0, -1), (0, 1), (-1, 0), (7, 7)])
def test_a_quote_moved_with_its_offsets_and_the_text(library: Library, first: int, last: int) -> None:
    answer = library.ask(RISKS)
    citation = answer.citations[0]
    (document,) = library._store.documents(citation.filing)
    text = library._store.text(citation.filing, document.index)
    start, end = citation.start + first, citation.end + last

    def change(data: Data) -> None:
        data["citations"][0].update(start=start, end=end, quote=text[start:end])
        marked = " ".join(text[start:end].split())
        data["answer"] = data["answer"].replace(" ".join(citation.quote.split()), marked, 1)

    assert named(forged(library, RISKS, change)) == [1]


def test_a_place_outside_of_what_was_looked_at(library: Library) -> None:
    for question in (REVENUE, MARGIN, COMPARED, RISKS):

        def change(data: Data) -> None:
            cited = data["citations"][0]["filing"]
            data["scope"]["filings"] = [one for one in data["scope"]["filings"] if one != cited]

        assert 1 in named(forged(library, question, change)), question

        def other(data: Data) -> None:
            data["scope"]["companies"] = ["Bolt Corp"]

        assert question == COMPARED or 1 in named(forged(library, question, other)), question


def test_a_fact_that_is_cut_finer_than_a_part(tmp_path: Path) -> None:
    """A number of one segment in one country is neither the whole's nor the segment's."""
    path = Report().write(tmp_path)
    country = '<xbrldi:explicitMember dimension="srt:StatementGeographicalAxis">country:US'
    page = path.read_text(encoding="utf-8")
    opening = page[page.index("<xbrldi:explicitMember") : page.index("</xbrldi:explicitMember>")]
    path.write_text(page.replace(opening, f"{opening}</xbrldi:explicitMember>{country}"), encoding="utf-8")
    with Library.open(Settings(store=tmp_path / "store")) as library:
        assert len(library.ingest_paths([path], jobs=1).stored) == 1
        told = library.ask(REVENUE)
        assert library.verify(told).holds
        (filing,) = library._store.filings()
        query = FactQuery(filings=(filing.id,), concepts=("us-gaap:Revenues",), numeric_only=True)
        fine = next(
            f for _, f in library._store.facts(query) if len(f.dimensions) == 2 and f.period.end.year == 2023
        )
        data = told.model_dump(mode="json")
        place = {"start": fine.start, "end": fine.end, "fact_id": fine.fact_id}
        text = library._store.text(filing.id, 0)
        data["citations"][0].update(place, quote=text[fine.start : fine.end])
        shown = library.verify(Answer.model_validate(data)).citations[0].problems
        assert any("the whole company" in problem for problem in shown), shown
        assert not library.verify(reissued(data, question=BRASS)).holds
        both = library.ask("What was Acme's revenue from Brass in the United States in fiscal 2023?")
        assert "from Brass in United States of $" in both.answer
        assert library.verify(both).holds


def test_a_number_that_the_document_gives_more_exactly(tmp_path: Path) -> None:
    """A rounded number in the text is a fact of the same concept and period as the exact one of the table."""
    path = Report().write(tmp_path)
    page = path.read_text(encoding="utf-8")
    tag = re.search(r'<ix:nonFraction[^>]*name="us-gaap:Revenues"[^>]*>100</ix:nonFraction>', page)
    assert tag is not None
    rough = re.sub(r'id="[^"]*"', 'id="rough"', tag[0]).replace('decimals="-6"', 'decimals="-8"')
    assert "-8" in rough
    told = rough.replace(">100<", ">130<")
    path.write_text(
        page.replace("<h3>Supply", f"<p>Revenue was about {told} million.</p><h3>Supply"), "utf-8"
    )
    with Library.open(Settings(store=tmp_path / "store")) as library:
        assert len(library.ingest_paths([path], jobs=1).stored) == 1
        answer = library.ask(REVENUE)
        assert answer.value is not None
        assert answer.value.number == "100000000"
        assert library.verify(answer).holds
        (filing,) = library._store.filings()
        query = FactQuery(filings=(filing.id,), concepts=("us-gaap:Revenues",), numeric_only=True)
        fact = next(fact for _, fact in library._store.facts(query) if fact.fact_id == "rough")
        case = from_fact(
            frame(library, REVENUE),
            Sources(library._store),
            Finding(Chosen(filing, fact), FiscalPeriod(2023)),
        )
        report = library.verify(case)
        assert named(report) == [1]
        assert "fits better" in report.citations[0].problems[0]
