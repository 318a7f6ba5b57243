"""What keeps the gate from judging at all. A refusal is no error: it is a check that failed, in a verdict."""

from deploy.errors import DeployError, SettingError


class GateError(DeployError):
    """The image cannot be read, so nothing of it was checked; the message names it and says what to do."""


class PolicyError(SettingError):
    """A policy, or a file that it names, cannot be used; the message names the file and the key."""
