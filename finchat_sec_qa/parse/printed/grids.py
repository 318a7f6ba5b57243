"""Tables whose columns are headed by names, not periods: segments, parts of equity, kinds of amounts.

Their rows may leave columns blank and their headings run over several lines, so that only the places of the
words on the page tell what belongs together.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from finchat_sec_qa.model.heading import TOKEN, Heading, only_heading, read_heading
from finchat_sec_qa.parse.plain import Line
from finchat_sec_qa.parse.printed.regions import Region, is_sentence, is_statement_title
from finchat_sec_qa.parse.printed.rows import Row, RowReader, Values
from finchat_sec_qa.parse.printed.shapes import Box, Columns, Shapes, find_columns, group_headings, headings
from finchat_sec_qa.parse.printed.values import Printed, Run, find_runs
from finchat_sec_qa.parse.units import is_note

MAX_HEAD = 30  # lines of headings that wrap
MAX_COLUMNS = 12
MIN_ROWS = 2
PROSE = 8  # words of a line of prose
SAMPLE = 8  # rows that show where the columns stand
_SCALE = re.compile(r"thousands|millions|billions", re.IGNORECASE)
_OPEN = re.compile(r"(?:[/&,-]|\b(?:and|or|of|the|for))$|\d,\d|\d \d", re.IGNORECASE)  # no whole name
_COMPANY = re.compile(r"\bsubsidiaries\b|,? \b(?:inc\.|incorporated|corporation|plc)$", re.IGNORECASE)
_DAY = re.compile(r"\b[a-z]{3,9}\.?\s+\d{1,2},\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows below named columns: the path of headings of each column of values, and where these stand."""

    names: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    places: Columns
    start: int


def read_grid(region: Region, shapes: Shapes, above: Grid | None) -> Grid | None:
    """The region as a table with named columns, None where it is none or its columns are not certain.

    `above` is the grid before it on the page, whose names go on where the region has a period only.
    """
    head = _head(region)
    heading = read_heading(" ".join(line.text for line in head))
    if len(set(heading.moments)) > 1:
        return None
    found = _named(region, head, shapes, above)
    if found is None:
        return None
    names, columns = found
    count = len(names)
    reader = RowReader(count, _Fit(shapes, columns, count))
    for line in _captions(head, shapes, columns):
        reader.caption(line.text, line.start)
    rows = tuple(reader.read(region.body))
    if len(rows) < MIN_ROWS:
        return None
    period = _period(heading)
    paths = ((), *((*period, name) for name in names))
    start = head[0].start if head else region.body[0].start
    return Grid(names, paths, rows, columns, start)


def names_over(region: Region, shapes: Shapes, count: int, size: int) -> list[str]:
    """What stands over each of `count` columns beside its period, over `size` of them at a time; [] where
    that is open.

    For tables that print the same years twice, below "Net revenue" and below "Operating profit".
    """
    runs = [(line, run) for line in region.body for run in find_runs(line.text)[-1:]]
    columns = _columns(runs, shapes, count)
    if columns is None:
        return []
    lines = [boxes for line in _head(region) if (boxes := _words(line, shapes, columns))]
    return group_headings(lines, columns, size)


def _head(region: Region) -> list[Line]:
    """The lines of headings over the first row, from the title or the sentence above them on."""
    head: list[Line] = []
    lines = region.above[-MAX_HEAD:]
    for at in range(len(lines) - 1, -1, -1):
        text = lines[at].text
        if is_sentence(text) or is_statement_title(text) or _is_prose(text):
            break
        if text.endswith((".", ":")) and at and _is_prose(lines[at - 1].text):
            break
        head.insert(0, lines[at])
    return head


def _is_prose(text: str) -> bool:
    """Whether a line reads on like a sentence: many words, most of them small; or is a company's name."""
    if _COMPANY.search(text):
        return True
    words = [word for word in text.split() if word[0].isalpha()]
    return len(words) >= PROSE and sum(word[0].islower() for word in words) * 2 > len(words)


def _period(heading: Heading) -> tuple[str, ...]:
    """The one period that the headings name, as it is printed."""
    if not heading.moments:
        return ()
    span = heading.spans[-1] if len({span.lower() for span in heading.spans}) == 1 else ""
    return (f"{span} {heading.moments[0].text}".strip(),)


def _named(
    region: Region, head: Sequence[Line], shapes: Shapes, above: Grid | None
) -> tuple[tuple[str, ...], Columns] | None:
    """The names of the columns and their places: of as many as the longest rows have."""
    runs = [(line, run) for line in region.body for run in find_runs(line.text)[-1:]]
    sizes = Counter(len(_given(line, run)) for line, run in runs)
    count = max((size for size, times in sizes.items() if times > 1), default=0)
    columns = _columns(runs, shapes, count) if 2 <= count <= MAX_COLUMNS else None
    if columns is None:
        return None
    names = _names(head, shapes, columns)
    if not any(names) and above is not None and _aligned(above.places, columns):
        names = above.names
    certain = len(set(names)) == count and all(names) and not any(_OPEN.search(name) for name in names)
    return (names, columns) if certain else None


def _columns(runs: Sequence[tuple[Line, Run]], shapes: Shapes, count: int) -> Columns | None:
    """Where the columns stand, by the rows that fill all of them."""
    sample: list[Sequence[Box]] = []
    for line, run in runs:
        values = _given(line, run)
        if len(values) == count and not all(value.year for value in values):
            boxes = shapes.boxes(line, [(value.start, value.end) for value in values])
            if boxes is not None:
                sample.append(boxes)
        if len(sample) == SAMPLE:
            break
    return find_columns(sample) if len(sample) > 1 else None


def _given(line: Line, run: Run) -> list[Printed]:
    """The values of a run without what may be footnote marks, and without the year of a date in the label."""
    values = [value for value in run.values if not value.mark]
    if values and values[0].year and _DAY.search(line.text[: values[0].start]):
        return values[1:]
    return values


class _Fit:
    """Puts the values of a run in their columns: by number where all are filled, else by their places."""

    def __init__(self, shapes: Shapes, columns: Columns, count: int) -> None:
        self._shapes = shapes
        self._columns = columns
        self._count = count

    def __call__(self, line: Line, run: Run) -> Values | None:
        given = _given(line, run) or list(run.values)
        boxes = self._shapes.boxes(line, [(value.start, value.end) for value in given])
        if boxes is None:
            return None
        placed: dict[int, int] = {}
        for at, box in enumerate(boxes):
            column = self._columns.at(box)
            if column is None and not placed:
                continue  # a number that ends the label
            if column is None or (placed and column <= max(placed)):
                return None
            placed[column] = at
        if not placed:
            return None
        return tuple(given[placed[column]] if column in placed else None for column in range(self._count))


def _names(head: Sequence[Line], shapes: Shapes, columns: Columns) -> tuple[str, ...]:
    """What is printed over each column, without periods and notes of the scale."""
    lines = [boxes for line in head if (boxes := _words(line, shapes, columns))]
    return tuple(headings(lines, columns))


def _words(line: Line, shapes: Shapes, columns: Columns) -> list[Box]:
    """The words of a line that stand over columns of values, not over the labels."""
    if only_heading(line.text):
        return []
    boxes = shapes.boxes(line, list(_word_spans(line.text))) or []
    over = [box for box in boxes if columns.over(box.left, box.right)]
    if len(over) < len(boxes) and line.text.endswith((":", ".")):
        return []  # a sentence that runs on over the columns
    noted = is_note(line.text) and any(_SCALE.search(box.text) for box in over)
    return [] if noted else over


def _word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Each word but those of periods."""
    barred = [(found.start(), found.end()) for found in TOKEN.finditer(text)]
    at = 0
    for word in text.split(" "):
        start, end = at, at + len(word)
        at = end + 1
        if word and not any(start < last and first < end for first, last in barred):
            yield start, end


def _captions(head: Sequence[Line], shapes: Shapes, columns: Columns) -> Iterator[Line]:
    """The lines below the headings that stand over the labels only."""
    heads = [at for at, line in enumerate(head) if _words(line, shapes, columns) or only_heading(line.text)]
    for line in head[heads[-1] + 1 if heads else 0 :]:
        if not is_note(line.text):
            yield line


def _aligned(one: Columns, other: Columns) -> bool:
    if len(one.rights) != len(other.rights):
        return False
    slack = min(one.pitch, other.pitch) / 4
    return all(abs(a - b) <= slack for a, b in zip(one.rights, other.rights, strict=True))
