"""What all tests share: where the real filings are, a clean environment, and the rule on skips.

`@pytest.mark.shared`, `browser` and `docker` name what a test needs; without it the test is skipped with
its reason, and in CI (CI=true) it fails. No skip of any kind passes in CI.
"""

import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import finchat_sec_qa
from finchat_sec_qa.config import Settings
from tests import engine
from tests.absence import IN_CI, REPO, find_chromium, find_shared, need_docker, unpack_edgar
from tests.ports import unused_pair

_STARTED = datetime.now(UTC)
_skipped: list[str] = []
_used_docker: list[str] = []
_left_behind: list[str] = []
# A limit on the time of an example would test the machine.
hypothesis.settings.register_profile("finchat", deadline=None)
hypothesis.settings.load_profile("finchat")


@pytest.fixture(scope="session")
def repo() -> Path:
    """The project's root folder."""
    return REPO


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real filings, questions and tools beside the project."""
    return find_shared()


@pytest.fixture(scope="session")
def edgar(shared: Path) -> Path:
    """Real filings under EDGAR's own paths (Archives/, api/, submissions/, files/, efts/)."""
    return unpack_edgar(shared)


@pytest.fixture(scope="session")
def questions(shared: Path) -> tuple[dict[str, Any], ...]:
    """The questions with exact truth: {"id", "question", "answer" …} as they stand in xbrl.jsonl."""
    lines = (shared / "questions" / "xbrl.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines if line.strip())


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the sample filings, made once; copy it before you write to it."""
    folder = tmp_path_factory.mktemp("samples") / "store"
    with finchat_sec_qa.Library.open(Settings(store=folder, jobs=2)) as library:
        report = library.ingest_samples()
    assert not report.failed
    return folder


@pytest.fixture(scope="module")
def free_port() -> int:
    """A port of loopback that nobody listens on, and whose successor is free as well."""
    return unused_pair()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program file of an installed Chromium."""
    return find_chromium()


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting of the caller reaches a test, and no test reaches the caller's store or cache."""
    homes = tmp_path_factory.mktemp("homes")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("FINCHAT_"):
                patch.delenv(name)
        for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(homes / name.lower()))
        yield


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command that a test ran in this process set up logging to a stream that closes with the test."""
    yield
    root = logging.getLogger()
    for handler in [each for each in root.handlers if type(each) is logging.StreamHandler]:
        root.removeHandler(handler)
    root.setLevel(logging.WARNING)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Ask for what the markers name before the test's own fixtures are made."""
    if item.get_closest_marker("shared"):
        find_shared()
    if item.get_closest_marker("browser"):
        find_chromium()
    if item.get_closest_marker("docker"):
        need_docker()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember skips (an expected failure also reports itself as skipped, and is none)."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)
    elif "docker" in report.keywords:
        _used_docker.append(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Remember whole modules that skip themselves."""
    if report.skipped:
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run has failed that left something in the Docker engine, and in CI one that skipped anything.

    In CI the engine is the run's alone; elsewhere what does not carry its name is only told.
    """
    if hasattr(session.config, "workerinput"):
        return
    if _used_docker and engine.STARTED_HERE:
        _left_behind.extend(engine.left_behind(_STARTED))
    own = [each for each in _left_behind if engine.RUN in each]
    if own or (IN_CI and (_skipped or _left_behind)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so."""
    if _left_behind:
        terminalreporter.section("left behind in the Docker engine", red=True, bold=True)
        terminalreporter.write_line("\n".join(_left_behind))
    if IN_CI and _skipped:
        terminalreporter.section("skipped in CI", red=True, bold=True)
        terminalreporter.write_line("\n".join(sorted(set(_skipped))))
