"""Rows of a printed table: labels with the lines they wrap over, captions above them, and their values."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from finchat_sec_qa.parse.plain import Line
from finchat_sec_qa.parse.printed.values import Printed, Run, find_runs

_GOES_ON = re.compile(
    r"(?:[,;&/]|(?<=[a-z])[-–]|\b(?:a|an|and|as|at|by|for|from|in|including|less|net|of|on|or|per|than|the|to|with"
    r"|attributable|before|used|provided))$",
    re.IGNORECASE,
)
_CAPTION_INSIDE = re.compile(r":\s+(?=[A-Z])")
_NO_CAPTION = re.compile(r"\b(?:less|add|plus|deduct|par value|stated value)\b[^:]*$", re.IGNORECASE)
_ENDS_PART = re.compile(r"^(?:total|net cash)\b", re.IGNORECASE)
MAX_LABEL = 300

Values = tuple[Printed | None, ...]
Fit = Callable[[Line, Run], Values | None]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a label at [start, end) of the document's text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A printed row: its label ("" where none is printed), the captions above it, and one value a column,
    None where the column is left blank.

    `start` and `end` are of the label in the document's text, `base` is the offset of the line that the
    places of `values` count from.
    """

    captions: tuple[str, ...]
    label: str
    start: int
    end: int
    base: int
    values: tuple[Printed | None, ...]

    @property
    def last(self) -> int:
        """The offset behind its last value."""
        return self.base + max((value.end for value in self.values if value is not None), default=0)


@dataclass(slots=True)
class _Captions:
    """The captions over the next row: a major one ("ASSETS") and a minor one ("Current assets:")."""

    major: str = ""
    minor: str = ""

    def enter(self, names: Sequence[str]) -> None:
        """Captions that stand one below the other."""
        for name in names:
            if name.isupper() or (len(names) > 1 and name is names[0]):
                self.major, self.minor = name, ""
            else:
                self.minor = name

    def path(self) -> tuple[str, ...]:
        return tuple(name for name in (self.major, self.minor) if name)

    def after(self, label: str) -> None:
        """A total ends the part that it sums up: "Total current assets" the current assets."""
        if not _ENDS_PART.match(label):
            return
        of = label.lower().removeprefix("total").strip()
        if of in self.major.lower() or not self.minor:
            self.major = ""
        self.minor = ""


@dataclass(slots=True)
class RowReader:
    """Reads the lines of one table of `count` value columns, from the first line below its headings on.

    `fit` gives a run's values by column where a row may leave columns blank.
    """

    count: int
    fit: Fit | None = None
    captions: _Captions = field(default_factory=_Captions)
    pending: list[Piece] = field(default_factory=list)
    begun: bool = False

    def caption(self, text: str, start: int) -> None:
        """Words between the headings and the first row."""
        if text:
            self.pending.append(Piece(text, start, start + len(text)))

    def read(self, lines: Sequence[Line]) -> Iterator[Row]:
        """The rows in order; a line may hold several, and values may stand below their label."""
        for line in lines:
            at = 0
            for run in find_runs(line.text):
                values = self._fitted(line, run)
                if values is None or not _row_ends(line.text[run.end :]):
                    continue
                given = [value for value in values if value is not None]
                own = line.text[at : given[0].start]
                if self.begun or own.strip() or not all(value.year for value in given):
                    yield self._row(line, at, own, values)
                at = run.end  # years alone before the first row are headings
            self._leave(line, at)

    def _fitted(self, line: Line, run: Run) -> Values | None:
        return self.fit(line, run) if self.fit is not None else run.fitted(self.count)

    def _leave(self, line: Line, at: int) -> None:
        """Keep what stands behind the last row of a line: the label of the next, or a caption."""
        rest = line.text[at:].strip()
        if not rest:
            return
        start = line.start + line.text.index(rest, at)
        self.pending.append(Piece(rest, start, start + len(rest)))

    def _row(self, line: Line, at: int, own: str, values: Values) -> Row:
        """The row that ends in `values`; `own` is what stands before them in their line from `at` on."""
        self.begun = True
        text = own.strip()
        start = line.start + at + len(own) - len(own.lstrip())
        pieces = [Piece(text, start, start + len(text))] if text else []
        while self.pending and _joins(self.pending[-1], pieces):
            pieces.insert(0, self.pending.pop())
        self.captions.enter(_captions(self.pending))
        self.pending.clear()
        label = " ".join(piece.text for piece in pieces)
        begin = min(value.start for value in values if value is not None)
        first = pieces[0].start if pieces else line.start + begin
        last = pieces[-1].end if pieces else first
        inside = list(_CAPTION_INSIDE.finditer(label))
        if inside and not _NO_CAPTION.search(label[: inside[-1].start()]):
            self.captions.enter([label[: inside[-1].start()]])
            label = label[inside[-1].end() :]
        row = Row(self.captions.path(), label[:MAX_LABEL], first, last, line.start, values)
        self.captions.after(label)
        return row


def _row_ends(rest: str) -> bool:
    """Whether what follows values in their line may be the label of another row, no rest of this one's."""
    rest = rest.strip()
    return not rest or rest[0].isupper() or rest[0] in "(•"


def _joins(above: Piece, pieces: Sequence[Piece]) -> bool:
    """Whether the line above is the beginning of the label that `pieces` end."""
    if above.text.endswith(":"):
        return False
    if not pieces:
        return True
    below = pieces[0].text
    opened = above.text.count("(") > above.text.count(")")
    return bool(
        opened or below[0].islower() or below[0].isdigit() or below[0] in ")$" or _GOES_ON.search(above.text)
    )


def _captions(pieces: Sequence[Piece]) -> list[str]:
    """Captions from the lines between two rows; one may wrap."""
    names: list[str] = []
    for piece in pieces:
        text = piece.text.rstrip(":").strip()
        if names and (piece.text[0].islower() or _GOES_ON.search(names[-1])):
            names[-1] = f"{names[-1]} {text}"
        elif text and not _NO_CAPTION.fullmatch(text):
            names.append(text)
    return [name[:MAX_LABEL] for name in names[-3:]]
