"""The plan on crafted and on random repositories; its promises are checked by carrying it out on a model."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.registry.cleanup import Plan, Rules, is_release, make_plan
from delivery.registry.survey import Survey, Tag

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SHA = "0123456789abcdef0123456789abcdef0123456"


def digest(name: object) -> str:
    return f"sha256:{name}"


def tag(name: str, age: int | None = 100, holds: Sequence[object] = (), **more: object) -> Tag:
    """A tag that is `age` days old; `holds` are names of manifests, by default one called as the tag."""
    digests = tuple(digest(held) for held in (holds or (name,)))
    created = None if age is None else NOW - timedelta(days=age)
    return replace(Tag(name, digests[0], created, digests), **more)  # type: ignore[arg-type]


def plan(*tags: Tag, **rules: object) -> Plan:
    return make_plan(Survey("app", tags), replace(Rules(NOW, newest=0), **rules))  # type: ignore[arg-type]


def kept(found: Plan) -> set[str]:
    return {tag.name for tag in found.kept}


def why(found: Plan, name: str) -> tuple[str, ...]:
    (reasons,) = [decision.reasons for decision in found.decisions if decision.tag.name == name]
    return reasons


@pytest.mark.parametrize("name", ["1.0.0", "v0.1.0", "10.20.30-rc.1", "1.0.0-alpha"])
def test_releases_stay(name: str) -> None:
    assert is_release(name)
    found = plan(tag(name), tag("old"))
    assert kept(found) == {name}
    assert why(found, name) == ("release",)


@pytest.mark.parametrize("name", [f"{SHA}0", "1.0", "01.0.0", "latest", "pr-1.0.0", "1.0.0.0", "1.0.0\n"])
def test_what_is_no_release(name: str) -> None:
    assert not is_release(name)


def test_the_newest_images_stay() -> None:
    tags = [tag(f"t{age}", age) for age in range(20)]
    assert kept(plan(*tags, newest=3)) == {"t0", "t1", "t2"}


def test_several_tags_of_an_image_count_once() -> None:
    tags = [tag("a1", 1, ["a"]), tag("a2", 1, ["a"]), tag("b", 2), tag("c", 3)]
    assert kept(plan(*tags, newest=2)) == {"a1", "a2", "b"}


def test_latest_stays_however_old() -> None:
    assert kept(plan(tag("latest", 9000), tag("x"))) == {"latest"}


def test_what_is_young_stays() -> None:
    found = plan(tag("young", 6), tag("old", 8), tag("tomorrow", -1), min_age=timedelta(days=7))
    assert kept(found) == {"young", "tomorrow"}
    assert why(found, "young") == ("younger than --min-age",)


def test_what_has_no_date_stays() -> None:
    found = plan(tag("undated", None), newest=10)
    assert "age is unknown" in why(found, "undated")[0]


def test_what_is_deployed_stays_by_tag_by_digest_and_by_platform() -> None:
    tags = [tag("a", holds=["ai", "am"]), tag("b", holds=["bi", "bm"]), tag("c"), tag("d")]
    deployed = ((digest("am"), "deployed"), (digest("bi"), "deployed"))
    found = plan(*tags, tags=(("c", "named by --keep"),), digests=deployed)
    assert kept(found) == {"a", "b", "c"}
    assert why(found, "a") == ("deployed",)
    assert why(found, "c") == ("named by --keep",)


def test_a_doomed_tag_of_a_kept_manifest_survives() -> None:
    found = plan(tag("1.0.0", holds=["i"]), tag(SHA, holds=["i"]))
    assert kept(found) == {"1.0.0", SHA}
    assert why(found, SHA) == ("its manifest is part of 1.0.0",)
    assert found.deletions == ()


def test_a_tag_of_a_platform_that_a_kept_index_lists_survives() -> None:
    found = plan(tag("1.0.0", holds=["i", "amd64", "arm64"]), tag("amd64-only", holds=["amd64"]))
    assert kept(found) == {"1.0.0", "amd64-only"}


def test_a_manifest_shared_with_a_kept_index_is_spared() -> None:
    """Reproducible builds do that: another index, the same platform manifest."""
    found = plan(tag("1.0.0", holds=["new", "image", "says"]), tag("old", holds=["older", "image", "said"]))
    assert found.deletions == (digest("older"), digest("said"))
    assert found.spared == (digest("image"),)


def test_a_protected_manifest_without_a_tag_is_spared() -> None:
    found = plan(tag("old", holds=["i", "m"]), digests=((digest("elsewhere"), "deployed"),))
    assert digest("elsewhere") not in found.deletions


def test_an_index_goes_before_what_it_lists() -> None:
    found = plan(tag("part", holds=["m"]), tag("whole", holds=["i", "m", "a"]))
    assert found.deletions == (digest("i"), digest("m"), digest("a"))


def test_what_is_missing_is_not_deleted() -> None:
    found = plan(tag("old", holds=["i", "lost"], missing=(digest("lost"),)))
    assert found.deletions == (digest("i"),)


def test_signatures_share_the_fate_of_their_image() -> None:
    signed = tag("sha256-keep.sig", 0, subject=digest("1.0.0"))
    doomed = tag("sha256-go.sig", 0, subject=digest("old"))
    found = plan(tag("1.0.0"), tag("old"), signed, doomed)
    assert kept(found) == {"1.0.0", "sha256-keep.sig"}
    assert why(found, "sha256-keep.sig") == ("is about 1.0.0",)
    assert why(found, "sha256-go.sig") == ("the image it is about goes",)


def test_a_signature_of_a_platform_and_of_a_signature_stays() -> None:
    first = tag("sha256-m.sig", holds=["s"], subject=digest("m"))
    second = tag("sha256-s.sig", holds=["ss"], subject=digest("s"))
    assert len(kept(plan(second, first, tag("1.0.0", holds=["i", "m"])))) == 3


def test_a_signature_of_an_untagged_image_stays_and_of_a_lost_one_goes() -> None:
    found = plan(
        tag("sha256-u.sig", subject=digest("untagged")),
        tag("sha256-l.sig", subject=digest("lost"), orphan=True),
    )
    assert kept(found) == {"sha256-u.sig"}


def test_signatures_are_none_of_the_newest_images() -> None:
    found = plan(tag("a", 5), tag("sha256-a.sig", 1, subject=digest("a")), newest=1)
    assert kept(found) == {"a", "sha256-a.sig"}


def test_decisions_come_newest_first_each_with_a_reason() -> None:
    found = plan(tag("old", 9), tag("1.0.0", 5), tag("new", 1), tag("undated", None))
    assert [decision.tag.name for decision in found.decisions] == ["new", "1.0.0", "old", "undated"]
    assert all(decision.reasons for decision in found.decisions)


# Random repositories: indexes over a small pool of manifests, so that much is shared.
POOL = [digest(number) for number in range(12)]
NAMES = ["latest", "1.0.0", "2.0.0-rc1", "v3.1.4", *(f"commit{number}" for number in range(8))]


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    below = {
        top: tuple(dict.fromkeys([top, *draw(st.lists(st.sampled_from(POOL[6:]), max_size=3))]))
        for top in POOL[:6]
    } | {single: (single,) for single in POOL[6:]}
    dates = {held: draw(st.none() | st.integers(0, 30)) for held in POOL}
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    tags = [_tagged(name, draw(st.sampled_from(POOL)), below, dates) for name in names]
    reached = {held for tag in tags for held in tag.holds}
    for number, subject in enumerate(draw(st.lists(st.sampled_from(POOL), max_size=3))):
        signature = digest(f"signature{number}")
        orphan = subject not in reached and draw(st.booleans())
        tags.append(Tag(f"sig{number}", signature, None, (signature,), (), subject, orphan))
    return Survey("app", tuple(tags))


def _tagged(name: str, top: str, below: dict[str, tuple[str, ...]], dates: dict[str, int | None]) -> Tag:
    age = dates[top]
    return Tag(name, top, None if age is None else NOW - timedelta(days=age), below[top])


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    return Rules(
        NOW,
        newest=draw(st.integers(0, 4)),
        min_age=timedelta(days=draw(st.integers(0, 10))),
        tags=tuple((name, "named") for name in draw(st.lists(st.sampled_from(NAMES), max_size=2))),
        digests=tuple((held, "deployed") for held in draw(st.lists(st.sampled_from(POOL), max_size=3))),
    )


def carried_out(found: Survey, made: Plan) -> Survey:
    """What a registry holds afterwards: a deleted manifest takes its tags along."""
    gone = set(made.deletions)
    left = tuple(
        replace(tag, missing=tuple(held for held in tag.holds if held in gone))
        for tag in found.tags
        if tag.digest not in gone
    )
    reached = {held for tag in left for held in tag.holds}
    return Survey(
        found.repository,
        tuple(
            replace(tag, orphan=tag.orphan or (tag.subject in gone and tag.subject not in reached))
            for tag in left
        ),
    )


@given(surveys(), rules())
def test_nothing_that_a_kept_tag_leads_to_is_deleted(found: Survey, given_rules: Rules) -> None:
    made = make_plan(found, given_rules)
    held = {held for tag in made.kept for held in tag.holds}
    assert not held & set(made.deletions)
    assert not {protected for protected, _ in given_rules.digests} & set(made.deletions)


@given(surveys(), rules())
def test_after_it_is_carried_out_exactly_the_kept_tags_are_there_and_whole(
    found: Survey, given_rules: Rules
) -> None:
    made = make_plan(found, given_rules)
    left = carried_out(found, made)
    assert {tag.name for tag in left.tags} == {tag.name for tag in made.kept}
    assert not any(tag.missing for tag in left.tags)


@given(surveys(), rules())
def test_a_second_run_finds_nothing_to_do(found: Survey, given_rules: Rules) -> None:
    first = make_plan(found, given_rules)
    second = make_plan(carried_out(found, first), given_rules)
    assert second.deletions == ()
    assert second.removed == ()


@given(surveys(), rules())
def test_what_the_rules_name_is_kept(found: Survey, given_rules: Rules) -> None:
    made = make_plan(found, given_rules)
    names, deployed = dict(given_rules.tags), dict(given_rules.digests)
    for tag in made.removed:
        assert tag.name not in names
        assert tag.name != "latest"
        assert not is_release(tag.name)
        assert not set(tag.holds) & set(deployed)
    images = {tag.digest for tag in made.kept if not tag.subject and tag.created}
    there = {tag.digest for tag in found.tags if not tag.subject and tag.created}
    assert len(images) >= min(given_rules.newest, len(there))


@given(surveys(), rules(), st.randoms())
def test_the_order_in_which_tags_are_listed_does_not_matter(
    found: Survey, given_rules: Rules, random: Random
) -> None:
    shuffled = list(found.tags)
    random.shuffle(shuffled)
    first, second = make_plan(found, given_rules), make_plan(Survey("app", tuple(shuffled)), given_rules)
    assert (first.kept, first.deletions) == (second.kept, second.deletions)
