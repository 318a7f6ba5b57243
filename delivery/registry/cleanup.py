"""Which tags of a repository go and which stay, and why: a function of values, without any effect.

Registries delete by digest, and a digest takes every tag that points to it along. So what is decided about a
tag is decided about its manifest, and nothing is deleted that a kept tag leads to.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from delivery.registry.survey import Survey, Tag

NEWEST = 10
_RELEASE = re.compile(r"v?(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?\Z")
_UNDATED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rules:
    """What must stay, beside releases and `latest`.

    The `newest` images by date; tags and digests that are in use or were named by hand, each with the reason
    to show; whatever was made less than `min_age` before `now` (UTC).
    """

    now: datetime
    newest: int = NEWEST
    min_age: timedelta = timedelta(0)
    tags: tuple[tuple[str, str], ...] = ()
    digests: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A tag, whether it stays, and the reasons in words; never without one."""

    tag: Tag
    keep: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`decisions` newest first; `deletions` are digests in the order to delete them.

    `spared` are digests that a removed tag leads to and that stay, since a kept tag leads to them as well.
    """

    repository: str
    decisions: tuple[Decision, ...]
    deletions: tuple[str, ...]
    spared: tuple[str, ...]

    @property
    def kept(self) -> tuple[Tag, ...]:
        """The tags that stay."""
        return tuple(decision.tag for decision in self.decisions if decision.keep)

    @property
    def removed(self) -> tuple[Tag, ...]:
        """The tags that go."""
        return tuple(decision.tag for decision in self.decisions if not decision.keep)


def is_release(tag: str) -> bool:
    """True for a semantic version, with or without a v, pre-releases too."""
    return _RELEASE.match(tag) is not None


def make_plan(found: Survey, rules: Rules) -> Plan:
    """What stays and what goes. The same survey and rules give the same plan.

    Carried out, it leaves a repository for which the same rules plan no deletion.
    """
    newest = _newest(found.tags, rules.newest)
    reasons = {tag.name: _reasons(tag, newest, rules) for tag in found.tags}
    while joined := _joined(found.tags, reasons):
        reasons |= joined
    held = _held(tag for tag in found.tags if reasons[tag.name])
    order = _order(tag for tag in found.tags if not reasons[tag.name])
    return Plan(
        found.repository,
        tuple(
            Decision(tag, bool(reasons[tag.name]), reasons[tag.name] or _why_not(tag, rules))
            for tag in sorted(found.tags, key=_by_date, reverse=True)
        ),
        deletions=tuple(digest for digest in order if digest not in held),
        spared=tuple(digest for digest in order if digest in held),
    )


def _reasons(tag: Tag, newest: frozenset[str], rules: Rules) -> tuple[str, ...]:
    """Why the tag itself stays, by rule; empty when no rule holds it."""
    found = [why for name, why in rules.tags if name == tag.name]
    found += [why for digest, why in rules.digests if digest in tag.holds]
    if not tag.subject:  # signatures share the fate of what they are about
        young = tag.created is not None and rules.now - tag.created < rules.min_age
        checks = (
            (tag.name == "latest", "latest"),
            (is_release(tag.name), "release"),
            (tag.digest in newest, f"one of the {rules.newest} newest"),
            (tag.created is None, "no date recorded, so its age is unknown"),
            (young, "younger than --min-age"),
        )
        found += [why for holds, why in checks if holds]
    return tuple(dict.fromkeys(found))


def _newest(tags: tuple[Tag, ...], count: int) -> frozenset[str]:
    """Digests of the newest images; several tags of one image count once, signatures not at all."""
    dated = [tag for tag in sorted(tags, key=_by_date, reverse=True) if tag.created and not tag.subject]
    return frozenset(list(dict.fromkeys(tag.digest for tag in dated))[:count])


def _joined(tags: tuple[Tag, ...], reasons: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Tags that must stay for the sake of those that do, with the reason."""
    reached = _held(tags)
    owners = {digest: tag.name for tag in tags if reasons[tag.name] for digest in tag.holds}
    found: dict[str, tuple[str, ...]] = {}
    for tag in tags:
        if reasons[tag.name]:
            continue
        if tag.digest in owners:
            found[tag.name] = (f"its manifest is part of {owners[tag.digest]}",)
        elif tag.subject in owners:
            found[tag.name] = (f"is about {owners[tag.subject]}",)
        elif tag.subject and not tag.orphan and tag.subject not in reached:
            found[tag.name] = ("is about an image without a tag",)
    return found


def _order(removed: Iterable[Tag]) -> tuple[str, ...]:
    """What removed tags lead to and the registry has, each once: tagged manifests first, the widest before.

    So a clean-up that breaks off leaves no tagged index with holes.
    """
    widest = sorted(removed, key=lambda tag: (-len(tag.holds), tag.name))
    digests = dict.fromkeys([*(tag.digest for tag in widest), *(d for tag in widest for d in tag.holds)])
    gone = {digest for tag in widest for digest in tag.missing}
    return tuple(digest for digest in digests if digest not in gone)


def _held(tags: Iterable[Tag]) -> set[str]:
    return {digest for tag in tags for digest in tag.holds}


def _by_date(tag: Tag) -> tuple[datetime, str]:
    return (tag.created or _UNDATED, tag.name)


def _why_not(tag: Tag, rules: Rules) -> tuple[str, ...]:
    if tag.subject:
        return ("the image it is about is gone" if tag.orphan else "the image it is about goes",)
    return (f"not among the {rules.newest} newest, no release, not deployed",)
