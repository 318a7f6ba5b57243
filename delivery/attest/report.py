"""Verdicts as text and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from delivery.attest.model import CHECKS, Check, Verdict


def document(name: str, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The verdicts on one name's images, as JSON has it."""
    return {
        "image": name,
        "passed": passed(verdicts),
        "manifests": [
            {
                "digest": each.digest,
                "platform": each.platform,
                "passed": each.passed,
                "checks": {check: _state(each, check) for check in CHECKS},
                "problems": [
                    {"check": one.check, "subject": one.subject, "text": one.text} for one in each.problems
                ],
                "not_checked": dict(each.unchecked),
                "figures": dict(each.figures),
            }
            for each in verdicts
        ],
    }


def lines(name: str, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The verdicts, for people: every check with its state, then what is wrong, then what was counted."""
    if not verdicts:
        yield f"{name}: holds no image, so nothing was checked"
    for each in verdicts:
        yield f"{name} ({each.platform or 'attestation'}) {each.digest}"
        for check, promise in CHECKS.items():
            yield f"  {_state(each, check):11}  {check:10}  {promise}"
            yield from (
                f"               {one.subject}: {one.text}" for one in each.problems if one.check == check
            )
            if check in each.unchecked:
                yield f"               {each.unchecked[check]}"
        counted = ", ".join(f"{count} {what}" for what, count in each.figures.items())
        yield f"  counted: {counted or 'nothing'}"


def passed(verdicts: Sequence[Verdict]) -> bool:
    """True when there is an image and all of them passed."""
    return bool(verdicts) and all(each.passed for each in verdicts)


def _state(verdict: Verdict, check: Check) -> str:
    if any(each.check == check for each in verdict.problems):
        return "FAILED"
    # A verdict without figures is of something that could not be looked into at all.
    return "not checked" if check in verdict.unchecked or not verdict.figures else "passed"
