"""What is taken over from a request, and what it carries on."""

import pytest

from finchat_sec_qa.telemetry.logs import request_id
from finchat_sec_qa.telemetry.trail import id_of, passed_on, trace_of, traceparent

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize("given", ["a", "A.b-c_9", "x" * 64])
def test_a_harmless_id_is_kept(given: str) -> None:
    assert id_of(given) == given


@pytest.mark.parametrize("given", [None, "", "x" * 65, "a b", "a\n", "ü", '"', "a/b"])
def test_any_other_is_replaced_by_one_of_its_own(given: str | None) -> None:
    made = {id_of(given) for _ in range(20)}
    assert len(made) == 20
    assert all(len(each) == 16 for each in made)
    assert given not in made


def test_a_trace_is_kept_as_it_is() -> None:
    assert trace_of(TRACE) == TRACE


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        TRACE.upper(),
        TRACE + "\n",
        TRACE[:-1],
        TRACE.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32),
        TRACE.replace("00f067aa0ba902b7", "0" * 16),
        "ff" + TRACE[2:],
    ],
)
def test_what_is_no_trace_is_none(given: str | None) -> None:
    assert trace_of(given) == ""


def test_what_a_request_has_goes_along_and_nothing_else() -> None:
    assert passed_on() == {}
    tokens = request_id.set("mine"), traceparent.set(TRACE)
    assert passed_on() == {"X-Request-ID": "mine", "traceparent": TRACE}
    request_id.reset(tokens[0])
    traceparent.reset(tokens[1])
    assert passed_on() == {}
