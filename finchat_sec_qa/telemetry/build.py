"""Which program this is."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

PACKAGE = "finchat-sec-qa"


@cache  # reading the package's metadata takes longer than the rest of a request for it
def program_version() -> str:
    """The installed package's version; "0+unknown" when it runs from a tree that is not installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "0+unknown"


def python_version() -> str:
    """The interpreter's version, e.g. "3.11.9"."""
    return platform.python_version()
