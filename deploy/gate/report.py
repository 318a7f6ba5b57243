"""Verdicts for people."""

from collections.abc import Iterator

from deploy.gate.model import CHECKS, Verdict


def lines(verdict: Verdict) -> Iterator[str]:
    """The image, every check with what was seen, and what to do about those that refuse it."""
    yield f"{verdict.reference}"
    yield f"  index     {verdict.digest}"
    yield f"  manifest  {verdict.manifest} ({verdict.platform})"
    yield f"  version   {verdict.version or 'not said'}, commit {verdict.revision or 'not said'}"
    for check in verdict.checks:
        state = check.outcome if check.outcome != "failed" else "FAILED"
        passes = (
            " (the policy lets this pass)" if check.outcome == "not-checked" and not check.refuses else ""
        )
        yield f"  {state:11}  {check.name:13}  {check.detail}{passes}"
    if verdict.accepted:
        yield "accepted"
        return
    yield f"refused: {len(verdict.refusals)} of {len(verdict.checks)} checks"
    for check in verdict.refusals:
        yield f"  {check.name}: that {CHECKS[check.name]}, was not shown; {check.advice}"
