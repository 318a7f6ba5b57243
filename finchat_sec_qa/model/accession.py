"""Accession numbers, CIKs, and the addresses on EDGAR that follow from them."""

import re

EDGAR_WWW = "https://www.sec.gov"
_DASHED = re.compile(r"\d{10}-\d{2}-\d{6}", re.ASCII)
_PLAIN = re.compile(r"\d{18}", re.ASCII)
_CIK = re.compile(r"\d{1,10}", re.ASCII)
# Names of documents as EDGAR accepts them; no slash, no leading dot: such a name cannot leave its folder.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.~\-]{0,127}")


def is_accession(text: str) -> bool:
    """True for the dashed form, "0000320193-24-000123"."""
    return _DASHED.fullmatch(text) is not None


def is_document_name(text: str) -> bool:
    """True for a file name that EDGAR could have given to a document of a filing."""
    return _NAME.fullmatch(text) is not None


def dashed(text: str) -> str | None:
    """The accession that a folder name of 18 digits stands for; None for any other text."""
    return f"{text[:10]}-{text[10:12]}-{text[12:]}" if _PLAIN.fullmatch(text) else None


def padded_cik(text: str | int) -> str | None:
    """A CIK with its zeros, ten digits; None when the text is no CIK."""
    found = str(text)
    return found.zfill(10) if _CIK.fullmatch(found) and int(found) > 0 else None


def folder_path(cik: str, accession: str) -> str:
    """The path of a filing's folder on EDGAR, without a slash at either end. Raises ValueError."""
    if not _CIK.fullmatch(cik) or not is_accession(accession):
        raise ValueError(f"no filing has CIK {cik!r} and accession {accession!r}")
    return f"Archives/edgar/data/{int(cik)}/{accession.replace('-', '')}"


def document_url(cik: str, accession: str, name: str) -> str:
    """The public address of one document of a filing. Raises ValueError for what EDGAR would not name so."""
    if not is_document_name(name):
        raise ValueError(f"no document is named {name!r}")
    return f"{EDGAR_WWW}/{folder_path(cik, accession)}/{name}"
