import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.model.accession import (
    dashed,
    document_url,
    folder_path,
    is_accession,
    is_document_name,
    padded_cik,
)

ACCESSION = "0000320193-24-000123"


@given(st.from_regex(r"[0-9]{18}", fullmatch=True))
def test_a_folder_name_and_its_accession_are_one(digits: str) -> None:
    accession = dashed(digits)
    assert accession is not None
    assert is_accession(accession)
    assert folder_path("1", accession).endswith(f"/{digits}")


def test_addresses() -> None:
    url = "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/a.htm"
    assert document_url("0000320193", ACCESSION, "a.htm") == url
    assert document_url("320193", ACCESSION, "a.htm") == url


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../a.htm", "a/b.htm", "a\\b", ".a", "a b", "a\n", "a?b", "é.htm", "a" * 129]
)
def test_names_that_could_lead_elsewhere_are_refused(name: str) -> None:
    assert not is_document_name(name)
    with pytest.raises(ValueError, match="no document"):
        document_url("1", ACCESSION, name)


@pytest.mark.parametrize(
    ("cik", "accession"),
    [("", ACCESSION), ("1/..", ACCESSION), ("1", "x"), ("1", ACCESSION + "\n"), ("١", ACCESSION)],
)
def test_other_parts_are_refused(cik: str, accession: str) -> None:
    with pytest.raises(ValueError, match="no filing"):
        folder_path(cik, accession)


def test_ciks() -> None:
    assert padded_cik(320193) == padded_cik("0000320193") == "0000320193"
    assert [padded_cik(text) for text in ("", "0", "x", "12345678901", "-1", "١")] == [None] * 6
    assert dashed("٠" * 18) is None
