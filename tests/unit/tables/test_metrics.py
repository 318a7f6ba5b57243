"""Metrics by the names people give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.facts.formulas import formulas
from finchat_sec_qa.facts.lexicon import entries
from finchat_sec_qa.tables.metrics import known_keys, read_metric, read_metrics


@pytest.mark.parametrize(
    ("name", "kind", "key"),
    [
        ("revenue", "entry", "revenue"),
        ("Net Sales", "entry", "revenue"),
        ("rd", "entry", "rd"),
        ("R&D", "entry", "rd"),
        ("research and development", "entry", "rd"),
        ("net-income", "entry", "net_income"),
        ("net_income", "entry", "net_income"),
        ("gross-margin", "formula", "gross_margin"),
        ("Free Cash Flow", "formula", "free_cash_flow"),
        ("revenue-growth", "formula", "revenue_growth"),
        ("net sales growth", "formula", "revenue_growth"),
        ("IncomeTaxesPaidNet", "concept", "IncomeTaxesPaidNet"),
        ("us-gaap:Goodwill", "concept", "Goodwill"),
    ],
)
def test_a_metric_is_known_by_many_names(name: str, kind: str, key: str) -> None:
    found = read_metric(name)
    assert (found.kind, found.key) == (kind, key)
    assert bool(found.expression) == (kind == "formula")


def test_every_key_names_its_own_metric() -> None:
    for key in (*entries(), *formulas()):
        assert read_metric(key).key == key
        assert read_metric(key.replace("_", "-")).key == key
    assert len(known_keys()) == len(set(known_keys())) == len(entries()) + len(formulas())


@pytest.mark.parametrize(
    ("name", "near"), [("grossmargin", "gross-margin"), ("revenu", "revenue"), ("goodwil", "goodwill")]
)
def test_an_unknown_metric_lists_near_ones(name: str, near: str) -> None:
    with pytest.raises(UsageError, match="near ones are .*" + near):
        read_metric(name)


@pytest.mark.parametrize("name", ["", "xyzzy", "=cmd|'/c calc'!A1", "a" * 200, "💰"])
def test_a_name_like_nothing_lists_what_is_known(name: str) -> None:
    with pytest.raises(UsageError, match="unknown metric"):
        read_metric(name)


def test_a_companys_own_concept_says_where_to_look() -> None:
    with pytest.raises(UsageError, match="finchat facts FILING --concept acme:Widgets"):
        read_metric("acme:Widgets")


def test_metrics_named_twice_count_once() -> None:
    assert [metric.key for metric in read_metrics(["net sales", "rd", "revenue"])] == ["revenue", "rd"]


@given(st.text(max_size=40))
def test_any_text_is_a_metric_or_an_error(name: str) -> None:
    try:
        found = read_metric(name).key
    except UsageError as error:
        found = str(error)
    assert 0 < len(found) < 1_000
