import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from delivery.reproduce import distributions
from delivery.reproduce.errors import BuildError
from tests.unit.delivery.oci.making import entry, tar
from tests.unit.delivery.reproduce.making import program

NOON = (2024, 5, 1, 12, 0, 0)


def wheel(
    body: bytes = b"run()", when: tuple[int, int, int, int, int, int] = NOON, mode: int = 0o644
) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("app/main.py", when)
        info.external_attr = mode << 16
        archive.writestr(info, body)
    return stream.getvalue()


def sdist(*more: Any, **values: Any) -> bytes:
    return gzip.compress(
        tar(entry("app-1/main.py", **{"body": b"run()", "mtime": 5, **values}), *more), mtime=0
    )


def folder(path: Path, **files: bytes) -> Path:
    path.mkdir()
    for name, body in files.items():
        (path / name.replace("_", ".")).write_bytes(body)
    return path


def test_equal_bytes_do_not_differ(tmp_path: Path) -> None:
    made = [folder(tmp_path / name, app_whl=wheel(), app_gz=sdist()) for name in ("1", "2")]
    assert distributions.compare_folders(*made) == ()


@pytest.mark.parametrize(
    ("second", "what"),
    [
        ({"app_whl": wheel(b"run!")}, "content"),
        ({"app_whl": wheel(when=(2024, 5, 1, 12, 0, 2))}, "time"),
        ({"app_whl": wheel(mode=0o600)}, "mode"),
        ({"app_gz": sdist(mtime=6)}, "time"),
        ({"app_gz": sdist(mode=0o600)}, "mode"),
        ({"app_gz": sdist(body=b"run!")}, "content"),
    ],
)
def test_a_planted_difference_is_named(tmp_path: Path, second: dict[str, bytes], what: str) -> None:
    first = {"app_whl": wheel(), "app_gz": sdist()}
    made = folder(tmp_path / "1", **first), folder(tmp_path / "2", **(first | second))
    (found,) = distributions.compare_folders(*made)
    assert found.what == what
    assert found.where.endswith("main.py")


def test_members_and_files_in_one_only_are_named(tmp_path: Path) -> None:
    made = (
        folder(tmp_path / "1", app_whl=wheel(), app_gz=sdist()),
        folder(tmp_path / "2", app_gz=sdist(entry("app-1/x", b"?"))),
    )
    found = [(one.what, one.where) for one in distributions.compare_folders(*made)]
    assert found == [("extra", "app.gz: app-1/x"), ("missing", "app.whl")]


def test_equal_members_in_unequal_archives_are_told_as_packing(tmp_path: Path) -> None:
    made = (
        folder(tmp_path / "1", app_gz=sdist(), x_bin=b"1"),
        folder(tmp_path / "2", app_gz=gzip.compress(gzip.decompress(sdist()), mtime=7), x_bin=b"2"),
    )
    found = [(one.what, one.where) for one in distributions.compare_folders(*made)]
    assert found == [("packing", "app.gz"), ("packing", "x.bin")]


def test_a_build_that_fails_is_told(tmp_path: Path) -> None:
    python = program(tmp_path / "bin", "python", "echo no backend >&2; exit 1") / "python"
    with pytest.raises(BuildError, match="no backend"):
        distributions.build(python, tmp_path, tmp_path / "dist", 0)
    with pytest.raises(BuildError, match=r"environment\.sh tools"):
        distributions.build(tmp_path / "none", tmp_path, tmp_path / "other", 0)
