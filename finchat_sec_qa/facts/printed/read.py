"""Facts from the statements that a document prints."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from finchat_sec_qa.facts.printed.labels import is_loss, plain_label
from finchat_sec_qa.facts.printed.rows import RowRule, row_rules
from finchat_sec_qa.facts.printed.statements import (
    PrintedRow,
    Statement,
    continued,
    find_statements,
    match_rows,
    unit_fits,
)
from finchat_sec_qa.model.document import Cell, ParsedDocument
from finchat_sec_qa.model.fact import PRINTED, PRINTED_ROW, Fact
from finchat_sec_qa.model.filing import Filing, ParsedFiling
from finchat_sec_qa.model.period import Period

_BENEFIT = re.compile(r"\bbenefit\b")
_EXPENSE = re.compile(r"\b(?:expense|provision)\b")
_COSTS = frozenset(
    {"cost_of_revenue", "rd", "sga", "operating_expenses", "sales_marketing", "interest_expense"}
)


def printed_facts(parsed: ParsedFiling) -> tuple[Fact, ...]:
    """The facts that the statements of a filing print, for a filing that has no numeric XBRL facts."""
    if any(fact.value is not None for fact in parsed.facts):
        return ()
    return tuple(
        fact
        for index, document in enumerate(parsed.documents)
        for fact in document_facts(document, index, parsed.filing)
    )


def document_facts(document: ParsedDocument, index: int, filing: Filing) -> Iterator[Fact]:
    """The facts of one document's primary statements, one a cell, in the order of the statements."""
    if document.kind not in {"pdf", "html", "text"}:
        return
    for statement in find_statements(document, filing):
        pages = [statement, *continued(document, statement, filing)]
        rows = [row for page in pages for row in page.rows]
        named = {at: key for key, at in match_rows(statement.kind, rows).items()}
        rules = {rule.key: rule for rule in row_rules() if rule.kind == statement.kind}
        negative = _costs_negative(rows, named)
        at = 0
        for page in pages:
            for row in page.rows:
                rule = rules[named[at]] if at in named else None
                yield from _row_facts(document, index, page, row, rule, negative=negative)
                at += 1


def _row_facts(
    document: ParsedDocument,
    index: int,
    page: Statement,
    row: PrintedRow,
    rule: RowRule | None,
    *,
    negative: bool,
) -> Iterator[Fact]:
    concept = f"{PRINTED}:{rule.key}" if rule else f"{PRINTED_ROW}:{row.label}"
    if not row.label:
        return
    for column, cell in sorted(row.cells.items()):
        period = page.periods.get(column)
        if period is None or cell.value is None:
            continue
        if rule and not unit_fits(rule.unit, cell.unit):
            continue
        value = _signed(rule, row, cell.value, negative=negative) if rule else cell.value
        if rule and rule.instant:
            period = Period(None, period.end)
        yield Fact(
            concept=concept,
            period=period,
            value=value,
            text=None,
            unit=cell.unit or "USD",
            decimals=_decimals(document.text[cell.start : cell.end], cell, page.table.scale),
            scale=page.table.scale,
            dimensions=(),
            context_id="",
            fact_id=None,
            nil=False,
            document=index,
            start=cell.start,
            end=cell.end,
        )


def _signed(rule: RowRule, row: PrintedRow, value: Decimal, *, negative: bool) -> Decimal:
    """The value with the sign that the figure has by its name, whatever the statement's style."""
    if rule.sign == "size":
        return abs(value)
    if rule.sign == "loss":
        return -abs(value) if is_loss(row.printed) else value
    if rule.sign == "tax":
        label = plain_label(row.printed)
        benefit = _BENEFIT.search(label) is not None and not _EXPENSE.search(label)
        return -value if value and (benefit or negative) else value
    return value


def _costs_negative(rows: Sequence[PrintedRow], named: Mapping[int, str]) -> bool:
    """Whether the statement prints its costs in brackets."""
    signs = [
        cell.value < 0
        for at, row in enumerate(rows)
        if named.get(at) in _COSTS
        for cell in row.cells.values()
        if cell.value
    ]
    return sum(signs) * 2 > len(signs)


def _decimals(printed: str, cell: Cell, scale: int) -> int:
    """Digits behind the point that the value is exact to: -6 for whole millions."""
    digits = re.sub(r"[^\d.]", "", printed)
    behind = len(digits.partition(".")[2])
    if not cell.value or not digits.strip("."):
        return -scale
    ratio = abs(cell.value) / Decimal(digits)
    return behind - max(ratio.adjusted(), 0)
