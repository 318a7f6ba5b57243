"""Whatever a parser may give comes back from the store equal to the last digit and character."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finchat_sec_qa.model.document import Anchor, Block, Cell, Page, ParsedDocument, Section, Table
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing, ParsedFiling
from finchat_sec_qa.model.passage import Passage
from finchat_sec_qa.model.period import Period
from finchat_sec_qa.store import SqliteStore, open_store

words = st.text(max_size=12)
maybe_words = st.none() | words
numbers = st.integers(0, 2**40)
decimals = st.decimals(allow_nan=False, allow_infinity=False)
days = st.dates()
periods = st.tuples(days, days).map(lambda pair: Period(min(pair), max(pair))) | st.builds(
    Period, st.none(), days
)
dimensions = st.lists(st.tuples(words, words), max_size=3).map(lambda pairs: tuple(sorted(pairs)))
cells = st.builds(Cell, numbers, numbers, numbers, numbers, st.none() | decimals, maybe_words)
paths = st.lists(st.lists(words, max_size=3).map(tuple), max_size=3).map(tuple)


def few(values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(values, max_size=3).map(tuple)


tables = st.builds(Table, numbers, numbers, words, st.integers(-9, 12), maybe_words, paths, paths, few(cells))
blocks = st.builds(
    Block,
    st.sampled_from(["heading", "paragraph", "list_item", "table"]),
    numbers,
    numbers,
    st.integers(0, 6),
    st.none() | numbers,
)
sections = st.builds(Section, words, words, words, numbers, numbers, words)
pages = st.builds(Page, numbers, numbers, numbers, words)
anchors = st.builds(Anchor, words, numbers)
filings = st.builds(
    Filing,
    id=st.text(min_size=1, max_size=12),
    accession=maybe_words,
    cik=maybe_words,
    company=words,
    tickers=few(words),
    former_names=few(words),
    form=words,
    period_end=st.none() | days,
    fiscal_year=st.none() | st.integers(1990, 2100),
    fiscal_period=st.none() | st.sampled_from(["FY", "Q1", "Q2", "Q3", "Q4", "H1", "9M"]),
    fiscal_year_end=words,
    filed=st.none() | days,
    url=maybe_words,
    sample=st.booleans(),
)


@st.composite
def parsed_filings(draw: st.DrawFn) -> ParsedFiling:
    contents = draw(st.lists(st.binary(max_size=40), min_size=1, max_size=3))
    wrapper = draw(st.binary(max_size=10))
    hashes = [hashlib.sha256(content).hexdigest() for content in contents]
    documents = tuple(
        ParsedDocument(
            name=draw(words),
            kind=draw(st.sampled_from(["html", "text", "xbrl", "pdf", "submission"])),
            role=draw(words),
            sha256=sha256,
            size=len(content),
            text=draw(st.text(max_size=60)),
            blocks=draw(few(blocks)),
            tables=draw(few(tables)),
            sections=draw(few(sections)),
            pages=draw(few(pages)),
            anchors=draw(few(anchors)),
            warnings=draw(few(words)),
        )
        for content, sha256 in zip(contents, hashes, strict=True)
    )
    places = st.integers(0, len(documents) - 1)
    facts = st.builds(
        Fact,
        concept=words,
        period=periods,
        value=st.none() | decimals,
        text=maybe_words,
        unit=maybe_words,
        decimals=st.none() | st.integers(-12, 1_000),
        scale=st.integers(-12, 12),
        dimensions=dimensions,
        context_id=words,
        fact_id=maybe_words,
        nil=st.booleans(),
        document=places,
        start=numbers,
        end=numbers,
    )
    return ParsedFiling(
        filing=draw(filings),
        documents=documents,
        facts=draw(few(facts)),
        passages=tuple(draw(_passage(documents, draw(places))) for _ in range(draw(st.integers(0, 3)))),
        originals={**dict(zip(hashes, contents, strict=True)), hashlib.sha256(wrapper).hexdigest(): wrapper},
        digest=draw(st.text(min_size=1, max_size=8)),
    )


def _passage(documents: tuple[ParsedDocument, ...], index: int) -> st.SearchStrategy[Passage]:
    length = len(documents[index].text)
    spans = st.tuples(st.integers(0, length), st.integers(0, length)).map(sorted)
    return st.builds(
        lambda span, page, section, heading, kind: Passage(
            index, span[0], span[1], page, section, heading, kind
        ),
        spans,
        st.none() | numbers,
        words,
        words,
        words,
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    with open_store(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(parsed=parsed_filings())
def test_everything_comes_back(store: SqliteStore, parsed: ParsedFiling) -> None:
    store.put(parsed)
    found = store.parsed(parsed.filing.id)
    assert found == parsed
    # Equal is not enough for numbers: 1.50 must not come back as 1.5, nor -0 as 0.
    assert repr(found) == repr(parsed)
    assert store.original(parsed.documents[0].sha256) == parsed.originals[parsed.documents[0].sha256]


def test_the_store_of_all_that_is_whole(store: SqliteStore, tmp_path: Path) -> None:
    store.flush()
    assert store.check().problems == ()
    assert tmp_path.exists()


def test_first_and_last_days_are_kept(store: SqliteStore) -> None:
    assert date.fromisoformat(date.min.isoformat()) == date.min
