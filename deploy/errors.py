"""What can go wrong with a deploy.

DeployError              exit 3: refused or failed; what served before goes on serving
├── SettingError         exit 2: a configuration file; names the file and the key
├── LockedError          exit 4: another deploy is at work
├── EngineError          exit 5: Docker did not do what it was asked
└── RolledBackError      exit 6: the new colour was let in, failed, and is out again
"""


class DeployError(Exception):
    """A message for a person: what failed and what to do next."""

    exit_code = 3


class SettingError(DeployError):
    """A configuration file that cannot be used."""

    exit_code = 2


class LockedError(DeployError):
    """Another deploy holds the lock of this stack."""

    exit_code = 4


class EngineError(DeployError):
    """The engine, or what runs in it, failed or cannot be reached."""

    exit_code = 5


class RolledBackError(DeployError):
    """The new colour took requests, failed, and the old one has them again."""

    exit_code = 6
