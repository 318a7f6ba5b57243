import json

import pytest

from delivery.registry.client import Registry
from delivery.registry.documents import Descriptor, digest_of
from delivery.registry.errors import AbsentError, BadAnswerError, DeletionDisabledError, RegistryError
from tests.unit.delivery.registry.fake_registry import INDEX, LAYER, FakeRegistry

NOWHERE = "sha256:" + "0" * 64


@pytest.mark.parametrize("page", [1, 2, 3, 100])
def test_tags_are_listed_over_all_pages(fake: FakeRegistry, registry: Registry, page: int) -> None:
    fake.put_image("c", "a", "b", "latest", "1.0.0")
    fake.page = page
    assert registry.tags("app") == ("1.0.0", "a", "b", "c", "latest")
    assert fake.count("GET") == -(-5 // page)


def test_a_repository_without_tags_has_none(registry: Registry) -> None:
    assert registry.tags("app") == ()


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("</v2/app/tags/list?n=500>; rel=next", "does not end"),
        ('<http://attacker.example/v2/app/tags/list>; rel="next"', "another host"),
    ],
)
def test_pages_that_lead_astray_are_refused(
    fake: FakeRegistry, registry: Registry, link: str, said: str
) -> None:
    fake.link = link
    with pytest.raises(BadAnswerError, match=said):
        registry.tags("app")


def test_a_list_that_holds_no_tags_is_refused(fake: FakeRegistry, registry: Registry) -> None:
    fake.lies["/v2/app/tags/list"] = json.dumps({"tags": ["fine", "../../etc"]}).encode()
    with pytest.raises(BadAnswerError, match="list of tags"):
        registry.tags("app")


def test_a_manifest_is_fetched_by_tag_and_by_digest(fake: FakeRegistry, registry: Registry) -> None:
    index = fake.put_index("1.0.0", images=(fake.put_image(),), attested="x")
    by_tag, by_digest = registry.manifest("app", "1.0.0"), registry.manifest("app", index)
    assert by_tag == by_digest
    assert (by_tag.digest, by_tag.media_type) == (index, INDEX)


def test_bytes_of_another_digest_are_refused(fake: FakeRegistry, registry: Registry) -> None:
    digest, other = fake.put_image(), fake.put_image(content=b"other")
    fake.lies[f"/v2/app/manifests/{digest}"] = fake.manifests[other][1]
    with pytest.raises(BadAnswerError, match=rf"app@{digest}: .* {other}, not {digest}"):
        registry.manifest("app", digest)


def test_what_is_not_there_is_absent(registry: Registry) -> None:
    with pytest.raises(AbsentError, match=r"app:1\.0\.0.*MANIFEST_UNKNOWN"):
        registry.manifest("app", "1.0.0")
    assert not registry.holds("app", NOWHERE)


def test_a_failure_is_no_absence(fake: FakeRegistry, registry: Registry) -> None:
    fake.script.append((418, {}))
    with pytest.raises(BadAnswerError, match="418"):
        registry.holds("app", NOWHERE)


def test_a_blob_is_checked_against_its_digest_and_size(fake: FakeRegistry, registry: Registry) -> None:
    digest = fake.put_blob(b"config")
    assert registry.blob("app", Descriptor(digest, 6, LAYER)) == b"config"
    with pytest.raises(BadAnswerError, match="6 bytes"):
        registry.blob("app", Descriptor(digest, 7, LAYER))
    fake.blobs[digest] = b"forged"
    with pytest.raises(BadAnswerError, match=digest_of(b"forged")):
        registry.blob("app", Descriptor(digest, 6, LAYER))


@pytest.mark.parametrize("read", [False, True])
def test_a_layer_is_asked_for(fake: FakeRegistry, registry: Registry, read: bool) -> None:
    layer = Descriptor(fake.put_blob(b"layer"), 5, LAYER)
    registry.check_blob("app", layer, read=read)
    fake.blobs[layer.digest] = b"cut"
    with pytest.raises(BadAnswerError, match="3 bytes"):
        registry.check_blob("app", layer, read=read)
    del fake.blobs[layer.digest]
    with pytest.raises(AbsentError, match=layer.digest):
        registry.check_blob("app", layer, read=read)


def test_only_reading_finds_other_bytes_of_the_same_length(fake: FakeRegistry, registry: Registry) -> None:
    layer = Descriptor(fake.put_blob(b"layer"), 5, LAYER)
    fake.blobs[layer.digest] = b"liars"
    registry.check_blob("app", layer, read=False)
    with pytest.raises(BadAnswerError, match=digest_of(b"liars")):
        registry.check_blob("app", layer, read=True)


def test_deletion_takes_every_tag_of_the_digest(fake: FakeRegistry, registry: Registry) -> None:
    digest = fake.put_image("a", "b")
    fake.put_image("c", content=b"other")
    registry.delete("app", digest)
    assert registry.tags("app") == ("c",)
    registry.delete("app", digest)  # once more is no error: it is gone


def test_a_registry_that_deletes_nothing_says_what_to_do(fake: FakeRegistry, registry: Registry) -> None:
    fake.deletes = False
    with pytest.raises(DeletionDisabledError, match="REGISTRY_STORAGE_DELETE_ENABLED=true"):
        registry.delete("app", fake.put_image("a"))
    assert fake.tags


def test_another_refusal_to_delete_names_its_status(fake: FakeRegistry, registry: Registry) -> None:
    fake.script.append((400, {}))
    with pytest.raises(RegistryError, match="400"):
        registry.delete("app", NOWHERE)
