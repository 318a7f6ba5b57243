"""Series and comparisons over small reports: values, operands, gaps, restatements, limits."""

from decimal import Decimal
from typing import get_args

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.answer.proof.recheck import Readings, Recheck
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.figure_table import FigureCell, FigureTable
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.table_request import MAX_CELLS, MAX_COMPANIES, MAX_METRICS, StatementName
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.question.scope import resolve_scope
from finchat_sec_qa.tables.metrics import known_keys


def numbers(table: FigureTable, row: int = 0) -> list[str | None]:
    return [cell.number for cell in table.rows[row].cells]


def cell_of(table: FigureTable, column: str, row: int = 0) -> FigureCell:
    return dict(zip((one.key for one in table.columns), table.rows[row].cells, strict=True))[column]


def test_a_series_runs_from_the_oldest_year_to_the_latest(library: Library) -> None:
    table = library.series("ACME", "revenue", years=4)
    assert [column.key for column in table.columns] == ["FY2021", "FY2022", "FY2023", "FY2024"]
    assert numbers(table) == ["80000000", "90000000", "100000000", "130000000"]
    assert {cell.status for cell in table.rows[0].cells} == {"reported"}
    assert table.refusal is None


def test_each_number_has_the_place_that_prints_it(library: Library) -> None:
    table = library.series("ACME", "revenue", years=3)
    citations = {citation.id: citation for citation in table.citations}
    for cell, quote in zip(table.rows[0].cells, ("90", "100", "130"), strict=True):
        assert cell.citation is not None
        assert citations[cell.citation].quote == quote
        assert citations[cell.citation].concept == "us-gaap:Revenues"
        assert citations[cell.citation].url
    assert [citation.id for citation in table.citations] == list(range(1, len(table.citations) + 1))


def test_what_a_later_report_restates_stands_beside(library: Library) -> None:
    cell = cell_of(library.series("ACME", "revenue", years=2), "FY2023")
    assert (cell.number, [other.value.number for other in cell.alternates]) == ("100000000", ["98000000"])
    table = library.series("ACME", "revenue", years=2)
    assert any("restate" in note for note in table.notes)


def test_quarters_that_no_report_gives_are_what_is_left_of_longer_spans(library: Library) -> None:
    table = library.series("ACME", "revenue", quarters=4)
    assert [column.key for column in table.columns] == ["Q1FY2024", "Q2FY2024", "Q3FY2024", "Q4FY2024"]
    assert numbers(table) == ["29000000", "31000000", "33000000", "37000000"]
    assert [cell.status for cell in table.rows[0].cells] == ["computed", "reported", "reported", "computed"]
    last = cell_of(table, "Q4FY2024")
    assert last.calculation is not None
    assert last.calculation.formula == "total revenue = revenue_FY2024 - revenue_9M_FY2024"
    assert [operand.number for operand in last.calculation.operands] == ["130000000", "93000000"]
    assert last.period is not None
    assert (str(last.period.start), str(last.period.end)) == ("2024-10-01", "2024-12-31")
    first = cell_of(table, "Q1FY2024").period
    assert first is not None
    assert (str(first.start), str(first.end)) == ("2024-01-01", "2024-03-31")


def test_figures_a_share_are_not_subtracted(library: Library) -> None:
    table = library.series("ACME", "eps-diluted", quarters=1)
    cell = cell_of(table, "Q4FY2024")
    assert (cell.status, cell.number) == ("missing", None)
    assert cell.gap is not None
    assert cell.gap.reason == "not_disclosed"
    assert "do not add up" in cell.gap.message
    assert table.refusal is not None
    assert table.refusal.searched


def test_a_formula_names_its_operands_and_their_places(library: Library) -> None:
    table = library.compare(["ACME"], ["net-margin"], ["FY2024"])
    cell = table.rows[0].cells[0]
    assert (cell.number, cell.unit, cell.status) == ("15.38", "percent", "computed")
    assert cell.calculation is not None
    assert [(one.name, one.number, one.unit) for one in cell.calculation.operands] == [
        ("net_income_FY2024", "20000000", "USD"),
        ("revenue_FY2024", "130000000", "USD"),
    ]
    quotes = [table.citations[one.citation - 1].quote for one in cell.calculation.operands]
    assert quotes == ["20", "130"]


def test_growth_of_a_figure_a_share_is_taken_on_one_basis(library: Library) -> None:
    """A ten-for-one split lies between 1.50 as reported for 2023 and 0.20 for 2024; restated it was 0.15."""
    table = library.compare(["ACME"], ["eps-diluted-growth"], ["FY2024"])
    assert numbers(table) == ["33.33"]
    calculation = table.rows[0].cells[0].calculation
    assert calculation is not None
    assert [operand.number for operand in calculation.operands] == ["0.2", "0.15"]


def test_growth_of_an_amount_is_of_what_was_reported(library: Library) -> None:
    assert numbers(library.compare(["ACME"], ["revenue-growth"], ["FY2024"])) == ["30"]


def test_ratios_of_a_quarter_need_no_year_but_averages_do(library: Library) -> None:
    table = library.compare(["ACME"], ["net-margin", "asset-turnover"], ["Q2FY2024"])
    assert numbers(table, 0) == ["9.68"]
    gap = table.rows[1].cells[0].gap
    assert gap is not None
    assert gap.message == "Asset turnover is computed for whole fiscal years only."


def test_what_is_not_reported_is_computed_where_it_can_be(library: Library) -> None:
    table = library.compare(["ACME"], ["gross-profit", "gross-margin"], ["FY2023", "FY2024"])
    profit, margin = table.rows
    assert [cell.number for cell in profit.cells] == ["45000000", "60000000"]
    assert [cell.number for cell in margin.cells] == ["45", "46.15"]
    assert profit.cells[1].calculation is not None
    assert profit.cells[1].calculation.formula == "gross profit = revenue_FY2024 - cost_of_revenue_FY2024"
    assert library.verify(table).holds


def test_a_gap_says_why(library: Library) -> None:
    table = library.compare(["ACME"], ["revenue", "goodwill"], ["FY2019", "FY2024"])
    reasons = [[cell.gap.reason if cell.gap else None for cell in row.cells] for row in table.rows]
    assert reasons == [["period_not_covered", None], ["not_disclosed", "not_disclosed"]]
    assert all(cell.gap is None or cell.gap.message.endswith(".") for row in table.rows for cell in row.cells)
    assert table.refusal is None


def test_a_table_without_a_number_is_a_refusal(library: Library) -> None:
    table = library.compare(["ACME"], ["goodwill"], ["FY2024"])
    assert table.refusal is not None
    assert (table.refusal.reason, bool(table.refusal.searched)) == ("not_disclosed", True)


def test_an_xbrl_concept_is_a_metric(library: Library) -> None:
    assert numbers(library.compare(["ACME"], ["OtherExpenses"], ["FY2024"])) == ["3000000"]
    with pytest.raises(UsageError, match="no filing here reports the concept or metric 'Nonsense'"):
        library.compare(["ACME"], ["Nonsense"], ["FY2024"])


def test_an_unknown_company_is_refused_as_by_a_scope(library: Library) -> None:
    with pytest.raises(UsageError) as asked:
        resolve_scope(library._store, ScopeRequest(companies=("INTC",)))
    for call in (
        lambda: library.compare(["INTC"], ["revenue"], ["FY2024"]),
        lambda: library.series("INTC", "revenue"),
        lambda: library.statement("INTC", "FY2024", "income"),
    ):
        with pytest.raises(UsageError) as refused:
            call()
        assert str(refused.value) == str(asked.value)


def test_a_company_named_twice_counts_once(library: Library) -> None:
    table = library.compare(["ACME", "0000000042", "Acme Anvils"], ["revenue"], ["FY2024"])
    assert table.companies == ("Acme Anvils, Inc.",)
    assert len(table.rows) == 1


@pytest.mark.parametrize(
    ("companies", "metrics", "periods"),
    [
        ([], ["revenue"], ["FY2024"]),
        (["ACME"], [], ["FY2024"]),
        (["ACME"], ["revenue"], []),
        (["ACME"] * (MAX_COMPANIES + 1), ["revenue"], ["FY2024"]),
        (["ACME"], ["revenue"] * (MAX_METRICS + 1), ["FY2024"]),
        (["ACME"], ["revenue"], ["FY1900:FY2200"]),
        (["A" * 1000], ["revenue"], ["FY2024"]),
        (["ACME"], [""], ["FY2024"]),
    ],
)
def test_requests_beyond_the_limits_are_wrong_usage(
    library: Library, companies: list[str], metrics: list[str], periods: list[str]
) -> None:
    with pytest.raises(UsageError):
        library.compare(companies, metrics, periods)


def test_a_table_has_at_most_so_many_cells(library: Library) -> None:
    with pytest.raises(UsageError, match=f"at most {MAX_CELLS:,}") as error:
        library.compare(["ACME", "BOLT"], known_keys()[:MAX_METRICS], ["Q1FY2015:Q4FY2024"])
    assert "1,600 cells" in str(error.value)


def test_equal_requests_give_equal_bytes(library: Library) -> None:
    one, other = (library.compare(["ACME"], ["revenue", "rd"], ["FY2024"]).to_json() for _ in range(2))
    assert one == other
    assert library.compare(["ACME"], ["revenue"], ["FY2024"]).id not in one


def test_year_ends_that_lie_apart_are_told(library: Library) -> None:
    table = library.compare(["ACME", "BOLT"], ["revenue"], ["FY2024"])
    assert table.notes[0] == "FY2024 ends on 2024-12-31 for Acme Anvils, Inc., 2024-06-30 for Bolt Corp."


def test_every_citation_can_be_made_again_from_the_bytes(library: Library) -> None:
    tables = [
        library.compare(["ACME"], ["revenue", "net-margin", "eps-diluted-growth"], ["FY2022:FY2024"]),
        *(library.statement("ACME", "FY2024", which) for which in get_args(StatementName)),
    ]
    recheck = Recheck(library._store, Readings(Limits()))
    checked = 0
    for table in tables:
        again = {citation.id: recheck.citation(citation) for citation in table.citations}
        assert not [place.problems for place in again.values() if place.problems]
        for row in table.rows:
            for cell in row.cells:
                if cell.citation is not None:
                    fact = again[cell.citation].fact
                    assert fact is not None
                    assert fact.value == Decimal(cell.fact_value or cell.number or "NaN")
                    checked += 1
    assert checked == 32
