import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from finchat_sec_qa.errors import NotFoundError, StoreCorruptError, StoreError, StoreLockedError
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.ports import Clock
from finchat_sec_qa.store import SqliteStore, indexing, open_store
from finchat_sec_qa.store.lexical import BrokenIndexError, IndexWriter
from tests.crafted import filing_named, parsed_large, parsed_text

WALRUS = parsed_text(filing_named("f1"), "walrus and ice", "walrus and sand")


class HandClock(Clock):
    """Time that moves when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def found(store: SqliteStore, word: str = "walrus") -> int:
    return len(store.search([(word, 1.0)], Scope(), 100))


def filled(path: Path) -> Path:
    with open_store(path) as store:
        store.put(WALRUS)
        store.put(parsed_large("f2", 1, chars=3_000))
    return path


def execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path / "finchat.db")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_the_directory_is_private(tmp_path: Path) -> None:
    path = filled(tmp_path / "deep" / "store")
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {entry.name for entry in path.iterdir()} >= {"finchat.db", "originals", "index", "write.lock"}


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_place_that_can_be_no_directory_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="--store or FINCHAT_STORE") as caught:
        open_store(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_a_reader_refuses_to_write(tmp_path: Path) -> None:
    filled(tmp_path)
    writes: list[Callable[[SqliteStore], object]] = [
        lambda store: store.put(WALRUS),
        lambda store: store.remove(["f1"]),
        lambda store: store.rebuild(),
    ]
    with open_store(tmp_path, read_only=True) as store:
        for write in writes:
            with pytest.raises(StoreError, match="reading only"):
                write(store)
        store.flush()
        assert found(store) == 2
        assert store.check().holds


def test_a_reader_of_nothing_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="run `finchat ingest"):
        open_store(tmp_path, read_only=True)


def test_the_index_is_committed_by_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "BATCH_PASSAGES", 3)
    with open_store(tmp_path, clock=HandClock()) as store:
        store.put(WALRUS)
        assert found(store) == 0
        store.put(parsed_text(filing_named("f2"), "walrus"))
        assert found(store) == 3


def test_the_index_is_committed_by_time(tmp_path: Path) -> None:
    clock = HandClock()
    with open_store(tmp_path, clock=clock) as store:
        store.put(WALRUS)
        assert found(store) == 0
        clock.sleep(indexing.BATCH_SECONDS)
        store.put(parsed_text(filing_named("f2"), "walrus"))
        assert found(store) == 3


def test_readers_notice_what_a_writer_commits(tmp_path: Path) -> None:
    filled(tmp_path)
    with open_store(tmp_path, read_only=True) as reader, open_store(tmp_path) as writer:
        assert found(reader) == 2
        writer.put(parsed_text(filing_named("f3"), "walrus"))
        assert [filing.id for filing in reader.filings()] == ["f1", "f3", "f2"]
        writer.flush()
        assert found(reader) == 3
        writer.rebuild()  # the folder of the index that the reader has open is gone now
        assert found(reader) == 3
        writer.remove(["f1"])
        assert found(reader) == 1


def test_flush_lets_others_write_and_close_flushes(tmp_path: Path) -> None:
    with open_store(tmp_path, lock_wait=0) as one, open_store(tmp_path, lock_wait=0) as two:
        one.put(WALRUS)
        with pytest.raises(StoreLockedError, match=f"process {os.getpid()} is writing"):
            two.put(WALRUS)
        one.flush()
        two.put(parsed_text(filing_named("f2"), "walrus"))
        two.close()
        assert found(one) == 3


def test_a_put_that_fails_does_not_keep_the_store_locked(tmp_path: Path) -> None:
    with open_store(tmp_path, lock_wait=0) as one, open_store(tmp_path, lock_wait=0) as two:
        broken = parsed_text(filing_named("f\ud800"), "text")
        with pytest.raises(StoreError, match="Unicode"):
            one.put(broken)
        two.put(WALRUS)


@pytest.mark.parametrize("read_only", [False, True])
def test_filings_that_a_killed_writer_left_unindexed_are_indexed_at_opening(
    tmp_path: Path, *, read_only: bool
) -> None:
    store = open_store(tmp_path)
    store.put(WALRUS)
    store._indexing.abandon()  # as when the process ends: nothing is committed, locks go
    store._lock.release()
    with open_store(tmp_path, read_only=read_only) as other:
        assert found(other) == 2
        assert other.check().holds
    store.close()


def test_while_another_writes_a_reader_opens_without_its_newest_filings(tmp_path: Path) -> None:
    with open_store(tmp_path, clock=HandClock()) as writer:
        writer.put(WALRUS)
        with open_store(tmp_path, read_only=True) as reader:
            assert [filing.id for filing in reader.filings()] == ["f1"]
            assert found(reader) == 0
            assert reader.check().holds
            writer.flush()
            assert found(reader) == 2


@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "old"])
@pytest.mark.parametrize("read_only", [False, True])
def test_an_index_that_cannot_be_used_is_made_anew_at_opening(
    tmp_path: Path, *, read_only: bool, damage: str
) -> None:
    filled(tmp_path)
    (folder,) = (tmp_path / "index").iterdir()
    if damage == "gone":
        shutil.rmtree(tmp_path / "index")
    elif damage == "empty":
        shutil.rmtree(folder)
        folder.mkdir()
    elif damage == "cut":
        (folder / "meta.json").write_bytes((folder / "meta.json").read_bytes()[:30])
    else:
        execute(tmp_path, "UPDATE meta SET value = value - 1 WHERE name = 'analysis'")
    with open_store(tmp_path, read_only=read_only) as store:
        assert found(store) == 2
        assert store.check().problems == ()


@pytest.mark.parametrize("step", ["add", "commit", "close"])
def test_an_index_that_fails_while_it_is_written_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, step: str
) -> None:
    filled(tmp_path)
    works, failed = getattr(IndexWriter, step), list[str]()

    def fails_once(writer: IndexWriter, *values: object) -> object:
        if not failed:
            failed.append(step)
            raise BrokenIndexError("a file is in the way")
        return works(writer, *values)

    monkeypatch.setattr(IndexWriter, step, fails_once)
    with open_store(tmp_path) as store:
        store.put(parsed_text(filing_named("f3"), "walrus"))
        store.remove(["f1"])
        assert failed
        assert "a file is in the way; doing so now" in caplog.text
        assert found(store) == 1
        assert store.check().problems == ()


def test_check_names_what_does_not_hold(tmp_path: Path) -> None:
    filled(tmp_path)
    sha256 = WALRUS.documents[0].sha256
    with open_store(tmp_path) as store:
        assert store.check().holds

        (tmp_path / "originals" / sha256[:2] / sha256).write_bytes(b"walrus and ice!")
        execute(tmp_path, "UPDATE documents SET text = text || 'x' WHERE document = 0 AND filing = 1")
        execute(tmp_path, "UPDATE layouts SET body = x'00' WHERE filing = 2 AND part = 'tables'")
        execute(tmp_path, "DELETE FROM facts WHERE filing = 2 AND ordinal = 7")
        execute(tmp_path, "DELETE FROM passages WHERE filing = 1 AND start = 0")
        check = store.check()
        with pytest.raises(StoreCorruptError, match="tables cannot be read"):
            store.tables("f2", 0)
        with pytest.raises(StoreCorruptError, match="tables cannot be read"):
            store.parsed("f2")
    assert not check.holds
    expected = [
        f"{sha256}: its bytes have changed",
        "filing f1, document 0: the text has 32 characters, not 31",
        "filing f2: tables cannot be read",
        "filing f2: 199 of 200 facts are there",
        "filing f1: 1 of 2 passages are there",
        "index: has 2 of the 1 passages of f1",
    ]
    for problem in expected:
        assert any(problem in said for said in check.problems), problem
    assert (check.filings, check.originals) == (2, 2)


@pytest.mark.parametrize("damage", [None, b"walrus and ice!"])
def test_a_filing_with_a_damaged_original_counts_as_new_and_is_mended_by_a_put(
    tmp_path: Path, damage: bytes | None
) -> None:
    filled(tmp_path)
    sha256 = WALRUS.documents[0].sha256
    original = tmp_path / "originals" / sha256[:2] / sha256
    with open_store(tmp_path) as store:
        assert store.has("f1", WALRUS.digest)
        original.unlink()
        if damage is not None:
            original.write_bytes(damage)
        assert not store.has("f1", WALRUS.digest)
        store.put(WALRUS)
        assert store.has("f1", WALRUS.digest)
        assert store.check().problems == ()


def test_check_and_rebuild_take_out_what_a_killed_writer_left(tmp_path: Path) -> None:
    filled(tmp_path)
    stray = tmp_path / "originals" / "ab" / ("ab" + "0" * 62)
    for tidy in (SqliteStore.check, SqliteStore.rebuild):
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"left over")
        with open_store(tmp_path) as store:
            tidy(store)
            assert not stray.exists()
            assert store.check().originals == 2


def test_check_leaves_strays_alone_while_another_process_may_need_them(tmp_path: Path) -> None:
    filled(tmp_path)
    stray = tmp_path / "originals" / "ab" / ("ab" + "0" * 62)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"about to be stored")
    with open_store(tmp_path) as writer, open_store(tmp_path) as other:
        writer.put(parsed_text(filing_named("f3"), "text"))
        assert other.check().holds
        assert stray.exists()


def test_info_counts_what_is_there(tmp_path: Path) -> None:
    filled(tmp_path)
    with open_store(tmp_path, read_only=True) as store:
        info = store.info()
    size = sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file())
    assert (info.path, info.companies, info.filings, info.documents) == (str(tmp_path), 1, 2, 2)
    assert (info.facts, info.passages, info.indexed) == (200, 2 + 3, 2 + 3)
    assert 0.5 < info.bytes / size < 2


READ_AS_NOBODY = """
import os, sys
from pathlib import Path
from finchat_sec_qa.errors import StoreError
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.store import open_store

path = Path(sys.argv[1])
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
with open_store(path, read_only=True) as store:
    print(len(store.filings()), len(store.search([("walrus", 1.0)], Scope(), 10)), store.check().holds)
try:
    open_store(path).rebuild()
except StoreError as error:
    print(error)
"""


def test_a_directory_that_cannot_be_written_to_can_be_read(repo: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="finchat-test-") as open_to_all:
        path = filled(Path(open_to_all) / "store")
        subprocess.run(["chmod", "-R", "a+rX,a-w", open_to_all], check=True)
        try:
            run = subprocess.run(
                [sys.executable, "-c", READ_AS_NOBODY, str(path)],
                check=False,
                capture_output=True,
                text=True,
                cwd=repo,
                env={**os.environ, "PYTHONPATH": str(repo), "TMPDIR": "/tmp"},  # noqa: S108 - nobody may write there
            )
        finally:
            subprocess.run(["chmod", "-R", "u+w", open_to_all], check=True)
    assert run.stderr == ""
    first, second = run.stdout.splitlines()
    assert first == "2 2 True"
    assert str(path) in second
    assert "can be written to" in second
