"""Companies, filings, their sections and facts, and search."""

from flask import Blueprint, render_template, request

from finchat_sec_qa.errors import NotFoundError
from finchat_sec_qa.model.views import FilingView
from webapp.catalog import Catalog
from webapp.context import context
from webapp.pages.tables import NAMES, Wanted, suggested_periods
from webapp.question import Question, read_number, read_question

pages = Blueprint("browse", __name__)
PAGE = 50  # filings on one page
FACTS = 200  # facts on one page
HITS = 20
ALL_FACTS = 50_000  # the most that the API gives; the largest 10-K has some 5,000


@pages.get("/companies")
def companies() -> str:
    """All companies in the store, by name; ?q= keeps those whose name or ticker holds the words."""
    words = request.args.get("q", "").strip()[:200]
    found = sorted(context().catalog.read().companies, key=lambda company: company.name.casefold())
    if words:
        found = [
            c for c in found if words.casefold() in " ".join((c.name, *c.tickers, c.cik or "")).casefold()
        ]
    return render_template("companies.html", companies=found, words=words, catalog=context().catalog.read())


@pages.get("/companies/<path:key>")
def company(key: str) -> str:
    """One company and its filings."""
    catalog = context().catalog.read()
    found = next((c for c in catalog.companies if c.key == key), None)
    if found is None:
        raise NotFoundError(f"The store holds no company with the key {key[:80]!r}.")
    filings = _of_company(catalog, found.cik, found.name)
    periods = suggested_periods(Catalog((found,), tuple(filings)))
    wanted = Wanted((found.key,), ("revenue", "net-income", "net-margin"), (periods,) if periods else ())
    return render_template(
        "company.html", company=found, filings=filings, compare=wanted.address(), statements=NAMES
    )


@pages.get("/filings")
def filings() -> str:
    """All filings in the store, the newest first; by form and fiscal year, in pages."""
    catalog = context().catalog.read()
    form = request.args.get("form", "").strip()[:40]
    year = request.args.get("year", "").strip()[:10]
    chosen = [
        filing
        for filing in catalog.filings
        if (not form or filing.form == form) and (not year or str(filing.fiscal_year) == year)
    ]
    start = read_number(request.args, "start", 0)
    return render_template(
        "filings.html",
        catalog=catalog,
        filings=chosen[start : start + PAGE],
        total=len(chosen),
        form=form,
        year=year,
        start=start,
        previous=max(0, start - PAGE) if start else None,
        next=start + PAGE if start + PAGE < len(chosen) else None,
    )


@pages.get("/filings/<filing_id>")
def filing(filing_id: str) -> str:
    """One filing: its documents, sections and how much was found in it."""
    client = context().client
    return render_template(
        "filing.html", filing=client.filing(filing_id), sections=client.sections(filing_id)
    )


@pages.get("/filings/<filing_id>/facts")
def facts(filing_id: str) -> str:
    """The filing's facts; ?concept= keeps those of concepts whose name holds the words."""
    client = context().client
    words = request.args.get("concept", "").strip()[:200]
    start = read_number(request.args, "start", 0)
    detail = client.filing(filing_id)
    found = [
        fact for fact in client.facts(filing_id, limit=ALL_FACTS) if _matches(words, fact.concept, fact.label)
    ]
    return render_template(
        "facts.html",
        filing=detail,
        facts=found[start : start + FACTS],
        total=len(found),
        words=words,
        start=start,
        previous=max(0, start - FACTS) if start else None,
        next=start + FACTS if start + FACTS < len(found) else None,
    )


@pages.get("/search")
def search() -> str:
    """Passages of the filings that hold the words, the best first."""
    question = read_question(request.args)
    hits = context().client.search(question.text, question.scope, limit=HITS) if question.text else ()
    return render_template(
        "search.html", question=question, hits=hits, catalog=context().catalog.read(), asked=Question
    )


def _matches(words: str, *texts: str) -> bool:
    """True when every word is part of some text; also of "NetIncomeLoss" written "net income"."""
    joined = " ".join(texts).casefold()
    return all(word in joined for word in words.casefold().split())


def _of_company(catalog: Catalog, cik: str | None, name: str) -> list[FilingView]:
    if cik is not None:
        return [filing for filing in catalog.filings if filing.cik == cik]
    return [filing for filing in catalog.filings if filing.cik is None and filing.company == name]
