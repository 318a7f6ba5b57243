"""A backup and what it becomes again."""

import io
import sqlite3
import tarfile
import threading
from pathlib import Path

import pytest

from finchat_sec_qa.errors import (
    NotFoundError,
    StoreCorruptError,
    StoreError,
    StoreLockedError,
    StoreVersionError,
    UsageError,
)
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.model.progress import Progress
from finchat_sec_qa.store import SqliteStore, back_up, open_store, restore
from tests.crafted import filing_named, parsed_large, parsed_text
from tests.unit.store.backed_up import CLOCK, content, digest_of, filled, names, restored


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return filled(tmp_path / "store")


@pytest.fixture
def backup(store: Path, tmp_path: Path) -> Path:
    back_up(store, tmp_path / "backup.tar.gz", clock=CLOCK)
    return tmp_path / "backup.tar.gz"


def test_what_was_backed_up_comes_back(store: Path, tmp_path: Path) -> None:
    steps: list[Progress] = []
    report = back_up(store, tmp_path / "backup.tar.gz", clock=CLOCK, on_progress=steps.append)
    assert (report.filings, report.originals, report.schema_version) == (2, 2, 2)
    assert report.bytes == (tmp_path / "backup.tar.gz").stat().st_size
    assert (steps[-1].done, steps[-1].total) == (3, 3)
    assert (tmp_path / "backup.tar.gz").stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) & {".backup.tar.gz.part"} == set()
    back = restored(tmp_path / "backup.tar.gz", tmp_path / "back")
    assert (back.filings, back.digest, back.replaced, back.kept) == (2, report.digest, 0, None)
    assert content(tmp_path / "back") == content(store)
    with open_store(tmp_path / "back") as opened:
        assert opened.check().holds
        opened.put(parsed_large("f9", 9, chars=2_000))


def test_any_tar_program_lists_a_backup(store: Path, backup: Path) -> None:
    with tarfile.open(backup) as archive:
        members = archive.getmembers()
    originals = {name for name in names(store) if name.startswith("originals/") and name.count("/") == 2}
    assert [member.name for member in members[:2]] == ["manifest.json", "finchat.db"]
    assert {member.name for member in members[2:]} == originals
    assert all(member.isreg() and member.mode == 0o600 for member in members)


def test_a_store_that_is_being_written_to_is_backed_up_as_of_one_moment(tmp_path: Path) -> None:
    """Filings come and go in another thread; each backup is whole, and restores to a store that holds."""
    path = filled(tmp_path / "store")
    stop = threading.Event()

    def write() -> None:
        with open_store(path) as store:
            for number in range(1_000):
                if stop.is_set():
                    return
                store.put(parsed_large(f"g{number % 7}", number, chars=1_000))
                if number % 3 == 0:
                    store.remove([f"g{(number + 3) % 7}"])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(6):
            back_up(path, tmp_path / f"{number}.tar.gz", clock=CLOCK)
    finally:
        stop.set()
        writer.join()
    for number in range(6):
        restored(tmp_path / f"{number}.tar.gz", tmp_path / f"back{number}")
        with open_store(tmp_path / f"back{number}") as store:
            assert store.check().problems == ()
            assert {"f1", "f2"} <= {filing.id for filing in store.filings()}


def test_an_original_that_is_gone_and_still_listed_is_no_backup(store: Path, tmp_path: Path) -> None:
    original = next((store / "originals").glob("*/*"))
    original.unlink()
    with pytest.raises(StoreCorruptError, match=original.name):
        back_up(store, tmp_path / "backup.tar.gz", clock=CLOCK)
    assert names(tmp_path) == {"store", *(f"store/{name}" for name in names(store))}


def test_changed_bytes_are_no_backup(store: Path, tmp_path: Path) -> None:
    original = next((store / "originals").glob("*/*"))
    original.write_bytes(b"x" + original.read_bytes()[1:])
    with pytest.raises(StoreCorruptError, match=original.name):
        back_up(store, tmp_path / "backup.tar.gz", clock=CLOCK)
    assert not (tmp_path / "backup.tar.gz").exists()


def test_a_backup_replaces_no_file_and_needs_a_store_and_a_folder(store: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(UsageError, match="already"):
        back_up(store, taken, clock=CLOCK)
    assert taken.read_text() == "mine"
    with pytest.raises(UsageError, match="no such folder"):
        back_up(store, tmp_path / "no" / "backup", clock=CLOCK)
    with pytest.raises(NotFoundError, match="no store at"):
        back_up(tmp_path / "nothing", tmp_path / "backup", clock=CLOCK)


def test_a_backup_goes_into_a_stream(store: Path, tmp_path: Path) -> None:
    stream = io.BytesIO()
    report = back_up(store, stream, clock=CLOCK)
    assert (report.file, report.bytes) == ("-", None)
    restore(tmp_path / "back", io.BytesIO(stream.getvalue()), name="it", replace=False, clock=CLOCK)
    assert content(tmp_path / "back") == content(store)
    assert not [name for name in names(store) if "part-" in name]


def test_filings_are_replaced_only_on_demand(backup: Path, tmp_path: Path) -> None:
    other = filled(tmp_path / "other", "f3", "f4")
    before = digest_of(other)
    with pytest.raises(UsageError, match="4 filings; --replace"):
        restored(backup, other)
    assert digest_of(other) == before
    assert restored(backup, other, replace=True).replaced == 4
    assert content(other) == content(tmp_path / "store")
    with open_store(other) as store:
        assert store.check().holds
    originals = {name for name in names(other) if name.startswith("originals/") and name.count("/") == 2}
    assert len(originals) == 2
    assert len(list((other / "index").iterdir())) == 1


def test_readers_see_the_old_store_or_the_new_one(tmp_path: Path) -> None:
    """Filing numbers and counters of both stores are the same; their content is not."""
    old, new = tmp_path / "old", tmp_path / "new"
    for path, word in ((old, "walrus"), (new, "penguin")):
        with open_store(path) as store:
            store.put(parsed_text(filing_named("f1"), f"{word} on ice"))
    back_up(new, tmp_path / "backup", clock=CLOCK)
    with open_store(old, read_only=True) as reader:
        assert found(reader) == {"walrus"}
        restored(tmp_path / "backup", old, replace=True)
        assert found(reader) == {"penguin"}
        assert reader.check().holds
        restored(tmp_path / "backup", old, replace=True)
        assert found(reader) == {"penguin"}


def found(store: SqliteStore) -> set[str]:
    """The words that both text and search know."""
    text = store.text("f1", 0)
    return {
        word
        for word in ("walrus", "penguin")
        if word in text and store.search([(word, 1.0)], Scope(), 5) and store.documents("f1")
    }


def test_a_store_that_is_being_written_to_is_not_replaced(backup: Path, tmp_path: Path) -> None:
    other = filled(tmp_path / "other", "f3")
    with open_store(other) as store:
        store.put(parsed_large("f5", 5))
        with pytest.raises(StoreLockedError):
            restored(backup, other, replace=True, wait=0)
    assert content(other)["filings"] == 4


def test_a_store_beyond_repair_is_kept_aside(backup: Path, tmp_path: Path) -> None:
    other = filled(tmp_path / "other")
    for log in other.glob("finchat.db-*"):
        log.unlink()
    (other / "finchat.db").write_bytes(b"nothing of the kind" * 1_000)
    with pytest.raises(UsageError, match="cannot be read; --replace"):
        restored(backup, other)
    report = restored(backup, other, replace=True)
    assert report.kept is not None
    assert (Path(report.kept) / "finchat.db").read_bytes().startswith(b"nothing of the kind")
    assert content(other) == content(tmp_path / "store")


def test_a_store_of_a_newer_program_is_left_alone(backup: Path, tmp_path: Path) -> None:
    other = filled(tmp_path / "other")
    with sqlite3.connect(other / "finchat.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreVersionError, match="99"):
        restored(backup, other, replace=True)


def test_a_restore_leaves_nothing_of_a_killed_one(backup: Path, tmp_path: Path) -> None:
    left = tmp_path / "new" / ".restore-left"
    left.mkdir(parents=True)
    (left / "finchat.db").write_text("half")
    restored(backup, tmp_path / "new")
    assert not left.exists()


def test_a_folder_that_cannot_be_made_is_told(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be restored to"):
        restored(backup, tmp_path / "file" / "store")
