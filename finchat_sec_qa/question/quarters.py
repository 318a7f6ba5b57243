"""Quarters of no named year: "last quarter" is the latest one, "the third quarter" the latest third."""

import re

from finchat_sec_qa.model.plan import AskedPeriod
from finchat_sec_qa.question.periods import ORDINALS, Found

_LEAD = r"\b(?:(?:in|for|during|of)\s+)?(?:the\s+|its\s+|their\s+)?"
LATEST_QUARTER = re.compile(
    rf"{_LEAD}(?:latest|last|most\s+recent|past|current)\s+(?:(?:fiscal|reported|completed)\s+)*quarter\b(?!\s+of\b)",
    re.IGNORECASE,
)
NAMED_QUARTER = re.compile(
    rf"{_LEAD}(?:Q(?P<q>[1-4])|(?P<q2>[1-4])Q|(?P<ord>first|second|third|fourth|[1-4](?:st|nd|rd|th))[\s-]+"
    r"(?:fiscal\s+)?quarter)\b",
    re.IGNORECASE,
)
_DIGITS = {"1": "first", "2": "second", "3": "third", "4": "fourth"}


def find_yearless(question: str) -> list[Found]:
    """The one quarter that a question names without its year; none where it names several."""
    found = [
        Found(AskedPeriod("latest", months=3), match.start(), match.end())
        for match in LATEST_QUARTER.finditer(question)
    ]
    for match in NAMED_QUARTER.finditer(question):
        digit = match["q"] or match["q2"]
        word = _DIGITS[digit] if digit else match["ord"].lower()
        found.append(Found(AskedPeriod("latest", name=ORDINALS[word]), match.start(), match.end()))
    return found if len({item.period for item in found}) == 1 else []
