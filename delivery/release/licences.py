"""Whether the licences of what we ship are those that we may ship, by the SBOMs that `make sbom` wrote."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from license_expression import (  # type: ignore[import-untyped]
    AND,
    OR,
    ExpressionError,
    LicenseSymbol,
)
from pydantic import BaseModel, ConfigDict, Field

from delivery.sbom.licences import spdx_licensing

RULES = Path(__file__).with_name("licences.toml")
UNKNOWN = {"NOASSERTION", "NONE", None}


class Rules(BaseModel):
    """The licences that are allowed, and packages whose licence a person has read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    allowed: frozenset[str] = Field(min_length=1)
    read: dict[str, str]


def rules(path: Path = RULES) -> Rules:
    """The rules in that file. Raises OSError, ValueError."""
    return Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def packages(path: Path) -> dict[str, str | None]:
    """Each package of an SPDX document with its declared licence. Raises OSError, ValueError, KeyError."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return {each["name"]: each.get("licenseDeclared") for each in document["packages"]}


def faults(found: dict[str, str | None], wanted: Rules) -> Iterator[str]:
    """A line for each package that may not be shipped, or of which that is not known."""
    for name, licence in sorted(found.items()):
        if licence in UNKNOWN:
            if name not in wanted.read:
                yield f"{name}: its licence is not known; read it, and note it in {RULES.name}"
        elif not _fits(str(licence), wanted.allowed):
            yield f"{name}: {licence} is not allowed ({RULES.name})"


def _fits(licence: str, allowed: frozenset[str]) -> bool:
    try:
        return _holds(spdx_licensing().parse(licence), allowed)
    except ExpressionError:
        return False


def _holds(expression: Any, allowed: frozenset[str]) -> bool:
    if isinstance(expression, AND):
        return all(_holds(each, allowed) for each in expression.args)
    if isinstance(expression, OR):
        return any(_holds(each, allowed) for each in expression.args)
    return isinstance(expression, LicenseSymbol) and expression.key in allowed
