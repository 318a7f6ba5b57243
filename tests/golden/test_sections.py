"""Every Item that the real reports print is found, where it stands, at a plausible length."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from finchat_sec_qa.model.document import ParsedDocument, Section
from finchat_sec_qa.model.filing import ParsedFiling, SourceFile, SourceFiling
from finchat_sec_qa.parse.filing import read_filing
from finchat_sec_qa.parse.limits import Limits

pytestmark = pytest.mark.shared

ANNUAL = (
    *(f"Part I, Item {number}" for number in ("1", "1A", "1B", "2", "3", "4")),
    *(f"Part II, Item {number}" for number in ("5", "6", "7", "7A", "8", "9", "9A", "9B")),
    *(f"Part III, Item {number}" for number in ("10", "11", "12", "13", "14")),
    "Part IV, Item 15",
)
QUARTERLY = (
    *(f"Part I, Item {number}" for number in ("1", "2", "3", "4")),
    *(f"Part II, Item {number}" for number in ("1", "1A", "2", "6")),
)
# not printed in these reports at all, seen by eye
ABSENT = {
    "0000051143-23-000021": {"Part I, Item 3", "Part II, Item 1A"},
    "9999999999-25-000003": {"Part I, Item 3", "Part II, Item 1A"},
    "0000200406-23-000082": {"Part II, Item 1A"},
    "0000200406-25-000178": {"Part II, Item 1A"},
    "0000077476-24-000008": {"Part II, Item 6"},
    "PEPSICO_2021_10K": {"Part II, Item 6"},
    "PEPSICO_2022_10K": {"Part II, Item 6"},
    "AMCOR_2023_10K": {"Part II, Item 6", "Part II, Item 9C"},
    "GENERALMILLS_2022_10K": {"Part II, Item 6"},
    "PFIZER_2021_10K": {"Part I, Item 1B", "Part I, Item 4", "Part II, Item 9B", "Part II, Item 9C"},
}
# these reports print their statements or discussion elsewhere: in an exhibit, or below Item 15
ELSEWHERE = ("IBM", "INTERNATIONAL BUSINESS MACHINES", "NVIDIA", "Netflix", "PepsiCo", "CARBO", "CVS HEALTH")
CIKS = (
    "1009672", "1018724", "104169", "1045810", "1065280", "12927", "1318605", "1326801", "1652044", "200406",
    "21344", "2488", "320187", "320193", "51143", "66740", "77476", "78003", "796343",
)  # fmt: skip
PDFS = (
    "ADOBE", "AMCOR", "COCACOLA", "COSTCO", "CVSHEALTH", "GENERALMILLS", "JOHNSON", "KRAFTHEINZ", "LOCKHEED",
    "MICROSOFT", "NIKE", "PEPSICO", "PFIZER", "Pfizer", "VERIZON", "WALMART",
)  # fmt: skip


def expected(filing_id: str, form: str, end: date) -> set[str]:
    if form == "10-Q":
        return set(QUARTERLY) - ABSENT.get(filing_id, set())
    new = {"Part I, Item 1C"} if end >= date(2023, 12, 15) else set()
    new |= {"Part II, Item 9C"} if end >= date(2022, 1, 10) else set()
    return (set(ANNUAL) | new) - ABSENT.get(filing_id, set())


def check_items(parsed: ParsedFiling) -> None:
    filing, document = parsed.filing, parsed.documents[0]
    assert filing.period_end is not None
    found = {section.label: section for section in document.sections}
    assert expected(filing.id, filing.form, filing.period_end) - set(found) == set(), filing.id
    for section in document.sections:
        check_heading(document, section)
    doubtful = {label for label, section in found.items() if section.warning}
    if not any(name in filing.company for name in ELSEWHERE):
        assert doubtful == set(), filing.id


def check_heading(document: ParsedDocument, section: Section) -> None:
    """The section begins with its own heading, without a page number, and does not end in the next one."""
    text = document.text[section.start : section.end]
    first = text.split("\n", 1)[0]
    named = section.item.replace(" ", " ?")  # some print "Item10."
    assert re.match(rf"(?:PART [IV]+[ ,|.]*)?{named}\b", first, re.IGNORECASE), first
    assert not re.search(r"\|\s*\d+$", first), first
    assert text == text.rstrip()


def newest(edgar: Path, cik: str) -> list[SourceFiling]:
    """The company's newest two reports of its folder that are HTML."""
    found = []
    for folder in sorted((edgar / "Archives/edgar/data" / cik).iterdir()):
        files = tuple(SourceFile(path.name, path.read_bytes()) for path in sorted(folder.glob("*.htm")))
        if folder.is_dir() and any(len(file.content) > 200_000 for file in files):
            accession = f"{folder.name[:10]}-{folder.name[10:12]}-{folder.name[12:]}"
            found.append(SourceFiling(str(folder), accession, accession, cik.zfill(10), files))
    return found[-2:]


@pytest.mark.parametrize("cik", CIKS)
def test_items_of_html_reports(edgar: Path, cik: str) -> None:
    reports = 0
    for source in newest(edgar, cik):
        parsed = read_filing(source, Limits())
        if parsed.filing.form in ("10-K", "10-Q"):
            check_items(parsed)
            reports += 1
    assert reports


@pytest.mark.parametrize("name", PDFS)
def test_items_and_identity_of_pdf_reports(shared: Path, name: str) -> None:
    folder = shared / "financebench"
    lines = (folder / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    truth = {one["doc_name"]: one for one in map(json.loads, lines)}
    paths = sorted((folder / "pdfs").glob(f"{name}*.pdf"))
    assert paths
    for path in {paths[0], paths[-1]}:
        # the name given to the parser says nothing
        source = SourceFiling(
            path.name, path.stem, None, None, (SourceFile("report.pdf", path.read_bytes()),)
        )
        parsed = read_filing(source, Limits())
        check_identity(parsed, truth[path.stem])
        if parsed.filing.form in ("10-K", "10-Q"):
            check_items(parsed)


def check_identity(parsed: ParsedFiling, truth: dict[str, object]) -> None:
    filing = parsed.filing
    words = re.findall(r"\w+", filing.company.lower().replace("-", ""))
    assert re.findall(r"\w+", str(truth["company"]).lower().replace("-", ""))[0] in words
    forms = {"10k": "10-K", "10q": "10-Q", "8k": "8-K", "Earnings": "EX-99"}
    assert filing.form == forms[str(truth["doc_type"])]
    assert filing.period_end is not None
    if filing.form != "8-K":
        assert filing.fiscal_year == truth["doc_period"]
    quarter = re.search(r"_\d{4}(Q[1-4])_", str(truth["doc_name"]))
    if quarter and filing.fiscal_period != "FY":
        assert filing.fiscal_period == quarter.group(1)
