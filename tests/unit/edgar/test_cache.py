from pathlib import Path

import pytest

from finchat_sec_qa.edgar.cache import RawCache
from finchat_sec_qa.errors import SourceError

URL = "https://www.edgar.test/Archives/a.htm"


def test_bodies_are_found_by_url_and_named_by_their_hash(tmp_path: Path) -> None:
    cache = RawCache(tmp_path)
    assert cache.entry(URL) is None
    kept = cache.put(URL, b"body", etag='"1"', last_modified="today", content_type="text/html", fetched="now")
    again = RawCache(tmp_path)
    assert again.entry(URL) == kept
    assert again.body(kept) == b"body"
    assert (tmp_path / "bodies" / kept.sha256[:2] / kept.sha256).read_bytes() == b"body"
    cache.put("https://other", b"body")
    assert sum(path.is_file() for path in (tmp_path / "bodies").rglob("*")) == 1


def test_a_body_that_changed_on_disk_counts_as_absent(tmp_path: Path) -> None:
    cache = RawCache(tmp_path)
    kept = cache.put(URL, b"body")
    path = tmp_path / "bodies" / kept.sha256[:2] / kept.sha256
    path.write_bytes(b"bodY")
    assert cache.body(kept) is None
    path.unlink()
    assert cache.body(kept) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": 1}', '{"sha256": "../../etc/passwd"}'])
def test_a_damaged_entry_counts_as_absent(tmp_path: Path, text: str) -> None:
    cache = RawCache(tmp_path)
    cache.put(URL, b"body")
    (place,) = (path for path in (tmp_path / "urls").rglob("*.json"))
    place.write_text(text)
    assert cache.entry(URL) is None


def test_an_entry_names_no_other_file(tmp_path: Path) -> None:
    cache = RawCache(tmp_path)
    kept = cache.put(URL, b"body")
    (place,) = (path for path in (tmp_path / "urls").rglob("*.json"))
    place.write_text(place.read_text().replace(kept.sha256, "../../../etc/passwd"))
    assert cache.entry(URL) is None


def test_notes(tmp_path: Path) -> None:
    cache = RawCache(tmp_path)
    assert cache.note("k") == {}
    cache.put_note("k", {"whole": True})
    assert RawCache(tmp_path).note("k") == {"whole": True, "key": "k"}


def test_a_cache_that_cannot_be_written_says_which_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="FINCHAT_EDGAR_CACHE"):
        RawCache(tmp_path / "file").put(URL, b"body")


def test_nothing_is_left_beside_after_a_failed_write(tmp_path: Path) -> None:
    cache = RawCache(tmp_path)
    kept = cache.put(URL, b"body")
    place = tmp_path / "bodies" / kept.sha256[:2] / kept.sha256
    place.unlink()
    place.mkdir()  # moving a file there fails
    (place / "x").write_text("")
    with pytest.raises(SourceError):
        cache.put(URL, b"body")
    assert [path.name for path in place.parent.iterdir()] == [kept.sha256]
