"""Answers over the sample filings, with numbers that were read off the printed statements by eye."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from finchat_sec_qa import Library
from finchat_sec_qa.config import Settings
from finchat_sec_qa.model.answer import Answer, Citation, RefusalReason

APPLE_23Q3, APPLE_24Q3, APPLE_24, APPLE_25Q3 = (
    "0000320193-23-000077",
    "0000320193-24-000081",
    "0000320193-24-000123",
    "0000320193-25-000073",
)
NVIDIA_24, NVIDIA_25, NVIDIA_26Q2 = "0001045810-24-000029", "0001045810-25-000023", "0001045810-25-000209"
COKE_23, COKE_24 = "0000021344-24-000009", "0000021344-25-000011"
NIKE_24Q1, NIKE_24, NIKE_25 = "0000320187-23-000052", "0000320187-24-000044", "0000320187-25-000047"


@dataclass(frozen=True)
class Golden:
    """A question, its number, and for each citation: filing, number as printed, row and column label."""

    question: str
    number: str
    unit: str
    cited: tuple[tuple[str, str, str, str], ...]


GOLDEN = (
    # computed for a quarter, changed against the quarter of the year before, compared
    Golden("What was Apple's gross margin in Q3 2024?", "46.26", "percent",
           ((APPLE_24Q3, "39,678", "Gross margin", "June 29, 2024"),
            (APPLE_24Q3, "85,777", "Total net sales", "June 29, 2024"))),
    Golden("Did Apple's revenue increase in Q3 2024?", "3980000000", "USD",
           ((APPLE_24Q3, "85,777", "Total net sales", "June 29, 2024"),
            (APPLE_23Q3, "81,797", "Total net sales", "July 1, 2023"))),
    Golden("Which had the higher net margin in fiscal 2024, Apple or Coca-Cola?", "1.38", "percent",
           ((APPLE_24, "93,736", "Net income", "September 28, 2024"),
            (APPLE_24, "391,035", "Total net sales", "September 28, 2024"),
            (COKE_24, "10,631", "Net Income Attributable to Shareowners of The Coca-Cola Company", "2024"),
            (COKE_24, "47,061", "Net Operating Revenues", "2024"))),
    # reported for a year
    Golden("What was Apple's revenue in fiscal 2023?", "383285000000", "USD",
           ((APPLE_24, "383,285", "Total net sales", "September 30, 2023"),)),
    Golden("What were Apple's total net sales for fiscal year 2024?", "391035000000", "USD",
           ((APPLE_24, "391,035", "Total net sales", "September 28, 2024"),)),
    Golden("What was AAPL's net income in FY2024?", "93736000000", "USD",
           ((APPLE_24, "93,736", "Net income", "September 28, 2024"),)),
    Golden("How much did Apple spend on research and development in fiscal 2024?", "31370000000", "USD",
           ((APPLE_24, "31,370", "Research and development", "September 28, 2024"),)),
    Golden("What was Apple's diluted EPS in fiscal 2024?", "6.08", "USD/shares",
           ((APPLE_24, "6.08", "Diluted", "September 28, 2024"),)),
    Golden("What was KO's operating income in 2024?", "9992000000", "USD",
           ((COKE_24, "9,992", "Operating Income", "2024"),)),
    Golden("What was Coca-Cola's basic earnings per share for 2023?", "2.48", "USD/shares",
           ((COKE_23, "2.48", "Basic Net Income Per Share", "2023"),)),
    Golden("How much did Coca-Cola pay in dividends in 2024?", "8359000000", "USD",
           ((COKE_24, "8,359", "Dividends", "2024"),)),
    # balances
    Golden("What were Apple's total assets at September 28, 2024?", "364980000000", "USD",
           ((APPLE_24, "364,980", "Total assets", "September 28, 2024"),)),
    Golden("What was NVIDIA's inventory at January 26, 2025?", "10080000000", "USD",
           ((NVIDIA_25, "10,080", "Inventories", "Jan 26, 2025"),)),
    Golden("What was Nike's cash at August 31, 2023?", "6178000000", "USD",
           ((NIKE_24Q1, "6,178", "Cash and equivalents", "2023"),)),
    # quarters, and the year to date
    Golden("For the three months ended June 29, 2024, what was Apple's net income?", "21448000000", "USD",
           ((APPLE_24Q3, "21,448", "Net income", "Three Months Ended › June 29, 2024"),)),
    Golden("For the nine months ended June 29, 2024, what was Apple's net income?", "79000000000", "USD",
           ((APPLE_24Q3, "79,000", "Net income", "Nine Months Ended › June 29, 2024"),)),
    Golden("What was Apple's revenue in Q3 2025?", "94036000000", "USD",
           ((APPLE_25Q3, "94,036", "Total net sales", "Three Months Ended › June 28, 2025"),)),
    Golden("What was NVIDIA's revenue for the six months ended July 27, 2025?", "90805000000", "USD",
           ((NVIDIA_26Q2, "90,805", "Revenue", "Six Months Ended › Jul 27, 2025"),)),
    # a ten-for-one split lies between the two reports
    Golden("What was NVIDIA's diluted EPS in fiscal 2024?", "11.93", "USD/shares",
           ((NVIDIA_24, "11.93", "Diluted", "Jan 28, 2024"), (NVIDIA_25, "1.19", "Diluted", "Jan 28, 2024"))),
    # parts
    Golden("What was Apple's iPhone revenue in fiscal 2024?", "201183000000", "USD",
           ((APPLE_24, "201,183", "iPhone", "2024"),)),
    Golden("How much of Apple's revenue came from services in fiscal 2024?", "96169000000", "USD",
           ((APPLE_24, "96,169", "Services", "September 28, 2024"),)),
    Golden("How much revenue did Apple report from Greater China (segment) in FY24?", "66952000000", "USD",
           ((APPLE_24, "66,952", "Net sales", "2024"),)),
    Golden("What was NVIDIA's Data Center revenue in fiscal 2025?", "115186000000", "USD",
           ((NVIDIA_25, "115,186", "Data Center", "Jan 26, 2025"),)),
    Golden("How much revenue did NVIDIA report from Taiwan (geography) in fiscal 2025?", "20573000000", "USD",
           ((NVIDIA_25, "20,573", "Taiwan", "Jan 26, 2025"),)),
    Golden("What was Nike's Converse revenue in fiscal 2024?", "2082000000", "USD",
           ((NIKE_24, "2,082", "TOTAL REVENUES", "CONVERSE"),)),
    # computed: 180,683 / 391,035; (29,943 + 35,228 + 33,410) / 176,392; 64,089 − 3,236; 11,146 / 84,026;
    # 26,519 / ((7,489 + 7,519) / 2); 51,362 / 51,217 − 1; 8,359 / 10,631; √(47,061 / 43,004) − 1
    Golden("What was Apple's gross margin in fiscal 2024?", "46.21", "percent",
           ((APPLE_24, "180,683", "Gross margin", "September 28, 2024"),
            (APPLE_24, "391,035", "Total net sales", "September 28, 2024"))),
    Golden("What was Apple's quick ratio at the end of FY2024, rounded to two decimals?", "0.56", "ratio",
           ((APPLE_24, "29,943", "Cash and cash equivalents", "September 28, 2024"),
            (APPLE_24, "35,228", "Marketable securities", "September 28, 2024"),
            (APPLE_24, "33,410", "Accounts receivable, net", "September 28, 2024"),
            (APPLE_24, "176,392", "Total current liabilities", "September 28, 2024"))),
    Golden("What was NVIDIA's free cash flow in FY2025?", "60853000000", "USD",
           ((NVIDIA_25, "64,089", "Net cash provided by operating activities", "Jan 26, 2025"),
            (NVIDIA_25, "3,236", "property and equipment and intangible assets", "Jan 26, 2025"))),
    Golden("What was NVIDIA's effective tax rate in FY2025?", "13.26", "percent",
           ((NVIDIA_25, "11,146", "Income tax expense (benefit)", "Jan 26, 2025"),
            (NVIDIA_25, "84,026", "Income before income tax", "Jan 26, 2025"))),
    Golden("What was Nike's inventory turnover in fiscal 2025?", "3.534", "ratio",
           ((NIKE_25, "26,519", "Cost of sales", "2025"),
            (NIKE_25, "7,489", "Inventories", "2025"),
            (NIKE_24, "7,519", "Inventories", "2024"))),
    Golden("What was Nike's revenue growth in fiscal 2024?", "0.28", "percent",
           ((NIKE_24, "51,362", "Revenues", "2024"), (NIKE_24, "51,217", "Revenues", "2023"))),
    Golden("What was Coca-Cola's dividend payout ratio in fiscal 2024?", "0.7863", "ratio",
           ((COKE_24, "8,359", "Dividends", "2024"),
            (COKE_24, "10,631", "Net Income Attributable to Shareowners of The Coca-Cola Company", "2024"))),
    Golden("What was the CAGR of Coca-Cola's revenue from fiscal 2022 to fiscal 2024?", "4.61", "percent",
           ((COKE_24, "47,061", "Net Operating Revenues", "2024"),
            (COKE_23, "43,004", "Net Operating Revenues", "2022"))),
    # two companies
    Golden("Which company had higher revenue in fiscal 2024, Apple or NVIDIA?", "330113000000", "USD",
           ((APPLE_24, "391,035", "Total net sales", "September 28, 2024"),
            (NVIDIA_24, "60,922", "Revenue", "Jan 28, 2024"))),
    Golden("How much larger were Coca-Cola's total assets than Nike's in fiscal 2024?", "62439000000", "USD",
           ((COKE_24, "100,549", "Total Assets", "2024"), (NIKE_24, "38,110", "TOTAL ASSETS", "2024"))),
)  # fmt: skip

# What is quoted must speak of it; the filing is that of the period, or the newest annual report.
QUOTED = (
    ("What are NVIDIA's main supply risks?", NVIDIA_25, "Item 1A", r"supply"),
    ("How many employees does NVIDIA have?", NVIDIA_25, "Item 1", r"36,000 employees"),
    (
        "What does Coca-Cola say about competition?",
        COKE_24,
        "Item 1A",
        r"highly competitive commercial beverage",
    ),
    ("What legal proceedings does Apple face?", APPLE_24, "Item 1A", r"patent claims"),
    ("How did Nike describe its footwear suppliers in fiscal 2024?", NIKE_24, "Item 1", r"footwear"),
)

REFUSED: tuple[tuple[str, RefusalReason], ...] = (
    ("What was Microsoft's revenue in 2023?", "company_unknown"),
    ("What is the capital of France?", "company_unknown"),
    ("What was Apple's revenue in fiscal 2010?", "period_not_covered"),
    ("What was NVIDIA's revenue in fiscal 2030?", "period_not_covered"),
    ("What was Apple's revenue in the quarter ended March 31, 2019?", "period_not_covered"),
    ("What was Apple's dilithium revenue in fiscal 2024?", "not_disclosed"),
    ("What was Apple's adjusted EBITDA in fiscal 2024?", "not_disclosed"),
    ("Did Nike spin off a crypto exchange in 2024?", "not_disclosed"),
    ("What was Apple's free cash flow in Q3 2024?", "period_not_covered"),
    ("Compare the revenue of Apple, NVIDIA and Nike in fiscal 2024", "unsupported"),
    ("What was the revenue of Apple and NVIDIA in fiscal 2024?", "ambiguous"),
    ("What about Apple?", "ambiguous"),
)
QUESTIONS = [*(one.question for one in GOLDEN), *(one[0] for one in QUOTED), *(one[0] for one in REFUSED)]


@pytest.fixture(scope="module")
def library(sample_store: Path) -> Iterator[Library]:
    with Library.open(Settings(store=sample_store), read_only=True) as opened:
        yield opened


def check_citation(library: Library, citation: Citation) -> None:
    """The quote stands at its place in the stored text, and in the original file in the tag of that id."""
    detail = library.filing(citation.filing)
    (document,) = [one for one in detail.documents if one.sha256 == citation.sha256]
    text = library._store.text(citation.filing, document.index)
    assert text[citation.start : citation.end] == citation.quote != ""
    if citation.fact_id is not None:
        _, content = library.original(citation.filing, document.index)
        tag = re.search(rf'<ix:nonFraction\b[^>]*\bid="{citation.fact_id}"[^>]*>([^<]*)<', content.decode())
        assert tag is not None
        assert tag[1] == citation.quote
        assert citation.concept is not None
        assert f'name="{citation.concept}"' in tag[0]


@pytest.mark.parametrize("golden", GOLDEN, ids=[golden.question for golden in GOLDEN])
def test_numbers(library: Library, golden: Golden) -> None:
    answer = library.ask(golden.question)
    assert answer.status == "answered"
    assert answer.value is not None
    assert (answer.value.number, answer.value.unit) == (golden.number, golden.unit)
    own, witnesses = answer.citations[: len(golden.cited)], answer.citations[len(golden.cited) :]
    assert [(citation.filing, citation.quote) for citation in own] == [
        (filing, printed) for filing, printed, _, _ in golden.cited
    ]
    assert {citation.id for citation in witnesses} <= {
        part.citation for witness in answer.witnesses for part in witness.parts
    }
    for citation, (_, _, row, column) in zip(own, golden.cited, strict=True):
        assert citation.table is not None
        assert citation.table.row.endswith(row)
        assert citation.table.column.endswith(column)
        check_citation(library, citation)


def test_the_restated_number_stands_beside_the_first(library: Library) -> None:
    answer = library.ask("What was NVIDIA's diluted EPS in fiscal 2024?")
    (alternate,) = answer.alternates
    assert (alternate.value.number, alternate.citation) == ("1.19", 2)


@pytest.mark.parametrize(("question", "filing", "item", "wanted"), QUOTED, ids=[one[0] for one in QUOTED])
def test_quotes(library: Library, question: str, filing: str, item: str, wanted: str) -> None:
    answer = library.ask(question)
    assert answer.status == "answered"
    assert answer.value is None
    first = answer.citations[0]
    assert (first.filing, first.section.partition(" › ")[0].rpartition(", ")[2]) == (filing, item)
    assert re.search(wanted, first.quote)
    for citation in answer.citations:
        check_citation(library, citation)


@pytest.mark.parametrize(("question", "reason"), REFUSED, ids=[one[0] for one in REFUSED])
def test_refusals(library: Library, question: str, reason: RefusalReason) -> None:
    answer = library.ask(question)
    assert answer.refusal is not None
    assert (answer.status, answer.refusal.reason) == ("refused", reason)
    assert answer.citations == ()


def test_the_same_bytes_again_and_from_another_store(library: Library, tmp_path: Path) -> None:
    first = [library.ask(question).to_json() for question in QUESTIONS]
    assert [library.ask(question).to_json() for question in reversed(QUESTIONS)] == first[::-1]
    with Library.open(Settings(store=tmp_path / "other", jobs=1)) as other:
        other.ingest_samples()
        assert other.info().digest == library.info().digest
        assert [other.ask(question).to_json() for question in QUESTIONS] == first


def test_every_answer_is_verified(library: Library) -> None:
    answers = [library.ask(question) for question in QUESTIONS]
    for answer in sorted(answers, key=_documents):
        report = library.verify(answer)
        assert report.holds, (answer.question, report)


def _documents(answer: Answer) -> list[str]:
    """Answers on the same documents one after the other: they are read again from their bytes each time."""
    return sorted({citation.sha256 for citation in answer.citations})
