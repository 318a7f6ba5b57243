"""Files of ended workers: added up exactly, and gone."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from finchat_sec_qa.telemetry.dead import reading, sweep

# A server's first process, whose workers die one after the other; each sweep leaves the metrics as they were.
PROGRAM = """
import os, sys
from pathlib import Path
from finchat_sec_qa.errors import RemoteError
from finchat_sec_qa.telemetry.dead import sweep
from finchat_sec_qa.telemetry.web import WebMetrics, share

folder = Path(sys.argv[1])
share(folder)
metrics = WebMetrics("abc123", folder)
metrics.request("/", "GET", 200, 0.02)

def counted():
    names = (b"finchat_http", b"finchat_api")
    return sorted(line for line in metrics.render().splitlines() if line.startswith(names))

for worker in range(30):
    if not (child := os.fork()):
        for _ in range(worker + 1):
            metrics.request("/ask", "GET", 200, 0.3)
        metrics.call_failed(RemoteError("gone", code="unreachable"))
        os._exit(0)
    os.waitpid(child, 0)
    before = counted()
    assert sweep(folder, {os.getpid()}) == 2
    assert counted() == before
sys.stdout.buffer.write(metrics.render())
"""


def ran(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_counts_stay_and_files_do_not_grow_in_number(tmp_path: Path) -> None:
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(ran(tmp_path))
        for sample in family.samples
    }
    asked = sum(range(1, 31))
    assert samples["finchat_http_request_seconds_count", "/ask", "2xx", "GET"] == asked
    assert round(samples["finchat_http_request_seconds_sum", "/ask", "2xx", "GET"], 6) == round(
        asked * 0.3, 6
    )
    assert samples["finchat_http_request_seconds_bucket", "+Inf", "/ask", "2xx", "GET"] == asked
    assert samples["finchat_http_request_seconds_bucket", "/ask", "0.25", "2xx", "GET"] == 0
    assert samples["finchat_api_call_failures_total", "unreachable"] == 30
    left = sorted(path.name.rpartition("_")[2] for path in tmp_path.glob("*.db"))
    assert len(left) == 4  # the first process's, and those of all who ended
    assert left.count("ended.db") == 2


def test_a_worker_that_ended_before_it_wrote_counts_nothing(tmp_path: Path) -> None:
    (tmp_path / "counter_17.db").touch()
    (tmp_path / "histogram_17.db").write_bytes(bytes(1 << 16))
    assert sweep(tmp_path, ()) == 2
    assert sorted(path.name for path in tmp_path.glob("*_17.db")) == []
    assert sweep(tmp_path, ()) == 0


def test_the_living_keep_their_files(tmp_path: Path) -> None:
    for pid in (17, 18):
        (tmp_path / f"counter_{pid}.db").write_bytes(bytes(1 << 16))
    assert sweep(tmp_path, {18}) == 1
    assert (tmp_path / "counter_18.db").exists()


def test_nothing_is_swept_while_somebody_reads(tmp_path: Path) -> None:
    file = tmp_path / "counter_17.db"
    file.write_bytes(bytes(1 << 16))
    with reading(tmp_path):
        assert sweep(tmp_path, ()) == 0
        assert file.exists()
    assert sweep(tmp_path, ()) == 1


def test_a_reader_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "counter_17.db").write_bytes(bytes(1 << 16))
    if not (child := os.fork()):
        lock = (tmp_path / "lock").open("a")
        fcntl.flock(lock, fcntl.LOCK_SH)
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    assert sweep(tmp_path, ()) == 1
