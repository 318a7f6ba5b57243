"""The Answer contract: what every way in returns to a question. Schema "finchat.answer/1".

Numbers are decimal strings in base units (dollars, not millions; a percentage as "13.26"). Dates are ISO
8601. The order of citations is their importance. The same store and question give the same bytes.
"""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA: Final = "finchat.answer/1"

# A decimal number without exponent, of a length that arithmetic can stand.
Number = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", max_length=1_000)]

RefusalReason = Literal[
    "not_in_store", "not_disclosed", "period_not_covered", "company_unknown", "ambiguous", "unsupported"
]


class Contract(BaseModel):
    """A frozen value that crosses a wire; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PeriodView(Contract):
    """A period: `start` is null for a moment; the fiscal names are the company's own, null if unknown."""

    start: date | None = None
    end: date | None = None
    fiscal_year: int | None = None
    fiscal_period: str | None = None


class Value(Contract):
    """The number that answers the question, in base units."""

    number: Number
    unit: str = Field(description='"USD", "USD/shares", "percent", "ratio", "shares", "days", …')
    period: PeriodView


class Operand(Contract):
    """A number that goes into a calculation; `citation` is the id of the citation that proves it."""

    name: str
    number: Number
    unit: str
    citation: int


class Calculation(Contract):
    """How `Value` follows from cited operands: `formula` over operand names, then the rounding done."""

    formula: str
    operands: tuple[Operand, ...]
    rounding: str


class TablePlace(Contract):
    """Where a number stands in a printed table: header paths joined by " › "."""

    row: str
    column: str


class Citation(Contract):
    """An exact place in a stored filing. `quote` is `text[start:end]` of the document with that sha256."""

    id: int
    filing: str
    accession: str | None
    company: str
    cik: str | None
    form: str
    period_end: date | None
    section: str
    page: int | None
    fact_id: str | None
    concept: str | None
    table: TablePlace | None
    quote: str
    start: int
    end: int
    sha256: str
    url: str | None


class AnswerScope(Contract):
    """What was looked at: company names, filing ids, and the period asked for."""

    companies: tuple[str, ...] = ()
    filings: tuple[str, ...] = ()
    period: PeriodView = PeriodView()


class Alternate(Contract):
    """Another value that the reader should know of: restated later, or another reading of the question."""

    label: str
    value: Value
    citation: int


class Component(Contract):
    """A number that a sum is made of, added or taken away; `citation` is the id of the one that proves it."""

    label: str
    number: Number
    unit: str
    sign: Literal["+", "-"]
    citation: int


class Witness(Contract):
    """What else tells a number that the answer rests on, whether it agrees or not.

    kind       "sum": the number is a total that the filing states of other numbers, "companyfacts": EDGAR's
               own list of the figures of the same report
    of         id of the citation whose number it is held against
    agrees     whether both are the same, to the rounding that the filing says
    text       that in a sentence
    value      what the witness makes of it
    parts      what is summed; for companyfacts the one number there
    """

    kind: Literal["sum", "companyfacts"]
    of: int
    agrees: bool
    text: str
    value: Value
    parts: tuple[Component, ...]


class Refusal(Contract):
    """Why there is no answer, in a sentence, and what was searched for it."""

    reason: RefusalReason
    message: str
    searched: tuple[str, ...] = ()


class Answer(Contract):
    """One question's answer or refusal."""

    schema_: Literal["finchat.answer/1"] = Field(default=SCHEMA, alias="schema")
    id: str
    question: str
    scope: AnswerScope
    status: Literal["answered", "refused"]
    answer: str
    value: Value | None
    calculation: Calculation | None
    citations: tuple[Citation, ...]
    alternates: tuple[Alternate, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    refusal: Refusal | None

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    def to_json(self) -> str:
        """One line of JSON with fields in the order of the contract; equal answers give equal bytes."""
        return self.model_dump_json(by_alias=True)


class CheckedCitation(Contract):
    """One citation after verification; `problems` is empty when it holds."""

    id: int
    filing: str
    holds: bool
    problems: tuple[str, ...] = ()


class VerifyReport(Contract):
    """The result of checking an answer or a table against the stored bytes; `answer_id` is the id of either.

    `problems` are those of the whole, which no single citation is to blame for; `notes` what a reader should
    know though nothing is wrong: that the store has changed since.
    """

    holds: bool
    answer_id: str
    citations: tuple[CheckedCitation, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
