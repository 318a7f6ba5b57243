import lzma
import pickle
from collections import defaultdict
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from finchat_sec_qa import samples
from finchat_sec_qa.errors import LimitExceededError, MalformedError
from finchat_sec_qa.samples import sample_filings, unpack


def test_every_sample_is_what_was_shipped() -> None:
    for sample in sample_filings():
        source = sample.load()  # checks size and SHA-256
        assert source.sample
        assert source.id == source.accession == sample.accession
        assert len(source.files[0].content) == sample.size
        assert source.url == source.files[0].url
        assert source.url == (
            f"https://www.sec.gov/Archives/edgar/data/{int(sample.cik)}/"
            f"{sample.accession.replace('-', '')}/{sample.name}"
        )
        assert b"http://www.xbrl.org/2013/inlineXBRL" in source.files[0].content


def test_the_choice_covers_companies_years_and_forms() -> None:
    seen = defaultdict(set)
    for sample in sample_filings():
        seen[sample.cik].add((sample.form, sample.period.year))
    assert len(seen) >= 3
    for filings in seen.values():
        assert {form for form, _ in filings} == {"10-K", "10-Q"}
        assert len({year for _, year in filings}) >= 2


def test_the_package_stays_small() -> None:
    packed = list(Path(str(files(samples) / "data")).iterdir())
    assert sum(path.stat().st_size for path in packed) <= 3_000_000
    assert {path.name for path in packed} == {sample.file for sample in sample_filings()}


def test_a_damaged_sample_says_so() -> None:
    sample = sample_filings()[0]
    with pytest.raises(MalformedError, match="SHA-256"):
        replace(sample, sha256="0" * 64).load()
    with pytest.raises(LimitExceededError, match="more than"):
        replace(sample, size=sample.size - 1).load()
    with pytest.raises(MalformedError, match="cannot be unpacked"):
        replace(sample, file="absent.xz").load()


def test_unpacking_stops_at_the_limit() -> None:
    bomb = lzma.compress(b"\0" * 50_000_000)
    assert unpack(bomb, 1_000) is None
    assert unpack(lzma.compress(b"abc"), 3) == b"abc"
    with pytest.raises(EOFError):
        unpack(lzma.compress(b"abc")[:-4], 3)
    with pytest.raises(lzma.LZMAError):
        unpack(b"junk" * 10, 3)


def test_samples_cross_to_worker_processes() -> None:
    sample = sample_filings()[0]
    assert pickle.loads(pickle.dumps(sample)) == sample  # noqa: S301 - our own bytes


@pytest.mark.shared
def test_samples_are_the_real_files(edgar: Path) -> None:
    for sample in sample_filings():
        assert (edgar / sample.url.removeprefix("https://www.sec.gov/")).read_bytes() == (
            sample.load().files[0].content
        )
