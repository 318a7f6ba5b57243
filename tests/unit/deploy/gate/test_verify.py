import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.commands.verify import verify
from deploy.gate import GateError, PolicyError
from tests.unit.delivery.attest.making import COMMIT
from tests.unit.deploy.gate.making import Dated, World

POLICY = """
repositories = ["{host}/team/*"]
builders = ["https://example.com/*"]
bases = ["python:3.11-slim"]
max_age_days = 365000
owned = "owned.toml"
[signature]
keys = ["one.pub"]
[findings]
scanners = ["trivy"]
when_not_checked = "{unchecked}"
"""


def run(world: World, *arguments: str, unchecked: str = "allow") -> Result:
    """The command with a policy and a cache of the test's own; no scanner is near."""
    file = world.folder / "policy.toml"
    file.write_text(POLICY.format(host=world.fake.host, unchecked=unchecked), "utf-8")
    return CliRunner().invoke(
        verify, [*arguments, "--policy", str(file), "--cache", str(world.folder / "cache")]
    )


@pytest.fixture
def reference(world: World) -> str:
    return world.push(Dated(finished="2026-01-02T03:04:05Z"))


def test_an_accepted_image_ends_with_0(world: World, reference: str) -> None:
    done = run(world, reference, "--revision", COMMIT)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == reference
    assert lines[-1] == "accepted"
    assert f"  ok           revision       {COMMIT}" in lines
    assert "trivy: no program trivy; put trivy on PATH (the policy lets this pass)" in done.output
    assert done.stderr == ""


def test_a_refused_image_ends_with_3_and_says_what_to_do(world: World, reference: str) -> None:
    done = run(world, reference, "--revision", "f" * 40, unchecked="refuse")
    assert done.exit_code == 3
    assert "refused: 2 of 10 checks" in done.output
    assert "  FAILED       revision " in done.output
    promise = "that it was built from the asked commit, without changes, was not shown"
    assert f"  revision: {promise}; deploy the image of that commit" in done.output
    assert "  not-checked  findings       trivy: no program trivy; put trivy on PATH\n" in done.output
    assert "accepted" not in done.output


def test_json_has_every_check(world: World, reference: str) -> None:
    done = run(world, reference, "--revision", "f" * 40, "--json")
    assert done.exit_code == 3
    told = json.loads(done.output)
    assert told["accepted"] is False
    assert told["policy"] == str(world.folder / "policy.toml")
    assert (told["revision"], told["created"]) == (COMMIT, "2026-01-02T03:04:05+00:00")
    outcomes = {each["name"]: (each["outcome"], each["refuses"]) for each in told["checks"]}
    assert outcomes["revision"] == ("failed", True)
    assert outcomes["findings"] == ("not-checked", False)
    assert len(outcomes) == 10


def test_an_image_that_cannot_be_read_ends_with_3(world: World) -> None:
    done = run(world, f"{world.name}:none", "--json")
    assert done.stdout == ""
    assert isinstance(done.exception, GateError)  # whose exit code the deployer's command line ends with
    assert done.exception.exit_code == 3
    assert str(done.exception).startswith(f"{world.name}:none cannot be read, so it is not let in: ")


def test_a_policy_that_cannot_be_used_ends_with_2(world: World, reference: str, tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("", "utf-8")
    done = CliRunner().invoke(verify, [reference, "--policy", str(tmp_path / "empty.toml")])
    assert done.stdout == ""
    assert isinstance(done.exception, PolicyError)
    assert done.exception.exit_code == 2
    assert "empty.toml: repositories: is missing" in str(done.exception)


def test_the_policy_is_productions_unless_another_is_named(world: World, reference: str) -> None:
    done = CliRunner().invoke(verify, [reference, "--cache", str(world.folder / "cache")])
    assert done.exit_code == 3
    assert "is none of ghcr.io/finchat-sec-qa/finchat-sec-qa-api" in done.output


def test_wrong_usage_ends_with_2_and_help_has_examples() -> None:
    assert CliRunner().invoke(verify, []).exit_code == 2
    told = CliRunner().invoke(verify, ["--help"])
    assert told.exit_code == 0
    assert "python -m deploy verify ghcr.io/" in told.output
    assert "Exit code 0: accepted; 3: refused" in told.output
