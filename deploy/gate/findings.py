"""Whether scanners find something grave in the image that nobody has excused.

A scanner's result is kept with its moment and used again only while the policy lets it. The exceptions, which
expire, are applied every time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from delivery.scan import exceptions
from delivery.scan.debian import DebianPackages
from delivery.scan.errors import ExceptionsError, NotCheckedError
from delivery.scan.exceptions import Accepted, Book
from delivery.scan.image import Image
from delivery.scan.model import Check as ScanCheck
from delivery.scan.model import Finding, Outcome, Scope, Severity
from delivery.scan.tools import Toolbox
from delivery.scan.trivy import Trivy
from deploy.gate.errors import PolicyError
from deploy.gate.model import Check, failed, not_checked, ok
from deploy.gate.policy import Policy, Scanner
from deploy.gate.subject import Subject

KIND = "scan"
SHOWN = 10
# How results name the image, whatever name it is asked by.
PLACE = "image "
# Scanners that are programs, and want the image on the disk.
PROGRAMS: Mapping[Scanner, str] = {"trivy": "trivy"}


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scanner found, and when it looked (aware); `not_checked` says why it could not."""

    scanner: Scanner
    at: datetime
    findings: tuple[Finding, ...] = ()
    not_checked: tuple[str, ...] = ()


def check(subject: Subject, policy: Policy, now: datetime, tools: Toolbox) -> Check:
    """Every scanner of the policy looked, and nothing of its severities is left that is not excused.

    Raises PolicyError when the exceptions cannot be used, OciError when a layer cannot be read.
    """
    asked = policy.findings
    results = [_scanned(subject, each, policy, now, tools) for each in asked.scanners]
    named = [_named(each, subject) for result in results for each in result.findings]
    excepted = exceptions.apply(_book(policy, now), named, ())
    grave = [each for each in excepted.stay if each.severity in asked.severities]
    missing = [f"{each.scanner}: {reason}" for each in results for reason in each.not_checked]
    if grave:
        told = [f"{each.severity} {each.id} in {each.where}: {each.message}" for each in sorted(grave)]
        more = [f"and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
        where = asked.exceptions or "a file of exceptions that the policy names"
        advice = f"build on mended packages, or excuse each with a reason and a last day in {where}"
        return failed("findings", "; ".join([*told[:SHOWN], *more, *missing]), advice)
    if missing or not results:
        told = missing or ["the policy names no scanner"]
        advice = 'install what is missing; findings.when_not_checked = "allow" would let it pass unseen'
        refuses = asked.when_not_checked == "refuse"
        return not_checked("findings", "; ".join(told), advice, refuses=refuses)
    looked = ", ".join(f"{each.scanner} of {each.at:%Y-%m-%d %H:%M} UTC" for each in results)
    return ok("findings", f"{looked}; {len(excepted.accepted)} excused")


def _scanned(subject: Subject, scanner: Scanner, policy: Policy, now: datetime, tools: Toolbox) -> Scanned:
    """The scanner's result: an earlier one while it is valid, else a new one."""
    kept = _kept(subject.cache.value(KIND, scanner, subject.image.digest), scanner)
    if kept is not None and now - policy.findings.valid < kept.at <= now:
        return kept
    try:
        outcome = _run(subject, scanner, now, tools)
    except NotCheckedError as reason:
        outcome = Outcome(not_checked=(str(reason),))
    result = Scanned(scanner, now, outcome.findings, outcome.not_checked)
    if not result.not_checked:
        subject.cache.keep_value(KIND, _written(result), scanner, subject.image.digest)
    return result


def _run(subject: Subject, scanner: Scanner, now: datetime, tools: Toolbox) -> Outcome:
    tar = Path()
    if scanner in PROGRAMS:
        tools.find(PROGRAMS[scanner], f"put {PROGRAMS[scanner]} on PATH")
        tar = subject.on_disk
    checks: Mapping[Scanner, ScanCheck] = {"trivy": Trivy(), "debian": DebianPackages(now)}
    image = Image(PLACE.strip(), tar, subject.image.config, subject.files, frozenset(subject.files.entries))
    return checks[scanner].run(Scope(tools.root, tools, (image,)))


def _named(finding: Finding, subject: Subject) -> Finding:
    """The finding with the image's own name, as exceptions have it."""
    place = f"{subject.reference} {finding.place.removeprefix(PLACE)}"
    return Finding(finding.check, place, finding.line, finding.id, finding.message, finding.severity)


def _book(policy: Policy, now: datetime) -> Book:
    file = policy.findings.exceptions
    try:
        entries: Sequence[Accepted] = exceptions.read(file) if file else ()
    except ExceptionsError as error:
        raise PolicyError(f"findings.exceptions: {error}") from error
    return Book(str(file), tuple(entries), frozenset(policy.findings.scanners), now.date())


def _written(result: Scanned) -> Any:
    return {"at": result.at.isoformat(), "findings": [asdict(each) for each in result.findings]}


def _kept(value: Any, scanner: Scanner) -> Scanned | None:
    if value is None:
        return None
    found = [Finding(**{**each, "severity": Severity(each["severity"])}) for each in value["findings"]]
    return Scanned(scanner, datetime.fromisoformat(value["at"]), tuple(found))
