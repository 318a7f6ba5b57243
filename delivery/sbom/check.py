"""Checking the bill of a subject against another one, mostly BuildKit's."""

from dataclasses import asdict

from delivery.sbom.attached import find
from delivery.sbom.compare import compare, tolerated
from delivery.sbom.subject import Facts, Subject, make, summary


def check(subject: Subject, against: str) -> Facts:
    """Compare with the bill that `against` stands for (see attached.find); "agree" says the outcome.

    Raises SbomError when there is nothing to compare with.
    """
    _, own = make(subject)
    other = find(against, subject.platform)
    differences = compare(own, other)
    return {
        **summary(own),
        "against": against,
        "agree": not differences,
        "differences": [{**asdict(one), "message": str(one)} for one in differences],
        "tolerated": dict(tolerated(own, other)),
    }
