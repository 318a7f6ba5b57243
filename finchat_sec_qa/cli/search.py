"""`finchat search`: passages for words, or for a file of questions."""

from typing import Any, Unpack

import click
from rich.text import Text

from finchat_sec_qa.cli.lines import QuestionLine, answer_all, one_of
from finchat_sec_qa.cli.options import SETTINGS, examples, pass_session, questions_file, scope_options, shared
from finchat_sec_qa.cli.output import note, print_data, print_list, say
from finchat_sec_qa.cli.plain import one_line
from finchat_sec_qa.cli.requests import ScopeOptions, scope_of, valid
from finchat_sec_qa.cli.session import Session
from finchat_sec_qa.model.request import SearchRequest
from finchat_sec_qa.model.views import SearchHit

LONGEST_TEXT = 300  # characters of a passage shown; --json has all


@click.command(
    "search",
    context_settings=SETTINGS,
    epilog=examples(
        'finchat search "supply constraints" --company NVDA',
        'finchat search "foreign currency" --form 10-K --fiscal-year 2023 --limit 5 --json',
        "finchat search --file questions.jsonl --output hits.jsonl --limit 20",
        codes="0 done (also when nothing was found), 1 error, 2 wrong usage, 130 interrupted",
    ),
)
@click.argument("query", required=False)
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    metavar="N",
    default=10,
    show_default=True,
    help="Passages at most.",
)
@questions_file
@click.option(
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="OUT.jsonl",
    help='Where {"id", "hits"} go, one a line. [default: standard output]',
)
@scope_options
@shared
@pass_session
def command(
    session: Session,
    *,
    query: str | None,
    limit: int,
    file: str | None,
    output: str | None,
    **options: Unpack[ScopeOptions],
) -> int:
    """Find the passages of the stored filings that fit words or a question best, best first."""
    one_of(query, file, output, options, name="QUERY")
    if file is not None:
        return _search_file(session, file, output or "-", limit)
    request = valid(SearchRequest, query=query, scope=scope_of(options), limit=limit)
    with session.reader() as library:
        hits = library.search(request.query, request.scope, request.limit)
    if session.json:
        print_list("hits", hits)
        return 0
    for hit in hits:
        _show(hit)
    if not hits:
        note("nothing found")
    return 0


def _search_file(session: Session, file: str, output: str, limit: int) -> int:
    with session.reader() as library:

        def work(line: QuestionLine) -> dict[str, Any]:
            hits = library.search(line.question, line.where, limit)
            return {"id": line.id, "hits": [hit.model_dump(mode="json") for hit in hits]}

        counts = answer_all(file, output, work)
    searched = counts.total() - counts["error"]
    if session.json and output != "-":
        print_data({"output": output, "searched": searched, "error": counts["error"]})
    else:
        note(f"{searched} searched, {counts['error']} failed")
    return 1 if counts["error"] else 0


def _show(hit: SearchHit) -> None:
    parts = [f"{hit.company}, {hit.form or 'filing'}" + (f" for {hit.period_end}" if hit.period_end else "")]
    parts.append(hit.filing)
    if hit.section:
        parts.append(hit.section)
    if hit.page is not None:
        parts.append(f"page {hit.page}")
    say(Text(f"{hit.score:.2f}  {one_line(' · '.join(parts))}", style="cyan"))
    if hit.heading:
        say(Text(f"      {one_line(hit.heading)}", style="bold"))
    say(f"      {one_line(hit.text, LONGEST_TEXT)}")
    say(f"      finchat show {hit.filing} --document {hit.document} --start {hit.start} --end {hit.end}")
    say()
