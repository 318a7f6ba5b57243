"""Countries by the two-letter codes that XBRL uses (data in countries.toml)."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def countries() -> dict[str, tuple[str, ...]]:
    """Names of each country in small letters, the usual one first."""
    text = files(__package__).joinpath("countries.toml").read_text(encoding="utf-8")
    return {code: tuple(names) for code, names in tomllib.loads(text).items()}
