"""TOML files as frozen values: environments, policies, limits. Of the deployer it imports the errors alone.

Every mistake in a file is told at once: the file, each key that is wrong, and why.
"""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.errors import SettingError


class Table(BaseModel):
    """A table of such a file: unknown keys are mistakes, nothing changes later."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Kind = TypeVar("Kind", bound=Table)


def read_table(file: Path, kind: type[Kind], error: type[SettingError] = SettingError) -> Kind:
    """What a file says. Validators find its folder in their context, as `folder`.

    Raises `error`, which names the file and every key that is wrong.
    """
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise error(f"{file}: cannot be read: {trouble.strerror}") from trouble
    except ValueError as trouble:
        raise error(f"{file}: is no TOML: {trouble}") from trouble
    try:
        return kind.model_validate(told, context={"folder": file.parent})
    except ValidationError as trouble:
        raise error(f"{file}: {'; '.join(_told(each) for each in trouble.errors())}") from trouble


def _told(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "the file"
    said = {"missing": "is missing", "extra_forbidden": "is no setting of this file"}
    return f"{key}: {said.get(error['type'], error['msg'].removeprefix('Value error, '))}"
