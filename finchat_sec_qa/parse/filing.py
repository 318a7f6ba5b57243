"""All files of one filing, read and put together."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from finchat_sec_qa.errors import MalformedError, ParseError, UnsupportedFormatError
from finchat_sec_qa.model.document import ParsedDocument
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing, ParsedFiling, SourceFile, SourceFiling
from finchat_sec_qa.parse.companyfacts import parse_companyfacts
from finchat_sec_qa.parse.cover import identity_from_cover
from finchat_sec_qa.parse.html import parse_html
from finchat_sec_qa.parse.identity import Identity, identity_from_facts
from finchat_sec_qa.parse.instance import parse_instance
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.parse.parsed import ParsedFile
from finchat_sec_qa.parse.pdf import parse_pdf
from finchat_sec_qa.parse.sections import find_sections, section_warnings
from finchat_sec_qa.parse.sniff import FileKind, sniff
from finchat_sec_qa.parse.submission import SubmissionHeader, split_submission
from finchat_sec_qa.parse.text import parse_text

PARSER_VERSION = "2"  # raised whenever the same bytes give another text, other facts or other offsets

_PARSERS: dict[FileKind, Callable[[SourceFile, Limits], ParsedFile]] = {
    "html": parse_html,
    "ixbrl": parse_html,
    "xbrl": parse_instance,
    "companyfacts": parse_companyfacts,
    "pdf": parse_pdf,
    "text": parse_text,
}
_EXHIBIT_NAME = re.compile(r"ex(?:hibit)?[-_.]?(\d{1,2})", re.IGNORECASE)
_EXHIBITS = frozenset(("3", "4", "5", "10", "13", "21", "22", "23", "24", "31", "32", "95", "97", "99"))
_REASONS: dict[FileKind, str] = {
    "other": (
        "not a filing document (HTML, inline XBRL, XBRL instance, full submission, PDF, filing text or "
        "EDGAR's companyfacts)"
    ),
}


@dataclass(frozen=True, slots=True)
class _Unwrapped:
    """The files of a filing without wrappers, and what the wrapper's header says."""

    files: tuple[tuple[SourceFile, FileKind], ...]
    header: SubmissionHeader
    wrappers: tuple[SourceFile, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """One file after parsing."""

    file: SourceFile
    kind: FileKind
    parsed: ParsedFile = field(repr=False)


def source_digest(source: SourceFiling) -> str:
    """A hash (hex) of a filing's files and of the parser's version; known before anything is parsed."""
    digest = hashlib.sha256(f"parser {PARSER_VERSION}".encode())
    known = (source.accession, source.cik, source.form, source.sample)
    digest.update(repr(known).encode())
    for file in source.files:
        digest.update(f"\n{file.name}\t{file.role}\t{_sha256(file.content)}".encode())
    return digest.hexdigest()


def read_filing(source: SourceFiling, limits: Limits) -> ParsedFiling:
    """Read all documents of a filing, main one first; passages are left empty.

    What is no document of a filing (pictures, linkbases, viewer pages) is passed over when other files are
    there. What is known from outside wins over what the documents say; a contradiction becomes a warning.
    Raises UnsupportedFormatError when no document is left, MalformedError for an error page in place of a
    file, or what the main document's parser raises.
    """
    unwrapped = _unwrap(source, limits)
    form = source.form or unwrapped.header.form
    read, warnings = _read_all(source, unwrapped, form, limits)
    ordered = _main_first(_without_twins(read), form)
    identity = _identity(ordered, unwrapped.header, form)
    documents, facts = _put_together(ordered, identity.form)
    warnings += _contradictions(source, identity, unwrapped.header)
    if warnings:
        main = replace(documents[0], warnings=(*documents[0].warnings, *warnings))
        documents = (main, *documents[1:])
    originals = {one.parsed.document.sha256: one.file.content for one in ordered}
    originals.update((_sha256(wrapper.content), wrapper.content) for wrapper in unwrapped.wrappers)
    return ParsedFiling(
        filing=_filing(source, identity, unwrapped.header),
        documents=documents,
        facts=facts,
        passages=(),
        originals=originals,
        digest=source_digest(source),
    )


def read_document(file: SourceFile, form: str, limits: Limits, *, main: bool) -> ParsedFile:
    """One stored document read again, with its sections, as `read_filing` read it.

    `main` is True for the filing's first document. Raises ParseError.
    """
    kind = sniff(file)
    if kind not in _PARSERS:
        raise UnsupportedFormatError(file.name, _REASONS["other"])
    parsed = _PARSERS[kind](file, limits)
    if main or parsed.document.role.startswith("EX-13"):
        sections = find_sections(parsed.document, form)
        return replace(parsed, document=replace(parsed.document, sections=sections))
    return parsed


def _unwrap(source: SourceFiling, limits: Limits) -> _Unwrapped:
    files: list[tuple[SourceFile, FileKind]] = []
    header = SubmissionHeader()
    wrappers: list[SourceFile] = []
    for file in source.files:
        kind = sniff(file)
        if kind == "error_page":
            raise MalformedError(file.name, "an error page of the server instead of the file; fetch it again")
        if kind != "submission":
            files.append((file, kind))
            continue
        found, inner = split_submission(file, limits)
        if not wrappers:
            header = found
        wrappers.append(file)
        files.extend((document, sniff(document)) for document in inner)
    return _Unwrapped(tuple(files), header, tuple(wrappers))


def _read_all(
    source: SourceFiling, unwrapped: _Unwrapped, form: str, limits: Limits
) -> tuple[list[_Read], list[str]]:
    """The parsed documents in order, and a warning for each lesser one that cannot be read."""
    readable = [(file, kind) for file, kind in unwrapped.files if kind in _PARSERS]
    if not readable:
        name = source.files[0].name if len(source.files) == 1 else source.label
        raise UnsupportedFormatError(name, _REASONS["other"])
    read: list[_Read] = []
    failed: list[ParseError] = []
    has_inline = any(kind == "ixbrl" for _, kind in readable)
    # the instance beside inline XBRL holds the same facts once more: it is read only where those fail
    for file, kind in sorted(readable, key=lambda one: one[1] == "xbrl"):
        if kind == "xbrl" and has_inline and any(one.parsed.facts for one in read):
            continue
        try:
            read.append(_Read(file, kind, _PARSERS[kind](file, limits)))
        except ParseError as error:
            if len(readable) == 1 or (form and _same_form(file.role, form)):
                raise
            failed.append(error)
    if not read:
        raise failed[0]
    return read, [f"{error.name} was left out: {error.reason}" for error in failed]


def _without_twins(read: Sequence[_Read]) -> list[_Read]:
    """Each content once (a loose one may also be inside the submission beside it), empty ones left out."""
    once = list({one.parsed.document.sha256: one for one in reversed(read)}.values())[::-1]
    return [one for one in once if one.parsed.document.text] or once


def _main_first(read: list[_Read], form: str) -> list[_Read]:
    main = max(read, key=lambda one: _mainness(one, form))
    return [main, *(one for one in read if one is not main)]


def _mainness(one: _Read, form: str) -> tuple[bool, bool, int, int]:
    document = one.parsed.document
    role = document.role or _role_by_name(document.name)
    return (
        bool(form) and _same_form(role, form),
        not role.startswith("EX-"),
        0 if one.kind == "xbrl" else len(one.parsed.facts),
        len(document.text),
    )


def _same_form(role: str, form: str) -> bool:
    return role.upper().removesuffix("/A") == form.upper().removesuffix("/A")


def _role_by_name(name: str) -> str:
    found = _EXHIBIT_NAME.search(name)
    return f"EX-{found.group(1)}" if found and found.group(1) in _EXHIBITS else ""


def _identity(ordered: Sequence[_Read], header: SubmissionHeader, form: str) -> Identity:
    """From dei facts first, then the submission's header, then the cover page."""
    main = ordered[0].parsed
    facts = [*main.facts, *(fact for one in ordered[1:] for fact in one.parsed.facts)]
    found = main.identity.or_else(identity_from_facts(facts)).or_else(
        Identity(
            company=header.company,
            cik=header.cik,
            form=header.form or form,
            period_end=header.period_end,
            fiscal_year_end=header.fiscal_year_end,
        )
    )
    if main.document.kind in ("xbrl", "companyfacts") or found.complete:
        return found
    return found.or_else(identity_from_cover(main.document.text))


def _put_together(ordered: Sequence[_Read], form: str) -> tuple[tuple[ParsedDocument, ...], tuple[Fact, ...]]:
    documents = []
    facts: list[Fact] = []
    for index, one in enumerate(ordered):
        document = one.parsed.document
        role = document.role or (form if index == 0 else _role_by_name(document.name))
        sections = document.sections
        warnings = document.warnings
        if index == 0 or role.startswith("EX-13"):
            sections = find_sections(document, form)
        if index == 0:
            warnings += section_warnings(document, form, sections)
        documents.append(replace(document, role=role, sections=sections, warnings=warnings))
        facts.extend(replace(fact, document=index) if index else fact for fact in one.parsed.facts)
    return tuple(documents), tuple(facts)


def _contradictions(source: SourceFiling, identity: Identity, header: SubmissionHeader) -> list[str]:
    warnings = []
    if source.cik and identity.cik and source.cik != identity.cik:
        warnings.append(f"The document names CIK {identity.cik}, its place says {source.cik}.")
    if source.accession and header.accession and source.accession != header.accession:
        warnings.append(f"The header names accession {header.accession}, its place says {source.accession}.")
    return warnings


def _filing(source: SourceFiling, identity: Identity, header: SubmissionHeader) -> Filing:
    return Filing(
        id=source.id,
        accession=source.accession or header.accession,
        cik=source.cik or identity.cik,
        company=source.company or identity.company,
        tickers=source.tickers or identity.tickers,
        former_names=source.former_names or header.former_names,
        form=source.form or identity.form,
        period_end=source.period_end or identity.period_end,
        fiscal_year=identity.fiscal_year,
        fiscal_period=identity.fiscal_period,
        fiscal_year_end=identity.fiscal_year_end,
        filed=source.filed or header.filed,
        url=source.url,
        sample=source.sample,
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
