import os
from pathlib import Path

import pytest

from finchat_sec_qa.errors import StoreError, StoreLockedError
from finchat_sec_qa.store.lock import WriteLock


def test_one_holds_it_and_the_other_learns_who(tmp_path: Path) -> None:
    first, second = WriteLock(tmp_path / "write.lock"), WriteLock(tmp_path / "write.lock")
    first.acquire(0)
    first.acquire(0)
    assert first.held
    with pytest.raises(StoreLockedError, match=f"process {os.getpid()} is writing"):
        second.acquire(0.1)
    assert not second.held
    first.release()
    first.release()
    assert not first.held
    second.acquire(0)
    assert second.held
    second.release()


def test_an_unreadable_pid_is_no_obstacle(tmp_path: Path) -> None:
    first, second = WriteLock(tmp_path / "write.lock"), WriteLock(tmp_path / "write.lock")
    first.acquire(0)
    (tmp_path / "write.pid").write_text("?")
    with pytest.raises(StoreLockedError, match="another process is writing"):
        second.acquire(0)
    first.release()


def test_a_lock_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="can be written to"):
        WriteLock(tmp_path / "file" / "write.lock").acquire(0)
