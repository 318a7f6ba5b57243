"""Whether a new colour does as well as the old one: a function of two readings of Prometheus' counters.

Times are compared request by request of the same kind: what the old colour took on average for each route,
weighted by what the new one was asked. So a canary that happens to get the slow questions is not blamed.
They are compared span by span of a few requests, and only slowness that lasts sends a colour back: a process
that has just started is slow for a moment, most of all on a machine that is busy starting it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.model import Colour
from deploy.settings import Canary

Kind = tuple[str, str, str]  # job, route, method
_SELF = ("/health", "/ready", "/metrics")  # asked by proxies and Prometheus, not by users
FEWEST_ERRORS = 3  # one error among few requests is no rate
IN_A_ROW = 3  # spans of requests that were slow: one is a hiccup
LASTING = 5.0  # seconds that they must last: a busy machine slows everything down for a moment


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

    def or_else(self, other: "Reading") -> "Reading":
        """These figures, and the other ones of each kind that nothing was asked of here."""
        missing = [kind for kind, asked in other.requests.items() if asked and not self.requests.get(kind)]
        return Reading(
            {**self.requests, **{kind: other.requests[kind] for kind in missing}},
            {**self.seconds, **{kind: other.seconds.get(kind, 0.0) for kind in missing}},
            self.errors,
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
    """`back` says why the new colour must go; empty, with `enough` seen and compared, it may stay."""

    back: str
    enough: bool
    requests: int
    errors: int
    slower: float  # times the old colour's time for the same requests; 0: nothing to compare


@dataclass
class Pace:
    """The new colour's times so far, in spans of requests whose times can be compared.

    A span has a quarter of canary.fewest_requests or more of these. The first one only warms it up: it is
    in no figure.
    """

    wanted: Canary
    warm: Reading | None = None  # what was counted when the colour was warm
    judged: bool = False  # a span was compared: without one the colour's times are not known
    begin: Span | None = None  # what was counted when the present span began
    began: float = 0.0  # when the present span began
    slow: int = 0  # spans in a row, up to the last one
    since: float = 0.0  # when the first of these began
    why: str = ""  # the last span was slow, with its figures

    def see(self, seen: Span, now: float) -> None:
        """Take in what both colours did from the trial's begin to `now`, seconds of any clock."""
        if self.begin is None:
            if seen.new.count >= self.few:
                self.warm, self.begin, self.began = seen.new, seen, now
            return
        # While both serve, what slows the whole machine down is in the old colour's times too. What the old
        # one was not asked just then is compared with its times since the trial began.
        usual = seen.old.since(self.begin.old).or_else(seen.old)
        span = Span(seen.new.since(self.begin.new), usual)
        if _compared(span)[2] < self.few:
            return
        self.why = self._reason(span)
        self.judged = True
        self.since = self.since if self.slow else self.began
        self.slow = self.slow + 1 if self.why else 0
        self.begin, self.began = seen, now

    @property
    def lasting(self) -> bool:
        """Whether the colour has been slow for so long that it is no hiccup."""
        return self.slow >= IN_A_ROW and self.began - self.since >= LASTING

    @property
    def few(self) -> float:
        """Requests that make a span."""
        return self.wanted.fewest_requests / 4

    def times(self, seen: Span) -> float:
        """How many times the old colour's time the new one took since it was warm; 0: it cannot be said."""
        took, due, _ = _compared(Span(seen.new.since(self.warm), seen.old)) if self.warm else (0.0, 0.0, 0.0)
        return took / due if due else 0.0

    def _reason(self, span: Span) -> str:
        """Why a span of requests was slow, with its figures; "": it was not."""
        took, due, compared = _compared(span)
        if not due:
            return ""
        slower, each, usual = took / due, took / compared * 1000, due / compared * 1000
        if slower <= self.wanted.slowest or each - usual <= self.wanted.slack_ms:
            return ""
        return (
            f"latency: {each:.0f} ms a request, {slower:.1f} times the old colour's {usual:.0f} ms "
            "for the same requests"
        )


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


def judge(seen: Span, pace: Pace) -> Judgement:
    """Judge errors by all requests since the trial began, times by `pace`, which has seen them."""
    wanted = pace.wanted
    return Judgement(
        back=_errors(seen.new, seen.old, wanted) or (pace.why if pace.lasting else ""),
        enough=seen.new.count >= wanted.fewest_requests and pace.judged and not pace.slow,
        requests=round(seen.new.count),
        errors=round(seen.new.errors),
        slower=round(pace.times(seen), 2),
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


def _compared(span: Span) -> tuple[float, float, float]:
    """Seconds that the new colour took, that the old one would have, and for how many requests of both."""
    new, old = span.new, span.old
    alike = [kind for kind, asked in new.requests.items() if asked and old.requests.get(kind)]
    took = sum(new.seconds.get(kind, 0.0) for kind in alike)
    due = sum(new.requests[kind] * old.seconds.get(kind, 0.0) / old.requests[kind] for kind in alike)
    return took, due, sum(new.requests[kind] for kind in alike)


def _grown(now: float, before: float) -> float:
    return now - before if now >= before else now
