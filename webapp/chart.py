"""A table's metrics as charts: where each point stands, what it says, and where it leads. Nothing is computed
but places on the picture.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from finchat_sec_qa.model.figure_table import FigureCell, FigureRow, FigureTable
from webapp.figures import amount

WIDTH, HEIGHT = 480, 280
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 16, 34
MOST_LABELS = 8  # period names below the axis; more would touch each other on a phone
STYLES = 8  # colours and shapes; later companies repeat them with dashed lines
SCALES = ((12, "trillion"), (9, "billion"), (6, "million"), (3, "thousand"))
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
# Marks around (0, 0), so that companies are told apart without colour.
SHAPES = (
    "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z",
    "M-4.5 -4.5h9v9h-9Z",
    "M0 -6L5.5 4.5h-11Z",
    "M0 -6.5L6 0L0 6.5L-6 0Z",
    "M0 6L5.5 -4.5h-11Z",
    "M-6 -2h4v-4h4v4h4v4h-4v4h-4v-4h-4Z",
    "M-5 -3L0 -6L5 -3V3L0 6L-5 3Z",
    "M-6 -3.5h12v7h-12Z",
)
# No figure of a filing is beyond these; what a hostile one tags would break the arithmetic of a picture.
LARGEST, SMALLEST = Decimal(10) ** 30, 1e-30
Linker = Callable[[FigureCell], str]


@dataclass(frozen=True, slots=True)
class Point:
    """A number's place; `text` says company, period and number, `href` leads to its proof."""

    x: float
    y: float
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """One company's points; `runs` are the stretches between gaps, as SVG points."""

    name: str
    style: int
    dashed: bool
    shape: str
    points: tuple[Point, ...]
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One metric of all companies. `zero` is where the value 0 stands, `summary` says all in words."""

    title: str
    unit: str
    summary: str
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[Tick, ...]
    zero: float
    missing: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture's units."""
        return WIDTH, HEIGHT


def charts_of(table: FigureTable, link: Linker) -> tuple[Chart, ...]:
    """A chart for each metric and unit that has a number, in the order of the table."""
    drawn = [row for row in table.rows if row.role not in ("subtotal", "sum")]
    units = {id(row): _unit_of(row) for row in drawn}
    groups: dict[tuple[str, str], list[FigureRow]] = {
        (_title(row), units[id(row)]): [] for row in drawn if units[id(row)]
    }
    for row in drawn:  # a company without any number is told of in the metric's first chart
        empty = not any(cell.number for cell in row.cells)
        key = next(
            (key for key in groups if key[0] == _title(row) and (empty or units[id(row)] == key[1])), None
        )
        if key is not None:
            groups[key].append(row)
    return tuple(_chart(table, label, unit, rows, link) for (label, unit), rows in groups.items())


def _title(row: FigureRow) -> str:
    """What the chart of a row is called: parts of companies share one, beside their total."""
    if row.part:
        return f"{row.label.removesuffix(f': {row.part}')} by part"
    return f"{row.label} by part" if row.role == "total" else row.label


def _name(table: FigureTable, row: FigureRow) -> str:
    """What a row's line is called: its company, its part where that is what tells lines apart."""
    if len(table.companies) > 1 or not (row.part or row.role == "total"):
        return f"{row.company}, {row.part}" if row.part else row.company
    return row.part or "total"


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all lines of a chart share: the periods, the power of ten of its numbers, and its ends."""

    periods: tuple[str, ...]
    power: int
    low: float
    high: float
    link: Linker

    def height(self, value: float) -> float:
        """Where a value stands, from the top."""
        return round(TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM), 1)

    def across(self, at: int) -> float:
        """Where a period stands, from the left."""
        return round(LEFT + (at + 0.5) * (WIDTH - LEFT - RIGHT) / len(self.periods), 1)

    def line(self, row: FigureRow, name: str, place: int) -> Line:
        """A row's points, parted where a number is missing."""
        points: list[Point] = []
        runs: list[list[str]] = [[]]
        for at, (cell, period) in enumerate(zip(row.cells, self.periods, strict=True)):
            if cell.number is None:
                runs.append([])
                continue
            x, y = self.across(at), self.height(float(Decimal(cell.number).scaleb(-self.power)))
            how = " (computed)" if cell.status == "computed" else ""
            text = f"{name}, {period}: {amount(cell.number, cell.unit or '').short}{how}"
            points.append(Point(x, y, text, self.link(cell)))
            runs[-1].append(f"{x},{y}")
        return Line(
            name=name,
            style=place % STYLES,
            dashed=place >= STYLES,
            shape=SHAPES[place % STYLES],
            points=tuple(points),
            runs=tuple(" ".join(run) for run in runs if len(run) > 1),
        )

    def labels(self) -> tuple[Tick, ...]:
        """The periods' names, where there are many only every second, third …; always the last."""
        every, last = math.ceil(len(self.periods) / MOST_LABELS), len(self.periods) - 1
        return tuple(
            Tick(self.across(at), period)
            for at, period in enumerate(self.periods)
            if (last - at) % every == 0
        )


def _chart(table: FigureTable, label: str, unit: str, rows: Sequence[FigureRow], link: Linker) -> Chart:
    numbers = [Decimal(cell.number) for row in rows for cell in row.cells if cell.number is not None]
    power, word = _scale(max(abs(number) for number in numbers), unit)
    ends = (float(end.scaleb(-power)) for end in (min(numbers), max(numbers)))
    steps = nice_ticks(min(0.0, next(ends)), max(0.0, next(ends)))
    periods = tuple(column.label for column in table.columns)
    frame = _Frame(periods, power, steps[0], steps[-1], link)
    names, parts = [_name(table, row) for row in rows], any(row.part for row in rows)
    return Chart(
        title=label,
        unit=_unit_words(unit, word),
        summary=_summary(label, list(zip(names, rows, strict=True)), periods),
        lines=tuple(
            frame.line(row, name, place if parts else table.companies.index(row.company))
            for place, (name, row) in enumerate(zip(names, rows, strict=True))
        ),
        ticks=tuple(Tick(frame.height(step), f"{step:,.10g}".replace("-", "−")) for step in steps),
        labels=frame.labels(),
        zero=frame.height(0),
        missing=sum(cell.number is None for row in rows for cell in row.cells),
    )


def nice_ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round numbers, evenly apart, from at most `low` to at least `high`; 0 to 1 where both are alike."""
    if high - low < SMALLEST:
        low, high = 0.0, 1.0
    rough = (high - low) / wanted
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _scale(largest: Decimal, unit: str) -> tuple[int, str]:
    """(power of ten, its word) for amounts and counts; ratios and percentages stay as they are."""
    if unit in SYMBOLS or unit == "shares" or (len(unit) == 3 and unit.isupper()):
        for power, word in SCALES:
            if largest >= Decimal(10) ** power:
                return power, word
    return 0, ""


def _unit_of(row: FigureRow) -> str:
    """The row's unit, "" where it has no number that can be drawn."""
    if any(cell.number and Decimal(cell.number).copy_abs() > LARGEST for cell in row.cells):
        return ""
    return next((cell.unit for cell in row.cells if cell.unit), "")


def _unit_words(unit: str, word: str) -> str:
    shown = {"USD": "US dollars", "USD/shares": "US dollars per share"}.get(unit, unit)
    return f"{word} {shown}".strip()


def _summary(label: str, rows: Sequence[tuple[str, FigureRow]], periods: Sequence[str]) -> str:
    """Each line's first and last number in words, for those who do not see it."""
    told = []
    for name, row in rows:
        known = [(period, cell) for period, cell in zip(periods, row.cells, strict=True) if cell.number]
        if not known:
            told.append(f"{name}: no number.")
            continue
        ends = [known[0], known[-1]] if len(known) > 1 else known
        texts = [f"{amount(cell.number or '', cell.unit or '').short} in {period}" for period, cell in ends]
        told.append(f"{name}: {' and '.join(texts)}.")
    return f"{label}. {' '.join(told)} The table below has every number."
