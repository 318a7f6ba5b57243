"""Filings made for tests: small, whole, and different from one another in a known way."""

import hashlib
import random
from datetime import date, timedelta
from decimal import Decimal

from finchat_sec_qa.model.document import Anchor, Block, Cell, Page, ParsedDocument, Section, Table
from finchat_sec_qa.model.fact import EXACT, Fact
from finchat_sec_qa.model.filing import Filing, ParsedFiling
from finchat_sec_qa.model.passage import Passage
from finchat_sec_qa.model.period import Period

WORDS = (
    "supply chain risk component revenue margin customer product segment inventory litigation patent currency"
    " interest tax share repurchase dividend cloud device service advertising regulation competition demand"
    " factory capacity wafer license royalty goodwill impairment lease pension hedge swap credit liquidity"
).split()


def filing_named(
    name: str,
    *,
    company: str = "Acme Widgets Inc.",
    cik: str | None = "0000000042",
    form: str = "10-K",
    period_end: date | None = date(2023, 9, 30),
    fiscal_year: int | None = 2023,
    filed: date | None = date(2023, 11, 3),
    tickers: tuple[str, ...] = ("ACME",),
    former_names: tuple[str, ...] = (),
) -> Filing:
    return Filing(
        id=name,
        accession=None,
        cik=cik,
        company=company,
        tickers=tickers,
        former_names=former_names,
        form=form,
        period_end=period_end,
        fiscal_year=fiscal_year,
        fiscal_period="FY",
        fiscal_year_end="09-30",
        filed=filed,
        url=None,
    )


def parsed_text(filing: Filing, *sentences: str, section: str = "Part I, Item 1A") -> ParsedFiling:
    """A filing of one document, each sentence a paragraph and a passage of its own."""
    text, spans = "", []
    for sentence in sentences:
        spans.append((len(text), len(text) + len(sentence)))
        text += sentence + "\n"
    content = text.encode()
    sha256 = hashlib.sha256(content).hexdigest()
    part, item = section.split(", ")
    document = ParsedDocument(
        name=f"{filing.id}.htm",
        kind="html",
        role=filing.form,
        sha256=sha256,
        size=len(content),
        text=text,
        blocks=tuple(Block("paragraph", start, end) for start, end in spans),
        sections=(Section(part, item, "Risk Factors", 0, len(text)),),
    )
    return ParsedFiling(
        filing=filing,
        documents=(document,),
        facts=(),
        passages=tuple(Passage(0, start, end, None, section, "", "text") for start, end in spans),
        originals={sha256: content},
        digest=hashlib.sha256(repr((filing, text)).encode()).hexdigest(),
    )


def parsed_large(
    name: str, seed: int, *, chars: int = 20_000, facts: int = 200, tables: int = 5
) -> ParsedFiling:
    """A filing with everything in it, the same for the same arguments; its passages hold `marker(name)`."""
    chance = random.Random(f"{name} {seed}")
    filing = filing_named(name, period_end=date(2020, 1, 1) + timedelta(days=chance.randrange(2000)))
    text, blocks, passages, grids = "", [], [], []
    while len(text) < chars:
        words = [marker(name), *chance.choices(WORDS, k=120), f"{chance.randrange(10**6):,}"]
        start, paragraph = len(text), " ".join(words)
        text += paragraph + "\n"
        blocks.append(Block("paragraph", start, start + len(paragraph)))
        page = 1 + start // 4_000
        passages.append(Passage(0, start, len(text) - 1, page, "Part I, Item 1A", words[1], "text"))
    grids.extend(_table(chance, at * 50) for at in range(tables))
    sections = (
        Section("Part I", "Item 1A", "Risk Factors", 0, len(text) // 2),
        Section("Part II", "Item 8", "Financial Statements", len(text) // 2, len(text), "shorter than usual"),
    )
    content = f"<html>{seed}{text}</html>".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    document = ParsedDocument(
        name="main.htm",
        kind="html",
        role="10-K",
        sha256=sha256,
        size=len(content),
        text=text,
        blocks=tuple(blocks),
        tables=tuple(grids),
        sections=sections,
        pages=tuple(
            Page(n + 1, n * 4_000, min(n * 4_000 + 4_000, len(text))) for n in range(-(-len(text) // 4_000))
        ),
        anchors=tuple(Anchor(f"f-{n}", n) for n in range(50)),
        warnings=("Item 8 is shorter than usual",),
    )
    return ParsedFiling(
        filing=filing,
        documents=(document,),
        facts=tuple(_fact(chance, at, len(text)) for at in range(facts)),
        passages=tuple(passages),
        originals={sha256: content},
        digest=hashlib.sha256(f"{name} {seed} {chars} {facts} {tables}".encode()).hexdigest(),
    )


def marker(name: str) -> str:
    """A word that only the filing of that name holds."""
    return "marker" + hashlib.sha256(name.encode()).hexdigest()[:10]


def _table(chance: random.Random, start: int) -> Table:
    cells = tuple(
        Cell(row, column, start, start + 5, Decimal(chance.randrange(10**9)), "USD")
        for row in range(12)
        for column in range(4)
    )
    rows = tuple((chance.choice(WORDS), chance.choice(WORDS)) for _ in range(12))
    columns = tuple(("Years ended", str(2020 + n)) for n in range(4))
    return Table(start, start + 40, "Statements", 6, "USD", rows, columns, cells)


def _fact(chance: random.Random, at: int, length: int) -> Fact:
    end = date(2023, 9, 30) - timedelta(days=91 * chance.randrange(8))
    start = None if chance.random() < 0.4 else end - timedelta(days=364)
    dimensions = (("us-gaap:StatementBusinessSegmentsAxis", f"acme:Part{chance.randrange(9)}Member"),)
    return Fact(
        concept=f"us-gaap:Concept{chance.randrange(400)}",
        period=Period(start, end),
        value=Decimal(chance.randrange(-(10**12), 10**12)).scaleb(-2),
        text=None,
        unit="USD",
        decimals=chance.choice((-6, -3, 2, EXACT)),
        scale=6,
        dimensions=dimensions if chance.random() < 0.57 else (),
        context_id=f"c-{chance.randrange(300)}",
        fact_id=f"f-{at}",
        nil=False,
        document=0,
        start=at % length,
        end=at % length + 1,
    )
