import json
from pathlib import Path

import pytest

from delivery.scan.dependencies import Dependencies
from delivery.scan.errors import NotCheckedError
from delivery.scan.model import Outcome
from tests.unit.delivery.scan.planted import program, scope, write

EXPORT = "open(sys.argv[-1], 'w').write('idna==1 --hash=sha256:0\\n')"
KNOWN = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2"]}


def audited(root: Path, report: dict[str, object] | None, code: int = 0, complaint: str = "") -> Outcome:
    """The audit with a Poetry that exports, and a pip-audit that writes this report."""
    program(root / ".tools/bin", "python", EXPORT)
    write(root, {"scripts/tools.txt": "poetry==1\n"})
    said = f"print({json.dumps(report)!r})" if report is not None else ""
    strict = "assert '--strict' in sys.argv and sys.argv.count('--requirement') == 2"
    lines = f"{strict}\n{said}\nsys.stderr.write({complaint!r}); sys.exit({code})"
    return Dependencies().run(scope(root, folders=(program(root / "bin", "pip-audit", lines),)))


def test_a_known_vulnerability_is_found(tmp_path: Path) -> None:
    package = {"name": "idna", "version": "1", "vulns": [KNOWN]}
    outcome = audited(tmp_path, {"dependencies": [package, package]}, code=1)
    (found,) = outcome.findings
    assert (found.id, found.where) == ("PYSEC-1", "idna==1")
    assert found.message == "known vulnerability (CVE-1); fixed in 2"


def test_an_audit_without_any_is_clean(tmp_path: Path) -> None:
    outcome = audited(tmp_path, {"dependencies": [{"name": "idna", "version": "1", "vulns": []}]})
    assert outcome == Outcome((), (), "1 packages of 2 files, by pypi")


def test_an_index_without_vulnerability_data_is_not_clean(tmp_path: Path) -> None:
    with pytest.raises(NotCheckedError) as raised:
        audited(tmp_path, None, 1, "idna: Dependency not found on the index and could not be audited\n")
    assert str(raised.value) == (
        "could not be audited. pypi: idna: Dependency not found on the index and could not be audited; "
        "osv: idna: Dependency not found on the index and could not be audited"
    )


@pytest.mark.parametrize(
    "packages",
    [[], [{"name": "idna", "skip_reason": "unknown"}, {"name": "attrs", "version": "1", "vulns": []}]],
)
def test_a_package_that_was_skipped_makes_it_no_audit(tmp_path: Path, packages: list[object]) -> None:
    with pytest.raises(NotCheckedError, match="packages were skipped"):
        audited(tmp_path, {"dependencies": packages})


def test_without_poetry_the_reason_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotCheckedError, match=r"environment\.sh tools` installs it"):
        Dependencies().run(scope(tmp_path))


def test_a_lock_that_cannot_be_exported_is_not_checked(tmp_path: Path) -> None:
    program(tmp_path / ".tools/bin", "python", "sys.exit('poetry.lock is not up to date')")
    with pytest.raises(NotCheckedError, match=r"could not be exported: poetry\.lock is not up to date"):
        Dependencies().run(scope(tmp_path))
