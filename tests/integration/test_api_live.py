"""`python -m api` over a real store: what both clients get is what the library gives."""

import asyncio
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from finchat_sec_qa import AsyncFinChatClient, FinChatClient, Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.request import IngestRequest
from finchat_sec_qa.model.views import JobView
from tests.api_support.filing import report
from tests.ports import unused_port

QUESTION = "What would a shortage of iron do to Acme Anvils?"
REPO = Path(__file__).resolve().parents[2]
Environment = dict[str, str]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one filing."""
    folder = tmp_path_factory.mktemp("api")
    path = folder / "acme.htm"
    path.write_bytes(report())
    with Library.open(Settings(store=folder / "store")) as library:
        assert library.ingest_paths([path]).stored == ("acme",)
    return folder / "store"


def start(errors: IO[str] | int, **settings: str) -> subprocess.Popen[str]:
    """A server in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FINCHAT_")}
    command = [sys.executable, "-m", "api"]
    return subprocess.Popen(command, cwd=REPO, env={**kept, **settings}, stderr=errors, text=True)


@contextmanager
def served(store: Path, log: Path, **settings: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a server in a process of its own, once it is healthy; its log goes to a file."""
    port = unused_port()
    with log.open("w", encoding="utf-8") as errors:
        process = start(errors, FINCHAT_STORE=str(store), FINCHAT_API_PORT=str(port), **settings)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(lambda: healthy(address), process)
            yield address, process
        finally:
            process.kill()
            process.wait()


def healthy(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def wait_for(check: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    deadline = time.monotonic() + 30
    while not check():
        assert process is None or process.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def address(store: Path) -> Iterator[str]:
    with served(store, store.parent / "api.log") as (found, _):
        yield found


@pytest.fixture(scope="module")
def library(store: Path) -> Iterator[Library]:
    with Library.open(Settings(store=store), read_only=True) as found:
        yield found


def test_an_answer_over_http_has_the_librarys_bytes(address: str, library: Library) -> None:
    expected = library.ask(QUESTION)
    assert expected.citations
    assert httpx.post(f"{address}/v1/ask", json={"question": QUESTION}).text == expected.to_json()
    with FinChatClient(address) as client:
        assert client.ask(QUESTION).to_json() == expected.to_json()
        *stages, streamed = client.ask_stream(QUESTION)
    assert isinstance(streamed, Answer)
    assert streamed.to_json() == expected.to_json()
    assert stages

    async def story() -> Answer:
        async with AsyncFinChatClient(address) as client:
            return await client.ask(QUESTION)

    assert asyncio.run(story()).to_json() == expected.to_json()


def test_every_read_gives_what_the_library_gives(address: str, library: Library) -> None:
    reads: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
        ("companies", (), {}),
        ("filings", (), {}),
        ("filing", ("acme",), {}),
        ("sections", ("acme",), {}),
        ("blocks", ("acme",), {"limit": 3}),
        ("tables", ("acme",), {}),
        ("facts", ("acme",), {}),
        ("search", ("iron shortage",), {"limit": 2}),
    ]
    with FinChatClient(address) as client:
        for name, args, kwargs in reads:
            expected = getattr(library, name)(*args, **kwargs)
            assert expected or name == "sections", name
            assert getattr(client, name)(*args, **kwargs) == expected
        assert client.document("acme") == report()
        assert client.ready().ready


def test_verify_finds_a_changed_quote(address: str, library: Library) -> None:
    answer = library.ask(QUESTION)
    first = answer.citations[0]
    changed = answer.model_copy(
        update={
            "citations": (first.model_copy(update={"quote": first.quote[:-1] + "#"}), *answer.citations[1:])
        }
    )
    with FinChatClient(address) as client:
        assert client.verify(answer).holds
        found = client.verify(changed)
    assert not found.holds
    assert [each.id for each in found.citations if not each.holds] == [first.id]


def finished(client: FinChatClient, job: JobView) -> JobView:
    wait_for(lambda: client.job(job.id).state in {"done", "failed"})
    return client.job(job.id)


def test_filings_come_in_by_upload_and_by_other_programs(tmp_path: Path) -> None:
    with served(tmp_path / "new", tmp_path / "log") as (address, _), FinChatClient(address) as client:
        assert client.companies() == ()  # the server makes an empty store
        files = [("bolt.htm", report().replace(b"Acme", b"Bolt")), ("bad.pdf", b"%PDF-1.4 nothing")]
        done = finished(client, client.ingest_files(files))
        assert (done.state, done.done, done.total, done.error) == ("done", 2, 2, None)
        assert done.report
        assert done.report.stored == ("bolt",)
        assert [failure.label for failure in done.report.failed] == ["bad.pdf"]
        assert [company.name for company in client.companies()] == ["Bolt Anvils Inc."]
        assert client.search("shortage of iron")[0].filing == "bolt"
        assert client.filing("bolt").documents[0].name == "bolt.htm"
        again = finished(client, client.ingest_files(files[:1]))
        assert again.report
        assert again.report.unchanged == ("bolt",)
        with Library.open(Settings(store=tmp_path / "new")) as other:  # as the command line does
            (tmp_path / "acme.htm").write_bytes(report())
            assert other.ingest_paths([tmp_path / "acme.htm"]).stored == ("acme",)
        assert [filing.id for filing in client.filings()] == ["acme", "bolt"]
        assert str(tmp_path) not in done.model_dump_json()
        assert "finchat-upload" not in done.model_dump_json()


def test_an_ingest_without_contact_says_what_to_set(address: str) -> None:
    with FinChatClient(address) as client:
        done = finished(client, client.ingest(IngestRequest(companies=("AAPL",))))
    assert done.state == "failed"
    assert "FINCHAT_EDGAR_CONTACT" in (done.error or "")


def test_it_starts_with_little_work_and_ends_cleanly_on_sigint(store: Path, tmp_path: Path) -> None:
    """Processor time, because other programs may hold the machine up; benchmarks.startup measures the bar."""
    log, used = tmp_path / "log", []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with served(store, log, FINCHAT_LOG_FORMAT="plain") as (_, process):
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if used[-1] < 4:
            break
    assert min(used) < 4, used
    text = log.read_text(encoding="utf-8")
    assert "Traceback" not in text
    assert re.search(r"listening address=http://127\.0\.0\.1:\d+ access=this machine only", text)
    assert "path=/health" in text


def test_a_token_from_a_file_is_asked_for_and_never_logged(store: Path, tmp_path: Path) -> None:
    secret, log = tmp_path / "token", tmp_path / "log"
    secret.write_text("tok-5561-abc\n", encoding="utf-8")
    settings = {"FINCHAT_API_TOKEN_FILE": str(secret), "FINCHAT_LOG_LEVEL": "DEBUG"}
    with served(store, log, **settings) as (address, process):
        with FinChatClient(address, "tok-5561-abc") as client:
            assert client.companies()
        assert httpx.get(f"{address}/v1/companies?token=tok-5561-abc", trust_env=False).status_code == 401
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    lines = log.read_text(encoding="utf-8").splitlines()
    assert "tok-5561-abc" not in "".join(lines)
    assert {"time", "level", "logger", "message"} <= set.intersection(
        *(set(json.loads(line)) for line in lines)
    )


def test_a_store_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no store", encoding="utf-8")
    with start(subprocess.PIPE, FINCHAT_STORE=str(tmp_path / "file"), FINCHAT_API_PORT="0") as process:
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"finchat api: {tmp_path / 'file'}" in errors
    assert "Traceback" not in errors
