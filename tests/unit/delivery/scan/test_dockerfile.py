import json
from pathlib import Path

import pytest

from delivery.scan.dockerfile import BuildChecks, Hadolint, dockerfiles
from delivery.scan.errors import NotCheckedError
from tests.unit.delivery.scan.planted import program, scope, write


def test_hadolint_finds_a_fault_and_a_remark_hides_none(tmp_path: Path) -> None:
    text = "FROM python:3.11-slim\n# hadolint ignore=DL3020\nADD main.py /\n"
    write(tmp_path, {"docker/Dockerfile": text})
    outcome = Hadolint().run(scope(tmp_path))
    (found,) = outcome.findings
    assert (found.id, found.where, found.check) == ("DL3020", "docker/Dockerfile:3", "hadolint")
    assert json.loads(outcome.sarif)["version"] == "2.1.0"


def test_what_hadolint_cannot_read_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM scratch\nBOGUS x\n"})
    assert [found.id for found in Hadolint().run(scope(tmp_path)).findings] == ["DL1000"]


def test_a_good_dockerfile_is_clean(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": 'FROM python:3.11-slim\nUSER 10001\nCMD ["python"]\n'})
    outcome = Hadolint().run(scope(tmp_path))
    assert (outcome.findings, outcome.looked_at) == ((), "Dockerfile")


def test_without_a_dockerfile_or_hadolint_nothing_is_checked(tmp_path: Path) -> None:
    with pytest.raises(NotCheckedError, match="no Dockerfile"):
        Hadolint().run(scope(tmp_path))
    write(tmp_path, {"Dockerfile": "FROM scratch\n", "docker/Dockerfile.dockerignore": "*\n"})
    assert dockerfiles(tmp_path) == ["Dockerfile"]
    with pytest.raises(NotCheckedError, match="no program hadolint; `make install-dev` installs it"):
        Hadolint().run(scope(tmp_path, folders=(str(tmp_path),)))


WARNING = {
    "ruleName": "SecretsUsedInArgOrEnv",
    "detail": 'do not use ENV "API_TOKEN"',
    "location": {"ranges": [{"start": {"line": 2}, "end": {"line": 2}}]},
}


def build_check(root: Path, report: dict[str, object], listed: list[object] | None = None) -> BuildChecks:
    """BuildKit's answers, as recorded, from a program `docker`."""
    answers = json.dumps({"report": report, "listed": listed})
    code = (
        f"import json; said = json.loads({answers!r})\n"
        "bake = sys.argv[2] == 'bake'\n"
        "listing = any(each.startswith('--list') for each in sys.argv)\n"
        "check = [each for each in sys.argv if each.startswith('--call=check')]\n"
        "assert listing or check\n"
        "api = {'build': {'dockerfile': 'docker/Dockerfile'}, 'check': said['report']}\n"
        "build = {'target': {'api': api}}\n"
        "print(json.dumps(said['listed'] if listing else build if bake else said['report']))\n"
    )
    program(root / "bin", "docker", code)
    return BuildChecks()


@pytest.mark.parametrize("bake", [False, True])
def test_a_warning_of_buildkit_is_a_finding(tmp_path: Path, bake: bool) -> None:
    write(tmp_path, {"docker/Dockerfile": "FROM scratch\n"})
    if bake:
        write(tmp_path, {"docker-bake.hcl": "\n"})
    listed: list[object] = [{"name": "api"}, {"name": "default", "group": True}]
    check = build_check(tmp_path, {"warnings": [WARNING]}, listed)
    outcome = check.run(scope(tmp_path, folders=(str(tmp_path / "bin"),)))
    (found,) = outcome.findings
    assert (found.id, found.where) == ("SecretsUsedInArgOrEnv", "docker/Dockerfile:2")
    assert outcome.not_checked == ()


def test_an_image_that_cannot_be_had_leaves_rules_unchecked(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM gone\n"})
    failure = {"message": "gone: failed to resolve source metadata"}
    check = build_check(tmp_path, {"warnings": [WARNING], "buildError": failure})
    outcome = check.run(scope(tmp_path, folders=(str(tmp_path / "bin"),)))
    assert outcome.not_checked == ("Dockerfile: gone: failed to resolve source metadata",)
    assert len(outcome.findings) == 1


def test_a_dockerfile_that_cannot_be_parsed_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "BOGUS\n"})
    failure = {"message": "dockerfile parse error on line 1: unknown instruction", **WARNING}
    check = build_check(tmp_path, {"warnings": None, "buildError": failure})
    outcome = check.run(scope(tmp_path, folders=(str(tmp_path / "bin"),)))
    assert [(found.id, found.line) for found in outcome.findings] == [("ParseError", 2)]
    assert outcome.not_checked == ()


def test_an_engine_that_does_not_answer_is_not_checked(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM scratch\n"})
    folder = program(tmp_path / "bin", "docker", "sys.exit('ERROR: Cannot connect to the Docker daemon')")
    with pytest.raises(NotCheckedError, match="Cannot connect"):
        BuildChecks().run(scope(tmp_path, folders=(folder,)))
