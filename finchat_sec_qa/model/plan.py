"""What a question was understood to ask, before anything is looked up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from finchat_sec_qa.model.period import FiscalPeriod, FiscalPeriodName

PeriodKind = Literal["fiscal", "dates", "trailing", "latest"]
PlanKind = Literal["fact", "formula", "compare", "rank", "passages"]
Among = Literal["segment", "product", "region", "country"]
Order = Literal["largest", "smallest"]


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """A period as the question words it.

    kind      "fiscal": a fiscal year or quarter; "dates": a span or moment that ends on `end`; "latest", of
              a `name` ("the third quarter") or of three `months` ("last quarter") where it is a quarter;
              "trailing": twelve months to the end of a fiscal period or to `end`, the latest without either
    year      fiscal year, for "fiscal" and "trailing"
    name      "FY", "Q1" … for "fiscal" and "trailing"
    end       last day, for "dates"; about the last day, for "trailing"
    months    length of the span in months as worded ("three months ended"), None for a moment or unsaid
    """

    kind: PeriodKind
    year: int | None = None
    name: FiscalPeriodName = "FY"
    end: date | None = None
    months: int | None = None

    @property
    def latest_quarter(self) -> bool:
        """Whether the latest quarter is meant, or the latest of its name, and not the latest year."""
        return self.kind == "latest" and (self.months is not None or self.name != "FY")

    def is_quarter(self, period: FiscalPeriod) -> bool:
        """Whether a fiscal period is a quarter that may be meant; a year's end is that of its fourth."""
        name = "Q4" if period.name == "FY" else period.name
        return name.startswith("Q") and self.name in ("FY", name)

    def settled(self, periods: Iterable[FiscalPeriod]) -> "AskedPeriod":
        """The latest quarter as the fiscal period that it is, of those that reports are for."""
        found = [period for period in periods if self.latest_quarter and self.is_quarter(period)]
        if not found:
            return self
        last = max(found, key=lambda period: (period.year, period.name == "FY", period.name))
        return AskedPeriod("fiscal", year=last.year, name="Q4" if last.name == "FY" else last.name)


LATEST = AskedPeriod("latest")


@dataclass(frozen=True, slots=True)
class Subject:
    """A company that a question names.

    `keys` are the store's keys for it: several where it is stored under its CIK and, from files without
    one, under its name.
    """

    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A typed reading of a question.

    kind        "fact": one reported number; "formula": a number computed from such; "compare": the same
                number of two companies; "rank": the part of the company with the most or least of one;
                "passages": what the filings say in words
    subjects    companies in the order of the question
    periods     in the order of the question; empty when it names none
    label       how an answer names the figure
    entry       key in facts.lexicon, for "fact", "compare" and "rank"
    expression  over lexicon keys with prior() and average(), for "formula"
    unit        of the formula's result
    member      words that nothing but a segment, product or country can explain; empty for the whole
    said        the question's words in which the member's name must stand in one piece
    words       the words of the question that carry its meaning, for search
    decimals    digits after the point that the question asks for, None when it does not say
    beside      fiscal years asked for beside the last of `periods`, for "fact"
    last        how many years to the period asked for are wanted, for "fact": 1, or "the last three years"
    among       the kind of parts, for "rank"
    order       which of them is asked for, for "rank"
    """

    kind: PlanKind
    subjects: tuple[Subject, ...]
    periods: tuple[AskedPeriod, ...]
    label: str = ""
    entry: str = ""
    expression: str = ""
    unit: str = ""
    member: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    words: str = ""
    decimals: int | None = None
    beside: tuple[AskedPeriod, ...] = ()
    last: int = 1
    among: Among = "segment"
    order: Order = "largest"
