"""Small reports with the three statements, in inline XBRL, as companies print them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from pathlib import Path

HEAD = """<html xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" xmlns:xbrli="http://www.xbrl.org/2003/instance"
 xmlns:dei="http://xbrl.sec.gov/dei/2023" xmlns:us-gaap="http://fasb.org/us-gaap/2023"
 xmlns:xbrldi="http://xbrl.org/2006/xbrldi" xmlns:iso4217="http://www.xbrl.org/2003/iso4217">
<head><title>A report</title></head><body>"""
UNITS = """<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<xbrli:unit id="pure"><xbrli:measure>xbrli:pure</xbrli:measure></xbrli:unit>
<xbrli:unit id="eps"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure>
</xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator>
</xbrli:divide></xbrli:unit>"""
Span = tuple[date | None, date]
CASH, CAPEX = "NetCashProvidedByUsedIn", "PaymentsToAcquirePropertyPlantAndEquipment"


@dataclass(frozen=True)
class Line:
    """A row: its label, concept and one printed value a column ("(30)" is bracketed, "" is not printed).

    `sign` is what the brackets mean for the tag: "-" negative, "" positive (payments).
    """

    label: str
    concept: str = ""
    printed: Sequence[str] = ()
    unit: str = "usd"
    sign: str = "-"
    member: str = ""


@dataclass(frozen=True)
class Statement:
    """A titled table whose columns are spans of days; `heads` stand above them."""

    title: str
    spans: Sequence[Span]
    heads: Sequence[str]
    lines: Sequence[Line]


@dataclass
class Report:
    """A report of one company for a fiscal period."""

    period_end: date
    year: int
    statements: Sequence[Statement]
    form: str = "10-K"
    part: str = "FY"
    company: str = "Acme Anvils, Inc."
    cik: str = "0000000042"
    ticker: str = "ACME"
    number: int = 1
    _contexts: dict[tuple[Span, str], str] = field(default_factory=dict)
    _facts: int = 0

    @property
    def accession(self) -> str:
        return f"{self.cik}-{self.period_end.year % 100:02}-{self.number:06}"

    def write(self, folder: Path) -> Path:
        """Put it where EDGAR would have it below `folder`; returns the file."""
        home = folder / "edgar" / "data" / str(int(self.cik)) / self.accession.replace("-", "")
        home.mkdir(parents=True, exist_ok=True)
        path = home / f"{self.ticker.lower()}-{self.period_end:%Y%m%d}.htm"
        path.write_text(self.html(), encoding="utf-8")
        return path

    def html(self) -> str:
        """The report as filed."""
        start = date(self.period_end.year, 1, 1)
        cover = self._context((start, self.period_end), "")
        body = "".join(self._statement(one) for one in self.statements)
        hidden = "".join(
            f'<ix:nonNumeric name="dei:{name}" contextRef="{cover}">{escape(value)}</ix:nonNumeric>'
            for name, value in self._cover().items()
        )
        contexts = "".join(_context(name, self.cik, *key) for key, name in self._contexts.items())
        return (
            f'{HEAD}<div style="display:none"><ix:header><ix:hidden>{hidden}</ix:hidden><ix:resources>'
            f"{contexts}{UNITS}</ix:resources></ix:header></div><p>{escape(self.company)}</p>"
            f"<h1>Item 8. Financial Statements</h1>{body}</body></html>"
        )

    def _cover(self) -> dict[str, str]:
        return {
            "EntityRegistrantName": self.company,
            "EntityCentralIndexKey": self.cik,
            "TradingSymbol": self.ticker,
            "DocumentType": self.form,
            "DocumentPeriodEndDate": f"{self.period_end}",
            "DocumentFiscalYearFocus": str(self.year),
            "DocumentFiscalPeriodFocus": self.part,
            "CurrentFiscalYearEndDate": "--12-31",
        }

    def _context(self, span: Span, member: str) -> str:
        return self._contexts.setdefault((span, member), f"c-{len(self._contexts)}")

    def _statement(self, one: Statement) -> str:
        heads = "".join(f"<td>{escape(head)}</td>" for head in one.heads)
        rows = "".join(self._line(one, line) for line in one.lines)
        return (
            f"<h2>{escape(one.title)}</h2><p>(in millions, except per share amounts)</p>"
            f"<table><tr><td></td>{heads}</tr>{rows}</table>"
        )

    def _line(self, one: Statement, line: Line) -> str:
        cells = "".join(
            f"<td>{self._cell(line, printed, span)}</td>"
            for printed, span in zip(line.printed, one.spans, strict=False)
        )
        return f"<tr><td>{escape(line.label)}</td>{cells}</tr>"

    def _cell(self, line: Line, printed: str, span: Span) -> str:
        if not printed or not line.concept:
            return escape(printed)
        self._facts += 1
        digits = printed.strip("()%")
        sign = f' sign="{line.sign}"' if printed.startswith("(") and line.sign else ""
        balance = line.concept in INSTANTS
        context = self._context((None, span[1]) if balance else span, line.member)
        share = printed.endswith("%")
        unit, concept = ("pure", "ShareOfSales") if share else (line.unit, line.concept)
        decimals, scale = {"usd": (-6, 6), "eps": (2, 0), "pure": (3, -2)}[unit]
        tag = (
            f'<ix:nonFraction id="f-{self._facts}" name="us-gaap:{concept}" contextRef="{context}"'
            f' unitRef="{unit}" decimals="{decimals}" scale="{scale}"{sign}>{digits}</ix:nonFraction>'
        )
        return f"({tag})" if printed.startswith("(") else tag + ("%" if printed.endswith("%") else "")


INSTANTS = frozenset(
    "Assets AssetsCurrent CashAndCashEquivalentsAtCarryingValue Liabilities LiabilitiesCurrent"
    " StockholdersEquity LiabilitiesAndStockholdersEquity".split()
)


def _context(name: str, cik: str, span: Span, member: str) -> str:
    segment = (
        '<xbrli:segment><xbrldi:explicitMember dimension="us-gaap:ProductOrServiceAxis">'
        f"acme:{member}</xbrldi:explicitMember></xbrli:segment>"
        if member
        else ""
    )
    start, end = span
    days = (
        f"<xbrli:instant>{end}</xbrli:instant>"
        if start is None
        else f"<xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate>"
    )
    return (
        f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">{cik}'
        f"</xbrli:identifier>{segment}</xbrli:entity><xbrli:period>{days}</xbrli:period></xbrli:context>"
    )


def year(number: int) -> Span:
    """A calendar year."""
    return date(number, 1, 1), date(number, 12, 31)


def income(
    spans: Sequence[Span], heads: Sequence[str], revenue: Sequence[str], **more: Sequence[str]
) -> Statement:
    """An income statement; `revenue` and the rest hold one printed value a column."""
    return Statement(
        "CONSOLIDATED STATEMENTS OF OPERATIONS",
        spans,
        heads,
        (
            Line("Net sales:"),
            Line("Anvils", "Revenues", more.get("anvils", ()), member="AnvilMember"),
            Line("Total net sales", "Revenues", revenue),
            Line("Cost of sales", "CostOfRevenue", more.get("costs", ())),
            Line('=HYPERLINK("http://evil")', "OtherExpenses", more.get("other", ())),
            Line("Income taxes", "IncomeTaxExpenseBenefit", more.get("tax", ())),
            Line("Net income (loss)", "NetIncomeLoss", more.get("net", ())),
            Line("Diluted", "EarningsPerShareDiluted", more.get("eps", ()), unit="eps"),
        ),
    )


def balance(spans: Sequence[Span], heads: Sequence[str], assets: Sequence[str]) -> Statement:
    """A balance sheet on the last days of `spans`, in one table."""
    return Statement(
        "CONSOLIDATED BALANCE SHEETS",
        spans,
        heads,
        (
            Line("ASSETS"),
            Line("Cash", "CashAndCashEquivalentsAtCarryingValue", ["70", "75"]),
            Line("Total current assets", "AssetsCurrent", ["200", "190"]),
            Line("Total assets", "Assets", assets),
            Line("Total liabilities and equity", "LiabilitiesAndStockholdersEquity", assets),
        ),
    )


def cash_flow(spans: Sequence[Span], heads: Sequence[str]) -> Statement:
    """A cash-flow statement that prints payments in brackets and tags them without a sign."""
    return Statement(
        "CONSOLIDATED STATEMENTS OF CASH FLOWS",
        spans,
        heads,
        (
            Line("Cash from operating activities", f"{CASH}OperatingActivities", ["40", "35"]),
            Line(
                "Purchases of property",
                CAPEX,
                ["(30)", "(25)"],
                sign="",
            ),
            Line(
                "Cash used in investing activities",
                f"{CASH}InvestingActivities",
                ["(31)", ""],
            ),
            Line(
                "Cash used in financing activities",
                f"{CASH}FinancingActivities",
                ["(4)", "(2)"],
            ),
        ),
    )


def annual(end: int, revenue: Sequence[str], **more: Sequence[str]) -> Report:
    """An annual report for a calendar year with one comparative column."""
    spans, heads = (year(end), year(end - 1)), (f"{end}", f"{end - 1}")
    statements = (
        income(spans, heads, revenue, **more),
        balance(spans, heads, ["500", "450"]),
        cash_flow(spans, heads),
    )
    return Report(date(end, 12, 31), end, statements)


def quarterly(quarter: int, revenue: Sequence[str], to_date: Sequence[str]) -> Report:
    """A 10-Q of 2024 with the quarter and the year to date; `number` differs from the annual report's."""
    ends = {1: date(2024, 3, 31), 2: date(2024, 6, 30), 3: date(2024, 9, 30)}
    end = ends[quarter]
    three: Span = (date(2024, 3 * quarter - 2, 1), end)
    spans: Sequence[Span] = (three,) if quarter == 1 else (three, (date(2024, 1, 1), end))
    heads = ("Three months", "Year to date")[: len(spans)]
    printed = (*revenue, *to_date)
    statements = (income(spans, heads, printed, tax=["1", "2"], net=["3", "5"], eps=["0.30", "0.50"]),)
    return Report(end, 2024, statements, form="10-Q", part=f"Q{quarter}", number=10 + quarter)


def bolt() -> Report:
    """A company whose year ends in June; its balance sheet is two tables, its income has percentages."""
    one: Span = (date(2023, 7, 1), date(2024, 6, 30))
    other: Span = (date(2022, 7, 1), date(2023, 6, 30))
    wide, heads = (one, one, other, other), ("2024", "% to sales", "2023", "% to sales")
    rows = (
        Line("Total net sales", "Revenues", ["40", "100.0%", "41", "100.0%"]),
        Line("Income taxes", "IncomeTaxExpenseBenefit", ["2", "5.0%", "2", "4.9%"]),
        Line("Net income", "NetIncomeLoss", ["4", "10.0%", "5", "12.2%"]),
        Line("Diluted", "EarningsPerShareDiluted", ["0.40", "", "0.50", ""], unit="eps"),
    )
    above = (
        Line("Cash", "CashAndCashEquivalentsAtCarryingValue", ["7", "8"]),
        Line("Total assets", "Assets", ["90", "80"]),
    )
    below = (
        Line("Total liabilities", "Liabilities", ["50", "45"]),
        Line("Total liabilities and equity", "LiabilitiesAndStockholdersEquity", ["90", "80"]),
    )
    two, years = (one, other), ("2024", "2023")
    return Report(
        date(2024, 6, 30),
        2024,
        (
            Statement("CONSOLIDATED STATEMENTS OF INCOME", wide, heads, rows),
            Statement("ASSETS", two, years, above),
            Statement("LIABILITIES AND EQUITY", two, years, below),
        ),
        company="Bolt Corp",
        cik="0000000077",
        ticker="BOLT",
    )
