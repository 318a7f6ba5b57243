"""Where an image comes from: its place, and what its provenance says of commit, builder, base and time."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from delivery.attest import origin
from delivery.attest.model import Expected, Problem
from delivery.attest.provenance import Material, Provenance
from delivery.registry.documents import parse_date
from deploy.gate.model import Check, Name, failed, not_checked, ok
from deploy.gate.policy import Policy, fits
from deploy.gate.subject import Subject

COMMIT = re.compile(r"[0-9a-f]{40}")
NO_PROVENANCE = "there is no provenance that could be read"
BUILD = "build it with `docker buildx bake`, GIT_SHA and ATTEST=true set, and push it"
CLOCKS = timedelta(minutes=5)  # that the clocks of builder and deployer may differ


def source(subject: Subject, policy: Policy) -> Check:
    """The repository is one of the policy's; an image of the engine passes where the policy lets it."""
    if subject.is_local:
        if policy.local == "allow":
            return ok("source", "an image of this machine's engine, which the policy allows")
        advice = 'push it, and name it with its registry\'s host; or deploy by a policy with local = "allow"'
        return failed("source", "an image of this machine's engine, which the policy refuses", advice)
    name = str(subject.reference.repository)
    if fits(name, policy.repositories):
        return ok("source", name)
    allowed = ", ".join(policy.repositories)
    return failed("source", f"{name} is none of {allowed}", "take it from there, or add it to repositories")


def provenance(subject: Subject) -> Check:
    """It is there, in full, and about this image."""
    if subject.unreadable:
        return failed("provenance", subject.unreadable, BUILD)
    statements = [each for each in subject.evidence.statements if each.is_provenance]
    wrong = [
        *(p for p in origin.attached(subject.evidence, subject.provenance) if p.subject == "provenance"),
        *_about_others(subject, [each.predicate_type for each in statements]),
    ]
    return _judged("provenance", wrong, f"{len(statements)} attached, with all steps", BUILD)


def bill_attached(subject: Subject) -> Check:
    """A bill of materials is there, and about this image."""
    statements = [each for each in subject.evidence.statements if each.is_spdx]
    wrong = [
        *(p for p in origin.attached(subject.evidence, subject.provenance) if p.subject == "SBOM"),
        *_about_others(subject, [each.predicate_type for each in statements]),
    ]
    return _judged("sbom", wrong, f"{len(statements)} attached", BUILD)


def revision(subject: Subject, asked: str | None) -> Check:
    """Every place that names a commit names the asked one; without one, all name the same."""
    found = subject.provenance
    if found is None:
        return not_checked("revision", NO_PROVENANCE, BUILD)
    if asked is not None and not COMMIT.fullmatch(asked):
        return failed("revision", f"{asked!r} is no whole commit", f"ask for `git rev-parse {asked}`")
    commit = asked or built_from(found) or ""
    wrong = origin.revision(found, subject.image, Expected(commit))
    told = commit if asked else f"{commit}; no commit was asked for"
    return _judged(
        "revision", wrong, told, "deploy the image of that commit, or ask for the one it was built from"
    )


def built_from(found: Provenance | None) -> str | None:
    """The commit that the provenance names; None when it names none."""
    named = next(iter(found.revisions.values()), "") if found else ""
    return named.removesuffix(origin.DIRTY) or None


def builder(subject: Subject, policy: Policy) -> Check:
    """The provenance names an allowed builder."""
    found = subject.provenance
    if found is None:
        return not_checked("builder", NO_PROVENANCE, BUILD)
    if found.builder and fits(found.builder, policy.builders):
        return ok("builder", found.builder)
    told = f"{found.builder or 'nobody'} built it, allowed are {', '.join(policy.builders)}"
    return failed("builder", told, "deploy an image that CI has built, or add the builder to builders")


def base(subject: Subject, policy: Policy) -> Check:
    """All images that went in are allowed, and the layers of one of them are at the bottom."""
    found = subject.provenance
    if found is None:
        return not_checked("base", NO_PROVENANCE, BUILD)
    nothing = Expected("")
    wrong = origin.base(found, subject.image, nothing)
    used = [each for each in found.materials if each.is_image and not each.is_tool]
    allowed = ", ".join(policy.bases)
    wrong += [
        Problem("base", _name(each), f"it is none of {allowed}")
        for each in used
        if not _allowed(each, policy)
    ]
    if not wrong and not origin.base_layers(found, subject.image, nothing):
        wrong.append(Problem("base", _name(used[0]), "the image does not begin with its layers"))
    advice = "build on an allowed base image, or add it to bases after a look at it"
    return _judged("base", wrong, ", ".join(map(_name, used)), advice)


def age(subject: Subject, policy: Policy, now: datetime) -> Check:
    """It was built within the policy's time."""
    made = created(subject)
    if made is None:
        return not_checked("age", "neither provenance nor configuration says when it was built", BUILD)
    past = now - made
    told = f"built {made:%Y-%m-%d %H:%M} UTC, {past.total_seconds() / 86400:.1f} days ago"
    if past < -CLOCKS:
        return failed("age", f"built {made:%Y-%m-%d %H:%M} UTC, which is to come", "set the clocks right")
    if past > policy.max_age:
        advice = "build the commit again, on today's base image (the nightly build does)"
        return failed("age", f"{told}; at most {policy.max_age_days:g} are allowed", advice)
    return ok("age", told)


def created(subject: Subject) -> datetime | None:
    """When its build ended, else the configuration's time, which may be the commit's; in UTC."""
    for each in subject.evidence.statements:
        if each.is_provenance:
            predicate: Any = each.predicate
            run = _table(_table(predicate, "runDetails"), "metadata")
            ended = _table(predicate, "metadata").get("buildFinishedOn") or run.get("finishedOn")
            if (moment := parse_date(ended)) is not None:
                return moment
    return parse_date(subject.image.config.created)


def _table(value: Any, key: str) -> Any:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _about_others(subject: Subject, kinds: Iterable[str]) -> list[Problem]:
    return [each for each in origin.subjects(subject.evidence) if each.subject in set(kinds)]


def _judged(name: Name, wrong: list[Problem], told: str, advice: str) -> Check:
    if not wrong:
        return ok(name, told)
    return failed(name, "; ".join(f"{each.subject}: {each.text}" for each in wrong), advice)


def _name(material: Material) -> str:
    short = material.name.removeprefix("docker.io/").removeprefix("library/")
    return f"{short}@{material.digest}"


def _allowed(material: Material, policy: Policy) -> bool:
    pinned = _name(material)
    return fits(pinned, policy.bases) or fits(pinned.partition("@")[0], policy.bases)
