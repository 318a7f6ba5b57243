from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.eval.ledger import Line, merged, read, write
from benchmarks.eval.verdict import Verdict
from finchat_sec_qa.errors import UsageError
from tests.unit.benchmarks.eval.making import line


def test_a_ledger_reads_as_it_was_written(tmp_path: Path) -> None:
    made = (
        line(question="a\nline, “quoted”\u2028"),
        line(id="q-2", verdict=Verdict.FALSE_REFUSAL, cited=None, verified=None),
    )
    write(tmp_path / "ledger.jsonl", made)
    assert read(tmp_path / "ledger.jsonl") == made
    assert len((tmp_path / "ledger.jsonl").read_text(encoding="utf-8").split("\n")) == 3


def test_no_file_is_no_lines(tmp_path: Path) -> None:
    assert read(tmp_path / "ledger.jsonl") == ()


@pytest.mark.parametrize("broken", ["{", "[]", "{}", '{"verdict": "splendid"}'])
def test_a_broken_line_is_named(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "ledger.jsonl"
    write(path, [line()])
    with path.open("a", encoding="utf-8") as stream:
        stream.write(broken + "\n")
    with pytest.raises(UsageError, match=r"ledger\.jsonl:2: .*remove the file"):
        read(path)


def test_a_crash_while_writing_leaves_the_earlier_ledger_whole(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    write(path, [line()])

    def crashing() -> Iterator[Line]:
        yield line(id="q-2")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(path, crashing())
    assert read(path) == (line(),)
    with pytest.raises(UnicodeEncodeError):  # fails while the new file is being written
        write(path, [line(answer="\ud800")])
    assert read(path) == (line(),)
    assert [each.name for each in tmp_path.iterdir()] == ["ledger.jsonl"]


def test_sets_that_were_not_asked_keep_their_lines() -> None:
    earlier = (line(id="old"), line(set="search", id="s-1"))
    assert merged(earlier, [line(id="new")]) == (earlier[1], line(id="new"))
