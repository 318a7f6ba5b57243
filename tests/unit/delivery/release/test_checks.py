"""Each check of a release: what it runs, what it makes of it, and when it was not done."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from delivery.release import checks, licences
from delivery.release.checks import CHECKS, Release
from delivery.release.model import Check, Found, NotCheckedError
from delivery.release.programs import InCheckout, Ran
from delivery.release.run import check, perform

COMMIT = "1" * 40
API, WEBAPP = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
Says = Callable[[Sequence[str]], Ran | None]


@dataclass
class Told:
    """Programs that say what a test wants; all others end well and say nothing."""

    says: Says = lambda line: None
    asked: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, name: str, line: Sequence[str], **variables: str) -> Ran:
        self.asked.append(" ".join(line))
        self.variables |= variables
        return self.says(line) or Ran(0, "", "")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docker-bake.hcl").write_text('variable "VERSION" {\n  default = "1.2.3"\n}\n', "utf-8")
    (tmp_path / "SECURITY.md").write_text("| 1.2 (latest release) | yes |\n", "utf-8")
    (tmp_path / "CHANGELOG.md").write_text("## [1.2.3] - 2026-11-01\n\n- New.\n", "utf-8")
    for name in ("finchat_sec_qa-1.2.3-py3-none-any.whl", "finchat_sec_qa-1.2.3.tar.gz"):
        (tmp_path / "dist").mkdir(exist_ok=True)
        (tmp_path / "dist" / name).write_bytes(b"")
    return tmp_path


def wanted(root: Path, programs: Told | InCheckout, **more: object) -> Release:
    given = {
        "root": root,
        "revision": COMMIT,
        "version": "1.2.3",
        "today": date(2026, 11, 23),
        "programs": programs,
    }
    return Release(**(given | more))  # type: ignore[arg-type]


def done(name: str, root: Path, says: Says = lambda line: None, **more: object) -> Check:
    return perform(name, CHECKS[name], wanted(root, Told(says), **more))


def on(part: str, ran: Ran) -> Says:
    """An answer to the commands that have this part."""
    return lambda line: ran if part in " ".join(line) else None


MADE = {
    "lint": "make lint",
    "types": "make typecheck",
    "tests": "make test",
    "package": "make build",
    "images": "make validate check-attestations",
    "docs": "make docs",
    "scans": "scripts.security_scan --strict",
}


@pytest.mark.parametrize(("name", "command"), MADE.items())
def test_a_check_runs_what_a_person_runs(root: Path, name: str, command: str) -> None:
    programs = Told()
    assert perform(name, CHECKS[name], wanted(root, programs)).outcome == "passed"
    assert any(command in line for line in programs.asked)


@pytest.mark.parametrize(("name", "command"), MADE.items())
def test_a_command_that_fails_fails_its_check(root: Path, name: str, command: str) -> None:
    found = done(name, root, on(command, Ran(2, "", "E999 at line 3")))
    assert (found.outcome, found.passed) == ("failed", False)
    assert "exit code 2: E999 at line 3" in found.detail


@pytest.mark.parametrize("name", ["images", "reproducible", "scans"])
def test_without_docker_it_is_not_checked(root: Path, name: str) -> None:
    found = done(name, root, on("docker info", Ran(1, "", "Cannot connect")))
    assert found.outcome == "not checked"
    assert "Cannot connect" in found.detail


def test_tests_may_not_skip_and_may_leave_out_what_is_not_public(root: Path) -> None:
    programs = Told()
    perform("tests", CHECKS["tests"], wanted(root, programs, shared=False))
    assert programs.asked == ["make test ARGS=-m 'not shared'"]
    assert programs.variables == {"CI": "true"}


def test_changes_that_no_commit_holds_fail(root: Path) -> None:
    found = done("tree", root, on("status", Ran(0, " M a.py\n?? b.py\n")))
    assert found.detail == "not committed: a.py, b.py"
    assert done("tree", root).outcome == "passed"
    assert done("tree", root, on("status", Ran(128, "", "not a repository"))).outcome == "not checked"


def test_a_tag_on_another_commit_fails(root: Path) -> None:
    assert done("version", root, on("rev-parse", Ran(1, ""))).outcome == "passed"
    assert done("version", root, on("rev-parse", Ran(0, f"{COMMIT}\n"))).outcome == "passed"
    found = done("version", root, on("rev-parse", Ran(0, f"{'2' * 40}\n")))
    assert "the tag v1.2.3 is on another commit" in found.detail


def test_the_changelog_has_to_tell_of_the_version(root: Path) -> None:
    assert done("changelog", root).outcome == "passed"
    (root / "CHANGELOG.md").unlink()
    assert done("changelog", root).outcome == "failed"


def test_a_wheel_of_another_version_fails(root: Path) -> None:
    found = done("package", root, version="1.2.4")
    assert "dist/finchat_sec_qa-1.2.4-py3-none-any.whl was not built" in found.detail


def test_docs_that_change_fail_and_a_dirty_tree_hides_nothing(root: Path) -> None:
    calls = iter(["", " M docs/cli.md\n"])
    found = done("docs", root, lambda line: Ran(0, next(calls)) if "status" in line else None)
    assert (found.outcome, "out of date: docs/cli.md" in found.detail) == ("failed", True)
    assert done("docs", root, on("status", Ran(0, " M x\n"))).outcome == "not checked"


def test_a_scanner_that_is_missing_is_not_checked(root: Path) -> None:
    assert done("scans", root, on("security_scan", Ran(4, "", "trivy: not checked"))).outcome == "not checked"


def proofs(**digests: str) -> str:
    found = [
        {"name": name, "first": {name: digest}, "second": {name: digest}} for name, digest in digests.items()
    ]
    return json.dumps({"checked": True, "equal": True, "proofs": found})


def test_the_manifests_are_those_that_were_built_twice(root: Path) -> None:
    found = done(
        "reproducible", root, on("--twice", Ran(0, proofs(api=API, webapp=WEBAPP, distributions="x")))
    )
    assert dict(found.manifests) == {"api": API, "webapp": WEBAPP}


def test_published_images_are_rebuilt_each(root: Path) -> None:
    def says(line: Sequence[str]) -> Ran | None:
        told = " ".join(line)
        if "scripts.reproduce" not in told:
            return None
        assert "--twice" not in told
        image, digest = (
            ("api", API) if "registry.example.com/finchat-sec-qa-api:1.2.3" in told else ("webapp", WEBAPP)
        )
        return Ran(0, proofs(**{image: digest}))

    found = done("reproducible", root, says, registry="registry.example.com/")
    assert dict(found.manifests) == {"api": API, "webapp": WEBAPP}


@pytest.mark.parametrize(
    ("ran", "outcome"),
    [
        (Ran(4, '{"checked": false, "reason": "no base"}'), "not checked"),
        (Ran(1, proofs(api=API, webapp=WEBAPP)), "failed"),
        (Ran(0, proofs(api=API)), "failed"),
        (Ran(0, "no JSON"), "failed"),
    ],
)
def test_what_was_not_proved_has_not_passed(root: Path, ran: Ran, outcome: str) -> None:
    found = done("reproducible", root, on("scripts.reproduce", ran))
    assert (found.outcome, found.manifests) == (outcome, ())


def bill(root: Path, **packages: str) -> Says:
    """`make sbom`, which writes both."""

    def says(line: Sequence[str]) -> Ran | None:
        if "sbom" in line:
            for image in ("api", "webapp"):
                path = root / "dist/sbom" / f"finchat-sec-qa-{image}.spdx.json"
                path.parent.mkdir(exist_ok=True)
                listed = [{"name": name, "licenseDeclared": licence} for name, licence in packages.items()]
                path.write_text(json.dumps({"packages": listed}), "utf-8")
        return None

    return says


def test_sboms_are_those_of_this_run_and_their_licences_are_judged(root: Path) -> None:
    assert done("licences", root).outcome == "not checked"
    assert done("sboms", root, bill(root, a="MIT")).outcome == "passed"
    assert done("licences", root).outcome == "passed"
    assert done("sboms", root, bill(root, a="MIT", b="GPL-3.0-only")).outcome == "passed"
    assert "b: GPL-3.0-only is not allowed" in done("licences", root).detail
    assert done("sboms", root).outcome == "failed", "those of the last run do not count"
    assert done("licences", root).outcome == "not checked"
    assert licences.rules().read


def test_a_whole_run_does_every_check_and_only_then_passes(root: Path) -> None:
    def says(line: Sequence[str]) -> Ran | None:
        if "scripts.reproduce" in line:
            return Ran(0, proofs(api=API, webapp=WEBAPP))
        if "rev-parse" in line:
            return Ran(0, COMMIT)
        return bill(root, a="MIT")(line)

    told: list[str] = []
    verdict = check(wanted(root, Told(says)), lambda each: told.append(each.name))
    assert [each.outcome for each in verdict.checks] == ["passed"] * len(CHECKS), verdict.checks
    assert told == list(CHECKS)
    assert (verdict.passed, verdict.partial, verdict.word) == (True, False, "passed")
    document = verdict.document()
    assert document["passed"] is True
    assert document["manifests"] == {"api": API, "webapp": WEBAPP}
    assert (document["revision"], document["version"]) == (COMMIT, "1.2.3")


def test_a_part_never_passes(root: Path) -> None:
    verdict = check(wanted(root, Told()), lambda _: None, ["tree", "lint"])
    assert [each.name for each in verdict.checks] == ["tree", "lint"]
    assert (verdict.passed, verdict.partial, verdict.word) == (False, True, "partial")


def missing(_: Release) -> Found:
    raise NotCheckedError("no scanner")


def broken(_: Release) -> Found:
    return Found("", ("3 errors",))


@pytest.mark.parametrize(
    ("looks", "word"),
    [
        ({"one": checks.tree}, "passed"),
        ({"one": checks.tree, "two": missing}, "not checked"),
        ({"one": missing, "two": broken}, "failed"),
        ({}, "not checked"),
    ],
)
def test_the_verdict_is_that_of_the_worst_check(root: Path, looks: dict[str, checks.Look], word: str) -> None:
    verdict = check(wanted(root, Told()), lambda _: None, checks=looks)
    assert (verdict.word, verdict.passed) == (word, word == "passed")


def test_what_is_left_out_on_purpose_is_told(root: Path) -> None:
    verdict = check(wanted(root, Told(), shared=False), lambda _: None, checks={"one": checks.tree})
    assert verdict.document()["remarks"] == ["without the tests that need the folder of real filings"]


def test_programs_leave_a_log_and_get_no_variable_of_make(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERSION", "v9")
    monkeypatch.setenv("REGISTRY", "r")
    programs = InCheckout(root, root / "logs")
    ran = programs.run("one", ["bash", "-c", "echo out; echo err >&2; env; pwd; exit 3"], CI="true")
    assert ran.code == 3
    assert ran.text.startswith("out\n")
    assert ran.last == str(root)
    assert "CI=true" in ran.text.splitlines()
    assert not [line for line in ran.text.splitlines() if line.startswith(("VERSION=", "REGISTRY="))]
    log = (root / "logs/one.txt").read_text("utf-8")
    assert log.startswith("$ bash -c")
    assert "err" in log
    assert "out" in log


def test_a_program_that_is_missing_is_not_checked(root: Path) -> None:
    with pytest.raises(NotCheckedError, match="no program 'nonesuch' here"):
        InCheckout(root, root / "logs").run("one", ["nonesuch"])
