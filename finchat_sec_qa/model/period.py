"""Periods of time as filings use them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

FiscalPeriodName = Literal["FY", "Q1", "Q2", "Q3", "Q4", "H1", "9M"]
# The names by their own text, for what comes from outside as a string.
FISCAL_NAMES: Final[Mapping[str, FiscalPeriodName]] = {name: name for name in get_args(FiscalPeriodName)}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A span of days, both ends included, or an instant (`start` is None) at the end of day `end`."""

    start: date | None
    end: date

    def __post_init__(self) -> None:
        """Refuse a span that ends before it starts."""
        if self.start is not None and self.start > self.end:
            raise ValueError(f"period ends {self.end} before it starts {self.start}")

    @property
    def is_instant(self) -> bool:
        """True for a balance-sheet moment, False for a flow."""
        return self.start is None

    @property
    def days(self) -> int:
        """Length in days; 0 for an instant."""
        return 0 if self.start is None else (self.end - self.start).days + 1

    @property
    def quarters(self) -> int | None:
        """1 to 4 when the length is about that many quarters (52/53-week years included), else None."""
        for count, shortest, longest in ((1, 76, 119), (2, 160, 203), (3, 244, 287), (4, 335, 378)):
            if shortest <= self.days <= longest:
                return count
        return None


@dataclass(frozen=True, slots=True, order=True)
class FiscalPeriod:
    """A period in the company's own words: its fiscal year and the part of it."""

    year: int
    name: FiscalPeriodName = "FY"

    def __str__(self) -> str:
        return f"FY{self.year}" if self.name == "FY" else f"{self.name} FY{self.year}"
