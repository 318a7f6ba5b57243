import os
import pickle
from datetime import date
from pathlib import Path

import pytest

from finchat_sec_qa.disk import DiskFiling, find_filings
from finchat_sec_qa.errors import LimitExceededError, ParseError, UsageError

MB = 1_000_000
SUBMISSION = (
    b"<SEC-DOCUMENT>0000320193-24-000123.txt : 20241101\n<SEC-HEADER>\nFILED AS OF DATE:\t\t20241101\n"
)
END = b"</DOCUMENT>\n</SEC-DOCUMENT>\n"


def write(path: Path, content: bytes = b"<html><p>text</p></html>") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def apple(tmp_path: Path) -> Path:
    return tmp_path / "Archives" / "edgar" / "data" / "320193" / "000032019324000123"


def only(paths: list[Path]) -> DiskFiling:
    filings, _ = find_filings(paths, max_bytes=MB)
    assert len(filings) == 1, filings
    return filings[0]


def test_a_folder_in_edgars_layout_is_one_filing_with_its_documents_only(apple: Path, tmp_path: Path) -> None:
    write(apple / "aapl-20240928.htm", b"<html>" + b"x" * 500)
    for name in (
        "a10-kexhibit2119282024.htm",
        "R1.htm",
        "R42.htm",
        "aapl-20240928.xsd",
        "aapl-20240928.xsd.xml",
        "aapl-20240928_cal.xml",
        "aapl-20240928_def.xml",
        "aapl-20240928_lab.xml",
        "aapl-20240928_pre.xml",
        "FilingSummary.xml",
        "MetaLinks.json",
        "report.css",
        "Show.js",
        "aapl_g1.jpg",
        "Financial_Report.xlsx",
        "0000320193-24-000123-xbrl.zip",
        "0000320193-24-000123-index.html",
        "0000320193-24-000123-index-headers.html",
        ".hidden.htm",
    ):
        write(apple / name)
    write(tmp_path / "Archives" / "edgar" / "daily-index" / "form.idx")
    filings, skipped = find_filings([tmp_path], max_bytes=MB)
    assert skipped == 19
    (filing,) = filings
    assert (filing.id, filing.accession, filing.cik) == (
        "0000320193-24-000123",
        "0000320193-24-000123",
        "0000320193",
    )
    source = filing.load()
    assert [file.name for file in source.files] == ["aapl-20240928.htm", "a10-kexhibit2119282024.htm"]
    assert source.url == "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl-20240928.htm"
    assert source.files[0].url == source.url
    assert source.filed is None


def test_the_layout_is_seen_from_any_folder_of_it(apple: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = write(apple / "aapl-20240928.htm")
    monkeypatch.chdir(apple.parent)
    for path in (apple, apple.parent, document, Path(apple.name), Path(apple.name, document.name)):
        filing = only([path])
        assert (filing.id, filing.cik) == ("0000320193-24-000123", "0000320193")


def test_a_whole_submission_wins_over_the_loose_files(apple: Path) -> None:
    write(apple / "aapl-20240928.htm")
    write(apple / "0000320193-24-000123.txt", SUBMISSION + END)
    filings, skipped = find_filings([apple], max_bytes=MB)
    assert [path.name for path in filings[0].paths] == ["0000320193-24-000123.txt"]
    assert skipped == 1
    assert filings[0].load().filed == date(2024, 11, 1)


def test_a_cut_submission_yields_to_the_loose_files_and_stands_alone_without_them(apple: Path) -> None:
    cut = write(apple / "0000320193-24-000123.txt", SUBMISSION)
    assert only([apple]).paths == (cut,)
    document = write(apple / "aapl-20240928.htm")
    assert only([apple]).paths == (document,)


def test_the_index_page_tells_the_date_of_filing(apple: Path) -> None:
    write(apple / "aapl-20240928.htm")
    page = b'<div class="infoHead">Filing Date</div>\n <div class="info">2024-11-01</div>'
    write(apple.parent / "0000320193-24-000123-index.html", page)
    assert only([apple]).load().filed == date(2024, 11, 1)


def test_elsewhere_every_document_is_a_filing_named_by_its_stem(tmp_path: Path) -> None:
    for name in ("ADOBE_2015_10K.pdf", "deep/er/nvda.htm", "instance.xml", "0000320193-24-000061.txt"):
        write(tmp_path / name)
    write(tmp_path / "notes.md")
    filings, skipped = find_filings([tmp_path], max_bytes=MB)
    assert skipped == 1
    assert {(filing.id, filing.accession) for filing in filings} == {
        ("0000320193-24-000061", "0000320193-24-000061"),
        ("ADOBE_2015_10K", None),
        ("instance", None),
        ("nvda", None),
    }
    assert all(filing.load().url is None for filing in filings)


def test_equal_stems_fail_the_second_and_name_both(tmp_path: Path) -> None:
    first = write(tmp_path / "a" / "report.htm")
    second = write(tmp_path / "b" / "report.pdf")
    filings, _ = find_filings([tmp_path], max_bytes=MB)
    assert filings[0].load().id == "report"
    with pytest.raises(ParseError) as caught:
        filings[1].load()
    assert str(first) in str(caught.value)
    assert str(second) in str(caught.value)


def test_one_file_given_twice_is_one_filing(tmp_path: Path) -> None:
    document = write(tmp_path / "report.htm")
    (tmp_path / "again.htm").symlink_to(document)
    filings, skipped = find_filings([tmp_path, document, tmp_path / ".." / tmp_path.name], max_bytes=MB)
    assert (len(filings), skipped) == (1, 0)


def test_links_out_of_the_folder_and_circles_are_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "outside" / "secret.htm")
    inside = tmp_path / "inside"
    write(inside / "kept.htm")
    (inside / "leak.htm").symlink_to(secret)
    (inside / "circle.htm").symlink_to(inside / "circle.htm")
    (inside / "folder").symlink_to(secret.parent)
    filings, skipped = find_filings([inside], max_bytes=MB)
    assert [filing.id for filing in filings] == ["kept"]
    assert skipped == 2


def test_a_named_file_of_any_kind_is_tried(tmp_path: Path) -> None:
    assert only([write(tmp_path / "filing.docx", b"junk")]).load().files[0].content == b"junk"


def test_size_is_checked_before_reading(tmp_path: Path) -> None:
    big = tmp_path / "big.htm"
    with big.open("wb") as stream:
        stream.truncate(50_000 * MB)  # a sparse file: reading it would not end well
    with pytest.raises(LimitExceededError, match="FINCHAT_MAX_FILE_MB"):
        only([big]).load()


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.htm")
    with pytest.raises(ParseError, match="not a plain file"):
        only([tmp_path / "pipe.htm"]).load()
    assert find_filings([tmp_path], max_bytes=MB) == ((), 1)


def test_a_file_that_goes_away_is_a_failed_filing(tmp_path: Path) -> None:
    filing = only([write(tmp_path / "gone.htm")])
    (tmp_path / "gone.htm").unlink()
    with pytest.raises(ParseError, match=r"gone\.htm: cannot be read"):
        filing.load()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://www.sec.gov/ix?doc=/Archives/edgar/data/320193/x/a.htm", "viewer around a document"),
        ("http://www.sec.gov/Archives/edgar/data/320193/x/a.htm", "is an address"),
    ],
)
def test_an_address_is_explained(address: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        find_filings([Path(address)], max_bytes=MB)


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        find_filings([tmp_path / "nowhere"], max_bytes=MB)
    with pytest.raises(UsageError, match="no such file"):
        find_filings([Path("a\0b")], max_bytes=MB)


def test_filings_cross_to_worker_processes(tmp_path: Path) -> None:
    filing = only([write(tmp_path / "report.htm")])
    assert pickle.loads(pickle.dumps(filing)).load() == filing.load()  # noqa: S301 - our own bytes


@pytest.mark.shared
def test_the_real_archive(edgar: Path) -> None:
    filings, skipped = find_filings([edgar / "Archives"], max_bytes=200 * MB)
    assert (len(filings), skipped) == (73, 98)
    assert all(filing.accession and filing.cik and not filing.problem for filing in filings)
    exhibits = next(filing for filing in filings if filing.id == "0000320193-25-000057")
    assert exhibits.paths[0].name == "aapl-20250329.htm"
