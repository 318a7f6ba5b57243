"""The question box, the answer with its proof, and the checks and copies of an answer."""

import re
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from finchat_sec_qa.errors import RemoteError
from finchat_sec_qa.model.answer import SCHEMA, Answer, Citation, VerifyReport
from finchat_sec_qa.model.figure_table import TABLE_SCHEMA, FigureTable
from finchat_sec_qa.model.views import FilingDetail
from webapp.advice import REFUSALS
from webapp.context import context
from webapp.export import to_markdown
from webapp.marks import Mark
from webapp.question import Question, read_number, read_question, read_scope
from webapp.reading import WINDOW, document_with, window_around
from webapp.sheet import Sheet, lay_out

pages = Blueprint("ask", __name__)
RECENT = 8  # filings on the first page
TABLE = re.compile(rf'"schema"\s*:\s*"{re.escape(TABLE_SCHEMA)}"')  # what is pasted says so itself


@dataclass(frozen=True, slots=True)
class Pane:
    """The cited filing beside the answer. `sheet` is None when `trouble` says why it cannot be shown."""

    citation: Citation
    filing: FilingDetail | None
    document: int | None
    sheet: Sheet | None
    trouble: str = ""


@pages.get("/")
def home() -> str:
    """The question box, examples that the store can answer, and the newest filings."""
    catalog = context().catalog.read()
    return render_template(
        "home.html",
        catalog=catalog,
        examples=context().examples.of(catalog),
        recent=catalog.filings[:RECENT],
        question=Question("", read_scope(request.args)),
    )


@pages.get("/ask")
def ask() -> str | AnyResponse:
    """The answer to ?q=…; cite=N shows that citation's place, at=OFFSET another part of its document."""
    question = read_question(request.args)
    if not question.text:
        return redirect("/")
    app = context()
    answer = app.client.ask(question.text, question.scope)
    cite = read_number(request.args, "cite", 0)
    chosen = next((c for c in answer.citations if c.id == cite), None) or next(iter(answer.citations), None)
    report = app.client.verify(answer) if "verify" in request.args else None
    return _page(question, answer, chosen, report)


@pages.get("/ask.json")
def ask_json() -> AnyResponse:
    """The answer as the API gives it."""
    question = read_question(request.args)
    if not question.text:
        return redirect("/")
    answer = context().client.ask(question.text, question.scope)
    return Response(answer.to_json() + "\n", mimetype="application/json")


@pages.get("/ask.md")
def ask_markdown() -> AnyResponse:
    """The answer as Markdown, served as plain text."""
    question = read_question(request.args)
    if not question.text:
        return redirect("/")
    answer = context().client.ask(question.text, question.scope)
    return Response(to_markdown(answer), content_type="text/plain; charset=utf-8")


@pages.get("/verify")
def verify_form() -> str:
    """A form for an answer or a table that was kept as JSON."""
    return render_template("verify.html", report=None, told="", given="", trouble="")


@pages.post("/verify")
def verify() -> tuple[str, int]:
    """Check an answer or a table, pasted or uploaded, against the store."""
    upload = request.files.get("file")
    given = request.form.get("answer", "").strip()
    if not given and upload is not None:
        given = upload.read().decode("utf-8", "replace").strip()
    try:
        checked = (FigureTable if TABLE.search(given) else Answer).model_validate_json(given)
    except ValidationError as error:
        trouble = "Paste an answer or a table, or choose its file." if not given else _what_is_wrong(error)
        return render_template("verify.html", report=None, told="", given=given, trouble=trouble), 400
    report = context().client.verify(checked)
    told = checked.title if isinstance(checked, FigureTable) else checked.question
    return render_template("verify.html", report=report, told=told, given="", trouble=""), 200


def _page(question: Question, answer: Answer, chosen: Citation | None, report: VerifyReport | None) -> str:
    return render_template(
        "answer.html",
        question=question,
        answer=answer,
        chosen=chosen,
        pane=_pane(answer, chosen) if chosen else None,
        report=report,
        refusal=REFUSALS[answer.refusal.reason] if answer.refusal else None,
        catalog=context().catalog.read(),
    )


def _pane(answer: Answer, chosen: Citation) -> Pane:
    """The chosen citation's filing; an answer is still shown when its filing cannot be."""
    client = context().client
    try:
        filing = client.filing(chosen.filing)
        document = document_with(filing, chosen.sha256)
        if document is None:
            return Pane(
                chosen, filing, None, None, "The stored filing has changed since this answer was made."
            )
        marks = [
            Mark(c.start, c.end, str(c.id), current=c.id == chosen.id)
            for c in answer.citations
            if c.filing == chosen.filing and c.sha256 == chosen.sha256
        ]
        if "at" in request.args:
            start = read_number(request.args, "at", 0)
            window = client.blocks(chosen.filing, document, start=start, limit=WINDOW)
        else:
            window = window_around(client, chosen.filing, document, chosen.start, chosen.end)
        return Pane(chosen, filing, document, lay_out(window, marks))
    except RemoteError as error:
        return Pane(chosen, None, None, None, f"The cited filing cannot be shown: {error}")


def _what_is_wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the text"
    table = error.title == FigureTable.__name__
    wanted = f"table of schema {TABLE_SCHEMA}" if table else f"answer of schema {SCHEMA}"
    return f"This is no {wanted}: {place}: {first['msg']}"
