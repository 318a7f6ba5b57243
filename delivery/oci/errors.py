"""What can go wrong with an image that is read.

OciError
├── UnreadableError  bytes that are no OCI layout, or one that lacks a part
├── CorruptError     a blob is not what its digest says
├── UnsafeError      a path leads out of the image, or a limit is passed
├── ChoiceError      the layout holds no such image, or more than one
└── EngineError      the Docker engine did not give the image
"""


class OciError(Exception):
    """Root of the errors of this room. The message names the file or image and says what is wrong."""


class UnreadableError(OciError):
    """The bytes are no OCI layout, or a part of it is missing or malformed."""


class CorruptError(OciError):
    """A blob's bytes do not have the digest or size that its descriptor says."""


class UnsafeError(OciError):
    """A path of a layer leads out of the image, or a size or count passes its limit."""


class ChoiceError(OciError):
    """The layout holds no image that was asked for, or several where one was asked for."""


class EngineError(OciError):
    """The Docker engine did not give the image; the message holds its words."""
