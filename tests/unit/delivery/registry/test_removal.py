from datetime import UTC, datetime

import pytest

from delivery.registry.cleanup import Plan, Rules, make_plan
from delivery.registry.client import Registry
from delivery.registry.errors import DeletionDisabledError, RegistryError, UnreachableError
from delivery.registry.proof import prove_pulls
from delivery.registry.removal import IncompleteError, carry_out
from delivery.registry.survey import Survey, survey
from tests.unit.delivery.registry.fake_registry import MANIFEST, FakeRegistry, digest_of

RULES = Rules(datetime(2026, 6, 1, tzinfo=UTC), newest=0)


@pytest.fixture
def filled(fake: FakeRegistry) -> FakeRegistry:
    """A release and two older builds; one of these has the release's very image under another index."""
    image = fake.put_image(content=b"shared")
    fake.put_index("1.0.0", "latest", images=(image,), attested="release")
    fake.put_index("same", images=(image,), attested="same")
    fake.put_index("old", images=(fake.put_image(content=b"old"),), attested="old")
    return fake


def planned(registry: Registry) -> tuple[Survey, Plan]:
    found = survey(registry, "app")
    return found, make_plan(found, RULES)


def test_what_is_planned_is_deleted_and_the_rest_pulls(filled: FakeRegistry, registry: Registry) -> None:
    found, plan = planned(registry)
    before = dict(filled.manifests)
    done = carry_out(registry, found, plan, read=True)
    assert set(filled.tags) == {"1.0.0", "latest"}
    assert set(before) - set(filled.manifests) == set(done.deleted) == set(plan.deletions)
    assert len(done.deleted) == 5
    assert (done.proof.tags, done.proof.manifests, done.proof.faults) == (2, 3, ())


def test_a_second_time_there_is_nothing_to_do(filled: FakeRegistry, registry: Registry) -> None:
    carry_out(registry, *planned(registry), read=False)
    before = filled.count("DELETE")
    done = carry_out(registry, *planned(registry), read=False)
    assert done.deleted == ()
    assert filled.count("DELETE") == before


def test_planning_deletes_nothing(filled: FakeRegistry, registry: Registry) -> None:
    planned(registry)
    assert filled.count("DELETE") == 0


def test_nothing_is_deleted_when_a_kept_tag_is_broken(filled: FakeRegistry, registry: Registry) -> None:
    del filled.blobs[digest_of(b"shared")]
    found, plan = planned(registry)
    with pytest.raises(RegistryError, match=rf"nothing was deleted.*\n.*latest.*{digest_of(b'shared')}"):
        carry_out(registry, found, plan, read=False)
    assert filled.count("DELETE") == 0


def test_a_broken_tag_that_goes_hinders_nobody(filled: FakeRegistry, registry: Registry) -> None:
    del filled.blobs[digest_of(b"old")]
    done = carry_out(registry, *planned(registry), read=False)
    assert done.proof.faults == ()
    assert "old" not in filled.tags


@pytest.mark.parametrize("change", ["moved", "new", "gone"])
def test_nothing_is_deleted_when_somebody_pushed_meanwhile(
    filled: FakeRegistry, registry: Registry, change: str
) -> None:
    found, plan = planned(registry)
    match change:
        case "moved":
            filled.tags["same"] = filled.tags["old"]
        case "new":
            filled.tags["promoted"] = filled.tags["old"]
        case _:
            del filled.tags["same"]
    with pytest.raises(RegistryError, match=r"(same|promoted) changed while we looked"):
        carry_out(registry, found, plan, read=False)
    assert filled.count("DELETE") == 0


def test_a_registry_that_deletes_nothing_is_told_at_once(filled: FakeRegistry, registry: Registry) -> None:
    filled.deletes = False
    found, plan = planned(registry)
    with pytest.raises(DeletionDisabledError):
        carry_out(registry, found, plan, read=False)
    assert filled.count("DELETE") == 1
    assert set(filled.tags) == {"1.0.0", "latest", "same", "old"}


def test_breaking_off_says_how_far_it_came(filled: FakeRegistry, registry: Registry) -> None:
    found, plan = planned(registry)

    class Tired(Registry):
        """Deletes twice, then can no more."""

        def delete(self, repository: str, digest: str) -> None:
            if filled.count("DELETE") == 2:
                raise UnreachableError("gone")
            super().delete(repository, digest)

    with pytest.raises(IncompleteError, match="2 of 5 manifests were deleted") as caught:
        carry_out(Tired(registry._channel), found, plan, read=False)
    assert caught.value.deleted == plan.deletions[:2]


def test_what_breaks_on_the_way_is_named(filled: FakeRegistry, registry: Registry) -> None:
    """A registry that takes a shared manifest along when another tag of it is deleted."""
    found, plan = planned(registry)
    (shared,) = plan.spared

    class Greedy(Registry):
        """Deletes more than it is asked to."""

        def delete(self, repository: str, digest: str) -> None:
            super().delete(repository, digest)
            filled.manifests.pop(shared, None)

    done = carry_out(Greedy(registry._channel), found, plan, read=False)
    assert len(done.proof.faults) == 1
    assert done.proof.faults[0].startswith("1.0.0, latest: ")
    assert shared in done.proof.faults[0]


def test_what_was_not_really_deleted_is_named(filled: FakeRegistry, registry: Registry) -> None:
    class Lazy(Registry):
        """Says yes and does nothing."""

        def delete(self, repository: str, digest: str) -> None:
            assert self.holds(repository, digest)

    done = carry_out(Lazy(registry._channel), *planned(registry), read=False)
    assert len(done.proof.faults) == len(done.deleted) == 5
    assert "still there" in done.proof.faults[0]


def test_only_reading_finds_a_forged_layer(filled: FakeRegistry, registry: Registry) -> None:
    filled.blobs[digest_of(b"shared")] = b"forged"
    heads = [("1.0.0", filled.tags["1.0.0"])]
    assert prove_pulls(registry, "app", heads, read=False).faults == ()
    (fault,) = prove_pulls(registry, "app", heads, read=True).faults
    assert digest_of(b"forged") in fault


def test_a_tag_that_points_elsewhere_is_a_fault(filled: FakeRegistry, registry: Registry) -> None:
    (fault,) = prove_pulls(registry, "app", [("old", filled.tags["latest"])], read=False).faults
    assert filled.tags["old"] in fault


def test_layers_that_registries_do_not_hold_are_not_asked_for(fake: FakeRegistry, registry: Registry) -> None:
    foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
    layer = {"mediaType": foreign, "digest": "sha256:" + "0" * 64, "size": 9}
    config = {"mediaType": "application/json", "digest": fake.put_blob(b"{}"), "size": 2}
    digest = fake.put_manifest(MANIFEST, {"config": config, "layers": [layer]}, "windows")
    proof = prove_pulls(registry, "app", [("windows", digest)], read=True)
    assert (proof.faults, proof.blobs) == ((), 1)
