"""What files say of the version: pyproject.toml, docker-bake.hcl, SECURITY.md, and the changelog."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

HEADING = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<date>\S+))?\s*$", re.MULTILINE)


def project_version(root: Path) -> str:
    """The version of pyproject.toml. Raises OSError, ValueError, KeyError."""
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def other_versions(root: Path, version: str) -> Iterator[str]:
    """A line for each file that names another version than this."""
    bake = (root / "docker-bake.hcl").read_text(encoding="utf-8")
    named = re.search(r'variable "VERSION" \{\s*default\s*=\s*"([^"]*)"', bake)
    if not named or named[1] != version:
        yield f"docker-bake.hcl: VERSION is {named[1] if named else 'missing'}, pyproject.toml says {version}"
    policy = (root / "SECURITY.md").read_text(encoding="utf-8")
    short = version.rpartition(".")[0]
    if f"| {short} (latest release) | yes |" not in policy:
        yield f"SECURITY.md: does not list {short} as the latest release"


def changelog_faults(text: str, version: str, today: date) -> Iterator[str]:
    """What is wrong with a changelog (Keep a Changelog) for the release of a version."""
    parts = _parts(text)
    if version not in parts:
        yield f'no heading "## [{version}] - {today:%Y-%m-%d}"; move what is under Unreleased below it'
        return
    when, body = parts[version]
    try:
        if date.fromisoformat(when) > today:
            yield f"the date of {version}, {when}, is to come"
    except ValueError:
        yield f"the heading of {version} has no date like {today:%Y-%m-%d}"
    if not _entries(body):
        yield f"nothing is listed for {version}"
    if left := _entries(parts.get("Unreleased", ("", ""))[1]):
        yield f"{left} entries are under Unreleased; move them to {version}, or leave them for the next"


def _parts(text: str) -> dict[str, tuple[str, str]]:
    """Date ("" without one) and body of each heading."""
    headings = list(HEADING.finditer(text))
    ends = [each.start() for each in headings[1:]] + [len(text)]
    return {
        each["name"]: (each["date"] or "", text[each.end() : end])
        for each, end in zip(headings, ends, strict=True)
    }


def _entries(body: str) -> int:
    return sum(line.startswith("- ") for line in body.splitlines())
