import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.facts.lexicon import entries, find_mentions, rank, words_of
from tests.unit.facts.making import fact, span

TERMS = [(key, term) for key, entry in entries().items() for term in entry.terms]


def keys(text: str) -> list[str]:
    return [mention.entry.key for mention in find_mentions(words_of(text))]


@pytest.mark.parametrize(("key", "term"), TERMS, ids=[f"{key}: {' '.join(term)}" for key, term in TERMS])
def test_every_term_finds_its_own_entry(key: str, term: tuple[str, ...]) -> None:
    assert keys(f"What was Acme's {' '.join(term)} in that period?") == [key]


def test_no_term_stands_for_two_things() -> None:
    terms = [term for _, term in TERMS]
    twice = {term for term in terms if terms.count(term) > 1}
    assert all(len({key for key, other in TERMS if other == term}) == 1 for term in twice)


def test_concepts_are_names_of_elements() -> None:
    for entry in entries().values():
        assert entry.concepts
        assert len(set(entry.concepts)) == len(entry.concepts), entry.key
        for concept in entry.concepts:
            assert re.fullmatch(r"[A-Z][A-Za-z0-9]+", concept), (entry.key, concept)


def test_every_entry_is_whole() -> None:
    for key, entry in entries().items():
        assert re.fullmatch(r"[a-z_]+", key)
        assert entry.label
        assert entry.kind in ("flow", "instant")
        assert entry.unit in ("USD", "USD/shares", "shares", "pure")
        assert all(entry.terms)
        assert all(entry.never)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("cost of revenue", ["cost_of_revenue"]),
        ("deferred revenue", ["deferred_revenue"]),
        ("earnings per share", ["eps_diluted"]),
        ("diluted earnings per share", ["eps_diluted"]),
        ("weighted average shares outstanding", ["shares_basic"]),
        ("income taxes paid", ["income_taxes_paid"]),
        ("income before income taxes", ["income_before_tax"]),
        ("current assets", ["current_assets"]),
        ("total assets", ["assets"]),
        ("R&D", ["rd"]),
        ("R & D and SG&A", ["rd", "sga"]),
        ("shareholders’ equity", ["equity"]),
        ("net income over total assets", ["net_income", "assets"]),
        ("operating lease liabilities", ["operating_lease_liabilities"]),
        ("other comprehensive income", ["oci"]),
        ("accumulated other comprehensive income", ["aoci"]),
        ("other current assets", ["other_current_assets"]),
        ("other sundry assets", ["assets"]),
        ("current operating lease liabilities", ["operating_lease_liabilities_current"]),
        ("gross PP&E", ["ppe_gross"]),
        ("purchases of PP&E", ["capex"]),
        ("earnings per diluted share", ["eps_diluted"]),
        ("deferred tax expense", ["deferred_tax_expense"]),
        ("accumulated depreciation", ["accumulated_depreciation"]),
        ("total equity", ["equity_total"]),
        ("net change in cash", ["net_change_in_cash"]),
        ("change in inventories", ["change_in_inventories"]),
        ("net income attributable to noncontrolling interests", ["net_income_noncontrolling"]),
        ("income from continuing operations", ["income_continuing"]),
        ("income from continuing operations before income taxes", ["income_before_tax"]),
        ("", []),
    ],
)
def test_the_longest_term_wins_and_look_alikes_are_ruled_out(text: str, wanted: list[str]) -> None:
    assert keys(text) == wanted


def test_a_barred_phrase_that_stands_elsewhere_bars_nothing() -> None:
    assert keys("revenue less cost of revenue") == ["revenue", "cost_of_revenue"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Apple's revenue", ("apple", "revenue")),
        ("shareholders’ equity", ("shareholders", "equity")),
        ("R&D-heavy", ("r&d", "heavy")),
        ("Selling & Marketing", ("selling", "and", "marketing")),
        ("É 5%", ("5",)),
        ("Apple Inc.'s revenue", ("apple", "inc", "revenue")),
        ("Alphabet (GOOGL)'s revenue", ("alphabet", "googl", "revenue")),
    ],
)
def test_words(text: str, wanted: tuple[str, ...]) -> None:
    assert words_of(text) == wanted


def test_the_better_concept_ranks_first() -> None:
    revenue = entries()["revenue"]
    year = span("2023-12-31", 365)
    assert rank(revenue, fact("1", year)) == 0
    sales = rank(revenue, fact("1", year, concept="us-gaap:SalesRevenueNet"))
    assert sales is not None
    assert sales > 0
    assert rank(revenue, fact("1", year, concept="us-gaap:NetIncomeLoss")) is None
    assert rank(revenue, fact("1", year, concept="acme:Revenues")) is None


@pytest.mark.parametrize(
    ("key", "concept", "unit", "fits"),
    [
        ("revenue", "us-gaap:Revenues", "USD", True),
        ("revenue", "us-gaap:Revenues", "EUR", True),
        ("revenue", "us-gaap:Revenues", "pure", False),
        ("revenue", "us-gaap:Revenues", "USD/shares", False),
        ("eps_basic", "us-gaap:EarningsPerShareBasic", "USD/shares", True),
        ("eps_basic", "us-gaap:EarningsPerShareBasic", "EUR/shares", True),
        ("eps_basic", "us-gaap:EarningsPerShareBasic", "USD", False),
        ("shares_basic", "us-gaap:WeightedAverageNumberOfSharesOutstandingBasic", "shares", True),
        ("shares_basic", "us-gaap:WeightedAverageNumberOfSharesOutstandingBasic", "USD", False),
    ],
)
def test_units_must_agree(key: str, concept: str, unit: str, fits: bool) -> None:
    found = rank(entries()[key], fact("1", span("2023-12-31", 365), concept=concept, unit=unit))
    assert (found is not None) == fits


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    words = words_of(text)
    assert all(0 <= mention.start < mention.end <= len(words) for mention in find_mentions(words))


def test_every_change_is_of_a_balance() -> None:
    changes = [entry for entry in entries().values() if entry.change_of]
    assert changes
    for entry in changes:
        assert entry.kind == "flow"
        assert entries()[entry.change_of].kind == "instant"


def test_a_part_is_no_substitute_for_the_whole() -> None:
    domestic = "us-gaap:IncomeLossFromContinuingOperationsBeforeIncomeTaxesDomestic"
    assert rank(entries()["income_before_tax"], fact("1", span("2023-12-31", 365), concept=domestic)) is None


@pytest.mark.parametrize(
    ("concept", "wanted"),
    [
        ("acme:DepreciationAmortizationAndImpairment", True),
        ("acme:DepreciationAndAmortization", True),
        ("acme:AccumulatedDepreciationAndAmortization", False),
        ("us-gaap:DepreciationAmortizationAndImpairment", False),
        ("printed-row:DepreciationAndAmortization", False),
    ],
)
def test_a_companys_own_tag_may_mean_an_entry(concept: str, *, wanted: bool) -> None:
    entry = entries()["depreciation_amortization"]
    assert entry.names_own(concept) is wanted
    assert (rank(entry, fact("1", span("2023-12-31", 365), concept=concept)) is not None) is wanted


def test_a_standard_tag_comes_before_a_companys_own() -> None:
    entry = entries()["depreciation_amortization"]
    own, standard = (
        entry.place("acme:DepreciationAndAmortization"),
        entry.place(f"us-gaap:{entry.concepts[-1]}"),
    )
    assert own is not None
    assert standard is not None
    assert standard < own
