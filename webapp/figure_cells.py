"""A table of figures as a page prints it: each number with the address of its proof on this site."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote, urlencode

from finchat_sec_qa.model.answer import Calculation, Citation
from finchat_sec_qa.model.figure_table import FigureCell, FigureTable
from webapp.figures import amount

NOT_DIGITS = re.compile(r"[^0-9.]")
SCALES = ((9, "billions"), (6, "millions"), (3, "thousands"))


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell: its text, all its digits, where it leads, and why it is empty."""

    text: str
    exact: str
    href: str
    gap: str = ""
    restated: tuple[tuple[str, str, str], ...] = ()  # (number, what it is, address)


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row; `depth` counts the captions above it, a caption has no cells."""

    company: str
    label: str
    unit: str
    depth: int
    cells: tuple[PageCell, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        """Why its empty cells are empty."""
        return tuple(cell.gap for cell in self.cells if cell.gap)


@dataclass(frozen=True, slots=True)
class Proof:
    """How a computed cell follows: its calculation with the place of each operand."""

    id: str
    what: str
    result: str
    calculation: Calculation
    places: tuple[str, ...]


class Proofs:
    """The proofs of one table's computed cells, and the address of every cell's proof."""

    def __init__(self, table: FigureTable) -> None:
        self._citations = {citation.id: citation for citation in table.citations}
        self._ids: dict[int, str] = {}
        self.all: tuple[Proof, ...] = tuple(self._proofs(table))

    def href(self, cell: FigureCell) -> str:
        """The place in the filing that prints a reported number; the calculation of a computed one."""
        if cell.citation is not None:
            return self.place(cell.citation)
        return f"#{self._ids[id(cell)]}" if id(cell) in self._ids else ""

    def place(self, citation: int) -> str:
        """The address of a citation's place."""
        return place_of(self._citations[citation])

    def _proofs(self, table: FigureTable) -> list[Proof]:
        made: list[Proof] = []
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=False):
                if cell.calculation is None:
                    continue
                name = f"proof-{len(made) + 1}"
                self._ids[id(cell)] = name
                made.append(
                    Proof(
                        id=name,
                        what=f"{row.company}, {column.label}",
                        result=amount(cell.number or "", cell.unit or "").exact,
                        calculation=cell.calculation,
                        places=tuple(self.place(one.citation) for one in cell.calculation.operands),
                    )
                )
        return made


def place_of(citation: Citation) -> str:
    """The address on this site that leads to a citation's place."""
    query = urlencode({"sha256": citation.sha256, "mark": f"{citation.start}-{citation.end}"})
    return f"/filings/{quote(citation.filing, safe='')}/place?{query}#mark"


def page_rows(table: FigureTable, proofs: Proofs) -> tuple[PageRow, ...]:
    """The table's rows; a statement's numbers are shown as they are printed."""
    return tuple(
        PageRow(
            company=row.company,
            label=row.label,
            unit=_unit(row.cells),
            depth=min(len(row.path), 6),
            cells=tuple(_cell(cell, proofs, printed=table.kind == "statement") for cell in row.cells),
        )
        for row in table.rows
    )


def _cell(cell: FigureCell, proofs: Proofs, *, printed: bool) -> PageCell:
    if cell.number is None:
        return PageCell("—", "", "", gap=cell.gap.message if cell.gap else "")
    shown = amount(cell.number, cell.unit or "")
    restated = tuple(
        (amount(one.value.number, one.value.unit).short, one.label, proofs.place(one.citation))
        for one in cell.alternates
    )
    text = cell.printed if printed and cell.printed else shown.short
    return PageCell(text, shown.exact, proofs.href(cell), restated=restated)


def _unit(cells: Sequence[FigureCell]) -> str:
    """The row's unit with the scale of its printed numbers: "USD millions"."""
    units = " ".join(dict.fromkeys(cell.unit for cell in cells if cell.unit))
    scale = next((word for cell in cells if (word := _scale(cell))), "")
    return f"{units} {scale}".strip()


def _scale(cell: FigureCell) -> str:
    """How many units one printed unit stands for, in words; "" for one, and where it cannot be told."""
    digits = NOT_DIGITS.sub("", cell.printed or "")
    if cell.number is None or not digits.strip("."):
        return ""
    printed, number = Decimal(digits.strip(".")), Decimal(cell.number).copy_abs()
    return next((word for power, word in SCALES if printed and number == printed.scaleb(power)), "")
