"""Why a build could not be repeated. None of these means that two builds differ.

ReproduceError
├── RefusedError   what was published does not say how to build it again
├── RevisionError  the commit cannot be checked out here
├── BuildError     a command failed
└── CachedError    a step came from the cache, so that nothing was proven
"""


class ReproduceError(Exception):
    """Root of the errors of this room. The message says what was not checked, and what to do next."""


class RefusedError(ReproduceError):
    """Provenance is missing, or lacks a part without which the same image cannot come out."""


class RevisionError(ReproduceError):
    """The commit is not in this clone, or git cannot check it out."""


class BuildError(ReproduceError):
    """A build failed; the message holds the end of what it said."""


class CachedError(ReproduceError):
    """Steps were not run anew; the message names them."""
