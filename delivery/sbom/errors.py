"""What can go wrong with bills of materials.

SbomError
├── LockError       pyproject.toml and poetry.lock do not say what is installed
├── UnreadableError bytes that are no bill of materials we know, or a hostile one
├── InvalidError    what we wrote ourselves breaks the standard; a fault of this program
└── AbsentError     there is nothing to compare with, so nothing was checked
"""


class SbomError(Exception):
    """Root of the errors of this room. The message names the file and says what to do."""


class LockError(SbomError):
    """pyproject.toml and poetry.lock do not say which packages are installed."""


class UnreadableError(SbomError):
    """The bytes are no bill of materials that we read."""


class InvalidError(SbomError):
    """A bill of materials that was just written breaks its standard."""


class AbsentError(SbomError):
    """No bill of materials is there to compare with: nothing was checked."""
