"""`validate` and `stage` as commands: what they refuse, what they write, and their exit codes."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy import record
from deploy.cli import cli, main
from deploy.commands import options
from deploy.errors import DeployError, SettingError
from deploy.host import Host
from deploy.staging import limits, validation
from deploy.staging.model import Found
from deploy.staging.site import Site
from tests.unit.deploy.staging.stand_in import RELEASE, Told, settings, stack

ENVIRONMENT = """name = "{name}"
policy = "policy.toml"
production = {production}
hosts = {hosts}
[images]
api = "registry.example.com/api"
webapp = "registry.example.com/webapp"
[network]
subnet = "10.9.8.0/24"
"""


def environment(folder: Path, *, production: str = "false", hosts: str = '["nowhere"]') -> str:
    path = folder / "environment.toml"
    path.write_text(ENVIRONMENT.format(name="stand-in", production=production, hosts=hosts), "utf-8")
    return str(path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Told:
    """Environments are on a stand-in's engine, every check passes, reports go to a folder of the test."""
    told = Told(stack())
    looks = {name: lambda: Found("fine") for name in validation.NAMES}
    monkeypatch.setattr(options, "hosts", lambda _: [Host(settings(), told, lambda _: None)])
    monkeypatch.setattr(validation, "checks", lambda site, limits: looks)
    monkeypatch.setattr(record, "REPORTS", tmp_path / "reports")
    return told


def test_a_report_that_passed_is_what_production_demands(engine: Told, tmp_path: Path) -> None:
    done = run("validate", environment(tmp_path), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["passed"] is True
    assert record.report_for(settings(), RELEASE, tmp_path / "reports")["revision"] == RELEASE.revision
    assert record.path_of(RELEASE, tmp_path / "reports").with_suffix(".html").is_file()
    assert "docker exec stand-in-blue-api-1 finchat ingest --samples" in engine.asked  # type: ignore[attr-defined]


def test_a_part_is_kept_apart(engine: Told, tmp_path: Path) -> None:
    assert run("validate", environment(tmp_path), "--only", "smoke").exit_code == 0
    with pytest.raises(DeployError, match="no staging report"):
        record.report_for(settings(), RELEASE, tmp_path / "reports")
    with pytest.raises(DeployError, match="other limits"):
        record.report_for(settings(), RELEASE, tmp_path / "reports/partial")


def test_other_limits_are_kept_apart(engine: Told, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(limits.STANDARD.read_text("utf-8").replace("p95_ms = 750", "p95_ms = 751"), "utf-8")
    assert run("validate", environment(tmp_path), "--limits", str(own)).exit_code == 0
    assert not list((tmp_path / "reports").glob("*.json"))


def test_what_did_not_pass_is_kept_and_ends_with_3(
    engine: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def checks(site: Site, wanted: limits.Limits) -> dict[str, validation.Look]:
        return {name: lambda: Found("looked", ("broken",)) for name in validation.NAMES}

    monkeypatch.setattr(validation, "checks", checks)
    done = run("validate", environment(tmp_path))
    assert isinstance(done.exception, DeployError)
    assert done.exception.exit_code == 3
    assert "staging did not pass: smoke, page" in str(done.exception)
    with pytest.raises(DeployError, match="did not pass"):
        record.report_for(settings(), RELEASE, tmp_path / "reports")


@pytest.mark.parametrize("command", ["validate", "stage"])
def test_production_and_several_hosts_are_refused(tmp_path: Path, command: str) -> None:
    for given, said in (({"production": "true"}, "is production"), ({"hosts": '["a", "b"]'}, "here are 2")):
        done = run(command, environment(tmp_path, **given))
        assert isinstance(done.exception, SettingError)
        assert said in str(done.exception)


def test_keys_go_together_and_with_a_registry(tmp_path: Path) -> None:
    key = tmp_path / "cosign.key"
    key.write_text("", "utf-8")
    for more in (["--key", str(key)], ["--key", str(key), "--public-key", str(key)]):
        done = run("stage", environment(tmp_path), *more)
        assert isinstance(done.exception, SettingError)
        assert "go together" in str(done.exception)


def test_a_version_that_is_no_tag_is_refused_before_anything_is_asked(engine: Told, tmp_path: Path) -> None:
    done = run("stage", environment(tmp_path), "--tag", "v0.0.999")
    assert isinstance(done.exception, DeployError)
    assert "there is no tag v0.0.999" in str(done.exception)
    assert engine.asked == []  # type: ignore[attr-defined]


def test_an_error_is_one_line_and_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["deploy", "validate", environment(tmp_path), "--only", "lod"])
    monkeypatch.setattr(options, "hosts", lambda _: [Host(settings(), Told(stack()), lambda _: None)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("error: no check lod")
