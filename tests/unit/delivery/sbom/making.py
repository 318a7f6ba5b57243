"""Small projects, locks and bills for the tests of this room."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from packaging.utils import canonicalize_name

from delivery.sbom.build import bill, purl
from delivery.sbom.lock import Locked, read_lock
from delivery.sbom.model import Licence, Package, Sbom
from delivery.sbom.platforms import image_platform
from delivery.sbom.project import Project, read_project

WHEN = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
SHA = "ab" * 32

PYPROJECT = """
[project]
name = "Small.Project"
version = "1.2"
license = "MIT"
authors = [{ name = "Its authors" }]
dependencies = ["alpha[fast]>=1", "Beta_Lib; sys_platform == 'linux'", "never; sys_platform == 'win32'"]
[dependency-groups]
webapp = ["alpha"]
dev = [{ include-group = "webapp" }, "gamma"]
"""


def entry(
    name: str,
    version: str = "1.0",
    *,
    groups: Sequence[str] = ("main",),
    needs: Mapping[str, Any] | None = None,
    markers: Any = None,
    files: Sequence[str] | None = None,
) -> dict[str, Any]:
    """A package as poetry.lock has it once it is read as TOML."""
    names = files or (f"{name.replace('-', '_')}-{version}-py3-none-any.whl", f"{name}-{version}.tar.gz")
    made: dict[str, Any] = {
        "name": name,
        "version": version,
        "groups": list(groups),
        "files": [{"file": one, "hash": f"sha256:{SHA}"} for one in names],
        "dependencies": dict(needs or {}),
    }
    return made | ({"markers": markers} if markers else {})


def lock_text(*entries: Mapping[str, Any]) -> str:
    """A poetry.lock of those packages."""
    parts = []
    for one in entries:
        lines = [f"{key} = {_toml(value)}" for key, value in one.items()]
        parts.append("\n".join(["[[package]]", *lines]))
    text = "\n\n".join(parts)
    tomllib.loads(text)  # a fault of this function is told from one of the reader
    return text


def locked(*entries: Mapping[str, Any]) -> tuple[Locked, ...]:
    return read_lock(lock_text(*entries))


def small_lock() -> str:
    """What PYPROJECT locks: alpha with its extra, beta-lib, and delta which alpha's extra needs."""
    return lock_text(
        entry(
            "alpha",
            "1.1",
            groups=("main", "webapp", "dev"),
            needs={"delta": {"version": "*", "optional": True, "markers": 'extra == "fast"'}},
        ),
        entry("beta-lib", "2.0", needs={"Delta": ">=3", "alpha": "*"}),
        entry("delta", "3.0", files=("delta-3.0-cp311-cp311-manylinux_2_28_x86_64.whl", "delta-3.0.tar.gz")),
        entry("gamma", "4.0", groups=("dev",)),
    )


def small_project() -> Project:
    return read_project(PYPROJECT)


def small_bill() -> Sbom:
    """The bill of the main group, with one licence as an expression, one in words and one unknown."""
    known = {
        (canonicalize_name("alpha"), "1.1"): Licence("MIT OR Apache-2.0"),
        (canonicalize_name("delta"), "3.0"): Licence(words="Do as you please"),
        (canonicalize_name("beta-lib"), "1.9"): Licence("MIT"),  # of another version than the locked one
    }
    return bill(
        small_project(),
        read_lock(small_lock()),
        target="api",
        platform=image_platform(),
        known=known,
        created=WHEN,
    )


def python(name: str, version: str) -> Package:
    return Package(str(canonicalize_name(name)), version, "python", purl(name, version))


def found(*packages: Package) -> Sbom:
    """A bill as a scanner would write one."""
    return Sbom("found", WHEN, None, packages)


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value + "'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"'{key}' = {_toml(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(map(_toml, value)) + "]"
