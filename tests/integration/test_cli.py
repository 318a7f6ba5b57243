"""The `finchat` command over a real store of the sample filings.

Most calls run in this process, which loads the library once; what a process is needed for (start, pipes,
terminals, signals) starts the installed program.
"""

import io
import json
import os
import pty
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from finchat_sec_qa.cli import run

FINCHAT = Path(sys.executable).with_name("finchat")
QUESTION = "What was Apple's revenue in fiscal 2024?"
AAPL_2024 = "0000320193-24-000123"


@dataclass(frozen=True)
class Result:
    """What a call left behind."""

    code: int
    out: str
    err: str


def finchat(*arguments: object, store: Path | None = None) -> Result:
    """Call the command in this process."""
    where = ["--store", str(store)] if store else []
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([*where, *map(str, arguments)])
    return Result(code, out.getvalue(), err.getvalue())


def program(*arguments: object, store: Path | None = None) -> Result:
    """Run the installed program to its end."""
    where = ["--store", str(store)] if store else []
    command = [str(FINCHAT), *where, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the sample filings, made once by `finchat ingest --samples`."""
    folder = tmp_path_factory.mktemp("finchat") / "store"
    done = finchat("ingest", "--samples", store=folder)
    assert done.code == 0, done.err
    assert re.fullmatch(r"\d+ stored, 0 unchanged, 0 failed(, \d+ warnings \(-v shows them\))?\n", done.out)
    return folder


@pytest.fixture(scope="module")
def answer(store: Path) -> dict[str, Any]:
    """The answer to one question as JSON."""
    done = finchat("ask", QUESTION, "--json", store=store)
    assert done.code == 0, done.err
    answer: dict[str, Any] = json.loads(done.out)
    return answer


def test_help_costs_less_than_three_tenths_of_a_second() -> None:
    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before = spent()  # processor time: other tests run meanwhile
    assert program("--help").code == 0
    assert spent() - before < 0.3


def test_help_loads_no_parser_model_or_database() -> None:
    script = (
        "import sys; from finchat_sec_qa.cli import run; run(['--help'])\n"
        "slow = {'pydantic', 'lxml', 'sqlite3', 'tantivy', 'httpx', 'rich'} & set(sys.modules)\n"
        "print(*slow, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "\n"


def test_python_m_is_the_same_program() -> None:
    command = [sys.executable, "-m", "finchat_sec_qa.cli", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == finchat("--version").out


def test_ingest_again_changes_nothing(store: Path) -> None:
    before = finchat("store", "info", "--json", store=store).out
    done = finchat("ingest", "--samples", store=store)
    assert re.match(r"0 stored, \d+ unchanged, 0 failed", done.out)
    assert (
        json.loads(finchat("store", "info", "--json", store=store).out)["digest"]
        == json.loads(before)["digest"]
    )


def test_bad_files_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "junk.htm").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nno more\n")
    done = finchat("ingest", tmp_path / "junk.htm", tmp_path / "broken.pdf", store=tmp_path / "store")
    assert done.code == 1
    assert "2 failed" in done.out
    for name in ("junk.htm", "broken.pdf"):
        assert re.search(rf"^finchat: .*{re.escape(name)}: .+", done.err, re.MULTILINE)
    assert "Traceback" not in done.err


def test_an_answer_names_its_place(store: Path, answer: dict[str, Any]) -> None:
    assert answer["value"] | {"period": None} == {"number": "391035000000", "unit": "USD", "period": None}
    citation = answer["citations"][0]
    assert citation["filing"] == AAPL_2024
    shown = finchat(
        "show", AAPL_2024, "--start", citation["start"], "--end", citation["end"], "--json", store=store
    )
    place = json.loads(shown.out)
    assert (place["text"], place["sha256"]) == (citation["quote"], citation["sha256"])


def test_a_person_gets_the_answer_in_words(store: Path) -> None:
    done = finchat("ask", QUESTION, store=store)
    assert done.code == 0
    assert "391,035,000,000 USD, fiscal 2024" in done.out
    assert "“391,035”" in done.out
    assert done.err == ""


def test_what_the_filings_do_not_say_is_refused(store: Path) -> None:
    done = finchat("ask", "What was Zyzzyva Industries' revenue in fiscal 2024?", "--json", store=store)
    assert done.code == 3
    assert json.loads(done.out)["refusal"]["reason"] == "company_unknown"


def test_the_same_question_gives_the_same_bytes(store: Path, answer: dict[str, Any]) -> None:
    assert json.loads(finchat("ask", "--json", QUESTION, store=store).out) == answer


def test_verify_holds_and_notices_one_digit(store: Path, answer: dict[str, Any], tmp_path: Path) -> None:
    changed = tmp_path / "answer.json"
    changed.write_text(json.dumps(answer))
    assert finchat("verify", changed, store=store).code == 0
    changed.write_text(json.dumps(answer).replace('"391,035"', '"391,036"'))
    done = finchat("verify", changed, store=store)
    assert done.code == 1
    assert f"citation [1] of {AAPL_2024}" in done.err


def test_verify_notices_one_byte_of_the_filing(store: Path, answer: dict[str, Any], tmp_path: Path) -> None:
    copy = tmp_path / "store"
    subprocess.run(["cp", "-r", store, copy], check=True)
    digest = answer["citations"][0]["sha256"]
    original = next(path for path in (copy / "originals").rglob(f"{digest}*"))
    content = bytearray(original.read_bytes())
    content[len(content) // 2] ^= 1
    original.chmod(0o644)
    original.write_bytes(content)
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    done = finchat("verify", tmp_path / "answer.json", store=copy)
    assert done.code == 1
    assert "[1]" in done.err
    assert finchat("store", "check", store=copy).code == 1


def test_files_of_questions(store: Path, answer: dict[str, Any], tmp_path: Path) -> None:
    lines = [
        {"id": "first", "question": QUESTION},
        {
            "id": "second",
            "question": "supply constraints",
            "scope": {"companies": ["NVDA"], "forms": ["10-K"]},
        },
    ]
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(map(json.dumps, lines)) + "\n")
    done = finchat("ask", "--file", source, "--output", output, store=store)
    assert done.code == 0, done.err
    first, second = map(json.loads, output.read_text(encoding="utf-8").splitlines())
    assert first == {**answer, "id": "first", "answer_id": answer["id"]}
    assert second["id"] == "second"
    assert finchat("verify", output, store=store).code == 0

    done = finchat("search", "--file", source, "--output", output, "--limit", 7, store=store)
    assert done.code == 0, done.err
    first, second = map(json.loads, output.read_text(encoding="utf-8").splitlines())
    assert len(second["hits"]) == 7
    assert {hit["form"] for hit in second["hits"]} == {"10-K"}
    assert {hit["company"] for hit in second["hits"]} == {"NVIDIA Corporation"}


def test_lists_of_what_is_there(store: Path) -> None:
    companies = json.loads(finchat("companies", "--json", store=store).out)["companies"]
    assert len(companies) >= 3
    filings = json.loads(finchat("filings", "--company", "AAPL", "--json", store=store).out)["filings"]
    assert AAPL_2024 in {one["id"] for one in filings}
    facts = json.loads(finchat("facts", AAPL_2024, "--concept", "Assets", "--json", store=store).out)["facts"]
    assert "364980000000" in {one["value"] for one in facts}
    assert json.loads(finchat("store", "check", "--json", store=store).out)["holds"] is True


def test_an_item_is_shown_whole(store: Path) -> None:
    sections = json.loads(finchat("sections", AAPL_2024, "--json", store=store).out)["sections"]
    assert "Item 1A" in {one["item"] for one in sections}
    text = finchat("show", AAPL_2024, "--section", "item 1a", store=store).out
    assert text.lstrip().lower().startswith("item 1a")


def test_the_whole_text_is_what_citations_count_in(store: Path, answer: dict[str, Any]) -> None:
    text = json.loads(finchat("show", AAPL_2024, "--json", store=store).out)["text"]
    for citation in answer["citations"]:
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = finchat("companies", store=tmp_path / "none")
    assert done.code == 2
    assert done.err.startswith("finchat: no store at ")
    assert done.err.count("\n") == 1


def test_a_wrong_setting_is_told(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINCHAT_JOBS", "many")
    done = finchat("companies", store=store)
    assert done.code == 2
    assert "FINCHAT_JOBS: 'many' is not allowed" in done.err


def test_edgar_needs_a_contact(store: Path) -> None:
    done = finchat("ingest", "AAPL", store=store)
    assert done.code == 2
    assert "FINCHAT_EDGAR_CONTACT" in done.err


def test_a_reader_that_leaves_early_is_no_error(store: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"'{FINCHAT}' --store '{store}' facts AAPL --limit 0 | head -c 10"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (len(done.stdout), done.stderr) == (10, b"")


# --- on a terminal -------------------------------------------------------------------------------------


def on_terminal(*arguments: object, store: Path, **environment: str) -> str:
    """What a terminal is sent."""
    parent, child = pty.openpty()
    with subprocess.Popen(
        [str(FINCHAT), "--store", str(store), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=child,
        stderr=child,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", **environment},
    ) as running:
        os.close(child)
        sent = b""
        while select.select([parent], [], [], 60)[0]:
            try:
                part = os.read(parent, 65536)
            except OSError:
                break
            if not part:
                break
            sent += part
        running.wait(60)
    os.close(parent)
    return sent.decode()


def test_a_terminal_gets_colour_unless_no_color(store: Path) -> None:
    assert "\x1b[1m" in on_terminal("companies", store=store)
    plain = on_terminal("ask", QUESTION, store=store, NO_COLOR="1")
    assert "391.035" in plain
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", plain)


def test_hostile_text_gives_a_terminal_no_orders(tmp_path: Path) -> None:
    page = "<html><body><p>Acme Corp</p><p>Net sales &#27;]0;owned&#7; \x9b31m &#8238;txt</p></body></html>"
    (tmp_path / "acme.htm").write_text(page, encoding="utf-8")
    store = tmp_path / "store"
    assert finchat("ingest", tmp_path / "acme.htm", store=store).code == 0
    assert {"\x1b", "\x9b", "\u202e"} <= set(finchat("show", "acme", store=store).out)
    for words in (("show", "acme"), ("show", "acme", "--json")):
        sent = on_terminal(*words, store=store, NO_COLOR="1", TERM="dumb")
        assert "Net sales" in sent
        assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202e]", sent), words


def test_sigterm_leaves_no_half_output(store: Path, tmp_path: Path) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"id": n, "question": QUESTION}) + "\n" for n in range(20_000)))
    with subprocess.Popen(
        [str(FINCHAT), "ask", "--store", str(store), "--file", str(source), "--output", str(output)]
    ) as running:
        while len(list(tmp_path.iterdir())) < 2 and running.poll() is None:
            time.sleep(0.05)
        running.terminate()
        assert running.wait(30) == 143
    assert list(tmp_path.iterdir()) == [source]


# --- serve ---------------------------------------------------------------------------------------------


def read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310 - our own server
        content: bytes = reply.read()
        return content


@pytest.fixture
def serving(store: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """`finchat serve` on free ports, and what it announced."""
    with subprocess.Popen(
        [
            str(FINCHAT),
            "serve",
            "--samples",
            "--json",
            "--store",
            str(store),
            "--api-port",
            "0",
            "--web-port",
            "0",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        announced = running.stdout.readline()
        assert announced, running.communicate()[1]
        try:
            yield running, json.loads(announced)
        finally:
            if running.poll() is None:
                running.terminate()
                running.communicate(timeout=30)


def closed(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1]))) != 0


def test_serve_serves_until_told_to_stop(
    serving: tuple[subprocess.Popen[str], dict[str, Any]], store: Path
) -> None:
    running, announced = serving
    assert json.loads(read(f"{announced['api']}/health")) == {"status": "ok"}
    assert b"<html" in read(announced["web"])
    assert len(announced["questions"]) == 3
    for question in announced["questions"]:
        assert finchat("ask", question, store=store).code == 0
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 0, err
    assert err.endswith("finchat: stopped\n")
    assert closed(announced["api"])
    assert closed(announced["web"])


def test_serve_ends_when_a_server_does(serving: tuple[subprocess.Popen[str], dict[str, Any]]) -> None:
    running, announced = serving
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    modules = {Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[2]: int(child) for child in children}
    os.kill(modules[b"api"], signal.SIGKILL)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 1
    assert '"the API was ended by SIGKILL' in err
    assert closed(announced["web"])


def test_serve_says_that_a_port_is_taken(store: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = finchat("serve", "--api-port", port, store=store)
    assert done.code == 1
    assert f"port {port}" in done.err
    assert "--api-port" in done.err


def test_serve_without_the_pages_over_an_empty_store(tmp_path: Path) -> None:
    with subprocess.Popen(
        [str(FINCHAT), "serve", "--api-only", "--store", str(tmp_path / "new"), "--api-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        address = running.stdout.readline().split()[-1]
        assert read(f"{address}/health")
        running.terminate()
        out, err = running.communicate(timeout=30)
    assert running.returncode == 0
    assert "web UI" not in out
    assert "the store is empty" in err
