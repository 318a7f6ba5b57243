"""A program that fails at some questions; the others are asked all the same."""

from benchmarks.eval.asking import asked, objections, verified
from benchmarks.eval.sets import SETS
from finchat_sec_qa.errors import StoreCorruptError
from finchat_sec_qa.model.answer import Answer, AnswerScope, Refusal, VerifyReport
from finchat_sec_qa.model.request import ScopeRequest
from finchat_sec_qa.model.views import SearchHit


class Failing:
    """A library that knows nothing, finds a broken store at "broken" and stumbles at "bug"."""

    def ask(self, question: str, scope: ScopeRequest) -> Answer:
        if question == "broken":
            raise StoreCorruptError("a quote is not in the stored text")
        if question == "bug":
            raise ZeroDivisionError("division by zero")
        return Answer(
            id="a",
            question=question,
            scope=AnswerScope(companies=scope.companies),
            status="refused",
            answer="no",
            value=None,
            calculation=None,
            citations=(),
            refusal=Refusal(reason="not_in_store", message="no"),
        )

    def search(self, query: str, scope: ScopeRequest, limit: int) -> tuple[SearchHit, ...]:
        raise StoreCorruptError(f"{query}, {scope}, {limit}")

    def verify(self, answer: Answer) -> VerifyReport:
        self.ask(answer.question, ScopeRequest())
        return VerifyReport(holds=True, answer_id=answer.id, citations=())


SET, SEARCH = SETS[0], SETS[-1]
INPUTS = [{"id": name, "question": name} for name in ("broken", "fine", "bug")]


def test_a_question_at_which_the_program_fails_does_not_stop_the_others() -> None:
    results = asked(Failing(), SET, INPUTS)
    assert results["fine"].raw["status"] == "refused"
    assert results["broken"].error == "store_corrupt: a quote is not in the stored text"
    assert results["bug"].error.startswith(
        "internal: ZeroDivisionError('division by zero') in ask, test_asking.py:"
    )
    assert [results[name].answer for name in ("broken", "bug")] == [None, None]
    assert results["bug"].raw["status"] == "error"
    assert asked(Failing(), SEARCH, INPUTS)["fine"].error.startswith("store_corrupt")


def test_an_answer_at_which_verify_fails_is_not_verified() -> None:
    answer = asked(Failing(), SET, INPUTS)["fine"].answer
    assert answer is not None
    given = {
        ("xbrl", name): answer.model_copy(update={"question": name}) for name in ("broken", "fine", "bug")
    }
    reports = verified(Failing(), given)
    assert {key[1]: report.holds for key, report in reports.items()} == {
        "broken": False,
        "fine": True,
        "bug": False,
    }
    assert objections(reports["xbrl", "broken"]) == "store_corrupt: a quote is not in the stored text"
    assert "ZeroDivisionError" in objections(reports["xbrl", "bug"])
