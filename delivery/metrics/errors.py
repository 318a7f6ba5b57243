"""What can go wrong when builds are measured.

MetricsError
├── ProgressError    the build's progress cannot be read, or is not that of a whole build
├── BuildError       the build itself failed
├── HistoryError     a line of the history is no record of a build
├── LimitsError      the file of limits cannot be read
└── SummaryError     the summary of the security scan cannot be read
"""


class MetricsError(Exception):
    """Root of the tree. The message names the file and line, and what to do next."""


class ProgressError(MetricsError):
    """The progress that a build wrote cannot be read, or holds no step."""


class BuildError(MetricsError):
    """The build failed; the message names the step and holds its last words."""


class HistoryError(MetricsError):
    """A line of the history is no record of a build. The file is left as it is."""


class LimitsError(MetricsError):
    """The file of limits cannot be read, or has a key that means nothing."""


class SummaryError(MetricsError):
    """The summary of the security scan is there but cannot be read."""
