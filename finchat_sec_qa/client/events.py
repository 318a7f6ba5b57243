"""Server-sent events out of a stream of bytes."""

from collections.abc import Iterator
from dataclasses import dataclass

from finchat_sec_qa.errors import RemoteError

MAX_EVENT = 16_000_000  # bytes; an answer has a few thousand


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its type ("message" where the server names none) and its data."""

    name: str
    data: str


class EventReader:
    """Takes pieces of the stream as they come and gives the events that are complete.

    Lines end with LF or CRLF only: what str.splitlines also takes for a line's end can occur in data.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, piece: bytes) -> Iterator[Event]:
        """The events that end within this piece. Raises RemoteError for an event beyond `MAX_EVENT`."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._bound(len(line))
            event = self._line(line.removesuffix(b"\r").decode("utf-8", "replace"))
            if event is not None:
                yield event
        self._bound(len(self._rest))

    def _bound(self, more: int) -> None:
        if self._size + more > MAX_EVENT:
            raise RemoteError(f"the server sends an event of more than {MAX_EVENT} bytes")

    def _line(self, line: str) -> Event | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)
            self._size += len(value)
        return None  # comments and other fields mean nothing here

    def _dispatch(self) -> Event | None:
        event = Event(self._name or "message", "\n".join(self._data)) if self._data else None
        self._name, self._data, self._size = "", [], 0
        return event
