"""Forged answers that agree with themselves: what they say follows from what they cite, and is not true."""

from collections.abc import Callable
from typing import Any

from finchat_sec_qa import Library
from finchat_sec_qa.answer.compose import answer_id
from finchat_sec_qa.model.answer import Answer, VerifyReport

Data = dict[str, Any]
Change = Callable[[Data], None]


def reissued(data: Data, **fields: Any) -> Answer:
    """The answer with fields changed and the id that an answer with this question and scope has."""
    answer = Answer.model_validate({**data, **fields})
    content = answer.id.partition("-")[0]
    return answer.model_copy(update={"id": answer_id(content, answer.question, answer.scope)})


def passed_off(library: Library, asked: str, told: str) -> VerifyReport:
    """What verify says of the answer to `told`, given as the answer to `asked`."""
    return library.verify(reissued(library.ask(told).model_dump(mode="json"), question=asked))


def forged(library: Library, question: str, change: Change) -> VerifyReport:
    """What verify says of the answer to a question once `change` was at it and its id was made again."""
    data = library.ask(question).model_dump(mode="json")
    change(data)
    return library.verify(reissued(data))


def named(report: VerifyReport) -> list[int]:
    """Ids of the citations that do not hold."""
    return [citation.id for citation in report.citations if not citation.holds]
