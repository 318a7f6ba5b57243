"""Small annual reports in inline XBRL, real enough to be ingested, asked and verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROSE = (
    "We face supply risks: a single supplier makes all brass for our widgets. If that supplier fails to"
    " deliver, our sales could fall. A shortage of brass in the market would raise our costs."
)


@dataclass(frozen=True)
class Report:
    """An annual report for a calendar year. Amounts are in millions: this year's, then the year before's."""

    company: str = "Acme Widgets, Inc."
    cik: str = "0000000042"
    ticker: str = "ACME"
    year: int = 2023
    flows: Mapping[str, tuple[int, int]] | None = None
    balances: Mapping[str, tuple[int, int]] | None = None
    segment: tuple[int, int] = (40, 30)

    @property
    def accession(self) -> str:
        return f"{self.cik}-{(self.year + 1) % 100:02}-000001"

    def write(self, folder: Path) -> Path:
        """Put it where EDGAR would have it below `folder`; returns the file."""
        home = folder / "edgar" / "data" / str(int(self.cik)) / self.accession.replace("-", "")
        home.mkdir(parents=True, exist_ok=True)
        path = home / f"{self.ticker.lower()}-{self.year}1231.htm"
        path.write_text(self.html(), encoding="utf-8")
        return path

    def html(self) -> str:
        flows = self.flows or {"Revenues": (100, 80), "CostOfRevenue": (60, 50), "NetIncomeLoss": (12, -3)}
        balances = self.balances or {"Assets": (500, 450), "CashAndCashEquivalentsAtCarryingValue": (70, 75)}
        rows = [_row(name, amounts, "d") for name, amounts in flows.items()]
        rows += [_row(name, amounts, "i") for name, amounts in balances.items()]
        rows.append(_row("Revenues", self.segment, "s", label="Brass segment"))
        return f"""<html xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" xmlns:xbrli="http://www.xbrl.org/2003/instance"
 xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" xmlns:dei="http://xbrl.sec.gov/dei/2023"
 xmlns:us-gaap="http://fasb.org/us-gaap/2023" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"
 xmlns:iso4217="http://www.xbrl.org/2003/iso4217"><head><title>{self.company}</title></head><body>
<div style="display:none"><ix:header><ix:hidden>{self._dei()}</ix:hidden><ix:resources>{self._contexts()}
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit></ix:resources></ix:header></div>
<p>{self.company}</p>
<h1>Item 1A. Risk Factors</h1><h3>Supply</h3><p>{PROSE}</p>
<h1>Item 8. Financial Statements</h1><p>(in millions)</p>
<table><tr><td></td><td>{self.year}</td><td>{self.year - 1}</td></tr>{"".join(rows)}</table>
</body></html>"""

    def _dei(self) -> str:
        facts = {
            "EntityRegistrantName": self.company,
            "EntityCentralIndexKey": self.cik,
            "TradingSymbol": self.ticker,
            "DocumentType": "10-K",
            "DocumentPeriodEndDate": f"{self.year}-12-31",
            "DocumentFiscalYearFocus": str(self.year),
            "DocumentFiscalPeriodFocus": "FY",
            "CurrentFiscalYearEndDate": "--12-31",
        }
        return "".join(
            f'<ix:nonNumeric name="dei:{name}" contextRef="d0">{value}</ix:nonNumeric>'
            for name, value in facts.items()
        )

    def _contexts(self) -> str:
        made: Sequence[str] = [
            _context(f"{kind}{back}", self.cik, self.year - back, kind) for kind in "dis" for back in (0, 1)
        ]
        return "".join(made)


def _context(name: str, cik: str, year: int, kind: str) -> str:
    segment = (
        '<xbrli:segment><xbrldi:explicitMember dimension="us-gaap:StatementBusinessSegmentsAxis">'
        "acme:BrassMember</xbrldi:explicitMember></xbrli:segment>"
    )
    days = f"<xbrli:startDate>{year}-01-01</xbrli:startDate><xbrli:endDate>{year}-12-31</xbrli:endDate>"
    if kind == "i":
        days = f"<xbrli:instant>{year}-12-31</xbrli:instant>"
    return (
        f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">{cik}'
        f"</xbrli:identifier>{segment if kind == 's' else ''}</xbrli:entity>"
        f"<xbrli:period>{days}</xbrli:period></xbrli:context>"
    )


def _row(concept: str, amounts: tuple[int, int], context: str, label: str = "") -> str:
    cells = ""
    for back, amount in enumerate(amounts):
        sign = ' sign="-"' if amount < 0 else ""
        printed = f"{abs(amount):,}"
        name = f"f-{concept}-{context}{back}"
        tag = (
            f'<ix:nonFraction id="{name}" name="us-gaap:{concept}" contextRef="{context}{back}" unitRef="usd"'
            f' decimals="-6" scale="6" format="ixt:num-dot-decimal"{sign}>{printed}</ix:nonFraction>'
        )
        cells += f"<td>{f'({tag})' if amount < 0 else tag}</td>"
    return f"<tr><td>{label or concept}</td>{cells}</tr>"
