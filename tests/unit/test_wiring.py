"""The library as a whole: opening and closing, many threads, taking out, tampering with stored files."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import finchat_sec_qa
from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import ConfigError, ContactRequiredError, FinChatError, NotFoundError, StoreError
from finchat_sec_qa.model.request import IngestRequest, ScopeRequest
from tests.unit.conftest import ACME_2023, ACME_2024
from tests.unit.report import Report


def test_the_store_of_the_settings_or_the_one_named(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    with Library.open(Settings(store=one)) as library:
        assert library.info().path == str(one)
    with Library.open(Settings(store=one), store=other) as library:
        assert library.info().path == str(other)
    with Library.open(store=str(other)) as library:
        assert library.info().path == str(other)


def test_settings_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINCHAT_STORE", str(tmp_path / "env"))
    with Library.open() as library:
        assert library.info().path == str(tmp_path / "env")
    monkeypatch.setenv("FINCHAT_JOBS", "many")
    with pytest.raises(ConfigError, match="FINCHAT_JOBS"):
        Library.open()


def test_names_of_the_package_are_loaded_on_first_use() -> None:
    assert finchat_sec_qa.Library is Library
    with pytest.raises(AttributeError, match="no attribute 'Librarian'"):
        _ = finchat_sec_qa.Librarian


def test_a_store_to_be_read_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(FinChatError):
        Library.open(Settings(store=tmp_path / "nowhere"), read_only=True)


def test_readers_beside_the_writer(library: Library) -> None:
    with Library.open(Settings(store=Path(library.info().path)), read_only=True) as reader:
        question = "What was Acme's revenue in fiscal 2023?"
        assert reader.ask(question) == library.ask(question)


def test_a_closed_library_answers_no_more(tmp_path: Path) -> None:
    library = Library.open(Settings(store=tmp_path / "store"))
    library.close()
    with pytest.raises(StoreError):
        library.companies()


def test_many_threads_get_the_same_answers(library: Library) -> None:
    questions = [
        "What was Acme's revenue in fiscal 2023?",
        "What was Acme's net margin in fiscal 2024?",
        "What supply risks does Acme face?",
        "Was Acme's revenue higher than Bolt's in fiscal 2023?",
    ]
    alone = [library.ask(question).to_json() for question in questions]
    start = threading.Barrier(8)

    def ask(number: int) -> list[str]:
        start.wait()
        order = questions[number % 4 :] + questions[: number % 4]
        found = {question: library.ask(question) for question in order}
        assert all(library.verify(answer).holds for answer in found.values())
        return [found[question].to_json() for question in questions]

    with ThreadPoolExecutor(8) as pool:
        assert all(answers == alone for answers in pool.map(ask, range(8)))


@pytest.fixture
def own(tmp_path: Path, reports: Path) -> Iterator[Library]:
    with Library.open(Settings(store=tmp_path / "own")) as library:
        library.ingest_paths([reports], jobs=1)
        yield library


def test_filings_can_be_taken_out(own: Library) -> None:
    assert own.remove([ACME_2024.accession, "nowhere"]) == 1
    assert ACME_2024.accession not in {filing.id for filing in own.filings()}
    with pytest.raises(NotFoundError):
        own.filing(ACME_2024.accession)
    answer = own.ask("What was Acme's revenue in fiscal 2023?")
    assert answer.alternates == ()
    assert own.check().holds


def test_an_answer_on_a_filing_that_was_taken_out_no_longer_holds(own: Library) -> None:
    answer = own.ask("What was Acme's revenue in fiscal 2023?")
    assert own.verify(answer).holds
    own.remove([ACME_2023.accession])
    report = own.verify(answer)
    assert [citation.holds for citation in report.citations] == [False, True]


def test_the_index_can_be_made_anew(own: Library) -> None:
    before = own.search("brass supplier")
    assert own.rebuild() == own.info().passages == own.info().indexed
    assert own.search("brass supplier") == before


def test_filings_in_scope(library: Library) -> None:
    assert [
        filing.id for filing in library.filings(ScopeRequest(companies=("acme",), fiscal_years=(2023,)))
    ] == [ACME_2023.accession]
    assert library.filings(ScopeRequest(forms=("10-q",))) == ()
    assert len(library.filings(ScopeRequest(forms=("10-k",)))) == 3


def test_edgar_wants_a_contact(own: Library) -> None:
    with pytest.raises(ContactRequiredError, match="FINCHAT_EDGAR_CONTACT"):
        own.ingest_edgar(IngestRequest(companies=("AAPL",)))


def test_one_flipped_byte_of_the_stored_filing_is_found(own: Library) -> None:
    answer = own.ask("What was Acme's revenue in fiscal 2023?")
    assert own.verify(answer).holds  # read once already: what is remembered must not hide the change
    store = Path(own.info().path)
    wanted = Report().html().encode()
    files = [path for path in (store / "originals").rglob("*") if path.is_file()]
    broken = next(path for path in files if answer.citations[0].sha256[:8] in str(path) or len(files) == 1)
    content = bytearray(broken.read_bytes())
    content[len(content) // 2] ^= 1
    broken.chmod(0o644)
    broken.write_bytes(content)
    report = own.verify(answer)
    assert [citation.holds for citation in report.citations] == [False, True]
    assert not own.check().holds
    content[len(content) // 2] ^= 1
    broken.write_bytes(content)
    assert own.verify(answer).holds
    assert own.original(ACME_2023.accession)[1] == wanted
