from pathlib import Path

import pytest

from benchmarks.eval.code import files_behind
from benchmarks.eval.store import MAKERS, clear, filled, fingerprint
from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.errors import ParseError
from tests.unit.report import Report


@pytest.fixture
def filings(tmp_path: Path) -> Path:
    folder = tmp_path / "filings"
    Report().write(folder)
    return folder


def companies(store: Path) -> list[str]:
    with Library.open(Settings(store=store), read_only=True) as library:
        return [company.name for company in library.companies()]


def test_a_store_is_kept_while_its_filings_are_the_same(tmp_path: Path, filings: Path) -> None:
    store = filled(tmp_path / "eval", [filings], jobs=1)
    written = (store / "finchat.db").stat().st_mtime_ns
    assert filled(tmp_path / "eval", [filings], jobs=1) == store
    assert (store / "finchat.db").stat().st_mtime_ns == written
    Report(company="Bolt Corp", cik="0000000077", ticker="BOLT").write(filings)
    other = filled(tmp_path / "eval", [filings], jobs=1)
    assert companies(other) == ["Acme Widgets, Inc.", "Bolt Corp"]
    clear(tmp_path / "eval", [other])
    assert (store.exists(), other.exists()) == (False, True)


def test_an_interrupted_ingest_is_gone_on_with(tmp_path: Path, filings: Path) -> None:
    home = tmp_path / "eval" / "stores" / fingerprint([filings])
    with Library.open(Settings(store=home / "store")) as begun:
        begun.ingest_paths([filings], jobs=1)
    Report(company="Never Read", cik="0000000077", ticker="NEV").write(tmp_path / "other")
    with Library.open(Settings(store=home / "store")) as begun:
        begun.ingest_paths([tmp_path / "other"], jobs=1)
    store = filled(tmp_path / "eval", [filings], jobs=1)
    # what the interrupted run had stored is still there, so nothing was made anew
    assert companies(store) == ["Acme Widgets, Inc.", "Never Read"]


def test_a_filing_that_fails_is_named_and_the_store_is_not_taken_for_whole(
    tmp_path: Path, filings: Path
) -> None:
    (filings / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing")
    for _ in range(2):
        with pytest.raises(ParseError, match=r"broken\.pdf.*not checked"):
            filled(tmp_path / "eval", [filings], jobs=1)


def test_the_fingerprint_follows_filings_code_and_lock(tmp_path: Path, filings: Path, repo: Path) -> None:
    copy = tmp_path / "copy"
    for path in (*files_behind(repo, MAKERS), repo / "poetry.lock"):
        target = copy / path.relative_to(repo)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    seen = {fingerprint([filings], copy)}
    assert seen == {fingerprint([filings], repo)}
    for changed in (
        copy / "poetry.lock",
        copy / "finchat_sec_qa/parse/numbers.py",
        copy / "finchat_sec_qa/facts/lexicon.toml",
        next(filings.rglob("*.htm")),
    ):
        with changed.open("ab") as stream:
            stream.write(b"\n")
        seen.add(fingerprint([filings], copy))
    assert len(seen) == 5


def test_the_code_behind_is_all_that_is_imported_and_nothing_else(tmp_path: Path) -> None:
    package = tmp_path / "pack"
    (package / "deep").mkdir(parents=True)
    for name, text in {
        "__init__.py": "",
        "start.py": "import os\nfrom pack.deep import inner, VALUE\n",
        "deep/__init__.py": "VALUE = 1\n",
        "deep/inner.py": "def late():\n    import pack.other\nif TYPE_CHECKING:\n    import pack.unused\n",
        "deep/words.toml": "",
        "other.py": "",
        "unused.py": "",
    }.items():
        (package / name).write_text(text, encoding="utf-8")
    found = [str(path.relative_to(package)) for path in files_behind(tmp_path, ["pack.start"])]
    assert found == [
        "__init__.py",
        "deep/__init__.py",
        "deep/inner.py",
        "deep/words.toml",
        "other.py",
        "start.py",
    ]


def test_the_rooms_that_make_a_store_are_behind_it_and_those_that_answer_are_not(repo: Path) -> None:
    found = {str(path.relative_to(repo / "finchat_sec_qa")) for path in files_behind(repo, MAKERS)}
    assert {"parse/pdf.py", "facts/printed/read.py", "store/writer.py", "retrieve/passages.py"} <= found
    assert not {name for name in found if name.startswith(("answer/", "cli/", "question/"))}
