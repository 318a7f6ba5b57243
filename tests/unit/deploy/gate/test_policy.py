from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.gate import Policy, PolicyError, read_policy
from deploy.gate.policy import fits

GOOD = """
repositories = ["ghcr.io/acme/*"]
builders = ["https://ci.test/*"]
bases = ["python:3.11-slim"]
max_age_days = 30
[signature]
keys = ["one.pub"]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "one.pub").write_text("key", "utf-8")
    file = folder / "policy.toml"
    file.write_text(text, "utf-8")
    return file


def test_ours_can_be_read_and_production_is_the_stricter(repo: Path) -> None:
    ours = {
        name: read_policy(repo / "deploy/policies" / f"{name}.toml") for name in ("staging", "production")
    }
    assert {name: each.local for name, each in ours.items()} == {"staging": "allow", "production": "refuse"}
    assert ours["production"].findings.when_not_checked == "refuse"
    assert ours["production"].max_age < ours["staging"].max_age
    assert set(ours["production"].builders) < set(ours["staging"].builders)
    for each in ours.values():
        assert each.signature.transparency_log
        assert each.findings.scanners
        assert each.owned == repo / "deploy/policies/../../security/owned_files.toml"


def test_what_is_not_said_is_the_strict_way(tmp_path: Path) -> None:
    policy = read_policy(written(tmp_path, GOOD))
    assert policy.local == "refuse"
    assert policy.signature.transparency_log
    assert policy.signature.keys == (tmp_path / "one.pub",)
    assert policy.findings.when_not_checked == "refuse"
    assert policy.findings.severities == ("critical", "high")
    assert policy.platform == "linux/amd64"


def test_a_policy_does_not_change(tmp_path: Path) -> None:
    policy = read_policy(written(tmp_path, GOOD))
    with pytest.raises(ValidationError, match="frozen"):
        policy.local = "allow"  # type: ignore[misc] # that is the point


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("max_age_days = 30", "", "max_age_days: is missing"),
        ("max_age_days = 30", "max_age_days = 0", "max_age_days: Input should be greater than 0"),
        ("max_age_days = 30", "max_age_days = 30\nmax_age = 1", "max_age: is no setting of this file"),
        (
            "max_age_days = 30",
            'max_age_days = 30\nlocal = "maybe"',
            "local: Input should be 'allow' or 'refuse'",
        ),
        ("max_age_days = 30", 'max_age_days = 30\nplatform = "amd64"', "platform: String should match"),
        ("max_age_days = 30", 'max_age_days = 30\nowned = "no.toml"', "owned: there is no file"),
        ("https://ci.test/*", "*", "builders.0: this pattern would allow everything"),
        ("ghcr.io/acme/*", "*/*", "repositories.0: this pattern would allow everything"),
        ('["python:3.11-slim"]', "[]", "bases: Tuple should have at least 1 item"),
        ("one.pub", "two.pub", "signature.keys.0: there is no file"),
        ('keys = ["one.pub"]', "", "signature: nobody is named"),
        ('keys = ["one.pub"]', 'key = "one.pub"', "signature.key: is no setting of this file"),
        (
            'keys = ["one.pub"]',
            '[[signature.identities]]\nidentity = "x"\nissuer = "github"',
            "signature.identities.0.issuer",
        ),
        (
            "[signature]",
            '[findings]\nscanners = ["grype"]\n[signature]',
            "findings.scanners.0: Input should be 'trivy' or 'debian'",
        ),
        (
            "[signature]",
            "[findings]\nvalid_hours = 10000\n[signature]",
            "findings.valid_hours: Input should be",
        ),
        ("[signature]", "[signature", "is no TOML"),
    ],
)
def test_mistakes_are_named_with_key_and_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(PolicyError) as raised:
        read_policy(file)
    assert str(raised.value).startswith(f"{file}: {said}")
    assert raised.value.exit_code == 2


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(
        PolicyError, match="repositories: is missing; builders: is missing; bases: is missing"
    ):
        read_policy(written(tmp_path, "[signature]\n"))


def test_a_policy_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no such file; name a policy"):
        read_policy(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("name", "pattern", "right"),
    [
        ("ghcr.io/acme/api", "ghcr.io/acme/*", True),
        ("ghcr.io/acme/deep/api", "ghcr.io/acme/*", True),
        ("ghcr.io/evil/api", "ghcr.io/acme/*", False),
        ("ghcr.io/acme/api", "ghcr.io/acme/ap", False),
        ("GHCR.io/acme/api", "ghcr.io/acme/api", False),
    ],
)
def test_patterns_stand_for_whole_names(name: str, pattern: str, right: bool) -> None:
    assert fits(name, (pattern,)) is right


def test_a_policy_can_be_made_of_values(tmp_path: Path) -> None:
    told: dict[str, Any] = {
        "repositories": ["ghcr.io/acme/*"], "builders": ["b"], "bases": ["c"], "max_age_days": 1,
        "signature": {"identities": [{"identity": "me", "issuer": "https://id.test"}]},
    }  # fmt: skip
    assert Policy.model_validate(told).signature.identities[0].identity == "me"
