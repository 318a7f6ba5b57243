import multiprocessing
from pathlib import Path

import pytest

from delivery.metrics import history
from delivery.metrics.errors import HistoryError
from tests.unit.delivery.metrics.builds import record


def test_what_is_appended_is_read_again(tmp_path: Path) -> None:
    book = tmp_path / "new" / "book.jsonl"
    assert history.append(book, record(1)) == ()
    assert history.append(book, record(2)) == (record(1),)
    assert history.read(book) == (record(1), record(2))


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("{", "EOF"),
        ('{"schema": 2}', "schema"),
        (record().line().replace('"seconds":10.0', '"seconds":-1', 1).strip(), "seconds"),
        ("", "EOF"),
    ],
)
def test_a_corrupt_line_is_named_and_nothing_is_lost(tmp_path: Path, damage: str, named: str) -> None:
    book = tmp_path / "book.jsonl"
    book.write_text(f"{record(1).line()}{damage}\n{record(2).line()}")
    before = book.read_bytes()
    with pytest.raises(HistoryError, match=rf"book\.jsonl:2: .*{named}"):
        history.append(book, record(3))
    assert book.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.jsonl", "book.jsonl.lock"]


def test_a_last_line_without_its_end_is_kept_whole(tmp_path: Path) -> None:
    book = tmp_path / "book.jsonl"
    book.write_text(record(1).line().rstrip("\n"))
    history.append(book, record(2))
    assert history.read(book) == (record(1), record(2))


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    book = tmp_path / "book.jsonl"
    book.mkdir()  # what cannot be replaced by a file
    with pytest.raises(OSError, match="directory"):
        history.replace(book, b"new")
    assert list(tmp_path.iterdir()) == [book]


def _append(book: Path, number: int) -> None:
    history.append(book, record(number))


def test_appends_at_the_same_time_all_count(tmp_path: Path) -> None:
    book = tmp_path / "book.jsonl"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.starmap(_append, [(book, number) for number in range(12)])
    assert sorted(each.seconds for each in history.read(book)) == list(range(12))
