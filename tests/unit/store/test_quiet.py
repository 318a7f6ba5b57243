"""Reading where one may not write, while others do; tests/integration/test_replicas.py does it for real."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from finchat_sec_qa.errors import StoreLockedError
from finchat_sec_qa.store import open_store
from finchat_sec_qa.store.quiet import undisturbed
from tests.crafted import filing_named, parsed_text


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The database of a store that nobody has open."""
    with open_store(tmp_path / "store") as store:
        store.put(parsed_text(filing_named("f1"), "walrus and ice"))
    return tmp_path / "store" / "finchat.db"


def test_a_store_that_nobody_has_open_is_quiet(database: Path) -> None:
    with undisturbed(database, 0) as quiet:
        assert quiet


def test_a_store_that_is_open_elsewhere_is_not(database: Path) -> None:
    with open_store(database.parent) as store:
        assert store.info().filings == 1
        with undisturbed(database, 0) as quiet:
            assert not quiet


def test_a_store_that_never_had_a_writer_is_quiet(database: Path) -> None:
    (database.parent / "write.lock").unlink()
    with undisturbed(database, 0) as quiet:
        assert quiet


def test_a_writer_waits_for_a_reader_that_takes_the_file_as_unchanging(database: Path) -> None:
    order: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def write() -> None:
        begun.wait()
        with open_store(database.parent) as store:
            go_on.set()
            store.put(parsed_text(filing_named("f2"), "sand"))
            order.append("written")

    writer = threading.Thread(target=write)
    writer.start()
    with undisturbed(database, 0) as quiet:
        assert quiet
        begun.set()
        go_on.wait()
        order.append("read")
    writer.join()
    assert order == ["read", "written"]


def test_readers_do_not_wait_for_one_another(database: Path) -> None:
    with undisturbed(database, 0) as one, undisturbed(database, 0) as other:
        assert one
        assert other


@contextmanager
def locked(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(handle)


def test_one_that_holds_the_lock_and_never_opens_the_store_is_told(database: Path) -> None:
    with (
        locked(database.parent / "write.lock"),
        pytest.raises(StoreLockedError, match="try again"),
        undisturbed(database, 0),
    ):
        pytest.fail("not quiet")
