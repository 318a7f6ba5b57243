"""Answers from companyfacts where no filing is stored, proven by the bytes of the one JSON file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.disk import find_filings
from finchat_sec_qa.model.request import ScopeRequest
from tests.unit import facts_file
from tests.unit.tagged import Number, Tagged


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(Settings(store=tmp_path / "store")) as library:
        library.ingest_paths([facts_file.write(tmp_path)], jobs=1)
        yield library


def test_each_report_is_a_filing_that_is_left_alone_the_second_time(library: Library, tmp_path: Path) -> None:
    assert [filing.id for filing in library.filings()] == [
        f"{accession}-companyfacts" for accession in (facts_file.THIRD, facts_file.SECOND, facts_file.FIRST)
    ]
    again = library.ingest_paths([facts_file.write(tmp_path).parent], jobs=1)
    assert (again.stored, len(again.unchanged), again.failed) == ((), 3, ())
    assert library.check().holds


def test_a_folder_of_other_things_gives_none(library: Library, tmp_path: Path) -> None:
    home = tmp_path / "edgar"
    facts_file.write(home)
    number = Number("5", "2023-12-31", "2023-01-01")
    Tagged("2023-12-31", 2023, "FY", [number], cik="0000000077", company="Bolt", ticker="BOLT").write(home)
    report = library.ingest_paths([home], jobs=1)
    assert (len(report.stored), len(report.unchanged)) == (1, 0)


def test_a_file_that_is_named_is_taken_though_its_folder_is_named_first(tmp_path: Path) -> None:
    home = tmp_path / "edgar"
    file = facts_file.write(home)
    for order in ([home, file], [file, home], [home, home, file, file]):
        found, skipped = find_filings(order, max_bytes=10_000_000)
        assert ([filing.id for filing in found], skipped) == (["CIK0000000042"], 0)
    assert find_filings([home, home], max_bytes=10_000_000) == ((), 1)


def test_the_first_report_answers_and_later_ones_stand_beside(library: Library) -> None:
    answer = library.ask("What was Acme's revenue in fiscal 2021?")
    assert answer.value is not None
    assert answer.value.number == "90000000"
    (citation, restated) = answer.citations
    assert (citation.accession, citation.concept) == (facts_file.FIRST, "us-gaap:Revenues")
    assert citation.fact_id == "/facts/us-gaap/Revenues/units/USD/0"
    assert citation.url == (
        "https://data.sec.gov/api/xbrl/companyfacts/CIK0000000042.json#/facts/us-gaap/Revenues/units/USD/0"
    )
    assert restated.accession == facts_file.SECOND
    assert [(one.label, one.value.number) for one in answer.alternates] == [
        ("as reported later, in 10-K for the period ended 2022-12-31", "95000000")
    ]
    assert library.verify(answer).holds


def test_as_of_a_day_only_reports_filed_by_then_are_seen(library: Library) -> None:
    scope = ScopeRequest.model_validate({"as_of": "2022-12-31"})
    answer = library.ask("What was Acme's revenue in fiscal 2021?", scope)
    assert not answer.alternates
    assert library.ask("What was Acme's revenue in fiscal 2022?", scope).status == "refused"


def test_figures_and_tables_are_made_of_them(library: Library) -> None:
    answer = library.ask("What was Acme's asset turnover in fiscal 2023?")
    assert answer.status == "answered"
    assert library.verify(answer).holds
    table = library.series("Acme Widgets", "revenue", years=3)
    assert [cell.number for cell in table.rows[0].cells] == ["90000000", "100000000", "120000000"]
    assert library.verify(table).holds


def test_a_statement_is_printed_by_no_list_of_facts(library: Library) -> None:
    refusal = library.statement("Acme Widgets", "FY2023", "income").refusal
    assert refusal is not None
    assert "0000000042-24-000001" in refusal.message


def test_a_stored_filing_answers_before_its_companyfacts(library: Library, tmp_path: Path) -> None:
    numbers = [Number("90", "2021-12-31", "2021-01-01")]
    path = Tagged("2021-12-31", 2021, "FY", numbers).write(tmp_path)
    folder = path.parent.rename(path.parent.with_name(facts_file.FIRST.replace("-", "")))
    library.ingest_paths([folder], jobs=1)
    answer = library.ask("What was Acme's revenue in fiscal 2021?")
    assert answer.citations[0].filing == facts_file.FIRST
    assert library.verify(answer).holds


def test_a_changed_byte_of_the_file_is_found(library: Library, tmp_path: Path) -> None:
    answer = library.ask("What was Acme's revenue in fiscal 2023?")
    (original,) = (tmp_path / "store" / "originals").glob("*/*")
    original.write_bytes(original.read_bytes().replace(b"120000000", b"120000001"))
    report = library.verify(answer)
    assert [one.holds for one in report.citations] == [False]
