import json
from pathlib import Path

import pytest

from delivery.scan.errors import NotCheckedError
from delivery.scan.model import Outcome
from delivery.scan.trivy import Trivy
from tests.unit.delivery.scan.planted import image, program, scope

KNOWN = {
    "VulnerabilityID": "CVE-1",
    "PkgName": "libssl3",
    "InstalledVersion": "3.0.1",
    "FixedVersion": "3.0.2",
    "Severity": "CRITICAL",
}


def looked(root: Path, code: str) -> Outcome:
    """With a trivy that asserts how it is called, as far as that decides what fails."""
    asked = "assert 'CRITICAL,HIGH' in sys.argv and sys.argv[-1].endswith('small.tar')"
    folder = program(root / "bin", "trivy", f"{asked}\n{code}")
    return Trivy().run(scope(root, image(root, []), folders=(folder,)))


def test_a_vulnerability_is_found(tmp_path: Path) -> None:
    report = json.dumps({"Results": [{"Vulnerabilities": [KNOWN]}, {"Target": "Python"}]})
    outcome = looked(tmp_path, f"print({report!r})")
    (found,) = outcome.findings
    assert (found.id, found.where, found.severity) == ("CVE-1", "small libssl3", "critical")
    assert found.message == "3.0.1 is vulnerable; fixed in 3.0.2"
    assert outcome.looked_at == "small: 2 sets of packages"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("sys.exit('FATAL: no database')", "small: trivy failed: FATAL: no database"),
        ("print('{}')", "small: trivy recognised no package in it"),
        ("print('oops')", "small: trivy gave no report: oops"),
    ],
)
def test_a_trivy_that_did_not_look_is_not_clean(tmp_path: Path, code: str, said: str) -> None:
    assert looked(tmp_path, code).not_checked == (said,)


def test_without_trivy_nothing_is_checked(tmp_path: Path) -> None:
    with pytest.raises(NotCheckedError, match="put trivy on PATH"):
        Trivy().run(scope(tmp_path, image(tmp_path, []), folders=(str(tmp_path),)))
