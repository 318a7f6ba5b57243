"""Questions made from the tagged numbers of real reports, with their answers: the set "generated".

Many more wordings, figures and periods than a set written by hand has. The same reports give the same
questions: which of all possible ones are asked, and in which words, is drawn by a hash. What two reports tell
otherwise is not asked.
"""

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from benchmarks.eval.ledger import put
from benchmarks.eval.tagged import Number, Report, read_reports

Row = dict[str, Any]
ONE_IN = 12  # of all possible questions that are asked
ABSENT_ONE_IN = 3  # of those that nothing answers
YEAR, QUARTER, SIX, NINE = (350, 378), (76, 120), (160, 203), (244, 287)  # days
MOMENT = (0, 0)
NEAR = timedelta(days=4)  # between the days on which reports say that one period ended
COMPARATIVE = 2  # years before its own that an annual report tells
OF_YEAR = (
    "What was {company}'s {what} in {when}?",
    "How much {what} did {company} report for {when}?",
    "{company} {what} {when}?",
    "Tell me {company}'s {when} {what}.",
    "What {what} did {company} post in {when}?",
    "I need the {what} of {company} for {when}.",
)
OF_DAY = (
    "What was {company}'s {what} at the end of {when}?",
    "{company} {what} at {when} year end?",
    "What was the {what} of {company} as of year-end {when}?",
)
GROWTH = (
    "By what percentage did {company}'s {what} grow in {when}?",
    "What was the YoY % change in {company}'s {what} in {when}?",
)
ABSENT = (
    "What was {company}'s revenue in FY2031?",
    "{company} net income fiscal 2003?",
    "How much revenue did {company} earn from its lunar mining segment in {when}?",
)
YEARS = ("FY{year}", "fiscal {year}", "FY{short}", "fiscal year {year}", "{year}")
PARTS = {
    "Q2": (SIX, ("H1 {year}", "the first half of fiscal {year}", "the six months ended {day}")),
    "Q3": (NINE, ("9M {year}", "the first nine months of fiscal {year}", "the nine months ended {day}")),
}
QUARTERS = ("{part} {year}", "{part} FY{short}", "the quarter ended {day}", "the three months ended {day}")

Amounts = Callable[[str, date], Decimal]
Worked = Callable[[Amounts, Sequence[date]], Decimal]
Lengths = tuple[int, int]
Proof = list[dict[str, str]]


def _over(above: str, below: str, times: int = 1) -> Worked:
    return lambda of, ends: of(above, ends[0]) / of(below, ends[0]) * times


def _over_mean(above: str, below: str, times: int = 1) -> Worked:
    return lambda of, ends: of(above, ends[0]) * 2 / (of(below, ends[0]) + of(below, ends[1])) * times


def _less(whole: str, *parts: str) -> Worked:
    return lambda of, ends: of(whole, ends[0]) - sum(of(part, ends[0]) for part in parts)


# Figures by their words: how they follow from amounts, named by their first words, at a year's end and the
# one before it; and their unit.
FIGURES: Mapping[str, tuple[Worked, str]] = {
    "operating margin": (_over("operating income", "total revenue", 100), "percent"),
    "net profit margin": (_over("net income", "total revenue", 100), "percent"),
    "ETR": (_over("income tax expense", "pretax income", 100), "percent"),
    "FCF": (_less("cash from operations", "capex"), "USD"),
    "current ratio": (_over("total current assets", "total current liabilities"), "ratio"),
    "NWC": (_less("total current assets", "total current liabilities"), "USD"),
    "ROE": (_over_mean("net income", "shareholders' equity", 100), "percent"),
    "ROA": (_over_mean("net income", "total assets", 100), "percent"),
    "asset turnover": (_over_mean("total revenue", "total assets"), "ratio"),
    "inventory turnover": (_over_mean("cost of revenue", "inventory"), "ratio"),
    "equity ratio": (_over("shareholders' equity", "total assets"), "ratio"),
    "capex to sales ratio": (_over("capex", "total revenue"), "ratio"),
    "operating cash flow to net income ratio": (_over("cash from operations", "net income"), "ratio"),
    "tangible book value": (_less("shareholders' equity", "goodwill", "intangible assets"), "USD"),
}
TOLERANCE: Mapping[str, dict[str, float]] = {"percent": {"abs": 0.02}, "ratio": {"abs": 0.006}}


@dataclass(frozen=True, slots=True)
class Amount:
    """Something that reports tag: its words, and US-GAAP names of which a report's first one counts."""

    kind: str
    words: tuple[str, ...]
    concepts: tuple[str, ...]


@dataclass(frozen=True)
class Books:
    """One company's reports. `missing` amounts are KeyErrors."""

    reports: tuple[Report, ...]
    amounts: Mapping[str, Amount]

    @cached_property
    def name(self) -> str:
        """What questions call the company: the registrant's name without what follows a comma."""
        return self.reports[-1].company.partition(",")[0].title()

    @cached_property
    def _numbers(self) -> dict[str, list[tuple[Report, Number]]]:
        found: dict[str, list[tuple[Report, Number]]] = {}
        for report in sorted(self.reports, key=lambda report: (report.form != "10-K", report.end)):
            for number in report.numbers:
                if not number.dims:
                    found.setdefault(number.concept, []).append((report, number))
        return found

    def number(self, what: str, end: date, length: Lengths) -> tuple[Report, Number]:
        """The number first reported; a KeyError for none, or for one that later reports tell otherwise."""
        for concept in self.amounts[what].concepts:
            told = [
                (report, number)
                for report, number in self._numbers.get(f"us-gaap:{concept}", ())
                if abs(number.end - end) <= NEAR and length[0] <= number.days <= length[1]
            ]
            if told:
                finest = max(number.decimals for _, number in told)
                if len({number.value for _, number in told if number.decimals == finest}) > 1:
                    raise KeyError(what)
                return next(item for item in told if item[1].decimals == finest)
        raise KeyError(what)

    def of_year(self, what: str, end: date) -> Decimal:
        """An amount for the year to a day, or at that day."""
        return self.number(what, end, YEAR if self.amounts[what].kind == "flow" else MOMENT)[1].value


def write_questions(archives: Path, path: Path) -> None:
    """Write the questions over EDGAR's folder of filings, a line each, as the exact questions are."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in questions(read_reports(archives)))
    put(path, "".join(lines))


def questions(reports: Sequence[Report]) -> Iterator[Row]:
    """The questions that are asked, each with its gold answer and the facts that prove it."""
    by_company: dict[str, list[Report]] = {}
    for report in reports:
        by_company.setdefault(report.cik, []).append(report)
    amounts = {amount.words[0]: amount for amount in read_amounts()}
    for cik, own in sorted(by_company.items()):
        books = Books(tuple(own), amounts)
        seen: set[str] = set()
        for row in _of_company(books):
            if row["question"] in seen:
                continue
            seen.add(row["question"])
            drawn = int(hashlib.sha256(f"{cik} {row['id']}".encode()).hexdigest(), 16)
            if drawn % (ONE_IN if row["evidence"] or row["unit"] else ABSENT_ONE_IN) == 0:
                yield row | {"id": f"{cik}-{row['id']}", "tickers": [books.reports[-1].ticker]}


def read_amounts() -> tuple[Amount, ...]:
    """The amounts of generated.toml."""
    data = tomllib.loads(files(__package__).joinpath("generated.toml").read_text(encoding="utf-8"))
    return tuple(
        Amount(item["kind"], tuple(item["words"]), tuple(item["concepts"])) for item in data["amount"]
    )


def _of_company(books: Books) -> Iterator[Row]:
    for report in books.reports:
        if report.form == "10-K":
            for back in range(COMPARATIVE + 1):
                end = report.end - timedelta(days=round(365.25 * back))
                yield from _lookups(books, report, report.year - back, end)
            yield from _computed(books, report)
            yield from _absent(books, report)
        elif report.period in ("Q1", "Q2", "Q3"):
            yield from _quarterly(books, report)


def _lookups(books: Books, report: Report, year: int, end: date) -> Iterator[Row]:
    for what, amount in books.amounts.items():
        flow = amount.kind == "flow"
        key = f"{report.accession}-{year}-{what}"
        asked = _worded(key, books.name, amount.words, OF_YEAR if flow else OF_DAY, _year(key, year))
        yield from _reported(books, key, asked, amount.kind, (what, end, YEAR if flow else MOMENT))


def _quarterly(books: Books, report: Report) -> Iterator[Row]:
    spans: list[tuple[str, Lengths, Sequence[str]]] = [("quarter", QUARTER, QUARTERS)]
    if report.period in PARTS:
        spans.append(("to_date", *PARTS[report.period]))
    flows = [(what, amount) for what, amount in books.amounts.items() if amount.kind == "flow"]
    for what, amount in flows:
        for kind, length, wordings in spans:
            key = f"{report.accession}-{kind}-{what}"
            when = _drawn(key + "when", wordings).format(
                part=report.period,
                year=report.year,
                short=f"{report.year % 100:02}",
                day=f"{report.end:%B} {report.end.day}, {report.end.year}",
            )
            asked = _worded(key, books.name, amount.words, OF_YEAR, when)
            yield from _reported(books, key, asked, kind, (what, report.end, length))


def _computed(books: Books, report: Report) -> Iterator[Row]:
    ends = (report.end, report.end - timedelta(days=365))
    for what, (work_out, unit) in FIGURES.items():
        key = f"{report.accession}-{what}"
        try:
            result = work_out(books.of_year, ends)
        except (KeyError, ZeroDivisionError):
            continue
        asked = _worded(key, books.name, (what,), OF_YEAR, _year(key, report.year))
        yield _gold(key, asked, "derived_figure", (result, unit), [])
    for what, amount in books.amounts.items():
        key = f"{report.accession}-growth-{what}"
        try:
            one, other = (books.of_year(what, end) for end in ends)
        except KeyError:
            continue
        if amount.kind == "flow" and other > 0 and "change" not in what:
            asked = _worded(key, books.name, amount.words, GROWTH, _year(key, report.year))
            yield _gold(key, asked, "derived_growth", ((one - other) / other * 100, "percent"), [])


def _absent(books: Books, report: Report) -> Iterator[Row]:
    for at, wording in enumerate(ABSENT):
        asked = wording.format(company=books.name, when=f"FY{report.year}")
        yield _gold(f"{report.accession}-absent-{at}", asked, "neg_generated", (None, ""), [])


def _reported(
    books: Books, key: str, asked: str, kind: str, wanted: tuple[str, date, Lengths]
) -> Iterator[Row]:
    """The question for a tagged number, where there is one."""
    try:
        report, number = books.number(*wanted)
    except KeyError:
        return
    proof = [{"accession": report.accession, "concept": number.concept, "fact_id": number.fact_id}]
    yield _gold(key, asked, kind, (number.value, number.unit), proof)


def _gold(key: str, question: str, kind: str, answer: tuple[Decimal | None, str], evidence: Proof) -> Row:
    value, unit = answer
    return {
        "id": key,
        "question": question,
        "kind": kind,
        "answer_value": None if value is None else float(value),
        "unit": unit,
        "tolerance": TOLERANCE.get(unit, {"rel": 0.0005}),
        "evidence": evidence,
    }


def _worded(key: str, company: str, words: Sequence[str], wordings: Sequence[str], when: str) -> str:
    return _drawn(key, wordings).format(company=company, what=_drawn(key + "what", words), when=when)


def _year(key: str, year: int) -> str:
    return _drawn(key + "year", YEARS).format(year=year, short=f"{year % 100:02}")


def _drawn(key: str, choices: Sequence[str]) -> str:
    """One of the choices, the same for the same key."""
    return choices[int(hashlib.sha256(key.encode()).hexdigest(), 16) % len(choices)]
