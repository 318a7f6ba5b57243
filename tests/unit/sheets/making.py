"""A made-up table with everything in it: reported, computed and missing cells, and hostile text."""

from datetime import date

from finchat_sec_qa.model.answer import Alternate, Calculation, Citation, Operand, PeriodView, Value
from finchat_sec_qa.model.figure_table import FigureCell, FigureColumn, FigureRow, FigureTable, Gap

HOSTILE = '=HYPERLINK("http://evil","x")\x07|<script>`*_'
YEAR = PeriodView(start=date(2024, 1, 1), end=date(2024, 12, 31), fiscal_year=2024, fiscal_period="FY")
SEC = "https://www.sec.gov/Archives/edgar/data/42/000000004224000001/acme.htm"


def citation(number: int, quote: str, *, url: str | None = SEC, company: str = "Acme") -> Citation:
    return Citation(
        id=number,
        filing="0000000042-24-000001",
        accession="0000000042-24-000001",
        company=company,
        cik="0000000042",
        form="10-K",
        period_end=date(2024, 12, 31),
        section="Part II, Item 8",
        page=7,
        fact_id=f"f-{number}",
        concept="us-gaap:Revenues",
        table=None,
        quote=quote,
        start=100 * number,
        end=100 * number + len(quote),
        sha256="ab" * 32,
        url=f"{url}#f-{number}" if url else None,
    )


def reported(number: str, mark: int, **more: object) -> FigureCell:
    return FigureCell.model_validate(
        {"status": "reported", "number": number, "unit": "USD", "period": YEAR, "citation": mark, **more}
    )


def computed(
    formula: str, number: str, unit: str, rounding: str, *operands: tuple[str, str, int]
) -> FigureCell:
    made = tuple(
        Operand(name=name, number=value, unit="USD", citation=mark) for name, value, mark in operands
    )
    calculation = Calculation(formula=f"a figure = {formula}", operands=made, rounding=rounding)
    return FigureCell(status="computed", number=number, unit=unit, period=YEAR, calculation=calculation)


MISSING = FigureCell(status="missing", gap=Gap(reason="not_disclosed", message=f"Nothing of {HOSTILE}."))


def comparison() -> FigureTable:
    """Revenue and margins of Acme and of a company with a hostile name, over two years."""
    later = Alternate(
        label="as reported later, in 10-K for the period ended 2025-12-31",
        value=Value(number="98", unit="USD", period=YEAR),
        citation=3,
    )
    margin = computed(
        "(profit_FY2024 / revenue_FY2024) * 100", "46.15", "percent", "half up to 2 decimals",
        ("profit_FY2024", "60", 4), ("revenue_FY2024", "130", 2),
    )  # fmt: skip
    change = computed(
        "(revenue_FY2024 - revenue_FY2023) / 2 ** 0.5", "21.21", "USD", "half up to 2 decimals",
        ("revenue_FY2024", "130", 2), ("revenue_FY2023", "100", 1),
    )  # fmt: skip
    rest = computed(
        "(revenue_FY2024 - nine_months)", "-7", "USD", "none",
        ("revenue_FY2024", "130", 2), ("nine_months", "137", 5),
    )  # fmt: skip
    return FigureTable(
        id="0123456789abcdef-0123456789abcdef",
        kind="comparison",
        title="Acme, Evil: revenue, margin",
        companies=("Acme", HOSTILE),
        columns=(FigureColumn(key="FY2023", label="FY2023"), FigureColumn(key="FY2024", label="FY2024")),
        rows=(
            FigureRow(
                company="Acme",
                metric="revenue",
                label="total revenue",
                cells=(reported("100", 1, alternates=(later,)), reported("130", 2)),
            ),
            FigureRow(company="Acme", metric="margin", label="margin", cells=(MISSING, margin)),
            FigureRow(company="Acme", metric="change", label="change", cells=(rest, change)),
            FigureRow(company=HOSTILE, metric="revenue", label="+1", cells=(MISSING, reported("-0.05", 6))),
        ),
        citations=(
            citation(1, "100"),
            citation(2, "130"),
            citation(3, "98"),
            citation(4, "60"),
            citation(5, "137"),
            citation(6, "=cmd|' /c calc'!A1", url=None, company=HOSTILE),
        ),
        notes=("FY2024 ends on two days.",),
    )


def statement() -> FigureTable:
    """A statement with a caption and a payment in brackets."""
    paid = reported("-30", 1, printed="(30)", fact_value="30")
    return FigureTable(
        id="0123456789abcdef-fedcba9876543210",
        kind="statement",
        title="Acme: cash-flow statement, FY2024",
        companies=("Acme",),
        columns=(FigureColumn(key="FY2024", label="2024"),),
        rows=(
            FigureRow(company="Acme", metric="", label="Investing:"),
            FigureRow(company="Acme", metric="capex", label="Plant", path=("Investing",), cells=(paid,)),
        ),
        citations=(citation(1, "30"),),
    )
