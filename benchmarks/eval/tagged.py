"""Tagged numbers of iXBRL reports, read by code of their own: what generated questions are held to.

Only what the gold answers need: numbers with value, unit, days and members, and whose report for which
fiscal period it is. `lxml` and the rules of Inline XBRL 1.1, nothing of finchat_sec_qa.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lxml import etree

IX = "{http://www.xbrl.org/2013/inlineXBRL}"
XBRLI = "{http://www.xbrl.org/2003/instance}"
XBRLDI = "{http://xbrl.org/2006/xbrldi}"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ZERO = ("fixed-zero", "zerodash", "numdash")
EXACT = 99  # digits of decimals="INF"

Dims = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Number:
    """One tagged number; `start` is None for a balance, `dims` are (axis, member) pairs in order."""

    concept: str
    value: Decimal
    unit: str
    start: date | None
    end: date
    dims: Dims
    context: str
    fact_id: str
    decimals: int

    @property
    def days(self) -> int:
        """Length of the span, both ends included; 0 for a balance."""
        return (self.end - self.start).days + 1 if self.start else 0


@dataclass(frozen=True, slots=True)
class Report:
    """One 10-K or 10-Q with its numbers; the fiscal names are the company's own (dei)."""

    accession: str
    cik: str
    company: str
    ticker: str
    form: str
    end: date
    year: int
    period: str
    numbers: tuple[Number, ...]


def read_reports(archives: Path) -> list[Report]:
    """Every iXBRL 10-K and 10-Q below EDGAR's folder of filings, by company and end."""
    found = [report for path in sorted(archives.rglob("*.htm")) if (report := _report(path)) is not None]
    return sorted(found, key=lambda report: (report.cik, report.end, report.accession))


def _report(path: Path) -> Report | None:
    content = path.read_bytes()
    if b"inlineXBRL" not in content[:20_000]:
        return None
    tree = etree.fromstring(content, etree.XMLParser(huge_tree=True, recover=True))
    told = {
        item.get("name", "").partition(":")[2]: "".join(item.itertext()).strip()
        for item in tree.iter(f"{IX}nonNumeric")
        if item.get("name", "").startswith("dei:")
    }
    form, year = told.get("DocumentType", ""), told.get("DocumentFiscalYearFocus", "")
    numbers = tuple(_numbers(tree))
    if form not in ("10-K", "10-Q") or not year.isdigit() or not numbers:
        return None
    folder = path.parent.name
    period = told.get("DocumentFiscalPeriodFocus", "")
    return Report(
        accession=f"{folder[:10]}-{folder[10:12]}-{folder[12:]}",
        cik=told.get("EntityCentralIndexKey", ""),
        company=told.get("EntityRegistrantName", ""),
        ticker=told.get("TradingSymbol", ""),
        form=form,
        end=_own_end(numbers, form),
        year=int(year),
        period=period,
        numbers=numbers,
    )


def _own_end(numbers: tuple[Number, ...], form: str) -> date:
    """The last day of most undivided spans that are as long as the report's own: its period's end."""
    low, high = (350, 378) if form == "10-K" else (76, 120)
    ends = [one.end for one in numbers if low <= one.days <= high and not one.dims]
    return max(ends, default=max(one.end for one in numbers))


def _numbers(tree: etree._Element) -> Iterator[Number]:
    contexts = {item.get("id"): _context(item) for item in tree.iter(f"{XBRLI}context")}
    units = {item.get("id"): _unit(item) for item in tree.iter(f"{XBRLI}unit")}
    for item in tree.iter(f"{IX}nonFraction"):
        context = contexts.get(item.get("contextRef"))
        value = None if item.get(XSI_NIL) == "true" else _value(item)
        if context is None or value is None:
            continue
        start, end, dims = context
        digits = item.get("decimals") or "INF"
        yield Number(
            concept=item.get("name", ""),
            value=value,
            unit=units.get(item.get("unitRef"), ""),
            start=start,
            end=end,
            dims=dims,
            context=item.get("contextRef", ""),
            fact_id=item.get("id") or "",
            decimals=EXACT if digits == "INF" else int(digits),
        )


def _value(item: etree._Element) -> Decimal | None:
    form = (item.get("format") or "").rpartition(":")[2]
    text = "".join(item.itertext()).replace(",", "").replace("\xa0", "").strip()
    if form in ZERO:
        number = Decimal(0)
    else:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None  # numbers in words: no question is made of them
    number = number.scaleb(int(item.get("scale") or 0))
    return -number if item.get("sign") == "-" else number


def _context(item: etree._Element) -> tuple[date | None, date, Dims]:
    dims = [
        (member.get("dimension", ""), (member.text or "").strip())
        for member in item.iter(f"{XBRLDI}explicitMember")
    ]
    dims += [(member.get("dimension", ""), "typed") for member in item.iter(f"{XBRLDI}typedMember")]
    start, end = (item.findtext(f".//{XBRLI}{name}") for name in ("startDate", "endDate"))
    if end is None:
        return None, _day(item.findtext(f".//{XBRLI}instant") or ""), tuple(sorted(dims))
    return _day(start or ""), _day(end), tuple(sorted(dims))


def _day(text: str) -> date:
    """A day as XBRL writes it; midnight is the end of the day before."""
    day, _, clock = text.strip().partition("T")
    moment = date.fromisoformat(day)
    return moment - timedelta(days=1) if clock.startswith("00:00") else moment


def _unit(item: etree._Element) -> str:
    measures = [(each.text or "").strip().rpartition(":")[2] for each in item.iter(f"{XBRLI}measure")]
    return "/".join(measures)
