import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.gate import CHECKS, GateError
from tests.unit.delivery.attest.making import BASE_DIGEST, COMMIT, SITE, V02, V1, Parts
from tests.unit.delivery.oci.making import Making, entry, tar
from tests.unit.deploy.gate.making import NOW, Dated, World, of, put, refused

SPDX = "https://spdx.dev/Document"
OTHER = "f" * 40


@pytest.mark.parametrize("version", [V02, V1])
def test_an_image_that_shows_everything_is_accepted(world: World, version: str) -> None:
    verdict = world.judged(Dated(), version)
    assert [each.name for each in verdict.checks] == list(CHECKS)
    assert {each.name for each in verdict.checks if each.outcome == "ok"} == set(CHECKS) - {"findings"}
    assert verdict.accepted
    assert verdict.refusals == ()
    assert verdict.digest == world.fake.tags["1"]
    assert verdict.manifest in world.fake.manifests
    assert verdict.manifest != verdict.digest
    assert verdict.pinned == f"{world.name}@{verdict.digest}"
    assert (verdict.revision, verdict.version, verdict.platform) == (COMMIT, None, "linux/amd64")
    assert verdict.created == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert of(verdict, "age").detail == "built 2026-11-20 12:00 UTC, 3.0 days ago"
    assert json.loads(json.dumps(verdict.document()))["created"] == "2026-11-20T12:00:00+00:00"


def spoilt(**values: Any) -> Callable[[], Parts]:
    return lambda: Dated(**values)


def labelled(revision: str) -> dict[str, Any]:
    return {"Labels": {"org.opencontainers.image.revision": revision}}


def with_file() -> Parts:
    parts = Dated()
    parts.app["opt/extra"] = b"program"
    return parts


def changed_file() -> Parts:
    parts = Dated()
    parts.app[f"{SITE}/demo/__init__.py"] = b"answer = 43\n"
    return parts


ELSEWHERE = [{"uri": "pkg:docker/alpine@3?platform=linux%2Famd64", "digest": {"sha256": "ba" * 32}}]
HELPER = [*Dated().materials, {"uri": "pkg:docker/node@22", "digest": {"sha256": "0d" * 32}}]


@pytest.mark.parametrize(
    ("parts", "check", "said", "advised"),
    [
        (spoilt(builder="https://evil.test/x"), "builder", "https://evil.test/x built it", "CI has built"),
        (spoilt(builder=""), "builder", "nobody built it", "CI has built"),
        (spoilt(vcs=OTHER), "revision", f"vcs.revision: it says {OTHER}", "image of that commit"),
        (spoilt(vcs=f"{COMMIT}-dirty"), "revision", "changes that are not committed", "image of that"),
        (spoilt(config=labelled(OTHER)), "revision", "label org.opencontainers", "image of that"),
        (spoilt(materials=ELSEWHERE), "base", "alpine:3@sha256", "allowed base image"),
        (spoilt(materials=HELPER), "base", "node:22@sha256", "allowed base image"),
        (spoilt(packages=["pkg:deb/debian/dash@0.5.12-2?arch=amd64"]), "sbom-complete", "demo 1.0", "owned"),
        (spoilt(packages=["pkg:deb/debian/dash@1", "pkg:pypi/demo@1.0"]), "sbom-complete", "dash", "owned"),
        (with_file, "sbom-complete", "opt/extra: no package", "owned"),
        (changed_file, "sbom-complete", "not what the SBOM says", "owned"),
        (spoilt(finished="2026-10-01T00:00:00Z"), "age", "at most 30 are allowed", "build the commit again"),
        (spoilt(finished="2026-11-24T00:00:00Z"), "age", "which is to come", "clocks"),
    ],
)
def test_what_is_wrong_is_refused_by_its_own_check(
    world: World, parts: Callable[[], Parts], check: str, said: str, advised: str
) -> None:
    verdict = world.judged(parts())
    assert refused(verdict) == {check}
    assert of(verdict, check).outcome == "failed"
    assert said in of(verdict, check).detail
    assert advised in of(verdict, check).advice
    assert not verdict.accepted


def test_another_commit_than_the_asked_one_is_refused(world: World) -> None:
    verdict = world.judged(Dated(), revision=OTHER)
    assert refused(verdict) == {"revision"}
    assert f"it says {COMMIT}, expected was {OTHER}" in of(verdict, "revision").detail
    assert verdict.revision == COMMIT


def test_part_of_a_commit_is_not_enough(world: World) -> None:
    check = of(world.judged(Dated(), revision=COMMIT[:8]), "revision")
    assert (check.outcome, check.advice) == ("failed", f"ask for `git rev-parse {COMMIT[:8]}`")


def test_without_a_commit_every_place_must_name_the_same(world: World) -> None:
    assert "no commit was asked for" in of(world.judged(Dated(), revision=None), "revision").detail
    assert refused(world.judged(Dated(vcs=OTHER), revision=None)) == {"revision"}
    assert refused(world.judged(Dated(vcs=f"{COMMIT}-dirty"), revision=None)) == {"revision"}


def test_without_provenance_nothing_that_rests_on_it_passes(world: World) -> None:
    verdict = world.judged(Dated(), without=V02)
    assert of(verdict, "provenance").outcome == "failed"
    assert {
        name: of(verdict, name).outcome for name in ("revision", "builder", "base", "age")
    } == dict.fromkeys(("revision", "builder", "base", "age"), "not-checked")
    assert refused(verdict) >= {"provenance", "revision", "builder", "base", "age"}
    assert (verdict.revision, verdict.created) == (None, None)


def test_provenance_without_steps_is_refused(world: World) -> None:
    verdict = world.judged(Dated(steps=False))
    assert "build with mode=max" in of(verdict, "provenance").detail
    assert "provenance" in refused(verdict)


def test_provenance_that_cannot_be_read_is_refused(world: World) -> None:
    verdict = world.judged(Dated(materials=[{"uri": "pkg:docker/"}]))
    assert "material pkg:docker/" in of(verdict, "provenance").detail


def test_without_a_bill_it_is_refused(world: World) -> None:
    verdict = world.judged(Dated(), without=SPDX)
    assert refused(verdict) == {"sbom", "sbom-complete"}
    assert of(verdict, "sbom").outcome == "failed"
    assert "ATTEST=true" in of(verdict, "sbom").advice
    assert of(verdict, "sbom-complete").outcome == "not-checked"


def test_a_bill_that_cannot_be_read_is_refused(world: World) -> None:
    class Strange(Dated):
        def spdx(self) -> dict[str, Any]:
            return {"spdxVersion": "SPDX-9"}

    assert "neither SPDX 2" in of(world.judged(Strange()), "sbom-complete").detail


def test_statements_about_another_image_are_refused(world: World) -> None:
    verdict = world.judged(Dated(subject=f"sha256:{'ab' * 32}"))
    assert refused(verdict) == {"provenance", "sbom"}
    assert f"it is about sha256:{'ab' * 32}" in of(verdict, "sbom").detail


def test_layers_of_no_known_base_are_refused(world: World) -> None:
    """The provenance names an allowed base, and the image begins with something else."""

    class Other(Dated):
        def provenance(self, version: str, base_blob: str) -> dict[str, Any]:
            return super().provenance(version, f"sha256:{'cd' * 32}")

    verdict = world.judged(Other())
    assert "the image does not begin with its layers" in of(verdict, "base").detail


def test_a_base_can_be_pinned(world: World) -> None:
    pinned = world.given(bases=[f"python:3.11-slim@{BASE_DIGEST}"])
    assert world.judged(Dated(), policy=pinned).accepted
    other = world.given(bases=[f"python:3.11-slim@sha256:{'cd' * 32}"])
    assert refused(world.judged(Dated(), policy=other)) == {"base"}


def test_a_repository_that_the_policy_does_not_know_is_refused(world: World) -> None:
    verdict = world.judged(Dated(), policy=world.given(repositories=["ghcr.io/acme/*"]))
    assert refused(verdict) == {"source"}
    assert f"{world.name} is none of ghcr.io/acme/*" in of(verdict, "source").detail


def test_all_that_is_wrong_is_told_at_once(world: World) -> None:
    parts = Dated(builder="", vcs=OTHER, packages=[], materials=ELSEWHERE, finished="2020-01-01T00:00:00Z")
    policy = world.given(
        repositories=["ghcr.io/*"], signature={"keys": ["two.pub"]}, findings={"when_not_checked": "refuse"}
    )
    verdict = world.judged(parts, policy=policy)
    assert refused(verdict) == set(CHECKS) - {"provenance", "sbom"}
    assert all(each.advice for each in verdict.refusals)


def test_a_tag_that_moves_meanwhile_changes_nothing(world: World) -> None:
    """Everything after the first answer is asked for by digest."""
    first = world.inspect(world.push(Dated()))
    world.push(Dated(builder="https://evil.test/x"))
    assert not world.inspect(f"{world.name}:1").accepted
    again = world.inspect(first.pinned)
    assert again.accepted
    assert again.digest == first.digest


def test_what_is_read_once_is_not_fetched_again(world: World) -> None:
    reference = world.push(Dated())
    first = world.inspect(reference)
    asked = len(world.fake.asked)
    assert world.inspect(reference) == first
    assert [path for _, path, _ in world.fake.asked[asked:]] == ["/v2/team/small/manifests/1"]


def test_what_the_cache_says_ends_with_the_list_of_owned_files(world: World) -> None:
    assert world.judged(Dated()).accepted
    (world.folder / "owned.toml").write_text("", "utf-8")
    assert refused(world.judged(Dated())) == {"sbom-complete"}


def test_the_age_is_of_now_and_not_of_the_cache(world: World) -> None:
    assert world.judged(Dated()).accepted
    assert refused(world.judged(Dated(), now=NOW + timedelta(days=28))) == {"age"}


def test_an_image_that_was_altered_on_the_way_is_not_read(world: World) -> None:
    reference = world.push(Dated())
    layer = next(each for each, body in world.fake.blobs.items() if body.startswith(b"\x1f\x8b"))
    world.fake.blobs[layer] = world.fake.blobs[layer][:-1]
    with pytest.raises(GateError, match="not let in"):
        world.inspect(reference)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("{name}:2", "not in the registry; push it"),
        ("{name}@sha256:" + "0" * 64, "not in the registry; push it"),
        ("not a name", "is no reference"),
        ("127.0.0.1:1/team/small:1", "is 127.0.0.1:1 up"),
    ],
)
def test_what_cannot_be_read_is_named(world: World, reference: str, said: str) -> None:
    with pytest.raises(GateError, match="cannot be read") as raised:
        world.inspect(reference.format(name=world.name))
    assert said in str(raised.value)
    assert raised.value.exit_code == 3


def test_another_platforms_image_is_not_judged(world: World) -> None:
    reference = world.push(Dated())
    with pytest.raises(GateError, match="it holds linux/amd64, where one of linux/arm64 was asked for"):
        world.inspect(reference, policy=world.given(platform="linux/arm64"))


def test_an_image_without_an_index_shows_nothing(world: World) -> None:
    digest = world.inspect(world.push(Dated())).manifest
    verdict = world.inspect(f"{world.name}@{digest}")
    assert verdict.digest == verdict.manifest == digest
    assert refused(verdict) >= {"provenance", "sbom"}


def test_a_platforms_image_that_the_registry_lost_is_not_read(world: World) -> None:
    making = Making()
    image = making.image(tar(entry("a", b"a")))
    put(world.fake, making.archive(world.folder / "lost.tar"), "lost")
    del world.fake.manifests[image]
    with pytest.raises(GateError, match="it holds no image"):
        world.inspect(f"{world.name}:lost")


def test_a_verdict_passes_only_as_its_checks_do(world: World) -> None:
    verdict = world.judged(Dated())
    first, *rest = verdict.checks
    assert not replace(verdict, checks=(replace(first, refuses=True), *rest)).accepted
