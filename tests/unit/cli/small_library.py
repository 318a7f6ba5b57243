"""A library of one made-up filing, held in memory, that behaves as the real one where the CLI can tell."""

from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from finchat_sec_qa.errors import NotFoundError, StoreLockedError, UsageError
from finchat_sec_qa.model.answer import (
    Answer,
    AnswerScope,
    CheckedCitation,
    Citation,
    PeriodView,
    Refusal,
    Value,
    VerifyReport,
)
from finchat_sec_qa.model.figure_table import (
    FigureCell,
    FigureColumn,
    FigureRow,
    FigureTable,
    Gap,
    TableKind,
)
from finchat_sec_qa.model.progress import OnProgress, Progress, unheard
from finchat_sec_qa.model.request import IngestRequest, ScopeRequest
from finchat_sec_qa.model.table_request import PartKind, StatementName
from finchat_sec_qa.model.views import (
    BlockView,
    BlockWindow,
    CompanyView,
    DocumentView,
    FactView,
    FailedFiling,
    FilingDetail,
    FilingView,
    IngestReport,
    SearchHit,
    SectionView,
    StoreCheck,
    StoreInfo,
)

if TYPE_CHECKING:
    from finchat_sec_qa.wiring import Library

FILING = "0000000001-24-000001"
COMPANY = "Acme \x1b[31mWidgets\u202e, Inc."  # a hostile name: colours the terminal, turns the text
PARAGRAPHS = (
    "Item 1. Business",
    "We make widgets.",
    "Item 1A. Risk Factors",
    "Net sales 1,234 \x1b]0;owned\x07",
)
TEXT = "\n".join(PARAGRAPHS) + "\n"
BYTES = TEXT.encode()
DIGEST = sha256(BYTES).hexdigest()
NUMBER = TEXT.index("1,234")
ITEM_1A = TEXT.index("Item 1A")


def view(filing: str = FILING, form: str = "10-K") -> FilingView:
    return FilingView(
        id=filing,
        accession=filing,
        cik="0000000001",
        company=COMPANY,
        tickers=("ACME",),
        form=form,
        period_end=date(2023, 12, 31),
        fiscal_year=2023,
        fiscal_period="FY" if form == "10-K" else "Q2",
        filed=date(2024, 2, 1),
        url=None,
        sample=True,
    )


class SmallLibrary:
    """Answers questions that speak of sales; refuses others; knows one filing."""

    def __init__(self, *, empty: bool = False) -> None:
        self.stored = [] if empty else [view(), view("acme-q2", "10-Q")]
        self.asked: list[tuple[str, ScopeRequest]] = []
        self.ingested: list[object] = []
        self.failing: dict[str, str] = {}
        self.opened: list[tuple[Path | None, bool, int | None]] = []
        self.locked = False
        self.closed = 0

    def open(self, store: Path | None, read_only: bool, jobs: int | None) -> "Library":
        """An `Opener` for `finchat_sec_qa.cli.run`."""
        if self.locked and not read_only:
            raise StoreLockedError("another process is writing to the store")
        self.opened.append((store, read_only, jobs))
        return cast("Library", self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed += 1

    def ask(
        self,
        question: str,
        scope: ScopeRequest = ScopeRequest(),
        on_stage: Callable[[str], None] | None = None,
    ) -> Answer:
        self.asked.append((question, scope))
        self._check(scope)
        if on_stage is not None:
            on_stage("plan")
        return answered(question) if "sales" in question or "revenue" in question else refused(question)

    def search(
        self, query: str, scope: ScopeRequest = ScopeRequest(), limit: int = 10
    ) -> tuple[SearchHit, ...]:
        self.asked.append((query, scope))
        self._check(scope)
        hits = [
            SearchHit(
                filing=FILING,
                company=COMPANY,
                form="10-K",
                period_end=date(2023, 12, 31),
                document=0,
                sha256=DIGEST,
                page=None,
                section="Part I, Item 1",
                heading="Business",
                text=paragraph,
                start=TEXT.index(paragraph),
                end=TEXT.index(paragraph) + len(paragraph),
                score=1.5,
                url=None,
            )
            for paragraph in PARAGRAPHS
            if query.lower() in paragraph.lower()
        ]
        return tuple(hits[:limit])

    def companies(self) -> tuple[CompanyView, ...]:
        if not self.stored:
            return ()
        return (
            CompanyView(
                key="0000000001",
                cik="0000000001",
                name=COMPANY,
                tickers=("ACME",),
                filings=len(self.stored),
                first_period=date(2023, 6, 30),
                last_period=date(2023, 12, 31),
            ),
        )

    def filings(self, scope: ScopeRequest = ScopeRequest()) -> tuple[FilingView, ...]:
        self._check(scope)
        return tuple(one for one in self.stored if not scope.forms or one.form in scope.forms)

    def filing(self, filing_id: str) -> FilingDetail:
        for one in self.stored:
            if one.id == filing_id:
                document = DocumentView(
                    index=0,
                    name="acme.htm",
                    kind="html",
                    role="10-K",
                    sha256=DIGEST,
                    size=len(BYTES),
                    length=len(TEXT),
                    pages=0,
                    url="https://www.sec.gov/acme.htm",
                )
                return FilingDetail(
                    **one.model_dump(), documents=(document,), facts=2, passages=1, warnings=()
                )
        raise NotFoundError(f"no filing {filing_id} in the store")

    def sections(self, filing_id: str) -> tuple[SectionView, ...]:
        self.filing(filing_id)
        return (section("Part I", "Item 1", 0, ITEM_1A), section("Part I", "Item 1A", ITEM_1A, len(TEXT)))

    def blocks(self, filing_id: str, document: int = 0, *, start: int = 0, limit: int = 60) -> BlockWindow:
        self.filing(filing_id)
        places = [(TEXT.index(one), TEXT.index(one) + len(one)) for one in PARAGRAPHS]
        blocks = [
            BlockView(
                kind="paragraph", level=0, start=first, end=last, page=None, text=TEXT[first:last], table=None
            )
            for first, last in places
            if last > start
        ]
        shown = blocks[: min(limit, 2)]  # two at a time, so that reading on is tried
        return BlockWindow(
            filing=filing_id,
            document=document,
            sha256=DIGEST,
            length=len(TEXT),
            blocks=tuple(shown),
            previous=None,
            next=blocks[len(shown)].start if len(blocks) > len(shown) else None,
        )

    def facts(
        self,
        filing_id: str,
        *,
        concept: str | None = None,
        numeric_only: bool = False,
        limit: int | None = None,
    ) -> tuple[FactView, ...]:
        self.filing(filing_id)
        facts = [fact(filing_id, "us-gaap:Revenues", "1234"), fact(filing_id, "us-gaap:Assets", "-5")]
        return tuple(one for one in facts if concept is None or one.concept.endswith(concept))[:limit]

    def series(
        self,
        company: str,
        metric: str,
        *,
        part: str | None = None,
        by: PartKind | None = None,
        years: int = 5,
        quarters: int | None = None,
        as_of: date | None = None,
    ) -> FigureTable:
        self.asked.append(
            (f"series {company} {metric} {part} {by} {years} {quarters} {as_of}", ScopeRequest())
        )
        self._check(ScopeRequest(companies=(company,)))
        return figures("series", empty=metric == "goodwill")

    def compare(
        self,
        companies: Sequence[str],
        metrics: Sequence[str],
        periods: Sequence[str],
        *,
        by: PartKind | None = None,
        as_of: date | None = None,
    ) -> FigureTable:
        self.asked.append((f"compare {companies} {metrics} {periods} {by} {as_of}", ScopeRequest()))
        self._check(ScopeRequest(companies=tuple(companies)))
        return figures("comparison")

    def statement(
        self, company: str, period: str, which: StatementName, *, as_of: date | None = None
    ) -> FigureTable:
        self.asked.append((f"statement {company} {period} {which} {as_of}", ScopeRequest()))
        self._check(ScopeRequest(companies=(company,)))
        return figures("statement")

    def original(self, filing_id: str, document: int = 0) -> tuple[DocumentView, bytes]:
        return self.filing(filing_id).documents[document], BYTES

    def verify(self, answer: Answer | FigureTable) -> VerifyReport:
        checked = tuple(
            CheckedCitation(
                id=one.id,
                filing=one.filing,
                holds=TEXT[one.start : one.end] == one.quote,
                problems=() if TEXT[one.start : one.end] == one.quote else ("the quote is not in the text",),
            )
            for one in answer.citations
        )
        problems = () if answer.id in ("a" * 64, "c" * 33) else ("the id is not that of the question",)
        holds = not problems and all(one.holds for one in checked)
        return VerifyReport(holds=holds, answer_id=answer.id, citations=checked, problems=problems)

    def ingest_paths(
        self, paths: Sequence[Path], *, jobs: int | None = None, on_progress: OnProgress = unheard
    ) -> IngestReport:
        self.ingested.append([str(path) for path in paths])
        stored: list[str] = []
        failed: list[FailedFiling] = []
        for done, path in enumerate(paths, start=1):
            reason = self.failing.get(path.name, "")
            on_progress(Progress(done, len(paths), str(path), "failed" if reason else "stored", reason))
            if reason:
                failed.append(FailedFiling(label=str(path), code="malformed", reason=reason))
            else:
                stored.append(path.stem)
        return IngestReport(stored=tuple(stored), failed=tuple(failed), skipped=1)

    def ingest_edgar(self, request: IngestRequest, *, on_progress: OnProgress = unheard) -> IngestReport:
        self.ingested.append(request)
        return IngestReport(stored=request.companies, warnings=("Item 7 is short",))

    def ingest_samples(self, *, on_progress: OnProgress = unheard) -> IngestReport:
        self.ingested.append("samples")
        self.stored = [view()]
        return IngestReport(stored=(FILING,), unchanged=("other",))

    def info(self) -> StoreInfo:
        return StoreInfo(
            path="/store",
            schema_version=1,
            companies=1,
            filings=len(self.stored),
            documents=2,
            passages=4,
            facts=2,
            indexed=4,
            bytes=1000,
            digest="d",
        )

    def check(self) -> StoreCheck:
        problems = ("index: 1 passage is missing",) if self.failing else ()
        return StoreCheck(holds=not problems, filings=len(self.stored), originals=2, problems=problems)

    def rebuild(self) -> int:
        return 4

    def remove(self, filing_ids: Sequence[str]) -> int:
        before = len(self.stored)
        self.stored = [one for one in self.stored if one.id not in filing_ids]
        return before - len(self.stored)

    def _check(self, scope: ScopeRequest) -> None:
        for company in scope.companies:
            if company not in ("ACME", "0000000001"):
                raise NotFoundError(f"no company {company} in the store")
        for filing in scope.filings:
            self.filing(filing)
        if scope.fiscal_years and min(scope.fiscal_years) < 1990:
            raise UsageError("fiscal years start with 1990")


def section(part: str, item: str, start: int, end: int, document: int = 0) -> SectionView:
    return SectionView(
        document=document, part=part, item=item, title="", start=start, end=end, page=None, warning=""
    )


def fact(filing: str, concept: str, value: str) -> FactView:
    return FactView(
        filing=filing,
        document=0,
        concept=concept,
        label=concept,
        value=value,
        text=None,
        unit="USD",
        decimals=0,
        start_date=date(2023, 1, 1),
        end_date=date(2023, 12, 31),
        dimensions=(),
        context_id="c-1",
        fact_id="f-1",
        nil=False,
        start=NUMBER,
        end=NUMBER + 5,
        url=None,
    )


def answered(question: str) -> Answer:
    """What the library answers to a question of sales."""
    period = PeriodView(start=date(2023, 1, 1), end=date(2023, 12, 31), fiscal_year=2023, fiscal_period="FY")
    citation = Citation(
        id=1,
        filing=FILING,
        accession=FILING,
        company=COMPANY,
        cik="0000000001",
        form="10-K",
        period_end=date(2023, 12, 31),
        section="Part I, Item 1A",
        page=None,
        fact_id="f-1",
        concept="us-gaap:Revenues",
        table=None,
        quote="1,234",
        start=NUMBER,
        end=NUMBER + 5,
        sha256=DIGEST,
        url="https://www.sec.gov/acme.htm#f-1",
    )
    return Answer(
        id="a" * 64,
        question=question,
        scope=AnswerScope(companies=(COMPANY,), filings=(FILING,), period=period),
        status="answered",
        answer=f"{COMPANY} reported net sales of $1,234. [1]",
        value=Value(number="1234", unit="USD", period=period),
        calculation=None,
        citations=(citation,),
        refusal=None,
    )


def refused(question: str) -> Answer:
    """What the library says to any other question."""
    return Answer(
        id="b" * 64,
        question=question,
        scope=AnswerScope(),
        status="refused",
        answer="",
        value=None,
        calculation=None,
        citations=(),
        refusal=Refusal(reason="not_disclosed", message="No filing says so.", searched=(FILING,)),
    )


def figures(kind: TableKind, *, empty: bool = False) -> FigureTable:
    """A table of net sales, with a gap; "empty" has nothing but gaps."""
    citation = answered("sales").citations[0]
    period = PeriodView(start=date(2023, 1, 1), end=date(2023, 12, 31), fiscal_year=2023, fiscal_period="FY")
    gap = FigureCell(status="missing", gap=Gap(reason="not_disclosed", message="No filing says so."))
    cell = FigureCell(status="reported", number="1234", unit="USD", period=period, citation=1)
    return FigureTable(
        id="c" * 33,
        kind=kind,
        title=f"{COMPANY}: net sales",
        companies=(COMPANY,),
        columns=(FigureColumn(key="FY2022", label="FY2022"), FigureColumn(key="FY2023", label="FY2023")),
        rows=(
            FigureRow(company=COMPANY, metric="", label="Net sales:"),
            FigureRow(
                company=COMPANY,
                metric="revenue",
                label="=net sales",
                path=("Net sales",),
                cells=(gap, gap if empty else cell),
            ),
        )[0 if kind == "statement" else 1 :],
        citations=() if empty else (citation,),
        notes=("A note\x1b[31m of care.",),
        refusal=Refusal(reason="not_disclosed", message="No filing says so.") if empty else None,
    )
