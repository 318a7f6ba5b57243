import shutil
import time
from pathlib import Path
from typing import get_args

from prometheus_client.parser import text_string_to_metric_families

from finchat_sec_qa.model.answer import RefusalReason
from finchat_sec_qa.model.views import StoreInfo
from finchat_sec_qa.telemetry.metrics import Metrics

INFO = StoreInfo(
    path="/p", schema_version=1, companies=2, filings=3, documents=4, passages=5, facts=6, indexed=5,
    bytes=7, digest="",
)  # fmt: skip


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = metrics.render().decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_two_sets_of_metrics_know_nothing_of_each_other() -> None:
    one, other = Metrics(), Metrics()
    one.question("answered", None, 0.1)
    key = ("finchat_questions_total", (("reason", ""), ("status", "answered")))
    assert samples(one)[key] == 1
    assert samples(other)[key] == 0


def test_labels_stay_few_whatever_is_asked() -> None:
    metrics = Metrics()
    for number in range(50):
        metrics.request(None, f"METHOD{number}", 404, 0.01)
    counts = [key for key in samples(metrics) if key[0] == "finchat_http_request_seconds_count"]
    labels = (("method", "other"), ("route", "unmatched"), ("status", "4xx"))
    assert counts == [("finchat_http_request_seconds_count", labels)]


def test_latency_goes_into_its_bucket() -> None:
    metrics = Metrics()
    metrics.request("/v1/ask", "POST", 200, 0.02)
    labels = (("method", "POST"), ("route", "/v1/ask"), ("status", "2xx"))
    found = samples(metrics)

    def bucket(bound: str) -> float:
        return found["finchat_http_request_seconds_bucket", tuple(sorted((*labels, ("le", bound))))]

    assert (bucket("0.01"), bucket("0.025"), bucket("+Inf")) == (0, 1, 1)


def test_store_sizes_are_those_of_the_store_and_stay_when_it_cannot_be_read() -> None:
    metrics = Metrics()
    metrics.store(INFO)
    metrics.store(None)
    found = samples(metrics)
    names = ("companies", "filings", "facts", "passages", "bytes")
    assert [found[f"finchat_store_{name}", ()] for name in names] == [2, 3, 6, 5, 7]
    assert found["finchat_store_readable", ()] == 0


def test_every_outcome_is_counted_from_zero() -> None:
    found = samples(Metrics())
    counted = {name: [] for name in ("finchat_questions_total", "finchat_ingest_jobs_total")}
    for (name, labels), value in found.items():
        if name in counted:
            assert value == 0
            counted[name].append(tuple(dict(labels).values()))
    refused = {reason for reason, status in counted["finchat_questions_total"] if status == "refused"}
    assert refused == set(get_args(RefusalReason))
    assert len(counted["finchat_questions_total"]) == 4 + len(refused)
    assert sorted(counted["finchat_ingest_jobs_total"]) == [("done",), ("failed",)]


def test_the_disk_under_the_store_is_told(tmp_path: Path) -> None:
    found = samples(Metrics("", tmp_path))
    free, size = found["finchat_store_disk_free_bytes", ()], found["finchat_store_disk_size_bytes", ()]
    assert 0 < free <= size
    assert size == shutil.disk_usage(tmp_path).total


def test_of_a_store_that_is_not_there_no_disk_is_told(tmp_path: Path) -> None:
    assert not [name for name, _ in samples(Metrics("", tmp_path / "none")) if "disk" in name]


def test_jobs_are_counted_by_how_they_ended() -> None:
    metrics = Metrics()
    for outcome in ("done", "failed", "failed"):
        metrics.job_ended(outcome)
    found = samples(metrics)
    assert found["finchat_ingest_jobs_total", (("outcome", "failed"),)] == 2
    assert found["finchat_ingest_jobs_total", (("outcome", "done"),)] == 1


def test_the_start_is_told_and_stays() -> None:
    before = time.time()
    metrics = Metrics()
    started = [samples(metrics)["finchat_server_start_time_seconds", ()] for _ in range(2)]
    assert before <= started[0] == started[1] <= time.time()


def test_only_outcomes_of_filings_count_as_ingested() -> None:
    metrics = Metrics()
    for outcome in ("stored", "stored", "unchanged", "failed", "started", "fetched"):
        metrics.ingested(outcome)
    counted = {
        dict(labels)["outcome"]: value
        for (name, labels), value in samples(metrics).items()
        if name == "finchat_ingest_filings_total"
    }
    assert counted == {"stored": 2, "unchanged": 1, "failed": 1}


def test_build_names_version_revision_and_python() -> None:
    text = Metrics("abc123").render().decode()
    assert 'revision="abc123"' in text
    assert "finchat_build_info{" in text
