"""A citation made again from the original bytes of its document."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock

from finchat_sec_qa.answer.sentences import period_view
from finchat_sec_qa.cite.places import Source, cite_fact, cite_span
from finchat_sec_qa.errors import FinChatError, NotFoundError
from finchat_sec_qa.facts.calendar import DRIFT, Calendar
from finchat_sec_qa.facts.members import cut_of
from finchat_sec_qa.model.answer import Citation, PeriodView
from finchat_sec_qa.model.fact import Fact
from finchat_sec_qa.model.filing import Filing, SourceFile, StoredDocument
from finchat_sec_qa.model.passage import Scope
from finchat_sec_qa.model.plan import Subject
from finchat_sec_qa.parse.limits import Limits
from finchat_sec_qa.parse.parsed import ParsedFile
from finchat_sec_qa.ports import StoreReader
from finchat_sec_qa.question.companies import subject_of

_Key = tuple[str, str, str, tuple[str, date | None, int | None], bool]


@dataclass(frozen=True, slots=True)
class Rechecked:
    """A citation as given, what is wrong with it, and what it proves, read anew.

    What stands behind the first three fields is None where the filing or the place is not in the store.
    """

    citation: Citation
    problems: tuple[str, ...]
    company: str
    fact: Fact | None = None
    calendar: Calendar | None = None
    filing: Filing | None = None
    subject: Subject | None = None
    parsed: ParsedFile | None = None
    rivals: tuple[Fact, ...] = ()  # numbers of the document for about the same days and the same part

    def period_view(self) -> PeriodView | None:
        """The fact's period in the company's calendar; None without a fact."""
        if self.fact is None or self.calendar is None:
            return None
        return period_view(self.fact.period, self.calendar.name_of(self.fact.period))


class Readings:
    """Documents read again from their original bytes; the last few are remembered, for files of answers.

    What is remembered is named by the hash of the bytes it came from, which are hashed anew each time.
    """

    def __init__(self, limits: Limits, keep: int = 4) -> None:
        self._limits = limits
        self._keep = keep
        self._read: OrderedDict[_Key, ParsedFile] = OrderedDict()
        self._guard = Lock()

    def read(self, store: StoreReader, filing: Filing, stored: StoredDocument) -> ParsedFile:
        """The document parsed from its bytes; without facts of its own it has those of its statements.

        Raises StoreCorruptError, ParseError.
        """
        # Parsers take long to load, and a server has to answer before it verifies.
        from finchat_sec_qa.facts.printed.read import document_facts  # noqa: PLC0415
        from finchat_sec_qa.parse.filing import read_document  # noqa: PLC0415

        content = store.original(stored.sha256)
        reported = (filing.form, filing.period_end, filing.fiscal_year)  # what printed columns are dated by
        key = (stored.sha256, stored.name, stored.role, reported, stored.index == 0)
        with self._guard:
            if key in self._read:
                self._read.move_to_end(key)
                return self._read[key]
        file = SourceFile(stored.name, content, stored.role)
        parsed = read_document(file, filing.form, self._limits, main=stored.index == 0)
        if not parsed.facts:
            parsed = replace(parsed, facts=tuple(document_facts(parsed.document, 0, filing)))
        with self._guard:
            self._read[key] = parsed
            while len(self._read) > self._keep:
                self._read.popitem(last=False)
        return parsed


class Recheck:
    """Makes the citations of one answer again; each cited document is read once."""

    def __init__(self, store: StoreReader, readings: Readings) -> None:
        self._store = store
        self._readings = readings
        self._read: dict[tuple[str, str], tuple[Filing, ParsedFile] | str] = {}

    def citation(self, citation: Citation) -> Rechecked:
        """The citation compared with the one that its document's bytes give."""
        read = self.document(citation.filing, citation.sha256)
        if isinstance(read, str):
            return Rechecked(citation, (read,), citation.company)
        filing, parsed = read
        source = source_of(filing, parsed)
        fact = _fact(parsed, citation)
        if citation.concept is not None and fact is None:
            problem = f"the document has no fact {citation.fact_id} of {citation.concept} at {citation.start}"
            return Rechecked(citation, (problem,), filing.company)
        if not 0 <= citation.start < citation.end <= len(source.text):
            problem = f"offsets {citation.start} to {citation.end} lie outside the document"
            return Rechecked(citation, (problem,), filing.company)
        wanted = (
            cite_fact(source, citation.id, fact)
            if fact is not None
            else cite_span(source, citation.id, citation.start, citation.end)
        )
        problems = tuple(_differences(citation, wanted))
        subject = subject_of(filing, self._store.companies())
        calendar = self._calendar(filing, subject)
        rivals = _rivals(parsed, fact) if fact is not None else ()
        return Rechecked(citation, problems, filing.company, fact, calendar, filing, subject, parsed, rivals)

    def each(self, citations: Sequence[Citation]) -> list[Rechecked]:
        """Many citations made again, document by document, of which only one is held at a time."""
        made: dict[int, Rechecked] = {}
        order = sorted(range(len(citations)), key=lambda at: (citations[at].filing, citations[at].sha256, at))
        for at in order:
            if (citations[at].filing, citations[at].sha256) not in self._read:
                self._read.clear()
            made[at] = replace(self.citation(citations[at]), parsed=None)
        return [made[at] for at in range(len(citations))]

    def document(self, filing_id: str, sha256: str) -> tuple[Filing, ParsedFile] | str:
        """The filing and its document with that hash, parsed anew; or what stands in the way."""
        key = (filing_id, sha256)
        if key not in self._read:
            self._read[key] = self._read_again(filing_id, sha256)
        return self._read[key]

    def main_document(self, filing_id: str) -> tuple[Filing, ParsedFile] | None:
        """The filing and its first document, parsed anew; None where the store has no such filing."""
        try:
            stored = self._store.documents(filing_id)[0]
        except NotFoundError:
            return None
        read = self.document(filing_id, stored.sha256)
        return None if isinstance(read, str) else read

    def _read_again(self, filing_id: str, sha256: str) -> tuple[Filing, ParsedFile] | str:
        """The filing and the document parsed anew, or what stands in the way."""
        try:
            filing = self._store.filing(filing_id)
            stored = self._stored(filing_id, sha256)
            return filing, self._readings.read(self._store, filing, stored)
        except FinChatError as error:
            return str(error)

    def _stored(self, filing_id: str, sha256: str) -> StoredDocument:
        for document in self._store.documents(filing_id):
            if document.sha256 == sha256:
                return document
        raise NotFoundError(f"filing {filing_id} has no document with SHA-256 {sha256}")

    def _calendar(self, filing: Filing, subject: Subject | None) -> Calendar:
        """The calendar of the filing's company, from all its filings, as answers use it."""
        return Calendar(self._store.filings(Scope(companies=subject.keys)) if subject else (filing,))


def source_of(filing: Filing, parsed: ParsedFile) -> Source:
    """A document parsed anew, to cite from."""
    document = parsed.document
    return Source(
        filing=filing,
        name=document.name,
        sha256=document.sha256,
        text=document.text,
        sections=document.sections,
        pages=document.pages,
        blocks=document.blocks,
        tables=document.tables,
    )


def _fact(parsed: ParsedFile, citation: Citation) -> Fact | None:
    """The cited fact: by its id, and by its place where there are no ids, as for a printed one."""
    for fact in parsed.facts:
        same_place = fact.start == citation.start and fact.end == citation.end
        if citation.concept is None and fact.printed and same_place:
            return fact
        if fact.concept == citation.concept and fact.fact_id == citation.fact_id and same_place:
            return fact
    return None


def _rivals(parsed: ParsedFile, fact: Fact) -> tuple[Fact, ...]:
    """Numbers for about the days of a fact, of the whole company or of the part that the fact is of."""
    cut, whole = cut_of(fact), not fact.dimensions
    return tuple(
        other
        for other in parsed.facts
        if other.value is not None
        and abs((other.period.end - fact.period.end).days) <= 2 * DRIFT
        and cut_of(other) == cut
        and (not other.dimensions) == whole
    )


def _differences(given: Citation, wanted: Citation) -> Iterator[str]:
    """One sentence for each field that is not as the bytes give it."""
    for field in Citation.model_fields:
        one, other = getattr(given, field), getattr(wanted, field)
        if one != other:
            yield f"{field} is {_short(one)}, the stored filing gives {_short(other)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "…"
