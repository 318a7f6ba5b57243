import pytest
from hypothesis import given
from hypothesis import strategies as st

from finchat_sec_qa.model.filing import Company
from finchat_sec_qa.model.plan import AskedPeriod, Plan
from finchat_sec_qa.question.companies import group
from finchat_sec_qa.question.read import read
from tests.patience import ends

APPLE = Company("0000320193", "0000320193", "Apple Inc.", ("AAPL",), ("Apple Inc.",), 3, None, None)
NIKE = Company("0000320187", "0000320187", "NIKE, Inc.", ("NKE",), ("NIKE, Inc.",), 3, None, None)
STORE = (APPLE, NIKE)
FY2023 = AskedPeriod("fiscal", year=2023)


def plan(question: str) -> Plan:
    return read(question, STORE)


def test_a_single_fact() -> None:
    found = plan("What was Apple's revenue in fiscal 2023?")
    assert (found.kind, found.entry, found.label, found.unit) == ("fact", "revenue", "total revenue", "USD")
    assert found.subjects == group((APPLE,))
    assert found.periods == (FY2023,)
    assert found.member == ()


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("How much did Apple spend on R&D in 2023?", "rd"),
        ("Apple: cost of revenue FY2023", "cost_of_revenue"),
        (
            "Apple's net income attributable to the company's shareholders in FY2023, in U.S. dollars?",
            "net_income",
        ),
        ("What was Apple's basic EPS in fiscal 2023?", "eps_basic"),
        ("What was Apple's total cash and cash equivalents at September 30, 2023?", "cash"),
        ("How many shares outstanding did Apple have?", "shares_outstanding"),
        ("What did Apple pay in dividends in fiscal 2023 (USD millions)?", "dividends_paid"),
        ("Please tell me the total assets of Apple as stated in its 10-K for 2023.", "assets"),
    ],
)
def test_every_word_of_a_number_question_is_understood(question: str, entry: str) -> None:
    found = plan(question)
    assert (found.kind, found.entry, found.member) == ("fact", entry, ())


@pytest.mark.parametrize(
    ("question", "member"),
    [
        ("What was Apple's iPhone revenue in 2023?", ("iphone",)),
        (
            "How much revenue did Apple report from Greater China (geography) in fiscal 2023?",
            ("greater", "china"),
        ),
        ("How much of Apple's revenue came from services in 2023?", ("services",)),
    ],
)
def test_words_left_over_name_a_part(question: str, member: tuple[str, ...]) -> None:
    found = plan(question)
    assert found.kind == "fact"
    assert [word for word in found.member if word != "geography"] == list(member)


@pytest.mark.parametrize(
    "question",
    [
        "Why did Apple's revenue fall in 2023?",
        "What are Apple's main risks?",
        "Describe Apple's revenue recognition policy",
        "What drove Apple's gross margin in fiscal 2023?",
        "Does Apple expect revenue to grow?",
        "What legal proceedings does Apple face?",
    ],
)
def test_questions_for_words(question: str) -> None:
    assert plan(question).kind == "passages"


@pytest.mark.parametrize(
    ("question", "label", "expression", "unit"),
    [
        ("Apple's gross margin FY2023", "gross margin", "gross_profit / revenue", "percent"),
        ("Apple's free cash flow in 2023", "free cash flow", "cfo - capex", "USD"),
        (
            "What was Apple's revenue growth in fiscal 2023?",
            "growth in total revenue",
            "(revenue - prior(revenue, 1)) / prior(revenue, 1)",
            "percent",
        ),
        (
            "Apple's revenue CAGR from fiscal 2020 to fiscal 2023",
            "3-year CAGR of total revenue",
            "(revenue / prior(revenue, 3)) ** (1 / 3) - 1",
            "percent",
        ),
        (
            "Apple's R&D as a percentage of revenue, fiscal 2023",
            "research and development expense as a share of total revenue",
            "rd / revenue",
            "percent",
        ),
        (
            "What share of revenue did Apple spend on R&D in fiscal 2023?",
            "research and development expense as a share of total revenue",
            "rd / revenue",
            "percent",
        ),
        (
            "Apple's net income divided by total assets in fiscal 2023",
            "net income attributable to the company's shareholders as a share of total assets",
            "net_income / assets",
            "ratio",
        ),
        (
            "three-year average net income of Apple, fiscal 2023",
            "3-year average net income attributable to the company's shareholders",
            "(net_income + prior(net_income, 1) + prior(net_income, 2)) / 3",
            "USD",
        ),
        (
            "change in Apple's gross margin between FY2022 and FY2023",
            "change in gross margin",
            "gross_profit / revenue - prior(gross_profit / revenue, 1)",
            "percent",
        ),
        (
            "How much did Apple's net income change from fiscal 2021 to fiscal 2023?",
            "change in net income attributable to the company's shareholders",
            "net_income - prior(net_income, 2)",
            "USD",
        ),
        (
            "Did Apple's gross margin improve in fiscal 2023?",
            "change in gross margin",
            "gross_profit / revenue - prior(gross_profit / revenue, 1)",
            "percent",
        ),
        (
            "Was Apple's R&D higher in fiscal 2023 than in fiscal 2022?",
            "change in research and development expense",
            "rd - prior(rd, 1)",
            "USD",
        ),
        (
            "What was Apple's R&D in fiscal 2023 versus 2022?",
            "change in research and development expense",
            "rd - prior(rd, 1)",
            "USD",
        ),
        (
            "By how much did Apple's revenue increase in percent in fiscal 2023?",
            "growth in total revenue",
            "(revenue - prior(revenue, 1)) / prior(revenue, 1)",
            "percent",
        ),
        (
            "What was the average revenue of Apple over fiscal 2022 and 2023?",
            "2-year average total revenue",
            "(revenue + prior(revenue, 1)) / 2",
            "USD",
        ),
        (
            "Apple's effective tax rate in FY2023 (income tax expense / income before taxes), in percent?",
            "effective tax rate",
            "income_tax / income_before_tax",
            "percent",
        ),
    ],
)
def test_figures_to_compute(question: str, label: str, expression: str, unit: str) -> None:
    found = plan(question)
    assert (found.kind, found.label, found.expression, found.unit) == ("formula", label, expression, unit)
    assert found.periods == (FY2023,)


@pytest.mark.parametrize(
    "question",
    [
        "Why did Apple's gross margin improve in fiscal 2023?",
        "What drove the decrease in Apple's revenue between fiscal 2022 and fiscal 2023?",
        "Did Apple's adjusted revenue increase in fiscal 2023?",
    ],
)
def test_reasons_for_a_change_and_other_figures_are_looked_for_in_words(question: str) -> None:
    assert plan(question).kind == "passages"


def test_a_number_of_the_future_is_a_number() -> None:
    assert plan("What will Apple's revenue be in fiscal 2031?").kind == "fact"


def test_the_change_of_a_balance_in_one_year_may_be_a_line_of_the_cash_flow_statement() -> None:
    assert plan("What was the change in Apple's inventories in fiscal 2023?").kind != "formula"


def test_a_ratio_in_percent_when_the_question_wants_it() -> None:
    assert plan("Apple's current ratio FY2023").unit == "ratio"
    assert plan("Apple's current ratio FY2023 in percent").unit == "percent"


@pytest.mark.parametrize(
    ("wording", "decimals"),
    [
        ("rounded to two decimal places", 2),
        ("round to 1 decimal", 1),
        ("to the nearest whole number", 0),
        ("to three decimals", 3),
        ("", None),
    ],
)
def test_decimals_as_asked(wording: str, decimals: int | None) -> None:
    assert plan(f"What was Apple's gross margin in fiscal 2023, {wording}?").decimals == decimals


def test_a_figure_that_nobody_reports_is_looked_for_in_words() -> None:
    assert plan("What was Apple's adjusted free cash flow in 2023?").kind == "passages"


@pytest.mark.parametrize(
    "question",
    [
        "What percentage of Apple's revenue came from services in 2023?",
        "How many % of revenue is Apple's Mac?",
    ],
)
def test_a_share_that_cannot_be_computed_is_no_amount(question: str) -> None:
    assert plan(question).kind == "passages"


@pytest.mark.parametrize(
    "question",
    [
        "Which company had higher revenue in fiscal 2023, Apple or Nike?",
        "Compare Apple's and Nike's revenue in fiscal 2023",
        "By how much was Apple's revenue larger than Nike's in fiscal 2023?",
        "Difference between Apple's and Nike's revenue, fiscal 2023",
        "Apple vs Nike revenue fiscal 2023",
    ],
)
def test_comparisons(question: str) -> None:
    found = plan(question)
    assert (found.kind, found.entry) == ("compare", "revenue")
    assert len(found.subjects) == 2


def test_a_number_of_two_companies_is_not_that_of_the_first() -> None:
    found = plan("What was the revenue of Apple and Nike in fiscal 2023?")
    assert found.kind == "fact"
    assert len(found.subjects) == 2


def test_companies_of_the_scope_where_the_question_names_none() -> None:
    scoped = group((NIKE,))
    assert read("What was the revenue in fiscal 2023?", STORE, scoped).subjects == scoped
    assert read("What was Apple's revenue in fiscal 2023?", STORE, scoped).subjects == group((APPLE,))


def test_the_words_to_search_for_are_without_companies_and_periods() -> None:
    assert plan("What are Apple's supply risks in fiscal 2023?").words == "what are supply risks in"


@given(st.text(max_size=300))
def test_no_text_is_an_error(text: str) -> None:
    read(text, STORE)


VOCABULARY = (
    "Apple Nike AAPL revenue growth average three-year CAGR share of gross margin change in divided by"
    " fiscal 2023 2021 FY22 Q2 three months ended June 30, 2023 as a % ( segment ) compare higher than"
    " net income dividends per total assets $ . ? ' iPhone two decimals nearest whole CIK 320193"
).split()


@given(st.lists(st.sampled_from(VOCABULARY), max_size=30))
def test_nor_is_any_heap_of_the_words_of_the_field(words: list[str]) -> None:
    read(" ".join(words), STORE)


@pytest.mark.parametrize(
    "piece",
    ["(segment ", "(and ", "one decimals ", "as a % of ", "please ", "Ab ", ", A'", "-", "a-", "years "],
)
def test_long_questions_end(piece: str) -> None:
    with ends():
        read((piece * 2_000)[:2_000], STORE)


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("What was Apple's change in inventories in fiscal 2023?", "change_in_inventories"),
        ("How much change in inventories did Apple report for fiscal 2023?", "change_in_inventories"),
        ("Apple net change in cash FY2023?", "net_change_in_cash"),
        ("What opex did Apple post in 2023?", "operating_expenses"),
        ("Apple's goodwill as at the close of 2023?", "goodwill"),
    ],
)
def test_the_change_of_one_year_is_a_line_of_the_cash_flow_statement(question: str, entry: str) -> None:
    found = plan(question)
    assert (found.kind, found.entry, found.member) == ("fact", entry, ())


@pytest.mark.parametrize(
    "question",
    [
        "What was the change in Apple's inventories between fiscal 2022 and fiscal 2023?",
        "What was Apple's change in inventories from fiscal 2022 to fiscal 2023?",
        "By how much did Apple's inventories change in fiscal 2023?",
    ],
)
def test_the_change_between_two_years_is_a_difference_of_balances(question: str) -> None:
    found = plan(question)
    assert (found.kind, found.expression) == ("formula", "inventories - prior(inventories, 1)")


def test_a_ratio_that_nothing_explains_is_not_its_numerator() -> None:
    assert plan("What was Apple's goodwill ratio in fiscal 2023?").member == ("ratio",)


def test_a_change_that_nothing_explains_is_not_the_amount() -> None:
    assert plan("Give me the change in goodwill of Apple for fiscal 2023.").member == ("change",)


def test_the_change_of_a_flow_is_against_the_year_before() -> None:
    found = plan("What was the change in Apple's revenue in fiscal 2023?")
    assert (found.kind, found.expression) == ("formula", "revenue - prior(revenue, 1)")


@pytest.mark.parametrize(
    ("question", "expression"),
    [
        ("What was Apple's capex to sales in fiscal 2023?", "capex / revenue"),
        ("Apple capex to net income ratio FY2023?", "capex / net_income"),
        ("What was Apple's ratio of goodwill to total assets in fiscal 2023?", "goodwill / assets"),
        ("Compute Apple's R&D to sales ratio for FY2023.", "rd / revenue"),
        ("Apple equity ratio FY2023?", "equity / assets"),
        ("What was Apple's NWC in FY23?", "current_assets - current_liabilities"),
        ("What was Apple's ETR in FY23?", "income_tax / income_before_tax"),
    ],
)
def test_one_amount_to_another_is_their_ratio(question: str, expression: str) -> None:
    found = plan(question)
    assert (found.kind, found.expression) == ("formula", expression)


@pytest.mark.parametrize(
    "question",
    [
        "I need Apple's goodwill for fiscal 2023.",
        "I'd like to see Apple's goodwill for fiscal 2023 please.",
        "As an analyst, I’d like Apple's goodwill for fiscal 2023.",
        "Look up Apple's goodwill for FY2023.",
        "How big was Apple's goodwill in fiscal 2023?",
        "Could you tell me what Apple's goodwill was in fiscal 2023?",
    ],
)
def test_how_a_question_begins_says_nothing(question: str) -> None:
    found = plan(question)
    assert (found.kind, found.entry, found.member) == ("fact", "goodwill", ())


@pytest.mark.parametrize("begins", ["We need to work out a margin", "We want to compute a ratio"])
def test_what_somebody_needs_to_do_is_an_instruction(begins: str) -> None:
    found = plan(f"{begins}. By the income statement alone, what was Apple's gross margin in FY2023?")
    assert (found.kind, found.expression) == ("formula", "gross_profit / revenue")


def test_like_for_like_is_no_politeness() -> None:
    assert plan("What were Apple's like-for-like sales in fiscal 2023?").member == ("like", "like")


@pytest.mark.parametrize(
    ("question", "expression"),
    [
        (
            "What was Apple's cumulative net income from fiscal 2021 to fiscal 2023?",
            "net_income + prior(net_income, 1) + prior(net_income, 2)",
        ),
        ("Apple capex over fiscal 2022 through 2023, summed up?", "capex + prior(capex, 1)"),
        (
            "What was Apple's combined net income in fiscal 2022 and fiscal 2023?",
            "net_income + prior(net_income, 1)",
        ),
    ],
)
def test_years_summed_up(question: str, expression: str) -> None:
    found = plan(question)
    assert (found.kind, found.expression) == ("formula", expression)


def test_per_share_amounts_are_not_summed_up() -> None:
    assert plan("What was Apple's cumulative EPS from FY2021 to FY2023?").kind != "formula"


def test_how_much_more_compares() -> None:
    found = plan("How much more revenue did Apple have than Nike in fiscal 2023?")
    assert (found.kind, found.entry, found.member) == ("compare", "revenue", ())
