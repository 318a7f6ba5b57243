"""Asks a question set, searches it, and verifies the answers."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from benchmarks.eval.ledger import Key
from benchmarks.eval.scorer import Row
from benchmarks.eval.sets import QuestionSet
from finchat_sec_qa.cli.ask import answer_line
from finchat_sec_qa.cli.progress import meter
from finchat_sec_qa.errors import FinChatError
from finchat_sec_qa.model.answer import Answer, VerifyReport
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.views import SearchHit


class Asked(Protocol):
    """What of a Library is used here."""

    def ask(self, question: str, scope: ScopeRequest) -> Answer:
        """An answer or a refusal."""

    def search(self, query: str, scope: ScopeRequest, limit: int) -> tuple[SearchHit, ...]:
        """The passages that fit best, best first."""

    def verify(self, answer: Answer) -> VerifyReport:
        """Whether an answer follows from the stored bytes."""


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


def asked(library: Asked, questions: QuestionSet, inputs: Sequence[Row]) -> dict[str, Result]:
    """Every question's result by its id; one at which the program fails does not stop the others."""
    results: dict[str, Result] = {}
    with meter(f"{questions.name} questions") as shown:
        for done, line in enumerate(inputs, start=1):
            results[line["id"]] = _result(library, questions, line)
            shown.step(done, len(inputs), line["id"])
    return results


def _result(library: Asked, questions: QuestionSet, line: Row) -> Result:
    scope = ScopeRequest.model_validate(line.get("scope") or {})
    try:
        if questions.searched:
            hits = library.search(line["question"], scope, HITS)
            return Result({"id": line["id"], "hits": [hit.model_dump(mode="json") for hit in hits]})
        answer = library.ask(line["question"], scope)
    except FinChatError as error:
        return _failed(line, f"{error.code}: {error}")
    except Exception as error:  # noqa: BLE001 - a mistake of the program is what is looked for here
        return _failed(line, _mistake(error))
    return Result(answer_line(answer, line["id"]), answer)


def _failed(line: Row, error: str) -> Result:
    return Result({"id": line["id"], "status": "error", "error": error, "citations": []}, error=error)


def _mistake(error: Exception) -> str:
    """An exception that nobody raised on purpose, with the line it came from."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"internal: {error!r} in {last.name}, {Path(last.filename).name}:{last.lineno}"


def verified(library: Asked, answers: Mapping[Key, Answer]) -> dict[Key, VerifyReport]:
    """The report on each answer; answers of one filing come in a row, since it is read once then."""
    ordered = sorted(answers.items(), key=lambda item: [each.filing for each in item[1].citations])
    reports: dict[Key, VerifyReport] = {}
    with meter("answers verified") as shown:
        for done, (key, answer) in enumerate(ordered, start=1):
            reports[key] = _verified(library, answer)
            shown.step(done, len(ordered), answer.question)
    return reports


def _verified(library: Asked, answer: Answer) -> VerifyReport:
    """The report; one that does not hold where the program fails at verifying."""
    try:
        return library.verify(answer)
    except FinChatError as error:
        problem = f"{error.code}: {error}"
    except Exception as error:  # noqa: BLE001 - as above
        problem = _mistake(error)
    return VerifyReport(holds=False, answer_id=answer.id, citations=(), problems=(problem,))


def objections(report: VerifyReport) -> str:
    """What `verify` objects to, in one sentence; "" where the answer holds."""
    found = [*report.problems]
    for citation in report.citations:
        found += [
            f"citation [{citation.id}] of {citation.filing}: {problem}" for problem in citation.problems
        ]
    return "; ".join(found)
