import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import SourceError, UsageError
from finchat_sec_qa.ingest import Outcome, _in_processes, ingest, parse_one
from finchat_sec_qa.model.filing import SourceFile, SourceFiling
from finchat_sec_qa.model.progress import Progress, unheard
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.store import open_store
from tests.unit.report import Report

GOOD = (Report(), Report(year=2024), Report(company="Bolt Corp", cik="0000000077", ticker="BOLT"))


def write_mixture(folder: Path) -> None:
    """Three good reports, and files that are none, each in its own way."""
    for report in GOOD:
        report.write(folder)
    bad = folder / "bad"
    bad.mkdir()
    (bad / "junk.htm").write_bytes(os.urandom(5_000))
    (bad / "empty.htm").write_bytes(b"")
    (bad / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"\xff" * 400)
    (bad / "large.htm").write_bytes(b"<html><body>" + b"<p>words</p>" * 120_000)


def settings(tmp_path: Path, name: str = "store") -> Settings:
    return Settings(store=tmp_path / name, max_file_mb=1)


def test_bad_files_are_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    write_mixture(tmp_path / "in")
    with Library.open(settings(tmp_path)) as library:
        report = library.ingest_paths([tmp_path / "in"], jobs=1)
        assert set(report.stored) == {good.accession for good in GOOD}
        reasons = {Path(failure.label).name: (failure.code, failure.reason) for failure in report.failed}
        assert set(reasons) == {"junk.htm", "empty.htm", "broken.pdf", "large.htm"}
        assert all(reason for _, reason in reasons.values())
        assert reasons["large.htm"][0] == "limit_exceeded"
        assert "FINCHAT_MAX_FILE_MB" in reasons["large.htm"][1]
        assert {filing.id for filing in library.filings()} == set(report.stored)
        assert library.check().holds


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for report in GOOD:
        report.write(folder)
    with Library.open(settings(tmp_path)) as library:
        library.ingest_paths([folder], jobs=1)
        digest = library.info().digest
        again = library.ingest_paths([folder], jobs=2)
        assert (again.stored, again.failed) == ((), ())
        assert set(again.unchanged) == {good.accession for good in GOOD}
        changed = replace(GOOD[0], flows={"Revenues": (999, 80)})
        changed.write(folder)
        third = library.ingest_paths([folder], jobs=1)
        assert third.stored == (changed.accession,)
        assert len(third.unchanged) == 2
        assert library.info().digest != digest
        assert len(library.filings()) == 3
        (fact, *_) = library.facts(changed.accession, concept="Revenues")
        assert fact.value == "999000000"


def test_one_worker_or_two_make_the_same_store(tmp_path: Path) -> None:
    write_mixture(tmp_path / "in")
    digests, answers, failures = [], [], []
    for jobs in (1, 2):
        with Library.open(settings(tmp_path, f"store{jobs}")) as library:
            report = library.ingest_paths([tmp_path / "in"], jobs=jobs)
            digests.append(library.info().digest)
            answers.append(library.ask("What was Acme's revenue in fiscal 2023?").to_json())
            failures.append(report)
    assert digests[0] == digests[1]
    assert answers[0] == answers[1]
    assert failures[0] == failures[1]


def test_progress_is_told_filing_by_filing(tmp_path: Path) -> None:
    write_mixture(tmp_path / "in")
    for jobs in (1, 2):
        heard: list[Progress] = []
        with Library.open(settings(tmp_path, f"store{jobs}")) as library:
            library.ingest_paths([tmp_path / "in"], jobs=jobs, on_progress=heard.append)
        assert [step.done for step in heard] == list(range(1, 8))
        assert {step.total for step in heard} == {7}
        outcomes = [step.outcome for step in heard]
        assert (outcomes.count("stored"), outcomes.count("failed")) == (3, 4)
        assert all(bool(step.reason) == (step.outcome == "failed") for step in heard)
        assert len({step.label for step in heard}) == 7


def test_no_filings_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with Library.open(settings(tmp_path)) as library, pytest.raises(UsageError, match="no filings in"):
        library.ingest_paths([tmp_path / "in"])


@dataclass(frozen=True)
class Given:
    """A filing that is loaded when its turn comes, or cannot be."""

    label: str
    content: bytes = b""

    def load(self) -> SourceFiling:
        if not self.content:
            raise SourceError(f"{self.label} is not to be had")
        return source(self.label, self.content)


def source(name: str, content: bytes = b"<p>Something to read.</p>") -> SourceFiling:
    return SourceFiling(name, name, None, None, (SourceFile(f"{name}.htm", content),), company="Acme")


def test_a_filing_that_cannot_be_loaded_has_failed_alone(tmp_path: Path) -> None:
    page = b"<html><body><p>Some words about brass.</p></body></html>"
    filings = [Given("one", page), Given("lost"), Given("two", page + b" ")]
    for jobs in (1, 2):
        store = open_store(tmp_path / f"store{jobs}", read_only=False)
        report = ingest(store, filings, Limits(), jobs=jobs, on_progress=unheard, skipped=4)
        assert report.stored == ("one", "two")
        assert [(failure.label, failure.code) for failure in report.failed] == [("lost", "source")]
        assert report.skipped == 4
        store.close()


def test_too_deep_and_too_slow_are_outcomes() -> None:
    deep = source("deep", b"<html><body>" + b"<div>" * 50_000 + b"<p>words</p>")
    outcome = parse_one(Limits(max_depth=50), deep)
    assert (outcome.parsed, outcome.code) == (None, "limit_exceeded")
    slow = source("slow", b"<html><body>" + b"<p>words</p>" * 50_000)
    outcome = parse_one(Limits(max_seconds=0.001), slow)
    assert (outcome.parsed, outcome.code) == (None, "limit_exceeded")


def deadly(seconds: float, filing: SourceFiling) -> Outcome:
    """Work that ends its process, as running out of memory does, for filings so named."""
    if filing.id.startswith("deadly"):
        time.sleep(seconds)
        os._exit(9)
    return Outcome(filing.label, filing.id, None)


@pytest.mark.parametrize(
    "names", [["a", "deadly", "b", "c"], ["deadly1", "deadly2", "a"], ["a", "b", "c", "d", "deadly"]]
)
def test_a_worker_that_dies_takes_only_its_filing_with_it(names: Sequence[str]) -> None:
    known = Outcome("known", "known", None)
    items: list[SourceFiling | Outcome] = [*(source(name) for name in names), known]
    outcomes = list(_in_processes(partial(deadly, 0.2), iter(items), jobs=2))
    assert [outcome.label for outcome in outcomes] == [*names, "known"]
    for outcome in outcomes:
        assert (outcome.code == "limit_exceeded") == outcome.label.startswith("deadly")
        assert ("died" in outcome.reason) == outcome.label.startswith("deadly")


def test_a_worker_that_dies_while_nobody_looks() -> None:
    """The consumer is slow; the pool breaks between two of its steps, before more work is handed out."""
    names = ("a", "deadly", "b", "c")
    labels = []
    for outcome in _in_processes(partial(deadly, 0), iter([source(name) for name in names]), jobs=1):
        labels.append((outcome.label, outcome.what))
        time.sleep(0.5)
    assert labels == [(name, "failed" if name == "deadly" else "unchanged") for name in names]
