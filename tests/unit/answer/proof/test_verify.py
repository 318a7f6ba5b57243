"""Every part of an answer that is tampered with is found out, whatever is put in its place."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finchat_sec_qa import Library
from finchat_sec_qa.answer.proof.verify import MAX_CITATIONS, check_quotes
from finchat_sec_qa.errors import StoreCorruptError, UsageError
from finchat_sec_qa.model.answer import Answer, VerifyReport
from tests.patience import ends

FACT = "What was Acme's revenue in fiscal 2023?"
FIGURE = "What was Acme's net margin in fiscal 2024?"
COMPARISON = "Was Acme's revenue higher than Bolt's in fiscal 2023?"
SEVERAL = "What was Acme's revenue in fiscal 2022, 2023 and 2024?"
FIGURES = "Which had the higher net margin in fiscal 2023, Acme or Bolt?"
QUOTED = "What supply risks does Acme face?"
REFUSED = "What was Acme's revenue in fiscal 2010?"
NUMBERS = (FACT, SEVERAL, FIGURE, COMPARISON, FIGURES)
ANSWERED = (*NUMBERS, QUOTED)
ALL = (*ANSWERED, REFUSED)

Data = dict[str, Any]
Change = Callable[[Data], None]


def changed(library: Library, question: str, change: Change) -> VerifyReport:
    """What verify says of the answer once `change` was at its JSON."""
    data = library.ask(question).model_dump(mode="json")
    change(data)
    return library.verify(Answer.model_validate(data))


def put(*path: str | int, to: object) -> Change:
    def change(data: Data) -> None:
        place: Any = data
        for step in path[:-1]:
            place = place[step]
        assert place[path[-1]] != to
        place[path[-1]] = to

    return change


@pytest.mark.parametrize("question", ALL)
def test_answers_hold(library: Library, question: str) -> None:
    report = library.verify(library.ask(question))
    assert report.holds, report
    assert report.problems == ()
    assert all(citation.holds and not citation.problems for citation in report.citations)


PERIOD = {"start": "2022-01-01", "end": "2022-12-31", "fiscal_year": 2022, "fiscal_period": "FY"}
ODD_PERIODS = (
    PERIOD,
    {**PERIOD, "fiscal_period": "nonsense"},
    {**PERIOD, "fiscal_year": -5},
    {**PERIOD, "start": "2023-06-01"},
    {"start": None, "end": None, "fiscal_year": None, "fiscal_period": None},
)
WHOLE: list[tuple[str, Change]] = [
    *((question, put("answer", to="Acme did well [1].")) for question in ALL),
    *((question, put("question", to="What else?")) for question in ALL),
    *((question, put("id", to="0" * 16 + "-" + "0" * 16)) for question in ALL),
    *((question, put("id", to="")) for question in ALL),
    *((question, put("scope", "companies", to=["Bolt Corp"])) for question in ALL),
    *((question, put("scope", "filings", to=[])) for question in ALL),
    *((question, put("scope", "period", to=PERIOD)) for question in ALL),
    *((question, put("value", "period", to=odd)) for question in NUMBERS for odd in ODD_PERIODS),
    *((question, put("value", "number", to="1")) for question in NUMBERS),
    *((question, put("value", "unit", to="EUR")) for question in NUMBERS),
    *((question, put("value", to=None)) for question in NUMBERS),
    *((question, put("status", to="refused")) for question in ANSWERED),
    *((question, put("citations", to=[])) for question in ANSWERED),
    (REFUSED, put("status", to="answered")),
    (REFUSED, put("refusal", to=None)),
    (REFUSED, put("refusal", "message", to="No.")),
    (FIGURE, put("calculation", to=None)),
    (FIGURE, put("value", "unit", to="ratio")),
    (FIGURE, put("calculation", "rounding", to="none")),
    (FIGURE, put("calculation", "rounding", to="half up to 3 decimals")),
    (FIGURE, put("calculation", "rounding", to="half up to 2 decimalz")),
    (FIGURE, put("calculation", "rounding", to="half up to 02 decimals")),
    (FIGURE, put("calculation", "rounding", to="half up to 99 decimals")),
    (FIGURE, put("calculation", "rounding", to="half up to 999999999 decimals")),
    (FIGURE, put("calculation", "rounding", to="half up to ² decimals")),
    (FIGURE, put("calculation", "formula", to="net profit margin = 15.38")),
    (FIGURE, put("calculation", "formula", to="net_income_FY2024 / revenue_FY2024 * 100")),
    (FIGURE, put("calculation", "formula", to="net profit margin = " + "(" * 900)),
    (FIGURE, put("calculation", "formula", to="net profit margin = 9 ** 9 ** 9")),
    (FIGURE, put("calculation", "formula", to="net profit margin = __import__('os').getpid()")),
    (FIGURE, put("calculation", "formula", to="difference in total revenue = first - second")),
    (FIGURE, put("calculation", "operands", to=[])),
    (COMPARISON, put("calculation", "formula", to="difference in total revenue = second - first")),
    (COMPARISON, put("calculation", "formula", to="difference in total assets = first - second")),
    (COMPARISON, put("calculation", "formula", to="sum of total revenue = first - second")),
    (COMPARISON, put("calculation", "operands", to=[])),
    (COMPARISON, put("calculation", "rounding", to="half up to 0 decimals")),
    (SEVERAL, put("alternates", 0, "label", to="for fiscal 2021")),
    (SEVERAL, put("alternates", 0, "value", "number", to="1")),
    (SEVERAL, put("alternates", 0, "citation", to=1)),
    (SEVERAL, put("alternates", 0, "value", "period", "fiscal_year", to=2023)),
    (SEVERAL, put("question", to="What was Acme's revenue in fiscal 2024?")),
    (FIGURES, put("calculation", "formula", to="difference in net profit margin = first - second")),
    (FIGURES, put("calculation", "formula", to="difference in net profit margin = " + "(" * 900)),
    (FIGURES, put("calculation", "formula", to="net profit margin = 1 - 2")),
    (FIGURES, put("calculation", "rounding", to="half up to 3 decimals")),
    (FIGURES, put("calculation", "operands", to=[])),
    (FIGURES, put("value", "unit", to="ratio")),
]  # fmt: skip


@pytest.mark.parametrize(("question", "change"), WHOLE)
def test_a_change_to_the_answer_is_found(library: Library, question: str, change: Change) -> None:
    assert not changed(library, question, change).holds


CITED = {
    "filing": "0000000077-24-000001",
    "accession": None,
    "company": "Acme",
    "cik": "0000000043",
    "form": "10-Q",
    "period_end": "2022-12-31",
    "section": "Part I",
    "page": 3,
    "fact_id": "f-1",
    "concept": "us-gaap:Assets",
    "table": {"row": "x", "column": "y"},
    "quote": "999",
    "start": 1,
    "end": 10**12,
    "sha256": "0" * 64,
    "url": "https://example.com/",
    "id": 9,
}


@pytest.mark.parametrize("question", ANSWERED)
@pytest.mark.parametrize("field", CITED)
def test_a_change_to_a_citation_is_found_and_named(library: Library, question: str, field: str) -> None:
    report = changed(library, question, put("citations", 0, field, to=CITED[field]))
    assert not report.holds
    assert not report.citations[0].holds
    assert report.citations[0].problems


@pytest.mark.parametrize("place", [(-5, 3), (3, 3), (5, 2), (0, 10**9), (10**30, 10**31)])
def test_impossible_places(library: Library, place: tuple[int, int]) -> None:
    def change(data: Data) -> None:
        data["citations"][0]["start"], data["citations"][0]["end"] = place

    for question in (FACT, QUOTED):
        assert not changed(library, question, change).citations[0].holds


@pytest.mark.parametrize("question", [FIGURE, COMPARISON, FIGURES])
def test_operands(library: Library, question: str) -> None:
    for field, value in (("number", "7"), ("unit", "EUR"), ("citation", 2), ("citation", 7), ("name", "x")):
        assert not changed(library, question, put("calculation", "operands", 0, field, to=value)).holds


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "1E9", "1e999999999", "-", "", "٣", "1.", ".5", "9" * 5_000, "1\n"]
)
def test_numbers_that_are_none_never_get_as_far(library: Library, number: str) -> None:
    for path in (("value", "number"), ("calculation", "operands", 0, "number")):
        with pytest.raises(ValueError, match="number"):
            changed(library, FIGURE, put(*path, to=number))


def test_alternates(library: Library) -> None:
    for path, value in (
        (("label",), "as reported by rumour"),
        (("citation",), 1),
        (("citation",), 5),
        (("value", "number"), "96000000"),
        (("value", "unit"), "EUR"),
        (("value", "period"), PERIOD),
    ):
        report = changed(library, FACT, put("alternates", 0, *path, to=value))
        assert not report.holds, path


def test_a_citation_that_nothing_rests_on(library: Library) -> None:
    report = changed(library, FACT, put("alternates", to=[]))
    assert [citation.holds for citation in report.citations] == [True, False]


def test_citations_in_another_order(library: Library) -> None:
    for question in (FACT, SEVERAL, FIGURE, COMPARISON, FIGURES):

        def swap(data: Data) -> None:
            data["citations"].reverse()

        def renumber(data: Data) -> None:
            one, other, *_ = data["citations"]
            one["id"], other["id"] = 2, 1

        def twice(data: Data) -> None:
            data["citations"][1]["id"] = 1

        for change in (swap, renumber, twice):
            report = changed(library, question, change)
            assert not report.holds
            assert any(citation.problems for citation in report.citations)


def test_a_comparison_with_more_or_fewer_sides(library: Library) -> None:
    def one_side(data: Data) -> None:
        data["citations"].pop()
        data["calculation"]["operands"].pop()

    def three_sides(data: Data) -> None:
        data["citations"].append({**data["citations"][0], "id": 3})
        data["calculation"]["operands"].append({**data["calculation"]["operands"][0], "citation": 3})

    for change in (one_side, three_sides):
        assert not changed(library, COMPARISON, change).holds


def test_another_figure_under_the_same_name(library: Library) -> None:
    """Gross margin computed as net margin, all else in order."""

    def rename(data: Data) -> None:
        data["calculation"]["formula"] = data["calculation"]["formula"].replace("net profit", "gross", 1)
        data["answer"] = data["answer"].replace("net profit", "gross", 1)

    report = changed(library, FIGURE, rename)
    assert any("gross margin is computed as" in problem for problem in report.problems)


def test_more_citations_than_any_answer_has(library: Library) -> None:
    def many(data: Data) -> None:
        data["citations"] = [{**data["citations"][0], "id": n} for n in range(1, MAX_CITATIONS + 2)]

    with pytest.raises(UsageError, match="citations"):
        changed(library, FACT, many)


JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.just({}), st.just([]))


@given(st.sampled_from(ALL), st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_answer_that_can_be_read_breaks_the_check(
    library: Library, question: str, data: st.DataObject
) -> None:
    """Anything at any place: either it is no answer, or there is a report on it."""
    answer = library.ask(question).model_dump(mode="json")
    place: Any = answer
    while True:
        step = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[step]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.integers(0, 5)) == 0:
            break
        place = inner
    junk = data.draw(JUNK)
    unchanged = junk == inner
    place[step] = junk
    with ends():
        try:
            read = Answer.model_validate(answer)
        except ValueError:
            return
        report = library.verify(read)
    same = read == library.ask(question)
    assert report.holds == same or unchanged


def test_the_quick_check_before_an_answer_leaves(library: Library) -> None:
    answer = library.ask(FACT)
    check_quotes(library._store, answer)
    for field, value in (("quote", "101"), ("quote", ""), ("sha256", "0" * 64), ("start", 0)):
        citation = answer.citations[0].model_copy(update={field: value})
        with pytest.raises(StoreCorruptError, match="citation 1"):
            check_quotes(library._store, answer.model_copy(update={"citations": (citation,)}))
