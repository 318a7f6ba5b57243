from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finchat_sec_qa.errors import LimitExceededError, MalformedError, ParseError, UnsupportedFormatError
from finchat_sec_qa.model.filing import ParsedFiling, SourceFile, SourceFiling
from finchat_sec_qa.parse.filing import read_filing, source_digest
from finchat_sec_qa.parse.limits import Limits
from tests.pdf_maker import make_pdf

ACCESSION = "0000000001-24-000003"
PROSE = "<p>We make toys and sell them in many countries, and we mean to go on doing so.</p>" * 40
INLINE = f"""<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:dei="http://xbrl.sec.gov/dei/2023"
 xmlns:us-gaap="http://fasb.org/us-gaap/2023" xmlns:iso4217="http://www.xbrl.org/2003/iso4217"
 xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"><body>
<div style="display:none"><ix:header><ix:resources>
<xbrli:context id="y"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">0000000001</xbrli:identifier>
</xbrli:entity><xbrli:period><xbrli:startDate>2023-01-01</xbrli:startDate><xbrli:endDate>2023-12-31</xbrli:endDate>
</xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit></ix:resources></ix:header></div>
<p><ix:nonNumeric name="dei:DocumentType" contextRef="y">10-K</ix:nonNumeric></p>
<p><ix:nonNumeric name="dei:EntityRegistrantName" contextRef="y">Acme Toys, Inc.</ix:nonNumeric></p>
<p><ix:nonNumeric name="dei:EntityCentralIndexKey" contextRef="y">0000000001</ix:nonNumeric></p>
<p>Item 1. Business</p>{PROSE}<p>Item 1A. Risk Factors</p>{PROSE}<p>Item 2. Properties</p><p>One.</p>
<p>Item 3. Legal Proceedings</p><p>None.</p><p>Item 4. Mine Safety Disclosures</p><p>None.</p>
<p>Sales were <ix:nonFraction name="us-gaap:Revenues" contextRef="y" unitRef="usd" decimals="-6" scale="6"
 format="ixt:num-dot-decimal" id="f-1">1,250</ix:nonFraction> million.</p></body></html>"""
INSTANCE = """<?xml version="1.0"?><xbrl xmlns="http://www.xbrl.org/2003/instance"
 xmlns:us-gaap="http://fasb.org/us-gaap/2023" xmlns:dei="http://xbrl.sec.gov/dei/2023">
 <context id="y"><entity><identifier scheme="http://www.sec.gov/CIK">0000000001</identifier></entity>
 <period><startDate>2023-01-01</startDate><endDate>2023-12-31</endDate></period></context>
 <unit id="u"><measure>iso4217:USD</measure></unit>
 <dei:DocumentType contextRef="y">10-K</dei:DocumentType>
 <us-gaap:Revenues contextRef="y" unitRef="u" decimals="-6">1250000000</us-gaap:Revenues></xbrl>"""
EXHIBIT = "<html><body><p>Certification of the chief executive officer.</p></body></html>"


def file(name: str, content: str | bytes, role: str = "") -> SourceFile:
    return SourceFile(name, content if isinstance(content, bytes) else content.encode(), role)


def source(*files: SourceFile, **known: Any) -> SourceFiling:
    return SourceFiling("the folder", ACCESSION, ACCESSION, "0000000001", files, **known)


def read(*files: SourceFile, **known: Any) -> ParsedFiling:
    return read_filing(source(*files, **known), Limits())


def names(parsed: ParsedFiling) -> list[tuple[str, str, str]]:
    return [(document.name, document.role, document.kind) for document in parsed.documents]


def test_the_report_comes_first_and_what_is_no_document_is_left_out() -> None:
    parsed = read(
        file("FilingSummary.xml", "<?xml version='1.0'?><FilingSummary/>"),
        file("R1.htm", "<html><body>viewer</body></html>"),
        file("a-exhibit31.htm", EXHIBIT),
        file("acme-20231231.htm", INLINE),
        file("acme-20231231_htm.xml", INSTANCE),
        file("acme_lab.xml", "<?xml version='1.0'?><linkbase/>"),
        file("logo.jpg", b"\xff\xd8\xff"),
    )
    assert names(parsed) == [("acme-20231231.htm", "10-K", "html"), ("a-exhibit31.htm", "EX-31", "html")]
    assert [section.item for section in parsed.documents[0].sections][:2] == ["Item 1", "Item 1A"]
    assert parsed.filing.company == "Acme Toys, Inc."
    assert set(parsed.originals) == {document.sha256 for document in parsed.documents}
    for document in parsed.documents:
        assert sha256(parsed.originals[document.sha256]).hexdigest() == document.sha256


def test_facts_know_their_document_and_its_offsets() -> None:
    parsed = read(file("ex13.htm", INLINE, "EX-13"), file("main.htm", EXHIBIT, "10-K"), form="10-K")
    assert names(parsed) == [("main.htm", "10-K", "html"), ("ex13.htm", "EX-13", "html")]
    fact = next(fact for fact in parsed.facts if fact.concept == "us-gaap:Revenues")
    assert fact.document == 1
    assert parsed.documents[1].text[fact.start : fact.end] == "1,250"
    assert len(parsed.documents[1].sections) == 5


def test_the_instance_is_read_where_the_report_has_no_facts() -> None:
    parsed = read(
        file("acme-20231231_htm.xml", INSTANCE), file("acme_cal.xml", "<?xml version='1.0'?><linkbase/>")
    )
    assert names(parsed) == [("acme-20231231_htm.xml", "10-K", "xbrl")]
    assert [fact.value for fact in parsed.facts if fact.value is not None] == [1_250_000_000]


def test_a_submission_gives_its_header_and_keeps_its_wrapper() -> None:
    wrapper = (
        "<SEC-DOCUMENT>x\n<SEC-HEADER>x\nACCESSION NUMBER:\t0000000001-24-000009\n"
        "CONFORMED SUBMISSION TYPE:\t8-K\n"
        "CONFORMED PERIOD OF REPORT:\t20240105\nFILED AS OF DATE:\t20240108\n"
        "COMPANY CONFORMED NAME:\tACME TOYS INC\nCENTRAL INDEX KEY:\t0000000002\n"
        "FORMER CONFORMED NAME:\tACME GAMES INC\n</SEC-HEADER>\n"
        f"<DOCUMENT>\n<TYPE>EX-99.1\n<FILENAME>r.htm\n<TEXT>\n{EXHIBIT}\n</TEXT>\n</DOCUMENT>\n"
        "<DOCUMENT>\n<TYPE>8-K\n<FILENAME>a.htm\n<TEXT>\n"
        "<html><body><p>Item 8.01 Other Events</p><p>We moved.</p>"
        "</body></html>\n</TEXT>\n</DOCUMENT>\n"
    )
    parsed = read(file("acme.txt", wrapper))
    filing = parsed.filing
    assert names(parsed) == [("a.htm", "8-K", "html"), ("r.htm", "EX-99.1", "html")]
    assert (filing.company, filing.form, filing.former_names) == ("ACME TOYS INC", "8-K", ("ACME GAMES INC",))
    assert (filing.period_end, filing.filed) == (date(2024, 1, 5), date(2024, 1, 8))
    assert sha256(wrapper.encode()).hexdigest() in parsed.originals
    # what is known from outside wins, and the contradiction is told
    assert (filing.cik, filing.accession) == ("0000000001", ACCESSION)
    assert any("CIK 0000000002" in warning for warning in parsed.documents[0].warnings)
    assert any("0000000001-24-000009" in warning for warning in parsed.documents[0].warnings)


def test_a_pdf_is_known_by_its_cover_page() -> None:
    cover = [
        "UNITED STATES",
        "SECURITIES AND EXCHANGE COMMISSION",
        "FORM 10-K",
        "For the fiscal year ended May 31, 2019",
        "ACME TOYS, INC.",
        "(Exact name of registrant as specified in its charter)",
    ]
    loose = SourceFiling("/x/report.pdf", "report", None, None, (file("report.pdf", make_pdf([cover])),))
    filing = read_filing(loose, Limits()).filing
    assert (filing.id, filing.accession, filing.cik, filing.company) == (
        "report",
        None,
        None,
        "ACME TOYS, INC.",
    )
    assert (filing.form, filing.period_end, filing.fiscal_year) == ("10-K", date(2019, 5, 31), 2019)


def test_what_is_known_from_outside_wins() -> None:
    known = {
        "company": "Acme",
        "tickers": ("ACM",),
        "form": "10-K",
        "filed": date(2024, 2, 1),
        "sample": True,
    }
    filing = read(file("a.htm", INLINE), url="https://example.org/a.htm", **known).filing
    assert (filing.company, filing.tickers, filing.filed, filing.sample) == (
        "Acme",
        ("ACM",),
        date(2024, 2, 1),
        True,
    )
    assert filing.url == "https://example.org/a.htm"


def test_a_broken_exhibit_is_left_out_with_a_warning_and_a_broken_report_is_an_error() -> None:
    broken = file("x.pdf", b"%PDF-1.4 nothing")
    parsed = read(file("a.htm", INLINE), broken)
    assert names(parsed) == [("a.htm", "10-K", "html")]
    assert any("x.pdf was left out" in warning for warning in parsed.documents[0].warnings)
    with pytest.raises(MalformedError, match=r"x\.pdf"):
        read(broken)
    with pytest.raises(MalformedError, match=r"x\.pdf"):
        read(file("a.htm", EXHIBIT, "EX-31"), replace(broken, role="10-K"), form="10-K")


def test_the_same_content_is_stored_once() -> None:
    assert len(read(file("a.htm", INLINE), file("copy.htm", INLINE)).documents) == 1


@pytest.mark.parametrize(
    "only",
    [
        file("a.xsd", "<?xml version='1.0'?><schema/>"),
        file("a.zip", b"PK\x03\x04"),
        file("a.txt", "milk, eggs"),
        file("e", ""),
    ],
)
def test_a_file_that_is_no_filing_is_named(only: SourceFile) -> None:
    with pytest.raises(UnsupportedFormatError, match=f"^{only.name}: not a filing document"):
        read(only)


def test_an_error_page_is_never_a_filing() -> None:
    with pytest.raises(MalformedError, match="error page"):
        read(file("a.htm", "<html><title>SEC.gov | Request Rate Threshold Exceeded</title></html>"))


def test_limits_reach_every_parser() -> None:
    for name, content in (
        ("a.htm", INLINE.encode()),
        ("a.xml", INSTANCE.encode()),
        ("a.pdf", make_pdf([["a"]])),
    ):
        with pytest.raises(LimitExceededError):
            read_filing(source(file(name, content)), Limits(max_bytes=50))


def test_the_digest_names_the_content() -> None:
    one = source(file("a.htm", INLINE), file("b.htm", EXHIBIT))
    assert (
        read_filing(one, Limits()).digest
        == source_digest(one)
        == source_digest(replace(one, label="elsewhere"))
    )
    changed = replace(one, files=(one.files[0], file("b.htm", EXHIBIT + " ")))
    assert source_digest(changed) != source_digest(one)


@given(
    st.binary(max_size=200),
    st.sampled_from(("a.htm", "b_htm.xml", "c.txt", "d.pdf")),
    st.sampled_from(("", "10-K")),
)
@settings(max_examples=150, deadline=None)
def test_random_bytes_raise_parse_errors_only(content: bytes, name: str, role: str) -> None:
    for start in (
        b"",
        b"<html><body>",
        b"<?xml version='1.0'?><xbrl xmlns='http://www.xbrl.org/2003/instance'>",
    ):
        try:
            parsed = read(file(name, start + content, role))
        except ParseError:
            continue
        assert parsed.documents


@pytest.mark.shared
def test_a_real_folder_with_everything_in_it(edgar: Path) -> None:
    folder = edgar / "Archives/edgar/data/320193/000032019325000057"
    files = tuple(SourceFile(path.name, path.read_bytes()) for path in sorted(folder.iterdir()))
    parsed = read_filing(
        SourceFiling(str(folder), "0000320193-25-000057", "0000320193-25-000057", "0000320193", files),
        Limits(),
    )
    assert [document.role for document in parsed.documents] == ["10-Q", "EX-31", "EX-31", "EX-32"]
    filing = parsed.filing
    assert (filing.company, filing.tickers, filing.fiscal_year, filing.fiscal_period) == (
        "Apple Inc.",
        ("AAPL",),
        2025,
        "Q2",
    )
    assert len(parsed.facts) == 760
    assert len(parsed.documents[0].sections) == 11
