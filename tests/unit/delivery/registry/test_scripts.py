"""The two scripts as they are called: options, output, exit status."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scripts import check_tags, registry_cleanup
from tests.unit.delivery.registry.fake_registry import PASSWORD, USER, FakeRegistry, digest_of
from tests.unit.delivery.registry.test_push_guard import write_layout


@pytest.fixture(autouse=True)
def _no_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("REGISTRY_USERNAME", raising=False)
    monkeypatch.delenv("REGISTRY_PASSWORD", raising=False)


@pytest.fixture
def filled(fake: FakeRegistry) -> FakeRegistry:
    """A release and fourteen builds of the days before it."""
    fake.put_image("0.1.0", content=b"release", created="2020-01-01T00:00:00Z")
    for day in range(10, 24):
        fake.put_image(f"build{day}", content=f"{day}".encode(), created=f"2026-01-{day}T00:00:00Z")
    return fake


def test_a_dry_run_shows_the_plan_and_deletes_nothing(
    filled: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    assert registry_cleanup.main([f"{filled.host}/app"]) == 0
    said = capsys.readouterr().out
    assert "11 tags stay, 4 go; 4 manifests to delete" in said
    assert "dry run: nothing was deleted" in said
    assert "not checked" in said
    assert [line.split()[1] for line in said.splitlines() if line.startswith("remove")] == [
        "build13",
        "build12",
        "build11",
        "build10",
    ]
    assert filled.count("DELETE") == 0


def test_applied_it_deletes_and_proves(filled: FakeRegistry, capsys: pytest.CaptureFixture[str]) -> None:
    assert registry_cleanup.main([f"{filled.host}/app", "--newest", "2", "--apply", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["repositories"]
    assert set(filled.tags) == {"0.1.0", "build22", "build23"}
    assert len(told["deleted"]) == 12
    assert told["proof"] == {"pulls": True, "tags": 3, "manifests": 3, "blobs": 6, "faults": []}


def test_the_json_of_a_dry_run_calls_the_proof_not_checked(
    filled: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    assert registry_cleanup.main([f"{filled.host}/app", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["applied"] is False
    assert told["repositories"][0]["proof"] == "not checked"
    first = told["repositories"][0]["tags"][0]
    assert (first["tag"], first["decision"], first["reasons"]) == (
        "build23",
        "keep",
        ["one of the 10 newest"],
    )


def test_what_is_deployed_or_named_stays(filled: FakeRegistry, tmp_path: Path) -> None:
    deployed = tmp_path / "deployed.txt"
    deployed.write_text(f"{filled.host}/app@{filled.tags['build10']}\n", "utf-8")
    options = ["--deployed", str(deployed), "--keep", "build11", "--newest", "0", "--apply"]
    assert registry_cleanup.main([f"{filled.host}/app", *options]) == 0
    assert set(filled.tags) == {"0.1.0", "build10", "build11"}


def test_young_images_stay(fake: FakeRegistry) -> None:
    hours = {"young": 1, "old": 50}
    for name, age in hours.items():
        created = datetime.now(UTC) - timedelta(hours=age)
        fake.put_image(name, content=name.encode(), created=created.isoformat())
    assert registry_cleanup.main([f"{fake.host}/app", "--newest", "0", "--min-age", "2d", "--apply"]) == 0
    assert set(fake.tags) == {"young"}


def test_a_wrong_list_of_what_is_deployed_stops_it(
    filled: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    assert registry_cleanup.main([f"{filled.host}/app", "--keep", "9.9.9", "--apply"]) == 1
    assert "9.9.9 is in none of the repositories" in capsys.readouterr().err
    assert filled.count("DELETE") == 0


def test_a_registry_that_deletes_nothing_is_an_error_that_says_what_to_do(
    filled: FakeRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    filled.deletes = False
    assert registry_cleanup.main([f"{filled.host}/app", "--apply", "--json"]) == 1
    said = capsys.readouterr()
    assert "REGISTRY_STORAGE_DELETE_ENABLED=true" in said.err
    assert "REGISTRY_STORAGE_DELETE_ENABLED=true" in json.loads(said.out)["error"]


def test_what_does_not_pull_is_named(filled: FakeRegistry, capsys: pytest.CaptureFixture[str]) -> None:
    """Found only by reading: the layer has other bytes of the same length."""
    filled.blobs[digest_of(b"23")] = b"xx"
    assert registry_cleanup.main([f"{filled.host}/app", "--apply", "--read-layers"]) == 1
    assert f"build23: {filled.host}/app@{digest_of(b'23')}" in capsys.readouterr().out


def test_credentials_come_from_the_environment(filled: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.auth = "bearer"
    assert registry_cleanup.main([f"{filled.host}/app"]) == 1
    monkeypatch.setenv("REGISTRY_USERNAME", USER)
    monkeypatch.setenv("REGISTRY_PASSWORD", PASSWORD)
    assert registry_cleanup.main([f"{filled.host}/app", "--apply"]) == 0
    assert len(filled.tags) == 11


@pytest.mark.parametrize(
    "wrong",
    [
        ["app"],
        ["localhost:5000/app:1.0.0"],
        ["localhost:5000/app", "--min-age", "week"],
        ["localhost:5000/app", "--newest", "-1"],
    ],
)
def test_wrong_usage_exits_with_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        registry_cleanup.main(wrong)
    assert caught.value.code == 2
    assert wrong[-1] in capsys.readouterr().err


def test_a_keep_that_names_no_image_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert registry_cleanup.main(["localhost:5000/app", "--keep", "localhost:5000/app"]) == 2
    assert "--keep" in capsys.readouterr().err


@pytest.mark.parametrize("script", ["registry_cleanup", "check_tags"])
@pytest.mark.parametrize("form", ["file", "module"])
def test_help_has_examples_in_both_forms(repo: Path, script: str, form: str) -> None:
    called = [f"scripts/{script}.py"] if form == "file" else ["-m", f"scripts.{script}"]
    done = subprocess.run(
        [sys.executable, *called, "--help"], cwd=repo, text=True, capture_output=True, check=True
    )
    assert f"python -m scripts.{script} " in done.stdout


@pytest.fixture
def layout(fake: FakeRegistry, tmp_path: Path) -> Path:
    """A layout of an image that the registry does not have yet."""
    here = FakeRegistry()
    index = here.put_index(images=(here.put_image(content=b"here"),), attested="x")
    return write_layout(tmp_path / "layout", here, index)


def test_the_guard_tells_what_to_push(
    fake: FakeRegistry, layout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.put_image("latest", content=b"older")
    fake.put_image("same", content=b"here")
    wanted = [f"{fake.host}/app:{tag}" for tag in ("1.0.0", "same", "latest")]
    assert check_tags.main(["--layout", str(layout), "--to-push", *wanted]) == 0
    assert capsys.readouterr().out.splitlines() == [wanted[0], wanted[2]]


def test_the_guard_refuses_all_when_one_tag_is_taken(
    fake: FakeRegistry, layout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.put_image("1.0.0", content=b"other")
    wanted = [f"{fake.host}/app:{tag}" for tag in ("1.0.0", "latest")]
    assert check_tags.main(["--layout", str(layout), "--to-push", *wanted]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{wanted[0]}: refused" in said.err


def test_the_guard_says_not_checked_when_it_could_not(
    fake: FakeRegistry, layout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.auth = "basic"
    reference = f"{fake.host}/app:1.0.0"
    assert check_tags.main(["--layout", str(layout), "--json", reference]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["checks"] == []
    assert told["failures"][0].startswith(f"{reference}: not checked: ")


def test_the_guard_tells_programs_too(
    fake: FakeRegistry, layout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_tags.main(["--layout", str(layout), "--json", f"{fake.host}/app:1.0.0"]) == 0
    (check,) = json.loads(capsys.readouterr().out)["checks"]
    assert (check["verdict"], check["push"], check["remote"]) == ("new", True, [])


def test_the_guard_wants_references(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_tags.main(["No Reference"]) == 2
    assert "No Reference" in capsys.readouterr().err
