"""Real filings through the store: what the parsers gave comes back equal and is found."""

from pathlib import Path

import pytest

from finchat_sec_qa.disk import find_filings
from finchat_sec_qa.index.tokens import terms
from finchat_sec_qa.ingest import parse_one
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.store import open_store


@pytest.mark.shared
def test_a_real_filing_comes_back_whole_and_is_found(edgar: Path, tmp_path: Path) -> None:
    folder = edgar / "Archives" / "edgar" / "data" / "320193" / "000032019323000106"
    found, _ = find_filings([folder], max_bytes=50_000_000)
    parsed = parse_one(Limits(), found[0].load()).parsed
    assert parsed is not None
    assert len(parsed.facts) > 500
    assert len(parsed.passages) > 50
    name = parsed.filing.id
    with open_store(tmp_path) as store:
        store.put(parsed)
        store.flush()
        assert repr(store.parsed(name)) == repr(parsed)
        assert store.check().problems == ()
        text = store.text(name, 0)
        hits = store.search([(term, 1.0) for term in terms("iPhone net sales by category")], Scope(), 5)
        assert any("iPhone" in text[hit.passage.start : hit.passage.end] for hit in hits)
        assert store.companies()[0].key == "0000320193"
