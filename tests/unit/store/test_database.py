import sqlite3
import threading
from pathlib import Path

import pytest

from finchat_sec_qa.clock import SystemClock
from finchat_sec_qa.errors import StoreCorruptError, StoreError, StoreVersionError
from finchat_sec_qa.index.tokens import terms
from finchat_sec_qa.model.filing import ParsedFiling
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.store import back_up, open_store, restore
from finchat_sec_qa.store.database import Database
from finchat_sec_qa.store.migrations import MIGRATIONS, VERSION
from finchat_sec_qa.store.originals import Originals
from tests.crafted import filing_named, marker, parsed_large, parsed_text

OLD = (
    parsed_text(filing_named("old-1"), "walrus and ice", "ostrich and sand"),
    parsed_large("old-2", 1, chars=900, facts=6, tables=1),
)


@pytest.fixture
def old_store(tmp_path: Path) -> Path:
    """A store of schema version 1, as that version wrote it."""
    script = (Path(__file__).parent / "schema_1.sql").read_text(encoding="utf-8")
    connection = sqlite3.connect(tmp_path / "finchat.db")
    connection.executescript(script)
    connection.close()
    for parsed in OLD:
        for sha256, content in parsed.originals.items():
            Originals(tmp_path / "originals").write(sha256, content)
    return tmp_path


def version_of(path: Path) -> int:
    connection = sqlite3.connect(path / "finchat.db")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return int(found)


@pytest.mark.parametrize("read_only", [False, True])
def test_an_older_store_is_brought_up_to_date_with_all_it_holds(old_store: Path, *, read_only: bool) -> None:
    assert version_of(old_store) == 1
    with open_store(old_store, read_only=read_only) as store:
        assert [store.parsed(parsed.filing.id) for parsed in OLD] == list(OLD)
        assert len(store.search([("walrus", 1.0)], Scope(), 5)) == 1
        assert store.search([(term, 1.0) for term in terms(marker("old-2"))], Scope(), 5)
        assert store.check().problems == ()
        assert store.info().schema_version == VERSION
    assert version_of(old_store) == VERSION


def test_a_failed_step_leaves_the_older_store_as_it_was(
    old_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = (*MIGRATIONS[:1], "CREATE TABLE half (a);\nCREATE TABLE meta (again)")
    monkeypatch.setattr("finchat_sec_qa.store.database.MIGRATIONS", broken)
    with pytest.raises(StoreError, match="meta already exists"):
        open_store(old_store)
    assert version_of(old_store) == 1
    monkeypatch.undo()
    with open_store(old_store) as store:
        assert len(store.filings()) == len(OLD)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_store_is_refused_and_not_touched(tmp_path: Path, *, read_only: bool) -> None:
    open_store(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "finchat.db")
    connection.execute(f"PRAGMA user_version = {VERSION + 5}")
    connection.close()
    with pytest.raises(StoreVersionError, match=f"schema {VERSION + 5}, this program knows up to {VERSION}"):
        open_store(tmp_path, read_only=read_only)
    assert version_of(tmp_path) == VERSION + 5


@pytest.mark.parametrize(
    "content", [b"this is no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_file_that_is_no_database_is_called_corrupt(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "finchat.db").write_bytes(content)
    with pytest.raises(StoreCorruptError, match=r"finchat\.db"):
        open_store(tmp_path)


def test_no_room_is_a_store_error_and_changes_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "finchat.db")
    database.migrate()

    def fill() -> None:
        with database.writing() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")
            for number in range(10_000):
                connection.execute("INSERT INTO meta VALUES (?, 1)", (f"{number} {'x' * 500}",))

    with pytest.raises(StoreError, match="free some space"):
        fill()
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM meta").fetchone()[0] < 10
    database.close()


def test_connections_are_lent_again_and_closed_in_the_end(tmp_path: Path) -> None:
    database = Database(tmp_path / "finchat.db")
    database.migrate()
    started, finish = threading.Barrier(5), threading.Event()

    def read() -> None:
        with database.reading() as connection:
            connection.execute("SELECT count(*) FROM meta").fetchone()
            started.wait(10)
            finish.wait(10)

    for _ in range(3):
        started.reset()
        finish.clear()
        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        started.wait(10)
        finish.set()
        for thread in threads:
            thread.join()
    assert len(database._idle) == 4
    idle = [connection for _, connection in database._idle]
    database.close()
    for connection in idle:
        with pytest.raises(sqlite3.ProgrammingError):
            connection.execute("SELECT 1")


def test_a_reader_sees_one_state_throughout(tmp_path: Path) -> None:
    database = Database(tmp_path / "finchat.db")
    database.migrate()
    query = "SELECT value FROM meta WHERE name = 'content'"
    with database.reading() as reader:
        before = reader.execute(query).fetchone()
        with database.writing() as writer:
            writer.execute("UPDATE meta SET value = 77 WHERE name = 'content'")
        assert reader.execute(query).fetchone() == before
    with database.reading() as reader:
        assert reader.execute(query).fetchone() == (77,)
    database.close()


def test_a_backup_of_an_older_store_is_brought_up_to_date(old_store: Path, tmp_path: Path) -> None:
    archive, back = tmp_path / "backup", tmp_path / "back"
    assert back_up(old_store, archive, clock=SystemClock()).schema_version == 1
    assert version_of(old_store) == 1
    with archive.open("rb") as source:
        restore(back, source, name="it", replace=False, clock=SystemClock())
    assert version_of(back) == VERSION
    with open_store(back, read_only=True) as store:
        assert [store.parsed(parsed.filing.id) for parsed in OLD] == list(OLD)
        assert store.check().problems == ()


def test_old_parsed_is_what_the_fixture_says() -> None:
    """The fixture is useless if the crafted filings drift away from what was written into it."""
    script = (Path(__file__).parent / "schema_1.sql").read_text(encoding="utf-8")
    parsed: ParsedFiling
    for parsed in OLD:
        assert parsed.digest in script
