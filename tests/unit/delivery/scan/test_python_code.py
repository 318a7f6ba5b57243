import json
from pathlib import Path

import pytest

from delivery.scan.errors import NotCheckedError
from delivery.scan.python_code import Bandit, RuffSecurity
from tests.unit.delivery.scan.planted import program, scope, write

FAULT = "import hashlib\n\nNAME = hashlib.md5(b'x')  # nosec\n"


def test_bandit_finds_a_weak_hash_whatever_is_remarked_beside_it(tmp_path: Path) -> None:
    write(tmp_path, {"api/a.py": FAULT, "tests/b.py": FAULT, "delivery/c.py": "A = 1\n"})
    outcome = Bandit().run(scope(tmp_path))
    assert [(found.id, found.where) for found in outcome.findings] == [("B324", "api/a.py:3")]
    assert outcome.looked_at == "2 files, from medium severity"


def test_what_bandit_cannot_read_is_not_checked(tmp_path: Path) -> None:
    write(tmp_path, {"api/a.py": "def (\n", "api/b.py": "A = 1\n"})
    outcome = Bandit().run(scope(tmp_path))
    assert outcome.findings == ()
    assert outcome.not_checked == ("bandit, api/a.py: syntax error while parsing AST from file",)


def test_ruff_finds_a_shell(tmp_path: Path) -> None:
    write(tmp_path, {"tests/a.py": "import subprocess\n\nsubprocess.run('ls', shell=True)\n"})
    outcome = RuffSecurity().run(scope(tmp_path))
    assert ("S602", "tests/a.py:3") in {(found.id, found.where) for found in outcome.findings}
    assert str(tmp_path) not in outcome.sarif
    assert json.loads(outcome.sarif)["runs"]


@pytest.mark.parametrize("check", [Bandit(), RuffSecurity()])
def test_without_code_nothing_is_checked(tmp_path: Path, check: Bandit | RuffSecurity) -> None:
    with pytest.raises(NotCheckedError):
        check.run(scope(tmp_path))


@pytest.mark.parametrize("check", [Bandit(), RuffSecurity()])
def test_a_tool_that_fails_is_not_clean(tmp_path: Path, check: Bandit | RuffSecurity) -> None:
    write(tmp_path, {"api/a.py": FAULT})
    for name in ("bandit", "ruff"):
        # Names a file, as `ruff check --show-files` does, but gives no report.
        program(tmp_path / "bin", name, "print('api/a.py'); sys.exit(2)")
    with pytest.raises(NotCheckedError, match="gave no report"):
        check.run(scope(tmp_path, folders=(str(tmp_path / "bin"),)))
