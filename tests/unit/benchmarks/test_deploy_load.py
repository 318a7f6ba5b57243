"""What counts as a failed request of the users under whom deploys are measured."""

import json

import httpx
import pytest

from benchmarks.deploy.load import KINDS, Kind, Seen, Users

BY_NAME = {kind.name: kind for kind in KINDS}
ANSWER = b'event: answer\ndata: {"status": "answered"}\n\n'


def flaw(name: str, *replies: tuple[int, bytes]) -> str:
    """What is wrong with the last of the replies to one kind of request."""
    users = Users("http://api", "http://web", rate=1)
    return [users._flaw(BY_NAME[name], httpx.Response(code, content=body)) for code, body in replies][-1]


@pytest.mark.parametrize(
    ("name", "replies", "why"),
    [
        ("companies", [(200, b"[]")], ""),
        ("companies", [(503, b"[]")], "status 503"),
        ("companies", [(302, b"")], "status 302"),
        ("companies", [(200, b"[]"), (200, b"[1]")], "another answer"),
        ("version", [(200, b"1"), (200, b"2")], ""),
        ("stream", [(200, ANSWER)], ""),
        ("stream", [(200, ANSWER[:-1])], "stream cut"),
        ("stream", [(200, ANSWER + ANSWER)], "stream cut"),
        ("stream", [(200, b"event: progress\ndata: {}\n\n")], "stream cut"),
        ("start page", [(200, b"<html></html>")], ""),
        ("answer page", [(200, b"<html></html>")], "without 391.035 billion"),
    ],
)
def test_what_is_wrong_with_a_reply(name: str, replies: list[tuple[int, bytes]], why: str) -> None:
    assert flaw(name, *replies) == why


def test_the_gap_is_the_longest_time_without_a_good_request() -> None:
    seen = Seen()
    for ended in (1.0, 1.1, 3.0, 3.2):
        seen.well(Kind("any", 1, "GET", "/"), ended - 0.05, ended)
    seen.badly(Kind("any", 1, "GET", "/"), "status 503")
    report = json.loads(json.dumps(seen.report()))
    assert report["worst_gap"] == pytest.approx(1.9)
    assert (report["requests"], report["failed"], report["why"]) == (5, 1, {"status 503": 1})
