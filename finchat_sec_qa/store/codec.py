"""Model values as rows of the database, and back. What goes in comes out equal."""

import json
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, TypeVar, cast, overload

from finchat_sec_qa.errors import StoreCorruptError
from finchat_sec_qa.model.document import Anchor, Block, Cell, Page, ParsedDocument, Section, Table
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing, StoredDocument
from finchat_sec_qa.model.passage import Passage
from finchat_sec_qa.model.period import FiscalPeriodName, Period

Row = Sequence[Any]
Item = TypeVar("Item")
_LINES = frozenset({"blocks", "tables"})  # parts kept as lines, one a value
_CHECK = "`finchat store check` says of which filing"
_LINE_COST = 57  # bytes of a string beside its characters, and of its place in a list
_PACKING = 1  # zlib level: a fifth of the time of the default for a tenth more bytes

FILING_COLUMNS = (
    "id, accession, cik, company, tickers, former_names, form, period_end, fiscal_year, fiscal_period,"
    " fiscal_year_end, filed, url, sample"
)
DOCUMENT_COLUMNS = "document, name, kind, role, sha256, size, length"
FACT_COLUMNS = (
    "concept, start_date, end_date, value, text, unit, decimals, scale, dimensions, context_id, fact_id, nil,"
    ' document, start, "end"'
)
PASSAGE_COLUMNS = 'document, start, "end", page, section, heading, kind'


def filing_row(filing: Filing) -> Row:
    """Values for FILING_COLUMNS."""
    return (
        filing.id,
        filing.accession,
        filing.cik,
        filing.company,
        json.dumps(filing.tickers),
        json.dumps(filing.former_names),
        filing.form,
        _day(filing.period_end),
        filing.fiscal_year,
        filing.fiscal_period,
        filing.fiscal_year_end,
        _day(filing.filed),
        filing.url,
        int(filing.sample),
    )


def filing_from(row: Row) -> Filing:
    """The filing in FILING_COLUMNS."""
    return Filing(
        id=row[0],
        accession=row[1],
        cik=row[2],
        company=row[3],
        tickers=tuple(json.loads(row[4])),
        former_names=tuple(json.loads(row[5])),
        form=row[6],
        period_end=_date(row[7]),
        fiscal_year=row[8],
        fiscal_period=cast("FiscalPeriodName | None", row[9]),
        fiscal_year_end=row[10],
        filed=_date(row[11]),
        url=row[12],
        sample=bool(row[13]),
    )


def document_row(index: int, document: ParsedDocument) -> Row:
    """Values for DOCUMENT_COLUMNS."""
    return (
        index,
        document.name,
        document.kind,
        document.role,
        document.sha256,
        document.size,
        len(document.text),
    )


def document_from(filing: str, row: Row) -> StoredDocument:
    """The document in DOCUMENT_COLUMNS."""
    return StoredDocument(filing, *row)


def fact_row(fact: Fact) -> Row:
    """Values for FACT_COLUMNS."""
    return (
        fact.concept,
        _day(fact.period.start),
        fact.period.end.isoformat(),
        None if fact.value is None else str(fact.value),
        fact.text,
        fact.unit,
        fact.decimals,
        fact.scale,
        dimensions_text(fact.dimensions),
        fact.context_id,
        fact.fact_id,
        int(fact.nil),
        fact.document,
        fact.start,
        fact.end,
    )


def fact_from(row: Row) -> Fact:
    """The fact in FACT_COLUMNS."""
    return Fact(
        concept=row[0],
        period=_period(row[1], row[2]),
        value=None if row[3] is None else Decimal(row[3]),
        text=row[4],
        unit=row[5],
        decimals=row[6],
        scale=row[7],
        dimensions=_dimensions(row[8]),
        context_id=row[9],
        fact_id=row[10],
        nil=bool(row[11]),
        document=row[12],
        start=row[13],
        end=row[14],
    )


def passage_row(passage: Passage) -> Row:
    """Values for PASSAGE_COLUMNS."""
    return (
        passage.document,
        passage.start,
        passage.end,
        passage.page,
        passage.section,
        passage.heading,
        passage.kind,
    )


def passage_from(row: Row) -> Passage:
    """The passage in PASSAGE_COLUMNS."""
    return Passage(*row)


@lru_cache(maxsize=4096)
def dimensions_text(dimensions: tuple[tuple[str, str], ...]) -> str:
    """Dimensions as they stand in a row; equal ones give equal text."""
    return json.dumps(dimensions, separators=(",", ":"))


@lru_cache(maxsize=4096)
def _dimensions(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((axis, member) for axis, member in json.loads(text))


@lru_cache(maxsize=4096)
def _period(start: str | None, end: str) -> Period:
    return Period(_date(start), date.fromisoformat(end))


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


PARTS = ("blocks", "tables", "sections", "pages", "anchors", "warnings")
"""What a document has in lists; each is kept as one packed body."""


def layout_bodies(document: ParsedDocument) -> list[tuple[str, bytes]]:
    """(part, body) for every part that is not empty."""
    parts: dict[str, list[Any]] = {
        "blocks": [(b.kind, b.start, b.end, b.level, b.table) for b in document.blocks],
        "tables": [_table_list(table) for table in document.tables],
        "sections": [(s.part, s.item, s.title, s.start, s.end, s.warning) for s in document.sections],
        "pages": [(p.number, p.start, p.end, p.label) for p in document.pages],
        "anchors": [(a.name, a.start) for a in document.anchors],
        "warnings": list(document.warnings),
    }
    return [(part, _pack(part, parts[part])) for part in PARTS if parts[part]]


class Lazy(Sequence[Item]):
    """Values that are each made from a line of JSON when asked for: a citation wants one table of a hundred.

    Lines take a fifth of the memory that the values do, and the garbage collector does not look into them.
    Raises StoreCorruptError for a line that is no such value.
    """

    def __init__(self, part: str, lines: Sequence[str], make: Callable[[Any], Item]) -> None:
        self._part = part
        self._lines = lines
        self._make = make
        self.cost = sum(map(len, lines)) + _LINE_COST * len(lines)  # bytes in memory

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, at: int | slice) -> Item | tuple[Item, ...]:
        if isinstance(at, slice):
            return tuple(map(self._read, self._lines[at]))
        return self._read(self._lines[at])

    def _read(self, line: str) -> Item:
        try:
            return self._make(json.loads(line))
        except (ValueError, TypeError, IndexError, ArithmeticError) as error:
            raise StoreCorruptError(f"{self._part} cannot be read: {error}; {_CHECK}") from error


class LazyTables(Lazy[Table]):
    """Tables that are found by their start before one is made: that is the first value of a line."""

    @cached_property
    def starts(self) -> Sequence[int]:
        """The offset of each table's first character, rising. Raises StoreCorruptError."""
        return [self._start(line) for line in self._lines]

    def _start(self, line: str) -> int:
        try:
            return int(line[1 : line.index(",")])
        except ValueError as error:
            raise StoreCorruptError(f"{self._part} cannot be read: {error}; {_CHECK}") from error


def layout_from(part: str, body: bytes | None) -> Sequence[Any]:
    """The values of one part in order; empty for None. Raises ValueError for a damaged body."""
    if body is None:
        return ()
    try:
        text = zlib.decompress(body).decode("ascii")
        if part == "tables":
            return LazyTables(part, _lines(text), _table_from)
        if part == "blocks":
            return Lazy(part, _lines(text), _block_from)
        return tuple(map(_READERS[part], json.loads(text)))
    except (zlib.error, TypeError, IndexError, ArithmeticError) as error:
        raise ValueError(f"{part} cannot be read: {error}") from error


def _lines(text: str) -> list[str]:
    """One line a value. The first stores hold one list of all values instead."""
    if text.startswith("[["):
        return [_json(value) for value in json.loads(text)]
    return text.split("\n")


def _pack(part: str, values: list[Any]) -> bytes:
    text = "\n".join(map(_json, values)) if part in _LINES else _json(values)
    return zlib.compress(text.encode("ascii"), _PACKING)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _table_list(table: Table) -> list[Any]:
    return [
        table.start,
        table.end,
        table.title,
        table.scale,
        table.unit,
        table.row_headers,
        table.column_headers,
        [
            (c.row, c.column, c.start, c.end, None if c.value is None else str(c.value), c.unit)
            for c in table.cells
        ],
    ]


def _table_from(row: Row) -> Table:
    return Table(
        start=row[0],
        end=row[1],
        title=row[2],
        scale=row[3],
        unit=row[4],
        row_headers=tuple(map(tuple, row[5])),
        column_headers=tuple(map(tuple, row[6])),
        cells=tuple(map(_cell_from, row[7])),
    )


def _block_from(row: Row) -> Block:
    return Block(*row)


def _cell_from(row: Row) -> Cell:
    value = None if row[4] is None else Decimal(row[4])
    return Cell(row[0], row[1], row[2], row[3], value, row[5])


_READERS: dict[str, Callable[[Any], Any]] = {
    "sections": lambda row: Section(*row),
    "pages": lambda row: Page(*row),
    "anchors": lambda row: Anchor(*row),
    "warnings": str,
}
