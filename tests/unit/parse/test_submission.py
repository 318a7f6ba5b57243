from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finchat_sec_qa.errors import LimitExceededError, MalformedError, ParseError
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.parse.submission import SubmissionHeader, split_submission

HEADER = """-----BEGIN PRIVACY-ENHANCED MESSAGE-----
Proc-Type: 2001,MIC-CLEAR

<SEC-DOCUMENT>0000000001-20-000007.txt : 20200211
<SEC-HEADER>0000000001-20-000007.hdr.sgml : 20200211
ACCESSION NUMBER:\t\t0000000001-20-000007
CONFORMED SUBMISSION TYPE:\t10-K
CONFORMED PERIOD OF REPORT:\t20191231
FILED AS OF DATE:\t\t20200211

FILER:

\tCOMPANY DATA:\t
\t\tCOMPANY CONFORMED NAME:\t\t\tACME CORP
\t\tCENTRAL INDEX KEY:\t\t\t0000000001
\t\tSTANDARD INDUSTRIAL CLASSIFICATION:\tGAMES, TOYS [3944]
\t\tFISCAL YEAR END:\t\t\t1231

\tFORMER COMPANY:\t
\t\tFORMER CONFORMED NAME:\tACME TOYS INC
\t\tDATE OF NAME CHANGE:\t20010102

\tFORMER COMPANY:\t
\t\tFORMER CONFORMED NAME:\tACME GAMES INC

FILER:
\tCOMPANY DATA:
\t\tCOMPANY CONFORMED NAME:\tACME FINANCE LLC
\t\tCENTRAL INDEX KEY:\t0000000002
</SEC-HEADER>
"""


def wrapped(role: str, name: str, body: str) -> str:
    named = f"<FILENAME>{name}\n" if name else ""
    head = f"<DOCUMENT>\n<TYPE>{role}\n<SEQUENCE>1\n{named}<DESCRIPTION>x\n"
    return f"{head}<TEXT>\n{body}\n</TEXT>\n</DOCUMENT>\n"


def split(text: str, limits: Limits = Limits()) -> tuple[SubmissionHeader, tuple[SourceFile, ...]]:
    return split_submission(SourceFile("acme.txt", text.encode()), limits)


def test_the_header_of_the_first_filer_is_read() -> None:
    header, _ = split(HEADER + wrapped("10-K", "a.htm", "<html></html>"))
    assert header == SubmissionHeader(
        accession="0000000001-20-000007",
        form="10-K",
        company="ACME CORP",
        cik="0000000001",
        period_end=date(2019, 12, 31),
        filed=date(2020, 2, 11),
        fiscal_year_end="12-31",
        sic="3944",
        former_names=("ACME TOYS INC", "ACME GAMES INC"),
    )


def test_documents_come_without_their_wrapping() -> None:
    _, files = split(
        HEADER
        + wrapped("10-K", "a.htm", "<XBRL>\n<html>body</html>\n</XBRL>")
        + wrapped("EX-99.1", "../x/b.txt", "plain words")
        + wrapped("EX-27", "", "<TABLE> <S> <C>\n1\n</TABLE>")
    )
    assert [(file.name, file.role) for file in files] == [
        ("a.htm", "10-K"),
        ("b.txt", "EX-99.1"),
        ("document-3.txt", "EX-27"),
    ]
    assert files[0].content == b"<html>body</html>\n"
    assert files[1].content == b"plain words\n"


def test_binary_documents_are_passed_over_and_never_unpacked() -> None:
    _, files = split(
        HEADER
        + wrapped("10-K", "a.htm", "<html></html>")
        + wrapped("GRAPHIC", "a.jpg", "begin 644 a.jpg\nM1234\nend")
        + wrapped("EX-99", "a.pdf", "<PDF>\nbegin 644 a.pdf\nM1234\nend\n</PDF>")
        + wrapped("ZIP", "bomb.zip", "begin 644 bomb.zip\nM1234\nend")
        + wrapped("EX-101.LAB", "a_lab.xml", "<XBRL>\n<linkbase/>\n</XBRL>")
    )
    assert [file.name for file in files] == ["a.htm"]


def test_a_cut_file_and_one_without_documents_are_refused() -> None:
    whole = HEADER + wrapped("10-K", "a.htm", "<html></html>")
    with pytest.raises(MalformedError, match="ends inside document 1"):
        split(whole[:-15])
    with pytest.raises(MalformedError, match="without a <DOCUMENT>"):
        split(HEADER)


def test_limits_hold() -> None:
    whole = HEADER + wrapped("10-K", "a.htm", "<html></html>")
    with pytest.raises(LimitExceededError, match="larger"):
        split(whole, Limits(max_bytes=50))
    with pytest.raises(LimitExceededError, match="more than 5,000 documents"):
        split(HEADER + "<DOCUMENT>\n</DOCUMENT>\n" * 5_001)
    with pytest.raises(LimitExceededError, match="took longer"):
        split(whole, Limits(max_seconds=-1))


def test_a_header_of_blank_lines_takes_no_time() -> None:
    header, _ = split("<SEC-HEADER>\n" + " \n" * 90_000 + wrapped("8-K", "a.htm", "x"), Limits(max_seconds=5))
    assert header == SubmissionHeader()


@given(st.integers(0, 1_600), st.text(max_size=20))
@settings(max_examples=100, deadline=None)
def test_a_damaged_submission_splits_or_raises_a_parse_error(at: int, junk: str) -> None:
    whole = HEADER + wrapped("10-K", "a.htm", "<html></html>") + wrapped("EX-1", "b.htm", "<html></html>")
    try:
        _, files = split(whole[:at] + junk + whole[at + len(junk) :])
    except ParseError:
        return
    assert len(files) <= 2


@pytest.mark.shared
def test_a_real_submission_of_2000(edgar: Path) -> None:
    path = edgar / "Archives/edgar/data/320193/000091205700023442/0000912057-00-023442.txt"
    header, files = split_submission(SourceFile(path.name, path.read_bytes()), Limits())
    assert (header.company, header.form, header.period_end) == (
        "APPLE COMPUTER INC",
        "10-Q",
        date(2000, 4, 1),
    )
    assert [file.role for file in files] == ["10-Q", "EX-3.2", "EX-10.A49", "EX-10.A51", "EX-27"]
