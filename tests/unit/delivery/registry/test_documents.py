import json
from datetime import UTC, datetime

import pytest

from delivery.registry.documents import digest_of, parse_date, parse_manifest
from delivery.registry.errors import BadAnswerError
from tests.unit.delivery.registry.fake_registry import CONFIG, INDEX, LAYER, MANIFEST, FakeRegistry


def test_an_index_tells_images_from_attestations() -> None:
    fake = FakeRegistry()
    image = fake.put_image(content=b"a")
    index = parse_manifest(fake.manifests[fake.put_index(images=(image,), attested="a")][1], "x")
    assert index.is_index
    assert [child.is_attestation for child in index.manifests] == [False, True]
    assert index.platforms == {image}


def test_a_manifest_without_an_index_is_its_own_platform() -> None:
    fake = FakeRegistry()
    digest = fake.put_image(content=b"abc")
    manifest = parse_manifest(fake.manifests[digest][1], "x")
    assert manifest.platforms == {digest}
    assert [blob.media_type for blob in manifest.blobs] == [CONFIG, LAYER]
    assert manifest.blobs[1].digest == digest_of(b"abc")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no object"),
        (b"{}", "no media type"),
        (
            json.dumps({"schemaVersion": 1, "mediaType": "application/vnd.docker.x+prettyjws"}).encode(),
            "prettyjws",
        ),
        (json.dumps({"mediaType": INDEX, "manifests": [{"digest": "sha256:../x"}]}).encode(), "well-formed"),
        (json.dumps({"mediaType": INDEX, "manifests": 7}).encode(), "well-formed"),
        (json.dumps({"mediaType": MANIFEST, "layers": []}).encode(), "well-formed"),
    ],
)
def test_what_is_no_manifest_is_refused_with_its_place(body: bytes, said: str) -> None:
    with pytest.raises(BadAnswerError, match=rf"host/app:1.*{said}"):
        parse_manifest(body, "host/app:1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T01:02:37.387715175Z", datetime(2026, 11, 23, 1, 2, 37, 387715, UTC)),
        ("2026-11-23T03:02:37+02:00", datetime(2026, 11, 23, 1, 2, 37, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+05:00", None),
        ("soon", None),
        (None, None),
        (7, None),
    ],
)
def test_dates_that_builders_write(text: object, expected: datetime | None) -> None:
    assert parse_date(text) == expected
