import json
from datetime import date
from pathlib import Path

import pytest

from finchat_sec_qa.cli.ingest import sort_targets
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.request import IngestRequest
from tests.unit.cli.conftest import Finchat
from tests.unit.cli.small_library import SmallLibrary


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("a.htm", "b.pdf", "MSFT")]
    for path in paths:
        path.touch()
    return paths


def test_what_exists_is_a_path_and_the_rest_are_companies(files: list[Path]) -> None:
    names = (str(files[0]), "AAPL", "0000320193", "Berkshire Hathaway", str(files[2]))
    assert sort_targets(names, None) == ([files[0], files[2]], ["AAPL", "0000320193", "Berkshire Hathaway"])


def test_a_kind_can_be_forced(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files[2].parent)
    assert sort_targets(("MSFT",), None) == ([Path("MSFT")], [])
    assert sort_targets(("MSFT", "A/B"), False) == ([], ["MSFT", "A/B"])
    with pytest.raises(UsageError, match="AAPL: no such file"):
        sort_targets(("AAPL",), True)


@pytest.mark.parametrize("name", ["missing.htm", "some/where", "x.PDF"])
def test_what_looks_like_a_file_is_not_asked_of_edgar(name: str) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        sort_targets((name,), None)


def test_files_are_ingested_and_counted(finchat: Finchat, library: SmallLibrary, files: list[Path]) -> None:
    result = finchat("ingest", files[0], files[1], "--jobs", 3)
    assert result.code == 0
    assert result.out == "2 stored, 0 unchanged, 0 failed, 1 files skipped (no filings)\n"
    assert result.err == ""
    assert library.opened == [(None, False, 3)]
    assert library.ingested == [[str(files[0]), str(files[1])]]


def test_a_bad_file_is_named_with_its_reason_and_makes_it_exit_1(
    finchat: Finchat, library: SmallLibrary, files: list[Path]
) -> None:
    library.failing["b.pdf"] = "the page tree is a circle\x1b[0m"
    result = finchat("ingest", files[0], files[1])
    assert result.code == 1
    assert f"finchat: {files[1]}: the page tree is a circle[0m\n" == result.err
    assert result.out.startswith("1 stored, 0 unchanged, 1 failed")


def test_with_json_the_report_is_data(finchat: Finchat, library: SmallLibrary, files: list[Path]) -> None:
    library.failing["b.pdf"] = "broken"
    result = finchat("ingest", "--json", files[0], files[1])
    report = json.loads(result.out)
    assert (report["stored"], report["failed"][0]["reason"]) == (["a"], "broken")
    assert result.code == 1


def test_companies_go_to_edgar_with_their_options(finchat: Finchat, library: SmallLibrary) -> None:
    words = "AAPL NVDA --form 10-K --form 8-K --limit 2 --since 2023-01-31"
    assert finchat("ingest", *words.split()).code == 0
    assert library.ingested == [
        IngestRequest(companies=("AAPL", "NVDA"), forms=("10-K", "8-K"), limit=2, since=date(2023, 1, 31))
    ]


def test_forms_are_10_k_and_10_q_when_not_said(finchat: Finchat, library: SmallLibrary) -> None:
    finchat("ingest", "AAPL")
    assert library.ingested == [IngestRequest(companies=("AAPL",))]


def test_many_companies_are_asked_for_in_parts(finchat: Finchat, library: SmallLibrary) -> None:
    names = tuple(f"T{number}" for number in range(70))
    result = finchat("ingest", *names, "--json")
    assert [len(one.companies) for one in library.ingested if isinstance(one, IngestRequest)] == [50, 20]
    assert json.loads(result.out)["stored"] == list(names)


def test_samples_files_and_companies_go_together(
    finchat: Finchat, library: SmallLibrary, files: list[Path]
) -> None:
    result = finchat("ingest", "--samples", files[0], "AAPL")
    assert [type(one).__name__ for one in library.ingested] == ["str", "list", "IngestRequest"]
    assert result.out.startswith("3 stored, 1 unchanged, 0 failed")


def test_warnings_are_counted_and_shown_when_asked(finchat: Finchat) -> None:
    assert "1 warnings (-v shows them)" in finchat("ingest", "AAPL").out
    told = finchat("ingest", "AAPL", "-v")
    assert "finchat: warning: Item 7 is short\n" in told.err
    assert "warnings" not in told.out


@pytest.mark.parametrize(
    "words", ["", "AAPL --limit 0", "AAPL --since yesterday", "AAPL --jobs 0", "nothing.htm"]
)
def test_wrong_usage_opens_no_store(finchat: Finchat, library: SmallLibrary, words: str) -> None:
    assert finchat("ingest", *words.split()).code == 2
    assert library.opened == []


def test_a_store_that_is_being_written_is_an_error(
    finchat: Finchat, library: SmallLibrary, files: list[Path]
) -> None:
    library.locked = True
    result = finchat("ingest", files[0])
    assert (result.code, result.out) == (1, "")
    assert result.err == "finchat: another process is writing to the store\n"
