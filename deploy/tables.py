"""TOML files as frozen values: environments, policies, limits. Of the deployer it imports the errors alone.

Every mistake in a file is told at once: the file, each key that is wrong, and why.
"""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from delivery.toml_file import read_toml
from deploy.errors import SettingError


class Table(BaseModel):
    """A table of such a file: unknown keys are mistakes, nothing changes later."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Kind = TypeVar("Kind", bound=Table)


def read_table(file: Path, kind: type[Kind], error: type[SettingError] = SettingError) -> Kind:
    """What a file says. Validators find its folder in their context, as `folder`.

    Raises `error`, which names the file and every key that is wrong.
    """
    told = read_toml(file, error)
    try:
        return kind.model_validate(told, context={"folder": file.parent})
    except ValidationError as trouble:
        raise error(f"{file}: {'; '.join(_told(each) for each in trouble.errors())}") from trouble


def _told(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "the file"
    said = {"missing": "is missing", "extra_forbidden": "is no setting of this file"}
    return f"{key}: {said.get(error['type'], error['msg'].removeprefix('Value error, '))}"
