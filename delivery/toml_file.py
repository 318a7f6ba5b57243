"""Reading a TOML file, with an error that names it. What stands in it is for whoever asks."""

import tomllib
from pathlib import Path
from typing import Any


def read_toml(file: Path, error: type[Exception]) -> dict[str, Any]:
    """What a file says. Raises `error`, which names the file, when it cannot be read or is no TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise error(f"{file}: cannot be read: {trouble.strerror}") from trouble
    except ValueError as trouble:
        raise error(f"{file}: is no TOML: {trouble}") from trouble
