"""`finchat verify`: answers and tables checked against the stored bytes."""

import json
import sys
from pathlib import Path

import click
from pydantic import ValidationError

from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, shared
from finchat_sec_qa.cli.output import print_value, say
from finchat_sec_qa.cli.progress import Meter, meter
from finchat_sec_qa.cli.requests import complaint
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.answer import Answer, VerifyReport
from finchat_sec_qa.model.figure_table import TABLE_SCHEMA, FigureTable

MAX_BYTES = 1_000_000_000
STANDARD = "-"


@click.command(
    "verify",
    context_settings=SETTINGS,
    epilog=examples(
        "finchat verify answer.json",
        'finchat ask "What was Apple\'s revenue in fiscal 2023?" --json | finchat verify -',
        "finchat verify answers.jsonl",
        "finchat compare AAPL NVDA --metrics revenue,gross-margin --periods FY2024 --json | finchat verify -",
        codes="0 everything holds, 1 something does not or cannot be read, 2 wrong usage, 130 interrupted",
    ),
)
@click.argument("answer", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@shared
@pass_session
def command(session: Session, answer: str) -> int:
    """Check every quote, hash, offset, fact and calculation of an answer or table against the filings.

    ANSWER is a file that holds what `finchat ask --json` printed, or the lines that `finchat ask --file`
    wrote, or a table as `finchat facts`, `compare` and `statement` print it with --json; - is standard
    input. Every citation that does not hold is named on standard error.
    """
    name = "standard input" if answer == STANDARD else answer
    found = documents(name, _read(answer))
    if not found:
        raise UsageError(f"{name}: holds no answer and no table")
    failed, kinds = 0, set()
    with session.reader() as library, meter("answers") as shown:
        for done, (place, text) in enumerate(found, start=1):
            parsed = parse(text)
            kinds.add("tables" if isinstance(parsed, FigureTable) else "answers")
            report = parsed if isinstance(parsed, VerifyReport) else library.verify(parsed)
            failed += not report.holds
            _tell(session, shown, place, report)
            shown.step(done, len(found), report.answer_id)
    if not session.json:
        say(f"{len(found) - failed} of {len(found)} {' and '.join(sorted(kinds))} hold")
    return 1 if failed else 0


def documents(name: str, content: str) -> list[tuple[str, str]]:
    """(name for messages, JSON text) of each answer: the whole content if it is one, else line by line."""
    if _is_json(content):
        return [(name, content)]
    lines = [(number, line) for number, line in enumerate(content.split("\n"), start=1) if line.strip()]
    return [(f"{name}:{number}" if len(lines) > 1 else name, line) for number, line in lines]


def parse(text: str) -> Answer | FigureTable | VerifyReport:
    """The answer, in the form of a batch line too, or the table; a report that says why there is none
    otherwise.

    What does not fit the contract does not hold: the problem is put to the citation it stands in.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _broken(f"not JSON: {error}")
    if not isinstance(data, dict):
        return _broken("not an answer: no JSON object")
    if data.get("status") == "error" and "error" in data:
        return _broken(f"no answer but an error: {data['error']}")
    if "answer_id" in data:
        data = {name: value for name, value in data.items() if name != "answer_id"} | {
            "id": data["answer_id"]
        }
    table = data.get("schema") == TABLE_SCHEMA
    try:
        return FigureTable.model_validate(data) if table else Answer.model_validate(data)
    except ValidationError as error:
        what = f"not {'a table' if table else 'an answer'}: {_place(error, data)}{complaint(error)}"
        return _broken(what, str(data.get("id", "")))


def _place(error: ValidationError, data: dict[str, object]) -> str:
    """The citation that the first problem stands in, by its id."""
    first = error.errors(include_url=False, include_context=False)[0]["loc"]
    citations = data.get("citations")
    if (
        len(first) > 1
        and first[0] == "citations"
        and isinstance(first[1], int)
        and isinstance(citations, list)
    ):
        citation = citations[first[1]]
        number = citation.get("id", first[1] + 1) if isinstance(citation, dict) else first[1] + 1
        return f"citation [{number}]: "
    return ""


def _broken(problem: str, answer_id: str = "") -> VerifyReport:
    return VerifyReport(holds=False, answer_id=answer_id, citations=(), problems=(problem,))


def _tell(session: Session, shown: Meter, place: str, report: VerifyReport) -> None:
    if session.json:
        print_value(report)
    for told in report.notes:
        shown.note(f"finchat: {place}: note: {told}")
    for problem in report.problems:
        shown.note(f"finchat: {place}: {problem}")
    for citation in report.citations:
        if not citation.holds:
            problems = "; ".join(citation.problems)
            shown.note(f"finchat: {place}: citation [{citation.id}] of {citation.filing}: {problems}")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _read(name: str) -> str:
    if name == STANDARD:
        return sys.stdin.buffer.read(MAX_BYTES).decode("utf-8", errors="replace")
    path = Path(name)
    if path.stat().st_size > MAX_BYTES:
        raise UsageError(f"{name}: larger than {MAX_BYTES} bytes; no answers are")
    return path.read_bytes().decode("utf-8", errors="replace")
