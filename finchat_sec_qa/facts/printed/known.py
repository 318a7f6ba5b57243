"""What the primary statements of a document say, for tables of the notes to be proven by."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from finchat_sec_qa.facts.calendar import DRIFT
from finchat_sec_qa.model.fact import PRINTED, PRINTED_ROW, Fact
from finchat_sec_qa.model.period import Period

SALES = "revenue"
_SALES = re.compile(r"(?:total )?net (?:sales|revenues?)")  # a row beside total revenue
SPAN_DRIFT = 16  # days that a span of weeks differs from one of months


@dataclass(slots=True)
class Known:
    """Values of lexicon entries by period; the first one printed counts."""

    _values: dict[str, list[tuple[Period, Decimal, Fact]]] = field(default_factory=dict)
    _days: dict[Decimal, list[Period]] = field(default_factory=dict)

    @staticmethod
    def of(facts: Iterable[Fact]) -> "Known":
        """From the facts of primary statements."""
        known = Known()
        for fact in facts:
            prefix, _, key = fact.concept.partition(":")
            if prefix == PRINTED_ROW and _SALES.fullmatch(key):
                prefix, key = PRINTED, SALES
            if fact.value:
                known._days.setdefault(abs(fact.value), []).append(fact.period)
            if prefix == PRINTED and fact.value is not None and not fact.dimensions:
                known._values.setdefault(key, []).append((fact.period, fact.value, fact))
        return known

    def fact(self, key: str, period: Period) -> Fact | None:
        """The fact of an entry for about these days."""
        for own, _, fact in self._values.get(key, ()):
            if same_days(own, period):
                return fact
        return None

    def value(self, key: str, period: Period) -> Decimal | None:
        """Its value, None where the statements do not print it for about these days."""
        fact = self.fact(key, period)
        return fact.value if fact is not None else None

    def values(self, key: str, period: Period) -> list[tuple[Period, Decimal]]:
        """The values that prove a total of the entry: its own, and for revenue those of rows of sales, of
        which total revenue may have more parts (membership fees).
        """
        return [(own, value) for own, value, _ in self._values.get(key, ()) if same_days(own, period)]

    def day_of(self, value: Decimal | None, period: Period, digits: int) -> Period | None:
        """The period for which any row of a statement prints a value, about that one; None for a value of
        fewer digits, which may be there by chance.
        """
        if value is None or len(value.normalize().as_tuple().digits) < digits:
            return None
        return next((own for own in self._days.get(abs(value), ()) if same_days(own, period)), None)


def same_days(one: Period, other: Period) -> bool:
    """Whether two periods end within days of each other and are about as long."""
    if one.is_instant != other.is_instant or abs((one.end - other.end).days) > DRIFT:
        return False
    return one.is_instant or abs(one.days - other.days) <= SPAN_DRIFT
