"""Made-up filings for tests of the pages: a usual annual report, and one with markup in every field."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from finchat_sec_qa.model.answer import Citation, PeriodView
from finchat_sec_qa.model.views import (
    BlockView,
    BlockWindow,
    CellView,
    DocumentView,
    FactView,
    FilingDetail,
    SectionView,
    TableView,
)

FILING = "0000999999-24-000001"
SEC = "https://www.sec.gov/Archives/edgar/data/999999/000099999924000001/acme-20231231.htm"
YEAR = PeriodView(start=date(2023, 1, 1), end=date(2023, 12, 31), fiscal_year=2023, fiscal_period="FY")
HOSTILE = "<script>window.pwned=1</script><img src=x onerror='window.pwned=2'>\"'&{{7*7}}"


class Draft:
    """A document being written block by block; offsets follow the project's rules for text."""

    def __init__(self) -> None:
        self.text = ""
        self.blocks: list[BlockView] = []
        self.sections: list[SectionView] = []
        self.page: int | None = None
        self.tables = 0

    def add(self, text: str, kind: str = "paragraph", level: int = 0) -> tuple[int, int]:
        """A block of text; returns where it stands."""
        start, end = len(self.text), len(self.text) + len(text)
        block = {"kind": kind, "level": level, "start": start, "end": end, "page": self.page, "text": text}
        self.blocks.append(BlockView.model_validate({**block, "table": None}))
        self.text += text + "\n"
        return start, end

    def section(self, part: str, item: str, title: str) -> None:
        """A heading that begins an Item."""
        start, _ = self.add(f"{item}. {title}", "heading", 2)
        self.sections.append(
            SectionView(
                document=0,
                part=part,
                item=item,
                title=title,
                start=start,
                end=start,
                page=self.page,
                warning="",
            )
        )

    def table(self, head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], title: str = "") -> None:
        """A table block: cells joined by " | ", rows by new lines, empty cells left out."""
        begin, cells, lines = len(self.text), [], []
        place = begin
        for number, row in enumerate((head, *rows)):
            shown = [(column, text) for column, text in enumerate(row) if text]
            for column, text in shown:
                value = text.strip("$()").replace(",", "")
                is_number = number > 0 and value.replace(".", "").isdigit()
                cells.append(
                    CellView(
                        row=number,
                        column=column,
                        text=text,
                        start=place,
                        end=place + len(text),
                        value=value + "000000" if is_number else None,
                        unit="USD" if is_number else None,
                    )
                )
                place += len(text) + 3
            place -= 2  # the last cell is followed by one new line
            lines.append(" | ".join(text for _, text in shown))
        text = "\n".join(lines)
        start, end = self.add(text, "table")
        view = TableView(
            document=0,
            index=self.tables,
            title=title,
            start=start,
            end=end,
            page=self.page,
            scale=6,
            unit="USD",
            row_headers=tuple((row[0],) for row in (head, *rows)),
            column_headers=tuple((name,) if name else () for name in head),
            cells=tuple(cells),
        )
        self.tables += 1
        self.blocks[-1] = self.blocks[-1].model_copy(update={"table": view})

    def find(self, quote: str) -> tuple[int, int]:
        """Where a quote stands that occurs once."""
        assert self.text.count(quote) == 1, quote
        start = self.text.index(quote)
        return start, start + len(quote)


def acme() -> Draft:
    """A made-up annual report of some 40 pages of text with one income statement."""
    draft = Draft()
    draft.page = 1
    draft.add("Acme Instruments Corporation", "heading", 1)
    draft.add("Annual report on Form 10-K for the fiscal year ended December 31, 2023")
    draft.section("Part I", "Item 1", "Business")
    _filler(draft, 80, "Acme makes measuring instruments for laboratories")
    draft.section("Part I", "Item 1A", "Risk Factors")
    draft.add("Supply", "heading", 3)
    draft.add(
        "We buy the optical sensors of our spectrometers from a single supplier in Dresden. "
        "If it could not deliver, we would need nine to twelve months to qualify another."
    )
    draft.add("• Lead times for application-specific circuits exceed forty weeks.", "list_item")
    _filler(draft, 90, "Demand for our instruments follows the budgets of public laboratories")
    draft.section("Part II", "Item 8", "Financial Statements and Supplementary Data")
    draft.add("Consolidated Statements of Operations", "heading", 3)
    draft.table(
        ("Years ended December 31,", "2023", "2022", "2021"),
        (
            ("Net sales:",),
            ("Products", "$6,120", "$5,480", "$5,033"),
            ("Services", "1,283", "1,101", "964"),
            ("Total net sales", "7,403", "6,581", "5,997"),
            ("Cost of sales", "4,011", "3,702", "3,395"),
            ("Gross margin", "3,392", "2,879", "2,602"),
            ("Research and development", "(911)", "(806)", "(748)"),
            ("Operating income", "1,644", "1,322", "1,138"),
            ("Net income", "$1,297", "$1,019", "$871"),
        ),
        "Consolidated Statements of Operations",
    )
    draft.add("The accompanying notes are part of these statements.")
    _filler(draft, 40, "Revenue is recognised when control of an instrument passes to the customer")
    return draft


def hostile() -> Draft:
    """A filing whose every text tries to become markup."""
    draft = Draft()
    draft.add(HOSTILE, "heading", 1)
    draft.add(f"Paragraph {HOSTILE} end")
    draft.table(("Of " + HOSTILE, "2023"), ((HOSTILE, "5"),), HOSTILE)
    draft.section(HOSTILE, "Item 1", HOSTILE)
    return draft


def _filler(draft: Draft, count: int, topic: str) -> None:
    for number in range(1, count + 1):
        if number % 12 == 0 and draft.page is not None:
            draft.page += 1
        draft.add(
            f"{topic}, note {number} of {count}. The sentences here only fill the pages between the places "
            "that questions are about, as the many pages of a real report do."
        )


@dataclass
class Filing:
    """A filing of the fake store."""

    detail: FilingDetail
    draft: Draft
    facts: tuple[FactView, ...] = ()

    @classmethod
    def made(cls, filing_id: str, company: str, draft: Draft, **fields: Any) -> "Filing":
        """A 10-K of 2023 with one document, unless `fields` say otherwise."""
        content = draft.text.encode()
        document = DocumentView(
            index=0,
            name=fields.pop("name", "acme-20231231.htm"),
            kind="html",
            role="10-K",
            sha256=sha256(content).hexdigest(),
            size=len(content),
            length=len(draft.text),
            pages=draft.page or 0,
            url=fields.get("url"),
        )
        known: dict[str, Any] = {
            "id": filing_id,
            "accession": filing_id,
            "cik": "0000999999",
            "company": company,
            "tickers": ("ACME",),
            "form": "10-K",
            "period_end": date(2023, 12, 31),
            "fiscal_year": 2023,
            "fiscal_period": "FY",
            "filed": date(2024, 2, 20),
            "url": None,
            "sample": False,
            "documents": (document,),
            "facts": 3,
            "passages": len(draft.blocks),
            "warnings": (),
        }
        return cls(FilingDetail.model_validate({**known, **fields}), draft)

    def citation(self, number: int, quote: str, **fields: Any) -> Citation:
        """A citation of a quote that occurs once in the filing."""
        start, end = self.draft.find(quote)
        known: dict[str, Any] = {
            "id": number,
            "filing": self.detail.id,
            "accession": self.detail.accession,
            "company": self.detail.company,
            "cik": self.detail.cik,
            "form": "10-K",
            "period_end": date(2023, 12, 31),
            "section": "Part II, Item 8 › Consolidated Statements of Operations",
            "page": None,
            "fact_id": None,
            "concept": None,
            "table": None,
            "quote": quote,
            "start": start,
            "end": end,
            "sha256": self.detail.documents[0].sha256,
            "url": self.detail.url,
        }
        return Citation.model_validate({**known, **fields})


def window_of(filing: Filing, start: int, limit: int) -> BlockWindow:
    """Blocks from the one that holds, or follows, offset `start`."""
    blocks = filing.draft.blocks
    first = next((i for i, block in enumerate(blocks) if block.end > start), len(blocks))
    last = first + limit
    return BlockWindow(
        filing=filing.detail.id,
        document=0,
        sha256=filing.detail.documents[0].sha256,
        length=len(filing.draft.text),
        blocks=tuple(blocks[first:last]),
        previous=blocks[max(0, first - limit)].start if first > 0 else None,
        next=blocks[last].start if last < len(blocks) else None,
    )


def facts_of(filing: Filing) -> tuple[FactView, ...]:
    rows = (
        ("us-gaap:Revenues", "Revenues", "7403000000", "7,403", ()),
        ("us-gaap:NetIncomeLoss", "Net Income (Loss)", "1297000000", "$1,297", ()),
        (
            "us-gaap:Revenues",
            "Revenues",
            "1283000000",
            "1,283",
            (("srt:ProductOrServiceAxis", "us-gaap:ServiceMember"),),
        ),
    )
    return tuple(
        FactView(
            filing=filing.detail.id,
            document=0,
            concept=concept,
            label=label,
            value=value,
            text=None,
            unit="USD",
            decimals=-6,
            start_date=date(2023, 1, 1),
            end_date=date(2023, 12, 31),
            dimensions=dimensions,
            context_id="c-1",
            fact_id=None,
            nil=False,
            start=filing.draft.find(quote)[0],
            end=filing.draft.find(quote)[1],
            url=None,
        )
        for concept, label, value, quote, dimensions in rows
    )
