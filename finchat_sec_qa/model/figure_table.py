"""The table contract: series, comparisons and statements as every way in returns them. "finchat.table/1".

A table is rows of cells under columns. Every number has an address: a reported cell names the citation that
proves it, a computed one its formula over operands that do, and a cell without a number says why. Numbers are
decimal strings in base units, dates ISO 8601. The same store and request give the same bytes.
"""

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from finchat_sec_qa.model.answer import (
    Alternate,
    Calculation,
    Citation,
    Contract,
    Number,
    PeriodView,
    Refusal,
    RefusalReason,
)
from finchat_sec_qa.model.table_request import CompareRequest, SeriesRequest, StatementRequest

TABLE_SCHEMA: Final = "finchat.table/1"

TableKind = Literal["series", "comparison", "statement"]
RowRole = Literal["figure", "subtotal", "total", "sum"]
CellStatus = Literal["reported", "computed", "missing"]


class Gap(Contract):
    """Why a cell has no number."""

    reason: RefusalReason
    message: str


class FigureCell(Contract):
    """One cell. Which fields are filled follows from `status`.

    reported   number, unit, period and `citation`, the id of the citation that proves it; `printed` is what a
               statement prints in its place, and `fact_value` the XBRL fact's own value where the statement
               prints it with the other sign (payments in brackets)
    computed   number, unit, period and `calculation`, whose operands name their citations
    missing    `gap`
    """

    status: CellStatus
    number: Number | None = None
    unit: str | None = None
    period: PeriodView | None = None
    citation: int | None = None
    printed: str | None = None
    fact_value: Number | None = None
    calculation: Calculation | None = None
    alternates: tuple[Alternate, ...] = ()
    gap: Gap | None = None


class FigureColumn(Contract):
    """A column: `key` is unique in the table ("FY2024"), `label` what stands above it."""

    key: str
    label: str


class FigureRow(Contract):
    """A row; `cells` stand under the table's columns, and a caption has none.

    company  whose figures they are
    metric   key of the lexicon or of a formula, or an XBRL concept; "" where a statement's row has no fact
    label    as a table prints it; in a statement the company's own words
    path     captions above the row, outermost first; only in statements
    part     the company's name for the segment, product or region that the row is of; "" for the whole
    axis     "segment", "product" or "region"; "" for the whole, and for a part on several of them
    role     in a table by parts: "subtotal" of other parts, the "total" as the company reports it, the
             "sum" of the parts, which is its witness
    """

    company: str
    metric: str
    label: str
    path: tuple[str, ...] = ()
    part: str = ""
    axis: str = ""
    role: RowRole = "figure"
    cells: tuple[FigureCell, ...] = ()


class Absent(Contract):
    """A company that was asked for and is not in the store; its cells say so too."""

    company: str
    reason: RefusalReason = "not_in_store"
    message: str


class FigureTable(Contract):
    """Figures in rows and columns. `notes` are plain sentences that a reader needs to compare them.

    `request` is what was asked for, from which and the store's content the id follows.
    `refusal` is set where no cell has a number: the stored filings do not give what was asked for. `absent`
    are companies of a comparison that the store does not hold, while it holds others.
    """

    schema_: Annotated[Literal["finchat.table/1"], Field(alias="schema")] = TABLE_SCHEMA
    id: str
    kind: TableKind
    request: SeriesRequest | CompareRequest | StatementRequest | None = None
    title: str
    companies: tuple[str, ...]
    columns: tuple[FigureColumn, ...]
    rows: tuple[FigureRow, ...]
    citations: tuple[Citation, ...]
    notes: tuple[str, ...] = ()
    refusal: Refusal | None = None
    absent: tuple[Absent, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    def to_json(self) -> str:
        """One line of JSON with fields in the order of the contract; equal tables give equal bytes."""
        return self.model_dump_json(by_alias=True)
