"""What every `FilingSource` must do, run on each adapter."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from finchat_sec_qa.clock import SystemClock
from finchat_sec_qa.edgar import Edgar
from finchat_sec_qa.errors import SourceError, SourceNotFoundError
from finchat_sec_qa.ports import FilingQuery, FilingSource
from tests.fake_edgar import TICKERS, FakeClock, FakeSite, open_edgar, submissions
from tests.ports import unused_port


class FilingSourceContract:
    """Subclasses have a fixture `source` with Apple's quarterly reports filed in August of 2024 and 2025."""

    def quarterly(self, source: FilingSource, limit: int = 9) -> list[str]:
        query = FilingQuery("AAPL", ("10-Q",), limit, since=date(2024, 8, 2), until=date(2025, 8, 1))
        return [filing.id for filing in source.find(query)]

    def test_finds_newest_first_and_both_dates_count(self, source: FilingSource) -> None:
        found = self.quarterly(source)
        assert found[0] == "0000320193-25-000073"
        assert found[-1] == "0000320193-24-000081"

    def test_the_limit_counts(self, source: FilingSource) -> None:
        assert self.quarterly(source, 1) == ["0000320193-25-000073"]

    @pytest.mark.parametrize("company", ["aapl", "320193", "Apple Inc.", "Apple Computer"])
    def test_a_company_has_many_names(self, source: FilingSource, company: str) -> None:
        (filing,) = source.find(FilingQuery(company, ("10-Q",), 1, until=date(2025, 8, 1)))
        assert filing.cik == "0000320193"
        assert filing.tickers == ("AAPL",)
        assert "APPLE COMPUTER INC" in filing.former_names

    def test_what_is_found_has_no_files_yet_and_says_what_it_is(self, source: FilingSource) -> None:
        (filing,) = source.find(FilingQuery("AAPL", ("10-Q",), 1, until=date(2025, 8, 1)))
        assert filing.files == ()
        assert (filing.form, filing.period_end, filing.filed) == ("10-Q", date(2025, 6, 28), date(2025, 8, 1))
        assert filing.accession == filing.id
        assert filing.url == (
            "https://www.sec.gov/Archives/edgar/data/320193/000032019325000073/aapl-20250628.htm"
        )

    def test_fetching_adds_the_files_only(self, source: FilingSource) -> None:
        (filing,) = source.find(FilingQuery("AAPL", ("10-Q",), 1, until=date(2025, 8, 1)))
        fetched = source.fetch(filing)
        assert fetched.files[0].name == "aapl-20250628.htm"
        assert b"<html" in fetched.files[0].content
        assert replace(fetched, files=()) == filing

    def test_unknown_companies_and_filings_are_errors(self, source: FilingSource) -> None:
        with pytest.raises(SourceNotFoundError, match=r"Apple Inc\."):
            source.find(FilingQuery("Applle"))
        (filing,) = source.find(FilingQuery("AAPL", ("10-Q",), 1, until=date(2025, 8, 1)))
        with pytest.raises(SourceNotFoundError, match="0000320193-25-999999"):
            source.fetch(replace(filing, id="0000320193-25-999999", accession="0000320193-25-999999"))
        with pytest.raises(SourceError):
            source.fetch(replace(filing, accession="../../../etc/passwd"))

    def test_no_form_fits(self, source: FilingSource) -> None:
        assert list(source.find(FilingQuery("AAPL", ("20-F",)))) == []


class TestEdgarInMemory(FilingSourceContract):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Iterator[FilingSource]:
        rows = [
            ("0000320193-25-000073", "10-Q", "2025-08-01", "2025-06-28", "aapl-20250628.htm"),
            ("0000320193-24-000123", "10-K", "2024-11-01", "2024-09-28", "aapl-20240928.htm"),
            ("0000320193-24-000081", "10-Q", "2024-08-02", "2024-06-29", "aapl-20240629.htm"),
        ]
        apple = submissions(320193, "Apple Inc.", rows, former=("APPLE COMPUTER INC",), tickers=("AAPL",))
        objects = {
            "files/company_tickers.json": TICKERS,
            "submissions/CIK0000320193.json": apple,
            "Archives/edgar/data/320193/000032019325000073/aapl-20250628.htm": b"<html><p>10-Q</p></html>",
        }
        with open_edgar(FakeSite(FakeClock(), objects), tmp_path) as source:
            yield source


@pytest.fixture(scope="module")
def mirror_url(shared: Path, edgar: Path) -> Iterator[str]:
    port = unused_port()
    command = [sys.executable, shared / "tools" / "edgar-mirror", "--port", str(port), "--root", edgar]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as mirror:
        until = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert time.monotonic() < until
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        mirror.terminate()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("edgar-cache")


@pytest.mark.shared
class TestEdgarOverHttp(FilingSourceContract):
    @pytest.fixture
    def source(self, mirror_url: str, kept: Path) -> Iterator[FilingSource]:
        with Edgar(
            contact="Example Corp jane@example.com",
            www_url=mirror_url,
            data_url=mirror_url,
            rate=40.0,
            timeout=10.0,
            block_wait=1.0,
            cache_dir=kept,
            clock=SystemClock(),
        ) as source:
            yield source
