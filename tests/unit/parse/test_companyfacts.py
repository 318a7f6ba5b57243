import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from finchat_sec_qa.errors import LimitExceededError, MalformedError, UnsupportedFormatError
from finchat_sec_qa.model.filing import SourceFile, SourceFiling
from finchat_sec_qa.model.period import Period
from finchat_sec_qa.parse.companyfacts import is_whole_file, parse_companyfacts, reports_in
from finchat_sec_qa.parse.filing import read_document, read_filing
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.parse.sniff import sniff
from tests.unit.facts_file import CIK, FIRST, SECOND, THIRD, USUAL, balance, content, year

NAME = f"CIK{CIK}.json"


def source(body: bytes, name: str = NAME) -> SourceFiling:
    return SourceFiling(name, name.partition(".")[0], None, None, (SourceFile(name, body),))


def part(accession: str, body: bytes | None = None) -> SourceFile:
    return SourceFile(f"{NAME}#{accession}", content() if body is None else body)


def test_a_file_is_a_filing_for_each_report_in_the_order_of_filing() -> None:
    whole = source(content(), "anything.json")
    assert is_whole_file(whole)
    reports = list(reports_in(whole, Limits()))
    assert [one.accession for one in reports] == [FIRST, SECOND, THIRD]
    assert not any(is_whole_file(one) for one in reports)
    filing = read_filing(reports[1], Limits()).filing
    assert (filing.id, filing.accession, filing.cik) == (f"{SECOND}-companyfacts", SECOND, CIK)
    assert (filing.company, filing.form, filing.period_end) == (
        "Acme Widgets, Inc.",
        "10-K",
        date(2022, 12, 31),
    )
    assert (filing.fiscal_year, filing.fiscal_period, filing.filed) == (2022, "FY", date(2023, 2, 10))


def test_every_fact_stands_in_the_text_and_points_into_the_file() -> None:
    parsed = parse_companyfacts(part(SECOND), Limits())
    facts = json.loads(content(), parse_int=str)
    assert [(fact.concept, fact.value) for fact in parsed.facts] == [
        ("us-gaap:Revenues", Decimal(95_000_000)),
        ("us-gaap:Revenues", Decimal(100_000_000)),
        ("us-gaap:Assets", Decimal(550_000_000)),
    ]
    for fact in parsed.facts:
        entry = facts
        for step in (fact.fact_id or "").split("/")[1:]:
            entry = entry[int(step) if isinstance(entry, list) else step]
        assert entry["accn"] == SECOND
        assert parsed.document.text[fact.start : fact.end] == entry["val"]
    assert parsed.facts[2].period == Period(None, date(2022, 12, 31))
    assert parsed.document.text.startswith(
        f"Acme Widgets, Inc. (CIK {CIK}): 10-K for FY 2022, accession {SECOND}, filed 2023-02-10, "
    )


def test_a_stored_part_is_read_again_as_it_was() -> None:
    (first, *_) = reports_in(source(content()), Limits())
    filing = read_filing(first, Limits())
    again = read_document(first.files[0], filing.filing.form, Limits(), main=True)
    assert again.document.text == filing.documents[0].text
    assert again.facts == filing.facts


def test_the_report_ends_when_most_of_its_new_figures_do() -> None:
    figures = {
        **USUAL,
        "dei:EntityCommonStockSharesOutstanding": [
            {**balance(THIRD, 2023, 7), "end": "2024-01-31"},
        ],
        "us-gaap:SubsequentEvent": [{**balance(THIRD, 2023, 7), "end": "2024-01-15"}],
        "us-gaap:Goodwill": [balance(THIRD, 2023, 5)],
        "us-gaap:Cash": [balance(THIRD, 2023, 5)],
    }
    *_, last = reports_in(source(content(figures)), Limits())
    assert last.period_end == date(2023, 12, 31)


def test_what_is_no_figure_is_left_out_and_counted() -> None:
    good = year(FIRST, 2021, 1)
    odd = [
        {**good, "val": None},
        {**good, "val": "many"},
        {**good, "val": True},
        {**good, "accn": "../../etc"},
        {**good, "end": "soon"},
        {**good, "start": "2022-05-05"},
    ]
    body = content({"us-gaap:Revenues": [*odd, good], "us-gaap:No name": [good]})
    parsed = parse_companyfacts(part(FIRST, body), Limits())
    assert [fact.fact_id for fact in parsed.facts] == ["/facts/us-gaap/Revenues/units/USD/6"]
    assert parsed.document.warnings == ("7 entries of the file are no figures and were left out.",)


def test_units_with_a_slash_are_escaped_in_pointers_only() -> None:
    body = content({"us-gaap:EarningsPerShareBasic": [year(FIRST, 2021, "1.50")]}, unit="USD/shares")
    (fact,) = parse_companyfacts(part(FIRST, body), Limits()).facts
    assert (fact.unit, fact.value) == ("USD/shares", Decimal("1.50"))
    assert fact.fact_id == "/facts/us-gaap/EarningsPerShareBasic/units/USD~1shares/0"


def test_prospectuses_that_tell_fees_alone_are_no_reports() -> None:
    assert not list(reports_in(source(content({"ffd:TtlFeeAmt": [balance(FIRST, 2021, 5)]})), Limits()))


@pytest.mark.parametrize(
    "body",
    [
        b'{"entityName": "A", "facts": {',
        content(cik=0),
        content(entityName=" "),
        content(facts={"us-gaap": {"Revenues": {"units": 5}}}),
        content(facts={"us-gaap": []}),
        content(facts={"us-gaap": {"Revenues": {"units": {"USD": [5]}}}}),
        content({"us-gaap:Revenues": [year(FIRST, 2021, float("nan"))]}),
        b'{"cik": 1, "entityName": "A", "facts": {"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    ],
)
def test_what_is_not_as_edgar_writes_it_is_refused_by_name(body: bytes) -> None:
    assert sniff(SourceFile(NAME, body)) == "companyfacts"
    with pytest.raises(MalformedError, match=f"^{NAME}: "):
        list(reports_in(source(body), Limits()))


def test_a_part_must_name_a_report_of_the_file() -> None:
    for name in (NAME, f"{NAME}#0000000042-99-000001", f"{NAME}#x"):
        with pytest.raises(UnsupportedFormatError):
            parse_companyfacts(SourceFile(name, content()), Limits())


def test_reading_ends_at_the_deadline() -> None:
    body = content({"us-gaap:Revenues": [year(FIRST, 2021, at) for at in range(5_000)]})
    with pytest.raises(LimitExceededError):
        list(reports_in(source(body), replace(Limits(), max_seconds=-1.0)))


def test_other_json_is_no_companyfacts() -> None:
    for body in (b'{"cik": 1, "name": "A", "filings": {}}', b"[]", b'{"facts": {}}'):
        assert sniff(SourceFile(NAME, body)) == "other"
