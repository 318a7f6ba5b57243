import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.sniff import FileKind, sniff

XBRL = b'<?xml version="1.0"?>\n<!-- made by x -->\n<xbrl xmlns="http://www.xbrl.org/2003/instance">'


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.htm", b"<html><body>Annual report</body></html>", "html"),
        ("a.htm", b"\xef\xbb\xbf<!DOCTYPE html><html><p>x", "html"),
        ("a.htm", b"<html xmlns:ix='http://www.xbrl.org/2013/inlineXBRL'><body>", "ixbrl"),
        ("a.htm", b"<?xml version='1.0'?><html><body>" + b" " * 70_000 + b"<ix:header>", "ixbrl"),
        ("a_htm.xml", XBRL, "xbrl"),
        ("a.xml", XBRL.replace(b"<xbrl", b"<xbrli:xbrl"), "xbrl"),
        ("a.txt", b"<SEC-DOCUMENT>0000000001-20-000007.txt\n<SEC-HEADER>", "submission"),
        ("a.txt", b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----\nProc-Type: 2001\n", "submission"),
        ("report", b"%PDF-1.7\n", "pdf"),
        ("a.txt", b"UNITED STATES\nSECURITIES AND EXCHANGE COMMISSION\n", "text"),
        ("a.txt", b"<PAGE>\n<TABLE>\n<S> <C>\nSales 1\n</TABLE>\n", "text"),
        ("notes.txt", b"buy milk", "other"),
        ("a_lab.xml", b"<?xml version='1.0'?><link:linkbase xmlns:link='x'>", "other"),
        ("FilingSummary.xml", b"<?xml version='1.0'?><FilingSummary>", "other"),
        ("a.xsd", b"<?xml version='1.0'?><xs:schema>", "other"),
        ("R2.htm", b"<html><head><title></title></head><body>viewer</body></html>", "other"),
        ("x.htm", b'<html><head><link rel="stylesheet" href="report.css"></head><body>', "other"),
        ("0000000001-20-000007-index.htm", b"<html><title>EDGAR Filing Documents</title>", "other"),
        ("report.css", b"/* table */ body {}", "other"),
        ("MetaLinks.json", b'{"a": 1}', "other"),
        ("a.zip", b"PK\x03\x04....", "other"),
        ("a.htm", b"\x89PNG\r\n", "other"),
        ("empty.htm", b"", "other"),
        ("junk.txt", b"\0" * 500, "other"),
        ("a.htm", b"<html><title>SEC.gov | Request Rate Threshold Exceeded</title>", "error_page"),
        ("a.htm", b"<html><h1>Your Request Originates from an Undeclared Automated Tool</h1>", "error_page"),
        ("a.xml", b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "error_page"),
    ],
)
def test_kind(name: str, content: bytes, kind: FileKind) -> None:
    assert sniff(SourceFile(name, content)) == kind


def test_text_with_a_role_comes_from_a_submission_and_is_read() -> None:
    assert sniff(SourceFile("letter.txt", b"Dear Sirs", "CORRESP")) == "text"


def test_a_filing_that_quotes_an_error_page_is_a_filing() -> None:
    long = b"<html><body>" + b"<p>words</p>" * 20_000 + b"Undeclared Automated Tool"
    assert sniff(SourceFile("a.htm", long)) == "html"


def test_many_instructions_before_the_root_take_no_time() -> None:
    assert sniff(SourceFile("a.xml", b"<?xml version='1.0'?>" + b"<?x?><!--y-->" * 5_000 + b"<")) == "other"


@given(st.binary(max_size=300), st.sampled_from(("a.htm", "b.xml", "c.txt", "d.pdf", "")))
def test_any_bytes_have_a_kind(content: bytes, name: str) -> None:
    assert isinstance(sniff(SourceFile(name, content)), str)
