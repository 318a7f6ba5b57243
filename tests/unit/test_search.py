import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.errors import NotFoundError, UsageError
from finchat_sec_qa.model.request import ScopeRequest
from tests.unit.conftest import ACME_2023, ACME_2024, BOLT_2023


def test_hits_say_where_they_stand(library: Library) -> None:
    hit, *_ = library.search("shortage of brass", ScopeRequest(filings=(ACME_2023.accession,)))
    assert (hit.filing, hit.company, hit.form) == (ACME_2023.accession, "Acme Widgets, Inc.", "10-K")
    assert "A shortage of brass" in hit.text
    assert library._store.text(hit.filing, hit.document)[hit.start : hit.end] == hit.text
    assert hit.url is not None
    assert hit.url.endswith("acme-20231231.htm")
    _, content = library.original(hit.filing, hit.document)
    assert b"A shortage of brass" in content


def test_a_company_or_period_in_the_words_narrows_the_search(library: Library) -> None:
    assert {hit.company for hit in library.search("Bolt brass supplier")} == {"Bolt Corp"}
    assert library.search("Acme brass supplier fiscal 2023")[0].filing == ACME_2023.accession
    assert library.search("Acme brass supplier fiscal 2024")[0].filing == ACME_2024.accession
    assert {hit.filing for hit in library.search("brass supplier")} == {
        ACME_2023.accession,
        ACME_2024.accession,
        BOLT_2023.accession,
    }


def test_scores_fall_and_the_limit_holds(library: Library) -> None:
    hits = library.search("brass supplier risk", limit=100)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert library.search("brass supplier risk", limit=2) == hits[:2]


def test_nothing_found(library: Library) -> None:
    assert library.search("zorkmid") == ()


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_limits_out_of_range(library: Library, limit: int) -> None:
    with pytest.raises(UsageError, match="limit"):
        library.search("brass", limit=limit)


def test_unknown_scopes(library: Library) -> None:
    with pytest.raises(UsageError, match="Microsoft"):
        library.search("brass", ScopeRequest(companies=("Microsoft",)))
    with pytest.raises(NotFoundError, match="nowhere"):
        library.search("brass", ScopeRequest(filings=("nowhere",)))
