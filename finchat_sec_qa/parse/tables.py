"""Tables: which rows head the columns, what each row is called, and what each printed number is worth."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from finchat_sec_qa.model.document import Cell
from finchat_sec_qa.parse.grid import Group, columns_of, covered
from finchat_sec_qa.parse.numbers import PrintedNumber, shift
from finchat_sec_qa.parse.units import Note, is_note, kind_of, read_note

MOST_SHARES = 10**11  # no company has more; a larger count was printed in full
MOST_MONEY = 10**14  # the same for amounts; the largest are notional ones
MAX_CAPTIONS = 8  # levels of captions that are kept above a row
MAX_LABEL = 300  # characters of a header that is kept in a path

_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    r"|\b(?:quarter|months?|weeks?|years?)\b|\bfiscal\b|\b(?:first|second|third|fourth)\b",
    re.IGNORECASE,
)
_NO_CAPTION = re.compile(r"commitments and contingen", re.IGNORECASE)  # an empty line of every balance sheet


@dataclass(slots=True)
class Part:
    """Rows of one table under one set of column headings. Row and column numbers are of the whole table."""

    rows: list[list[Group]]
    first_row: int
    columns: list[tuple[int, int]]
    heads: list[list[Group]] = field(default_factory=list)
    titles: list[Group] = field(default_factory=list)
    body: list[tuple[int, list[Group]]] = field(default_factory=list)


def split_parts(rows: list[list[Group]]) -> list[Part]:
    """Cut a table where new column headings begin below numbers; each part reads as a table of its own."""
    columns = columns_of(rows)
    numeric = any(g.number and not g.year for row in rows for g in row if g.column)
    parts = [Part([], 0, columns)]
    for number, row in enumerate(rows):
        part = parts[-1]
        role = _role(row, part, numeric=numeric)
        if role == "head" and part.body:
            part = Part([], number, columns)
            parts.append(part)
        part.rows.append(row)
        if role == "head":
            part.heads.append(row)
        elif role == "title":
            part.titles.extend(row)
        elif row:
            part.body.append((number, row))
    return parts


def _role(row: list[Group], part: Part, *, numeric: bool) -> str:
    """Say "head", "title" or "body" of a row, given what came before it."""
    if not row:
        return "body"
    values = [group for group in row if group.column]
    if not values:
        return _role_of_label(row[0], part)
    if any(group.number and not group.year for group in values):
        return "body"
    if all(group.header for group in row):
        return "head"
    if not numeric:
        first = not part.body and not part.heads
        return "head" if first and len(row) > 1 and all(group.bold for group in row) else "body"
    if not part.body:
        return "head"
    labelled = row[0].column == 0 and not read_note(row[0].plain)
    dated = all(group.year or _DATE.search(group.plain) for group in values)
    bold = all(group.bold for group in values)
    if labelled:
        return "head" if dated and bold and len(values) > 1 else "body"
    return "head" if dated or bold else "body"


def _role_of_label(label: Group, part: Part) -> str:
    """A row with a label alone: a title over the columns, a note of the scale, or a caption of rows."""
    wide = label.last > part.columns[1][0] if len(part.columns) > 1 else False
    if not part.body and (read_note(label.plain) and len(label.plain) < 120):
        return "title"
    if not part.body and not part.heads and wide and (label.paragraphs[0].centred or len(label.plain) > 60):
        return "title"
    return "body"


# --- paths -----------------------------------------------------------------------------------------------


def column_paths(part: Part) -> tuple[tuple[str, ...], ...]:
    """The headings over each printed column, outermost first, equal neighbours once."""
    paths: list[list[str]] = [[] for _ in part.columns]
    for row in part.heads:
        values = [group for group in row if group.column or len(row) == 1]
        over = [
            [index for index in covered(part.columns, group) if index or not group.column] for group in values
        ]
        for group, indexes in zip(values, over, strict=True):
            text = _label(group)
            for index in indexes:
                if text and (not paths[index] or paths[index][-1] != text):
                    paths[index].append(text)
        if row[0].column == 0 and len(row) > 1:
            paths[0].append(_label(row[0]))
    return tuple(tuple(path) for path in paths)


def without_notes(columns: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Column paths without headings that only state a scale."""
    return tuple(tuple(text for text in path if not is_note(text)) for path in columns)


@dataclass(slots=True)
class _Caption:
    text: str
    indent: float
    rank: tuple[bool, bool, bool]
    deeper: bool = False
    rows: int = 0


class RowPaths:
    """Follows captions and indentation down a table."""

    def __init__(self) -> None:
        self._captions: list[_Caption] = []

    def path(self, row: list[Group]) -> tuple[str, ...]:
        """The header path of the next row: captions above it, then its own label."""
        if not row or row[0].column:
            return tuple(caption.text for caption in self._captions) if row else ()
        label = row[0]
        text, indent = _label(label), round(label.indent, 1)
        if len(row) == 1:
            if _NO_CAPTION.match(text) or is_note(text):
                return (*(caption.text for caption in self._captions), text)
            return self._caption(label, text, indent)
        self._leave(indent)
        for caption in self._captions:
            caption.deeper |= indent > caption.indent
            caption.rows += 1
        path = (*(caption.text for caption in self._captions), text)
        if text.lower().startswith("total"):
            self._captions = [c for c in self._captions if not self._ends(c, text)]
        return path

    def _caption(self, label: Group, text: str, indent: float) -> tuple[str, ...]:
        """A caption replaces those of its own rank that had rows, and lower ones; else it nests."""
        rank = (text.isupper(), label.bold, bool(label.paragraphs[0].centred))
        while self._captions:
            last = self._captions[-1]
            beside = indent == last.indent and (last.rank < rank or (last.rank == rank and last.rows))
            if indent < last.indent or beside:
                self._captions.pop()
            else:
                break
        del self._captions[MAX_CAPTIONS:]
        self._captions.append(_Caption(text, indent, rank))
        return tuple(caption.text for caption in self._captions)

    def _leave(self, indent: float) -> None:
        """Captions end where a row stands left of them, or at their own edge after deeper rows."""
        while self._captions:
            last = self._captions[-1]
            if indent < last.indent or (indent == last.indent and last.deeper):
                self._captions.pop()
            else:
                return

    @staticmethod
    def _ends(caption: _Caption, total: str) -> bool:
        """True when the row "Total current assets" ends "Current assets", or any flat list."""
        return total.lower().removeprefix("total").strip() in caption.text.lower() or not caption.deeper


def _label(group: Group) -> str:
    return group.plain.rstrip(":").strip()[:MAX_LABEL]


# --- values ----------------------------------------------------------------------------------------------


def own_note(part: Part) -> Note | None:
    """The scale that the table's own titles and label headings state."""
    for group in (*part.titles, *(row[0] for row in part.heads)):
        note = read_note(group.plain)
        if note and (group.column == 0 or group in part.titles or len(covered(part.columns, group)) > 2):
            return note
    return None


def printed_currency(part: Part) -> str | None:
    """The first currency that stands beside a number."""
    for row in part.rows:
        for group in row:
            if group.number and group.number.unit and len(group.number.unit) == 3:
                return group.number.unit
    return None


class Values:
    """Turns the printed numbers of one part into values with units, by its notes and headings.

    `note` is what the table or the lines above it state, `usual` what most tables of the document state; the
    latter holds for money only.
    """

    def __init__(
        self,
        part: Part,
        columns: tuple[tuple[str, ...], ...],
        note: Note | None,
        usual: Note | None = None,
        currency: str | None = None,
    ) -> None:
        self._note = note
        self._usual = usual
        self.currency = printed_currency(part) or currency or ("USD" if note and note.dollars else None)
        self._kinds = [_first_kind(path) for path in columns]
        self._notes = [next((n for n in map(read_note, reversed(path)) if n), None) for path in columns]
        self._share_columns = "shares" in self._kinds
        self._percents = _percent_columns(part)

    @property
    def scale(self) -> int:
        """The power of ten of the table's money."""
        note = self._note or self._usual
        return note.scale if note else 0

    def cell(self, row: int, group: Group, path: tuple[str, ...], *, heads: bool) -> Cell:
        """The cell with its value and unit; row labels and column headings have none."""
        start, end = group.start, group.start + len(group.text)
        number = None if heads or not group.column else group.number
        if number is None:
            return Cell(row, group.column, start, end)
        value, unit = self._read(number, group.column, path)
        return Cell(row, group.column, start, end, value, unit)

    def _read(self, number: PrintedNumber, column: int, path: tuple[str, ...]) -> tuple[Decimal, str | None]:
        if number.unit in {"percent", "points"}:
            return shift(number.value, 0), "percent" if number.unit == "percent" else None
        kind = self._kind(number, column, path)
        if kind == "per share":
            return shift(number.value, 0), f"{number.unit or self.currency or 'USD'}/shares"
        if kind == "percent":
            return shift(number.value, 0), "percent"
        scale = 0 if number.scaled or kind == "count" else self._scale(kind, number, column, path)
        unit = {"shares": "shares", "count": None}.get(kind, number.unit or self.currency)
        return shift(number.value, scale), unit

    def _scale(self, kind: str, number: PrintedNumber, column: int, path: tuple[str, ...]) -> int:
        special = (read_note(path[-1]) if path else None) or self._notes[column]
        if special:
            return special.scale
        note = self._note or (self._usual if self.currency and not kind and number.decimals < 2 else None)
        if note is None:  # amounts in millions are not printed to the cent
            return 0
        scale = note.shares if kind == "shares" and note.shares is not None else note.scale
        most = MOST_SHARES if kind == "shares" else MOST_MONEY
        return scale if abs(number.value) * 10**scale < most else 0

    def _kind(self, number: PrintedNumber, column: int, path: tuple[str, ...]) -> str:
        """What the number is: its own label says first, then its column, then the captions above it."""
        own = kind_of(path[-1]) if path else ""
        if own == "shares" and self._share_columns:
            own = ""  # in a table with columns of shares, other columns are money
        kinds = (own, self._kinds[column], *map(kind_of, reversed(path[:-1])))
        for place, kind in enumerate(kinds):
            if kind and _fits(kind, number, place):
                return kind
        if self._note and self._note.per_share and number.decimals == 2 and abs(number.value) < 1000:
            return "per share"  # "except per share amounts", and money in millions has no cents
        return "percent" if column in self._percents else ""


def _fits(kind: str, number: PrintedNumber, place: int) -> bool:
    """True when a number of that kind may be printed so.

    `place` says who claims the kind: 0 its own label, 1 its column, more the captions above.
    """
    if kind == "per share":
        return number.dash or number.decimals > 0 or (place == 1 and abs(number.value) < 1000)
    if number.unit is not None or (kind == "count" and place > 1):
        return False
    return kind != "percent" or number.decimals > 0 or abs(number.value) <= 100


def _first_kind(path: tuple[str, ...]) -> str:
    return next((kind for kind in map(kind_of, reversed(path)) if kind), "")


def _percent_columns(part: Part) -> frozenset[int]:
    """Columns whose first number has a percent sign that others leave out: none is money, none is large."""
    signed: set[int] = set()
    others: set[int] = set()
    for group in (group for _, row in part.body for group in row):
        number = group.number
        if number and number.unit == "percent" and group.column not in others:
            signed.add(group.column)
        elif number and (number.unit or abs(number.value) > 200 or group.column not in signed):
            others.add(group.column)
    return frozenset(signed - others)
