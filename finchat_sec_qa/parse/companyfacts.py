"""EDGAR's companyfacts: the figures of all reports of a company in one JSON file, read report by report.

A report's text is made from its entries, always the same way: a line that says which report it is, then per
concept a heading and one line per entry ("us-gaap:NetIncomeLoss | 2021-09-26 to 2022-09-24 | USD |
99803000000"). The id of a fact is the JSON pointer (RFC 6901) of its entry in the file.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NoReturn, get_args

from finchat_sec_qa.errors import MalformedError, UnsupportedFormatError
from finchat_sec_qa.model.accession import is_accession, padded_cik
from finchat_sec_qa.model.companyfacts import file_name, filing_id, part_name, part_of_file, url_of
from finchat_sec_qa.model.document import Block, ParsedDocument
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import SourceFile, SourceFiling
from finchat_sec_qa.model.period import FiscalPeriodName, Period
from finchat_sec_qa.parse.identity import Identity
from finchat_sec_qa.parse.instance import concept_words
from finchat_sec_qa.parse.limits import Deadline, Limits
from finchat_sec_qa.parse.parsed import ParsedFile
from finchat_sec_qa.parse.sniff import sniff

_FILES_KEPT = 2  # read files that are remembered: each is asked for once per report
_NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_NAME = re.compile(r"[A-Za-z][\w.-]{0,199}", re.ASCII)
_UNIT = re.compile(r"[^\s|]{1,60}")
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_FEES = "ffd:"  # the taxonomy of filing fees
_LOOK_EVERY = 4_096  # entries between looks at the clock


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure as a report gave it; `number` as the file writes it, `pointer` where the file has it."""

    concept: str
    unit: str
    period: Period
    number: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Report:
    """One report by its figures; `period_end` is the day that most of its newest figures end on."""

    accession: str
    form: str
    filed: date | None
    fiscal_year: int | None
    fiscal_period: FiscalPeriodName | None
    period_end: date | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """A file of companyfacts, its reports in the order of filing; `odd` counts entries that are none."""

    cik: str
    company: str
    reports: Mapping[str, Report]
    odd: int


def is_whole_file(source: SourceFiling) -> bool:
    """Whether a source is a file of companyfacts, which holds many reports."""
    return len(source.files) == 1 and sniff(source.files[0]) == "companyfacts" and not source.accession


def reports_in(source: SourceFiling, limits: Limits) -> Iterator[SourceFiling]:
    """A source that is a whole file of companyfacts as one filing per report, in the order of filing.

    Raises MalformedError, LimitExceededError.
    """
    (file,) = source.files
    facts = _read(file.content, file.name, limits)
    url = url_of(file_name(facts.cik))
    for report in facts.reports.values():
        yield replace(
            source,
            label=f"{source.label}#{report.accession}",
            id=filing_id(report.accession),
            accession=report.accession,
            cik=facts.cik,
            company=source.company or facts.company,
            form=report.form,
            period_end=report.period_end,
            filed=report.filed,
            url=url,
            files=(SourceFile(part_name(facts.cik, report.accession), file.content, url=url),),
        )


def parse_companyfacts(file: SourceFile, limits: Limits) -> ParsedFile:
    """The facts of the one report that the file's name tells, and a text that holds each at its offsets.

    Raises MalformedError, LimitExceededError, and UnsupportedFormatError for a name that tells no report.
    """
    part = part_of_file(file.name)
    facts = _read(file.content, file.name, limits)
    report = facts.reports.get(part[1]) if part is not None else None
    if report is None:
        raise UnsupportedFormatError(file.name, "companyfacts are read report by report; this names none")
    writer = _Writer(facts, report)
    warnings = (f"{facts.odd} entries of the file are no figures and were left out.",) if facts.odd else ()
    document = ParsedDocument(
        name=file.name,
        kind="companyfacts",
        role=file.role,
        sha256=hashlib.sha256(file.content).hexdigest(),
        size=len(file.content),
        text="".join(writer.parts),
        blocks=tuple(writer.blocks),
        warnings=warnings,
    )
    identity = Identity(
        company=facts.company,
        cik=facts.cik,
        form=report.form,
        period_end=report.period_end,
        fiscal_year=report.fiscal_year,
        fiscal_period=report.fiscal_period,
    )
    return ParsedFile(document, tuple(writer.facts), identity)


def _read(content: bytes, name: str, limits: Limits) -> CompanyFacts:
    return _remembered(content, name.partition("#")[0], limits)


@lru_cache(maxsize=_FILES_KEPT)
def _remembered(content: bytes, name: str, limits: Limits) -> CompanyFacts:
    deadline = Deadline(name, limits.max_seconds)
    try:
        # numbers stay as they are written: no digit is lost, and none is too long to be read
        value = json.loads(content, parse_int=str, parse_float=str, parse_constant=_no_constant)
        cik, company = padded_cik(str(value["cik"])), " ".join(value["entityName"].split())
        entries = list(_entries(value["facts"], deadline))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedError(name, f"not companyfacts as EDGAR writes them ({error!r})") from error
    if cik is None or not company:
        raise MalformedError(name, "companyfacts that name no company")
    grouped: dict[str, list[tuple[Mapping[str, Any], Entry]]] = {}
    odd = 0
    for raw, entry in entries:
        if entry is None:
            odd += 1
        else:
            grouped.setdefault(str(raw["accn"]), []).append((raw, entry))
    reports = [_report(accession, group) for accession, group in grouped.items() if not _only_fees(group)]
    reports.sort(key=lambda report: (report.filed or date.max, report.accession))
    named = {report.accession: report for report in reports}
    return CompanyFacts(cik, company, named, odd)


def _only_fees(group: Sequence[tuple[Mapping[str, Any], Entry]]) -> bool:
    """Whether a filing tells nothing but what it costs to file it: prospectuses."""
    return all(entry.concept.startswith(_FEES) for _, entry in group)


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _entries(taxonomies: Any, deadline: Deadline) -> Iterator[tuple[Mapping[str, Any], Entry | None]]:
    """Every entry as the file has it, and as a figure; None for what is none."""
    seen = 0
    for prefix, concepts in taxonomies.items():
        for name, concept in concepts.items():
            for unit, raws in concept["units"].items():
                place = f"/facts/{_escaped(prefix)}/{_escaped(name)}/units/{_escaped(unit)}"
                usable = _NAME.fullmatch(prefix) and _NAME.fullmatch(name) and _UNIT.fullmatch(unit)
                for at, raw in enumerate(raws):
                    seen += 1
                    if seen % _LOOK_EVERY == 0:
                        deadline.check()
                    yield raw, _entry(f"{prefix}:{name}", unit, raw, f"{place}/{at}") if usable else None


def _entry(concept: str, unit: str, raw: Mapping[str, Any], pointer: str) -> Entry | None:
    number = raw.get("val")
    if not isinstance(number, str) or not _NUMBER.fullmatch(number) or not is_accession(str(raw.get("accn"))):
        return None
    start, end = _day(raw.get("start")), _day(raw.get("end"))
    if end is None or (raw.get("start") and (start is None or start > end)):
        return None
    return Entry(concept, unit, Period(start, end), number, pointer)


def _report(accession: str, group: Sequence[tuple[Mapping[str, Any], Entry]]) -> Report:
    """What the entries of one accession say of their report."""
    first = group[0][0]
    names: tuple[FiscalPeriodName, ...] = get_args(FiscalPeriodName)
    filed, year = _day(first.get("filed")), str(first.get("fy") or "")
    return Report(
        accession=accession,
        form=str(first.get("form") or "").strip().upper()[:20],
        filed=filed,
        fiscal_year=int(year) if _YEAR.fullmatch(year) else None,
        fiscal_period=next((name for name in names if name == first.get("fp")), None),
        period_end=_period_end([entry for _, entry in group], filed),
        entries=tuple(entry for _, entry in group),
    )


def _period_end(entries: Sequence[Entry], filed: date | None) -> date | None:
    """The latest day that many figures end on; the cover's count of shares is of a later one."""
    ends = Counter(
        entry.period.end
        for entry in entries
        if not entry.concept.startswith("dei:") and (filed is None or entry.period.end <= filed)
    )
    most = max(ends.values(), default=0)
    return max((end for end, count in ends.items() if 2 * count >= most), default=None)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _escaped(name: str) -> str:
    """A name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


class _Writer:
    """Writes the entries of a report into a text and remembers where each stands."""

    def __init__(self, facts: CompanyFacts, report: Report) -> None:
        self._offset = 0
        self.parts: list[str] = []
        self.blocks: list[Block] = []
        self.facts: list[Fact] = []
        year = f" for {report.fiscal_period or 'fiscal'} {report.fiscal_year}" if report.fiscal_year else ""
        form, filed = report.form or "report", report.filed or "on an unknown day"
        self._paragraph(
            f"{facts.company} (CIK {facts.cik}): {form}{year}, accession {report.accession}, filed {filed}, "
            "as EDGAR's companyfacts has it"
        )
        by_concept: dict[str, list[Entry]] = {}
        for entry in report.entries:
            by_concept.setdefault(entry.concept, []).append(entry)
        for concept, group in by_concept.items():
            self._group(concept, group, report.accession)

    def _group(self, concept: str, group: Sequence[Entry], accession: str) -> None:
        start = self._line(concept_words(concept))
        self.blocks.append(Block("heading", start, self._offset - 1, 4))
        first = self._offset
        for entry in group:
            self._fact(entry, accession)
        self.blocks.append(Block("paragraph", first, self._offset - 1))

    def _fact(self, entry: Entry, accession: str) -> None:
        period = entry.period
        span = f"as of {period.end}" if period.start is None else f"{period.start} to {period.end}"
        before = f"{entry.concept} | {span} | {entry.unit} | "
        start = self._line(before + entry.number) + len(before)
        self.facts.append(
            Fact(
                concept=entry.concept,
                period=period,
                value=Decimal(entry.number),
                text=None,
                unit=entry.unit,
                decimals=None,
                scale=0,
                dimensions=(),
                context_id=accession,
                fact_id=entry.pointer,
                nil=False,
                document=0,
                start=start,
                end=start + len(entry.number),
            )
        )

    def _paragraph(self, text: str) -> None:
        start = self._line(text)
        self.blocks.append(Block("paragraph", start, self._offset - 1))

    def _line(self, text: str) -> int:
        start = self._offset
        self.parts.append(text + "\n")
        self._offset += len(text) + 1
        return start
