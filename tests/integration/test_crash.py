"""Writers killed with SIGKILL at any moment lose nothing that was finished and leave nothing half done."""

import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from finchat_sec_qa.errors import NotFoundError, StoreLockedError
from finchat_sec_qa.index.tokens import terms
from finchat_sec_qa.model.filing import ParsedFiling
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.ports import FactQuery
from finchat_sec_qa.store import SqliteStore, indexing, open_store
from tests.crafted import marker, parsed_large

KILLS = 36
NAMES = [f"f{number:02}" for number in range(12)]
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["finchat_sec_qa.store", "tests.crafted"])

State = dict[str, int]  # what is stored: name of the filing -> its version


def version(name: str, number: int) -> ParsedFiling:
    return parsed_large(name, number, chars=4_000 + 500 * (number % 5), facts=30, tables=2)


def write_on(path: Path, state: State, seed: int, told: Connection) -> None:
    """Put, replace and remove until killed; tells before and after each step what becomes stored."""
    indexing.BATCH_PASSAGES = 12  # commits of the index between flushes too
    chance = random.Random(seed)
    with open_store(path) as store:
        told.send(("open", state))
        while True:
            name = chance.choice(NAMES)
            after = dict(state)
            if name in state and chance.random() < 0.2:
                del after[name]
                told.send(("begin", after))
                store.remove([name])
            else:
                after[name] = state.get(name, seed * 1_000) + 1
                told.send(("begin", after))
                store.put(version(name, after[name]))
            told.send(("done", after))
            state = after
            if chance.random() < 0.3:
                store.flush()
            if chance.random() < 0.05:
                store.rebuild()


def ingest(path: Path, names: list[str], told: Connection) -> None:
    with open_store(path) as store:
        for name in names:
            store.put(version(name, 1))
            told.send(name)
        store.flush()
        told.send("flushed")
        told.recv()


@contextmanager
def running(process: ForkServerProcess) -> Iterator[None]:
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()
        process.close()


def killed_while_writing(path: Path, state: State, seed: int, seconds: float) -> list[State]:
    """Start a writer, kill it after that time; the states the store may be in: finished, or begun too."""
    ours, theirs = processes.Pipe()
    with running(processes.Process(target=write_on, args=(path, state, seed, theirs))):
        theirs.close()
        if seed % 4:  # else the kill may come while it starts, opens and mends the store
            ours.poll(30)  # it is open: the clock starts
        time.sleep(seconds)
    possible = [state]
    try:
        while True:
            word, told = ours.recv()
            possible = [possible[-1], told] if word == "begin" else [told]
    except EOFError:
        ours.close()
    return possible


def holds(store: SqliteStore, state: State) -> bool:
    """True when exactly these versions are stored."""
    names = {filing.id for filing in store.filings()}
    return names == set(state) and all(
        store.has(name, version(name, number).digest) for name, number in state.items()
    )


def require_whole(store: SqliteStore, state: State) -> None:
    """Every filing is there in full, found by search in full, and nothing else is found."""
    check = store.check()
    assert check.problems == ()
    found = 0
    for name, number in state.items():
        expected = version(name, number)
        assert store.parsed(name) == expected
        hits = store.search([(term, 1.0) for term in terms(marker(name))], Scope(), 100)
        assert sorted(hit.passage.start for hit in hits) == [passage.start for passage in expected.passages]
        assert {hit.filing for hit in hits} == {name}
        found += len(hits)
    assert store.info().indexed == found


def test_killed_at_any_moment_a_store_is_whole(tmp_path: Path) -> None:
    chance = random.Random(20_240_607)
    state: State = {}
    steps = 0
    for kill in range(KILLS):
        possible = killed_while_writing(tmp_path, state, kill, chance.uniform(0.0, 0.25))
        steps += possible[-1] != state
        with open_store(tmp_path, read_only=kill % 3 == 1) as store:
            (state,) = [one for one in possible if holds(store, one)]
            require_whole(store, state)
    assert steps > KILLS / 2  # else the kills came before anything happened
    with open_store(tmp_path) as store:
        store.rebuild()
        require_whole(store, state)
        originals = {path.name for path in (tmp_path / "originals").rglob("*") if path.is_file()}
        assert originals == {sha256 for name in state for sha256 in store.parsed(name).originals}


def test_readers_see_whole_filings_while_another_process_writes(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    ours, theirs = processes.Pipe()
    with running(processes.Process(target=ingest, args=(tmp_path, NAMES, theirs))):
        with open_store(tmp_path, read_only=True) as reader:
            finished: list[str] = []
            while "flushed" not in finished:
                while ours.poll():
                    finished.append(ours.recv())
                seen = [filing.id for filing in reader.filings()]
                assert set(finished) - {"flushed"} <= set(seen)
                for name in seen:
                    facts = [fact for _, fact in reader.facts(FactQuery(filings=(name,)))]
                    assert tuple(facts) == version(name, 1).facts
                reader.search([(term, 1.0) for term in terms(marker(NAMES[0]))], Scope(), 10)
            assert all(
                reader.search([(term, 1.0) for term in terms(marker(name))], Scope(), 10) for name in NAMES
            )
        ours.send("end")


def test_a_second_writer_is_told_who_holds_the_store(tmp_path: Path) -> None:
    ours, theirs = processes.Pipe()
    child = processes.Process(target=ingest, args=(tmp_path, NAMES[:1], theirs))
    with running(child):
        assert ours.recv() == NAMES[0]
        # The child has put and, until its flush, holds the lock; a store that is flushed is free again.
        assert ours.recv() == "flushed"
        with open_store(tmp_path, lock_wait=0.2) as store:
            store.put(version(NAMES[1], 1))
            with open_store(tmp_path, lock_wait=0.2) as second, pytest.raises(StoreLockedError) as caught:
                second.put(version(NAMES[2], 1))
            assert f"process {os.getpid()} is writing" in str(caught.value)
            store.flush()
        ours.send("end")


def test_a_reader_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="finchat ingest"):
        open_store(tmp_path / "none", read_only=True)
    assert list(tmp_path.iterdir()) == []
