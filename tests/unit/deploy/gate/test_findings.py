from datetime import date, timedelta
from typing import Any

import pytest

from deploy.gate import Check, PolicyError
from tests.unit.deploy.gate.making import NOW, Dated, World, of, refused

STRICT = {"exceptions": "exceptions.toml"}
EXCUSE = """
[[exception]]
check = "trivy"
id = "CVE-1"
where = "*/team/small:* libssl3"
reason = "that code is not reached"
expires = {expires}
"""


def known(severity: str = "CRITICAL", name: str = "CVE-1") -> dict[str, Any]:
    return {
        "VulnerabilityID": name,
        "PkgName": "libssl3",
        "InstalledVersion": "3.0.1",
        "FixedVersion": "3.0.2",
        "Severity": severity,
    }


@pytest.fixture
def strict(world: World) -> World:
    world.policy["findings"] = STRICT
    (world.folder / "exceptions.toml").write_text("", "utf-8")
    return world


def excuse(world: World, expires: date) -> None:
    (world.folder / "exceptions.toml").write_text(EXCUSE.format(expires=expires), "utf-8")


def findings(world: World, **values: Any) -> Check:
    return of(world.judged(Dated(), **values), "findings")


def test_an_image_in_which_nothing_is_found_is_accepted(strict: World) -> None:
    strict.trivy()
    verdict = strict.judged(Dated())
    assert verdict.accepted
    assert of(verdict, "findings").detail == "trivy of 2026-11-23 12:00 UTC; 0 excused"


@pytest.mark.parametrize("severity", ["CRITICAL", "HIGH"])
def test_a_grave_finding_is_refused_by_name(strict: World, severity: str) -> None:
    strict.trivy(known(severity))
    verdict = strict.judged(Dated())
    assert refused(verdict) == {"findings"}
    check = of(verdict, "findings")
    where = f"{severity.lower()} CVE-1 in {strict.name}:1 libssl3: 3.0.1 is vulnerable; fixed in 3.0.2"
    assert check.detail == where
    assert "exceptions.toml" in check.advice


def test_severities_are_the_policys(strict: World) -> None:
    strict.trivy(known("HIGH"))
    strict.policy["findings"] = {**STRICT, "severities": ["critical"]}
    assert findings(strict).outcome == "ok"


def test_many_findings_are_counted(strict: World) -> None:
    strict.trivy(*(known(name=f"CVE-{number}") for number in range(13)))
    assert findings(strict).detail.endswith("; and 3 more")


def test_an_excused_finding_passes_until_its_last_day(strict: World) -> None:
    """The result is kept; the exceptions are applied anew."""
    strict.trivy(known())
    excuse(strict, NOW.date())
    assert findings(strict).detail.endswith("1 excused")
    assert refused(strict.judged(Dated(), now=NOW + timedelta(hours=13))) == {"findings"}


def test_an_excuse_for_something_else_does_not_count(strict: World) -> None:
    strict.trivy(known(), known(name="CVE-2"))
    excuse(strict, NOW.date())
    assert "CVE-2" in findings(strict).detail
    assert "CVE-1" not in findings(strict).detail


def test_a_result_is_used_while_it_is_valid(strict: World) -> None:
    strict.trivy()
    reference = strict.push(Dated())
    for hours in (0, 23):
        assert strict.inspect(reference, now=NOW + timedelta(hours=hours)).accepted
    assert strict.runs_of_trivy() == 1
    strict.trivy(known())
    assert refused(strict.inspect(reference, now=NOW + timedelta(hours=24))) == {"findings"}
    assert strict.runs_of_trivy() == 2
    assert refused(strict.inspect(reference, now=NOW - timedelta(hours=1))) == {"findings"}
    assert strict.runs_of_trivy() == 3  # one from the future is none


def test_no_result_is_used_twice_where_the_policy_says_so(strict: World) -> None:
    strict.trivy()
    strict.policy["findings"] = {**STRICT, "valid_hours": 0}
    reference = strict.push(Dated())
    assert strict.inspect(reference).accepted
    assert strict.inspect(reference).accepted
    assert strict.runs_of_trivy() == 2


def test_a_kept_finding_goes_by_the_name_that_is_asked(strict: World) -> None:
    strict.trivy(known())
    first = strict.judged(Dated())
    strict.fake.tags["2"] = first.digest
    assert f"{strict.name}:2 libssl3" in of(strict.inspect(f"{strict.name}:2"), "findings").detail


def test_without_a_scanner_production_refuses(strict: World) -> None:
    verdict = strict.judged(Dated())
    assert refused(verdict) == {"findings"}
    check = of(verdict, "findings")
    assert (check.outcome, check.detail) == ("not-checked", "trivy: no program trivy; put trivy on PATH")


def test_without_a_scanner_a_policy_may_let_it_pass(strict: World) -> None:
    strict.policy["findings"] = {**STRICT, "when_not_checked": "allow"}
    verdict = strict.judged(Dated())
    assert verdict.accepted
    assert of(verdict, "findings").outcome == "not-checked"


def test_a_scanner_that_fails_has_not_looked(strict: World) -> None:
    strict.trivy()
    (strict.programs / "trivy").write_text("#!/bin/sh\necho no database >&2\nexit 1\n", "utf-8")
    check = findings(strict)
    assert (check.outcome, check.refuses) == ("not-checked", True)
    assert "trivy failed: no database" in check.detail
    strict.trivy()  # and what it did not see is not kept
    assert findings(strict).outcome == "ok"


def test_all_scanners_must_have_looked(strict: World) -> None:
    """The small image names no release of Debian, so its packages cannot be compared."""
    strict.trivy()
    strict.policy["findings"] = {**STRICT, "scanners": ["trivy", "debian"]}
    check = findings(strict)
    assert check.outcome == "not-checked"
    assert "debian: image: no Debian release is named" in check.detail


def test_what_is_found_counts_though_another_could_not_look(strict: World) -> None:
    strict.trivy(known())
    strict.policy["findings"] = {**STRICT, "scanners": ["debian", "trivy"], "when_not_checked": "allow"}
    check = findings(strict)
    assert check.outcome == "failed"
    assert "CVE-1" in check.detail
    assert "no Debian release" in check.detail


def test_no_scanner_at_all_is_not_checked(strict: World) -> None:
    strict.policy["findings"] = {"scanners": []}
    assert (findings(strict).outcome, findings(strict).refuses) == ("not-checked", True)


def test_exceptions_that_cannot_be_read_are_a_mistake_of_the_policy(strict: World) -> None:
    strict.trivy()
    (strict.folder / "exceptions.toml").write_text("[[exception]]\n", "utf-8")
    with pytest.raises(PolicyError, match=r"findings\.exceptions: .*exceptions\.toml: exception 1: missing"):
        strict.judged(Dated())


def test_a_list_of_owned_files_that_cannot_be_read_is_one_too(world: World) -> None:
    (world.folder / "owned.toml").write_text("[[file]]\n", "utf-8")
    with pytest.raises(PolicyError, match=r"owned: .*owned\.toml: entry 1"):
        world.judged(Dated())
