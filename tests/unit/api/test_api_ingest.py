"""Ingest jobs: uploads under safe names, progress, bounds, and what becomes of failures."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import jobs as jobs_module
from api import uploads
from api.jobs import Jobs
from api.problems import ProblemError
from api.uploads import SUFFIXES, safe_name
from finchat_sec_qa.errors import ContactRequiredError
from finchat_sec_qa.model.request import IngestRequest
from finchat_sec_qa.model.views import IngestReport, JobView
from finchat_sec_qa.telemetry.metrics import Metrics
from finchat_sec_qa.wiring import Library
from tests.api_support.fake_library import FakeLibrary
from tests.api_support.live import live

Files = list[tuple[str, tuple[str, bytes]]]


def files(**named: bytes) -> Files:
    return [("files", (name.replace("_dot_", "."), content)) for name, content in named.items()]


def ended(http: httpx.Client, job_id: str) -> JobView:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        view = JobView.model_validate_json(http.get(f"/v1/ingest/{job_id}").content)
        if view.state in {"done", "failed"}:
            return view
        time.sleep(0.01)
    raise AssertionError(f"job did not end: {view}")


@pytest.fixture
def own() -> Iterator[tuple[FakeLibrary, httpx.Client]]:
    library = FakeLibrary()
    with live(library, max_file_mb=1) as address, httpx.Client(base_url=address, trust_env=False) as http:
        yield library, http
        library.step.set()


def test_uploads_become_a_job_and_leave_nothing_behind(own: tuple[FakeLibrary, httpx.Client]) -> None:
    library, http = own
    response = http.post("/v1/ingest", files=files(a_dot_htm=b"<p>a</p>", b_dot_pdf=b"%PDF bad"))
    assert response.status_code == 202
    job = JobView.model_validate_json(response.content)
    assert response.headers["location"] == f"/v1/ingest/{job.id}"
    view = ended(http, job.id)
    assert (view.state, view.done, view.total) == ("done", 2, 2)
    assert view.report
    assert view.report.stored == ("a",)
    assert view.report.failed[0].label == "b.pdf"
    assert view.report.failed[0].reason == "b.pdf: unreadable"
    assert library.contents == {"a.htm": b"<p>a</p>", "b.pdf": b"%PDF bad"}
    assert not any(path.exists() or path.parent.exists() for path in library.paths)
    text = http.get("/metrics").text
    assert 'finchat_ingest_filings_total{outcome="stored"} 1.0' in text
    assert 'finchat_ingest_filings_total{outcome="failed"} 1.0' in text


def test_a_job_shows_its_progress(own: tuple[FakeLibrary, httpx.Client]) -> None:
    library, http = own
    library.step.clear()
    first = http.post("/v1/ingest", json={"companies": ["AAPL", "NVDA"]}).json()["id"]
    second = http.post("/v1/ingest", json={"companies": ["KO"]}).json()["id"]
    time.sleep(0.1)
    assert http.get(f"/v1/ingest/{first}").json()["state"] == "running"
    assert http.get(f"/v1/ingest/{second}").json()["state"] == "queued"
    library.step.set()
    view = ended(http, first)
    assert (view.done, view.total, view.report) == (2, 2, IngestReport(stored=("AAPL", "NVDA")))
    assert ended(http, second).report == IngestReport(stored=("KO",))


def test_a_failed_job_says_why(own: tuple[FakeLibrary, httpx.Client]) -> None:
    library, http = own
    library.break_with(ContactRequiredError("set FINCHAT_EDGAR_CONTACT"))
    view = ended(http, http.post("/v1/ingest", json={"companies": ["KO"]}).json()["id"])
    assert (view.state, view.error) == ("failed", "set FINCHAT_EDGAR_CONTACT")
    library.break_with(ZeroDivisionError("/secret/path"))
    request = {"X-Request-ID": "find-me"}
    view = ended(http, http.post("/v1/ingest", json={"companies": ["KO"]}, headers=request).json()["id"])
    assert view.state == "failed"
    assert view.error
    assert "find-me" in view.error
    assert "secret" not in view.error


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"files": files(a_dot_zip=b"PK")}, 415, "unsupported_format"),
        ({"files": files(a=b"x")}, 415, "unsupported_format"),
        ({"files": [("files", ("---.htm", b"x"))]}, 422, "bad_file_name"),
        ({"files": [("files", ("a/x.htm", b"1")), ("files", ("b/x.htm", b"2"))]}, 422, "bad_file_name"),
        ({"files": [("files", ("big.htm", b"x" * 1_100_000))]}, 413, "file_too_large"),
        ({"files": [("files", (f"{n}.htm", b"x")) for n in range(51)]}, 400, "bad_request"),
        ({"data": {"path": "/etc/passwd"}, "files": {"x": ("", b"")}}, 422, "no_files"),
        ({"json": {"companies": []}}, 422, "invalid_request"),
        ({"json": {"companies": ["A"], "path": "/etc"}}, 422, "invalid_request"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 422, "invalid_request"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "bad_request"),
        (
            {"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
            400,
            "bad_request",
        ),
    ],
)
def test_what_cannot_be_taken_in_is_a_problem(
    own: tuple[FakeLibrary, httpx.Client], sent: dict[str, Any], status: int, code: str
) -> None:
    library, http = own
    response = http.post("/v1/ingest", **sent)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not library.paths


def test_a_few_uploads_come_in_at_once(own: tuple[FakeLibrary, httpx.Client]) -> None:
    _, http = own
    gate = threading.Event()

    def slow() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.htm"\r\n\r\n'
        assert gate.wait(20)
        yield b"x\r\n--b--\r\n"

    def upload() -> int:
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        return http.post("/v1/ingest", content=slow(), headers=headers).status_code

    with ThreadPoolExecutor(uploads.AT_ONCE) as pool:
        coming = [pool.submit(upload) for _ in range(uploads.AT_ONCE)]
        deadline = time.monotonic() + 10
        while (refused := http.post("/v1/ingest", files=files(b_dot_zip=b"x"))).status_code != 503:
            assert time.monotonic() < deadline
        gate.set()
        assert [each.result() for each in coming] == [202] * uploads.AT_ONCE
    assert refused.json()["code"] == "busy"
    assert http.post("/v1/ingest", files=files(c_dot_htm=b"x")).status_code == 202


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("../../etc/passwd.htm", "passwd.htm"),
        ("C:\\Users\\me\\AAPL 10-K.PDF", "AAPL_10-K.pdf"),
        ("..htm.txt", "htm.txt"),
        ("Müller\x00\r\n.html", "Muller.html"),
        ("a" * 300 + ".xml", "a" * 100 + ".xml"),
        ("3M_2018_10K.pdf", "3M_2018_10K.pdf"),
    ],
)
def test_names_become_harmless_and_keep_their_stem(given_name: str, name: str) -> None:
    assert safe_name(given_name) == name


@given(given_name=st.text(max_size=40).map(lambda stem: f"{stem}.htm") | st.text(max_size=40))
def test_no_name_leads_out_of_its_folder(given_name: str) -> None:
    try:
        name = safe_name(given_name)
    except ProblemError:
        return  # refused is harmless too
    assert Path(name).name == name
    assert name.isascii()
    assert name.isprintable()
    assert not name.startswith(".")
    assert Path(name).suffix in SUFFIXES
    assert safe_name(name) == name


def jobs_over(library: FakeLibrary) -> Jobs:
    return Jobs(lambda: nullcontext(cast(Library, library)), Metrics())


def test_a_full_queue_refuses_and_drops_what_it_was_given() -> None:
    jobs = jobs_over(FakeLibrary())  # never started: nothing leaves the queue
    for _ in range(jobs_module.WAITING):
        jobs.submit(lambda _library, _heard: IngestReport())
    dropped: list[str] = []
    held = ExitStack()
    held.callback(dropped.append, "held")
    with pytest.raises(ProblemError, match="wait already") as caught:
        jobs.submit(lambda _library, _heard: IngestReport(), held)
    assert caught.value.status_code == 503
    assert dropped == ["held"]


def test_old_jobs_are_forgotten_and_waiting_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "KEPT", 3)
    jobs = jobs_over(FakeLibrary())
    jobs.start()
    made = []
    for _ in range(6):
        made.append(jobs.submit(lambda _library, _heard: IngestReport()).id)
        while jobs.view(made[-1]).state != "done":
            time.sleep(0.001)
    with pytest.raises(Exception, match="no ingest job"):
        jobs.view(made[0])
    assert [jobs.view(job).state for job in made[-3:]] == ["done"] * 3
    assert jobs.stop(5)


def test_a_stopping_server_ends_a_job_after_the_filing_in_work() -> None:
    library = FakeLibrary()
    library.step.clear()
    jobs = jobs_over(library)
    jobs.start()
    wanted = IngestRequest(companies=("A", "B", "C"))
    job = jobs.submit(lambda lib, heard: lib.ingest_edgar(wanted, on_progress=heard)).id
    waiting = jobs.submit(lambda lib, heard: lib.ingest_edgar(wanted, on_progress=heard)).id
    assert jobs.stop(0.05) is False
    library.step.set()
    assert jobs.stop(5)
    assert jobs.view(job).state == "failed"
    assert jobs.view(job).done == 1
    assert "server stopped" in (jobs.view(job).error or "")
    assert jobs.view(waiting).state == "queued"
