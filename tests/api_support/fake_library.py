"""A library over two tiny filings, with the methods that the API uses and no store behind it."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from finchat_sec_qa.errors import NotFoundError, StoreError, UsageError
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
from finchat_sec_qa.model.figure_table import FigureCell, FigureColumn, FigureRow, FigureTable
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
    StoreInfo,
    TableView,
)

STAGES = ("plan", "search", "compose", "verify")


class FakeLibrary:
    """Acme and Bolt, one filing each. A question waits at each stage until `gate` is set (it is)."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Semaphore(0)  # released when a question begins
        self.broken: Exception | None = None
        self.stages_run = 0
        self.closed = False
        self.paths: tuple[Path, ...] = ()
        self.contents: dict[str, bytes] = {}
        self.step = threading.Event()  # an ingest waits for it before each filing
        self.step.set()
        self._texts = {
            "0000000001-24-000001": (
                "Acme Corp",
                "ACME",
                "0000000001",
                "Acme revenue was $120 million.\u2028",
            ),
            "bolt_2023": ("Bolt Ltd", "BOLT", None, "Bolt shipped fewer bolts, and <script>nuts</script>."),
        }

    def ask(
        self,
        question: str,
        scope: ScopeRequest = ScopeRequest(),
        on_stage: Callable[[str], None] | None = None,
    ) -> Answer:
        self.asked.release()
        for stage in STAGES:
            if on_stage:
                on_stage(stage)
            assert self.gate.wait(20), "the test did not open the gate"
            self.stages_run += 1
        self._fail()
        hits = self.search(question, scope, 1)
        if not hits:
            refusal = Refusal(reason="not_in_store", message="Nothing stored fits.", searched=("Acme Corp",))
            return self._answer(question, "refused", "", refusal=refusal)
        hit = hits[0]
        citation = Citation(
            id=1, filing=hit.filing, accession=None, company=hit.company, cik=None, form=hit.form,
            period_end=hit.period_end, section="", page=None, fact_id=None, concept=None, table=None,
            quote=hit.text, start=hit.start, end=hit.end, sha256=hit.sha256, url=None,
        )  # fmt: skip
        value = Value(number="120000000", unit="USD", period=PeriodView(fiscal_year=2024))
        return self._answer(question, "answered", f"{hit.text} [1]", value=value, citations=(citation,))

    def search(
        self, query: str, scope: ScopeRequest = ScopeRequest(), limit: int = 10
    ) -> tuple[SearchHit, ...]:
        self._fail()
        words = {word.strip("?.,'").lower() for word in query.split()}
        scored = [
            (len(words & set(self._texts[view.id][3].lower().split())), view) for view in self.filings(scope)
        ]
        return tuple(
            SearchHit(
                filing=view.id, company=view.company, form=view.form, period_end=view.period_end, document=0,
                sha256=self._hash(view.id), page=None, section="", heading="", text=self._texts[view.id][3],
                start=0, end=len(self._texts[view.id][3]), score=float(score), url=None,
            )
            for score, view in sorted(scored, key=lambda pair: (-pair[0], pair[1].id))
            if score
        )[:limit]  # fmt: skip

    def companies(self) -> tuple[CompanyView, ...]:
        self._fail()
        return tuple(
            CompanyView(
                key=cik or name.lower(), cik=cik, name=name, tickers=(ticker,), filings=1,
                first_period=date(2024, 6, 30), last_period=date(2024, 6, 30),
            )
            for name, ticker, cik, _ in self._texts.values()
        )  # fmt: skip

    def filings(self, scope: ScopeRequest = ScopeRequest()) -> tuple[FilingView, ...]:
        self._fail()
        return tuple(
            self._view(filing_id)
            for filing_id, (_, ticker, _, _) in self._texts.items()
            if (not scope.companies or ticker in scope.companies)
            and (not scope.filings or filing_id in scope.filings)
            and (not scope.forms or "10-K" in scope.forms)
            and (not scope.fiscal_years or 2024 in scope.fiscal_years)
        )

    def filing(self, filing_id: str) -> FilingDetail:
        view = self._view(filing_id)
        documents = (self.original(filing_id)[0],)
        return FilingDetail(**view.model_dump(), documents=documents, facts=1, passages=1, warnings=())

    def sections(self, filing_id: str) -> tuple[SectionView, ...]:
        end = len(self._text(filing_id))
        return (
            SectionView(
                document=0, part="Part I", item="Item 1", title="Business", start=0, end=end, page=None,
                warning="",
            ),
        )  # fmt: skip

    def blocks(self, filing_id: str, document: int = 0, *, start: int = 0, limit: int = 60) -> BlockWindow:
        text = self._text(filing_id)
        block = BlockView(kind="paragraph", level=0, start=0, end=len(text), page=None, text=text, table=None)
        return BlockWindow(
            filing=filing_id, document=document, sha256=self._hash(filing_id), length=len(text),
            blocks=(block,) if start == 0 else (), previous=None, next=None,
        )  # fmt: skip

    def tables(
        self, filing_id: str, document: int = 0, *, start: int = 0, limit: int = 20
    ) -> tuple[TableView, ...]:
        self._text(filing_id)
        return (
            TableView(
                document=document, index=0, title="Sales", start=start, end=start + 1, page=None, scale=6,
                unit="USD", row_headers=(), column_headers=(), cells=(),
            ),
        )[:limit]  # fmt: skip

    def facts(
        self,
        filing_id: str,
        *,
        concept: str | None = None,
        numeric_only: bool = False,
        limit: int | None = None,
    ) -> tuple[FactView, ...]:
        self._text(filing_id)
        fact = FactView(
            filing=filing_id, document=0, concept="us-gaap:Revenues", label="Revenues", value="120000000",
            text=None, unit="USD", decimals=-6, start_date=date(2023, 7, 1), end_date=date(2024, 6, 30),
            dimensions=(("a", "b"),), context_id="c-1", fact_id="f-1", nil=False, start=17, end=21, url=None,
        )  # fmt: skip
        note = fact.model_copy(update={"concept": "acme:Note", "value": None, "text": "note", "unit": None})
        found = (fact,) if numeric_only else (fact, note)
        return tuple(each for each in found if concept in (None, each.concept))[:limit]

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
        return self._table("series", (company,), f"{metric} {part} {by} {years} {quarters} {as_of}")

    def compare(
        self,
        companies: Sequence[str],
        metrics: Sequence[str],
        periods: Sequence[str],
        *,
        by: PartKind | None = None,
        as_of: date | None = None,
    ) -> FigureTable:
        return self._table("comparison", companies, f"{tuple(metrics)} {tuple(periods)} {by} {as_of}")

    def statement(
        self, company: str, period: str, which: StatementName, *, as_of: date | None = None
    ) -> FigureTable:
        return self._table("statement", (company,), f"{period} {which} {as_of}")

    def original(self, filing_id: str, document: int = 0) -> tuple[DocumentView, bytes]:
        content = self._text(filing_id).encode()
        if document:
            raise NotFoundError(f"{filing_id}: no document {document}")
        view = DocumentView(
            index=0, name='../evil "name"\r\n.htm', kind="html", role="10-K", sha256=self._hash(filing_id),
            size=len(content), length=len(self._text(filing_id)), pages=0, url=None,
        )  # fmt: skip
        return view, content

    def verify(self, answer: Answer | FigureTable) -> VerifyReport:
        checked = tuple(
            CheckedCitation(id=c.id, filing=c.filing, holds=c.quote in self._text(c.filing))
            for c in answer.citations
        )
        return VerifyReport(holds=all(c.holds for c in checked), answer_id=answer.id, citations=checked)

    def ingest_paths(
        self, paths: Sequence[Path], *, jobs: int | None = None, on_progress: OnProgress = unheard
    ) -> IngestReport:
        self.paths = tuple(paths)
        stored, failed = [], []
        for done, path in enumerate(paths, 1):
            self.step.wait(10)
            self.contents[path.name] = path.read_bytes()
            if b"bad" in self.contents[path.name]:
                failed.append(FailedFiling(label=str(path), code="malformed", reason=f"{path}: unreadable"))
            else:
                stored.append(path.stem)
            on_progress(Progress(done, len(paths), str(path), "failed" if failed else "stored"))
        return IngestReport(stored=tuple(stored), failed=tuple(failed))

    def ingest_edgar(self, request: IngestRequest, *, on_progress: OnProgress = unheard) -> IngestReport:
        self._fail()
        for done, company in enumerate(request.companies, 1):
            self.step.wait(10)
            on_progress(Progress(done, len(request.companies), company, "stored"))
        return IngestReport(stored=request.companies)

    def info(self) -> StoreInfo:
        self._fail()
        return StoreInfo(
            path="/nowhere", schema_version=1, companies=2, filings=2, documents=2, passages=2, facts=4,
            indexed=2, bytes=1000, digest="d",
        )  # fmt: skip

    def close(self) -> None:
        self.closed = True

    def break_with(self, error: Exception | None = None) -> None:
        """Let every further read fail."""
        self.broken = error or StoreError("/secret/path/store.db is gone")

    def _fail(self) -> None:
        if self.broken is not None:
            raise self.broken

    def _table(self, kind: str, companies: Sequence[str], asked: str) -> FigureTable:
        """A table of one number whose title is what was asked; refuses companies that are not stored."""
        self._fail()
        for company in companies:
            if company not in ("ACME", "BOLT"):
                raise UsageError(f"scope: no filings of {company!r} in the store; it holds Acme Corp")
        period = PeriodView(fiscal_year=2024, fiscal_period="FY")
        cell = FigureCell(status="reported", number="120000000", unit="USD", period=period, citation=1)
        row = FigureRow(company=companies[0], metric="revenue", label="total revenue", cells=(cell,))
        return FigureTable.model_validate(
            {
                "id": "t-1", "kind": kind, "title": asked, "companies": tuple(companies),
                "columns": (FigureColumn(key="FY2024", label="FY2024"),), "rows": (row,),
                "citations": self.ask("Acme revenue").citations,
            }
        )  # fmt: skip

    def _text(self, filing_id: str) -> str:
        if filing_id not in self._texts:
            raise NotFoundError(f"no filing {filing_id!r} in the store")
        return self._texts[filing_id][3]

    def _hash(self, filing_id: str) -> str:
        return hashlib.sha256(self._texts[filing_id][3].encode()).hexdigest()

    def _view(self, filing_id: str) -> FilingView:
        self._text(filing_id)
        name, ticker, cik, _ = self._texts[filing_id]
        return FilingView(
            id=filing_id, accession=filing_id if cik else None, cik=cik, company=name, tickers=(ticker,),
            form="10-K", period_end=date(2024, 6, 30), fiscal_year=2024, fiscal_period="FY", filed=None,
            url=None, sample=False,
        )  # fmt: skip

    def _answer(self, question: str, status: str, text: str, **given: object) -> Answer:
        parts = {"value": None, "calculation": None, "citations": (), "refusal": None, **given}
        return Answer.model_validate(
            {
                "id": hashlib.sha256(question.encode()).hexdigest()[:16],
                "question": question,
                "scope": AnswerScope(companies=("Acme Corp",)),
                "status": status,
                "answer": text,
                **parts,
            }
        )
