import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.client import events
from finchat_sec_qa.client.events import Event, EventReader
from finchat_sec_qa.errors import RemoteError

NAMES = st.sampled_from(["stage", "answer", "error"])
DATA = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30)


def read(*pieces: bytes) -> list[Event]:
    reader = EventReader()
    return [event for piece in pieces for event in reader.feed(piece)]


@given(
    sent=st.lists(st.tuples(NAMES, DATA), max_size=5),
    end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 9),
)
def test_events_come_out_as_they_went_in_however_they_are_cut(
    sent: list[tuple[str, str]], end: str, size: int
) -> None:
    stream = "".join(f"event: {name}{end}data: {data}{end}{end}" for name, data in sent).encode()
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert read(*pieces) == [Event(name, data) for name, data in sent]


def test_comments_pings_and_unknown_fields_mean_nothing() -> None:
    assert read(b": ping\n\nid: 7\nretry: 1\n\nevent: stage\n: x\ndata: a\n\n") == [Event("stage", "a")]


def test_lines_of_data_are_joined_and_a_nameless_event_is_a_message() -> None:
    assert read(b"data: a\ndata:b\ndata\n\n") == [Event("message", "a\nb\n")]


def test_an_event_that_does_not_end_is_not_given() -> None:
    assert read(b"event: answer\ndata: {}\n") == []


def test_an_endless_event_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MAX_EVENT", 1_000)
    with pytest.raises(RemoteError, match="more than 1000 bytes"):
        read(*[b"x" * 100] * 11)
    with pytest.raises(RemoteError, match="more than 1000 bytes"):
        read(*[b"data: xxxxx\n"] * 1_000)
