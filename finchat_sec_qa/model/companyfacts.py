"""Names around EDGAR's companyfacts, one JSON file with the tagged figures of all reports of a company.

In the store each report that the file tells of is a filing of its own, whose one document is the report's
part of the file: "CIK0000320193.json#0000320193-23-000106". All parts share the file's bytes and their hash.
"""

import re

from finchat_sec_qa.model.accession import is_accession
from finchat_sec_qa.model.filing import Filing

FORM = "COMPANYFACTS"  # asked for beside forms of filings
EDGAR_DATA = "https://data.sec.gov"
_SUFFIX = "-companyfacts"
_FILE = re.compile(r"CIK\d{10}\.json", re.ASCII)


def is_file_name(name: str) -> bool:
    """True for the file's name on EDGAR, "CIK0000320193.json"."""
    return _FILE.fullmatch(name) is not None


def file_name(cik: str) -> str:
    """The file's name; `cik` has ten digits."""
    return f"CIK{cik}.json"


def part_name(cik: str, accession: str) -> str:
    """The name of one report's part of the file."""
    return f"{file_name(cik)}#{accession}"


def part_of_file(name: str) -> tuple[str, str] | None:
    """(the file's name, the report's accession) where a document's name is that of a part, else None."""
    file, hash_, accession = name.partition("#")
    return (file, accession) if hash_ and is_file_name(file) and is_accession(accession) else None


def filing_id(accession: str) -> str:
    """The id of the filing that stands for a report by its companyfacts alone."""
    return f"{accession}{_SUFFIX}"


def is_companyfacts(filing: Filing) -> bool:
    """Whether a filing is a report's part of companyfacts, not the report itself."""
    return filing.accession is not None and filing.id == filing_id(filing.accession)


def url_of(file: str) -> str:
    """The file's public address."""
    return f"{EDGAR_DATA}/api/xbrl/companyfacts/{file}"
