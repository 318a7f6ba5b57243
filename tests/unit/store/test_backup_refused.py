"""Archives that must not become a store: changed, cut, or made to do harm."""

import gzip
import hashlib
import io
import json
import sqlite3
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from finchat_sec_qa.errors import StoreCorruptError, StoreError, StoreVersionError
from finchat_sec_qa.store import restore
from tests.unit.store.backed_up import CLOCK, content, digest_of, filled, taken

Change = Callable[[dict[str, bytes]], None]


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return taken(tmp_path)


# A good backup is taken apart, changed and packed again, with its sums right unless the change is about them.


def unpacked(backup: Path) -> dict[str, bytes]:
    with tarfile.open(backup) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


def packed(members: Iterable[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.GNU_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=form) as archive:
        for member, body in members:
            member.size = len(body) if member.isreg() else 0
            archive.addfile(member, io.BytesIO(body))
    return stream.getvalue()


def plain(members: dict[str, bytes]) -> bytes:
    return packed((tarfile.TarInfo(name), body) for name, body in members.items())


def manifest(members: dict[str, bytes], **changes: Any) -> None:
    told = {**json.loads(members["manifest.json"]), **changes}
    members["manifest.json"] = json.dumps(told, separators=(",", ":")).encode()


def listed(members: dict[str, bytes]) -> None:
    """Write a manifest of what is there now."""
    files = [
        {"name": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        for name, body in members.items()
        if name != "manifest.json"
    ]
    manifest(members, files=files)


def unlisted(members: dict[str, bytes]) -> None:
    """Without one original, of which the manifest says nothing."""
    del members[original(members)]
    listed(members)


def in_database(members: dict[str, bytes], tmp: Path, statement: str) -> None:
    file = tmp / "changed.db"
    file.write_bytes(members["finchat.db"])
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    connection.close()
    members["finchat.db"] = file.read_bytes()
    listed(members)


def original(members: dict[str, bytes]) -> str:
    return next(name for name in members if name.startswith("originals/"))


def refused(archive: bytes, tmp_path: Path) -> StoreError:
    """The error; nothing may come of the archive, in a new store or in one with filings."""
    with pytest.raises(StoreError) as error:
        restore(tmp_path / "new", io.BytesIO(archive), name="it", replace=False, clock=CLOCK)
    assert not (tmp_path / "new").exists()
    there = filled(tmp_path / "there", "f3")
    before = digest_of(there), content(there)
    with pytest.raises(type(error.value)):
        restore(there, io.BytesIO(archive), name="it", replace=True, clock=CLOCK)
    assert (digest_of(there), content(there)) == before
    return error.value


CHANGES: dict[str, tuple[Change, str]] = {
    "a byte of an original": (
        lambda m: m.update({original(m): b"x" + m[original(m)][1:]}),
        "another SHA-256",
    ),
    "a byte of the tables": (
        lambda m: m.update({"finchat.db": m["finchat.db"][:-1] + b"x"}),
        "finchat.db has another SHA-256",
    ),
    "an original more": (lambda m: m.update({"originals/aa/" + "a" * 64: b""}), "holds more than"),
    "an original less": (
        lambda m: m.pop(original(m)) and None,
        "stands where the file|ends too early|no header",
    ),
    "an original less, not listed": (
        unlisted,
        "not those that finchat.db lists",
    ),
    "no manifest": (lambda m: m.pop("manifest.json") and None, "stands where the file manifest.json"),
    "a manifest that is none": (lambda m: m.update({"manifest.json": b"{}"}), "this is no whole backup"),
    "another digest": (lambda m: manifest(m, digest="0" * 64), "filings are not those"),
    "another schema": (lambda m: manifest(m, schema_version=1), "tables of schema 1"),
    "a size of its own": (
        lambda m: manifest(m, files=[{**f, "size": f["size"] + 1} for f in files_of(m)]),
        "bytes, not",
    ),
    "a place elsewhere": (
        lambda m: manifest(m, files=[files_of(m)[0], {**files_of(m)[1], "name": "../../etc/passwd"}]),
        "no name of an original",
    ),
    "an absolute place": (
        lambda m: manifest(m, files=[{**files_of(m)[0], "name": "/etc/passwd"}]),
        "where finchat.db should",
    ),
    "the same twice": (lambda m: manifest(m, files=[*files_of(m), files_of(m)[1]]), "listed twice"),
    "a field that is none": (lambda m: manifest(m, more=1), "Extra inputs"),
}


def files_of(members: dict[str, bytes]) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = json.loads(members["manifest.json"])["files"]
    return files


@pytest.mark.parametrize(("change", "told"), CHANGES.values(), ids=CHANGES)
def test_a_changed_backup_is_refused(change: Change, told: str, backup: Path, tmp_path: Path) -> None:
    members = unpacked(backup)
    change(members)
    error = refused(plain(members), tmp_path)
    assert isinstance(error, StoreCorruptError)
    assert any(part in str(error) for part in told.split("|")), error


def test_packed_again_as_it_was_it_is_a_backup(backup: Path, tmp_path: Path) -> None:
    members = unpacked(backup)
    listed(members)
    archive = plain(members)
    restore(tmp_path / "new", io.BytesIO(archive), name="it", replace=False, clock=CLOCK)
    assert content(tmp_path / "new") == content(tmp_path / "store")


@pytest.mark.parametrize(
    ("changes", "told"), [({"format": 2}, "format 2"), ({"schema_version": 3}, "schema 3")], ids=str
)
def test_a_backup_of_a_newer_program_is_refused(
    changes: dict[str, int], told: str, backup: Path, tmp_path: Path
) -> None:
    members = unpacked(backup)
    manifest(members, **changes)
    error = refused(plain(members), tmp_path)
    assert isinstance(error, StoreVersionError)
    assert told in str(error)
    assert "newer program" in str(error)


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE], ids=str
)
def test_what_is_no_plain_file_is_refused(kind: bytes, backup: Path, tmp_path: Path) -> None:
    def members() -> Iterable[tuple[tarfile.TarInfo, bytes]]:
        for name, body in unpacked(backup).items():
            member = tarfile.TarInfo(name)
            if name == "finchat.db":
                member.type, member.linkname = kind, "/etc/passwd"
            yield member, body

    assert "stands where the file finchat.db" in str(refused(packed(members()), tmp_path))


def test_a_header_of_any_length_is_not_read(backup: Path, tmp_path: Path) -> None:
    """An extended header says itself how much memory it takes."""

    def members() -> Iterable[tuple[tarfile.TarInfo, bytes]]:
        for name, body in unpacked(backup).items():
            member = tarfile.TarInfo(name)
            member.pax_headers = {"comment": "x" * 100_000}
            yield member, body

    assert "stands where the file manifest.json" in str(
        refused(packed(members(), tarfile.PAX_FORMAT), tmp_path)
    )


def test_more_than_the_disk_has_is_refused_before_it_is_unpacked(backup: Path, tmp_path: Path) -> None:
    members = unpacked(backup)
    files = files_of(members)
    manifest(members, files=[{**files[0], "size": 1 << 60}, *files[1:]])
    assert f"needs {3 * (1 << 60) + sum(f['size'] for f in files[1:])} bytes" in str(
        refused(plain(members), tmp_path)
    )


def test_a_member_that_unfolds_beyond_its_size_is_refused(backup: Path, tmp_path: Path) -> None:
    members = unpacked(backup)
    name = original(members)
    members[name] = bytes(50_000_000)
    assert "bytes, not" in str(refused(plain(members), tmp_path))


def test_a_manifest_without_measure_is_refused(backup: Path, tmp_path: Path) -> None:
    members = {**unpacked(backup), "manifest.json": bytes(1 + (256 << 20))}
    assert "manifest.json has 268435457 bytes" in str(refused(plain(members), tmp_path))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER later AFTER INSERT ON filings BEGIN DELETE FROM facts; END",
        "CREATE TABLE more (a)",
        "CREATE VIEW more AS SELECT 1",
        "DROP INDEX passages_by_filing",
    ],
)
def test_tables_of_another_make_are_refused(statement: str, backup: Path, tmp_path: Path) -> None:
    members = unpacked(backup)
    in_database(members, tmp_path, statement)
    assert "does not have the tables of schema 2" in str(refused(plain(members), tmp_path))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE filings SET passages = passages + 1",
        "UPDATE filings SET tickers = 'no list'",
        "UPDATE documents SET text = 'other'",
        "DELETE FROM passages",
    ],
)
def test_rows_that_no_store_has_are_refused(statement: str, backup: Path, tmp_path: Path) -> None:
    members = unpacked(backup)
    in_database(members, tmp_path, statement)
    assert isinstance(refused(plain(members), tmp_path), StoreCorruptError)


def test_a_cut_backup_is_refused_wherever_it_is_cut(backup: Path, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    for at in (0, 1, 9, 40, len(whole) // 3, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        with pytest.raises(StoreCorruptError):
            restore(tmp_path / "new", io.BytesIO(whole[:at]), name="it", replace=False, clock=CLOCK)
        assert not (tmp_path / "new").exists()


def test_a_backup_with_changed_bits_is_refused(backup: Path, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    for at in range(20, len(whole), len(whole) // 40):
        changed = whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]
        with pytest.raises(StoreError):
            restore(tmp_path / "new", io.BytesIO(changed), name="it", replace=False, clock=CLOCK)
        assert not (tmp_path / "new").exists()


def test_what_follows_the_archive_is_refused(backup: Path, tmp_path: Path) -> None:
    assert "holds more than" in str(refused(backup.read_bytes() + gzip.compress(b"more"), tmp_path))


def test_no_backup_at_all_is_refused(tmp_path: Path) -> None:
    assert isinstance(refused(b"not an archive", tmp_path), StoreCorruptError)
