"""The EDGAR client against a server that answers, and misbehaves, as EDGAR does."""

import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from finchat_sec_qa.clock import SystemClock
from finchat_sec_qa.edgar import Edgar
from finchat_sec_qa.errors import ContactRequiredError, SourceNotFoundError
from finchat_sec_qa.model.filing import SourceFiling
from finchat_sec_qa.ports import FilingQuery
from tests.ports import unused_port

pytestmark = pytest.mark.shared
ALL = ("rate", "503", "truncate", "slow", "html200")
RATE = 10.0  # EDGAR's own limit, and the mirror's where it watches the rate
QUICK = 40.0
# Small filings of several kinds: main document alone, index page, full submission, XBRL instance alone.
WANTED = (
    FilingQuery("AAPL", forms=("10-Q",), since=date(2024, 8, 1), until=date(2025, 8, 31), limit=9),
    FilingQuery("0000051143", forms=("10-K",), limit=1),
    FilingQuery("amd", forms=("10-K", "10-Q"), limit=2),
    FilingQuery("apple computer inc", forms=("10-K",), since=date(2023, 1, 1), until=date(2023, 12, 31)),
)
FEW = (WANTED[1], WANTED[3])
# Its index page names an exhibit that is only in the full submission; no list names it.
NVIDIA = SourceFiling("8-K", "0001045810-26-000024", "0001045810-26-000024", "0001045810", ())


@dataclass
class Mirror:
    """A running mirror; `log` is what it writes, one line a request."""

    url: str
    log: Path

    def requests(self) -> list[tuple[int, float, str]]:
        found = re.findall(r"^(\d{3}) +([\d.]+) (\S+)$", self.log.read_text(), re.MULTILINE)
        return [(int(status), float(moment), path) for status, moment, path in found]

    def served(self) -> list[str]:
        return [path for status, _, path in self.requests() if status == 200]


Start = Callable[..., Mirror]


@pytest.fixture
def start(shared: Path, edgar: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts mirrors with faults on free ports and ends them after the test."""
    running: list[subprocess.Popen[bytes]] = []

    def run(*faults: str, block_seconds: float = 1.0, seed: int = 0) -> Mirror:
        port = unused_port()
        log = tmp_path / f"mirror-{port}.log"
        command = [sys.executable, shared / "tools" / "edgar-mirror", "--port", str(port), "--root", edgar]
        command += ["--block-seconds", str(block_seconds), "--seed", str(seed)]
        command += ["--fault", *faults] if faults else []
        with log.open("wb") as stream:
            running.append(subprocess.Popen(command, stderr=stream, stdout=stream))
        until = time.monotonic() + 20
        while "EDGAR mirror" not in log.read_text():
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.02)
        return Mirror(f"http://127.0.0.1:{port}", log)

    yield run
    for process in running:
        process.terminate()
        process.wait(10)


def client(mirror: Mirror, folder: Path, **changes: Any) -> Edgar:
    settings: dict[str, Any] = {
        "contact": "Example Corp jane@example.com",
        "www_url": mirror.url,
        "data_url": mirror.url,
        "rate": RATE,
        "timeout": 10.0,
        "block_wait": 1.5,
        "cache_dir": folder,
        "clock": SystemClock(),
        "backoff": 0.05,
    }
    return Edgar(**{**settings, **changes})


def most_in_a_second(requests: list[tuple[int, float, str]]) -> int:
    moments = [moment for _, moment, _ in requests]
    return max(sum(start <= other < start + 1 for other in moments) for start in moments)


def gather(source: Edgar, wanted: Sequence[FilingQuery] = WANTED) -> tuple[dict[str, SourceFiling], set[str]]:
    """(fetched filings by id, ids of those that the mirror does not have), with several threads."""
    with ThreadPoolExecutor(8) as threads:
        found = [filing for filings in threads.map(source.find, wanted) for filing in filings]
        found.append(NVIDIA)

        def fetch(filing: SourceFiling) -> SourceFiling | None:
            try:
                return source.fetch(filing)
            except SourceNotFoundError:
                return None

        fetched = list(threads.map(fetch, found))
    missing = {filing.id for filing, got in zip(found, fetched, strict=True) if got is None}
    return {got.id: got for got in fetched if got is not None}, missing


EXPECTED = {
    "0000320193-23-000106": ["aapl-20230930_htm.xml"],
    "0000320193-24-000081": ["aapl-20240629.htm"],
    "0000320193-25-000057": ["aapl-20250329.htm"],
    "0000320193-25-000073": ["aapl-20250628.htm"],
    "0001045810-26-000024": ["0001045810-26-000024.txt"],
    "0000051143-25-000015": ["ibm-20241231.htm"],
    "0000002488-24-000012": ["amd-20231230.htm"],
    "0000002488-23-000139": ["amd-20230701.htm"],
}
MISSING = {"0000320193-25-000008"}


def check(fetched: dict[str, SourceFiling], missing: set[str], edgar: Path) -> None:
    """Nothing lost, nothing corrupt: every file is, byte for byte, the one on disk."""
    assert {name: [file.name for file in filing.files] for name, filing in fetched.items()} == EXPECTED
    assert missing == MISSING
    check_bytes(fetched, edgar)


def check_few(fetched: dict[str, SourceFiling], missing: set[str], edgar: Path) -> None:
    """The same for `FEW`."""
    assert set(fetched) == {"0000051143-25-000015", "0000320193-23-000106", "0001045810-26-000024"}
    assert missing == set()
    check_bytes(fetched, edgar)


def check_bytes(fetched: dict[str, SourceFiling], edgar: Path) -> None:
    for filing in fetched.values():
        for file in filing.files:
            assert file.url is not None
            original = edgar / file.url.removeprefix("https://www.sec.gov/")
            assert hashlib.sha256(file.content).digest() == hashlib.sha256(original.read_bytes()).digest()


@pytest.mark.parametrize("faults", [(), ("rate",), ("503",), ("truncate",), ("html200",), ALL], ids="+".join)
def test_nothing_is_lost_or_corrupt_and_the_rate_is_kept(
    start: Start, edgar: Path, tmp_path: Path, faults: tuple[str, ...]
) -> None:
    mirror = start(*faults)
    rate = RATE if "rate" in faults else QUICK
    with client(mirror, tmp_path / "cache", rate=rate) as source:
        if faults == ALL:
            check_few(*gather(source, FEW), edgar)
        else:
            check(*gather(source), edgar)
    requests = mirror.requests()
    assert 429 not in {status for status, _, _ in requests}
    assert most_in_a_second(requests) <= rate
    documents = [path for path in mirror.served() if path.startswith("/Archives/")]
    if not set(faults) & {"truncate", "html200"}:  # those make a second request needful
        assert len(documents) == len(set(documents))


def test_slow_answers_and_a_low_rate(start: Start, tmp_path: Path) -> None:
    mirror = start("slow")
    with client(mirror, tmp_path / "cache", rate=3.0, timeout=0.8) as source:  # some answers time out
        assert source.find(FilingQuery("1045810", forms=("10-K",), limit=1))
    assert most_in_a_second(mirror.requests()) <= 3


def test_a_block_by_others_is_waited_out_by_all(start: Start, edgar: Path, tmp_path: Path) -> None:
    mirror = start("rate", block_seconds=2.0)
    headers = {"User-Agent": "someone@else.test"}
    for _ in range(10):  # another program of the same address uses the second up
        urlopen(Request(f"{mirror.url}/submissions/CIK0000002488.json", headers=headers)).close()  # noqa: S310
    with client(mirror, tmp_path / "cache", block_wait=2.5) as source:
        check_few(*gather(source, FEW), edgar)
    requests = mirror.requests()
    blocked = [moment for status, moment, _ in requests if status == 429]
    assert 1 <= len(blocked) <= 8  # the threads that were under way, and none after them
    assert not [moment for _, moment, _ in requests if blocked[-1] < moment < blocked[-1] + 2.4]


def test_lists_are_asked_for_newer_ones_and_documents_not_at_all(
    start: Start, edgar: Path, tmp_path: Path
) -> None:
    mirror = start()
    for _ in range(2):
        with client(mirror, tmp_path / "cache", rate=QUICK) as source:
            check(*gather(source), edgar)
    served = mirror.served()
    assert len(served) == len(set(served))
    assert {path for status, _, path in mirror.requests() if status == 304} == {
        path for path in served if not path.startswith("/Archives/")
    }


PROGRAM = """
import sys
from datetime import date
from pathlib import Path
from finchat_sec_qa.clock import SystemClock
from finchat_sec_qa.edgar import Edgar
from finchat_sec_qa.errors import SourceNotFoundError
from finchat_sec_qa.ports import FilingQuery

url, cache = sys.argv[1:]
source = Edgar(contact="a@b.test", www_url=url, data_url=url, rate=40, timeout=9, block_wait=1,
               cache_dir=Path(cache), clock=SystemClock())
for filing in source.find(FilingQuery("AAPL", forms=("10-Q",), since=date(2024, 8, 1), limit=9)):
    try:
        source.fetch(filing)
    except SourceNotFoundError as error:
        print(error)
"""


def test_a_killed_run_is_taken_up_where_it_stopped(
    start: Start, repo: Path, edgar: Path, tmp_path: Path
) -> None:
    mirror = start()
    command = [sys.executable, "-c", PROGRAM, mirror.url, tmp_path / "cache"]
    process = subprocess.Popen(command, cwd=repo, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not any(path.endswith("aapl-20250329.htm") for path in mirror.served()):
        assert time.monotonic() < until
        time.sleep(0.01)
    process.kill()
    process.wait(10)
    before = set(mirror.served())
    with client(mirror, tmp_path / "cache", rate=QUICK) as source:
        check(*gather(source), edgar)
    again = {path for path in before if mirror.served().count(path) > 1}
    assert again <= {"/Archives/edgar/data/320193/000032019325000057/aapl-20250329.htm"}  # killed in this one
    assert "/Archives/edgar/data/320193/000032019325000073/aapl-20250628.htm" in before


def test_the_contact_is_required_and_told(start: Start, tmp_path: Path) -> None:
    mirror = start()
    source = client(mirror, tmp_path / "cache", contact="")
    with source, pytest.raises(ContactRequiredError, match="FINCHAT_EDGAR_CONTACT"):
        source.find(WANTED[0])
    assert mirror.requests() == []


def test_company_facts_and_older_lists(start: Start, edgar: Path, tmp_path: Path) -> None:
    mirror = start("503", "truncate", "html200", seed=3)
    with client(mirror, tmp_path / "cache") as source:
        facts = json.loads(source.companyfacts("320193"))
        name = "CIK0000320193.json"
        assert (
            facts["entityName"]
            == json.loads((edgar / "api/xbrl/companyfacts" / name).read_bytes())["entityName"]
        )
        oldest = source.find(FilingQuery("Imunon", forms=("10-K",), limit=99))[-1]
        assert (oldest.filed, oldest.company) == (date(1996, 12, 12), "Imunon, Inc.")
        assert oldest.former_names[0] == "CELSION CORP"
        assert source.resolve("Apple Computer Inc") == "0000320193"
