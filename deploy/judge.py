"""Whether a new colour does as well as the old one: a function of two readings of Prometheus' counters.

Times are compared request by request of the same kind: what the old colour took on average for each route,
weighted by what the new one was asked. So a canary that happens to get the slow questions is not blamed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.model import Colour
from deploy.settings import Canary

Kind = tuple[str, str, str]  # job, route, method
_SELF = ("/health", "/ready", "/metrics")  # asked by proxies and Prometheus, not by users
FEWEST_ERRORS = 3  # one error among few requests is no rate


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters of one colour: requests and seconds by kind, errors (5xx, lost connections)."""

    requests: Mapping[Kind, float] = field(default_factory=dict)
    seconds: Mapping[Kind, float] = field(default_factory=dict)
    errors: float = 0.0

    def since(self, before: "Reading") -> "Reading":
        """What was counted after `before`. A counter that shrank began anew: all of it is after."""
        return Reading(
            {kind: _grown(value, before.requests.get(kind, 0.0)) for kind, value in self.requests.items()},
            {kind: _grown(value, before.seconds.get(kind, 0.0)) for kind, value in self.seconds.items()},
            _grown(self.errors, before.errors),
        )

    @property
    def count(self) -> float:
        """All requests."""
        return sum(self.requests.values())


@dataclass(frozen=True, slots=True)
class Span:
    """What both colours did in the same time."""

    new: Reading
    old: Reading


@dataclass(frozen=True, slots=True)
class Judgement:
    """`back` says why the new colour must go; empty, with `enough` requests seen, it may stay."""

    back: str
    enough: bool
    requests: int
    errors: int
    slower: float  # times the old colour's time for the same requests; 0: nothing to compare


def read(rows: list[dict[str, Any]]) -> dict[Colour, Reading]:
    """The readings in the result of `QUERY`. Raises ValueError for a result of another shape."""
    requests: dict[Colour, dict[Kind, float]] = {each: {} for each in Colour}
    seconds: dict[Colour, dict[Kind, float]] = {each: {} for each in Colour}
    errors = dict.fromkeys(Colour, 0.0)
    for row in rows:
        labels, name, value = row["metric"], row["metric"]["__name__"], float(row["value"][1])
        colour = labels.get("colour") or labels.get("server")
        if colour not in set(Colour) or labels.get("route") in _SELF:
            continue
        which = Colour(colour)
        if name.startswith("haproxy_"):
            errors[which] += value
            continue
        kind = (labels["job"], labels["route"], labels["method"])
        into = requests if name.endswith("_count") else seconds
        into[which][kind] = into[which].get(kind, 0.0) + value
        if name.endswith("_count") and labels["status"] == "5xx":
            errors[which] += value
    return {each: Reading(requests[each], seconds[each], errors[each]) for each in Colour}


QUERY = (
    '{__name__=~"finchat_http_request_seconds_(count|sum)",colour!=""}'
    ' or {__name__=~"haproxy_server_(connection_errors|response_errors)_total",server=~"blue|green"}'
)


def judge(all_of_it: Span, warm: Span | None, wanted: Canary) -> Judgement:
    """Judge errors by all requests, times by those after the first few, which are slow in any new process.

    `warm` is None until those few were seen.
    """
    new, old = all_of_it.new, all_of_it.old
    slower, slow = _times(warm, wanted) if warm else (0.0, "")
    return Judgement(
        back=_errors(new, old, wanted) or slow,
        enough=new.count >= wanted.fewest_requests,
        requests=round(new.count),
        errors=round(new.errors),
        slower=round(slower, 2),
    )


def _errors(new: Reading, old: Reading, wanted: Canary) -> str:
    """Why the new colour must go because of its errors; "": it need not."""
    count = max(new.count, new.errors, 1.0)
    share, usual = new.errors / count, old.errors / max(old.count, old.errors, 1.0)
    if new.errors < FEWEST_ERRORS or share <= usual + wanted.most_errors:
        return ""
    return (
        f"error rate: {new.errors:.0f} of {count:.0f} requests failed ({share:.0%}), "
        f"the old colour's rate was {usual:.1%}"
    )


def _times(span: Span, wanted: Canary) -> tuple[float, str]:
    """How many times the old colour's time the new one took, and why it must go because of that."""
    new, old = span.new, span.old
    alike = [kind for kind, asked in new.requests.items() if asked and old.requests.get(kind)]
    compared = sum(new.requests[kind] for kind in alike)
    took = sum(new.seconds.get(kind, 0.0) for kind in alike)
    due = sum(new.requests[kind] * old.seconds.get(kind, 0.0) / old.requests[kind] for kind in alike)
    if not compared or not due:
        return 0.0, ""
    slower, each, usual = took / due, took / compared * 1000, due / compared * 1000
    if compared < wanted.fewest_requests / 4 or slower <= wanted.slowest or each - usual <= wanted.slack_ms:
        return slower, ""
    return slower, (
        f"latency: {each:.0f} ms a request, {slower:.1f} times the old colour's {usual:.0f} ms "
        "for the same requests"
    )


def _grown(now: float, before: float) -> float:
    return now - before if now >= before else now
