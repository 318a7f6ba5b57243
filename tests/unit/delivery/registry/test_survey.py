from datetime import UTC, datetime

import pytest

from delivery.registry.client import Registry
from delivery.registry.errors import AbsentError, BadAnswerError
from delivery.registry.survey import Tag, heads, holds, survey
from tests.unit.delivery.registry.fake_registry import MANIFEST, FakeRegistry

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NOWHERE = "sha256:" + "0" * 64


def only(registry: Registry) -> Tag:
    (tag,) = survey(registry, "app").tags
    return tag


def test_an_index_holds_images_and_attestations(fake: FakeRegistry, registry: Registry) -> None:
    image = fake.put_image()
    index = fake.put_index("1.0.0", images=(image,), attested="x")
    tag = only(registry)
    assert (tag.name, tag.digest, tag.created) == ("1.0.0", index, NEW_YEAR)
    assert tag.holds[:2] == (index, image)
    assert set(tag.holds) == set(fake.manifests)
    assert tag.missing == ()


def test_an_annotation_dates_before_the_configuration_does(fake: FakeRegistry, registry: Registry) -> None:
    annotations = {"org.opencontainers.image.created": "2026-02-03T04:05:06Z"}
    fake.put_index("a", images=(fake.put_image(),), annotations=annotations)
    assert only(registry).created == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def test_the_latest_platform_dates_an_index(fake: FakeRegistry, registry: Registry) -> None:
    older, newer = fake.put_image(), fake.put_image(created="2026-05-01T00:00:00Z")
    fake.put_index("a", images=(newer, older))
    assert only(registry).created == datetime(2026, 5, 1, tzinfo=UTC)


def test_an_image_without_a_date_has_none(fake: FakeRegistry, registry: Registry) -> None:
    fake.put_image("a", created="1970-01-01T00:00:00Z")
    assert only(registry).created is None


def test_a_configuration_that_is_gone_gives_no_date(fake: FakeRegistry, registry: Registry) -> None:
    fake.put_image("a")
    fake.blobs.clear()
    assert only(registry).created is None


def test_missing_manifests_are_told(fake: FakeRegistry, registry: Registry) -> None:
    image, lost = fake.put_image(), fake.put_image(content=b"lost")
    fake.put_index("a", images=(image, lost))
    del fake.manifests[lost]
    assert only(registry).missing == (lost,)


def test_signatures_name_what_they_are_about(fake: FakeRegistry, registry: Registry) -> None:
    image = fake.put_image("1.0.0")
    fake.put_image(f"{image.replace(':', '-')}.sig", content=b"signature")
    fake.put_image(f"{NOWHERE.replace(':', '-')}", content=b"signature of nothing")
    tags = {tag.subject: tag.orphan for tag in survey(registry, "app").tags}
    assert tags == {"": False, image: False, NOWHERE: True}


def test_a_signature_of_an_untagged_image_is_no_orphan(fake: FakeRegistry, registry: Registry) -> None:
    image = fake.put_image()
    fake.put_image(f"{image.replace(':', '-')}.sig", content=b"signature")
    assert not only(registry).orphan


def test_every_manifest_is_fetched_once(fake: FakeRegistry, registry: Registry) -> None:
    image = fake.put_image()
    fake.put_index("a", images=(image,), attested="1")
    fake.put_index("b", images=(image,), attested="2")
    survey(registry, "app")
    assert sum(image in path for _, path, _ in fake.asked) == 1


def test_a_tag_whose_manifest_is_gone_stops_the_survey(fake: FakeRegistry, registry: Registry) -> None:
    fake.manifests.pop(fake.put_image("broken"))
    with pytest.raises(AbsentError, match="app:broken"):
        survey(registry, "app")


def test_indexes_without_end_are_refused(fake: FakeRegistry, registry: Registry) -> None:
    digest = fake.put_image()
    for _ in range(4):
        digest = fake.put_index(images=(digest,))
    fake.put_index("deep", images=(digest,))
    with pytest.raises(BadAnswerError, match="nested too deep"):
        survey(registry, "app")


def test_heads_are_tags_with_their_digests(fake: FakeRegistry, registry: Registry) -> None:
    digest = fake.put_image("a", "b")
    assert heads(registry, "app") == survey(registry, "app").heads == {"a": digest, "b": digest}
    del fake.manifests[digest]
    assert heads(registry, "app") == {}


def test_what_an_untagged_digest_leads_to(fake: FakeRegistry, registry: Registry) -> None:
    image = fake.put_image()
    index = fake.put_index(images=(image,))
    assert holds(registry, "app", index) == (index, image)
    with pytest.raises(AbsentError):
        holds(registry, "app", NOWHERE)


def test_a_manifest_of_something_else_than_an_image_is_held(fake: FakeRegistry, registry: Registry) -> None:
    empty = {"mediaType": "application/vnd.oci.empty.v1", "digest": fake.put_blob(b"{}"), "size": 2}
    digest = fake.put_manifest(MANIFEST, {"config": empty, "layers": []}, "artifact")
    assert (only(registry).digest, only(registry).created) == (digest, None)
