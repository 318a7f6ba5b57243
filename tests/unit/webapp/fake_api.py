"""A FinChat API in memory: made-up filings, answered through the real client over httpx's own mock transport.

It gives windows of blocks by the same rule as the real one.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

import httpx
from pydantic import BaseModel

from finchat_sec_qa.client import FinChatClient
from finchat_sec_qa.model.answer import (
    Alternate,
    Answer,
    AnswerScope,
    Calculation,
    CheckedCitation,
    Citation,
    Operand,
    PeriodView,
    Refusal,
    TablePlace,
    Value,
    VerifyReport,
    Witness,
)
from finchat_sec_qa.model.figure_table import FigureCell, FigureColumn, FigureRow, FigureTable, Gap
from finchat_sec_qa.model.request import VerifyRequest
from finchat_sec_qa.model.views import (
    CompanyView,
    FilingDetail,
    SearchHit,
)
from tests.unit.webapp.fake_filings import (
    FILING,
    HOSTILE,
    SEC,
    YEAR,
    Filing,
    acme,
    facts_of,
    hostile,
    window_of,
)


def answered(question: str, text: str, citations: tuple[Citation, ...], **fields: Any) -> Answer:
    """An answer over the given citations."""
    scope = AnswerScope(companies=("Acme Instruments Corp",), filings=(FILING,), period=YEAR)
    known: dict[str, Any] = {
        "id": sha256(question.encode()).hexdigest(),
        "question": question,
        "scope": scope,
        "status": "answered",
        "answer": text,
        "value": None,
        "calculation": None,
        "citations": citations,
        "refusal": None,
    }
    return Answer.model_validate({**known, **fields})


def refused(question: str, reason: str, message: str, searched: tuple[str, ...] = ()) -> Answer:
    """A refusal."""
    refusal = Refusal.model_validate({"reason": reason, "message": message, "searched": searched})
    return answered(question, "", (), status="refused", refusal=refusal)


Asked = Callable[[str, dict[str, Any]], Answer]


@dataclass
class FakeApi:
    """The API. `fault` answers every request instead, when set; `requests` lists what was asked."""

    filings: dict[str, Filing] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    hits: tuple[SearchHit, ...] = ()
    report: Callable[[Answer], VerifyReport] | None = None
    fault: Callable[[httpx.Request], httpx.Response] | None = None
    requests: list[httpx.Request] = field(default_factory=list)

    def client(self) -> FinChatClient:
        """The real client, speaking to this API."""
        return FinChatClient("http://api.test", transport=httpx.MockTransport(self.handle))

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.requests.append(request)
        if self.fault is not None:
            return self.fault(request)
        parts = request.url.path.strip("/").split("/")
        if parts[:2] == ["v1", "filings"] and len(parts) > 2:
            return self._filing(request, parts[2], parts[3] if len(parts) > 3 else "")
        if parts[:2] == ["v1", "statements"]:
            return self._statement(request, *parts[2:])
        return getattr(self, "_" + parts[-1])(request)

    def _ready(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"ready": True, "checks": {"store": "ok"}})

    def _companies(self, request: httpx.Request) -> httpx.Response:
        groups: dict[str, list[FilingDetail]] = {}
        for filing in self.filings.values():
            groups.setdefault(filing.detail.company, []).append(filing.detail)
        views = [
            CompanyView(
                key=group[0].cik or name.casefold(),
                cik=group[0].cik,
                name=name,
                tickers=group[0].tickers,
                filings=len(group),
                first_period=min(f.period_end for f in group if f.period_end),
                last_period=max(f.period_end for f in group if f.period_end),
            )
            for name, group in groups.items()
        ]
        return _json(companies=views)

    def _filings(self, request: httpx.Request) -> httpx.Response:
        detail_only = {"documents", "facts", "passages", "warnings"}
        views = [
            filing.detail.model_dump(mode="json", exclude=detail_only) for filing in self.filings.values()
        ]
        return httpx.Response(200, json={"filings": views})

    def _filing(self, request: httpx.Request, filing_id: str, part: str) -> httpx.Response:
        filing = self.filings.get(filing_id)
        if filing is None:
            return problem(404, "not_found", f"the store holds no filing {filing_id!r}")
        params = request.url.params
        if part == "":
            return httpx.Response(200, json=filing.detail.model_dump(mode="json"))
        if part == "sections":
            return _json(sections=filing.draft.sections)
        if part == "facts":
            return _json(facts=filing.facts)
        if part == "document":
            return httpx.Response(200, content=filing.draft.text.encode())
        window = window_of(filing, int(params.get("start", 0)), int(params.get("limit", 60)))
        return httpx.Response(200, json=window.model_dump(mode="json"))

    def _ask(self, request: httpx.Request) -> httpx.Response:
        question = json.loads(request.content)["question"]
        answer = self.answers.get(question) or refused(question, "unsupported", "No such question here.")
        return httpx.Response(200, content=answer.to_json())

    def _compare(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        if unknown := [name for name in asked.get_list("metric") if name not in METRICS]:
            return problem(400, "usage", f"unknown metric {unknown[0]!r}; near ones are revenue")
        return httpx.Response(200, content=comparison(self.filings, asked.get_list("metric")).to_json())

    def _statement(self, request: httpx.Request, company: str, period: str, which: str) -> httpx.Response:
        return httpx.Response(200, content=printed(self.filings, period, which).to_json())

    def _search(self, request: httpx.Request) -> httpx.Response:
        return _json(hits=self.hits)

    def _verify(self, request: httpx.Request) -> httpx.Response:
        answer = VerifyRequest.model_validate_json(request.content).checked
        if self.report is not None and isinstance(answer, Answer):
            return httpx.Response(200, content=self.report(answer).model_dump_json())
        checks = tuple(CheckedCitation(id=c.id, filing=c.filing, holds=True) for c in answer.citations)
        report = VerifyReport(holds=True, answer_id=answer.id, citations=checks)
        return httpx.Response(200, content=report.model_dump_json())


def problem(status: int, code: str, detail: str) -> httpx.Response:
    """An error as the API gives it."""
    body = {"type": "about:blank", "title": code, "status": status, "detail": detail, "code": code}
    return httpx.Response(status, json={**body, "request_id": "r-1"})


def _json(**lists: Any) -> httpx.Response:
    body = {
        name: [item.model_dump(mode="json") if isinstance(item, BaseModel) else item for item in items]
        for name, items in lists.items()
    }
    return httpx.Response(200, json=body)


METRICS = ("revenue", "gross-margin", "rd")
COMPARED = "/compare?company=ACME,EVIL&metric=revenue,gross-margin&period=FY2022:FY2023"


def comparison(filings: dict[str, Filing], metrics: Sequence[str]) -> FigureTable:
    """Two years of Acme and of a company with a hostile name: reported, restated, computed, missing."""
    usual, evil = filings[FILING], filings["evil-2023"]
    citations = (
        usual.citation(1, "6,581", url=SEC + "#f-13"),
        usual.citation(2, "7,403", url=SEC + "#f-12"),
        usual.citation(3, "3,392"),
        evil.citation(4, f"Paragraph {HOSTILE} end", url="javascript:alert(1)"),
    )
    gap = FigureCell(status="missing", gap=Gap(reason="not_disclosed", message=f"Not told: {HOSTILE}."))
    later = Alternate(label=HOSTILE, value=Value(number="6582000000", unit="USD", period=YEAR), citation=2)
    margin = Calculation(
        formula="gross margin = (gross_profit_FY2023 / revenue_FY2023) * 100",
        operands=(
            Operand(name="gross_profit_FY2023", number="3392000000", unit="USD", citation=3),
            Operand(name="revenue_FY2023", number="7403000000", unit="USD", citation=2),
        ),
        rounding="half up to 2 decimals",
    )
    reported = {"status": "reported", "unit": "USD", "period": YEAR}
    refused = Refusal(reason="not_disclosed", message="No filing says so.")
    acme = usual.detail.company
    rows = {
        "revenue": (
            (
                acme,
                FigureCell(**reported, number="6581000000", citation=1, alternates=(later,)),
                FigureCell(**reported, number="7403000000", citation=2),
            ),
            (HOSTILE, gap, FigureCell(**reported, number="-5", citation=4)),
        ),
        "gross-margin": (
            (
                acme,
                gap,
                FigureCell(
                    status="computed", number="45.82", unit="percent", period=YEAR, calculation=margin
                ),
            ),
        ),
        "rd": ((acme, gap, gap),),
    }
    return FigureTable(
        id="t-1",
        kind="comparison",
        title=f"{acme}, {HOSTILE}: {', '.join(metrics)}",
        companies=(acme, HOSTILE),
        columns=(FigureColumn(key="FY2022", label="FY2022"), FigureColumn(key="FY2023", label="FY2023")),
        rows=tuple(
            FigureRow(company=company, metric=metric, label=f"the {metric}", cells=tuple(cells))
            for metric in metrics
            for company, *cells in rows[metric]
        ),
        citations=citations,
        notes=(f"A note of {HOSTILE}.",),
        refusal=refused if list(metrics) == ["rd"] else None,
    )


def printed(filings: dict[str, Filing], period: str, which: str) -> FigureTable:
    """A statement with a caption and two lines; a refusal for any year but 2023."""
    usual = filings[FILING]
    citations = (usual.citation(1, "7,403", url=SEC + "#f-12"), usual.citation(2, "6,581"))
    cells = tuple(
        FigureCell(status="reported", number=number, unit="USD", period=YEAR, citation=mark, printed=text)
        for mark, number, text in ((1, "7403000000", "$7,403"), (2, "-6581000000", "(6,581)"))
    )
    covered = period in ("FY2023", "latest")
    rows = (
        FigureRow(company=usual.detail.company, metric="", label="Net sales:"),
        FigureRow(company=usual.detail.company, metric="x", label="Total", path=("Net sales",), cells=cells),
    )
    refusal = Refusal(reason="period_not_covered", message=f"No filing prints {period}.")
    return FigureTable(
        id="t-2",
        kind="statement",
        title=f"{usual.detail.company}: {which}, {period}",
        companies=(usual.detail.company,),
        columns=(FigureColumn(key="a", label="2023"), FigureColumn(key="b", label="2022")) if covered else (),
        rows=rows if covered else (),
        citations=citations if covered else (),
        refusal=None if covered else refusal,
    )


EXAMPLE = "What was Acme Instruments’ net income in fiscal 2023?"
REVENUE = "What was Acme’s revenue in fiscal 2023?"
MARGIN = "What was Acme's gross margin in 2023?"
SUPPLY = "What are Acme’s main supply risks?"
UNKNOWN = "What was Initech's revenue in 2023?"
HACKED = "What does Evil say? <script>window.pwned=3</script>"


def api_with_answers() -> FakeApi:
    """The API with a usual filing, a hostile one, and answers of every kind."""
    usual = Filing.made(FILING, "Acme Instruments Corp", acme(), url=SEC, sample=True)
    evil = Filing.made(
        "evil-2023",
        HOSTILE,
        hostile(),
        accession=None,
        cik=None,
        tickers=(HOSTILE,),
        url="javascript:alert(1)",
        name=HOSTILE,
        warnings=(HOSTILE,),
    )
    usual.facts = facts_of(usual)
    sales = usual.citation(
        1,
        "7,403",
        concept="us-gaap:Revenues",
        fact_id="f-12",
        page=19,
        table=TablePlace(row="Net sales › Total net sales", column="2023"),
        url=SEC + "#f-12",
    )
    profit = usual.citation(2, "3,392", table=TablePlace(row="Gross margin", column="2023"))
    before = usual.citation(2, "6,581", table=TablePlace(row="Net sales › Total net sales", column="2022"))
    risk = usual.citation(
        1, "We buy the optical sensors of our spectrometers from a single supplier in Dresden."
    )
    wait = usual.citation(2, "Lead times for application-specific circuits exceed forty weeks.")
    evil_quote = evil.citation(1, f"Paragraph {HOSTILE} end", url="javascript:alert(1)")
    value = Value(number="7403000000", unit="USD", period=YEAR)
    last_year = PeriodView(
        start=date(2022, 1, 1), end=date(2022, 12, 31), fiscal_year=2022, fiscal_period="FY"
    )
    answers = (
        answered(
            REVENUE,
            "Acme Instruments reported net sales of $7,403 million for fiscal year 2023 [1].",
            (sales, before),
            value=value,
            alternates=(
                Alternate(
                    label="Fiscal 2022, for comparison",
                    value=Value(number="6581000000", unit="USD", period=last_year),
                    citation=2,
                ),
            ),
        ),
        answered(
            MARGIN,
            "Acme Instruments’ gross margin was 45.82% of net sales in fiscal year 2023 [1][2].",
            (sales, profit),
            value=Value(number="45.82", unit="percent", period=YEAR),
            calculation=Calculation(
                formula="100 × gross profit / net sales",
                operands=(
                    Operand(name="gross profit", number="3392000000", unit="USD", citation=2),
                    Operand(name="net sales", number="7403000000", unit="USD", citation=1),
                ),
                rounding="to two decimals, half to even",
            ),
            witnesses=tuple(
                Witness(
                    kind="companyfacts",
                    of=number,
                    agrees=number == 1,
                    text=f"[{number}] {said}.",
                    value=Value(number="7403000000", unit="USD", period=YEAR),
                    parts=(),
                )
                for number, said in ((1, "agrees with EDGAR's companyfacts"), (2, "says otherwise"))
            ),
        ),
        answered(
            SUPPLY,
            "Optical sensors come from a single supplier [1]. Lead times exceed forty weeks [2].",
            (risk, wait),
        ),
        answered(HACKED, f"Evil says {HOSTILE} [1]. Not a citation: [9].", (evil_quote,)),
        answered(EXAMPLE, "Net income was $1,297 million [1].", (usual.citation(1, "1,297"),)),
        refused(
            UNKNOWN,
            "company_unknown",
            "No filing in the store is of a company called “Initech”.",
            ("1 company: Acme Instruments Corp", "2 filings, 10-K"),
        ),
    )
    hit = SearchHit(
        filing=FILING,
        company="Acme Instruments Corp",
        form="10-K",
        period_end=date(2023, 12, 31),
        document=0,
        sha256=risk.sha256,
        page=8,
        section="Part I, Item 1A",
        heading="Risk Factors › Supply",
        text=risk.quote,
        start=risk.start,
        end=risk.end,
        score=9.5,
        url=SEC,
    )
    return FakeApi(
        filings={filing.detail.id: filing for filing in (usual, evil)},
        answers={answer.question: answer for answer in answers},
        hits=(hit,),
    )
