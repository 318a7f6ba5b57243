"""What production asks for: a tag, a whole release-check of its commit, a passed report on its digests."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deploy import record
from deploy.commands.apply import apply
from deploy.errors import DeployError
from deploy.model import Release
from tests.unit.deploy.staging.stand_in import RELEASE, settings

PASSED = {"passed": True, "standard": True, "api": RELEASE.api, "webapp": RELEASE.webapp, "checks": []}
MANIFESTS = {"api": f"sha256:{'d' * 64}", "webapp": f"sha256:{'e' * 64}"}


def kept(folder: Path, **changes: Any) -> Path:
    return record.keep_report(RELEASE, PASSED | changes, "<p>page</p>", folder)


def test_a_passed_report_is_found_by_the_digests(tmp_path: Path) -> None:
    path = kept(tmp_path)
    assert path.name == f"{'b' * 16}-{'c' * 16}.json"
    assert path.with_suffix(".html").read_text("utf-8") == "<p>page</p>"
    assert record.report_for(settings(), RELEASE, tmp_path) == PASSED


def test_the_same_digests_in_another_registry_are_the_same_images(tmp_path: Path) -> None:
    kept(tmp_path)
    moved = {
        name: getattr(RELEASE, name).replace("registry.example.com", "other.example.com")
        for name in ("api", "webapp")
    }
    assert record.report_for(settings(), RELEASE.model_copy(update=moved), tmp_path)["passed"] is True


def refused(folder: Path, made: Release = RELEASE) -> str:
    with pytest.raises(DeployError) as raised:
        record.report_for(settings(), made, folder)
    assert "make deploy-staging" in str(raised.value)
    return str(raised.value)


def test_without_a_report_nothing_goes_to_production(tmp_path: Path) -> None:
    assert "no staging report on these images" in refused(tmp_path)
    kept(tmp_path)
    other = RELEASE.model_copy(update={"api": RELEASE.api.replace("b" * 64, "f" * 64)})
    assert "no staging report on these images" in refused(tmp_path, other)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"passed": False, "checks": [{"name": "load", "passed": False}]}, "did not pass (load)"),
        ({"passed": "yes"}, "did not pass (no check is listed)"),
        ({"standard": False}, "other limits"),
        ({"api": RELEASE.webapp}, "about other images"),
        ({"webapp": None}, "about other images"),
    ],
)
def test_a_report_that_is_no_pass_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    kept(tmp_path, **changes)
    assert said in refused(tmp_path)


@pytest.mark.parametrize("text", ["", "[", "[1]", "null"])
def test_a_report_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    record.path_of(RELEASE, tmp_path).write_text(text, "utf-8")
    assert "cannot be read" in refused(tmp_path)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with a tag v1.2.3, and a commit after it."""
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    commit = ["commit", "-q", "--allow-empty", "-m", "more"]
    for line in (["init", "-q"], commit, ["tag", "-a", "v1.2.3", "-m", "release"], commit):
        subprocess.run(["git", *who, *line], cwd=tmp_path, check=True)
    return tmp_path


def test_a_version_is_the_commit_of_its_tag(clone: Path) -> None:
    line = ["git", "rev-parse", "HEAD~1"]
    tagged = subprocess.run(line, cwd=clone, text=True, capture_output=True, check=True).stdout.strip()
    assert record.commit_of("v1.2.3", clone) == tagged


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("v9.9.9", "there is no tag v9.9.9"),
        ("1.2.3", "is no version"),
        ("v1.2", "is no version"),
        ("v1.2.3 ", "is no version"),
        ("a" * 40, "is no version"),
        ("main", "is no version"),
    ],
)
def test_what_is_no_tag_is_no_version(clone: Path, version: str, said: str) -> None:
    with pytest.raises(DeployError, match=said):
        record.commit_of(version, clone)


COMMIT = "1" * 40
CHECKED = {
    "passed": True,
    "partial": False,
    "revision": COMMIT,
    "version": "1.2.3",
    "manifests": MANIFESTS,
    "checks": [],
}


def checked(folder: Path, **changes: Any) -> None:
    (folder / f"{COMMIT}.json").write_text(json.dumps(CHECKED | changes), "utf-8")


def test_a_passed_release_check_is_found_by_its_commit(tmp_path: Path) -> None:
    checked(tmp_path)
    assert record.release_check_for(COMMIT, "v1.2.3", tmp_path) == CHECKED


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"passed": False, "checks": [{"name": "scans", "passed": False}]}, r"did not pass \(scans\)"),
        ({"partial": True}, "only a part"),
        ({"partial": None}, "only a part"),
        ({"revision": "2" * 40}, "is about 1.2.3, commit 222"),
        ({"version": "1.2.4"}, "is about 1.2.4"),
    ],
)
def test_a_release_check_that_is_no_pass_is_refused(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    checked(tmp_path, **changes)
    with pytest.raises(DeployError, match=said) as raised:
        record.release_check_for(COMMIT, "v1.2.3", tmp_path)
    assert "make release-check" in str(raised.value)


def test_without_a_release_check_nothing_goes_to_production(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=r"no release-check of v1\.2\.3, commit 111111111111"):
        record.release_check_for(COMMIT, "v1.2.3", tmp_path)


def test_the_images_are_those_that_the_release_check_built() -> None:
    record.same_manifests(CHECKED, MANIFESTS)
    with pytest.raises(
        DeployError, match=f"webapp: the release-check built the manifest {MANIFESTS['webapp']}"
    ):
        record.same_manifests(CHECKED, MANIFESTS | {"webapp": MANIFESTS["api"]})
    with pytest.raises(DeployError, match="api: the release-check built the manifest None"):
        record.same_manifests({}, MANIFESTS)


@pytest.mark.parametrize("tag", ["a" * 40, "latest", "v0.0.999"])
def test_apply_takes_no_untagged_commit_to_production(tag: str) -> None:
    """Refused before anything is asked of a registry or an engine."""
    done = CliRunner().invoke(apply, ["production", "--tag", tag])
    assert isinstance(done.exception, DeployError)
    assert "tag" in str(done.exception)


def test_a_version_is_not_taken_for_another_commit(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record.commit_of, "__defaults__", (clone,))
    done = CliRunner().invoke(apply, ["production", "--tag", "v1.2.3", "--revision", "f" * 40])
    assert isinstance(done.exception, DeployError)
    assert "leave --revision out" in str(done.exception)
