"""A small made-up annual report in inline XBRL."""

CONTEXT = """<xbrli:context id="c-1"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">0000000001
</xbrli:identifier></xbrli:entity><xbrli:period><xbrli:startDate>2023-01-01</xbrli:startDate>
<xbrli:endDate>2023-12-31</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>"""
COVER = {
    "DocumentType": "10-K",
    "EntityRegistrantName": "Acme Anvils Inc.",
    "EntityCentralIndexKey": "0000000001",
    "TradingSymbol": "ACME",
    "DocumentFiscalYearFocus": "2023",
    "DocumentFiscalPeriodFocus": "FY",
    "DocumentPeriodEndDate": "2023-12-31",
    "CurrentFiscalYearEndDate": "--12-31",
}


def report(revenue: str = "1,250") -> bytes:
    """The report of Acme Anvils for 2023; `revenue` as it is printed, in millions of dollars."""
    cover = "".join(
        f'<p><ix:nonNumeric id="f-{name}" contextRef="c-1" name="dei:{name}">{value}</ix:nonNumeric></p>'
        for name, value in COVER.items()
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:us-gaap="http://fasb.org/us-gaap/2023"
 xmlns:dei="http://xbrl.sec.gov/dei/2023" xmlns:iso4217="http://www.xbrl.org/2003/iso4217"><body>
<div style="display:none"><ix:header><ix:resources>{CONTEXT}</ix:resources></ix:header></div>{cover}
<p><b>PART I</b></p><p><b>Item 1A. Risk Factors</b></p>
<p>Our anvils are made of iron from one supplier. A shortage of iron would delay our deliveries.</p>
<p><b>PART II</b></p><p><b>Item 8. Financial Statements and Supplementary Data</b></p>
<p>Consolidated statements of operations (in millions)</p>
<table><tr><td></td><td>2023</td></tr><tr><td>Revenues</td><td>$<ix:nonFraction id="f-7" contextRef="c-1"
 unitRef="usd" decimals="-6" scale="6" name="us-gaap:Revenues">{revenue}</ix:nonFraction></td></tr></table>
</body></html>""".encode()
