import gzip
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from delivery.oci.layout import Layout
from delivery.reproduce import compare, published
from delivery.reproduce.compare import Difference
from tests.unit.delivery.oci.making import Making, entry, folder, hardlink, symlink, tar

Member = tuple[tarfile.TarInfo, bytes]
STEPS = [
    {"created_by": "ADD base", "created": "2025-01-02T03:04:05Z"},
    {"created_by": "ENV A=1", "empty_layer": True},
    {"created_by": "RUN install", "created": "2025-01-02T03:04:05Z"},
]
CONFIG = {"Env": ["A=1", "B=2"], "Labels": {"x": "y"}}


def base() -> bytes:
    return tar(folder("etc"), entry("etc/name", b"small"))


def app(**values: Any) -> list[Member]:
    """The members of the upper layer; `values` are those of its file app/main.py."""
    return [folder("app"), entry("app/main.py", **{"body": b"run()", "mtime": 100, **values})]


def write(path: Path, layers: Sequence[bytes], **values: Any) -> Path:
    making = Making()
    making.image(*layers, **{"config": CONFIG, "history": STEPS, **values})
    return making.archive(path)


def differences(
    tmp_path: Path, first: Sequence[bytes], second: Sequence[bytes], **values: Any
) -> list[Difference]:
    """What differs between images of those layers; `values` are those of the second image."""
    paths = write(tmp_path / "1.tar", first), write(tmp_path / "2.tar", second, **values)
    with Layout.open(paths[0]) as one, Layout.open(paths[1]) as other:
        sides = published.side(one, one.image()), published.side(other, other.image())
        return list(compare.compare(*sides))


def test_the_same_image_does_not_differ(tmp_path: Path) -> None:
    assert differences(tmp_path, [base(), tar(*app())], [base(), tar(*app())]) == []


@pytest.mark.parametrize(
    ("values", "what", "first", "second"),
    [
        ({"mtime": 160}, "time", "1970-01-01T00:01:40+00:00", "1970-01-01T00:02:40+00:00"),
        ({"mode": 0o600}, "mode", "0644", "0600"),
        ({"uid": 10001, "gid": 7}, "owner", "0:0", "10001:7"),
        ({"pax_headers": {"SCHILY.xattr.user.a": "b"}}, "attributes", "", "user.a=b"),
    ],
)
def test_a_planted_difference_of_a_file_is_named(
    tmp_path: Path, values: dict[str, Any], what: str, first: str, second: str
) -> None:
    found = differences(tmp_path, [base(), tar(*app())], [base(), tar(*app(**values))])
    assert found == [Difference("/app/main.py", what, first, second, 1, "RUN install")]


def test_changed_content_is_told_by_digest_and_size(tmp_path: Path) -> None:
    (found,) = differences(tmp_path, [tar(*app())], [tar(*app(body=b"run!"))])
    assert (found.where, found.what) == ("/app/main.py", "content")
    assert found.first.endswith("(5 bytes)")
    assert found.second.endswith("(4 bytes)")


def test_a_random_file_is_told_before_the_times_it_changed(tmp_path: Path) -> None:
    second = [folder("app", mtime=5), entry("app/main.py", b"run()", mtime=100), entry("app/4f1c", b"?")]
    found = differences(tmp_path, [tar(*app())], [tar(*second)])
    assert [(one.what, one.where) for one in found] == [("extra", "/app/4f1c"), ("time", "/app")]


def test_a_file_that_is_gone_is_missing(tmp_path: Path) -> None:
    (found,) = differences(tmp_path, [tar(*app())], [tar(folder("app"))])
    assert (found.what, found.where, found.second) == ("missing", "/app/main.py", compare.ABSENT)


def test_links_and_kinds_are_told(tmp_path: Path) -> None:
    first = [entry("a", b"x"), symlink("b", "a"), hardlink("c", "a")]
    second = [entry("a", b"x"), symlink("b", "c"), entry("c", b"x")]
    found = differences(tmp_path, [tar(*first)], [tar(*second)])
    assert [(one.what, one.where, one.first, one.second) for one in found] == [
        ("kind", "/c", "hardlink", "file"),
        ("link", "/b", "a", "c"),
    ]


def test_what_a_later_layer_hides_is_found_in_its_own_layer(tmp_path: Path) -> None:
    over = tar(entry("etc/name", b"over"))
    found = differences(tmp_path, [base(), over], [tar(folder("etc"), entry("etc/name", b"other")), over])
    assert [(one.what, one.where, one.layer, one.step) for one in found] == [
        ("content", "/etc/name", 0, "ADD base")
    ]


def test_deletions_and_order_are_told_as_packing(tmp_path: Path) -> None:
    first = [base(), tar(entry("a"), entry("b"))]
    (found,) = differences(tmp_path, first, [base(), tar(entry("b"), entry("a"))])
    assert (found.what, found.where, found.layer) == ("packing", "layer 1", 1)
    (found,) = differences(tmp_path, first, [base(), tar(entry("a"), entry("b"), entry(".wh.etc"))])
    assert (found.what, found.where, found.layer) == ("packing", "layer 1", 1)


def test_another_compression_of_the_same_files_is_told(tmp_path: Path) -> None:
    (found,) = differences(
        tmp_path, [base()], [base()], compress=lambda body: gzip.compress(body, 1, mtime=9)
    )
    assert (found.what, found.where) == ("packing", "layer 0")
    assert found.first.startswith("compressed to ")


def test_config_and_history_are_told_by_their_place(tmp_path: Path) -> None:
    changed = [*STEPS[:2], {**STEPS[2], "created": "2025-01-02T03:04:06Z"}]
    config = {**CONFIG, "Env": ["A=1", "B=3"], "User": "10001"}
    found = differences(tmp_path, [base()], [base()], config=config, history=changed)
    assert [(one.where, one.first, one.second) for one in found] == [
        ("config.config.Env[1]", "B=2", "B=3"),
        ("config.config.User", compare.ABSENT, "10001"),
        ("config.history[2].created", "2025-01-02T03:04:05Z", "2025-01-02T03:04:06Z"),
    ]


def test_images_with_other_numbers_of_layers_are_compared_as_a_whole(tmp_path: Path) -> None:
    found = differences(tmp_path, [base()], [base(), tar(*app())])
    assert [(one.what, one.where) for one in found] == [
        ("extra", "/app"),
        ("extra", "/app/main.py"),
        ("value", "layers"),
    ]


def test_a_difference_that_cannot_be_named_is_still_one(tmp_path: Path) -> None:
    """The manifests differ in a field that is not read."""
    path = write(tmp_path / "1.tar", [base()])
    making = Making()
    making.image(base(), config=CONFIG, history=STEPS)
    with Layout.open(path) as layout:
        image = layout.image()
        digest = f"sha256:{'0' * 64}"
        other = compare.Side(type(image)(**{**_fields(image), "digest": digest}), lambda _: {})
        found = compare.compare(published.side(layout, image), other)
    assert found == (Difference("manifest", "packing", image.digest, digest),)


def _fields(image: Any) -> dict[str, Any]:
    return {name: getattr(image, name) for name in type(image).__slots__}
