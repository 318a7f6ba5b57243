"""An XBRL fact: a value with its concept, unit, period, dimensions, and the place where it is printed."""

from dataclasses import dataclass
from decimal import Decimal

from finchat_sec_qa.model.period import Period

PRINTED = "printed"  # prefix of concepts that are lexicon entries, read from a printed statement
PRINTED_ROW = "printed-row"  # the same for rows that no entry explains; the plain label follows
EXACT = 1_000  # `decimals` of a value that is exact (XBRL's INF)


@dataclass(frozen=True, slots=True)
class Fact:
    """One reported fact.

    concept     prefixed name, e.g. "us-gaap:NetIncomeLoss"; custom ones keep the company's prefix;
                "printed:net_income" for a number read from a printed statement (no XBRL there)
    value       number in base units (scale applied, sign as reported), None for nil and for text facts
    text        content of a text fact, None for numbers, nil, and text blocks (read those by offset)
    unit        "USD", "USD/shares", "shares", "pure", …; None for text facts
    decimals    digits the value is exact to (-6 = millions), EXACT for INF, None for text facts
    scale       the power of ten that iXBRL applied to the printed number
    dimensions  (axis, member) pairs, sorted; empty for the consolidated whole
    start, end  offsets of the printed value in the text of `document` (its index in the filing)
    fact_id     the HTML or XML id, None where the filing gives none
    """

    concept: str
    period: Period
    value: Decimal | None
    text: str | None
    unit: str | None
    decimals: int | None
    scale: int
    dimensions: tuple[tuple[str, str], ...]
    context_id: str
    fact_id: str | None
    nil: bool
    document: int
    start: int
    end: int

    @property
    def printed(self) -> bool:
        """True for a number that was read from a printed statement, False for an XBRL fact."""
        return self.concept.startswith((f"{PRINTED}:", f"{PRINTED_ROW}:"))
