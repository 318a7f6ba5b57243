from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.period import Period
from finchat_sec_qa.parse.cover import identity_from_cover
from finchat_sec_qa.parse.dates import read_date
from finchat_sec_qa.parse.fiscal import fiscal_year
from finchat_sec_qa.parse.identity import Identity, identity_from_facts

COVER = """UNITED STATES
SECURITIES AND EXCHANGE COMMISSION
Washington, D.C. 20549
FORM {form}
{period}
Commission File Number 001-00001
ACME TOYS, INC .
(Exact name of registrant as specified in its charter)
Delaware 00-0000001
Securities registered pursuant to Section 12(b) of the Act:
Title of each class Trading Symbol(s) Name of each exchange on which registered
Common Stock, par value $0.01 per share ACM New York Stock Exchange
1.125% Notes Due 2027 ACM27 New York Stock Exchange
{text}
"""


def cover(form: str, period: str, text: str = "") -> Identity:
    return identity_from_cover(COVER.format(form=form, period=period, text=text))


def dei(concept: str, text: str, *dimensions: tuple[str, str]) -> Fact:
    return Fact(
        concept=f"dei:{concept}",
        period=Period(date(2023, 1, 30), date(2024, 1, 28)),
        value=None,
        text=text,
        unit=None,
        decimals=None,
        scale=0,
        dimensions=dimensions,
        context_id="c",
        fact_id=None,
        nil=False,
        document=0,
        start=0,
        end=0,
    )


def test_dei_facts_say_it_all() -> None:
    axis = "us-gaap:StatementClassOfStockAxis"
    found = identity_from_facts(
        [
            dei("EntityRegistrantName", "Acme Finance LLC", ("dei:LegalEntityAxis", "acme:FinanceMember")),
            dei("EntityRegistrantName", "Acme Corp"),
            dei("EntityCentralIndexKey", "1045810"),
            dei("TradingSymbol", "ACM27", (axis, "acme:Notes1.125Due2027Member")),
            dei("TradingSymbol", "ACM.B", (axis, "acme:ClassBMember")),
            dei("TradingSymbol", "acm", (axis, "us-gaap:CommonStockMember")),
            dei("TradingSymbol", "None"),
            dei("DocumentType", "10-K"),
            dei("AmendmentFlag", "true"),
            dei("DocumentPeriodEndDate", "2024-01-28"),
            dei("DocumentFiscalYearFocus", "2024"),
            dei("DocumentFiscalPeriodFocus", "FY"),
            dei("CurrentFiscalYearEndDate", "--01-28"),
        ]
    )
    assert found == Identity(
        "Acme Corp", "0001045810", ("ACM.B", "ACM"), "10-K/A", date(2024, 1, 28), 2024, "FY", "01-28"
    )


def test_facts_that_are_no_dei_or_make_no_sense_are_passed_over() -> None:
    odd = [
        dei("EntityCentralIndexKey", "none"),
        dei("DocumentFiscalYearFocus", "20x4"),
        dei("DocumentPeriodEndDate", "2024-13-45"),
        dei("DocumentType", "<b>"),
    ]
    assert identity_from_facts(odd) == Identity()


def test_a_cover_page_of_a_10k() -> None:
    assert cover("10-K", "For the fiscal year ended May 31, 2019") == Identity(
        "ACME TOYS, INC.", None, ("ACM",), "10-K", date(2019, 5, 31), 2019, "FY", "05-31"
    )


def test_an_amendment_is_named_as_such() -> None:
    assert cover("10-K/A", "For the fiscal year ended May 31, 2019").form == "10-K/A"
    assert cover("10-Q\n(Amendment No. 1)", "For the quarterly period ended May 31, 2019").form == "10-Q/A"


def test_a_quarter_is_counted_from_the_longest_period_that_ends_with_it() -> None:
    found = cover(
        "10-Q",
        "For the Quarterly Period Ended December 31, 2022",
        "Results for the three and six months ended December 31, 2022 and nine months ended March 31, 2022",
    )
    assert (found.fiscal_year, found.fiscal_period, found.fiscal_year_end) == (2023, "Q2", "06-30")


def test_a_quarter_of_a_52_week_year_that_ends_in_the_next_month() -> None:
    found = cover("10-Q", "For the quarterly period ended July 2, 2023", "Six Months Ended July 2, 2023")
    assert (found.fiscal_year, found.fiscal_period, found.fiscal_year_end) == (2023, "Q2", "12-31")


def test_a_quarter_that_is_not_named_stays_unknown() -> None:
    found = cover("10-Q", "For the quarterly period ended July 2, 2023")
    assert (found.period_end, found.fiscal_year, found.fiscal_period) == (date(2023, 7, 2), None, None)


def test_an_8k_has_the_date_of_its_earliest_event() -> None:
    found = cover("8-K", "Date of Report (Date of earliest event reported): July 1, 2022 (June 30, 2022)")
    assert (found.form, found.period_end, found.fiscal_year) == ("8-K", date(2022, 6, 30), None)


def test_a_name_printed_as_a_picture_is_taken_from_the_signatures() -> None:
    text = COVER.format(form="10-K", period="For the fiscal year ended December 31, 2017", text="").replace(
        "ACME TOYS, INC .\n", ""
    )
    assert (
        identity_from_cover(text + "duly authorized.\nTHE ACME COMPANY\n(Registrant)\n").company
        == "THE ACME COMPANY"
    )


def test_a_symbol_that_only_the_text_names() -> None:
    text = COVER.format(form="10-K", period="For the fiscal year ended May 31, 2017", text="")
    text = text.replace("Trading Symbol(s) ", "").replace(" ACM ", " ").replace(" ACM27 ", " ")
    assert identity_from_cover(text + "Our stock trades under the symbol “ACME.”").tickers == ("ACME",)


@pytest.mark.parametrize(
    ("end", "text", "year"),
    [
        (date(2019, 12, 28), "", 2019),
        (date(2023, 1, 1), "", 2022),  # the last days of a 52/53-week year
        (date(2018, 1, 31), "In fiscal 2018, fiscal 2018 and fiscal 2018 but not fiscal 2017", 2018),
        (date(2019, 2, 2), "fiscal 2018 fiscal 2018 fiscal 2018 fiscal 2019", 2018),
        (date(2019, 2, 2), "Fiscal 2018 ended on February 2, 2019. fiscal 2019 " + "fiscal 2019 " * 9, 2018),
        (date(2019, 2, 2), "the year ended February 2, 2019 (“fiscal 2018”)", 2018),
        (date(2019, 2, 2), "", 2019),
    ],
)
def test_the_companys_own_name_for_its_year(end: date, text: str, year: int) -> None:
    assert fiscal_year(text, end) == year


def test_a_press_release_names_itself_by_its_listing() -> None:
    found = identity_from_cover(
        "FOR IMMEDIATE RELEASE\n2022 Fourth-Quarter sales up, full-year earnings steady\n"
        "Springfield, N.J. (January 24, 2023) – Acme & Sons (NYSE: ACM) today announced results for 2022.\n"
        "See our Form 10-K for the fiscal year ended January 2, 2022.\nDecember 31, 2022 January 1, 2022\n"
    )
    assert (found.company, found.tickers, found.form) == ("Acme & Sons", ("ACM",), "EX-99")
    assert (found.period_end, found.fiscal_year, found.fiscal_period) == (date(2022, 12, 31), 2022, "Q4")


def test_a_release_on_a_year_by_its_headline() -> None:
    found = identity_from_cover(
        "Acme reports fiscal 2023 results\nTwelve Months Ended June 30, 2023\nNYSE: ACM\n"
    )
    assert (found.company, found.tickers, found.fiscal_year, found.fiscal_period) == (
        "Acme",
        ("ACM",),
        2023,
        "FY",
    )
    assert found.period_end == date(2023, 6, 30)


def test_a_letter_that_mentions_a_form_is_none() -> None:
    text = "Please refer to our\nForm 10-Q) filed with the Securities and Exchange Commission."
    assert identity_from_cover(text).form == ""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("September 30, 2023", date(2023, 9, 30)),
        ("Sept. 30 2023", date(2023, 9, 30)),
        ("January 31, 2018 ", date(2018, 1, 31)),
        ("31 December 2022", date(2022, 12, 31)),
        ("3/25/2023", date(2023, 3, 25)),
        ("2023-03-25", date(2023, 3, 25)),
        ("February 30, 2023", None),
        ("May 1, 9999", None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    assert read_date(text) == day


def test_what_is_known_first_wins() -> None:
    first = Identity(company="A", fiscal_year=2020)
    assert first.or_else(Identity(company="B", cik="1", form="10-K")) == Identity(
        company="A", cik="1", form="10-K", fiscal_year=2020
    )


@given(st.text(max_size=500))
@settings(max_examples=200, deadline=None)
def test_any_text_has_an_identity(text: str) -> None:
    found = identity_from_cover("SECURITIES AND EXCHANGE COMMISSION\nFORM 10-K\n" + text)
    assert found.form.startswith("10-K")
