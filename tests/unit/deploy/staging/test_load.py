"""The load: what counts as failed, by a real locust against a server, and what is made of it."""

import json
from itertools import count

import pytest

from deploy.errors import EngineError
from deploy.staging.limits import Load, Rate
from deploy.staging.load import run
from deploy.staging.load.profile_file import PAGES
from deploy.staging.load.run import Result, Sent
from deploy.staging.loads import failures, judged
from deploy.staging.questions import Answered, read
from tests.unit.deploy.staging.stand_in import Answer, as_json, served, site

KNOWN = {each.question: each for each in read() if isinstance(each, Answered)}
RATE = Rate(requests_per_second=60, users=6, most_failed=0)
PAGE = b"<!doctype html><html><body>Answers</body></html>\n"


def answer(question: str) -> dict[str, object]:
    known = KNOWN[question]
    cites = [{"filing": filing, "quote": quote} for filing, quote in known.cites]
    return {"status": "answered", "value": {"number": known.number, "unit": known.unit}, "citations": cites}


def right(path: str, body: bytes, headers: dict[str, str]) -> Answer:
    """What a stack answers."""
    if path != "/v1/ask":
        return as_json({}) if path.startswith("/v1") else (200, PAGE, "text/html")
    told = json.dumps(answer(json.loads(body)["question"]))
    if headers.get("Accept") != "text/event-stream":
        return 200, told.encode(), "application/json"
    events = f'event: stage\ndata: {{"stage":"plan"}}\n\nevent: answer\ndata: {told}\n\n'
    return 200, events.encode(), "text/event-stream"


def hurt(path: str, body: bytes, headers: dict[str, str], turn: int) -> tuple[str, Answer]:
    """A wrong answer of one of several kinds, and what a load should say of it."""
    status, good, kind = right(path, body, headers)
    stream, plain, page = kind == "text/event-stream", path == "/v1/ask", "/v1" not in path
    wrong: list[tuple[str, Answer]] = [("500", (500, good, kind)), ("429", (429, b"{}", kind))]
    if stream:
        twice, none = good.partition(b"\n\n")[2], good.partition(b"event: answer")[0]
        wrong += [("2 answers", (status, good + twice, kind)), ("0 answers", (status, none, kind))]
    elif plain:
        other = good.replace(b'"number": "', b'"number": "9')
        wrong += [("right is", (status, other, kind)), ("not JSON", (status, good[:-3], kind))]
    elif page:
        wrong += [("not whole", (status, good[:-9], kind)), ("not whole", (status, good * 2, kind))]
    else:
        wrong += [("not JSON", (status, good[:-1], kind)), ("status 204", (204, b"", kind))]
    return wrong[turn % len(wrong)]


def test_a_whole_stack_has_no_failures_and_is_asked_in_every_way() -> None:
    def asks(path: str, body: bytes, headers: dict[str, str]) -> Answer:
        sent = headers.get("Authorization") == "Bearer secret"
        return right(path, body, headers) if sent else as_json({}, 401)

    with served(asks) as address:
        result = run.hold(site(address, token="secret"), RATE, 3.0)  # noqa: S106 - of this test
    assert result.failed == (), result.complaints()
    kinds = {each.kind for each in result.requests}
    assert kinds >= {"POST /v1/ask", "POST /v1/ask, stream", "GET /v1/facts", "page /ask"}
    assert all(each.ms > 0 for each in result.requests)
    assert result.figures()["requests"] == len(result.requests) > 20


def test_a_load_of_pages_asks_nothing_else() -> None:
    with served(right) as address:
        result = run.hold(site(address), RATE, 2.0, only=(PAGES,))
    assert {each.kind for each in result.requests} == {"page /ask", "page /"}


def test_wrong_short_and_doubled_answers_fail() -> None:
    turns = count()
    expected: set[str] = set()

    def wrong(path: str, body: bytes, headers: dict[str, str]) -> Answer:
        said, answered = hurt(path, body, headers, next(turns))
        expected.add(said)
        return answered

    with served(wrong) as address:
        result = run.hold(site(address), RATE, 4.0)
    assert len(result.failed) == len(result.requests) > 20
    told = {said for said in expected if any(said in each.error for each in result.failed)}
    assert told == expected, result.complaints(99)
    assert expected >= {"500", "429", "2 answers", "right is", "not whole"}


def test_a_stack_that_is_not_there_fails_every_request() -> None:
    result = run.hold(site("http://127.0.0.1:9"), RATE, 0.5)
    assert len(result.failed) == len(result.requests) > 0
    assert "Connection" in result.complaints()


def test_a_locust_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PROFILE", "nowhere.py")
    with pytest.raises(EngineError, match="no load came from locust"):
        run.hold(site(), RATE, 0.1)


def sent(*times: float, error: str = "") -> Result:
    return Result(tuple(Sent(float(at), "ask", ms, error) for at, ms in enumerate(times)))


@pytest.mark.parametrize(("share", "ms"), [(0.5, 20.0), (0.95, 40.0), (0.99, 40.0), (0.25, 10.0)])
def test_percentiles_are_those_of_real_requests(share: float, ms: float) -> None:
    assert sent(40, 10, 30, 20).percentile(share) == ms
    assert Result(()).percentile(share) == 0


def test_the_worst_gap_is_between_answers_that_were_right() -> None:
    well = sent(10, 10, 10, 10)
    assert well.worst_gap == pytest.approx(1.0)
    lost = Result((well.requests[0], *sent(1, 1, error="gone").requests, well.requests[3]))
    assert lost.worst_gap == pytest.approx(3.0)


def test_charts_have_a_value_for_each_second_and_gaps_where_nothing_was_asked() -> None:
    asked = Result((Sent(100.0, "ask", 5, ""), Sent(100.5, "ask", 15, "lost"), Sent(102.2, "ask", 7, "")))
    times, counts = asked.charts(limit=9)
    assert times.labels == counts.labels == ("0", "1", "2")
    assert times.series["median"] == (5, None, 7)
    assert times.limit == 9
    assert counts.series == {"answered": (1, 0, 1), "failed": (1, 0, 0)}
    assert Result(()).charts() == ()


def test_failures_name_the_commonest_first() -> None:
    (said,) = failures(Result((*sent(1, 1, error="reset").requests, *sent(1, error="500").requests)), 2)
    assert said.startswith("3 failed, allowed are 2: 2 × ask: reset; 1 × ask: 500")
    assert failures(sent(1, 1, error="reset"), 2) == []


def test_a_load_is_judged_by_its_limits() -> None:
    strict = Load(
        requests_per_second=1, users=1, most_failed=0, seconds=1, fewest_requests=5, p95_ms=30, p99_ms=35
    )
    loose = strict.model_copy(update={"fewest_requests": 4, "p95_ms": 40, "p99_ms": 40})
    result = sent(40, 10, 30, 20)
    assert judged(result, loose).faults == ()
    assert [each.split()[0] for each in judged(result, strict).faults] == ["only", "95", "99"]
    with pytest.raises(EngineError, match="sent nothing"):
        judged(Result(()), loose)
