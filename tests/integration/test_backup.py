"""`finchat store backup`, `restore` and `schema` as programs, beside a server that answers and an ingest."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from finchat_sec_qa.samples import sample_filings
from tests.integration.test_api_live import served, wait_for

FINCHAT = Path(sys.executable).with_name("finchat")
STORED = ("aapl-20240928.htm", "aapl-20230701.htm")
COMES_AND_GOES = "aapl-20250628.htm"
QUESTIONS = (
    "What was Apple's revenue in fiscal 2024?",
    "What was Apple's gross margin in fiscal 2024?",
    "What does Apple say about competition?",
    "How did Apple's net income change from fiscal 2023 to fiscal 2024?",
    "What was Walmart's total revenue in fiscal 1950?",
)


def finchat(store: Path, *arguments: object, given: bytes | None = None, code: int = 0) -> bytes:
    """What the program prints; it has to end with that exit code."""
    command = [str(FINCHAT), *map(str, arguments)]
    environment = {**os.environ, "FINCHAT_STORE": str(store)}
    done = subprocess.run(command, env=environment, input=given, capture_output=True, check=False)
    assert done.returncode == code, f"{arguments}\n{done.stdout!r}\n{done.stderr.decode()}"
    return done.stderr if code else done.stdout


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of three small samples."""
    folder = tmp_path_factory.mktemp("files")
    for sample in sample_filings():
        if sample.name in (*STORED, COMES_AND_GOES):
            (folder / sample.name).write_bytes(sample.load().files[0].content)
    return folder


@pytest.fixture(scope="module")
def made(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two filings."""
    folder = tmp_path_factory.mktemp("made") / "store"
    finchat(folder, "ingest", *(files / name for name in STORED))
    return folder


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def filing(files: Path) -> Path:
    """The file of a filing that is not in the store."""
    return files / COMES_AND_GOES


def answers(address: str) -> list[bytes]:
    """The body of the answer to every question."""
    found = []
    for question in QUESTIONS:
        reply = httpx.post(f"{address}/v1/ask", json={"question": question}, timeout=60, trust_env=False)
        assert reply.status_code == 200, reply.text
        found.append(reply.content)
    return found


@dataclass
class Rounds:
    """What went on in a thread: how often, and what went wrong."""

    done: int = 0
    wrong: list[BaseException] = field(default_factory=list)


@contextmanager
def again_and_again(store: Path, filing: Path) -> Iterator[Rounds]:
    """Another program takes a filing in and out of the store meanwhile."""
    rounds, stop = Rounds(), threading.Event()

    def work() -> None:
        try:
            while not stop.is_set():
                report = json.loads(finchat(store, "ingest", filing, "--jobs", "1", "--json"))
                finchat(store, "store", "remove", *report["stored"])
                rounds.done += 1
        except BaseException as error:  # noqa: BLE001 - told to the test, in its own thread
            rounds.wrong.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield rounds
    finally:
        stop.set()
        thread.join()


def listed(store: Path) -> set[str]:
    return {one["id"] for one in json.loads(finchat(store, "filings", "--json"))["filings"]}


def test_a_store_in_use_is_backed_up_and_answers_the_same_elsewhere(
    store: Path, filing: Path, tmp_path: Path
) -> None:
    without = listed(store)
    with served(store, tmp_path / "log") as (address, _):
        before = answers(address)
        with again_and_again(store, filing) as rounds:
            taken = 0
            while taken < 3 or (rounds.done < 1 and not rounds.wrong):
                told = json.loads(finchat(store, "store", "backup", tmp_path / f"{taken}.gz", "--json"))
                assert told["filings"] in (len(without), len(without) + 1)
                answers(address)  # all of them 200; what they are may change with the store
                taken += 1
        assert rounds.wrong == []
        assert listed(store) == without
        assert answers(address) == before
    for number in range(3):
        back = tmp_path / f"back{number}"
        restored = json.loads(finchat(back, "store", "restore", tmp_path / f"{number}.gz", "--json"))
        assert restored["filings"] == len(listed(back))
        finchat(back, "store", "check")
        if more := listed(back) - without:
            finchat(back, "store", "remove", *more)
    with served(tmp_path / "back0", tmp_path / "log0") as (address, _):
        assert answers(address) == before
    lines = [json.dumps({"id": f"q{at}", "question": one}) for at, one in enumerate(QUESTIONS)]
    said = finchat(tmp_path / "back0", "ask", "--file", "-", given="\n".join(lines).encode())
    assert len(said.splitlines()) == len(QUESTIONS)
    finchat(tmp_path / "back0", "verify", "-", given=said)
    assert said == finchat(store, "ask", "--file", "-", given="\n".join(lines).encode())


def test_a_server_shows_what_was_restored_from_the_next_question_on(store: Path, tmp_path: Path) -> None:
    backup = tmp_path / "all.tar.gz"
    finchat(store, "store", "backup", backup)
    with served(store, tmp_path / "log") as (address, _):
        before = answers(address)
        finchat(store, "store", "remove", *sorted(listed(store)))
        assert answers(address) != before
        finchat(store, "store", "restore", backup, "--replace")
        assert answers(address) == before


def test_a_backup_goes_through_a_pipe(store: Path, tmp_path: Path) -> None:
    archive = finchat(store, "store", "backup", "-")
    finchat(tmp_path / "back", "store", "restore", "-", given=archive)
    assert listed(tmp_path / "back") == listed(store)
    assert b"name a file" in finchat(store, "store", "backup", "-", "--json", code=2)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_restore_that_is_ended_leaves_the_store_that_was_there(
    number: signal.Signals, store: Path, filing: Path, tmp_path: Path
) -> None:
    """Ended as soon as it has begun to unpack, before anything is replaced."""
    backup = tmp_path / "all.tar.gz"
    finchat(store, "store", "backup", backup)
    other = tmp_path / "other"
    finchat(other, "ingest", filing)
    before = finchat(other, "filings", "--json")
    command = [str(FINCHAT), "store", "restore", str(backup), "--replace", "--store", str(other)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    wait_for(lambda: any(other.glob(".restore-*/finchat.db")))
    process.send_signal(number)
    assert process.wait(timeout=30) in (-signal.SIGKILL, 143)
    assert finchat(other, "filings", "--json") == before
    finchat(other, "store", "check")
    finchat(other, "store", "restore", backup, "--replace")
    assert listed(other) == listed(store)
    assert not list(other.glob(".restore-*"))


def test_what_is_wrong_is_told_in_a_line(store: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.tar.gz"
    finchat(store, "store", "backup", damaged)
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    told = finchat(tmp_path / "new", "store", "restore", damaged, code=1)
    assert told.count(b"\n") == 1
    assert b"damaged.tar.gz: damaged, or no backup: " in told
    assert not (tmp_path / "new").exists()
    assert b"--replace" in finchat(store, "store", "restore", damaged, code=2)
    wrong = json.loads(finchat(tmp_path / "none", "store", "backup", tmp_path / "b", "--json", code=2))
    assert wrong["error"]["code"] == "not_found"


def test_the_schema_is_told_without_loading_what_a_store_needs(store: Path, tmp_path: Path) -> None:
    assert json.loads(finchat(store, "store", "schema", "--json")) == {
        "reads": [1, 2],
        "writes": 2,
        "store": 2,
    }
    assert json.loads(finchat(tmp_path / "none", "store", "schema", "--json"))["store"] is None
    assert not (tmp_path / "none").exists()
    script = (
        "import sys; from finchat_sec_qa.cli import run; run(['store', 'schema', '--json'])\n"
        "slow = {'lxml', 'pypdfium2', 'tantivy', 'httpx', 'Stemmer'} & set(sys.modules)\n"
        "print(*sorted(slow), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "\n"
