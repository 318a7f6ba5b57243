from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.judge import IN_A_ROW, LASTING, Judgement, Pace, Reading, Span, judge, read
from deploy.model import Colour
from deploy.settings import Canary

ASK = ("api", "/v1/ask", "POST")
LIST = ("api", "/v1/companies", "GET")
WANTED = Canary(percent=10, seconds=2, fewest_requests=20, most_errors=0.05, slowest=3.0, slack_ms=20)


def reading(asks: float, each: float, errors: float = 0.0) -> Reading:
    return Reading({ASK: asks}, {ASK: asks * each}, errors)


def judged(new: Reading, old: Reading) -> Judgement:
    """What is said when all of it came evenly, in the fewest spans that may send a colour back."""
    pace, spans = Pace(WANTED), IN_A_ROW + 1
    for number in range(1, spans + 1):
        seen = Span(part(new, number / spans), part(old, number / spans))
        pace.see(seen, number * LASTING)
    return judge(Span(new, old), pace)


def part(what: Reading, count: float) -> Reading:
    return Reading(
        {kind: each * count for kind, each in what.requests.items()},
        {kind: each * count for kind, each in what.seconds.items()},
        what.errors,
    )


def paced(*spans: float, apart: float = LASTING / IN_A_ROW) -> Judgement:
    """Spans of ten requests with so many seconds for each; the old colour takes 0.01."""
    pace, asked, took = Pace(WANTED), 0.0, 0.0
    for number, each in enumerate(spans):
        asked, took = asked + 10, took + 10 * each
        seen = Span(Reading({ASK: asked}, {ASK: took}), reading(900, 0.01))
        pace.see(seen, number * apart)
    return judge(seen, pace)


def test_the_first_requests_of_a_new_process_are_in_no_figure() -> None:
    assert paced(5.0, 0.01, 0.01) == Judgement("", enough=True, requests=30, errors=0, slower=1.0)


def test_errors_are_judged_before_the_new_colour_is_warm() -> None:
    assert judge(Span(reading(4, 0.01, errors=4), reading(300, 0.01)), Pace(WANTED)).back


def test_a_hiccup_is_waited_for_and_sends_nothing_back() -> None:
    slow = paced(0.01, *[0.5] * (IN_A_ROW - 1))
    assert (slow.back, slow.enough) == ("", False)
    assert paced(0.01, *[0.5] * (IN_A_ROW - 1), 0.01, *[0.5] * (IN_A_ROW - 1)).back == ""
    assert paced(0.01, *[0.5] * (IN_A_ROW - 1), 0.01).enough


def test_slowness_that_lasts_sends_it_back() -> None:
    assert not paced(0.01, *[0.5] * 3 * IN_A_ROW, apart=0.5).back  # for four and a half seconds
    assert paced(0.01, *[0.5] * 4 * IN_A_ROW, apart=0.5).back
    lasting = paced(0.01, *[0.5] * IN_A_ROW)
    assert lasting.back.startswith("latency: 500 ms a request, 50.0 times the old colour's 10 ms")


def test_what_slows_both_colours_down_is_not_the_new_ones() -> None:
    both, new = Pace(WANTED), Pace(WANTED)
    for number in range(2 * IN_A_ROW):
        slow = times(number, 10)
        both.see(Span(slow, times(number, 90)), number * LASTING)
        new.see(Span(slow, reading(90 * (number + 1), 0.01)), number * LASTING)
    assert (both.slow, new.slow) == (0, IN_A_ROW)


def times(number: int, asked: float) -> Reading:
    """After so many spans in which each request took 0.01 seconds, but for the last ones: they took 0.5."""
    slow = max(0, number + 1 - IN_A_ROW)
    return Reading({ASK: asked * (number + 1)}, {ASK: asked * (0.01 * (number + 1 - slow) + 0.5 * slow)})


def test_a_span_of_few_requests_goes_on() -> None:
    pace = Pace(WANTED)
    for asked in range(9):  # a span is of five: the first warms it up, the second is not full
        pace.see(Span(reading(asked, 0.5), reading(900, 0.01)), asked)
    assert pace.slow == 0
    pace.see(Span(reading(10, 0.5), reading(900, 0.01)), 10)
    assert pace.slow == 1


def test_what_the_old_colour_was_not_asked_just_then_is_compared_with_its_times_before() -> None:
    """As with few requests of many kinds, where no two spans have the same ones."""
    pace = Pace(WANTED)
    for number in range(IN_A_ROW + 1):
        old = Reading({ASK: 100, LIST: 9.0 * number}, {ASK: 1.0, LIST: 0.09 * number})
        pace.see(Span(reading(5 * (number + 1), 0.5), old), number * LASTING)
    assert (pace.slow, pace.lasting) == (IN_A_ROW, True)


def test_a_colour_whose_times_could_not_be_compared_is_tried_longer() -> None:
    pace, old = Pace(WANTED), reading(900, 0.01)
    for number in range(1, 4):
        strange = Span(Reading({LIST: 20.0 * number}, {LIST: 20.0 * number}), old)
        pace.see(strange, number)
        assert not judge(strange, pace).enough
    known = Span(Reading({LIST: 60.0, ASK: 5.0}, {LIST: 60.0, ASK: 0.05}), old)
    pace.see(known, 4)
    assert judge(known, pace).enough


def test_a_colour_that_does_as_well_may_stay() -> None:
    seen = judged(reading(40, 0.010), reading(400, 0.010))
    assert (seen.back, seen.enough, seen.requests, seen.slower) == ("", True, 40, 1.0)


def test_errors_beyond_the_old_colours_send_it_back_with_the_figures() -> None:
    seen = judged(reading(20, 0.01, errors=6), reading(200, 0.01))
    assert seen.back == "error rate: 6 of 20 requests failed (30%), the old colour's rate was 0.0%"


def test_errors_that_the_old_colour_has_too_are_not_the_new_ones() -> None:
    assert judged(reading(40, 0.01, errors=12), reading(400, 0.01, errors=118)).back == ""


def test_one_error_among_few_requests_is_no_rate() -> None:
    assert judged(reading(4, 0.01, errors=2), reading(40, 0.01)).back == ""


def test_errors_send_it_back_before_enough_requests_were_seen() -> None:
    seen = judged(reading(5, 0.01, errors=3), reading(50, 0.01))
    assert seen.back.startswith("error rate")
    assert not seen.enough


def test_lost_connections_count_though_no_request_was_counted() -> None:
    assert "3 of 3" in judged(Reading(errors=3), reading(50, 0.01)).back


def test_times_beyond_the_old_colours_send_it_back() -> None:
    seen = judged(reading(30, 0.1), reading(300, 0.01))
    assert seen.back.startswith("latency: 100 ms a request, 10.0 times the old colour's 10 ms")


def test_slower_by_little_is_no_reason() -> None:
    assert judged(reading(30, 0.008), reading(300, 0.001)).back == ""


def test_a_canary_that_got_the_slow_questions_is_not_blamed() -> None:
    old = Reading({ASK: 10, LIST: 990}, {ASK: 5.0, LIST: 0.99})
    new = Reading({ASK: 30}, {ASK: 15.0})
    assert judged(new, old).slower == 1.0


def test_kinds_that_only_the_new_colour_saw_cannot_be_compared() -> None:
    assert judged(Reading({LIST: 30}, {LIST: 30.0}), reading(300, 0.01)).slower == 0


def test_what_was_counted_before_is_left_out_and_a_counter_that_began_anew_is_all_new() -> None:
    before, now = Reading({ASK: 100}, {ASK: 9.0}, 5), Reading({ASK: 110}, {ASK: 10.0}, 2)
    assert now.since(before) == Reading({ASK: 10}, {ASK: 1.0}, 2)


@given(st.floats(1, 1e6), st.floats(0.0001, 10), st.floats(1, 1e6), st.floats(0, 0.99))
def test_two_equal_colours_are_never_parted(count: float, each: float, other: float, share: float) -> None:
    new = Reading({ASK: count}, {ASK: count * each}, count * share)
    old = Reading({ASK: other}, {ASK: other * each}, other * share)
    assert judged(new, old).back == ""


def row(name: str, value: str, **labels: str) -> dict[str, Any]:
    return {"metric": {"__name__": name, **labels}, "value": [0, value]}


def test_a_result_of_prometheus_is_read_by_colour() -> None:
    ours = {"job": "api", "route": "/v1/ask", "method": "POST", "colour": "green"}
    name = "finchat_http_request_seconds"
    found = read(
        [
            row(f"{name}_count", "7", status="2xx", **ours),
            row(f"{name}_count", "3", status="5xx", **ours),
            row(f"{name}_sum", "0.5", status="2xx", **ours),
            row(f"{name}_count", "99", status="2xx", **{**ours, "route": "/health"}),
            row(f"{name}_count", "99", status="2xx", **{**ours, "colour": "red"}),
            row("haproxy_server_connection_errors_total", "2", server="green", proxy="api"),
        ]
    )
    assert found[Colour.GREEN] == Reading({ASK: 10}, {ASK: 0.5}, 5)
    assert found[Colour.BLUE] == Reading()


def test_a_result_of_another_shape_is_an_error() -> None:
    with pytest.raises(KeyError):
        read([{"value": [0, "1"]}])
