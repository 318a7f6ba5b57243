from pathlib import Path

import pytest

from delivery.scan.errors import NotCheckedError
from delivery.scan.workflows import Schemas, Zizmor
from tests.unit.delivery.scan.planted import program, scope, write

COMMIT = "3d3c42e5aac5ba805825" + "da76410c181273ba90b1"
GOOD = f"""name: build
on: push
permissions: {{}}
concurrency:
  group: build
  cancel-in-progress: true
jobs:
  build:
    name: build
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@{COMMIT} # v7.0.1
        with:
          persist-credentials: false
"""


def test_an_action_that_is_not_pinned_is_found(tmp_path: Path) -> None:
    write(tmp_path, {".github/workflows/build.yml": GOOD.replace(COMMIT, "v7")})
    outcome = Zizmor().run(scope(tmp_path))
    assert ("zizmor/unpinned-uses", ".github/workflows/build.yml:13") in {
        (found.id, found.where) for found in outcome.findings
    }
    assert outcome.sarif


def test_a_good_workflow_is_clean(tmp_path: Path) -> None:
    write(tmp_path, {".github/workflows/build.yml": GOOD})
    outcome = Zizmor().run(scope(tmp_path))
    assert (outcome.findings, outcome.looked_at) == ((), "1 files, offline audits")
    assert Schemas().run(scope(tmp_path)).findings == ()


def test_a_workflow_that_does_not_fit_its_schema_is_found(tmp_path: Path) -> None:
    write(tmp_path, {".github/workflows/build.yml": GOOD.replace("runs-on", "run-on")})
    (found,) = Schemas().run(scope(tmp_path)).findings
    assert (found.id, found.where) == ("schema", ".github/workflows/build.yml")
    assert "run-on" in found.message or "runs-on" in found.message


def test_without_files_nothing_is_checked(tmp_path: Path) -> None:
    with pytest.raises(NotCheckedError, match="no workflow"):
        Zizmor().run(scope(tmp_path))
    with pytest.raises(NotCheckedError, match="no workflow, form or compose file"):
        Schemas().run(scope(tmp_path))


def test_a_zizmor_that_fails_is_not_clean(tmp_path: Path) -> None:
    write(tmp_path, {".github/workflows/build.yml": GOOD})
    folder = program(tmp_path / "bin", "zizmor", "sys.exit('fatal: no audit was performed')")
    with pytest.raises(NotCheckedError, match="no audit was performed"):
        Zizmor().run(scope(tmp_path, folders=(folder,)))
