"""What every store does, whatever it is made of: one suite, run on each adapter of the Store port."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from finchat_sec_qa.errors import FinChatError, NotFoundError, StoreError
from finchat_sec_qa.index.tokens import terms
from finchat_sec_qa.model.filing import ParsedFiling
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.ports import Counts, FactQuery, StoreReader, StoreWriter
from finchat_sec_qa.store import open_store
from tests.crafted import filing_named, marker, parsed_large, parsed_text

Opened = Callable[[Path], StoreWriter]
ADAPTERS: dict[str, Opened] = {"sqlite": open_store}


@pytest.fixture(params=sorted(ADAPTERS))
def opened(request: pytest.FixtureRequest) -> Opened:
    return ADAPTERS[request.param]


@pytest.fixture
def store(opened: Opened, tmp_path: Path) -> Iterator[StoreWriter]:
    made = opened(tmp_path / "store")
    yield made
    made.close()


def search(store: StoreReader, words: str, scope: Scope = Scope(), limit: int = 10) -> list[tuple[str, str]]:
    """(filing, text of the passage) of each hit."""
    hits = store.search([(term, 1.0) for term in terms(words)], scope, limit)
    return [
        (hit.filing, store.text(hit.filing, hit.passage.document)[hit.passage.start : hit.passage.end])
        for hit in hits
    ]


def put_all(store: StoreWriter, *filings: ParsedFiling) -> None:
    for parsed in filings:
        store.put(parsed)
    store.flush()


def test_an_empty_store_is_whole_and_empty(store: StoreWriter) -> None:
    assert list(store.filings()) == []
    assert list(store.companies()) == []
    assert list(store.facts(FactQuery())) == []
    assert search(store, "anything") == []
    info = store.info()
    assert (info.filings, info.documents, info.passages, info.facts, info.indexed) == (0, 0, 0, 0, 0)
    assert store.check().holds
    assert store.remove(["nothing"]) == 0


def test_what_was_put_comes_back(store: StoreWriter) -> None:
    parsed = parsed_large("f1", 1)
    put_all(store, parsed)
    document = parsed.documents[0]
    assert store.filing("f1") == parsed.filing
    assert list(store.filings()) == [parsed.filing]
    (stored,) = store.documents("f1")
    assert (stored.filing, stored.index, stored.name) == ("f1", 0, document.name)
    assert (stored.kind, stored.role, stored.sha256) == (document.kind, document.role, document.sha256)
    assert (stored.size, stored.length) == (document.size, len(document.text))
    assert store.text("f1", 0) == document.text
    assert tuple(store.blocks("f1", 0)) == document.blocks
    assert tuple(store.tables("f1", 0)) == document.tables
    assert tuple(store.sections("f1", 0)) == document.sections
    assert tuple(store.pages("f1", 0)) == document.pages
    assert tuple(store.warnings("f1")) == document.warnings
    assert tuple(fact for _, fact in store.facts(FactQuery())) == parsed.facts
    assert store.original(document.sha256) == parsed.originals[document.sha256]
    assert store.counts("f1") == Counts(facts=len(parsed.facts), passages=len(parsed.passages))


def test_it_is_there_after_closing(opened: Opened, tmp_path: Path) -> None:
    parsed = parsed_large("f1", 1)
    first = opened(tmp_path / "s")
    first.put(parsed)
    digest = first.digest()
    first.close()
    second = opened(tmp_path / "s")
    assert tuple(fact for _, fact in second.facts(FactQuery())) == parsed.facts
    assert second.digest() == digest
    assert len(search(second, marker("f1"), limit=100)) == len(parsed.passages)
    second.close()


def test_the_same_id_again_replaces(store: StoreWriter) -> None:
    filing = filing_named("f1")
    old, new = parsed_text(filing, "old walrus text"), parsed_text(filing, "new ostrich text")
    put_all(store, old)
    before = store.digest()
    assert store.has("f1", old.digest)
    put_all(store, new)
    assert store.has("f1", new.digest)
    assert not store.has("f1", old.digest)
    assert store.digest() != before
    assert search(store, "walrus") == []
    assert search(store, "ostrich") == [("f1", "new ostrich text")]
    assert store.info().indexed == 1
    with pytest.raises(NotFoundError):
        store.original(old.documents[0].sha256)
    assert store.check().holds


def test_replaced_text_is_not_found_even_before_the_flush(store: StoreWriter) -> None:
    filing = filing_named("f1")
    put_all(store, parsed_text(filing, "old walrus text"))
    store.put(parsed_text(filing, "new ostrich text"))
    assert search(store, "walrus") == []
    store.flush()
    assert search(store, "ostrich") == [("f1", "new ostrich text")]


def test_has_needs_the_very_digest(store: StoreWriter) -> None:
    parsed = parsed_text(filing_named("f1"), "text")
    assert not store.has("f1", parsed.digest)
    put_all(store, parsed)
    assert not store.has("f1", "")
    assert not store.has("f2", parsed.digest)


def test_the_digest_names_the_content_not_its_history(opened: Opened, tmp_path: Path) -> None:
    one, two, three = (parsed_large(name, 1, chars=2_000) for name in ("f1", "f2", "f3"))
    first, second = opened(tmp_path / "a"), opened(tmp_path / "b")
    put_all(first, one, two)
    put_all(second, three, two, parsed_large("f1", 2, chars=2_000))
    assert first.digest() != second.digest()
    second.remove(["f3"])
    put_all(second, one)
    assert first.digest() == second.digest()
    first.close()
    second.close()


def test_equal_stores_rank_alike_whatever_their_history(opened: Opened, tmp_path: Path) -> None:
    wanted = [parsed_large(f"f{n}", n, chars=6_000) for n in range(6)]
    others = [parsed_large(f"x{n}", n, chars=9_000) for n in range(5)]
    straight, crooked = opened(tmp_path / "a"), opened(tmp_path / "b")
    put_all(straight, *wanted)
    put_all(crooked, *others, *(parsed_large(f"f{n}", n + 50, chars=3_000) for n in range(6)))
    put_all(crooked, *reversed(wanted))
    crooked.remove([parsed.filing.id for parsed in others])
    for words in ("supply chain risk", "pension hedge credit wafer", "goodwill", "acme fiscal 2023 dividend"):
        query = [(term, 1.0 + place / 7) for place, term in enumerate(terms(words))]
        for scope in (Scope(), Scope(filings=("f1", "f4"))):
            hits = straight.search(query, scope, 15)
            assert hits
            assert hits == crooked.search(query, scope, 15)
    straight.close()
    crooked.close()


def test_what_is_not_there_is_said_so(store: StoreWriter) -> None:
    put_all(store, parsed_text(filing_named("f1"), "text"))
    asked: list[Callable[[], object]] = [
        lambda: store.filing("nope"),
        lambda: store.documents("nope"),
        lambda: store.text("nope", 0),
        lambda: store.text("f1", 1),
        lambda: store.text("f1", -1),
        lambda: store.sections("f1", 1),
        lambda: store.pages("f1", 7),
        lambda: store.blocks("nope", 0),
        lambda: store.tables("f1", 1),
        lambda: store.warnings("nope"),
        lambda: store.counts("nope"),
        lambda: store.original("0" * 64),
        lambda: store.original("../../etc/passwd"),
    ]
    for ask in asked:
        with pytest.raises(NotFoundError):
            ask()


def test_facts_by_filing_concept_dimension_and_value(store: StoreWriter) -> None:
    one, two = parsed_large("f1", 1), parsed_large("f2", 2)
    two = replace(two, facts=(replace(two.facts[0], value=None, nil=True), *two.facts[1:]))
    put_all(store, one, two)
    every = [("f1", fact) for fact in one.facts] + [("f2", fact) for fact in two.facts]
    assert sorted(map(repr, store.facts(FactQuery()))) == sorted(map(repr, every))
    assert list(store.facts(FactQuery(filings=("f2", "nope", "f1")))) == every[200:] + every[:200]
    concept = one.facts[3].concept
    named = FactQuery(filings=("f1", "f2"), concepts=(concept, "us-gaap:None"))
    assert list(store.facts(named)) == [pair for pair in every if pair[1].concept == concept]
    whole = FactQuery(filings=("f1",), dimensions=())
    assert list(store.facts(whole)) == [pair for pair in every[:200] if not pair[1].dimensions]
    parts = one.facts[3].dimensions or one.facts[4].dimensions or one.facts[5].dimensions
    assert parts
    within = FactQuery(filings=("f1",), dimensions=parts)
    assert list(store.facts(within)) == [pair for pair in every[:200] if pair[1].dimensions == parts]
    numeric = FactQuery(filings=("f2",), numeric_only=True)
    assert list(store.facts(numeric)) == every[201:]
    assert list(store.facts(FactQuery(filings=("f1",), limit=7))) == every[:7]
    assert list(store.facts(FactQuery(filings=("f1", "f2"), limit=203))) == every[:203]
    assert list(store.facts(FactQuery(filings=("f1",), limit=0))) == []


@pytest.fixture
def shelf(store: StoreWriter) -> StoreWriter:
    """Filings of two companies that differ in every field that a scope knows."""
    acme, zeta = {"company": "Acme Inc.", "cik": "0000000042"}, {"company": "Zeta Corp", "cik": None}
    named = [
        filing_named("a23", **acme, fiscal_year=2023),
        filing_named("a22", **acme, fiscal_year=2022, period_end=date(2022, 9, 30), filed=date(2022, 11, 3)),
        replace(
            filing_named("aq1", **acme, form="10-Q", fiscal_year=2024, period_end=date(2023, 12, 30)),
            fiscal_period="Q1",
            filed=date(2024, 2, 1),
        ),
        filing_named("zpdf", **zeta, form="10-K", period_end=None, fiscal_year=None, filed=None, tickers=()),
    ]
    put_all(store, *(parsed_text(filing, f"common words of {filing.id}") for filing in named))
    return store


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), ["aq1", "a23", "a22", "zpdf"]),
        (Scope(companies=("0000000042",)), ["aq1", "a23", "a22"]),
        (Scope(companies=("zeta",)), ["zpdf"]),
        (Scope(companies=("zeta", "0000000042")), ["aq1", "a23", "a22", "zpdf"]),
        (Scope(filings=("zpdf", "a22", "nope")), ["a22", "zpdf"]),
        (Scope(forms=("10-Q",)), ["aq1"]),
        (Scope(fiscal_years=(2022, 2024)), ["aq1", "a22"]),
        (Scope(fiscal_periods=("FY",), companies=("0000000042",)), ["a23", "a22"]),
        (Scope(as_of=date(2023, 11, 3)), ["a23", "a22", "zpdf"]),
        (Scope(forms=("10-Q",), fiscal_years=(2022,)), []),
        (Scope(companies=("nobody",)), []),
    ],
)
def test_a_scope_holds_for_lists_and_searches(shelf: StoreWriter, scope: Scope, expected: list[str]) -> None:
    assert [filing.id for filing in shelf.filings(scope)] == expected
    assert sorted(filing for filing, _ in search(shelf, "common words", scope)) == sorted(expected)


def test_companies_are_known_by_cik_or_name(store: StoreWriter) -> None:
    def put(name: str, company: str, cik: str | None, end: date | None, **more: tuple[str, ...]) -> None:
        store.put(parsed_text(filing_named(name, company=company, cik=cik, period_end=end, **more), "text"))

    put("m1", "Facebook Inc", "0001326801", date(2020, 12, 31), tickers=("FB",), former_names=())
    put("m2", "Meta Platforms, Inc.", "0001326801", date(2023, 12, 31), former_names=("Facebook Inc",))
    put("p1", "THE COCA-COLA COMPANY", None, None, tickers=())
    put("p2", "Coca Cola Co", None, date(2021, 12, 31), tickers=())
    store.flush()
    cola, meta = store.companies()
    assert (meta.key, meta.cik, meta.name, meta.filings) == (
        "0001326801",
        "0001326801",
        "Meta Platforms, Inc.",
        2,
    )
    assert meta.names == ("Meta Platforms, Inc.", "Facebook Inc")
    assert meta.tickers == ("ACME", "FB")
    assert (meta.first_period, meta.last_period) == (date(2020, 12, 31), date(2023, 12, 31))
    assert (cola.key, cola.cik, cola.name, cola.filings) == ("coca cola", None, "Coca Cola Co", 2)
    assert cola.names == ("Coca Cola Co", "THE COCA-COLA COMPANY")
    assert (cola.first_period, cola.last_period) == (date(2021, 12, 31), date(2021, 12, 31))
    assert store.info().companies == 2


def test_search_ranks_by_terms_and_weights(store: StoreWriter) -> None:
    texts = ("walrus and ice", "ostrich and sand", "walrus and ostrich", "nothing of the kind")
    put_all(store, parsed_text(filing_named("f1"), *texts))
    assert next(text for _, text in search(store, "walrus ostrich")) == "walrus and ostrich"
    heavy = store.search([("walrus", 5.0), ("ostrich", 0.1)], Scope(), 10)
    light = store.search([("walrus", 0.1), ("ostrich", 5.0)], Scope(), 10)
    assert [hit.passage.start for hit in heavy] == [32, 0, 15]
    assert [hit.passage.start for hit in light] == [32, 15, 0]
    assert [hit.score for hit in heavy] == sorted((hit.score for hit in heavy), reverse=True)
    assert store.search([("walrus", 1.0), ("walrus", 1.0)], Scope(), 9) == store.search(
        [("walrus", 2.0)], Scope(), 9
    )


def test_search_takes_odd_questions(store: StoreWriter) -> None:
    put_all(store, parsed_text(filing_named("f1"), "walrus and ice"))
    assert store.search([], Scope(), 10) == []
    assert store.search([("walrus", 0.0), ("ice", -1.0)], Scope(), 10) == []
    assert store.search([("walrus", 1.0)], Scope(), 0) == []
    assert store.search([("walrus", 1.0)], Scope(), -3) == []
    assert len(store.search([("walrus", 1.0)], Scope(), 10**9)) == 1
    many = [(f"word{number}", 1.0) for number in range(5_000)]
    assert len(store.search([*many, ("walrus", 2.0)], Scope(), 10)) == 1
    assert store.search([("two words", 1.0), ("", 1.0), ('a"b:(c', 1.0)], Scope(), 10) == []


def test_search_finds_by_what_the_header_says(store: StoreWriter) -> None:
    acme = parsed_text(filing_named("a", company="Acme Inc"), "profits grew", section="Part I, Item 7")
    zeta = parsed_text(filing_named("z", company="Zeta Corp", cik="0000000007", tickers=()), "profits grew")
    put_all(store, acme, zeta)
    assert [filing for filing, _ in search(store, "acme profits")] == ["a", "z"]
    assert [filing for filing, _ in search(store, "zeta profits")] == ["z", "a"]
    assert next(filing for filing, _ in search(store, "item 7 profits")) == "a"


def test_ties_go_by_filing_document_and_offset(store: StoreWriter) -> None:
    names = [f"f{number:02}" for number in range(40)]
    same = [parsed_text(filing_named(name), "same words here", "same words here") for name in names]
    put_all(store, *reversed(same))
    hits = store.search([("word", 1.0)], Scope(), 25)
    expected = [(name, start) for name in names for start in (0, 16)][:25]
    assert [(hit.filing, hit.passage.start) for hit in hits] == expected
    few = store.search([("word", 1.0)], Scope(filings=tuple(names[5:])), 3)
    assert [(hit.filing, hit.passage.start) for hit in few] == expected[10:13]


def test_removed_filings_are_gone(store: StoreWriter) -> None:
    one, two = parsed_text(filing_named("f1"), "walrus one"), parsed_text(filing_named("f2"), "walrus two")
    put_all(store, one, two)
    assert store.remove(["f1", "f1", "nope"]) == 1
    assert [filing.id for filing in store.filings()] == ["f2"]
    assert search(store, "walrus") == [("f2", "walrus two")]
    assert store.info().indexed == 1
    with pytest.raises(NotFoundError):
        store.original(one.documents[0].sha256)
    assert store.original(two.documents[0].sha256)
    assert store.check().holds


def test_originals_that_filings_share_stay_as_long_as_one_needs_them(store: StoreWriter) -> None:
    one, two = parsed_text(filing_named("f1"), "same text"), parsed_text(filing_named("f2"), "same text")
    put_all(store, one, two)
    sha256 = one.documents[0].sha256
    assert sha256 == two.documents[0].sha256
    store.remove(["f1"])
    assert store.original(sha256) == one.originals[sha256]
    store.remove(["f2"])
    with pytest.raises(NotFoundError):
        store.original(sha256)


def test_rebuild_gives_the_same_answers(store: StoreWriter) -> None:
    filings = [parsed_large(f"f{n}", n, chars=5_000) for n in range(4)]
    put_all(store, *filings)
    query = [(term, 1.0) for term in terms("supply chain risk")]
    before = store.search(query, Scope(), 20)
    assert store.rebuild() == sum(len(parsed.passages) for parsed in filings)
    assert store.search(query, Scope(), 20) == before
    assert store.check().holds


def test_filings_that_do_not_hang_together_are_refused_and_leave_nothing(store: StoreWriter) -> None:
    whole = parsed_text(filing_named("f1"), "some text")
    wrong_hash = {sha256: content + b"!" for sha256, content in whole.originals.items()}
    broken = [
        replace(whole, originals={}),
        replace(whole, originals=wrong_hash),
        replace(whole, passages=(replace(whole.passages[0], document=1),)),
        replace(whole, passages=(replace(whole.passages[0], end=1_000),)),
        replace(whole, facts=tuple(replace(fact, document=3) for fact in parsed_large("x", 1).facts[:1])),
        replace(whole, facts=tuple(replace(fact, scale=2**70) for fact in parsed_large("x", 1).facts[:1])),
        replace(whole, filing=replace(whole.filing, company="half a \ud800 letter")),
    ]
    for parsed in broken:
        with pytest.raises(StoreError):
            store.put(parsed)
        assert list(store.filings()) == []
    put_all(store, whole)
    assert store.check().holds
    assert search(store, "some text") == [("f1", "some text")]


def test_a_closed_store_says_so(opened: Opened, tmp_path: Path) -> None:
    store = opened(tmp_path / "s")
    put_all(store, parsed_text(filing_named("f1"), "text"))
    store.close()
    store.close()
    for use in (
        store.info,
        store.filings,
        lambda: store.text("f1", 0),
        lambda: store.search([("text", 1.0)], Scope(), 5),
        lambda: store.put(parsed_text(filing_named("f2"), "text")),
        store.rebuild,
    ):
        with pytest.raises(StoreError):
            use()


def test_threads_read_whole_filings_while_one_writes(store: StoreWriter) -> None:
    put_all(store, parsed_large("f0", 0, chars=3_000, facts=40))
    failures: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                for filing in store.filings():
                    counts = store.counts(filing.id)
                    facts = list(store.facts(FactQuery(filings=(filing.id,))))
                    text = store.text(filing.id, 0)
                    sha256 = store.documents(filing.id)[0].sha256
                    if len(facts) != 40 or counts.facts != 40 or marker(filing.id) not in text:
                        failures.append(f"half of {filing.id}")
                    if hashlib.sha256(store.original(sha256)).hexdigest() != sha256:
                        failures.append(f"bytes of {filing.id}")
                search(store, "supply chain " + marker("f0"))
            except FinChatError as error:
                failures.append(repr(error))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 25):
        store.put(parsed_large(f"f{number}", number, chars=3_000, facts=40))
    store.flush()
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(store.filings()) == 25
    assert all(search(store, marker(f"f{number}")) for number in range(25))
