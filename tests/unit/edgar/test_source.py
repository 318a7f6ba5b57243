import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from finchat_sec_qa.errors import BadBodyError, SourceError, SourceNotFoundError
from finchat_sec_qa.model.filing import SourceFiling
from finchat_sec_qa.ports import FilingQuery
from tests.fake_edgar import (
    DATA,
    TICKERS,
    FakeClock,
    FakeSite,
    Raw,
    columns,
    index_page,
    open_edgar,
    submissions,
)

FOLDER = "Archives/edgar/data/320193/000032019325000001"
INDEX = "Archives/edgar/data/320193/0000320193-25-000001-index.html"
SUBMISSION = b"<SEC-DOCUMENT>x\n</SEC-DOCUMENT>\n"
OLD = "CIK0000320193-submissions-001.json"
APPLE = submissions(
    320193,
    "Apple Inc.",
    [
        ("0000320193-25-000001", "10-K", "2025-01-31", "2024-12-28", "aapl-20241228.htm"),
        ("0000320193-24-000009", "8-K", "2024-12-01", "", "aapl-8k.htm"),
    ],
    former=("APPLE COMPUTER INC", "APPLE COMPUTER INC/ FA"),
    files=[{"name": OLD, "filingFrom": "1994-01-26", "filingTo": "2015-03-11"}],
    tickers=("AAPL",),
)
OLDER = columns([("0000320193-95-000016", "10-K", "1995-12-19", "1995-09-29", "")])
OBJECTS = {
    "files/company_tickers.json": TICKERS,
    "submissions/CIK0000320193.json": APPLE,
    f"submissions/{OLD}": OLDER,
    "submissions/CIK0000021344.json": submissions(21344, "COCA COLA CO", []),
    "api/xbrl/companyfacts/CIK0000320193.json": b'{"cik": 320193, "facts": {"us-gaap": {"x": 1.10}}}',
}
ANNUAL = FilingQuery("AAPL", forms=("10-K",))


@pytest.fixture
def site() -> FakeSite:
    return FakeSite(FakeClock(), OBJECTS)


def test_filings_are_found_newest_first_with_older_pages(site: FakeSite, tmp_path: Path) -> None:
    with open_edgar(site, tmp_path) as edgar:
        newest, oldest = edgar.find(ANNUAL)
    url = f"https://www.sec.gov/{FOLDER}/aapl-20241228.htm"
    assert newest == SourceFiling(
        label=url,
        id="0000320193-25-000001",
        accession="0000320193-25-000001",
        cik="0000320193",
        files=(),
        company="Apple Inc.",
        tickers=("AAPL",),
        former_names=("APPLE COMPUTER INC", "APPLE COMPUTER INC/ FA"),
        form="10-K",
        period_end=date(2024, 12, 28),
        filed=date(2025, 1, 31),
        url=url,
    )
    assert oldest.label == "https://www.sec.gov/Archives/edgar/data/320193/000032019395000016/"
    assert oldest.url is None


def test_older_pages_are_not_asked_for_without_need(site: FakeSite, tmp_path: Path) -> None:
    with open_edgar(site, tmp_path) as edgar:
        assert len(edgar.find(FilingQuery("AAPL", forms=("10-K",), limit=1))) == 1
        assert len(edgar.find(FilingQuery("AAPL", forms=("10-K",), since=date(2016, 1, 1)))) == 1
    assert f"submissions/{OLD}" not in site.paths()


def test_an_older_page_that_edgar_has_lost_does_not_stop_the_rest(
    site: FakeSite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    del site.objects[f"submissions/{OLD}"]
    with open_edgar(site, tmp_path) as edgar:
        assert len(edgar.find(ANNUAL)) == 1
    assert OLD in caplog.text


@pytest.mark.parametrize(
    ("text", "cik"),
    [
        ("AAPL", "0000320193"),
        ("aapl", "0000320193"),
        ("320193", "0000320193"),
        ("0000320193", "0000320193"),
        ("CIK0000320193", "0000320193"),
        ("Apple", "0000320193"),
        ("apple computer, inc.", "0000320193"),
        ("brk.b", "0001067983"),
        ("BRK-B", "0001067983"),
        ("FORD", "0000038264"),
        ("Ford", "0000037996"),
        ("The Coca-Cola Company", "0000021344"),
        ("Facebook", "0001326801"),
    ],
)
def test_companies_are_known_by_many_names(site: FakeSite, tmp_path: Path, text: str, cik: str) -> None:
    site.objects["Archives/edgar/cik-lookup-data.txt"] = b"FACEBOOK INC:0001326801:\nOTHER INC:0000000007:\n"
    site.objects["submissions/CIK0001326801.json"] = b'{"cik": "1326801", "name": "Meta"}'
    with open_edgar(site, tmp_path) as edgar:
        assert edgar.resolve(text) == cik


def test_an_unknown_company_names_the_nearest(site: FakeSite, tmp_path: Path) -> None:
    with open_edgar(site, tmp_path) as edgar:
        with pytest.raises(SourceNotFoundError, match=r"BERKSHIRE HATHAWAY INC \(BRK-B\); BERKSHIRE HILLS"):
            edgar.find(FilingQuery("Berkshire"))
        with pytest.raises(SourceNotFoundError, match="CIK 0000000009"):
            edgar.find(FilingQuery("9"))
        with pytest.raises(SourceNotFoundError, match="no CIK"):
            edgar.find(FilingQuery("0"))
        with pytest.raises(SourceNotFoundError, match="no company ''"):
            edgar.find(FilingQuery(""))


def test_a_name_that_several_companies_had_is_ambiguous(site: FakeSite, tmp_path: Path) -> None:
    site.objects["Archives/edgar/cik-lookup-data.txt"] = b"ACME CORP:0000000007:\nACME INC:0000000008:\n"
    with (
        open_edgar(site, tmp_path) as edgar,
        pytest.raises(SourceNotFoundError, match="0000000007, 0000000008"),
    ):
        edgar.resolve("Acme")


def test_a_filing_comes_with_its_exhibits(site: FakeSite, tmp_path: Path) -> None:
    site.objects[INDEX] = index_page([("aapl-20241228.htm", "10-K", True), ("ex13.htm", "EX-13", False)])
    site.objects[f"{FOLDER}/aapl-20241228.htm"] = b"<html>main</html>"
    site.objects[f"{FOLDER}/ex13.htm"] = b"<html>exhibit</html>"
    with open_edgar(site, tmp_path) as edgar:
        fetched = edgar.fetch(edgar.find(ANNUAL)[0])
    assert [(file.name, file.role, file.content) for file in fetched.files] == [
        ("aapl-20241228.htm", "10-K", b"<html>main</html>"),
        ("ex13.htm", "EX-13", b"<html>exhibit</html>"),
    ]
    assert fetched.files[1].url == f"https://www.sec.gov/{FOLDER}/ex13.htm"
    assert fetched.form == "10-K"


def test_a_missing_exhibit_is_found_in_the_full_submission(site: FakeSite, tmp_path: Path) -> None:
    site.objects[INDEX] = index_page([("aapl-20241228.htm", "10-K", True), ("ex13.htm", "EX-13", False)])
    site.objects[f"{FOLDER}/aapl-20241228.htm"] = b"<html>main</html>"
    with open_edgar(site, tmp_path / "a") as edgar:
        partial = edgar.fetch(edgar.find(ANNUAL)[0])
    assert [file.name for file in partial.files] == ["aapl-20241228.htm"]
    site.objects[f"{FOLDER}/0000320193-25-000001.txt"] = SUBMISSION
    with open_edgar(site, tmp_path / "b") as edgar:
        whole = edgar.fetch(edgar.find(ANNUAL)[0])
    assert [file.content for file in whole.files] == [SUBMISSION]


def test_without_index_and_submission_the_main_document_stands_alone(site: FakeSite, tmp_path: Path) -> None:
    site.objects[f"{FOLDER}/aapl-20241228_htm.xml"] = b"<xbrl/>"
    with open_edgar(site, tmp_path / "a") as edgar:
        assert edgar.fetch(edgar.find(ANNUAL)[0]).files[0].content == b"<xbrl/>"
    site.objects[f"{FOLDER}/aapl-20241228.htm"] = b"<html>main</html>"
    with open_edgar(site, tmp_path / "b") as edgar:
        assert edgar.fetch(edgar.find(ANNUAL)[0]).files[0].content == b"<html>main</html>"


def test_an_absent_filing_is_an_error_of_that_filing(site: FakeSite, tmp_path: Path) -> None:
    with open_edgar(site, tmp_path) as edgar:
        with pytest.raises(SourceNotFoundError, match="10-K 0000320193-25-000001"):
            edgar.fetch(edgar.find(ANNUAL)[0])
        assert edgar.resolve("AAPL")  # and the source goes on


def test_what_is_there_is_never_fetched_again(site: FakeSite, tmp_path: Path) -> None:
    site.objects[f"{FOLDER}/aapl-20241228.htm"] = b"<html>main</html>"
    for _ in range(2):
        with open_edgar(site, tmp_path) as edgar:
            edgar.fetch(edgar.find(ANNUAL)[0])
            edgar.companyfacts("320193")
    served = site.paths(200)
    assert len(served) == len(set(served))
    assert sorted(site.paths(304)) == sorted(set(served) - {f"{FOLDER}/aapl-20241228.htm"})
    assert len(site.paths(403)) == 2  # that index and submission are not there is remembered too


def test_a_filing_without_index_is_asked_for_again_a_day_later(site: FakeSite, tmp_path: Path) -> None:
    site.objects[f"{FOLDER}/aapl-20241228.htm"] = b"<html>main</html>"
    with open_edgar(site, tmp_path) as edgar:
        filing = edgar.find(ANNUAL)[0]
        assert len(edgar.fetch(filing).files) == 1
        site.objects[INDEX] = index_page([("aapl-20241228.htm", "10-K", True), ("ex13.htm", "EX-13", False)])
        site.objects[f"{FOLDER}/ex13.htm"] = b"<html>exhibit</html>"
        assert len(edgar.fetch(filing).files) == 1
        site.clock.sleep(25 * 3_600)
        assert len(edgar.fetch(filing).files) == 2
    assert site.paths(200).count(f"{FOLDER}/aapl-20241228.htm") == 1


def test_a_newer_list_replaces_the_cached_one(site: FakeSite, tmp_path: Path) -> None:
    with open_edgar(site, tmp_path) as edgar:
        edgar.companyfacts("320193")
        site.objects["api/xbrl/companyfacts/CIK0000320193.json"] = b'{"facts": 2}'
        assert edgar.companyfacts("320193") == b'{"facts": 2}'


def test_a_damaged_cache_is_fetched_again(site: FakeSite, tmp_path: Path) -> None:
    site.objects[f"{FOLDER}/aapl-20241228.htm"] = b"<html>main</html>"
    with open_edgar(site, tmp_path) as edgar:
        edgar.fetch(edgar.find(ANNUAL)[0])
    for path in (tmp_path / "bodies").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1])
    with open_edgar(site, tmp_path) as edgar:
        assert edgar.fetch(edgar.find(ANNUAL)[0]).files[0].content == b"<html>main</html>"


def test_an_error_page_never_enters_the_cache(site: FakeSite, tmp_path: Path) -> None:
    page = Raw(200, b"<html><title>SEC.gov | Error</title></html>")
    site.script.extend([page] * 12)
    with open_edgar(site, tmp_path) as edgar:
        with pytest.raises(BadBodyError, match="HTML page"):
            edgar.companyfacts("320193")
        assert not list(tmp_path.rglob("*.json"))
        assert json.loads(edgar.companyfacts("320193"))["cik"] == 320193


def test_facts_keep_their_decimals(site: FakeSite, tmp_path: Path) -> None:
    with open_edgar(site, tmp_path) as edgar:
        assert b'"x": 1.10' in edgar.companyfacts("0000320193")
        for cik in ("21344", "x", ""):
            with pytest.raises(SourceNotFoundError):
                edgar.companyfacts(cik)


def test_companyfacts_are_found_beside_filings_where_they_are_asked_for(
    site: FakeSite, tmp_path: Path
) -> None:
    with open_edgar(site, tmp_path) as edgar:
        (facts,) = edgar.find(FilingQuery("AAPL", forms=("companyfacts",)))
        assert (facts.id, facts.accession, facts.form) == ("CIK0000320193", None, "COMPANYFACTS")
        fetched = edgar.fetch(facts)
        assert fetched.files[0].name == "CIK0000320193.json"
        assert fetched.files[0].content == edgar.companyfacts("320193")
        assert fetched.files[0].url == "https://data.sec.gov/api/xbrl/companyfacts/CIK0000320193.json"
        both = edgar.find(replace(ANNUAL, forms=(*ANNUAL.forms, "COMPANYFACTS")))
        assert both == (*edgar.find(ANNUAL), facts)


@pytest.mark.parametrize(
    ("cik", "accession"), [("../1", "0000320193-25-000001"), ("1", "../../etc"), (None, None), ("1", None)]
)
def test_only_accessions_become_paths(
    site: FakeSite, tmp_path: Path, cik: str | None, accession: str | None
) -> None:
    with open_edgar(site, tmp_path) as edgar, pytest.raises(SourceError, match="CIK and accession"):
        edgar.fetch(SourceFiling("x", "x", accession, cik, ()))
    assert site.asked == []


def test_a_list_of_an_unexpected_shape_is_named(site: FakeSite, tmp_path: Path) -> None:
    site.objects["submissions/CIK0000320193.json"] = b"[]"
    with open_edgar(site, tmp_path) as edgar, pytest.raises(BadBodyError, match=f"{DATA}/submissions/CIK"):
        edgar.find(ANNUAL)
