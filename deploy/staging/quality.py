"""Answers, through the proxies: exact, refused where due, verified, the same bytes from both colours."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.staging.model import Found, NotCheckedError
from deploy.staging.questions import Question
from deploy.staging.site import Site

AT_ONCE = 2  # requests in work; the check is no load test
VERIFIED = 150.0  # seconds: the filings that an answer cites are read again from their bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one question: the answer, and what is wrong with it ("": nothing)."""

    known: Question
    answer: dict[str, Any]
    fault: str

    @property
    def documents(self) -> list[str]:
        """What the answer cites, by hash."""
        return sorted({each["sha256"] for each in self.answer.get("citations", ())})


def answers(site: Site, questions: Sequence[Question]) -> Found:
    """Ask everything of both colours. Raises NotCheckedError when they are not alike, HTTPError."""
    state = site.state()
    here = state.colours.get(site.active())
    other = state.colours.get(site.active().other)
    if here != other:
        raise NotCheckedError("the colours hold different releases; deploy this one to both first")
    with site.client() as client, ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(lambda each: ask(client, site, each), questions))
        # Answers on the same filings one after the other: what was read for one is at hand for the next.
        ordered = sorted((each for each in replies if each.answer), key=lambda each: each.documents)
        unproven = list(pool.map(lambda each: verify(client, site, each), ordered))
    wrong = [f"{each.known.question}: {each.fault}" for each in replies if each.fault]
    wrong += [each for each in unproven if each]
    right = len(replies) - sum(bool(each.fault) for each in replies)
    return Found(
        f"{right} of {len(questions)} answers are exact and the same bytes of both colours, "
        f"{sum(not each for each in unproven)} hold when verified",
        tuple(wrong),
        {"questions": len(questions), "right": right, "verified": sum(not each for each in unproven)},
    )


def ask(client: httpx.Client, site: Site, known: Question) -> Reply:
    """The answer of both colours to one question."""
    told = {"question": known.question}
    here, there = (client.post(f"{base}/v1/ask", json=told) for base in (site.api, site.api_preview))
    for reply in (here, there):
        if reply.status_code != 200:
            return Reply(known, {}, f"{reply.status_code} {reply.text[:200]}")
    return Reply(known, here.json(), "; ".join(_faults(known, here, there)))


def verify(client: httpx.Client, site: Site, reply: Reply) -> str:
    """Why an answer does not hold, "" when it does."""
    said = client.post(f"{site.api}/v1/verify", json={"answer": reply.answer}, timeout=VERIFIED)
    if said.status_code == 200 and said.json().get("holds") is True:
        return ""
    return f"{reply.known.question}: the answer does not hold: {said.status_code} {said.text[:200]}"


def _faults(known: Question, here: httpx.Response, there: httpx.Response) -> Iterator[str]:
    if fault := known.fault(here.json()):
        yield fault
    if here.content != there.content:
        yield "the colours answer with different bytes"
