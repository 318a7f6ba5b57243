"""Every error that the registry tools raise on purpose.

RegistryError
├── ReferenceFormError       a reference, digest or tag is not written as one
├── UnreachableError         no answer, or only failing ones, after all attempts
├── DeniedError              the registry wants other credentials, or gives these no right to do that
├── AbsentError              the registry has no such repository, tag, manifest or blob
├── DeletionDisabledError    the registry deletes nothing over this API
├── BadAnswerError           what came is not what was asked for: wrong digest, not JSON, too large
└── LocalImageError          the image on this machine cannot be read, so nothing was compared

Messages name the reference and say what to do next; none holds a password or token.
"""


class RegistryError(Exception):
    """Root of the tree."""


class ReferenceFormError(RegistryError):
    """A reference, digest or tag is not written as one."""


class UnreachableError(RegistryError):
    """The registry gave no answer, or only failing ones, after all attempts."""


class DeniedError(RegistryError):
    """The registry wants other credentials, or gives these no right to do that."""


class AbsentError(RegistryError):
    """The registry has no such repository, tag, manifest or blob."""


class DeletionDisabledError(RegistryError):
    """The registry deletes nothing over this API."""


class BadAnswerError(RegistryError):
    """What came is not what was asked for: wrong digest, not JSON, too large."""


class LocalImageError(RegistryError):
    """The image on this machine cannot be read, so nothing was compared."""
