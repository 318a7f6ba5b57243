"""Facts from the statements that a document prints."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from finchat_sec_qa.facts.printed.digits import decimals_of
from finchat_sec_qa.facts.printed.labels import is_loss, plain_label
from finchat_sec_qa.facts.printed.notes import note_facts
from finchat_sec_qa.facts.printed.rows import RowRule, row_rules
from finchat_sec_qa.facts.printed.statements import (
    PrintedRow,
    Statement,
    continued,
    find_statements,
    match_rows,
    unit_fits,
)
from finchat_sec_qa.model.document import ParsedDocument
from finchat_sec_qa.model.fact import PRINTED, PRINTED_ROW, Fact
from finchat_sec_qa.model.filing import Filing, ParsedFiling
from finchat_sec_qa.model.period import Period

NEAR = Decimal("0.1")  # of the tax that a sum may be off by: income of affiliates stands between the two
_BENEFIT = re.compile(r"\bbenefit\b")
_EXPENSE = re.compile(r"\b(?:expense|expenses|provision)\b")
_INCOME = re.compile(r"\bincome\b")
_REVERSED = re.compile(r"\((?:income|benefit|credit|gain)", re.IGNORECASE)
# balances that a cash-flow statement prints
_OPENING = re.compile(r"^(?:cash|balance).*\bbeginning\b")
_CLOSING = re.compile(
    r"^(?:cash|balance).*\b(?:end of|ending)\b"
    r"|^(?:less |total )?(?:restricted )?cash (?:and|cash|equivalents|included)\b"
    r"(?!.*\b(?:provided|used|paid|received|acquired|increase|decrease|change|beginning|dividends?)\b)"
)
_COSTS = frozenset(
    {"cost_of_revenue", "rd", "sga", "operating_expenses", "sales_marketing", "interest_expense"}
)


@dataclass(frozen=True, slots=True)
class _Style:
    """How a statement prints signs: costs in brackets or not; income before and after tax by column."""

    negative: bool
    before_tax: Mapping[int, Decimal]
    after_tax: Mapping[int, Decimal]


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
    """The facts that one document prints: of its primary statements, then of equity and of the notes."""
    primary = list(primary_facts(document, index, filing))
    notes = list(note_facts(document, index, filing, primary)) if primary else []
    told = {fact.start for fact in notes}  # a row of sales by product says more there than as a row
    yield from (fact for fact in primary if fact.start not in told)
    yield from notes


def primary_facts(document: ParsedDocument, index: int, filing: Filing) -> Iterator[Fact]:
    """The facts of one document's primary statements, one a cell, in the order of the statements."""
    if document.kind not in {"pdf", "html", "text"}:
        return
    for statement in find_statements(document, filing):
        pages = [statement, *continued(document, statement, filing)]
        rows = [row for page in pages for row in page.rows]
        named = {at: key for key, at in match_rows(statement.kind, rows).items()}
        rules = {rule.key: rule for rule in row_rules() if rule.kind == statement.kind}
        style = _style(rows, named)
        at = 0
        for page in pages:
            for row in page.rows:
                rule = rules[named[at]] if at in named else None
                yield from _row_facts((document, index), page, row, rule, style)
                at += 1


def _row_facts(
    place: tuple[ParsedDocument, int],
    page: Statement,
    row: PrintedRow,
    rule: RowRule | None,
    style: _Style,
) -> Iterator[Fact]:
    document, index = place
    concept = f"{PRINTED}:{rule.key}" if rule else f"{PRINTED_ROW}:{row.label}"
    if not row.label:
        return
    for column, cell in sorted(row.cells.items()):
        period = page.periods.get(column)
        if period is None or cell.value is None:
            continue
        if rule and not unit_fits(rule.unit, cell.unit):
            continue
        value = cell.value
        if rule and rule.sign == "tax":
            value = _tax(row, value, column, style)
        elif rule:
            value = _signed(rule, row, value)
        if (rule and rule.instant) or (page.kind == "cash" and _CLOSING.search(row.label)):
            period = Period(None, period.end)
        elif page.kind == "cash" and _OPENING.search(row.label) and period.start is not None:
            period = Period(None, period.start - timedelta(days=1))
        yield Fact(
            concept=concept,
            period=period,
            value=value,
            text=None,
            unit=cell.unit or "USD",
            decimals=decimals_of(document.text[cell.start : cell.end], cell.value, page.table.scale),
            scale=page.table.scale,
            dimensions=(),
            context_id="",
            fact_id=None,
            nil=False,
            document=index,
            start=cell.start,
            end=cell.end,
        )


def _signed(rule: RowRule, row: PrintedRow, value: Decimal) -> Decimal:
    """The value with the sign that the figure has by its name, whatever the statement's style."""
    if rule.sign == "size" or (rule.sign == "cost" and not _REVERSED.search(row.printed)):
        return abs(value)
    if rule.sign == "loss":
        return -abs(value) if is_loss(row.printed) else value
    if rule.sign == "gain":
        label = plain_label(row.printed)
        expense = _EXPENSE.search(label) is not None and not _INCOME.search(label)
        return -value if value and expense else value
    return value


def _tax(row: PrintedRow, value: Decimal, column: int, style: _Style) -> Decimal:
    """Income tax, an expense positive: as the statement's sums prove, else as label and style say."""
    before, after = style.before_tax.get(column), style.after_tax.get(column)
    if value and before is not None and after is not None:
        for tax in (abs(value), -abs(value)):
            if abs(before - tax - after) <= NEAR * abs(value):
                return tax
    label = plain_label(row.printed)
    benefit = _BENEFIT.search(label) is not None and not _EXPENSE.search(label)
    return -value if value and (benefit or style.negative) else value


def _style(rows: Sequence[PrintedRow], named: Mapping[int, str]) -> _Style:
    """What other rows of the statement tell of its signs."""
    by_key = {key: rows[at] for at, key in named.items()}
    after = by_key.get("net_income_total") or by_key.get("net_income")
    before = by_key.get("income_before_tax")
    return _Style(_costs_negative(rows, named), _values(before), _values(after))


def _values(row: PrintedRow | None) -> dict[int, Decimal]:
    if row is None:
        return {}
    loss = is_loss(row.printed)
    found = ((column, cell.value) for column, cell in row.cells.items() if cell.value is not None)
    return {column: -abs(value) if loss else value for column, value in found}


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
