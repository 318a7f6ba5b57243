"""The web pages' metrics: in one process, and added up over several."""

import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from finchat_sec_qa.errors import RemoteError
from finchat_sec_qa.telemetry.web import FAILURES, WebMetrics

# As gunicorn does it: made before the fork, counted in the children, asked for in any of them.
FORKED = """
import os, sys
from pathlib import Path
from finchat_sec_qa.errors import RemoteError
from finchat_sec_qa.telemetry.web import WebMetrics, share

folder = Path(sys.argv[1])
share(folder)
metrics = WebMetrics("abc123", folder)
metrics.request("/", "GET", 200, 0.02)
for worker in range(3):
    if not (child := os.fork()):
        for _ in range(worker + 1):
            metrics.request("/ask", "GET", 200, 0.02)
        metrics.call_failed(RemoteError("gone", code="unreachable"))
        os._exit(0)
    os.waitpid(child, 0)
sys.stdout.buffer.write(metrics.render())
"""


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def asked(text: str, route: str) -> float:
    labels = (("method", "GET"), ("route", route), ("status", "2xx"))
    return samples(text)["finchat_http_request_seconds_count", labels]


def failed(text: str) -> dict[str, float]:
    """Failures of the API by reason, none left out."""
    return {
        dict(labels)["reason"]: value
        for (name, labels), value in samples(text).items()
        if name == "finchat_api_call_failures_total"
    }


def test_processes_count_together(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (asked(done.stdout, "/"), asked(done.stdout, "/ask")) == (1, 6)
    assert failed(done.stdout)["unreachable"] == 3
    assert 'revision="abc123"' in done.stdout


def test_one_process_tells_of_itself_too() -> None:
    metrics = WebMetrics("abc123")
    metrics.request("/ask", "GET", 200, 0.02)
    text = metrics.render().decode()
    assert asked(text, "/ask") == 1
    assert 'revision="abc123"' in text
    assert "process_resident_memory_bytes" in text


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RemoteError("", code="unreachable"), "unreachable"),
        (RemoteError("", code="timeout"), "timeout"),
        (RemoteError("", 504, "timeout"), "5xx"),
        (RemoteError("", 404, "not_found"), "4xx"),
        (RemoteError("", 302), "other"),
        (RemoteError("", code="whatever a server says"), "other"),
    ],
)
def test_failures_have_few_reasons(error: RemoteError, reason: str) -> None:
    metrics = WebMetrics()
    metrics.call_failed(error)
    assert failed(metrics.render().decode()) == {each: float(each == reason) for each in FAILURES}
