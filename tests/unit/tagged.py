"""Reports in inline XBRL of nothing but a list of numbers, for any period and any part of the company."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

AXES = {
    "segment": "us-gaap:StatementBusinessSegmentsAxis",
    "product": "srt:ProductOrServiceAxis",
    "place": "srt:StatementGeographicalAxis",
    "items": "srt:ConsolidationItemsAxis",
}
UNITS = {
    "usd": "<xbrli:measure>iso4217:USD</xbrli:measure>",
    "shares": "<xbrli:measure>xbrli:shares</xbrli:measure>",
    "pershare": "<xbrli:divide>"
    "<xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unitNumerator>"
    "<xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator>"
    "</xbrli:divide>",
}


@dataclass(frozen=True)
class Number:
    """An amount (in millions, but as it is per share) from `start` to `end`; at `end` without a start.

    `part` is a kind of AXES and a member: ("segment", "acme:BrassMember"); `beside` cuts it on another axis.
    """

    amount: str
    end: str
    start: str = ""
    concept: str = "us-gaap:Revenues"
    part: tuple[str, str] | None = None
    unit: str = "usd"
    beside: tuple[str, str] | None = None


@dataclass(frozen=True)
class Tagged:
    """A report of a company whose years are calendar years unless `fiscal_year_end` says otherwise."""

    end: str
    year: int
    period: str
    numbers: Sequence[Number]
    company: str = "Acme Widgets, Inc."
    cik: str = "0000000042"
    ticker: str = "ACME"
    fiscal_year_end: str = "--12-31"

    def write(self, folder: Path) -> Path:
        """Put it where EDGAR would have it below `folder`; returns the file."""
        accession = f"{self.cik}{self.end[2:4]}{self.end[5:7]}{self.end[8:]}00"
        home = folder / "edgar" / "data" / str(int(self.cik)) / accession
        home.mkdir(parents=True, exist_ok=True)
        path = home / f"{self.ticker.lower()}-{self.end.replace('-', '')}.htm"
        path.write_text(self.html(), encoding="utf-8")
        return path

    def html(self) -> str:
        contexts = "".join(self._context(at, number) for at, number in enumerate(self.numbers))
        units = "".join(f'<xbrli:unit id="{name}">{measure}</xbrli:unit>' for name, measure in UNITS.items())
        own = self._context(-1, Number("0", self.end, f"{self.year}-01-01"))
        rows = "".join(_row(at, number) for at, number in enumerate(self.numbers))
        return f"""<html xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" xmlns:xbrli="http://www.xbrl.org/2003/instance"
 xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" xmlns:dei="http://xbrl.sec.gov/dei/2023"
 xmlns:us-gaap="http://fasb.org/us-gaap/2023" xmlns:srt="http://fasb.org/srt/2023" xmlns:acme="http://acme.example/2023"
 xmlns:country="http://xbrl.sec.gov/country/2023" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"
 xmlns:iso4217="http://www.xbrl.org/2003/iso4217"><head><title>{self.company}</title></head><body>
<div style="display:none"><ix:header><ix:hidden>{self._dei()}</ix:hidden><ix:resources>
{own}{contexts}{units}</ix:resources></ix:header></div>
<p>{self.company}</p><h1>Item 1. Financial Statements</h1><p>(in millions)</p>
<table>{rows}</table></body></html>"""

    def _dei(self) -> str:
        facts = {
            "EntityRegistrantName": self.company,
            "EntityCentralIndexKey": self.cik,
            "TradingSymbol": self.ticker,
            "DocumentType": "10-K" if self.period == "FY" else "10-Q",
            "DocumentPeriodEndDate": self.end,
            "DocumentFiscalYearFocus": str(self.year),
            "DocumentFiscalPeriodFocus": self.period,
            "CurrentFiscalYearEndDate": self.fiscal_year_end,
        }
        return "".join(
            f'<ix:nonNumeric name="dei:{name}" contextRef="c-1">{value}</ix:nonNumeric>'
            for name, value in facts.items()
        )

    def _context(self, at: int, number: Number) -> str:
        segment = ""
        members = [
            f'<xbrldi:explicitMember dimension="{AXES[kind]}">{member}</xbrldi:explicitMember>'
            for kind, member in filter(None, (number.part, number.beside))
        ]
        if members:
            segment = f"<xbrli:segment>{''.join(members)}</xbrli:segment>"
        days = f"<xbrli:startDate>{number.start}</xbrli:startDate><xbrli:endDate>{number.end}</xbrli:endDate>"
        if not number.start:
            days = f"<xbrli:instant>{number.end}</xbrli:instant>"
        return (
            f'<xbrli:context id="c{at}"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">{self.cik}'
            f"</xbrli:identifier>{segment}</xbrli:entity><xbrli:period>{days}</xbrli:period></xbrli:context>"
        )


def _row(at: int, number: Number) -> str:
    sign, printed = (' sign="-"', number.amount[1:]) if number.amount[0] == "-" else ("", number.amount)
    scale = 0 if number.unit == "pershare" else 6
    decimals = 2 if number.unit == "pershare" else -6
    tag = (
        f'<ix:nonFraction id="f{at}" name="{number.concept}" contextRef="c{at}" unitRef="{number.unit}"'
        f' decimals="{decimals}" scale="{scale}" format="ixt:num-dot-decimal"{sign}>'
        f"{printed}</ix:nonFraction>"
    )
    name = f"{number.concept} {number.part[1] if number.part else ''} {number.start} {number.end}"
    return f"<tr><td>{name}</td><td>{f'({tag})' if sign else tag}</td></tr>"
