"""Small crafted files for the tests of the HTML parser."""

from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import SourceFile
from finchat_sec_qa.parse.html import parse_html
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.parse.parsed import ParsedFile

OPENING = (
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"'
    ' xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"'
    ' xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><body>'
)
ENTITY = '<xbrli:entity><xbrli:identifier scheme="cik">0000000001</xbrli:identifier></xbrli:entity>'
YEAR = "<xbrli:startDate>2023-10-01</xbrli:startDate><xbrli:endDate>2024-09-28</xbrli:endDate>"
RESOURCES = (
    '<div style="display:none"><ix:header><ix:hidden>{hidden}</ix:hidden><ix:resources>'
    f'<xbrli:context id="y">{ENTITY}<xbrli:period>{YEAR}</xbrli:period></xbrli:context>'
    f'<xbrli:context id="i">{ENTITY}<xbrli:period><xbrli:instant>2024-09-28</xbrli:instant></xbrli:period>'
    "</xbrli:context>{contexts}"
    '<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>'
    '<xbrli:unit id="eps"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure>'
    "</xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure>"
    "</xbrli:unitDenominator></xbrli:divide></xbrli:unit></ix:resources></ix:header></div>"
)


def parse(body: str | bytes, limits: Limits = Limits(max_seconds=30)) -> ParsedFile:
    """Parse a body of HTML as it is, or whole bytes."""
    content = body if isinstance(body, bytes) else f"<html><body>{body}</body></html>".encode()
    return parse_html(SourceFile("a.htm", content), limits)


def parse_inline(body: str, *, hidden: str = "", contexts: str = "") -> ParsedFile:
    """Parse a body of inline XBRL with contexts y (a year) and i (its end), units usd and eps."""
    resources = RESOURCES.replace("{hidden}", hidden).replace("{contexts}", contexts)
    content = f"{OPENING}{resources}{body}</body></html>".encode()
    return parse_html(SourceFile("a.htm", content), Limits(max_seconds=30))


def only_fact(parsed: ParsedFile) -> Fact:
    """The one fact of a file that has no warnings."""
    assert parsed.document.warnings == ()
    (fact,) = parsed.facts
    return fact


def table_html(*rows: tuple[str, ...]) -> str:
    """A plain table of cells."""
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"
