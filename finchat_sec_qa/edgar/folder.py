"""What belongs to one filing: its index page and the documents that it lists."""

from dataclasses import dataclass

from lxml import etree, html

from finchat_sec_qa.errors import BadBodyError
from finchat_sec_qa.model.accession import is_document_name

MOST_DOCUMENTS = 200
_READABLE = (".htm", ".html", ".txt", ".xml")
# Kinds in EDGAR's index that are not written by the company for readers.
_LEFT_OUT = ("GRAPHIC", "ZIP", "EXCEL", "JSON", "XML", "COVER", "EX-101")


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document of a filing as its index page lists it. `role` is EDGAR's type: "10-K", "EX-13"."""

    name: str
    role: str
    inline: bool


def wanted_documents(page: bytes, label: str) -> tuple[ListedDocument, ...]:
    """The documents to fetch, main one first: what people read, and the XBRL instance if none is inline.

    Empty when the page lists only the full submission, as for filings before 2001. Raises BadBodyError.
    """
    rows = _rows(page, label)
    texts = [document for document, _ in rows if _is_text(document)]
    if not any(document.inline for document in texts):
        texts += [document for document, description in rows if _is_instance(document, description)]
    return tuple(dict.fromkeys(texts))[:MOST_DOCUMENTS]


def _is_text(document: ListedDocument) -> bool:
    return (
        bool(document.role)
        and document.name.lower().endswith(_READABLE)
        and not document.role.upper().startswith(_LEFT_OUT)
    )


def _is_instance(document: ListedDocument, description: str) -> bool:
    if not document.name.lower().endswith(".xml"):
        return False
    return document.role.upper() == "EX-101.INS" or "XBRL INSTANCE" in description.upper()


def _rows(page: bytes, label: str) -> list[tuple[ListedDocument, str]]:
    """Every document of the page with its description; names that are no plain file names are left out."""
    parser = html.HTMLParser(huge_tree=False, no_network=True)
    try:
        tree = html.document_fromstring(page, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise BadBodyError(f"{label}: not a readable index page ({error})") from error
    found: list[tuple[ListedDocument, str]] = []
    for row in tree.xpath('//table[contains(@class, "tableFile")]//tr[td]'):
        cells = row.findall("td")
        links = row.xpath("./td[3]//a/@href")
        if len(cells) < 4 or not links:
            continue
        name = str(links[0]).partition("#")[0].rpartition("/")[2]
        if is_document_name(name):
            inline = "ixbrl" in cells[2].text_content().lower() or "ix?doc=" in str(links[0])
            role = cells[3].text_content().replace("\xa0", " ").strip()
            found.append((ListedDocument(name, role, inline), cells[1].text_content()))
    return found
