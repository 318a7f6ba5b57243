"""`finchat ask`: one question, or a file of them."""

from collections import Counter
from typing import Any, Unpack

import click

from finchat_sec_qa.cli.answers import show_answer
from finchat_sec_qa.cli.lines import QuestionLine, answer_all, one_of
from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, questions_file, scope_options, shared
from finchat_sec_qa.cli.output import note, print_data, print_json
from finchat_sec_qa.cli.progress import stages
from finchat_sec_qa.cli.requests import ScopeOptions, scope_of, valid
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.model.answer import Answer
from finchat_sec_qa.model.request import AskRequest

REFUSED = 3


@click.command(
    "ask",
    context_settings=SETTINGS,
    epilog=examples(
        'finchat ask "What was Apple\'s revenue in fiscal 2023?"',
        'finchat ask "What are the main supply risks?" --company NVDA --form 10-K --json',
        "finchat ask --file questions.jsonl --output answers.jsonl",
        codes="0 answered (with --file: every line answered or refused), 1 error, 2 wrong usage, "
        "3 refused, 130 interrupted",
    ),
)
@click.argument("question", required=False)
@questions_file
@click.option(
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="OUT.jsonl",
    help="Where the answers go, one a line. [default: standard output]",
)
@scope_options
@shared
@pass_session
def command(
    session: Session,
    *,
    question: str | None,
    file: str | None,
    output: str | None,
    **options: Unpack[ScopeOptions],
) -> int:
    """Answer a question, or a file of questions, from the stored filings.

    The answer comes with the exact places that prove it; a question that the filings do not answer is
    refused. With --file each line is answered with its own scope, and the answer's "id" is the line's
    ("answer_id" is the answer's own); a line that fails is told with its number, and its result has the
    status "error".
    """
    one_of(question, file, output, options, name="QUESTION")
    if file is not None:
        return _answer_file(session, file, output or "-")
    request = valid(AskRequest, question=question, scope=scope_of(options))
    with session.reader() as library, stages() as on_stage:
        answer = library.ask(request.question, request.scope, on_stage)
    if session.json:
        print_json(answer.to_json())
    else:
        show_answer(answer)
    return REFUSED if answer.status == "refused" else 0


def _answer_file(session: Session, file: str, output: str) -> int:
    with session.reader() as library:

        def work(line: QuestionLine) -> dict[str, Any]:
            return answer_line(library.ask(line.question, line.where), line.id)

        counts: Counter[str] = answer_all(file, output, work)
    if session.json and output != "-":
        print_data({"output": output, **{name: counts[name] for name in ("answered", "refused", "error")}})
    else:
        note(f"{counts['answered']} answered, {counts['refused']} refused, {counts['error']} failed")
    return 1 if counts["error"] else 0


def answer_line(answer: Answer, line_id: str | int) -> dict[str, Any]:
    """The answer under the caller's id; its own is `answer_id`, right after."""
    fields = answer.model_dump(mode="json", by_alias=True)
    line: dict[str, Any] = {}
    for name, value in fields.items():
        if name == "id":
            line["id"], line["answer_id"] = line_id, value
        else:
            line[name] = value
    return line
