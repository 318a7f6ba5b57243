"""Every error that FinChat-SEC-QA raises on purpose.

FinChatError                     exit  http
├── UsageError                    2    400   the caller asked for something that cannot be
│   ├── ConfigError               2    -     a setting has a value that is not allowed
│   └── NotFoundError             2    404   no such company, filing, document or section in the store
├── SourceError                   1    502   a place filings come from (EDGAR) did not give one
│   ├── ContactRequiredError      2    400   EDGAR wants a contact address and none is set
│   ├── SourceNotFoundError       1    404   EDGAR has no such company, filing or document
│   ├── SourceBlockedError        1    503   EDGAR has blocked us for a while
│   └── BadBodyError              1    502   what came back is not what was asked for
├── ParseError                    1    422   one file cannot be read as a filing
│   ├── UnsupportedFormatError    1    415   not a kind of file we read
│   ├── LimitExceededError        1    413   larger, deeper or slower than the limits allow
│   └── MalformedError            1    422   of a kind we read, but broken or hostile
├── StoreError                    1    500   the store cannot do what was asked
│   ├── StoreLockedError          1    409   another process is writing
│   ├── StoreReadOnlyError        1    403   the store may only be read here
│   ├── StoreVersionError         1    500   made by another version of the schema
│   └── StoreCorruptError         1    500   stored bytes are not what they were
└── RemoteError                   1    502   a FinChat server answered with an error, or not at all

A refusal to answer is not an error: it is an `Answer` with status "refused".
Messages say what is wrong, where (file, line, variable), and what to do next.
"""


class FinChatError(Exception):
    """Root of the tree. `code` is stable and machine-readable; `exit_code` is what the CLI exits with."""

    code = "error"
    exit_code = 1
    http_status = 500


class UsageError(FinChatError):
    """The caller asked for something that cannot be: a bad argument, question or scope."""

    code = "usage"
    exit_code = 2
    http_status = 400


class ConfigError(UsageError):
    """A FINCHAT_* variable holds a value that is not allowed.

    The message names the variable, the value (never a secret one) and what is allowed.
    """

    code = "config"

    def __init__(self, variable: str, message: str) -> None:
        super().__init__(f"{variable}: {message}")
        self.variable = variable


class NotFoundError(UsageError):
    """The store holds no such company, filing, document or section."""

    code = "not_found"
    http_status = 404


class SourceError(FinChatError):
    """A source of filings did not give what was asked for."""

    code = "source"
    http_status = 502


class ContactRequiredError(SourceError):
    """EDGAR refuses clients that name no contact; FINCHAT_EDGAR_CONTACT is not set."""

    code = "contact_required"
    exit_code = 2
    http_status = 400


class SourceNotFoundError(SourceError):
    """The source has no such company, filing or document."""

    code = "source_not_found"
    http_status = 404


class SourceBlockedError(SourceError):
    """The source has blocked us and the wait is longer than the caller allows."""

    code = "source_blocked"
    http_status = 503


class BadBodyError(SourceError):
    """The body is not what was asked for: an HTML error page, a cut file, the wrong type."""

    code = "bad_body"


class ParseError(FinChatError):
    """One file cannot be read as a filing. `name` is the file, `reason` is why, without the name."""

    code = "parse"
    http_status = 422

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason

    def __reduce__(self) -> tuple[type["ParseError"], tuple[str, str]]:
        """Survive the way back from a worker process: rebuild from both arguments."""
        return type(self), (self.name, self.reason)


class UnsupportedFormatError(ParseError):
    """Not a kind of file that is read: not HTML, iXBRL, XBRL, a full submission or PDF."""

    code = "unsupported_format"
    http_status = 415


class LimitExceededError(ParseError):
    """Larger, deeper or slower than the limits on untrusted input allow."""

    code = "limit_exceeded"
    http_status = 413


class MalformedError(ParseError):
    """Of a kind that is read, but broken or hostile."""

    code = "malformed"


class StoreError(FinChatError):
    """The store cannot do what was asked."""

    code = "store"


class StoreLockedError(StoreError):
    """Another process is writing to the store."""

    code = "store_locked"
    http_status = 409


class StoreReadOnlyError(StoreError):
    """The store may only be read here: its directory cannot be written to, or a setting says so."""

    code = "store_read_only"
    http_status = 403


class StoreVersionError(StoreError):
    """The store was made by another version of the schema than this program can use."""

    code = "store_version"


class StoreCorruptError(StoreError):
    """Stored bytes are not what they were when they were stored."""

    code = "store_corrupt"


class RemoteError(FinChatError):
    """A FinChat server answered with an error, or not at all. `status` is its HTTP status, if it answered."""

    code = "remote"
    http_status = 502

    def __init__(self, message: str, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code or type(self).code
