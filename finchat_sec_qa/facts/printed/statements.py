"""The primary statements of a document: which tables print them, and which rows are which figures."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from finchat_sec_qa.facts.calendar import DRIFT
from finchat_sec_qa.facts.printed.labels import plain_label
from finchat_sec_qa.facts.printed.periods import column_periods, said_instead
from finchat_sec_qa.facts.printed.rows import RowRule, StatementKind, row_rules
from finchat_sec_qa.model.document import Cell, ParsedDocument, Table
from finchat_sec_qa.model.filing import Filing
from finchat_sec_qa.model.period import Period

ABOVE = 700  # characters above a table that may tell its title, unit and period
MAX_PAGES = 3  # tables behind the first that may go on with the same statement

# What a statement must print to be one; of each group one row is enough.
NEEDED: dict[StatementKind, tuple[frozenset[str], ...]] = {
    "income": (
        frozenset({"net_income", "net_income_total"}),
        frozenset({"revenue", "operating_income", "income_before_tax", "total_costs"}),
    ),
    "balance": (frozenset({"assets"}), frozenset({"liabilities_and_equity", "equity", "liabilities"})),
    "cash": (frozenset({"cfo"}), frozenset({"cfi", "cff", "capex"})),
}
TITLES: dict[StatementKind, re.Pattern[str]] = {
    "income": re.compile(
        r"statements?\s+of\s+(?:\w+\s+)?(?:income|earnings|operations|(?:net\s+)?loss|profit)"
        r"|(?:income|earnings|operations)\s+statements?",
        re.IGNORECASE,
    ),
    "balance": re.compile(
        r"balance\s+sheets?|statements?\s+of\s+(?:\w+\s+)?financial\s+(?:position|condition)", re.IGNORECASE
    ),
    "cash": re.compile(
        r"statements?\s+of\s+(?:\w+\s+)?cash\s+flows?|cash\s+flows?\s+statements?", re.IGNORECASE
    ),
}
_OTHER = re.compile(
    r"\bparent\b|\bregistrant\b|\bguarantor|\bpro\s+forma\b|\bschedule\b|\bselected\b|\bsupplemental\b"
    r"|\bparenthetical\b|\bsegment|\bsummar(?:y|ized)\b|\bdiscontinued\b|\beffects?\b|\bimpact\b|\bas\s+reported\b"
    r"|\bnon-?gaap\b|\breconciliation\b|\bfinancial\s+services\b|\bcondensed\s+consolidating\b|\bnote\s+\d",
    re.IGNORECASE,
)
_CONSOLIDATED = re.compile(r"\bconsolidated\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A row of a table: its label made plain, with a total's caption where it has none of its own."""

    label: str
    printed: str
    captions: str
    cells: Mapping[int, Cell]


@dataclass(frozen=True, slots=True)
class Statement:
    """A primary statement, or a page of one: its rows and the period of each column."""

    kind: StatementKind
    table: Table
    rows: tuple[PrintedRow, ...]
    periods: Mapping[int, Period]
    score: float


def find_statements(document: ParsedDocument, filing: Filing) -> list[Statement]:
    """The primary statements in order: of each kind and length of columns the likeliest."""
    found: list[Statement] = []
    for index in range(len(document.tables)):
        statement = _statement(document, index, filing)
        if statement is not None:
            found.append(statement)
    best: dict[tuple[StatementKind, int], Statement] = {}
    for statement in found:
        key = (statement.kind, _months(statement))
        if key not in best or statement.score > best[key].score:
            best[key] = statement
    kept = [one for one in best.values() if not any(_contains(other, one) for other in best.values())]
    days = {p.end for one in kept for p in one.periods.values()}
    ends = {p.end for one in kept if one.kind == "balance" for p in one.periods.values()}
    ends.update(said_instead(document.text, days - ends))
    dated = (replace(one, periods=_on_known_days(one.periods, sorted(ends))) for one in kept)
    return sorted(dated, key=lambda statement: statement.table.start)


def _contains(statement: Statement, extract: Statement) -> bool:
    """Whether a likelier statement of the kind prints all periods of another table: that is an extract."""
    return (
        statement.kind == extract.kind
        and statement.score > extract.score
        and set(statement.periods.values()) >= set(extract.periods.values())
    )


def _on_known_days(periods: Mapping[int, Period], ends: Sequence[date]) -> dict[int, Period]:
    """Spans that end, or begin, on the days that the balance sheet and the other columns name.

    Years of 52 or 53 weeks end on other days each year; a heading with the year alone leaves the day open.
    """
    days = sorted({*ends, *(period.end for period in periods.values())})
    found: dict[int, Period] = {}
    for column, period in periods.items():
        end = _nearest(period.end, ends) or period.end
        start = period.start
        if start is not None:
            before = _nearest(start - timedelta(days=1), [day for day in days if day < period.end])
            start = before + timedelta(days=1) if before else start
        found[column] = Period(start, end)
    return found


def _nearest(day: date, known: Sequence[date]) -> date | None:
    near = [other for other in known if abs((other - day).days) <= DRIFT]
    return min(near, key=lambda other: abs((other - day).days)) if near else None


def match_rows(kind: StatementKind, rows: Sequence[PrintedRow]) -> dict[str, int]:
    """Which row prints which lexicon entry; a row is given to one entry only."""
    taken: dict[int, str] = {}
    for rule in row_rules():
        if rule.kind != kind:
            continue
        at = _row_of(rule, rows, taken)
        if at is not None:
            taken[at] = rule.key
    return {key: at for at, key in taken.items()}


def _row_of(rule: RowRule, rows: Sequence[PrintedRow], taken: Mapping[int, str]) -> int | None:
    beside = sum(bool(rule.alone and rule.alone.fullmatch(row.label)) for row in rows)
    for pattern in rule.labels if beside < 2 else rule.labels[:1]:
        fitting = [at for at, row in enumerate(rows) if at not in taken and _fits(rule, pattern, row)]
        if fitting:
            return fitting[-1 if rule.last else 0]
    return None


def _fits(rule: RowRule, pattern: re.Pattern[str], row: PrintedRow) -> bool:
    if not pattern.fullmatch(row.label) or (rule.never and rule.never.search(row.label)):
        return False
    if rule.captions and not rule.captions.search(row.captions):
        return False
    return any(cell.value is not None and unit_fits(rule.unit, cell.unit) for cell in row.cells.values())


def unit_fits(wanted: str, unit: str | None) -> bool:
    """Whether a cell's unit is what a rule wants; "USD" stands for any currency, also an unprinted one."""
    if wanted == "USD":
        return unit is None or (len(unit) == 3 and unit.isupper())
    if wanted == "USD/shares":
        return unit is not None and unit.endswith("/shares")
    return unit == wanted


def read_rows(table: Table) -> tuple[PrintedRow, ...]:
    """The rows that print values."""
    cells: dict[int, dict[int, Cell]] = {}
    labelled: set[int] = set()
    for cell in table.cells:
        if cell.column == 0:
            labelled.add(cell.row)
        elif cell.value is not None:
            cells.setdefault(cell.row, {})[cell.column] = cell
    return tuple(_read_row(table, at, found, labelled=at in labelled) for at, found in sorted(cells.items()))


def _read_row(table: Table, at: int, cells: Mapping[int, Cell], *, labelled: bool) -> PrintedRow:
    path = table.row_headers[at] if at < len(table.row_headers) else ()
    printed = path[-1] if path and labelled else ""
    captions = path[:-1] if labelled else path
    label = plain_label(printed)
    above = plain_label(captions[-1]) if captions else ""
    if label in {"", "total"} and above:
        label = f"total {above.removeprefix('total ')}"
    return PrintedRow(label, printed, " ".join(captions).lower(), cells)


def _statement(document: ParsedDocument, index: int, filing: Filing) -> Statement | None:
    table = document.tables[index]
    if len(table.row_headers) < 5:
        return None
    rows = read_rows(table)
    above = text_above(document, index)
    title = f"{above} {table.title}"
    kinds = [kind for kind in NEEDED if _prints(kind, rows)]
    for kind in sorted(kinds, key=lambda kind: (TITLES[kind].search(title) is None, kind)):
        periods = column_periods(table, above, filing, instant=kind == "balance")
        if periods:
            score = _score(kind, title, rows, periods, filing)
            return Statement(kind, table, rows, periods, score)
    return None


def _prints(kind: StatementKind, rows: Sequence[PrintedRow]) -> bool:
    keys = match_rows(kind, rows).keys()
    return all(group & keys for group in NEEDED[kind])


def text_above(document: ParsedDocument, index: int) -> str:
    """The text above a table, its head included where that belongs to it, from the table before on."""
    table = document.tables[index]
    if document.kind == "pdf":  # a table of printed pages begins with its own title
        first = min((cell.start for cell in table.cells if cell.value is not None), default=table.start)
        return document.text[table.start : first].replace("\n", " ")
    floor = document.tables[index - 1].end if index else 0
    return document.text[max(floor, table.start - ABOVE) : table.start].replace("\n", " ")


def _score(
    kind: StatementKind,
    title: str,
    rows: Sequence[PrintedRow],
    periods: Mapping[int, Period],
    filing: Filing,
) -> float:
    """How likely a table is the statement itself, no extract, reconciliation or subsidiary's."""
    near = title[-400:]
    score = min(len(match_rows(kind, rows)), 20) / 4 + min(len(rows), 40) / 20
    score += 4 if TITLES[kind].search(near) else 0
    score += 1 if _CONSOLIDATED.search(near) else 0
    score -= 5 if _OTHER.search(near) else 0
    ends = {period.end for period in periods.values()}
    if filing.period_end:
        score += 3 if any(abs((end - filing.period_end).days) <= 9 for end in ends) else -3
    return score


def _months(statement: Statement) -> int:
    """A class of length: one statement may be printed for the quarter and again for the year."""
    return max((period.quarters or 0 for period in statement.periods.values()), default=0)


def continued(document: ParsedDocument, statement: Statement, filing: Filing) -> Iterator[Statement]:
    """The tables right behind a cash-flow statement that go on with it on the next page."""
    if statement.kind != "cash":
        return
    first = document.tables.index(statement.table) + 1
    for index in range(first, min(first + MAX_PAGES, len(document.tables))):
        table = document.tables[index]
        if not TITLES["cash"].search(f"{text_above(document, index)[-500:]} {table.title}"):
            return
        periods = column_periods(table, text_above(document, index), filing, instant=False)
        if len(periods) != len(statement.periods):
            return
        periods = dict(zip(sorted(periods), statement.periods.values(), strict=True))
        yield Statement("cash", table, read_rows(table), periods, statement.score)
