"""Asks a question set, searches it, and verifies the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.eval.ledger import Key
from benchmarks.eval.scorer import Row
from benchmarks.eval.sets import QuestionSet
from finchat_sec_qa import Library
from finchat_sec_qa.cli.ask import answer_line
from finchat_sec_qa.cli.progress import meter
from finchat_sec_qa.errors import FinChatError
from finchat_sec_qa.model.answer import Answer, VerifyReport
from finchat_sec_qa.model.request import ScopeRequest

HITS = 20  # as many as the scorer looks at


@dataclass(frozen=True, slots=True)
class Result:
    """What the program said to one question.

    raw     the line that `finchat ask --file` or `finchat search --file` would write, for the scorer
    answer  None for a search and for an error
    error   why there is neither answer nor hits, "" otherwise
    """

    raw: dict[str, Any]
    answer: Answer | None = None
    error: str = ""


def asked(library: Library, questions: QuestionSet, inputs: Sequence[Row]) -> dict[str, Result]:
    """Every question's result by its id; one that raises an error of ours does not stop the others."""
    results: dict[str, Result] = {}
    with meter(f"{questions.name} questions") as shown:
        for done, line in enumerate(inputs, start=1):
            results[line["id"]] = _result(library, questions, line)
            shown.step(done, len(inputs), line["id"])
    return results


def _result(library: Library, questions: QuestionSet, line: Row) -> Result:
    scope = ScopeRequest.model_validate(line.get("scope") or {})
    try:
        if questions.searched:
            hits = library.search(line["question"], scope, HITS)
            return Result({"id": line["id"], "hits": [hit.model_dump(mode="json") for hit in hits]})
        answer = library.ask(line["question"], scope)
    except FinChatError as error:
        raw = {"id": line["id"], "status": "error", "error": str(error), "citations": []}
        return Result(raw, error=f"{error.code}: {error}")
    return Result(answer_line(answer, line["id"]), answer)


def verified(library: Library, answers: Mapping[Key, Answer]) -> dict[Key, VerifyReport]:
    """The report on each answer; answers of one filing come in a row, since it is read once then."""
    ordered = sorted(answers.items(), key=lambda item: [each.filing for each in item[1].citations])
    reports: dict[Key, VerifyReport] = {}
    with meter("answers verified") as shown:
        for done, (key, answer) in enumerate(ordered, start=1):
            reports[key] = library.verify(answer)
            shown.step(done, len(ordered), answer.question)
    return reports


def objections(report: VerifyReport) -> str:
    """What `verify` objects to, in one sentence; "" where the answer holds."""
    found = [*report.problems]
    for citation in report.citations:
        found += [
            f"citation [{citation.id}] of {citation.filing}: {problem}" for problem in citation.problems
        ]
    return "; ".join(found)
