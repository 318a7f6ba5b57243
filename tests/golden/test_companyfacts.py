"""Facts of real inline XBRL filings against EDGAR's own companyfacts: every value equal, none missing."""

import json
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finchat_sec_qa.model.fact import EXACT, Fact
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.html import parse_html
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.parse.parsed import ParsedFile

pytestmark = pytest.mark.shared

COMPANIES = {"0000320193": 5, "0001045810": 5, "0001652044": 4}  # CIK and its filings at hand
Key = tuple[str, str, str | None, str]


def read(path: Path) -> ParsedFile:
    return parse_html(SourceFile(path.name, path.read_bytes()), Limits())


def is_inline(path: Path) -> bool:
    with path.open("rb") as file:
        return b"inlineXBRL" in file.read(5_000)


def reports(edgar: Path, cik: str) -> dict[str, Path]:
    """Accession to the main document of each inline XBRL 10-K and 10-Q."""
    found = {}
    for path in sorted((edgar / "Archives/edgar/data" / str(int(cik))).glob("*/*.htm")):
        if is_inline(path) and path.stat().st_size > 200_000:
            folder = path.parent.name
            found[f"{folder[:10]}-{folder[10:12]}-{folder[12:]}"] = path
    return found


def companyfacts(edgar: Path, cik: str) -> dict[str, dict[Key, Decimal]]:
    """Accession to its values by concept, unit and period, as EDGAR has them."""
    text = (edgar / f"api/xbrl/companyfacts/CIK{cik}.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    assert "_derived" not in content, "these must be EDGAR's own figures"
    found: dict[str, dict[Key, Decimal]] = defaultdict(dict)
    for prefix, concepts in content["facts"].items():
        for name, concept in concepts.items():
            for unit, entries in concept["units"].items():
                for entry in entries:
                    key = (f"{prefix}:{name}", unit, entry.get("start"), entry["end"])
                    found[entry["accn"]][key] = entry["val"]
    return found


def best_values(facts: tuple[Fact, ...]) -> dict[Key, Decimal]:
    """Values of the whole company; of duplicates the most exact, as EDGAR keeps it."""
    best: dict[Key, tuple[int, Decimal]] = {}
    for fact in facts:
        if fact.value is None or fact.dimensions or fact.unit is None:
            continue
        start = fact.period.start.isoformat() if fact.period.start else None
        key = (fact.concept, fact.unit, start, fact.period.end.isoformat())
        exactness = EXACT if fact.decimals is None else fact.decimals
        if key not in best or exactness > best[key][0]:
            best[key] = (exactness, fact.value)
    return {key: value for key, (_, value) in best.items()}


@pytest.mark.parametrize("cik", COMPANIES)
def test_every_value_equals_companyfacts_and_none_is_missing(edgar: Path, cik: str) -> None:
    expected = companyfacts(edgar, cik)
    filings = {accession: path for accession, path in reports(edgar, cik).items() if accession in expected}
    assert len(filings) >= COMPANIES[cik]
    for accession, path in filings.items():
        ours = best_values(read(path).facts)
        theirs = expected[accession]
        assert len(theirs) > 200
        missing = theirs.keys() - ours.keys()
        wrong = {
            key: (ours[key], value) for key, value in theirs.items() if key in ours and ours[key] != value
        }
        assert (missing, wrong) == (set(), {}), accession


# one filing of each company, so that the test stays quick; the newest says most about today's filings
ONE_EACH = (
    "1018724/000101872425000004", "104169/000010416925000021", "1045810/000104581023000017",
    "1065280/000106528025000044", "12927/000001292725000015", "1318605/000162828025003063",
    "1326801/000132680125000017", "1652044/000165204425000014", "200406/000020040625000178",
    "21344/000002134425000011", "2488/000000248824000012", "320187/000032018725000047",
    "320193/000032019324000123", "51143/000005114323000021", "66740/000006674023000058",
    "77476/000007747623000058", "78003/000007800323000088", "796343/000079634325000004",
)  # fmt: skip
NUMBER = re.compile(r"[\d.,]+|—|–|-|[A-Za-z][a-z -]*(?: million)?|\d+ million")


@pytest.mark.parametrize("folder", ONE_EACH)
def test_facts_stand_where_they_are_printed(edgar: Path, folder: str) -> None:
    (path,) = (p for p in (edgar / "Archives/edgar/data" / folder).glob("*.htm") if is_inline(p))
    parsed = read(path)
    document = parsed.document
    cells = {
        at: (table, cell)
        for table in document.tables
        for cell in table.cells
        for at in range(cell.start, cell.end)
    }
    checked = equal = in_tables = 0
    for fact in parsed.facts:
        if fact.value is None or fact.start == fact.end:
            continue
        printed = document.text[fact.start : fact.end]
        checked += 1
        assert NUMBER.fullmatch(printed), (fact.fact_id, printed)
        if fact.start not in cells:
            continue
        table, cell = cells[fact.start]
        assert cell.start <= fact.start < fact.end <= cell.end, "a printed number is not cut by its cell"
        assert table.row_headers[cell.row] or table.column_headers[cell.column]
        if cell.value is not None:
            in_tables += 1
            factor = 100 if cell.unit == "percent" and fact.unit == "pure" else 1
            equal += abs(cell.value) == abs(fact.value) * factor
    assert checked > 400
    assert in_tables > 300
    assert equal / in_tables > 0.97, "print alone gives the value of nearly every tagged number"


def test_apples_income_statement_reads_right_from_print_alone(edgar: Path) -> None:
    path = edgar / "Archives/edgar/data/320193/000032019324000123/aapl-20240928.htm"
    document = read(path).document
    (table,) = (t for t in document.tables if t.title == "CONSOLIDATED STATEMENTS OF OPERATIONS")
    columns = [("Years ended", f"September {day}") for day in ("28, 2024", "30, 2023", "24, 2022")]
    assert list(table.column_headers[1:]) == columns
    row = table.row_headers.index(("Net sales", "Total net sales"))
    values = [cell.value for cell in table.cells if cell.row == row and cell.column]
    assert values == [Decimal(391035000000), Decimal(383285000000), Decimal(394328000000)]
    units = {t[-1]: c.unit for c in table.cells if c.value is not None and (t := table.row_headers[c.row])}
    assert units["Net income"] == "USD"
    assert table.row_headers[-2] == ("Shares used in computing earnings per share", "Basic")
    assert [c.unit for c in table.cells if c.row == len(table.row_headers) - 1 and c.column] == ["shares"] * 3
    labels = [page.label for page in document.pages if page.label]
    assert labels[:3] == ["1", "2", "3"]
    assert len(labels) > 50
