"""The client of the API as the pages use it: failures are counted, ids go along."""

from collections.abc import Callable
from typing import TypeVar

from finchat_sec_qa.client import FinChatClient
from finchat_sec_qa.client.calls import Call
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import RemoteError
from finchat_sec_qa.telemetry.trail import passed_on

T = TypeVar("T")
WAIT_BEYOND_API = 5.0  # seconds: the API's own time limit comes first and names itself


class CountedClient(FinChatClient):
    """Tells of every call that failed, also where a page goes on without its result."""

    def __init__(self, settings: Settings, tell: Callable[[RemoteError], None]) -> None:
        token = settings.api_token.get_secret_value() or None
        timeout = settings.api_timeout + WAIT_BEYOND_API
        super().__init__(settings.api_url, token=token, timeout=timeout, carried=passed_on)
        self._tell = tell

    def send(self, call: Call[T]) -> T:
        """Make a call. Raises RemoteError."""
        try:
            return super().send(call)
        except RemoteError as error:
            self._tell(error)
            raise
