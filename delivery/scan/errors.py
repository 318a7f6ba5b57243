"""What can go wrong in a scan.

ScanError
├── NotCheckedError       a check, or a part of it, could not be done; the scan goes on and says so
└── ExceptionsError    the file of exceptions cannot be read; nothing is scanned
"""


class ScanError(Exception):
    """Root of the scan's errors."""


class NotCheckedError(ScanError):
    """The reason why something was not checked, and what to do about it."""


class ExceptionsError(ScanError):
    """The file of exceptions cannot be used; the message names the file and the place in it."""
