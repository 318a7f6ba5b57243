"""What a question was understood to ask, before anything is looked up."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from finchat_sec_qa.model.filing import Company
from finchat_sec_qa.model.period import FiscalPeriodName

PeriodKind = Literal["fiscal", "dates", "latest"]


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """A period as the question words it.

    kind      "fiscal": a fiscal year or quarter; "dates": a span or moment that ends on `end`; "latest"
    year      fiscal year, for "fiscal"
    name      "FY", "Q1" … for "fiscal"
    end       last day, for "dates"
    months    length of the span in months as worded ("three months ended"), None for a moment or unsaid
    """

    kind: PeriodKind
    year: int | None = None
    name: FiscalPeriodName = "FY"
    end: date | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A typed reading of a question.

    kind       "fact": one reported number; "formula": a number computed from such; "passages": what the
               filings say in words; "compare": the same number of two companies
    concept    key of the lexicon's entry (facts.lexicon), for "fact" and "compare"
    formula    key of the formula (answer.formulas), for "formula"
    member     words that name a segment, product or country, "" for the whole
    words      the question without company and period, for search
    """

    kind: Literal["fact", "formula", "compare", "passages"]
    companies: tuple[Company, ...]
    periods: tuple[AskedPeriod, ...]
    concept: str = ""
    formula: str = ""
    member: str = ""
    words: str = ""
    forms: tuple[str, ...] = ()
