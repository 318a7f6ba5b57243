"""What heads the columns of a table of the notes: a period, a name, or both."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from finchat_sec_qa.facts.printed.periods import column_periods
from finchat_sec_qa.model.document import Table
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.heading import TOKEN, only_heading, read_heading
from finchat_sec_qa.model.period import Period

NEAR = 250  # characters above a table that may name its only period
_FILL = re.compile(r"^\W*(?:(?:as of|at|for the|ended|fiscal|and|of)\b\W*)+|[\s,;:|–—-]+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Headed:
    """A column: its number, what names it, and the words of its period ("" where it has none)."""

    column: int
    name: str
    period: str


def headed_columns(table: Table) -> list[Headed]:
    """The columns of values that have any heading."""
    found: list[Headed] = []
    for column, path in enumerate(table.column_headers):
        if not column or not path:
            continue
        dated = " ".join(piece for piece in path if TOKEN.search(piece))
        names = [_name(piece) for piece in path if not only_heading(piece)]
        found.append(Headed(column, " ".join(name for name in names if name), dated))
    return found


def _name(piece: str) -> str:
    return _FILL.sub("", TOKEN.sub(" ", piece)).strip()


def periods_of(
    table: Table, columns: Sequence[Headed], above: str, filing: Filing, *, instant: bool
) -> dict[int, Period]:
    """The period of each of some columns of one name; those without one are left out."""
    wanted = {one.column for one in columns}
    headings = tuple(
        path if not column or column in wanted else () for column, path in enumerate(table.column_headers)
    )
    return column_periods(replace(table, column_headers=headings), above, filing, instant=instant)


def period_over(
    table: Table, texts: Sequence[str], above: str, filing: Filing, *, instant: bool
) -> Period | None:
    """The one period that the first of `texts` names which names any; else that of the text right above."""
    for text in (*texts, " ".join(table.column_headers[0] if table.column_headers else ()), above[-NEAR:]):
        moments = set(read_heading(text).moments)
        if len(moments) > 1:
            return None
        if moments:
            alone = replace(table, column_headers=((), (text,)))
            return column_periods(alone, above, filing, instant=instant).get(1)
    return None


def by_name(columns: Sequence[Headed]) -> Mapping[str, list[Headed]]:
    """Columns of periods under one name: "" where only periods head them."""
    found: dict[str, list[Headed]] = {}
    for one in columns:
        if one.period:
            found.setdefault(one.name, []).append(one)
    return found


def by_period(columns: Sequence[Headed]) -> Mapping[str, list[Headed]]:
    """Named columns under one period: "" where captions or the text above tell it."""
    found: dict[str, list[Headed]] = {}
    for one in columns:
        if one.name:
            found.setdefault(one.period, []).append(one)
    return found
