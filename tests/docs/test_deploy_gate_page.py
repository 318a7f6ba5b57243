"""docs/deploy-gate.md names every check and key there is, and its examples can be used."""

import re
import shlex
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from deploy.commands.verify import verify
from deploy.gate import CHECKS, Policy, read_policy
from deploy.gate.policy import Findings, Signature


@pytest.fixture
def page(repo: Path) -> str:
    return (repo / "docs" / "deploy-gate.md").read_text(encoding="utf-8")


def keys(model: type[BaseModel], prefix: str = "") -> set[str]:
    return {f"{prefix}{name}" for name in model.model_fields}


def first_cells(page: str, heading: str) -> set[str]:
    """What the first column of the table below that heading names."""
    part = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE))


def test_every_check_is_told(page: str) -> None:
    assert first_cells(page, "The checks") == set(CHECKS)


def test_every_key_of_a_policy_is_told(page: str) -> None:
    own = keys(Policy) - {"signature", "findings"}
    told = own | keys(Signature, "signature.") | keys(Findings, "findings.")
    assert first_cells(page, "The policy") == told


def test_the_policy_of_the_page_can_be_used(page: str, tmp_path: Path) -> None:
    (body,) = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "cosign.pub").write_text("a key", "utf-8")
    (tmp_path / "policy.toml").write_text(body, "utf-8")
    assert read_policy(tmp_path / "policy.toml").findings.scanners == ("trivy", "debian")


def test_the_commands_of_page_and_help_are_understood(page: str, repo: Path) -> None:
    told = page + (verify.epilog or "")
    lines = re.findall(r"^ *python -m deploy verify (.+)$", told, re.MULTILINE)
    assert len(lines) == 7
    for line in lines:
        words = shlex.split(line.replace("$(", "").replace(")", "").replace("git rev-parse ", ""))
        context = verify.make_context("verify", words)
        assert isinstance(context, click.Context)
        assert (repo / context.params["policy"]).is_file()
